"""The queues a rules file defines, and how they are worked: skills, choice of the agent, hours, overflow."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from rules import names
from rules.document import Node, Scalar
from rules.problems import Position
from rules.reader import Reader
from rules.templates import nearest

KEYS = ("name", "default", "emergency", "skills", "pick", "hours", "max_waiting", "overflow")
PICKS = ("longest_idle", "least_busy", "round_robin", "known_agent")


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """A test of a queue: how many agents are free, or how many tickets wait. Both bounds are included."""

    what: Literal["available", "waiting"]
    low: float
    high: float


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step; it is taken once, `after` so long in the queue, or at once, and only where `when` holds."""

    at: Position
    after_ms: int | None = None
    when: tuple[Crowd, ...] = ()
    relax: tuple[str, ...] = ()
    """Skills no longer asked for; `all` stands for every one."""
    add_skills: tuple[str, ...] = ()
    raise_urgency: bool = False
    to: str | None = None
    """The next queue: with its skills instead of those asked for so far."""
    reply: str | None = None

    @property
    def sure(self) -> bool:
        """It is taken sooner or later, whatever the crowd."""
        return self.after_ms is not None and not self.when


class QueueSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One queue as defined in the files."""

    id: str
    names: Mapping[str, str]
    """Shown name per language; at least one."""
    default: bool = False
    """Takes what no rule places."""
    emergency: bool = False
    """Takes what comes by the alarm, whatever the rules say."""
    skills: tuple[str, ...] = ()
    """What its agents need for every ticket."""
    pick: str | None = None
    """Which of the agents who may gets the ticket."""
    hours: str | None = None
    """One of `times`: nobody works it outside."""
    max_waiting: int | None = None
    """So many tickets may wait; one more goes on to the first queue of the overflow at once."""
    overflow: tuple[Step, ...] = ()

    def name(self, language: str | None) -> str:
        """Return the name in this language or the first one given."""
        return self.names[nearest(language, tuple(self.names)) or next(iter(self.names))]


def read(key: Scalar, node: Node, reader: Reader) -> QueueSpec:
    """Read one queue; problems are recorded, the queue exists all the same for references."""
    if isinstance(node, Scalar) and node.empty:
        return QueueSpec(id=key.value, names={"en": key.value})
    keys = reader.keys(node, KEYS, f"the queue {key.value}")
    default = "default" in keys and bool(reader.flag(keys["default"], "default"))
    emergency = "emergency" in keys and bool(reader.flag(keys["emergency"], "emergency"))
    return QueueSpec(id=key.value, names=names.read(key, keys, reader, "a queue"), default=default, emergency=emergency)
