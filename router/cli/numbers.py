"""Whole numbers as commands read and say them."""

import argparse
import sys
from collections.abc import Callable

_FOUND_CHARS = 40


def whole(meant: str, lowest: int, highest: int) -> Callable[[str], int]:
    """Reads one from `lowest` to `highest`; `meant` says of what, for the error."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            found = text if len(text) <= _FOUND_CHARS else f"{text[:_FOUND_CHARS]}…"
            raise argparse.ArgumentTypeError(f"{found!r} is no number of {meant} ({lowest} to {highest})")
        return number

    return read


def counted(number: int, one: str, many: str = "") -> str:
    """`1 ticket`, `2 tickets`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def say_none(found: int, what: str, *, as_json: bool) -> None:
    """Where a list for people is empty, say so; what programs read stays empty."""
    if not found and not as_json:
        print(what, file=sys.stderr)
