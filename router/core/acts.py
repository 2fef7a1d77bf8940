"""What rules ask of the house beyond where a ticket goes, carried out with the decision: in its transaction, or as rows
that a worker takes up afterwards. Pure. What could not be done is told as well.
"""

from collections.abc import Callable, Mapping

import msgspec

from router.core import tickets
from router.core.lifecycle import may
from router.core.moderation import ask_for
from router.core.posts import Post
from router.core.remedies import entry_of, stands, told
from router.core.verification import is_unlocked
from router.model.actions import ActionEntry
from router.model.capabilities import Moderation
from router.model.changes import Add, Change, Record
from router.model.decisions import WhyAct, Word
from router.model.ids import ConversationId, HookId, MessageId
from router.model.message import Visibility
from router.model.sources import Ids
from router.model.tables import Agent, HookEntry, Ticket
from rules.acts import NOBODY, told_agent, wakes_at_ms
from rules.backend import ActionSpec
from rules.facts import Act, Verdict
from rules.schedule import Schedule

_ENCODER = msgspec.json.Encoder()
OVER_QUOTA = "over_quota"
_OUT_OF_SIGHT: tuple[Moderation, ...] = ("hide", "delete")
_TOLD_OUTSIDE = frozenset({"webhook", "notify"})
"""What a flood would repeat to people and programs."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that the acts belong to."""

    now_ms: int
    opened: bool
    """The ticket is a new one."""
    message_id: MessageId | None
    """None: no message is behind it, an agent changed the ticket."""
    conversation_id: ConversationId
    channel: str
    account: str
    visibility: Visibility
    findings: tuple[str, ...]
    untold: tuple[str, ...] = ()
    """Of the findings, what webhooks are not told."""
    imported: bool = False
    moderates: tuple[Moderation, ...] = ()
    """What the channel can be asked to do with the post."""
    verdict: Verdict
    agents: Mapping[str, Agent]
    """By login, those that rules name."""
    times: Mapping[str, Schedule]
    remedies: Mapping[str, ActionSpec] = {}
    """What the wallet's back end can be asked to do."""
    actions: tuple[ActionEntry, ...] = ()
    """Of the ticket, those under way or done."""
    is_quiet: bool = False
    """Its sender is over the quota: nobody is told."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket after an act, what else changes, and what is told of it."""

    ticket: Ticket
    changes: list[Change]
    told: WhyAct


_Carry = Callable[[Act, Ticket, Scene, Ids], Done]


def carry_out(
    acts: tuple[Act, ...], ticket: Ticket, scene: Scene, ids: Ids
) -> tuple[Ticket, list[Change], list[WhyAct]]:
    """Do what the rules asked, in order; history from a file is only filed."""
    changes: list[Change] = []
    told: list[WhyAct] = []
    for act in acts:
        done = _carried(act, ticket, scene, ids)
        ticket = done.ticket
        proposed = tuple(c.row for c in done.changes if isinstance(c, Add) and isinstance(c.row, ActionEntry))
        if proposed:
            scene = msgspec.structs.replace(scene, actions=(*scene.actions, *proposed))
        changes += done.changes
        told.append(done.told)
    return ticket, changes, told


def _carried(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    if scene.imported:
        return _not_done(act, ticket, "imported")
    if scene.is_quiet and act.kind in _TOLD_OUTSIDE:
        return _not_done(act, ticket, OVER_QUOTA)
    return _CARRY[act.kind](act, ticket, scene, ids)


def _not_done(act: Act, ticket: Ticket, why: str) -> Done:
    told = WhyAct(kind=act.kind, value=act.value, rule=act.rule, outcome="impossible", detail=why)
    return Done(ticket=ticket, changes=[], told=told)


def _done(act: Act, ticket: Ticket, changes: list[Change]) -> Done:
    return Done(
        ticket=ticket, changes=changes, told=WhyAct(kind=act.kind, value=act.value, rule=act.rule, outcome="done")
    )


def _hide(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Ask the channel to take the post out of sight, or away where it knows no other; where it cannot, an agent has to
    know."""
    if scene.message_id is None or scene.visibility != "public":
        return _not_done(act, ticket, "private")
    what = next((each for each in _OUT_OF_SIGHT if each in scene.moderates), None)
    post = Post(
        message_id=scene.message_id,
        conversation_id=scene.conversation_id,
        ticket=ticket,
        channel=scene.channel,
        account=scene.account,
    )
    if what is None:
        impossible = {"state": "impossible", "rule": act.rule}
        undone = post.event("post.hide", actor="rules", data=impossible, now_ms=scene.now_ms)
        return msgspec.structs.replace(_not_done(act, ticket, "channel_cannot"), changes=[Record(undone)])
    return _done(act, ticket, ask_for(post, what, actor="rules", data={"rule": act.rule}, now_ms=scene.now_ms, ids=ids))


def _assign(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Give the ticket to an agent, or to nobody. A later message does not tear it from somebody who has it."""
    del ids
    agent = scene.agents.get(act.value)
    if agent is None and act.value != NOBODY:
        return _not_done(act, ticket, "no_such_agent")
    wanted = None if agent is None else agent.id
    if wanted == ticket.assignee_id:
        return _done(act, ticket, [])
    if wanted is not None and ticket.assignee_id is not None:
        return _not_done(act, ticket, "taken")
    changed, events = tickets.assign(ticket, wanted, actor="rules", reason="rule", now_ms=scene.now_ms)
    return _done(act, _same_version(changed, ticket), [Record(event) for event in events])


def _close(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    del ids
    if not may(ticket.state, "closed", "rules"):
        return _not_done(act, ticket, "closed")
    changed, event = tickets.change_state(ticket, "closed", actor="rules", reason=act.value, now_ms=scene.now_ms)
    return _done(act, _same_version(changed, ticket), [Record(event)])


def _snooze(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    del ids
    until_ms = wakes_at_ms(act.value, scene.times, scene.now_ms)
    if ticket.state == "closed" or until_ms is None:
        return _not_done(act, ticket, "closed" if ticket.state == "closed" else "never_opens")
    changed, event = tickets.snooze(ticket, until_ms, actor="rules", reason=act.rule, now_ms=scene.now_ms)
    return _done(act, _same_version(changed, ticket), [Record(event)])


def _same_version(changed: Ticket, before: Ticket) -> Ticket:
    """One decision is one change of the ticket, however much it does."""
    return msgspec.structs.replace(changed, version=before.version)


def _notify(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Tell a queue or an agent, in the feed and in the ticket's history. The text is the rule's own."""
    del ids
    login = told_agent(act)
    if login is not None and login not in scene.agents:
        return _not_done(act, ticket, "no_such_agent")
    notice = ticket.event(
        "ticket.notice",
        message_id=scene.message_id,
        actor="rules",
        data={"to": act.value, "text": act.text, "rule": act.rule},
        now_ms=scene.now_ms,
    )
    return _done(act, ticket, [Record(notice)])


def _webhook(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Leave word for a receiver outside; a worker sends it."""
    verdict = scene.verdict
    word = Word(
        webhook=act.value,
        rule=act.rule,
        ticket_id=ticket.id,
        ticket_new=scene.opened,
        message_id=scene.message_id,
        contact_id=ticket.contact_id,
        channel=scene.channel,
        visibility=scene.visibility,
        language=verdict.language,
        state=ticket.state,
        queue=ticket.queue,
        urgency=ticket.urgency,
        tags=ticket.tags,
        findings=tuple(found for found in scene.findings if found not in scene.untold),
        rules_version=verdict.version,
        at_ms=scene.now_ms,
    )
    row = HookEntry(
        id=HookId(ids.new()),
        webhook=act.value,
        ticket_id=ticket.id,
        message_id=scene.message_id,
        body=msgspec.Raw(_ENCODER.encode(word)),
        due_at_ms=scene.now_ms,
        created_at_ms=scene.now_ms,
    )
    return _done(act, ticket, [Add(row)])


def _propose(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Propose an action on the customer's account, or ask for it where nobody has to agree."""
    spec = scene.remedies[act.value]
    if standing := stands(scene.actions, spec.name):
        return _not_done(act, ticket, standing)
    if spec.verified and not spec.approval and not is_unlocked(ticket, ticket.verified_account, scene.now_ms):
        return _not_done(act, ticket, "not_verified")
    by = f"rule:{act.rule}"
    row = entry_of(spec, ticket.id, ticket.contact_id, proposed_by=by, now_ms=scene.now_ms, ids=ids)
    proposed = told(row, "action.proposed", actor="rules", now_ms=scene.now_ms, rule=act.rule)
    return _done(act, ticket, [Add(row), Record(proposed)])


_CARRY: dict[str, _Carry] = {
    "assign": _assign,
    "close": _close,
    "snooze": _snooze,
    "hide": _hide,
    "notify": _notify,
    "webhook": _webhook,
    "propose": _propose,
}
