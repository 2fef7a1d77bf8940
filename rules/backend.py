"""The wallet's back end as rules describe it: actions it can be asked for, and where it answers questions."""

from collections.abc import Mapping

import msgspec


class ActionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the back end can be asked to do about an account."""

    name: str
    names: Mapping[str, str]
    """Shown name per language; at least one."""
    url: str
    """https, or a reference to it."""
    secret: str
    """A reference."""
    approval: bool = True
    """A second person has to agree."""
    verified: bool = False
    """The customer has to have passed an identity check."""
    undo: str | None = None
    """The action that takes it back."""
    undoes: str | None = None
    """The action it takes back; rules never propose such a one."""

    def strict(self, undoes: str) -> "ActionSpec":
        """The same as what takes another action back: an identity check, and two people."""
        return msgspec.structs.replace(self, approval=True, verified=True, undoes=undoes)


class ContextSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Where the back end tells what it knows of an account."""

    url: str
    secret: str
