"""Passwords, codes and keys that are given away without the word for them: "its Hunter22x, same as always".

No label announces such a value; that it is one is told by all that stands around it, and by its shape. So both are
weighed, as words are for incidents (docs/decisions/0004-weighed-words.md), with weights that
`scripts/learn_told.py` learned from messages. Of most values what stands right beside them rules it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import repeat
from sys import intern
from typing import Final, NamedTuple

from rules.detectors.hit import Hit, SecretType
from rules.detectors.labels import words
from rules.detectors.scan import Scan
from rules.detectors.surroundings import Seen, Surroundings, View, is_key, is_long, is_number, values
from rules.expression import expression
from rules.fold import BARRIER, BETWEEN_FIELDS

VALUES_MAX: Final = 40
"""Values in a field, of which more are a table or a log."""
HUNDREDTHS: Final = 100
"""Weights are whole hundredths, as they are written: sums of fractions depend on their order, and sets have none."""
LONG_LINE: Final = 1 * HUNDREDTHS
"""What a long value has to weigh: most are hashes and addresses, by which a matter is known again."""
BARRIER_SHOWN: Final = "\\x1a"
_CVV_FIGURES: Final = 3
_OF_SOMETHING_ELSE = expression(
    "(?:"
    + words(
        "readings?",
        "odometer",
        "mileage",
        "validator",
        "epoch",
        "slot",
        "block(?: height)?",
        "nonce",
        "error(?: code)?",
        "err",
        "status(?: code)?",
        "sku",
        "upc",
        "lot",
        "batch",
        "model",
        "part(?: no)?",
        "serial(?: no| number)?",
        "sha ?(?:1|256|512)",
        "md5",
        "checksum",
        "digest",
        "commit",
        # A card by its end.
        "last (?:four|4)(?: digits)?(?: (?:of|on) (?:(?:my|the|that|this) )?(?:[a-z]{1,10} ){0,2}card)?",
        "(?:ending|ends)(?: in| with)?",
        # What somebody wants of a password is not the password: `i need my pin back 44190233`.
        "(?:password|passcode|pin|code|login|account)s? (?:back|reset|again|recovery|help|problem|issue)",
        "merge",
        "etag",
        "(?:request|trace|correlation|span|event|job|run|build|message) id",
        "ray",
        "(?:x )?trace",
        "span",
        "boundary",
        "build",
        "port",
        "exp(?:iry|ires|iration)?(?: date)?",
        "key id",
    )
    + "|(?:忘[记記了]|找回|重[置设設])(?:密[码碼])"
    "|[读讀示]数|[读讀]數|度[数數]|里程|[验驗][证證](?:者|人|[节節][点點])|[纪紀]元|[区區][块塊](?:高度)?|高度"
    "|[错錯][误誤]代?[码碼]"
    "|尾[号號數数]碼?|[末后後][四4][位码碼個个]"
    "|批[次号號]|[型机機][号號]|序列[号號]|[条條][码碼]|校[验驗](?:[码碼值和])|摘要|端口|通[訊讯]埠|到期日?|有效期|http/[0-9.]{1,3}[\"']"
    r")(?:\([^()\n]{1,60}\)|:?\s[0-9a-f]{7,40}(?=\s))?[\s:=#是为為]{0,3}(?:(?:is|was|of)\s)?[\"'`(]?\Z"
)
"""A value with this before it was read off something, or is the number or the digest of a thing."""
_NAMED_CHARS: Final = 48
_OF_FILE = expression(r"[0-9a-fA-F]+ [ *][!-~]{0,100}\.[0-9A-Za-z]{1,8}(?!\S)")
"""The digest of a file and its name, as `sha256sum` writes them."""


class Scale(NamedTuple):
    """What things that are seen speak for, by what is called a view and by what is seen in it."""

    start: int
    """What it weighs where nothing is known."""
    weights: Mapping[str, Mapping[Seen, int]]

    def weigh(self, views: Iterable[View]) -> int:
        """Add up what is seen, in hundredths."""
        none: Mapping[Seen, int] = {}
        known = self.weights.get
        return self.start + sum([sum(map(known(name, none).get, seen, repeat(0))) for name, seen in views])


class Scales(NamedTuple):
    """The questions that are asked of a value, one after the other."""

    beside: Scale
    """Is it worth looking farther?"""
    secret: Scale
    code: Scale
    """Is it a code, and not a password or PIN?"""


def find(scan: Scan, others: Sequence[Hit]) -> Iterator[Hit]:
    """Hits in the folded text beside those of the other detectors; each field is looked at by itself."""
    text, low = scan.text, scan.low
    if others:
        text, low = without(text, others), without(low, others)
    begin = 0
    for field in text.split(BETWEEN_FIELDS):
        end = begin + len(field)
        for start, stop, kind in secrets(field, low[begin:end]):
            yield Hit(begin + start, begin + stop, kind, "context")
        begin = end + len(BETWEEN_FIELDS)


def without(text: str, hits: Iterable[Hit]) -> str:
    """Return the text as it stands there when these are masked."""
    parts: list[str] = []
    last = 0
    for hit in sorted(hits):
        if hit.end > last:
            start = max(hit.start, last)
            parts += (text[last:start], BARRIER * (hit.end - start))
            last = hit.end
    return "".join([*parts, text[last:]])


def secrets(text: str, low: str) -> Iterator[tuple[int, int, SecretType]]:
    """Secrets of one field."""
    spans = values(text)
    if not 0 < len(spans) <= VALUES_MAX:
        return
    around, ask = Surroundings(text, low, spans), scales()
    for number, (start, end) in enumerate(spans):
        if (
            _OF_SOMETHING_ELSE.search(low, max(0, start - _NAMED_CHARS), start) is not None
            or _OF_FILE.match(text, start) is not None
        ):
            continue
        near = around.beside(number)
        if ask.beside.weigh(near) < 0:
            continue
        seen = [*near, *around.about(number)]
        value = text[start:end]
        name = _name(value)
        if value[name:].isdigit() and name:
            continue
        if ask.secret.weigh(seen) >= (LONG_LINE if is_long(value) else 0):
            yield start + name, end, _kind(value[name:], is_code=ask.code.weigh(seen) >= 0)


def _name(value: str) -> int:
    """How long the name of a field is that a long value begins with: `session=...`."""
    return value.rstrip("=").rfind("=") + 1 if is_long(value) else 0


def _kind(value: str, *, is_code: bool) -> SecretType:
    if is_long(value):
        return "PRIVATE_KEY" if is_key(value) else "API_KEY"
    if is_number(value) and sum(map(str.isdigit, value)) == _CVV_FIGURES:
        return "CVV"
    return "OTP" if is_code else "PASSWORD"


@cache
def scales() -> Scales:
    """Read what each thing seen speaks for; the first line is what everything weighs from the start."""
    lines = files(__package__).joinpath("told.txt").read_text(encoding="utf-8").splitlines()
    start, *rest = (line for line in lines if not line.startswith("#"))
    found: list[dict[str, dict[Seen, int]]] = [{}, {}, {}]
    for line in rest:
        *three, name, seen = line.split(" ", 4)
        tokens = tuple(map(intern, seen.replace("\\n", "\n").replace(BARRIER_SHOWN, BARRIER).split(" ")))
        key = tokens if len(tokens) > 1 else tokens[0]
        for scale, weight in zip(found, three, strict=True):
            if value := _hundredths(weight):
                scale.setdefault(intern(name), {})[key] = value
    return Scales(*(Scale(_hundredths(one), scale) for one, scale in zip(start.split(), found, strict=True)))


@cache
def _hundredths(weight: str) -> int:
    """Equal ones are one object: of a hundred thousand a few hundred differ."""
    return round(float(weight) * HUNDREDTHS)
