"""Whole numbers as commands read them."""

import argparse
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
