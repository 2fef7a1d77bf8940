"""What a rule may wait for: a message, a change of its ticket, a deadline, silence."""

import re
from collections.abc import Collection
from typing import Final

from rules.document import Node, Scalar
from rules.facts import MESSAGE_RECEIVED
from rules.moments import duration_ms
from rules.problems import meant
from rules.reader import Reader

SERVED: Final = frozenset({MESSAGE_RECEIVED, "ticket.updated"})
"""What the running service gives; the others happen in tests only."""

_PLAIN: Final = (MESSAGE_RECEIVED, "ticket.created", "ticket.updated")
_KNOWN: Final = (*_PLAIN, "sla.<name>.80%", "sla.<name>.breach", "idle.<duration>")
WRITTEN: Final = (
    r"message\.received|ticket\.(?:created|updated)|sla\..+\.(?:[1-9][0-9]?%|breach)|idle\.[0-9]{1,6}[smhd]"
)
"""What an event looks like, for editors."""
_PERCENT: Final = re.compile(r"[1-9][0-9]?%")


def read(node: Node, slas: Collection[str], reader: Reader) -> str | None:
    """Read `event`; `slas` are the names of deadlines that the files define."""
    found = reader.scalar(node, "event")
    return found.value if found is not None and _good(found, slas, reader) else None


def doubt(event: str, node: Node, reader: Reader) -> None:
    """Warn of an event that only tests give so far."""
    if event not in SERVED:
        reader.problems.warn(
            node.at,
            "not-served",
            f"the service does not give {event} yet",
            "the rule is checked and can be tested; it acts once the service does",
        )


def _good(found: Scalar, slas: Collection[str], reader: Reader) -> bool:
    kind, _, rest = found.value.partition(".")
    if found.value in _PLAIN:
        return True
    if kind == "sla" and rest:
        name, _, when = rest.rpartition(".")
        if name and (when == "breach" or _PERCENT.fullmatch(when)):
            return reader.known(Scalar(name, found.quoted, found.at), "sla", slas) is not None
        reader.fail(
            found.at, "value", f"the event {found.value} names no moment", "sla.<name>.80% or sla.<name>.breach"
        )
    elif kind == "idle" and rest:
        if duration_ms(rest) is not None:
            return True
        reader.fail(found.at, "value", f"{rest} is no duration", "for example idle.30m, idle.4h or idle.2d")
    else:
        reader.fail(found.at, "value", f"there is no event {found.value}", meant(found.value, _KNOWN))
    return False
