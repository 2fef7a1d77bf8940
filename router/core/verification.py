"""Identity checks: a customer proves who they are at the wallet's back end, never by a code told in chat. Pure.

An agent begins a check. Its customer gets a signed, expiring link on the channel they use; the back end is told too and
answers with a signed call. What it says once counts, however often it says it. Until a check has passed, and again when
its time is over, account facts and actions stay locked; a pass opens those of the account that logged in, no others.
"""

from typing import Annotated, Final, Literal

import msgspec

from router.core.lifecycle import may
from router.core.notices import Asked, Moment, tell
from router.core.tickets import change_state
from router.model.changes import VERIFY_PLACEHOLDER, Add, Change, Record, Save
from router.model.errors import Refused
from router.model.ids import HookId, MessageId
from router.model.snapshot import CheckFacts
from router.model.sources import Ids
from router.model.tables import Event, HookEntry, Ticket
from router.model.timers import CheckState, IdentityCheck, Timer
from rules.lifecycle import Verifying

_ENCODER = msgspec.json.Encoder()
TYPE: Final = "customer.verify"
_ID_CHARS_MAX: Final = 200
SKEW_MS: Final = 300_000
"""How far the clocks of our processes, and the back end's, may be apart; one that went back further ends checks."""


class CheckWord(msgspec.Struct, frozen=True, kw_only=True):
    """What the back end is told of a check: a public contract (docs/tickets.md)."""

    type: str
    webhook: str
    check_id: str
    ticket_id: str
    contact_id: str
    user_ids: tuple[str, ...]
    """Proven accounts of the contact: a check passes for one of these, where there are any."""
    language: str
    expires_at_ms: int
    attempts: int
    at_ms: int


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the back end says of an attempt."""

    attempt: Annotated[str, msgspec.Meta(min_length=1, max_length=_ID_CHARS_MAX)]
    """Its own name for the attempt: said twice, it counts once."""
    result: Literal["passed", "failed"]
    user_id: Annotated[str, msgspec.Meta(max_length=_ID_CHARS_MAX)] | None = None
    """The account that logged in."""


def unlocked_until(ticket: Ticket, account: str | None) -> int | None:
    """Until when facts and actions of this account are open to whoever works the ticket; None: they are not.

    The account is the customer's as it is known now: what was proven about another one opens nothing.
    """
    return ticket.verified_until_ms if account is not None and account == ticket.verified_account else None


def is_unlocked(ticket: Ticket, account: str | None, now_ms: int) -> bool:
    """Whether they are open now."""
    until_ms, since_ms = unlocked_until(ticket, account), ticket.verified_since_ms
    return until_ms is not None and since_ms is not None and since_ms - SKEW_MS <= now_ms < until_ms


def require_unlocked(ticket: Ticket, account: str, now_ms: int) -> None:
    """Raises Refused (not_verified)."""
    if not is_unlocked(ticket, account, now_ms):
        raise Refused("not_verified", "the customer has to pass an identity check first", status=403)


def is_open(check: IdentityCheck, now_ms: int) -> bool:
    """Whether a check can be passed now."""
    return check.state == "pending" and check.created_at_ms - SKEW_MS <= now_ms < check.expires_at_ms


def begin(moment: Moment, checks: CheckFacts, *, actor: str, ids: Ids) -> tuple[IdentityCheck, list[Change]]:
    """A new check. Raises Refused (no_back_end, check_pending, public_conversation, bad_transition)."""
    facts, now_ms = moment.facts, moment.now_ms
    ticket, verifying = facts.ticket, moment.ruleset.lifecycle.verifying
    if verifying is None:
        raise Refused("no_back_end", "the rules name no back end that could check an identity (lifecycle: verifying)")
    if facts.conversation.visibility != "private":
        raise Refused("public_conversation", "an identity is checked where the customer alone reads")
    if checks.check is not None and is_open(checks.check, now_ms):
        raise Refused("check_pending", "a check is under way")
    over = [] if checks.check is None or checks.check.state != "pending" else [_expired(checks.check, now_ms)]
    message_id = MessageId(ids.new())
    check = IdentityCheck(
        id=ids.new(),
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        message_id=message_id,
        attempts_max=verifying.attempts,
        expires_at_ms=now_ms + verifying.expires_ms,
        created_at_ms=now_ms,
    )
    changed, event = change_state(ticket, "verifying", actor=actor, reason=None, checked=True, now_ms=now_ms)
    timer = Timer(
        id=ids.new(),
        ticket_id=ticket.id,
        kind="check",
        since_ms=now_ms,
        about=check.id,
        due_at_ms=check.expires_at_ms,
        created_at_ms=now_ms,
    )
    # Each check is told, also a second one since the customer's last message: its key is its own.
    asked = Asked(key=f"check:{check.id}", link=VERIFY_PLACEHOLDER, message_id=message_id)
    said = tell("verifying", changed, moment, ids, asked)
    told = _event(check, ticket, "begun", actor, now_ms)
    word = _word(check, ticket, checks.user_ids, verifying, now_ms, ids)
    made = [Save(changed), Record(event), Add(check), Record(told), Add(timer), Add(word), *said]
    return check, [*map(Save, over), *made]


def _event(check: IdentityCheck, ticket: Ticket, state: str, actor: str, now_ms: int, why: str = "") -> Event:
    data = {"check": check.id, "state": state, "why": why, "attempt": str(check.attempts)}
    return ticket.event("identity.check", actor=actor, data=data, now_ms=now_ms)


def _word(
    check: IdentityCheck, ticket: Ticket, user_ids: tuple[str, ...], verifying: Verifying, now_ms: int, ids: Ids
) -> HookEntry:
    word = CheckWord(
        type=TYPE,
        webhook=verifying.webhook,
        check_id=check.id,
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        user_ids=user_ids,
        language=ticket.language,
        expires_at_ms=check.expires_at_ms,
        attempts=check.attempts_max,
        at_ms=now_ms,
    )
    return HookEntry(
        id=HookId(ids.new()),
        webhook=verifying.webhook,
        ticket_id=ticket.id,
        message_id=None,
        body=msgspec.Raw(_ENCODER.encode(word)),
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )


def settle(
    answer: Answer, check: IdentityCheck, moment: Moment, user_ids: tuple[str, ...], ids: Ids
) -> tuple[IdentityCheck, list[Change]]:
    """The check after the back end's answer; nothing changes when it was said before. Raises Refused (check_over).

    `moment` is of its ticket, or of the one that this was merged into meanwhile: there its customer is answered by now.
    """
    now_ms, ticket = moment.now_ms, moment.facts.ticket
    if answer.attempt in check.answers:
        return check, []
    if not is_open(check, now_ms):
        raise Refused("check_over", f"this check is over: {check.state}", status=410)
    why = _flaw(answer, user_ids)
    passed = answer.result == "passed" and not why
    attempts = check.attempts + 1
    state: CheckState = "passed" if passed else "failed" if attempts >= check.attempts_max else "pending"
    changed = check.changed(
        state=state,
        attempts=attempts,
        answers=(*check.answers, answer.attempt),
        user_id=answer.user_id if passed else None,
        decided_at_ms=None if state == "pending" else now_ms,
    )
    told = _event(changed, ticket, "attempt_failed" if state == "pending" else state, "backend", now_ms, why)
    changes: list[Change] = [Save(changed), Record(told)]
    if state == "pending":
        return changed, changes
    verifying = moment.ruleset.lifecycle.verifying
    lasts_ms = verifying.lasts_ms if verifying is not None else 0
    ticket, moved = _over(ticket, "backend", now_ms, is_own=ticket.id == check.ticket_id)
    ticket = msgspec.structs.replace(
        ticket,
        verified_until_ms=now_ms + lasts_ms if passed else None,
        verified_since_ms=now_ms if passed else None,
        verified_account=changed.user_id,
    )
    if passed:
        moved += tell("verified", ticket, moment, ids, Asked(key=f"passed:{check.id}"))
    return changed, [*changes, Save(ticket), *moved]


def _flaw(answer: Answer, user_ids: tuple[str, ...]) -> str:
    """Why an answer counts as a failed attempt, whatever it says."""
    if answer.result == "failed":
        return "failed"
    if answer.user_id is None:
        return "no_account"
    return "other_account" if user_ids and answer.user_id not in user_ids else ""


def _over(ticket: Ticket, actor: str, now_ms: int, *, is_own: bool = True) -> tuple[Ticket, list[Change]]:
    """The ticket once its check is decided: back with its agents, unless somebody moved it meanwhile, or it waits for
    a check of its own."""
    version, events = ticket.version, list[Change]()
    if is_own and ticket.state == "verifying" and may(ticket.state, "open", "backend"):
        ticket, event = change_state(ticket, "open", actor=actor, reason=None, now_ms=now_ms)
        events.append(Record(event))
    return msgspec.structs.replace(ticket, version=version + 1), events


def _expired(check: IdentityCheck, now_ms: int) -> IdentityCheck:
    return check.changed(state="expired", decided_at_ms=now_ms)


def expire(check: IdentityCheck, ticket: Ticket, now_ms: int) -> tuple[str, list[Change]]:
    """What becomes of a check whose time is over, and what is told of its timer."""
    if check.state != "pending":
        return "overtaken", []
    over = _expired(check, now_ms)
    changed, events = _over(ticket, "system", now_ms)
    told = _event(over, ticket, "expired", "system", now_ms)
    return "fired", [Save(over), Save(changed), *events, Record(told)]


def parted(check: IdentityCheck | None, back: Ticket, left: Ticket) -> tuple[Ticket, Ticket]:
    """A merge is taken back: `check` is the newest one of the ticket that comes `back`. That ticket waits for no check
    that is over, and what it proved since goes with it from the ticket that is `left`."""
    if back.state == "verifying" and (check is None or check.state != "pending"):
        back = msgspec.structs.replace(back, state="open")
    if check is None or check.state != "passed" or left.verified_since_ms != check.decided_at_ms:
        return back, left
    back = msgspec.structs.replace(
        back,
        verified_until_ms=left.verified_until_ms,
        verified_since_ms=left.verified_since_ms,
        verified_account=left.verified_account,
    )
    return back, msgspec.structs.replace(left, verified_until_ms=None, verified_since_ms=None, verified_account=None)
