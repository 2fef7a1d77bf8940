"""The conditions `during` and `outside`: whether named hours are open when it happens."""

from dataclasses import dataclass

from rules.attributes import Is
from rules.book import Book
from rules.conditions import All, AnyOf, Condition, Evidence
from rules.document import Node, Scalar
from rules.fields import Field
from rules.scene import Scene
from rules.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Is):
    """The hours are open, or closed."""

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the name of the hours."""
        del scene
        return [Evidence(f"{self.label} {self.field.name}")]


def read(key: Scalar, node: Node, book: Book) -> Condition | None:
    """Read `during` (in one of the hours) or `outside` (in none of them)."""
    found = [
        Open(label=key.value, at=key.at, field=_field(book.times[name]), values=frozenset({key.value == "during"}))
        for scalar in book.reader.scalars(node, key.value)
        if (name := book.reader.known(scalar, "time", book.time_names)) is not None and name in book.times
    ]
    if len(found) < 2:
        return next(iter(found), None)
    several = AnyOf if key.value == "during" else All
    return several(label=key.value, at=key.at, conditions=tuple(found))


def _field(schedule: Schedule) -> Field:
    def is_open(scene: Scene) -> bool | None:
        now_ms = scene.facts.now_ms
        return None if now_ms is None else schedule.is_open(now_ms)

    return Field(schedule.name, "flag", is_open)
