"""Buttons of a message of ours, and how they become lines of text where a network has none, or not so many. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Unit = Literal["utf16", "bytes"]
"""How a network counts text: in UTF-16 units, or in bytes of UTF-8."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A label with an address that it opens, or with a text that is sent back when it is pressed."""

    label: str
    url: str = ""
    says: str = ""
    """In the place of an address. What comes back is an ordinary message of whoever pressed it."""


class ButtonLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a network takes, as data; a bound of None is none."""

    most: int
    """Of one message."""
    label_max: int | None = None
    """In UTF-16 units."""
    says_max: int | None = None
    says_unit: Unit = "utf16"
    text_max: int | None = None
    """Of the text above them, in UTF-16 units."""
    in_public: bool = False
    """Also where everybody reads them."""


def length(text: str, unit: Unit = "utf16") -> int:
    """How long a network finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if unit == "utf16" else len(text.encode())


def as_lines(buttons: Sequence[Button]) -> str:
    """The same in words: what can be opened, and what can be answered."""
    return "\n".join(f"- {each.label}{_behind(each)}" for each in buttons)


def degraded(text: str, buttons: Sequence[Button], limits: ButtonLimits | None) -> tuple[str, tuple[Button, ...]]:
    """The text and the buttons that a network shows; the others are lines at the end of the text, none is dropped.

    `limits` None: the network has no buttons.
    """
    kept: list[Button] = []
    for each in buttons if limits is not None else ():
        if limits is not None and len(kept) < limits.most and _fits(each, limits):
            kept.append(each)
    shown = _with_lines(text, [each for each in buttons if each not in kept])
    too_long = limits is not None and limits.text_max is not None and length(shown) > limits.text_max
    if too_long or not shown.strip():  # a network takes no buttons below nothing
        return _with_lines(text, buttons), ()
    return shown, tuple(kept)


def _fits(button: Button, limits: ButtonLimits) -> bool:
    label_fits = limits.label_max is None or length(button.label) <= limits.label_max
    return label_fits and (limits.says_max is None or length(button.says, limits.says_unit) <= limits.says_max)


def _with_lines(text: str, buttons: Sequence[Button]) -> str:
    return "\n\n".join(filter(None, (text, as_lines(buttons))))


def _behind(button: Button) -> str:
    told = button.url or button.says
    return "" if told == button.label else f": {told}"
