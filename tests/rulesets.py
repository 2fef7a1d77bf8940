"""Rule sets that many tests judge with, compiled once a process: the shipped pack takes as long as hundreds of tests.

A rule set never changes, so that no test can spoil it for another.
"""

from functools import cache

from rules import packs
from rules.ruleset import Ruleset, load


@cache
def shipped() -> Ruleset:
    """The pack that comes with Switchboard, by itself."""
    return load(packs.read())


@cache
def of(text: str) -> Ruleset:
    """One file."""
    return load({"rules.yaml": text.encode()})
