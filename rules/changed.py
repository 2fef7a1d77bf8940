"""The tests `changed` and `changed to`: what a ticket is now and was not before. Only `ticket.updated` has a before."""

from dataclasses import replace
from typing import Final

from rules.fields import Field, Value
from rules.scene import Scene

OPERATORS: Final = ("changed", "changed to")
EVENT: Final = "ticket.updated"
_FIELDS: Final = ("ticket.state", "ticket.queue", "ticket.urgency", "ticket.tags")


def operators(field: Field) -> tuple[str, ...]:
    """How the change of a field may be tested."""
    return OPERATORS if field.name in _FIELDS else ()


def derived(field: Field, operator: str) -> tuple[Field, str]:
    """The field that tells of the change, and what it is tested with."""
    if operator == "changed":
        return Field(f"{field.name} changed", "flag", lambda scene: _changed(field, scene)), "is"
    newly = replace(field, name=f"{field.name} newly", read=lambda scene: _newly(field, scene))
    return newly, "has" if field.kind == "set" else "is"


def _changed(field: Field, scene: Scene) -> bool | None:
    """None where there is no before: then no test holds."""
    return None if scene.earlier is None else _set(field.read(scene)) != _set(field.read(scene.earlier))


def _newly(field: Field, scene: Scene) -> Value:
    """What it has become; of a set what came to it. None where nothing changed."""
    if scene.earlier is None:
        return None
    now, before = field.read(scene), field.read(scene.earlier)
    if isinstance(now, tuple):
        return tuple(one for one in now if not (isinstance(before, tuple) and one in before))
    return None if now == before else now


def _set(value: Value) -> object:
    """Tags have no order."""
    return frozenset(value) if isinstance(value, tuple) else value
