"""What a long soak tells who started it (`make soak`); a short one among the tests tells nothing."""

import os
from collections import Counter

import pytest


def report(capsys: pytest.CaptureFixture[str], kind: str, events: int, replies: int, faults: Counter[str]) -> None:
    """One line beside pytest's own."""
    if "SWITCHBOARD_SOAK" in os.environ:
        told = ", ".join(f"{count} {fault}" for fault, count in sorted(faults.items()))
        with capsys.disabled():
            print(f"\n{kind}: {events} events, {replies} replies; {told}")
