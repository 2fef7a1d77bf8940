"""What may leave the house: one guard for what agents write and for what the machine answers. Pure.

Public text may hold nothing that the door would mask and nothing from the private side of this customer. Private text
that holds a secret is held up until whoever wrote it says yes to just that. Nobody may ask for a secret, anywhere, and
a link leads to our own hosts. Concerns say what and where, never the value.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from router.core.private_side import PrivateSide
from router.model.errors import Refused
from router.model.message import Redaction, Visibility
from router.model.snapshot import Acquaintance
from router.model.tables import Conversation
from rules.facts import Finding
from rules.links import LinkHosts
from rules.redact import redact
from rules.solicitation import solicitations

_DRAWN: Final = ("checksum", "separated")
"""What evidence of a phrase begins with that is no sentence."""


class Concern(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A place in a text that must not leave, or not without a yes: code points of `field`."""

    field: str
    start: int
    end: int
    type: str
    """A type of the detectors, ASKS_SECRET, FOREIGN_LINK, CUSTOMER_NAME, CUSTOMER_IDENTITY or PRIVATE_TEXT."""


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way of a text."""

    blocked: tuple[Concern, ...] = ()
    held: tuple[Concern, ...] = ()
    """May go once its author confirmed each of them."""

    @property
    def all(self) -> tuple[Concern, ...]:
        """What stands in the way of a text that nobody is there to confirm."""
        return tuple(sorted((*self.blocked, *self.held)))

    def unconfirmed(self, confirmed: tuple[Concern, ...]) -> tuple[Concern, ...]:
        """What is held and not among what was confirmed, place for place: a text that was changed asks anew."""
        return tuple(concern for concern in self.held if concern not in confirmed)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A text that may leave, as it rests: what has a private policy is masked, confirmed or not."""

    text: str
    findings: tuple[str, ...]
    redactions: tuple[Redaction, ...]
    clear: str | None
    """What is sent when the stored text is masked; it rests sealed only."""


def let_through(
    text: str,
    *,
    visibility: Visibility,
    hosts: LinkHosts | None,
    their: Acquaintance | None,
    conversation: Conversation,
    confirmed: tuple[Concern, ...],
) -> Kept:
    """What an agent wrote, once nothing stands in its way; `their` is what is known of whoever a public text is for.

    Raises Refused: reply_blocked, confirm_needed.
    """
    private_side = PrivateSide(their, conversation) if their is not None and visibility == "public" else None
    found = inspect(text, visibility=visibility, hosts=hosts, private_side=private_side)
    if found.blocked:
        raise _stopped("reply_blocked", found.blocked, visibility, status=422)
    if unconfirmed := found.unconfirmed(confirmed):
        raise _stopped("confirm_needed", unconfirmed, visibility, status=409)
    held = found.held
    return Kept(
        text=redact(text, visibility=visibility).text if held else text,
        findings=tuple(sorted({concern.type for concern in held})),
        redactions=tuple(Redaction(field=c.field, start=c.start, end=c.end, type=c.type) for c in held),
        clear=text if held else None,
    )


def check_names(
    names: Iterable[str], *, visibility: Visibility, their: Acquaintance | None, conversation: Conversation
) -> None:
    """Names of files that leave with a text, which its readers see. Raises Refused (file_blocked)."""
    private_side = PrivateSide(their, conversation) if their is not None and visibility == "public" else None
    for name in names:
        found = inspect(name, visibility=visibility, hosts=None, private_side=private_side)
        kinds = sorted({concern.type for concern in found.all})
        if solicitations(name.replace("_", " ")):  # a blank, as names write it
            kinds = sorted({*kinds, "ASKS_SECRET"})
        if kinds:
            detail = f"the name of a file says {', '.join(kinds)}; rename it and attach it again"
            raise Refused("file_blocked", detail, status=422, data={"name": name, "findings": kinds})


def _stopped(code: str, concerns: tuple[Concern, ...], where: Visibility, *, status: int) -> Refused:
    kinds = ", ".join(sorted({concern.type for concern in concerns}))
    detail = f"this {where} reply holds {kinds}"
    if code == "confirm_needed":
        detail += "; repeat it with these findings as `confirmed` to send it all the same"
    return Refused(
        code,
        detail,
        status=status,
        data={"findings": [msgspec.to_builtins(concern) for concern in concerns], "visibility": where},
    )


def inspect(
    text: str,
    *,
    visibility: Visibility,
    hosts: LinkHosts | None,
    private_side: PrivateSide | None = None,
    field: str = "text",
) -> Inspection:
    """Look over a text that is about to leave. Without `hosts` links are not looked at."""

    def concern(start: int, end: int, kind: str) -> Concern:
        return Concern(field=field, start=start, end=end, type=kind)

    found = redact(text, field=field, visibility=visibility)
    holds = [concern(finding.start, finding.end, finding.type) for finding in found.findings if finding.masked]
    blocked = [concern(*span, "ASKS_SECRET") for span in solicitations(_without_phrases(text, found.findings))]
    if hosts is not None:
        blocked += [concern(*span, "FOREIGN_LINK") for span in hosts.foreign(text)]
    if visibility == "public":
        blocked += holds
        blocked += [concern(*span, kind) for span, kind in (private_side.found_in(text) if private_side else ())]
        holds = []
    return Inspection(blocked=tuple(sorted(set(blocked))), held=tuple(holds))


def _without_phrases(text: str, findings: tuple[Finding, ...]) -> str:
    """The text with marks for recovery phrases, whose words, drawn by lot, at times read as a request: `助记词：读…`.

    Only for those that are proven: what a label alone calls a phrase may be a sentence.
    """
    for finding in findings:
        if finding.type == "SEED_PHRASE" and finding.evidence.startswith(_DRAWN):
            text = text[: finding.start] + "\ufffd" * (finding.end - finding.start) + text[finding.end :]
    return text
