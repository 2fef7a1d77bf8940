"""From a parsed event to a journal entry: limits, text from HTML, redaction, files sealed. Pure but for the keyring.

Fails closed: an event that breaks a limit raises InvalidMessage and is quarantined, and nothing unredacted passes on.
"""

import hashlib
import re
from html import unescape
from urllib.parse import urlsplit

import msgspec

from router.core.html import derive_text, sanitise
from router.keys import Keyring
from router.model.errors import InvalidMessage
from router.model.ids import AttachmentId, BlobHash
from router.model.limits import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_MAX,
    EXT_BYTES_MAX,
    ID_CHARS_MAX,
    NAME_CHARS_MAX,
    REFERENCES_MAX,
    SUBJECT_CHARS_MAX,
    TEXT_CHARS_MAX,
    URL_CHARS_MAX,
)
from router.model.message import (
    AttachmentIn,
    InboundEvent,
    JournalEntry,
    Redaction,
    StoredAttachment,
    Visibility,
)
from router.model.sources import Ids
from router.store.rows import BlobRow
from rules.redact import masked_values, redact

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""Code points that PostgreSQL and JSON refuse; each is replaced by one other, so that offsets stay true."""

_TAG = re.compile(r"<[^<>]*>")
_JSON_ESCAPE = re.compile(r"\\.")
_JSON_BREAKS = frozenset({r"\n", r"\r", r"\t"})
_SECRET_CHARS = 8_000
"""No secret is longer than this, counted to either side of the place where a long text is cut."""


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may be stored."""

    entry: JournalEntry
    blobs: tuple[BlobRow, ...] = ()
    masked: bool = False
    """Something was masked: its raw payload must not rest, not even sealed."""


class _Marks:
    """Findings of all fields of one event."""

    def __init__(self, event: InboundEvent, keys: Keyring) -> None:
        self._visibility = event.visibility
        self._keys = keys
        self.redactions: list[Redaction] = []
        self.types: dict[str, None] = {}
        self.hashes: list[str] = []
        self.masked = False

    def clean(self, text: str, field: str, *, report: bool = True) -> str:
        """The field without its secrets; `report` says whether the spans are the public contract's redactions."""
        redacted = redact(text, field=field, visibility=self._visibility)
        if redacted.findings:
            masked = [f for f in redacted.findings if f.masked]
            self.types.update((f.type, None) for f in redacted.findings)
            if masked:
                self.masked = True
                values = masked_values(text, redacted)
                self.hashes += [self._keys.fingerprint(f.type, v) for f, v in zip(masked, values, strict=True)]
            if report:
                self.redactions += [Redaction(field=field, start=f.start, end=f.end, type=f.type) for f in masked]
        return storable(redacted.text)


def storable(text: str) -> str:
    """The text with each NUL and lone surrogate replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def clean(
    event: InboundEvent, keys: Keyring, ids: Ids, *, received_at_ms: int, rules_version: str, parse_ms: float = 0.0
) -> Cleaned:
    """Everything between the parser and the journal. Raises InvalidMessage for what breaks a limit."""
    event = _storable_ids(event)
    _check(event)
    marks = _Marks(event, keys)
    whole = event.text if event.text is not None else derive_text(event.html or "")
    text, rest = _cut(whole, event.visibility)
    # Where the HTML is all there is, what is reported are offsets in the text derived from it (DESIGN 6).
    safe_text = marks.clean(text, "text" if event.text is not None else "html")
    safe_html = _clean_html(event, marks)
    subject = None if event.subject is None else marks.clean(event.subject[:SUBJECT_CHARS_MAX], "subject")
    sender = event.sender
    if sender.name:
        name = marks.clean(sender.name[:NAME_CHARS_MAX], "sender.name", report=False)
        sender = msgspec.structs.replace(sender, name=name)
    ext = _clean_ext(event.ext, marks)
    files = event.attachments
    if rest:
        files = (
            *files,
            AttachmentIn(name="rest-of-message.txt", content_type="text/plain", data=rest.encode(errors="replace")),
        )
    attachments, blobs = _store_files(files, marks, keys, ids, received_at_ms)
    safe = msgspec.structs.replace(
        event, text=safe_text, html=safe_html, subject=subject, sender=sender, ext=ext, attachments=()
    )
    entry = JournalEntry(
        event=safe,
        attachments=attachments,
        redactions=tuple(marks.redactions),
        findings=tuple(marks.types),
        entity_hashes=tuple(marks.hashes),
        rules_version=rules_version,
        received_at_ms=received_at_ms,
        parse_ms=parse_ms,
    )
    return Cleaned(entry=entry, blobs=blobs, masked=marks.masked)


def _storable_ids(event: InboundEvent) -> InboundEvent:
    """Ids and addresses are no text to be masked, but they have to be storable all the same."""
    names = (event.message_id, event.account, event.target_id, event.thread_id, event.in_reply_to, event.reply_to)
    people = (event.sender.id, event.sender.email, event.sender.phone, event.sender.handle, event.sender.user_id)
    every = [name for name in (*names, *people, *event.references, *event.participants) if name is not None]
    if not _UNSTORABLE.search("".join(every)):
        return event
    raw: dict[str, object] = msgspec.to_builtins(event, builtin_types=(bytes,))
    return msgspec.convert({key: _storable_value(key, value) for key, value in raw.items()}, InboundEvent)


def _storable_value(key: str, value: object) -> object:
    if key in {"text", "html", "subject", "attachments"}:
        return value  # these have ways of their own
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable_value("", item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_value("", item) for item in value]
    return value


def _check(event: InboundEvent) -> None:
    for field, value in (
        ("message_id", event.message_id),
        ("sender.id", event.sender.id),
        ("target_id", event.target_id),
        ("thread_id", event.thread_id),
        ("in_reply_to", event.in_reply_to),
        ("account", event.account),
    ):
        if value is not None and len(value) > ID_CHARS_MAX:
            raise InvalidMessage(f"{len(value)} characters, at most {ID_CHARS_MAX} are taken", field=field)
    if not event.message_id or not event.sender.id.strip():
        raise InvalidMessage("is empty", field="sender.id" if event.message_id else "message_id")
    if event.kind == "message" and event.text is None and event.html is None:
        raise InvalidMessage("a message needs text or html", field="text")
    if len(event.attachments) > ATTACHMENTS_MAX:
        raise InvalidMessage(
            f"{len(event.attachments)} files, at most {ATTACHMENTS_MAX} are taken", field="attachments"
        )
    if len(event.references) > REFERENCES_MAX:
        raise InvalidMessage(f"{len(event.references)} ids, at most {REFERENCES_MAX} are taken", field="references")


def _cut(text: str, visibility: Visibility) -> tuple[str, str]:
    """What the message keeps, and the rest, which becomes a sealed file. A secret across the limit goes there whole."""
    at = TEXT_CHARS_MAX
    if len(text) <= at:
        return text, ""
    start = at - _SECRET_CHARS
    for found in redact(text[start : at + _SECRET_CHARS], visibility=visibility).findings:
        if found.masked and start + found.start < at < start + found.end:
            at = start + found.start
    return text[:at], text[at:]


def _clean_html(event: InboundEvent, marks: _Marks) -> str | None:
    """Safe HTML, or None: markup cannot be masked span by span, so one secret anywhere in it drops it whole."""
    if event.html is None:
        return None
    before = marks.masked
    words = derive_text(event.html)[:TEXT_CHARS_MAX]
    if event.text is not None and words.split() != event.text.split():
        marks.clean(words, "html", report=False)
    html = sanitise(event.html)
    _look_over(html[: TEXT_CHARS_MAX * 2], words, marks)
    found = marks.masked if event.text is None else marks.masked != before or before
    return None if found or len(html) > TEXT_CHARS_MAX * 2 else storable(html)


def _look_over(html: str, words: str, marks: _Marks) -> None:
    """Look for secrets in a safe copy: in its tags alone when it says no more than `words`, seen to before."""
    if unescape(_TAG.sub(" ", html)).split() == words.split():
        html = "\n".join(tag for tag in _TAG.findall(html) if "=" in tag)
    if html:
        marks.clean(html, "html", report=False)


def _clean_ext(ext: str | None, marks: _Marks) -> str | None:
    if ext is None:
        return None
    if len(ext) > EXT_BYTES_MAX:
        raise InvalidMessage(f"unknown fields of {len(ext)} bytes, at most {EXT_BYTES_MAX} are kept", field="ext")
    # A line break in JSON is two letters that would stand between the words of a phrase.
    plain = _JSON_ESCAPE.sub(lambda escape: "  " if escape[0] in _JSON_BREAKS else escape[0], ext)
    safe = marks.clean(plain, "ext", report=False)
    if safe == plain:
        return ext
    try:
        msgspec.json.decode(safe)
    except msgspec.DecodeError:  # a bare number was masked: what is left is no JSON
        return '{"redacted":true}'
    return safe


def _store_files(
    files: tuple[AttachmentIn, ...], marks: _Marks, keys: Keyring, ids: Ids, now_ms: int
) -> tuple[tuple[StoredAttachment, ...], tuple[BlobRow, ...]]:
    stored: list[StoredAttachment] = []
    blobs: dict[BlobHash, BlobRow] = {}
    for number, file in enumerate(files, start=1):
        name = marks.clean((file.name or f"attachment-{number}")[:SUBJECT_CHARS_MAX], "attachments.name", report=False)
        attachment, blob = _store_file(file, name[:NAME_CHARS_MAX], keys, ids, now_ms)
        stored.append(attachment)
        if blob is not None:
            blobs.setdefault(blob.hash, blob)
    return tuple(stored), tuple(blobs.values())


def _store_file(
    file: AttachmentIn, name: str, keys: Keyring, ids: Ids, now_ms: int
) -> tuple[StoredAttachment, BlobRow | None]:
    attachment = StoredAttachment(
        id=AttachmentId(ids.new()),
        name=name,
        content_type=storable(file.content_type or "application/octet-stream")[:NAME_CHARS_MAX],
        size=len(file.data) if file.data is not None else file.size or 0,
        content_id=file.content_id,
    )
    if file.data is None:
        url = (file.url or "")[:URL_CHARS_MAX]
        if urlsplit(url).scheme not in {"http", "https"}:
            raise InvalidMessage(f"file {name!r} has neither data nor an http(s) url", field="attachments")
        return msgspec.structs.replace(attachment, url=url, state="remote"), None
    if len(file.data) > ATTACHMENT_BYTES_MAX:
        return msgspec.structs.replace(attachment, state="too_big"), None
    digest = BlobHash(hashlib.sha256(file.data).hexdigest())
    sealed = keys.seal(file.data, f"blob:{digest}")
    blob = BlobRow(hash=digest, key_id=sealed.key_id, data=sealed.data, size=len(file.data), created_at_ms=now_ms)
    return msgspec.structs.replace(attachment, blob=digest), blob
