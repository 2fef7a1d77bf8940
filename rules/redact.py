"""Masks secrets and personal data in one field of text; intake, the outbound guard and `switchboard redact` call it.

Pure, total and linear. `redact(redact(x).text)` changes nothing: placeholders are barriers that no
detector matches or reaches across, and detection repeats until a round finds nothing new.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from rules.detectors.hit import SEVERITY, TYPES, Hit, SecretType
from rules.detectors.registry import Plan, plan
from rules.detectors.scan import Scan
from rules.facts import Finding, Redacted, Visibility
from rules.fold import BARRIER, BETWEEN_FIELDS, Folded, fold
from rules.own_finds import OwnFind

SECRETS: Final[frozenset[SecretType]] = frozenset({
    "SEED_PHRASE", "PRIVATE_KEY", "KEYSTORE", "PASSWORD", "CARD", "CVV", "OTP", "API_KEY",
})  # fmt: skip
"""What nobody may hold: masked on every channel."""

PERSONAL: Final[frozenset[SecretType]] = frozenset(TYPES) - SECRETS - {"CUSTOM"}
"""What names or reaches a person. A wallet address is among them: beside a public handle it shows
the world what that person owns. A transaction hash is not: the customer gave it to be looked up."""

_REPORTED_PRIVATE: Final = PERSONAL - {"PERSON_NAME", "STREET_ADDRESS"}
_OF_ITS_PLACE: Final = frozenset({"EMAIL", "PHONE", "IP", "NATIONAL_ID", "PERSON_NAME", "STREET_ADDRESS"})
"""What is told by the words right beside it alone; for the rest it counts what else the field says."""
_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(TYPES)})\]")
_ROUNDS_MAX: Final = 8


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Which types are masked, and which are only reported, by visibility. The rest is not looked for."""

    masked: Mapping[Visibility, frozenset[SecretType]]
    reported: Mapping[Visibility, frozenset[SecretType]]
    own: tuple[OwnFind, ...] = ()
    """What a site looks for besides, as CUSTOM."""


class _Looking(NamedTuple):
    """What is looked for in one message, as `Plan` is used."""

    plan: Plan
    own: tuple[OwnFind, ...]

    def scanner(self, folded: Folded) -> Scan:
        """Look `folded` over once."""
        return self.plan.scanner(folded)

    def find(self, scan: Scan) -> list[Hit]:
        """Every hit, in no order."""
        return [*self.plan.find(scan), *(hit for own in self.own for hit in own.find(scan.folded))]


DEFAULT_POLICY: Final = Policy(
    masked={"public": SECRETS | PERSONAL, "private": SECRETS},
    reported={"public": frozenset(), "private": _REPORTED_PRIVATE},
)


class _Span(msgspec.Struct, frozen=True):
    """A finding in offsets of the field as it came in."""

    start: int
    end: int
    type: SecretType
    masked: bool
    evidence: str


def redact(
    text: str,
    *,
    field: str = "text",
    visibility: Visibility = "private",
    policy: Policy = DEFAULT_POLICY,
) -> Redacted:
    """Mask what `policy` masks in `text`; `field` is only written into the findings.

    Findings are sorted and disjoint, offsets are code points of `text`. Never raises.
    """
    return redact_fields([(field, text)], visibility=visibility, policy=policy)[0]


def redact_fields(
    fields: Sequence[tuple[str, str]], *, visibility: Visibility = "private", policy: Policy = DEFAULT_POLICY
) -> list[Redacted]:
    """Each field as `redact` would answer alone; what has nothing to hide is looked over in one pass for all."""
    masked, reported = policy.masked[visibility], policy.reported[visibility]
    types = masked | reported
    how = _Looking(plan(types), policy.own) if policy.own and "CUSTOM" in types else plan(types)
    scan = _scan(BETWEEN_FIELDS.join([text for _, text in fields]), how)
    hits = how.find(scan)
    if not hits:
        return [Redacted(text=text) for _, text in fields]
    if len(fields) == 1:
        found = [_spans(scan.folded, hits, masked)]
    elif all(hit.type in _OF_ITS_PLACE for hit in hits):
        found = _by_field(_spans(scan.folded, hits, masked), fields)
    else:
        parts = scan.parts([len(text) for _, text in fields])
        found = [_spans(part.folded, how.find(part), masked) for part in parts]
    return [_redacted(field, text, spans, masked, how) for (field, text), spans in zip(fields, found, strict=True)]


def _by_field(spans: list["_Span"], fields: Sequence[tuple[str, str]]) -> list[list["_Span"]]:
    """Spans in offsets of the field that each is in."""
    found: list[list[_Span]] = []
    begin = 0
    for _, text in fields:
        end = begin + len(text)
        found.append([
            msgspec.structs.replace(span, start=span.start - begin, end=span.end - begin)
            for span in spans
            if begin <= span.start < end
        ])  # fmt: skip
        begin = end + len(BETWEEN_FIELDS)
    return found


def _redacted(
    field: str, text: str, spans: list["_Span"], masked: frozenset[SecretType], how: Plan | _Looking
) -> Redacted:
    if not spans:
        return Redacted(text=text)
    redacted = _apply(text, spans)
    if redacted is not text:
        spans, redacted = _settle(text, spans, redacted, masked, how)
    return Redacted(text=redacted, findings=tuple([_finding(field, span) for span in spans]))


def _finding(field: str, span: "_Span") -> Finding:
    return Finding(
        field=field, start=span.start, end=span.end, type=span.type, masked=span.masked, evidence=span.evidence
    )


def shortened(text: str, limit: int, visibility: Visibility, policy: Policy) -> tuple[str, bool]:
    """At most `limit` characters, no half of a secret among them, which nobody would know for one; and whether a secret
    is left out."""
    found = redact(text, visibility=visibility, policy=policy).findings
    left_out = [one.start for one in found if one.masked and one.end > limit]
    return text[: min([limit, *left_out])], bool(left_out)


def masked_values(text: str, redacted: Redacted) -> tuple[str, ...]:
    """The values that were masked, folded so that other spellings of one value are equal.

    For the caller's keyed hashes only: keep them in memory, in the order of the masked findings.
    """
    return tuple(
        _canonical(finding.type, fold(text[finding.start : finding.end]))
        for finding in redacted.findings
        if finding.masked
    )


def _canonical(kind: str, value: Folded) -> str:
    """Without joiners; a phrase also without its numbering and, like an address of mail, without case."""
    if kind == "SEED_PHRASE":
        return " ".join(re.findall(r"[^\W\d_]+", value.low))
    text = value.low if kind == "EMAIL" else value.text
    return "".join(filter(str.isalnum, text))


def _settle(
    text: str, spans: list[_Span], redacted: str, masked: frozenset[SecretType], how: Plan | _Looking
) -> tuple[list[_Span], str]:
    """Look again at what is left, since a mask changes what its neighbours stand beside."""
    for _ in range(_ROUNDS_MAX):
        scan = _scan(redacted, how)
        again = [span for span in _spans(scan.folded, how.find(scan), masked) if span.masked]
        if not again:
            break
        origin = _origins([span for span in spans if span.masked])
        spans = _disjoint([*spans, *(_moved(span, origin) for span in again)])
        redacted = _apply(text, spans)
    return spans, redacted


def _scan(text: str, how: Plan | _Looking) -> Scan:
    return how.scanner(fold(_PLACEHOLDER.sub(_barrier, text) if "[" in text else text))


def _spans(folded: Folded, hits: Sequence[Hit], masked: frozenset[SecretType]) -> list[_Span]:
    if not hits:
        return []
    return _disjoint([
        _Span(*folded.origin(hit.start, hit.end), hit.type, hit.type in masked, hit.evidence)
        for whole in hits
        for hit in _around_barriers(folded, whole)
    ])  # fmt: skip


def _barrier(match: re.Match[str]) -> str:
    return BARRIER * len(match.group())


def _around_barriers(folded: Folded, hit: Hit) -> Sequence[Hit]:
    """The parts of a hit that are no placeholder: a block may have had one inside it."""
    if BARRIER not in folded.text[hit.start : hit.end]:
        return (hit,)
    parts = re.finditer(f"[^{BARRIER}]+", folded.text[hit.start : hit.end])
    return [
        hit._replace(start=hit.start + part.start(), end=hit.start + part.end())
        for part in parts
        if part.group().strip()
    ]


def _disjoint(spans: list[_Span]) -> list[_Span]:
    """Masks that overlap become one, named by the gravest; reports give way to everything else."""
    merged: list[_Span] = []
    for span in sorted((s for s in spans if s.masked), key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = _union(merged[-1], span)
        else:
            merged.append(span)
    reports = sorted((s for s in spans if not s.masked), key=lambda s: (SEVERITY[s.type], s.start, -s.end))
    for report in reports:
        if all(report.end <= span.start or report.start >= span.end for span in merged):
            merged.append(report)
    return sorted(merged, key=lambda s: s.start)


def _union(one: _Span, two: _Span) -> _Span:
    graver = min(one, two, key=lambda s: SEVERITY[s.type])
    return msgspec.structs.replace(graver, start=one.start, end=max(one.end, two.end))


def _apply(text: str, spans: Sequence[_Span]) -> str:
    pieces: list[str] = []
    done = 0
    for span in spans:
        if span.masked:
            pieces += (text[done : span.start], f"[{span.type}]")
            done = span.end
    if not done:
        return text
    pieces.append(text[done:])
    return "".join(pieces)


class _Origins(msgspec.Struct, frozen=True):
    """Where the untouched pieces of a redacted text begin, there and in the original."""

    redacted: list[int]
    original: list[int]

    def __call__(self, offset: int) -> int:
        piece = bisect_right(self.redacted, offset) - 1
        return self.original[piece] + offset - self.redacted[piece]


def _origins(masks: Sequence[_Span]) -> _Origins:
    redacted, original = [0], [0]
    shift = 0
    for mask in masks:
        shift += len(mask.type) + 2 - (mask.end - mask.start)
        redacted.append(mask.end + shift)
        original.append(mask.end)
    return _Origins(redacted, original)


def _moved(span: _Span, origin: _Origins) -> _Span:
    """A span found in redacted text, in offsets of the original; it never touches a placeholder."""
    return msgspec.structs.replace(span, start=origin(span.start), end=origin(span.end - 1) + 1)
