"""From a parsed event to a journal entry: limits, text from HTML, redaction, files. Pure but for the keyring.

Fails closed: an event that breaks a limit raises InvalidMessage and is quarantined, and nothing unredacted passes on.
"""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from router.core.html import derive_text, sanitise, unsaid
from router.core.textfiles import Looked, look_through
from router.flow.care import facts
from router.flow.fields import Fields
from router.flow.media import NewFile
from router.keys import Keyring
from router.model.errors import InvalidMessage
from router.model.filetypes import UNTOLD, type_of
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
    TEXT_FILES_BYTES_MAX,
    URL_CHARS_MAX,
)
from router.model.message import (
    AttachmentIn,
    InboundEvent,
    JournalEntry,
    Relay,
    StoredAttachment,
    Visibility,
)
from router.model.sources import Ids
from router.model.storable import is_storable, storable
from router.store.rows import SealedRow
from rules.redact import Policy, redact
from rules.ruleset import Ruleset
from rules.treatment import Choice

_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""In a name they turn the words around it, and let a program be read as a picture."""
_JSON_ESCAPE = re.compile(r"\\.")
_JSON_BREAKS = frozenset({r"\n", r"\r", r"\t"})
_SECRET_CHARS = 8_000
"""No secret is longer than this, counted to either side of the place where a long text is cut."""


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may be stored."""

    entry: JournalEntry
    files: tuple[NewFile, ...] = ()
    """What was attached, each content once; durable before the entry is."""
    sealed: SealedRow | None = None
    """Values that a policy seals instead of dropping them."""
    masked: bool = False
    """Something was masked: its raw payload must not rest, not even sealed."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says at length, before anything of it is kept."""

    choice: Choice
    """What the rules at the door chose for it."""
    text: str
    """As much as a message holds."""
    files: tuple[AttachmentIn, ...]
    """What was attached, and the rest of the text."""
    looked: tuple[Looked | None, ...]
    """Each file after it was looked at; None for one that is not kept here."""


def read(event: InboundEvent, ruleset: Ruleset, *, received_at_ms: int) -> Read:
    """Read the text, let the rules choose policies for it, and look through the files: the long part of the work."""
    said = event.text if event.text is not None else derive_text(event.html or "")
    choice = ruleset.choose(facts(event, said, received_at_ms))
    policy = choice.treatment.policy
    text, rest = _cut(said, event.visibility, policy)
    files = event.attachments if not rest else (*event.attachments, _rest_of_message(rest))
    left = TEXT_FILES_BYTES_MAX
    looked: list[Looked | None] = []
    for file in reversed(files):  # the rest of the text is looked through first
        if file.data is None or len(file.data) > ATTACHMENT_BYTES_MAX:
            looked.append(None)
        elif len(file.data) > left:
            looked.append(Looked(data=file.data, checked="unchecked"))
        else:
            kind = file.content_type or UNTOLD
            one = look_through(
                file.data, name=file.name or "", content_type=kind, visibility=event.visibility, policy=policy
            )
            looked.append(one)
            left -= len(file.data) if one.checked != "unchecked" else 0
    return Read(choice=choice, text=text, files=files, looked=tuple(reversed(looked)))


def clean(
    event: InboundEvent,
    keys: Keyring,
    ids: Ids,
    *,
    received_at_ms: int,
    ruleset: Ruleset,
    parse_ms: float = 0.0,
    done: Read | None = None,
) -> Cleaned:
    """Everything between the parser and the journal. Raises InvalidMessage for what breaks a limit.

    `done` is what `read` answered, where it was asked before.
    """
    event = _storable_ids(event)
    _check(event)
    done = done or read(event, ruleset, received_at_ms=received_at_ms)
    fields = Fields(event, keys, done.choice)
    text, files = done.text, done.files
    # Where the HTML is all there is, what is reported are offsets in the text derived from it.
    said = fields.add("text" if event.text is not None else "html", text)
    html = None if event.html is None else _add_html(event.html, text, fields, derived=event.text is None)
    html_end = len(fields)
    subject = None if event.subject is None else fields.add("subject", event.subject, SUBJECT_CHARS_MAX)
    called = _TURNING.sub("", event.sender.name or "")
    name = fields.add("sender.name", called, NAME_CHARS_MAX) if event.sender.name else None
    ext = _add_ext(event.ext, fields)
    names = [
        fields.add("attachments.name", _TURNING.sub("", file.name or "") or f"attachment-{n}", SUBJECT_CHARS_MAX)
        for n, file in enumerate(files, start=1)
    ]
    # A media type may carry the name of the file once more, as a parameter.
    types = [fields.add("attachments.content_type", file.content_type or UNTOLD) for file in files]
    detail = None if event.delivery_detail is None else fields.add("delivery_detail", event.delivery_detail)
    relay = event.relay and _add_attached_mail(event.relay, fields)
    fields.clean((said, subject))

    told = [(fields.safe(name), fields.safe(kind)) for name, kind in zip(names, types, strict=True)]
    for looked in filter(None, done.looked):
        fields.count(looked)
    attachments, contents = _store_files(done, told, ids)
    safe = msgspec.structs.replace(
        event,
        text=fields.safe(said),
        # Markup cannot be masked span by span, so one secret anywhere in it drops it whole.
        html=None if html is None or any(place < html_end for place in fields.masked) else storable(html),
        subject=None if subject is None else fields.safe(subject),
        ext=None if event.ext is None or ext is None else _safe_ext(event.ext, *ext, fields),
        delivery_detail=None if detail is None else fields.safe(detail),
        relay=relay and _safe_relay(*relay, fields),
        attachments=(),
    )
    if name is not None and fields.safe(name) != event.sender.name:
        safe = msgspec.structs.replace(safe, sender=msgspec.structs.replace(event.sender, name=fields.safe(name)))
    care, sealed = fields.carer.care(keys, ids, now_ms=received_at_ms)
    entry = JournalEntry(
        event=safe,
        attachments=attachments,
        redactions=tuple(fields.redactions),
        findings=tuple(fields.types),
        care=care,
        entity_hashes=tuple(fields.hashes),
        address_hashes=tuple(dict.fromkeys(fields.addresses)),
        rules_version=ruleset.version,
        received_at_ms=received_at_ms,
        parse_ms=parse_ms,
    )
    masked = bool(fields.masked) or fields.masked_elsewhere
    return Cleaned(entry=entry, files=contents, sealed=sealed, masked=masked)


def _storable_ids(event: InboundEvent) -> InboundEvent:
    """Ids and addresses are no text to be masked, but they have to be storable all the same."""
    names = (event.message_id, event.account, event.target_id, event.thread_id, event.in_reply_to, event.reply_to)
    people = (event.sender.id, event.sender.email, event.sender.phone, event.sender.handle, event.sender.user_id)
    every = [name for name in (*names, *people, *event.references, *event.participants) if name is not None]
    if is_storable("".join(every)):
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


def _cut(text: str, visibility: Visibility, policy: Policy) -> tuple[str, str]:
    """What the message keeps, and the rest, which becomes a file. A secret across the limit goes there whole."""
    at = TEXT_CHARS_MAX
    if len(text) <= at:
        return text, ""
    start = at - _SECRET_CHARS
    for found in redact(text[start : at + _SECRET_CHARS], visibility=visibility, policy=policy).findings:
        if found.masked and start + found.start < at < start + found.end:
            at = start + found.start
    return text[:at], text[at:]


def _rest_of_message(rest: str) -> AttachmentIn:
    return AttachmentIn(name="rest-of-message.txt", content_type="text/plain", data=rest.encode(errors="replace"))


def _add_html(html: str, said: str, fields: Fields, *, derived: bool) -> str | None:
    """A safe copy, None when it is too long; what it says beyond the text is looked at as fields of their own."""
    safe = sanitise(html)
    for text in unsaid(html, safe, said, derived=derived):
        fields.add("html", text[: TEXT_CHARS_MAX * 2])
    return None if len(safe) > TEXT_CHARS_MAX * 2 else safe


def _add_attached_mail(relay: Relay, fields: Fields) -> tuple[Relay, tuple[int, ...]]:
    """What a forwarded mail says, as far as a message may be long, and the places of its name, subject and text."""
    mail = relay.attached
    if mail is None:
        return relay, ()
    text = mail.text if mail.text is not None else derive_text(mail.html or "")
    said = ((mail.sender.name or "", NAME_CHARS_MAX), (mail.subject or "", SUBJECT_CHARS_MAX), (text, TEXT_CHARS_MAX))
    return relay, tuple([fields.add("attachments.mail", *one) for one in said])


def _safe_relay(relay: Relay, places: tuple[int, ...], fields: Fields) -> Relay:
    mail = relay.attached
    if mail is None:
        return relay
    name, subject, text = map(fields.safe, places)
    sender = msgspec.structs.replace(mail.sender, name=name or None)
    kept = msgspec.structs.replace(mail, sender=sender, subject=subject or None, text=text, html=None)
    return msgspec.structs.replace(relay, attached=kept)


def _add_ext(ext: str | None, fields: Fields) -> tuple[str, int] | None:
    """Unknown fields as they are looked at, and their place."""
    if ext is None:
        return None
    if len(ext) > EXT_BYTES_MAX:
        raise InvalidMessage(f"unknown fields of {len(ext)} bytes, at most {EXT_BYTES_MAX} are kept", field="ext")
    # A line break in JSON is two letters that would stand between the words of a phrase.
    plain = _JSON_ESCAPE.sub(lambda escape: "  " if escape[0] in _JSON_BREAKS else escape[0], ext)
    return plain, fields.add("ext", plain)


def _safe_ext(ext: str, plain: str, place: int, fields: Fields) -> str:
    safe = fields.safe(place)
    if safe == plain:
        return ext
    try:
        msgspec.json.decode(safe)
    except msgspec.DecodeError:  # a bare number was masked: what is left is no JSON
        return '{"redacted":true}'
    return safe


def _store_files(
    done: Read, told: Sequence[tuple[str, str]], ids: Ids
) -> tuple[tuple[StoredAttachment, ...], tuple[NewFile, ...]]:
    stored: list[StoredAttachment] = []
    contents: dict[BlobHash, NewFile] = {}
    for (name, kind), file, looked in zip(told, done.files, done.looked, strict=True):
        attachment, content = _store_file(file, looked, name[:NAME_CHARS_MAX], kind[:NAME_CHARS_MAX], ids)
        stored.append(attachment)
        if content is not None:
            contents.setdefault(content.hash, content)
    return tuple(stored), tuple(contents.values())


def _store_file(
    file: AttachmentIn, looked: Looked | None, name: str, kind: str, ids: Ids
) -> tuple[StoredAttachment, NewFile | None]:
    attachment = StoredAttachment(
        id=AttachmentId(ids.new()),
        name=name,
        content_type=kind,
        size=len(file.data) if file.data is not None else file.size or 0,
        content_id=file.content_id,
    )
    if file.data is None:
        url = (file.url or "").strip()[:URL_CHARS_MAX]
        # An address that leads nowhere loses its file when it is fetched: no customer goes unheard for it.
        if not url.lower().startswith(("http://", "https://")):
            raise InvalidMessage(f"file {name!r} has neither data nor an http(s) url", field="attachments")
        return msgspec.structs.replace(attachment, url=url, state="remote"), None
    if looked is None:
        return msgspec.structs.replace(attachment, state="too_big"), None
    data = looked.data
    content = NewFile(hash=BlobHash(hashlib.sha256(data).hexdigest()), data=data)
    kept = msgspec.structs.replace(
        attachment, blob=content.hash, size=len(data), checked=looked.checked, sniffed=type_of(data) or UNTOLD
    )
    return kept, content
