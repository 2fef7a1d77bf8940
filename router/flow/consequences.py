"""What follows from a change of a ticket, whoever made it: what the rules make of it, whether it rings, its timers."""

from collections.abc import Sequence

from router.core.oncall import ring
from router.core.timers import timers_of
from router.core.updates import is_change, judge_update
from router.model.changes import Change, Record, Save
from router.model.sources import Ids
from router.model.tables import Ticket
from router.store import commands as gather
from router.store.script import Store
from rules.changed import EVENT
from rules.ruleset import Ruleset


async def consequences(
    store: Store, ruleset: Ruleset, before: Ticket, changes: Sequence[Change], *, now_ms: int, ids: Ids
) -> list[Change]:
    """The changes with all that follows from what they make of `before`."""
    after = next((c.row for c in changes if isinstance(c, Save) and isinstance(c.row, Ticket)), None)
    if after is None:
        return list(changes)
    more: list[Change] = []
    if ruleset.waits_for(EVENT) and is_change(before, after):
        around = await store.read(gather.surroundings(after, ruleset.logins))
        after, more = judge_update(before, after, around, ruleset, now_ms=now_ms, ids=ids)
    after, rung = ring(before, after, ruleset, now_ms=now_ms)
    rest = [c for c in changes if not (isinstance(c, Save) and isinstance(c.row, Ticket))]
    timers = timers_of(before, after, ruleset.lifecycle, ruleset.times, now_ms=now_ms, ids=ids)
    return [Save(after), *rest, *more, *timers, *map(Record, rung)]
