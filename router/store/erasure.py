"""A person is cut off: the first transaction of an erasure, and what it would take, counted before.

From its commit on nothing leads to them any more: no address, no conversation, no reply that waits. Whatever they write
is somebody new's. What they wrote before goes in the batches of router.store.erasing.
"""

from collections.abc import Collection, Sequence
from typing import Final

from router.model.abuse import sender_key
from router.model.changes import Record
from router.model.erasure import Erasure, ErasureWork, Extent
from router.model.errors import Refused
from router.model.ids import ContactId, ErasureId
from router.model.tables import Contact, Event, Ticket
from router.store import changes
from router.store.journal import IN_ORDER
from router.store.outbox import LEASE_LEFT_MS_MAX
from router.store.script import Script, fetch, fetch_one, insert, run, select

_UNPROVEN: Final = ("phone", "form")
"""Channels where anybody may type anybody's address: what waits under it may be another's words."""
_LIVE: Final = "o.conversation_id IN (SELECT id FROM conversations WHERE contact_id {in people})"


class ReplyUnderway(Exception):
    """A reply to them is being sent: what becomes of it is written first."""


def overwritten() -> Script[None]:
    """What this transaction deletes is overwritten where it stood, also in pages that nobody uses afterwards."""
    yield from select("{sqlite PRAGMA secure_delete = ON}{pg SELECT 1}")


def as_before() -> Script[None]:
    """The last statement of a transaction that began with `overwritten`."""
    yield from select("{sqlite PRAGMA secure_delete = FAST}{pg SELECT 1}")


def people_of(contact_id: ContactId) -> Script[list[ContactId]]:
    """The contact and those that were merged into it: one person."""
    rows = yield from select("SELECT id FROM contacts WHERE id = :id OR merged_into = :id ORDER BY id", id=contact_id)
    return [row[0] for row in rows]


def of_contact(contact_id: ContactId) -> Script[Erasure | None]:
    """The erasure of a contact."""
    return fetch_one(Erasure, "WHERE t.contact_id = :id", id=contact_id)


def underway(*, before_ms: int, limit: int = 10) -> Script[list[Erasure]]:
    """Erasures begun before then that are not done, the oldest first."""
    return fetch(
        Erasure,
        "WHERE t.state <> 'done' AND t.started_at_ms < :before_ms ORDER BY t.id LIMIT :limit",
        before_ms=before_ms,
        limit=limit,
    )


def extent(contact: Contact) -> Script[Extent]:
    """What erasing them would take."""
    people = yield from people_of(contact.id)
    tickets = yield from fetch(Ticket, "WHERE t.contact_id {in people} ORDER BY t.id", people=people)
    messages = yield from select(
        "SELECT COUNT(*), COUNT(CASE WHEN m.attachments <> '[]' THEN 1 END) FROM messages AS m "
        "WHERE m.ticket_id {in ids}",
        ids=[ticket.id for ticket in tickets],
    )
    return Extent(
        contact=contact,
        absorbed=len(people) - 1,
        identities=(yield from _count("identities", people)),
        conversations=(yield from _count("conversations", people)),
        tickets=len(tickets),
        open_tickets=sum(ticket.state not in {"solved", "closed"} for ticket in tickets),
        messages=messages[0][0],
        files=messages[0][1],
        ringing=tuple([ticket.number for ticket in tickets if ticket.alarm_since_ms is not None]),
        erased_at_ms=contact.erased_at_ms,
    )


def _count(table: str, people: Sequence[ContactId]) -> Script[int]:
    rows = yield from select(f"SELECT COUNT(*) FROM {table} WHERE contact_id {{in people}}", people=list(people))  # noqa: S608 - our own text
    return int(rows[0][0])


def begin(contact_id: ContactId, *, erasure_id: ErasureId, actor: str, force: bool, now_ms: int) -> Script[Erasure]:
    """Cut a person off, or find that it was done. Raises Refused (no_such_contact, alarm_rings, action_underway,
    is_merged) and ReplyUnderway."""
    people = yield from _locked(contact_id)
    known = yield from of_contact(contact_id)
    if known is not None:
        return known
    yield from overwritten()
    tickets = yield from fetch(
        Ticket, "WHERE t.contact_id {in people} ORDER BY t.id {pg FOR NO KEY UPDATE}", people=people
    )
    yield from _may_be(people, tickets, force=force, now_ms=now_ms)
    work = yield from _work(people)
    yield from _cut(people, work, now_ms=now_ms)
    yield from _close(people, actor=actor, now_ms=now_ms)
    yield from _let_nothing_leave(people)
    yield from _drop_waiting(people, work, now_ms=now_ms)
    erasure = Erasure(id=erasure_id, contact_id=contact_id, actor=actor, work=work, started_at_ms=now_ms)
    yield from insert([erasure])
    yield from changes.apply(_told(tickets, actor, now_ms), now_ms=now_ms)
    yield from as_before()
    return erasure


def _locked(contact_id: ContactId) -> Script[list[ContactId]]:
    found = yield from fetch(
        Contact,
        "WHERE t.id = :id OR t.merged_into = :id ORDER BY t.id {pg FOR NO KEY UPDATE}",
        id=contact_id,
    )
    root = next((row for row in found if row.id == contact_id), None)
    if root is None:
        raise Refused("no_such_contact", f"there is no contact {contact_id}", status=404)
    if root.merged_into is not None:
        raise Refused("is_merged", "this contact was merged into another one: erase that one, and this goes with it")
    return [row.id for row in found]


def _may_be(people: Sequence[ContactId], tickets: Sequence[Ticket], *, force: bool, now_ms: int) -> Script[None]:
    ringing = [f"T-{ticket.number}" for ticket in tickets if ticket.alarm_since_ms is not None]
    if ringing and not force:
        raise Refused(
            "alarm_rings",
            f"an alarm of this contact rings and nobody has accepted it: {', '.join(ringing)}; accept it first, or "
            "say that it is to be erased all the same (force)",
            data={"tickets": ringing},
        )
    acting = yield from select(
        "SELECT 1 FROM actions WHERE ticket_id {in ids} AND state IN ('queued', 'sending') LIMIT 1",
        ids=[ticket.id for ticket in tickets],
    )
    if acting:
        raise Refused("action_underway", "an action on this contact's account is under way; try again once it is done")
    sending = yield from select(
        f"SELECT o.lease_until_ms FROM outbox AS o WHERE {_LIVE} "  # noqa: S608 - our own text
        "AND o.state IN ('queued', 'sending', 'held') ORDER BY o.id {pg FOR NO KEY UPDATE OF o}",
        people=list(people),
    )
    if any(row[0] is not None and now_ms < row[0] <= now_ms + LEASE_LEFT_MS_MAX for row in sending):
        raise ReplyUnderway


def _work(people: Sequence[ContactId]) -> Script[ErasureWork]:
    conversations = yield from select(
        "SELECT channel, account, peer, reply_to FROM conversations WHERE contact_id {in people}", people=list(people)
    )
    identities = yield from select("SELECT value FROM identities WHERE contact_id {in people}", people=list(people))
    newest = yield from select("SELECT COALESCE(MAX(id), '') FROM journal")
    # What is held of them under an address that nobody has filed a message from.
    held = yield from select(
        "SELECT j.conversation_key FROM held AS h JOIN journal AS j ON j.id = h.journal_id "
        "WHERE h.contact_id {in people} AND h.released_at_ms IS NULL",
        people=list(people),
    )
    values = {row[0] for row in identities}
    values.update(value for row in conversations for value in row[2:] if value)
    return ErasureWork(
        keys=tuple(
            sorted(
                {key_of(channel, account, peer) for channel, account, peer, _ in conversations}
                | {row[0] for row in held}
            )
        ),
        values=tuple(sorted(values)),
        senders=tuple(
            sorted(
                sender_key(channel, account, peer, is_proven=proven)
                for channel, account, peer, _ in conversations
                for proven in (True, False)
            )
        ),
        until=newest[0][0],
    )


def key_of(channel: str, account: str, peer: str) -> str:
    """The journal's key of whoever writes there (router.core.identity.conversation_key)."""
    return f"{channel}\x1f{account}\x1f{peer.strip().lower()}"


def _cut(people: Sequence[ContactId], work: ErasureWork, *, now_ms: int) -> Script[None]:
    """Nothing leads to them: no name, no address, no conversation."""
    these: dict[str, object] = {"people": list(people)}
    yield from run(
        'UPDATE contacts SET "key" = NULL, name = NULL, language = NULL, vip = 0, ext = NULL, auto_replies = 0, '
        "auto_replies_since_ms = 0, erased_at_ms = :now_ms, version = version + 1 WHERE id {in people}",
        now_ms=now_ms,
        **these,
    )
    # What others said of themselves that is this person's address goes as well: it names them.
    yield from run(
        "DELETE FROM claims WHERE id IN (SELECT c.id FROM identities AS i "
        "JOIN claims AS c ON {same c.value i.value} AND c.kind = i.kind WHERE i.contact_id {in people})",
        **these,
    )
    yield from run("DELETE FROM claims WHERE contact_id {in people}", **these)
    yield from run(
        "DELETE FROM blocks WHERE contact_id {in people} OR value {in values}", **these, values=list(work.values)
    )
    yield from run("DELETE FROM identities WHERE contact_id {in people}", **these)
    yield from run("DELETE FROM never_merge WHERE first_id {in people} OR second_id {in people}", **these)
    yield from run(
        "UPDATE people_acts SET reason = '', moved = '{}', undone_at_ms = COALESCE(undone_at_ms, :now_ms), "
        "undone_by = COALESCE(undone_by, 'system'), undone_reason = '', version = version + 1 "
        "WHERE contact_id {in people} OR other_id {in people}",
        now_ms=now_ms,
        **these,
    )
    yield from run(
        "UPDATE conversations SET thread = 'erased', peer = id, reply_to = NULL, ticket_id = NULL, "
        "version = version + 1 WHERE contact_id {in people}",
        **these,
    )


def _close(people: Sequence[ContactId], *, actor: str, now_ms: int) -> Script[None]:
    """Of their tickets stays what counts: number, times, state, urgency, queue, agent."""
    yield from run(
        "UPDATE tickets SET subject = '', snippet = '', state_since_ms = "
        "CASE WHEN state = 'closed' THEN state_since_ms ELSE :now_ms END, state = 'closed', state_reason = 'erased', "
        "checklist = '[]', facts = '[]', asked = '[]', tags = '[]', findings = '[]', related = '[]', "
        "waiting_since_ms = NULL, verified_until_ms = NULL, verified_account = NULL, verified_since_ms = NULL, "
        "snoozed_until_ms = NULL, alarm_since_ms = NULL, erased_at_ms = :now_ms, erased_by = :actor, "
        "version = version + 1 WHERE contact_id {in people}",
        people=list(people),
        actor=actor,
        now_ms=now_ms,
    )


def _let_nothing_leave(people: Sequence[ContactId]) -> Script[None]:
    """Nor wait for somebody to send it again: it would be a blank reply to nobody."""
    yield from run(
        "UPDATE outbox SET state = 'cancelled', error = NULL, lease_until_ms = NULL, version = version + 1 "
        "WHERE state IN ('queued', 'sending', 'held', 'dead') "
        "AND conversation_id IN (SELECT id FROM conversations WHERE contact_id {in people})",
        people=list(people),
    )


def _drop_waiting(people: Sequence[ContactId], work: ErasureWork, *, now_ms: int) -> Script[None]:
    """What they wrote and nobody has decided about. Here, for what is accepted after this commit is a new contact's."""
    held = yield from select(
        "SELECT journal_id FROM held WHERE contact_id {in people} AND released_at_ms IS NULL", people=list(people)
    )
    theirs = "AND conversation_key {in keys} AND NOT (channel {in unproven})"
    waiting = yield from select(
        f"SELECT id FROM journal WHERE state = 'pending' {theirs} "  # noqa: S608 - our own text
        f"UNION ALL SELECT id FROM journal WHERE state = 'dead' {theirs}",
        keys=list(work.keys),
        unproven=list(_UNPROVEN),
    )
    ids = sorted({row[0] for row in (*held, *waiting)})
    yield from run("DELETE FROM held WHERE contact_id {in people} OR journal_id {in ids}", people=list(people), ids=ids)
    # Its entry says which files came with it, and goes with its key (router.store.erasing).
    yield from run(
        "UPDATE journal SET state = 'done', error = NULL, not_before_ms = NULL, routed_at_ms = :now_ms "  # noqa: S608
        f"WHERE {IN_ORDER}",
        ids=ids,
        now_ms=now_ms,
    )


def _told(tickets: Collection[Ticket], actor: str, now_ms: int) -> list[Record]:
    return [
        Record(
            Event(
                at_ms=now_ms,
                kind="contact.erased",
                ticket_id=ticket.id,
                queue=ticket.queue,
                actor=actor,
                data={"from": ticket.state, "to": "closed"},
            )
        )
        for ticket in tickets
    ]
