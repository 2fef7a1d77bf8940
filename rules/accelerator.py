"""The second way to find words: all patterns of a rule set in one hyperscan database, where that package is installed.

It answers which patterns stand in a text, the same as `rules.literals` does and in a fraction of the time; where they
stand is looked up there, for the few messages that need it. Databases are compiled in the background and kept on disk
by whoever calls: `dump` and `load` turn them into bytes and back. Without the package, on a processor it does not know,
or with a file of another version everything works as before, only slower.
"""

import hashlib
import re
from importlib import import_module
from typing import Any, Final

from rules.literals import Finder
from rules.text import LETTERS
from rules.views import ANY_NUMBER, between_blanks, is_odd, words_and_signs

try:
    hyperscan: Any = import_module("hyperscan")
except ImportError:  # an optional extra, and there are no wheels for every machine
    hyperscan = None

_FORMAT: Final = b"switchboard-words-1\n"
_DIGEST: Final = hashlib.sha256().digest_size
_DIGITS: Final = b"0123456789"
_WORDS: Final = bytes(code if code < 128 and LETTERS.match(chr(code)) else ord(" ") for code in range(256))
"""Makes every byte blank that is no letter of ASCII: a word then stands between blanks."""
_FOREIGN_BYTES: Final = bytes(range(0xC2, 0xE3))
"""Bytes that begin characters between ASCII and Chinese."""
_FOREIGN_LETTER: Final = re.compile(r"[^\W\x00-\x7f\u2e80-\U0010ffff]")


class Unavailable(Exception):
    """There is no hyperscan here, for the reason given; the first way to find words serves."""


class Accelerator:
    """Says which patterns of a finder stand in a text."""

    def __init__(self, finder: Finder, database: Any) -> None:  # noqa: ANN401 - hyperscan is optional
        self._database = database
        self._longest = finder.reach // 3  # a view may hold two blanks more for each character
        _names = _patterns(finder)
        self._only_words = not any(map(is_odd, finder.named))
        """In a text of ASCII nothing is searched but words."""
        self._scratches: list[Any] = []
        """Those at rest. A scan lets other threads run, and each needs a scratch of its own."""

        def note(number: int, _start: int, _end: int, _flags: int, found: set[str]) -> None:
            found.add(_names[number])

        self._note = note

    def find(self, text: str) -> set[str] | None:
        """Return the patterns that stand in a folded text; None for one so long that its end is not searched."""
        if len(text) > self._longest:
            return None
        data = text.encode()
        words = data.translate(_WORDS)
        found: set[str] = set()
        try:
            scratch = self._scratches.pop()
        except IndexError:
            scratch = hyperscan.Scratch(self._database)
        ascii_only = len(data) == len(text)
        both = b" %b " % words if ascii_only and self._only_words else b"%b\n %b " % (data, words)
        self._database.scan(both, self._note, context=found, scratch=scratch)
        self._scratches.append(scratch)
        if len(data.translate(None, _DIGITS)) < len(data):
            found.add(ANY_NUMBER)
        if ascii_only or len(data.translate(None, _FOREIGN_BYTES)) == len(data) or not _FOREIGN_LETTER.search(text):
            return found
        return _whole(found, text)

    def dump(self) -> bytes:
        """Everything, to be loaded on a machine of the same kind."""
        return bytes(hyperscan.dumpb(self._database))


def _whole(found: set[str], text: str) -> set[str]:
    """Leave out what is part of a longer word: hyperscan takes only ASCII for letters."""
    view = between_blanks(words_and_signs(text)[0])
    return {pattern for pattern in found if " " not in {pattern[0], pattern[-1]} or pattern in view}


def missing() -> str | None:
    """Why nothing can be accelerated here; None when it can."""
    if hyperscan is None:
        return "the package hyperscan is not installed"
    try:
        _compiled(["a"])
    except hyperscan.error as error:
        return f"hyperscan {hyperscan.__version__} does not run on this machine ({error})"
    return None


def key(finder: Finder) -> str:
    """A name for a finder's database: equal patterns have the same, whatever rules they stand in."""
    digest = hashlib.sha256(f"{getattr(hyperscan, '__version__', '')}\n".encode())
    for pattern in _patterns(finder):
        digest.update(pattern.encode() + b"\n")
    return digest.hexdigest()[:32]


def compiled(finder: Finder) -> Accelerator:
    """Compile a finder's patterns: a second for 30,000 of them. Raises Unavailable."""
    if (reason := missing()) is not None:
        raise Unavailable(reason)
    try:
        return Accelerator(finder, _compiled(_patterns(finder)))
    except hyperscan.error as error:
        raise Unavailable(f"hyperscan refuses these words ({error})") from None


def _patterns(finder: Finder) -> list[str]:
    """What is searched, by number."""
    return sorted(finder.named.keys() - {ANY_NUMBER})


def _compiled(patterns: list[str]) -> Any:  # noqa: ANN401
    """A database that tells once for each pattern that it stands in a text."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode() for pattern in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
        literal=True,
    )
    return database


def dumped(accelerator: Accelerator, name: str) -> bytes:
    """A database as a file, with its name and a digest."""
    content = name.encode() + accelerator.dump()
    return _FORMAT + hashlib.sha256(content).digest() + content


def loaded(finder: Finder, file: bytes) -> Accelerator | None:
    """Read what `dumped` wrote; None when it is damaged, or of other words, another version or another machine."""
    head = len(_FORMAT) + _DIGEST
    name, content = key(finder).encode(), file[head:]
    if hyperscan is None or file[:head] != _FORMAT + hashlib.sha256(content).digest() or not content.startswith(name):
        return None
    try:
        database = hyperscan.loadb(content[len(name) :], hyperscan.HS_MODE_BLOCK)
        return Accelerator(finder, database)
    except hyperscan.error:
        return None
