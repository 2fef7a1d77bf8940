"""What the side panel of a ticket shows besides: pages, actions, needed facts, the identity check."""

from collections.abc import Mapping

from router.core.needs import needed
from router.model.actions import ActionEntry
from router.model.alarms import PageEntry
from router.model.ids import AgentId
from router.model.returned import Returned
from router.model.tables import Ticket
from router.model.timers import IdentityCheck
from rules.ruleset import Ruleset


def action_view(row: ActionEntry, names: Mapping[AgentId, str]) -> dict[str, object]:
    """An action as an agent sees it."""
    kind, _, who = row.proposed_by.partition(":")
    return {
        "id": row.id,
        "action": row.action,
        "state": row.state,
        "account": row.account,
        "undoes": row.undoes,
        "proposed_by": row.proposed_by,
        "proposed_by_name": names.get(AgentId(who), who) if kind == "agent" else None,
        "decided_by": row.decided_by,
        "decided_by_name": names.get(row.decided_by, row.decided_by) if row.decided_by is not None else None,
        "attempts": row.attempts,
        "outcome": row.outcome,
        "error": row.error,
        "at_ms": row.created_at_ms,
    }


def page_view(page: PageEntry) -> dict[str, object]:
    """Who was paged, when, and whether it reached them."""
    return {
        "at_ms": page.created_at_ms,
        "kind": page.kind,
        "to": page.target,
        "round": page.round + 1,
        "step": page.step + 1,
        "state": page.state,
        "attempts": page.attempts,
        "error": page.error,
    }


def facts_view(ticket: Ticket, ruleset: Ruleset) -> list[dict[str, object]]:
    """What the topics of a ticket need, and which of it is known."""
    known = {fact.name: fact for fact in ticket.facts}
    return [
        {
            "name": fact.name,
            "title": dict(fact.names),
            "known": fact.name in known,
            "message_id": known[fact.name].message_id if fact.name in known else None,
            "source": known[fact.name].source if fact.name in known else None,
            "asked": fact.name in ticket.asked,
        }
        for fact in needed(ticket, ruleset)
    ]


def returned_view(row: Returned | None) -> dict[str, object] | None:
    """That mail came back for good, so that nothing automatic goes there."""
    return None if row is None else {"status": row.status, "at_ms": row.at_ms, "message_id": row.message_id}


def check_view(check: IdentityCheck | None) -> dict[str, object] | None:
    """A check as agents and the back end see it."""
    if check is None:
        return None
    return {
        "id": check.id,
        "state": check.state,
        "attempts": check.attempts,
        "attempts_max": check.attempts_max,
        "expires_at_ms": check.expires_at_ms,
        "user_id": check.user_id,
    }
