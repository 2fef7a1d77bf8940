"""Redaction policies of the files: what is looked for, what becomes of it by visibility, and who sees what.

A rule chooses policies at the door (`then: {redact: name}`). Several may meet in one message: for each type the
strictest of them counts, and a type that none of them names is treated as without any (`rules.redact.DEFAULT_POLICY`).
What nobody may hold is masked, whatever a file says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import re2

from rules.book import Book
from rules.detectors.hit import TYPES, SecretType
from rules.document import Listing, Node, Scalar, Table
from rules.facts import Visibility
from rules.moments import duration
from rules.own_finds import TYPE, OwnFind
from rules.reader import Reader
from rules.redact import PERSONAL, SECRETS

Mode = Literal["keep", "flag", "seal", "mask"]
Sight = Literal["full", "masked", "removed"]

MODES: Final[tuple[Mode, ...]] = ("keep", "flag", "seal", "mask")
"""The strictest last."""
SIGHTS: Final[tuple[Sight, ...]] = ("full", "masked", "removed")
"""The strictest last."""
KEYS: Final = ("find", "mode", "seal_for", "viewers")
VISIBILITIES: Final[tuple[Visibility, ...]] = ("public", "private")
VIEWERS: Final[Mapping[str, tuple[Sight, ...]]] = {
    "agent": ("masked", "full"),
    "supervisor": ("masked", "full"),
    "search_index": SIGHTS,
    "webhook": ("masked", "removed"),
}
OWN_KEYS: Final = ("words", "matches", "keep_last")
SEAL_MS: Final = 72 * 3_600_000
"""How long a sealed value can be revealed, unless a policy says otherwise: as long as raw payloads rest."""
SEAL_MAX_MS: Final = 90 * 86_400_000
KEEP_LAST_MAX, PATTERN_MAX, FINDS_MAX = 8, 512, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewers:
    """Who sees what of a finding."""

    agent: Sight = "masked"
    supervisor: Sight = "full"
    search_index: Sight = "full"
    """full: as the text is kept; masked: never the value; removed: nor the placeholder."""
    webhook: Sight = "masked"
    """masked: that something was found; removed: not even that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactPolicy:
    """One policy, as the files define it."""

    name: str
    types: frozenset[SecretType]
    """CUSTOM among them where `own` has any."""
    own: tuple[OwnFind, ...]
    mode: Mapping[Visibility, Mode]
    seal_ms: int
    viewers: Viewers


def read(key: Scalar, node: Node, book: Book) -> RedactPolicy:
    """Read one policy; problems are recorded, it exists for references all the same."""
    reader = book.reader
    keys = reader.keys(node, KEYS, f"the policy {key.value}")
    types: set[SecretType] = set()
    own: list[OwnFind] = []
    if "find" in keys:
        _finds(keys["find"], types, own, book)
    elif isinstance(node, Table):
        reader.fail(key.at, "missing", f"the policy {key.value} finds nothing", "write find: [PHONE, EMAIL]")
    if own:
        types.add(TYPE)
    mode = _mode(keys.get("mode"), reader)
    seals = "seal" in mode.values()
    seal_ms = duration(keys["seal_for"], "seal_for", reader) if "seal_for" in keys else None
    if seal_ms is not None and seal_ms > SEAL_MAX_MS:
        reader.fail(keys["seal_for"].at, "limit", "seal_for is too long", f"at most {SEAL_MAX_MS // 86_400_000}d")
    if "seal_for" in keys and not seals:
        reader.fail(keys["seal_for"].at, "value", f"the policy {key.value} seals nothing", "write mode: seal")
    viewers = _viewers(keys.get("viewers"), reader, seals=seals)
    _hold_secrets(keys, frozenset(types), mode, book)
    return RedactPolicy(
        name=key.value,
        types=frozenset(types),
        own=tuple(own),
        mode=mode,
        seal_ms=seal_ms or SEAL_MS,
        viewers=viewers,
    )


def _finds(node: Node, types: set[SecretType], own: list[OwnFind], book: Book) -> None:
    reader = book.reader
    known = [name for name in TYPES if name != TYPE]
    items = node.items if isinstance(node, Listing) else (node,)
    if not items:
        reader.fail(node.at, "empty", "find is an empty list", "write at least one type, such as PHONE")
    if len(items) > FINDS_MAX:
        reader.fail(node.at, "limit", f"{len(items)} finds", f"at most {FINDS_MAX}")
    for item in items:
        if isinstance(item, Table):
            found = _own(item, book)
            if found is not None:
                own.append(found)
        elif (name := reader.choice(item, "find", known)) is not None:
            types.add(cast("SecretType", name))


def _own(node: Table, book: Book) -> OwnFind | None:
    reader = book.reader
    keys = reader.keys(node, OWN_KEYS, "a find of your own")
    keep_last = reader.number(keys["keep_last"], "keep_last", 0, KEEP_LAST_MAX) if "keep_last" in keys else 0
    if ("words" in keys) == ("matches" in keys):
        reader.fail(node.at, "missing", "a find of your own needs words or matches", "write one of the two")
        return None
    if "words" in keys:
        words = book.words(keys["words"], "words", alone=False)
        return OwnFind(words=words, keep_last=keep_last or 0) if words else None
    pattern = reader.scalar(keys["matches"], "matches")
    if pattern is None:
        return None
    if len(pattern.value) > PATTERN_MAX:
        reader.fail(pattern.at, "regex", f"{len(pattern.value)} characters", f"at most {PATTERN_MAX}")
        return None
    try:
        found = OwnFind(pattern=pattern.value, keep_last=keep_last or 0)
    except re2.error as error:
        said = error.args[0]
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        reader.fail(pattern.at, "regex", text, "RE2 syntax: no look-around, no back-references")
        return None
    if found.matches_nothing():
        reader.fail(pattern.at, "regex", "the expression also finds nothing at all", "make it need a character")
        return None
    return found


def _mode(node: Node | None, reader: Reader) -> Mapping[Visibility, Mode]:
    modes: dict[Visibility, Mode] = dict.fromkeys(VISIBILITIES, "mask")
    if isinstance(node, Table):
        for visibility, value in reader.keys(node, VISIBILITIES, "mode").items():
            modes[cast("Visibility", visibility)] = _one_mode(value, reader)
    elif node is not None:
        modes = dict.fromkeys(VISIBILITIES, _one_mode(node, reader))
    return modes


def _one_mode(node: Node, reader: Reader) -> Mode:
    return cast("Mode", reader.choice(node, "mode", MODES) or "mask")


def _viewers(node: Node | None, reader: Reader, *, seals: bool) -> Viewers:
    seen: dict[str, Sight] = {}
    for viewer, value in (reader.keys(node, VIEWERS, "viewers") if node is not None else {}).items():
        sight = reader.choice(value, viewer, VIEWERS[viewer])
        if sight is not None:
            seen[viewer] = cast("Sight", sight)
        if sight == "full" and viewer in {"agent", "supervisor"} and not seals:
            said = f"there is nothing to show to {viewer}"
            reader.fail(value.at, "value", said, "only what is sealed can be revealed")
    if seen.get("agent") == "full" and seen.get("supervisor") == "masked" and node is not None:
        reader.fail(node.at, "value", "a supervisor sees at least what an agent sees", "write supervisor: full")
    return Viewers(**seen)


def _hold_secrets(
    keys: dict[str, Node], types: frozenset[SecretType], mode: Mapping[Visibility, Mode], book: Book
) -> None:
    """Refuse to weaken what protects everybody; doubt what lays personal data open."""
    secrets = ", ".join(name for name in TYPES if name in types & SECRETS)
    weaker = next((found for found in mode.values() if found != "mask"), None)
    at = keys["mode"].at if "mode" in keys else None
    if secrets and weaker is not None and at is not None:
        hint = "nobody may hold these: they are masked on every channel; put them into a policy with mode: mask"
        book.reader.fail(at, "weakens-secret", f"mode {weaker} for {secrets}", hint)
    if at is not None and types & PERSONAL and mode["public"] in {"keep", "flag"}:
        hint = "everybody reads it there; write mode: {public: mask}"
        book.problems.warn(at, "personal-in-public", f"mode {mode['public']} on public channels", hint)
