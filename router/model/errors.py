"""Errors, named by what to do about them.

SwitchboardError
  ConfigError        the operator mends a file (exit 78)
  InvalidMessage     bad input: refused or quarantined, never retried
  Conflict           somebody was faster: gather again
  Fenced             the lease went to another worker: drop the batch
  StoreUnavailable   the database is away: nothing was acknowledged, try again later
  StatementTimeout   the database is there, what was asked takes too long: go on with something else
  StoreDamaged       the same of a file with a damaged page: restore a backup
  Refused            a request that cannot be granted (4xx)
"""

from typing import TypeVar

T = TypeVar("T")


class SwitchboardError(Exception):
    """The root of all errors that the house raises on purpose."""


class ConfigError(SwitchboardError):
    """The configuration is wrong: file, line, what was found, what was meant; of each mistake, when there are some."""

    def __init__(self, *told: str) -> None:
        super().__init__(told[0] if len(told) == 1 else "\n  ".join([f"{len(told)} mistakes:", *told]))
        self.told = told


class InvalidMessage(SwitchboardError):
    """An inbound payload cannot be understood or breaks a limit.

    `field` names the culprit where there is one, `message_id` the message where that much could be read.
    """

    def __init__(self, reason: str, *, field: str | None = None, message_id: str | None = None) -> None:
        super().__init__(reason if field is None else f"{field}: {reason}")
        self.reason = reason
        self.field = field
        self.message_id = message_id


class Conflict(SwitchboardError):
    """A version or a unique key moved between gathering and applying."""


class MediaGone(Conflict):
    """A file that was to be referred to is being removed, or is gone: keep it anew."""


class Fenced(SwitchboardError):
    """The partition's fencing token is no longer ours."""


class StoreUnavailable(SwitchboardError):
    """The database cannot be reached or is out of room; nothing was written."""


class StatementTimeout(StoreUnavailable):
    """A statement took too long, or was cut off for that, by a database that answers: nothing was written. It may be
    that of one row alone, and for ever."""


class StoreDamaged(StatementTimeout):
    """The database's file is damaged where a statement looked: nothing was written, others may get through."""


class Paused(StoreUnavailable):
    """An operator has the channel off. To whoever brings something that is a store that is away: it comes again."""


class Refused(SwitchboardError):
    """A command that cannot be granted; `code` is stable and has a sentence in both languages."""

    def __init__(self, code: str, detail: str, *, status: int = 409, data: dict[str, object] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.data = data or {}


def existing(found: T | None, what: str, name: str) -> T:
    """What was looked up by a name that somebody gave. Raises Refused (not_found) where there is none."""
    if found is None:
        raise Refused("not_found", f"there is no {what} {name[:40]}", status=404)
    return found
