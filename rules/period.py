"""From when, and until when, a rule is awake."""

from dataclasses import dataclass

from rules.conditions import Condition, Evidence
from rules.document import Node
from rules.moments import moment
from rules.reader import Reader
from rules.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Since(Condition):
    """The moment has come. Holds for no message whose time is not known."""

    from_ms: int

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        now_ms = scene.facts.now_ms
        return now_ms is not None and now_ms >= self.from_ms

    def evidence(self, scene: Scene) -> list[Evidence]:
        """A date is no reason."""
        del scene
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Until(Condition):
    """The moment has not come yet. Holds for no message whose time is not known."""

    until_ms: int

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        now_ms = scene.facts.now_ms
        return now_ms is not None and now_ms < self.until_ms

    def evidence(self, scene: Scene) -> list[Evidence]:
        """A date is no reason."""
        del scene
        return []


def read(keys: dict[str, Node], reader: Reader) -> list[Condition]:
    """Read `from` and `until` of a rule; a day counts from its first moment to its last."""
    found: list[Condition] = []
    since = moment(keys["from"], "from", reader) if "from" in keys else None
    until = moment(keys["until"], "until", reader) if "until" in keys else None
    if since is not None:
        found.append(Since(label="from", at=keys["from"].at, from_ms=since.start_ms))
    if until is not None:
        found.append(Until(label="until", at=keys["until"].at, until_ms=until.end_ms))
    if since is not None and until is not None and since.start_ms >= until.end_ms:
        reader.fail(keys["until"].at, "value", "until is before from", "swap them")
    return found
