"""Too much: one sender over a quota, one channel over a quota. Pure.

A person in distress writes many short messages, and a machine writes more. So nothing is turned away: over its quota a
sender opens no further tickets and hears no further machine, and far over it what they write waits beside their ticket,
as long as somebody has to answer that ticket anyway. What raises a ticket's urgency is never held. A channel over its
quota goes on opening tickets, without automatic answers. Both end by themselves, with the time of the quota.
"""

from typing import Final

import msgspec

from router.core.identity import SenderView
from router.core.oncall import RING_AGAIN_MS
from router.core.placement import Placement
from router.model.abuse import Load, Traffic, sender_key
from router.model.changes import Add, Change, Count, Record, Save
from router.model.decisions import WhyFlood
from router.model.message import JournalEntry
from router.model.snapshot import Snapshot
from router.model.tables import URGENCY_RANK, Ticket, Urgency
from rules.abuse import Abuse

_OWED: Final = frozenset({"new", "open", "verifying"})


class Flood(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is, with this message."""

    before: Traffic | None
    traffic: Traffic
    """Of its sender, this message counted."""
    quota: int = 0
    within_ms: int = 0
    is_over: bool = False
    is_far_over: bool = False
    load: Count | None = None
    """Of its channel; None for a sender over their own: no single one of them silences a channel."""

    @property
    def of_channel(self) -> bool:
        """Whether the channel is over its quota."""
        return self.load is not None and self.load.over_until_ms > 0

    @property
    def begins(self) -> bool:
        """Whether it is the first over the sender's quota."""
        return self.is_over and self.traffic.messages == self.quota + 1

    def mutes(self, urgency: Urgency) -> bool:
        """Whether the machine is not to answer."""
        return (self.is_over or self.of_channel) and urgency != "critical"

    def why(self, withheld: tuple[str, ...] = ()) -> WhyFlood | None:
        """What is kept of it with the message; None within the quotas."""
        if not (self.is_over or self.of_channel):
            return None
        return WhyFlood(
            sender=self.traffic.messages if self.is_over else 0,
            quota=self.quota if self.is_over else 0,
            within_ms=self.within_ms if self.is_over else 0,
            channel=self.of_channel,
            withheld=withheld,
        )

    def changes(self, traffic: Traffic, *, withheld: bool = False) -> list[Change]:
        """The counts, `traffic` as the message leaves it."""
        row: Change = Add(traffic) if self.before is None else Save(traffic)
        return (
            [row]
            if self.load is None
            else [row, msgspec.structs.replace(self.load, withheld=int(withheld and self.of_channel))]
        )


def muted_by(ticket: Ticket, abuse: Abuse) -> str:
    """The tag for which the machine says nothing to a ticket's customer; empty: none. What is critical is answered."""
    return "" if ticket.urgency == "critical" else next((tag for tag in abuse.mute if tag in ticket.tags), "")


def key_of(entry: JournalEntry, sender: SenderView) -> str:
    """Of whom its messages are counted."""
    event = entry.event
    return sender_key(event.channel, event.account, sender.peer, is_proven=bool(sender.proven))


def measured(entry: JournalEntry, sender: SenderView, snapshot: Snapshot, abuse: Abuse) -> Flood | None:
    """Count a message; None for history, which is filed however much it is."""
    if entry.imported:
        return None
    key, now_ms = key_of(entry, sender), entry.received_at_ms
    before = snapshot.traffic.get(key)
    if entry.released_by:  # it was counted when it came
        traffic = before or Traffic(id=key, since_ms=now_ms, messages=0)
        return Flood(before=before, traffic=_next(traffic, before))
    quota = abuse.sender
    if before is None or abs(now_ms - before.since_ms) >= quota.within_ms:
        fresh = Traffic(id=key, since_ms=now_ms, messages=1)
        traffic = fresh if before is None else msgspec.structs.replace(before, since_ms=now_ms, messages=1, held=0)
    else:
        traffic = msgspec.structs.replace(before, messages=before.messages + 1)
    is_over = traffic.messages > quota.messages
    return Flood(
        before=before,
        traffic=_next(traffic, before),
        quota=quota.messages,
        within_ms=quota.within_ms,
        is_over=is_over,
        is_far_over=quota.hold is not None and traffic.messages > quota.hold,
        load=None if is_over else _counted(entry, snapshot, abuse),
    )


def _next(traffic: Traffic, before: Traffic | None) -> Traffic:
    return traffic if before is None else msgspec.structs.replace(traffic, version=before.version + 1)


def _counted(entry: JournalEntry, snapshot: Snapshot, abuse: Abuse) -> Count:
    """One more message of the channel, in times that begin at the same moment for all workers."""
    event, quota = entry.event, abuse.channel
    start_ms = entry.received_at_ms // quota.within_ms * quota.within_ms
    load: Load | None = snapshot.loads.get((event.channel, event.account))
    nth = 1 + (load.messages if load is not None and load.start_ms == start_ms else 0)
    return Count(
        channel=event.channel,
        account=event.account,
        start_ms=start_ms,
        over_until_ms=start_ms + quota.within_ms if nth > quota.messages else 0,
    )


def gathered(placement: Placement, snapshot: Snapshot, entry: JournalEntry, urgency: Urgency) -> Placement:
    """Where a message of a sender over the quota belongs: not into yet another ticket, if its writer has one.

    Only proven writers, only their own tickets of the same visibility; what is critical joins only what is critical.
    """
    contact, event = placement.contact, entry.event
    if placement.ticket is not None or contact is None or not placement.sender.proven or placement.foreign:
        return placement
    own = [
        ticket
        for ticket in snapshot.tickets_of(contact.id)
        if ticket.state != "solved"
        and ticket.visibility == event.visibility
        and (urgency != "critical" or ticket.urgency == "critical")
    ]
    here = (event.channel, event.account)
    ticket = next((t for t in own if (t.channel, t.account) == here), None) or next(iter(own), None)
    if ticket is None:
        return placement
    related = [pair for pair in zip(placement.related, placement.related_by, strict=True) if pair[0] != ticket.id]
    return msgspec.structs.replace(
        placement,
        ticket=ticket,
        joined="over_quota",
        not_joined="",
        belonging=None,
        related=tuple([each for each, _ in related]),
        related_by=tuple([why for _, why in related]),
    )


def waits(flood: Flood, ticket: Ticket | None, entry: JournalEntry, urgency: Urgency) -> bool:
    """Whether a message is held beside `ticket`: far over the quota, and somebody has to answer that ticket anyway.

    One that raises its urgency, or whose alarm would ring anew, is not.
    """
    if not flood.is_far_over or ticket is None:
        return False
    owed = ticket.state in _OWED and ticket.waiting_since_ms is not None and ticket.snoozed_until_ms is None
    if not owed or URGENCY_RANK[urgency] > ticket.urgency_rank:
        return False
    is_attended = (
        ticket.alarm_since_ms is not None or entry.received_at_ms - (ticket.accepted_at_ms or 0) < RING_AGAIN_MS
    )
    return is_attended or not entry.event.alarm


def floods_told(flood: Flood, ticket: Ticket, now_ms: int) -> list[Change]:
    """One line of history when a sender goes over the quota, not one for each message."""
    if not flood.begins:
        return []
    data = {"messages": str(flood.quota), "within_ms": str(flood.within_ms)}
    actor = f"contact:{ticket.contact_id}"
    event = ticket.event("sender.flood", actor=actor, data=data, now_ms=now_ms)
    return [Record(event)]
