"""The rules that come with Switchboard. A pack says its name and version itself: `pack: wallet@1.1.0`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

Version = tuple[int, int, int]

_PACK: Final = re.compile(rb"^pack: ([a-z0-9-]+)@([0-9]+)\.([0-9]+)\.([0-9]+)$", re.MULTILINE)


@cache
def versions() -> Mapping[str, Version]:
    """Packs by name. What rules can see of one, its ids, tags and queues, changes with the first number only."""
    found = (_PACK.search(content) for content in read().values())
    return {pack[1].decode(): (int(pack[2]), int(pack[3]), int(pack[4])) for pack in found if pack is not None}


def read() -> dict[str, bytes]:
    """Return the shipped files by name, ready for `rules.ruleset.load`."""
    return {entry.name: entry.read_bytes() for entry in files(__name__).iterdir() if entry.name.endswith(".yaml")}


@cache
def encoders() -> frozenset[str]:
    """Return the names of the encoders that come with the packs."""
    return frozenset(
        entry.name.removesuffix(".onnx") for entry in files(__name__).iterdir() if entry.name.endswith(".onnx")
    )
