"""How a call of a provider can end other than well, named by what to do about it. No message holds a secret.

Connectors add what is a provider's own, as subclasses.
"""

import re
from typing import Final

from router.connector import AuthFailed, Rejected, Retry, SendOutcome, Unknown

REASON_CHARS_MAX: Final = 300
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


class Failed(Exception):
    """A call did not do what it should; the message says why."""


class Denied(Failed):
    """The keys or the token are refused."""


class Refused(Failed):
    """Never this way: the request itself is the matter."""


class Later(Failed):
    """Not now, and surely not done."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        """`after_s`: what the provider asked for, in seconds."""
        super().__init__(reason)
        self.after_s = after_s


class Uncertain(Failed):
    """No answer to go by: it may have been done."""


def outcome_of(error: Failed, remedy: str = "") -> SendOutcome:
    """What an error means for what was to be sent; `remedy`: what an operator does about refused keys."""
    match error:
        case Later():
            return Retry(reason=str(error), after_s=error.after_s)
        case Denied():
            return AuthFailed(reason=f"{error}: {remedy}" if remedy else str(error))
        case Refused():
            return Rejected(reason=str(error))
        case _:
            return Unknown(reason=str(error))


def one_line(text: str) -> str:
    """What a provider says, fit for a reason."""
    return _CONTROL.sub(" ", text)[:REASON_CHARS_MAX]
