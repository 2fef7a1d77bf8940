"""When the queues of the active rules are worked, for channels that ring people."""

from collections.abc import Callable

from router.core.assignment import closed_queues
from router.flow.rulebook import Rulebook
from router.model.sources import Clock


class HouseHours:
    """Implements connector.Hours. The rules are read after the channels are opened, and change under way."""

    def __init__(self, rulebook: Callable[[], Rulebook], clock: Clock) -> None:
        self._rulebook, self._clock = rulebook, clock

    def is_open(self, queue: str) -> bool:
        """Whether somebody works this queue now; one that the rules do not know has no hours."""
        ruleset = self._rulebook().current
        return (queue or ruleset.default_queue) not in closed_queues(ruleset, self._clock.now_ms())
