"""The rules that come with Switchboard."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

Version = tuple[int, int, int]

VERSIONS: Final[Mapping[str, Version]] = {"wallet": (1, 0, 0)}
"""Packs by name. What rules can see of one, its ids, tags and queues, changes with the first number only."""


def read() -> dict[str, bytes]:
    """Return the shipped files by name, ready for `rules.ruleset.load`."""
    return {entry.name: entry.read_bytes() for entry in files(__name__).iterdir() if entry.name.endswith(".yaml")}
