"""The public JSON of version 1: messages in (the API channel, `route`, `import`), to the letter, both ways.

`decode_message` is the hot path: one typed decode; only unknown fields and errors take the slow one. Contacts are in
`router.model.contact` and offered here too.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from router.model.contact import ContactIn, decode_contact
from router.model.errors import InvalidMessage
from router.model.explain import Shape, explain, load_object, refuse_unstorable, scrub
from router.model.limits import (
    ADDRESS_CHARS_MAX,
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_MAX,
    EXT_BYTES_MAX,
    ID_CHARS_MAX,
    NAME_CHARS_MAX,
    RAW_BYTES_MAX,
    REFERENCES_MAX,
    SUBJECT_CHARS_MAX,
    URL_CHARS_MAX,
)
from router.model.message import (
    AttachmentIn,
    Automatic,
    DeliveryState,
    HeldReason,
    InboundEvent,
    Kind,
    Sender,
    Visibility,
)
from router.model.storable import storable

__all__ = ["ContactIn", "decode_contact", "decode_message", "encode_message"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_LATEST_MS: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MS

_Id = Annotated[str, Meta(min_length=1, max_length=ID_CHARS_MAX)]
_Name = Annotated[str, Meta(max_length=NAME_CHARS_MAX)]
_Address = Annotated[str, Meta(max_length=ADDRESS_CHARS_MAX)]


class _Sender(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: _Id
    name: _Name | None = None
    email: _Address | None = None
    phone: _Address | None = None
    handle: _Name | None = None
    user_id: _Id | None = None
    verified: bool | None = None


class _Attachment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=ID_CHARS_MAX)] | None = None
    content_type: _Name | None = None
    size: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    data: Annotated[bytes, Meta(max_length=ATTACHMENT_BYTES_MAX)] | None = None
    url: Annotated[str, Meta(max_length=URL_CHARS_MAX, pattern=r"\A[Hh][Tt][Tt][Pp][Ss]?://[^\s/]")] | None = None
    content_id: _Id | None = None


class _Message(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    kind: Kind | None = None
    channel: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,31}\Z")]
    account: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)] | None = None
    message_id: _Id
    target_id: _Id | None = None
    thread_id: _Id | None = None
    in_reply_to: _Id | None = None
    references: Annotated[tuple[_Id, ...], Meta(max_length=REFERENCES_MAX)] | None = None
    visibility: Visibility
    sent_at: Annotated[datetime, Meta(tz=True)]
    sender: _Sender
    subject: Annotated[str, Meta(max_length=SUBJECT_CHARS_MAX)] | None = None
    text: Annotated[str, Meta(max_length=RAW_BYTES_MAX)] | None = None
    """The door keeps TEXT_CHARS_MAX of it as text and the rest as a file."""
    html: Annotated[str, Meta(max_length=RAW_BYTES_MAX)] | None = None
    language: Annotated[str, Meta(min_length=1, max_length=35)] | None = None
    """BCP 47 (RFC 5646, section 4.4.1: 35 characters hold every tag worth having)."""
    attachments: Annotated[tuple[_Attachment, ...], Meta(max_length=ATTACHMENTS_MAX)] | None = None
    ext: dict[str, object] | None = None
    # What our own export adds, left out where it says nothing. Values of another shape are taken as unknown fields.
    automatic: Automatic | None = None
    delivery: DeliveryState | None = None
    delivery_detail: Annotated[str, Meta(max_length=SUBJECT_CHARS_MAX)] | None = None
    participants: Annotated[tuple[_Address, ...], Meta(max_length=REFERENCES_MAX)] | None = None
    alarm: bool | None = None
    held: HeldReason | None = None


_DECODER = msgspec.json.Decoder(_Message)
_ENCODE = msgspec.json.Encoder().encode
_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(_Message)}
_EXPORTED: Final = ("automatic", "delivery", "delivery_detail", "participants", "alarm", "held")
_SENDER_FIELDS: Final = frozenset(_Sender.__struct_fields__)
_ATTACHMENT_FIELDS: Final = frozenset(_Attachment.__struct_fields__)
_IDS: Final = ("message_id", "target_id", "thread_id", "in_reply_to", "account")
_LEAP = re.compile(r"(\A\S{10}[Tt ]\d\d:59):60(?:\.\d+)?(?=[Zz+-])")
"""A leap second (RFC 3339, section 5.7), which few calendars hold; its minute ends a millisecond earlier."""
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_SHAPE: Final = Shape(
    meant={
        "kind": "one of message, edit, delete, reaction, receipt, call, unsupported",
        "channel": "text, the connector kind in lower case, such as email, webchat or telegram",
        "account": f"text of 1 to {NAME_CHARS_MAX} characters, the channel's account name, or null for 'default'",
        "message_id": f"text of 1 to {ID_CHARS_MAX} characters, the message's id on its channel",
        "target_id": f"text of 1 to {ID_CHARS_MAX} characters, the message_id this event is about, or null",
        "thread_id": f"text of 1 to {ID_CHARS_MAX} characters, the thread's id on its channel, or null",
        "in_reply_to": f"text of 1 to {ID_CHARS_MAX} characters, the id of the message this one answers, or null",
        "references": f"a list of at most {REFERENCES_MAX} message ids, each a text of 1 to {ID_CHARS_MAX} characters",
        "visibility": "one of public, private",
        "sent_at": "text, a time as RFC 3339 writes it with its offset, such as 2026-11-02T08:00:03Z",
        "sender": 'an object with at least an "id"',
        "sender.id": f"text of 1 to {ID_CHARS_MAX} characters, the writer's id on the channel",
        "sender.name": f"text of at most {NAME_CHARS_MAX} characters or null",
        "sender.email": f"text of at most {ADDRESS_CHARS_MAX} characters or null",
        "sender.phone": f"text of at most {ADDRESS_CHARS_MAX} characters or null",
        "sender.handle": f"text of at most {NAME_CHARS_MAX} characters or null",
        "sender.user_id": f"text of 1 to {ID_CHARS_MAX} characters, the writer's id in your own systems, or null",
        "sender.verified": "true, false or null",
        "subject": f"text of at most {SUBJECT_CHARS_MAX:,} characters or null",
        "text": f"text of at most {RAW_BYTES_MAX:,} characters or null",
        "html": f"text of at most {RAW_BYTES_MAX:,} characters or null",
        "language": "text, a BCP 47 language tag such as en or zh-CN, or null",
        "attachments": f"a list of at most {ATTACHMENTS_MAX} objects",
        "attachments.name": f"text of at most {ID_CHARS_MAX} characters or null",
        "attachments.content_type": "text, a media type such as image/png, or null",
        "attachments.size": "a whole number of bytes or null",
        "attachments.data": f"text, standard base64 with padding (RFC 4648) of at most {ATTACHMENT_BYTES_MAX:,} bytes",
        "attachments.url": f"text, an http or https address of at most {URL_CHARS_MAX:,} characters",
        "attachments.content_id": "text, a Content-ID without brackets, or null",
        "ext": "an object or null",
    },
    quotable=("kind", "channel", "visibility", "sent_at", "language"),
)


def decode_message(data: bytes | dict[str, object]) -> InboundEvent:
    """One "message in" as UTF-8 JSON (or already parsed) to the event it means; pure, linear in its size.

    Raises InvalidMessage naming the field, what was found, what was meant and what to do. Unknown fields are kept under
    `ext`, those of the sender under its key `sender`, those of files under `attachments` by position.
    """
    if isinstance(data, bytes) and b"\\u0000" not in data:
        try:
            return _event(_DECODER.decode(data))
        except (InvalidMessage, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # the slow path knows whether it is an error or an unknown field, and says which of which message
    found = load_object(data) if isinstance(data, bytes) else data
    try:
        return _event(_decode_carefully(found))
    except InvalidMessage as error:
        name = found.get("message_id")
        if isinstance(name, str) and len(name) <= ID_CHARS_MAX:
            error.message_id = storable(name)
        raise


def _decode_carefully(found: dict[str, object]) -> _Message:
    known: dict[str, object] = {}
    unknown: dict[str, object] = {}
    try:
        _refuse_unstorable_ids(found)
        clean = scrub(found)
        assert isinstance(clean, dict)
        known, unknown = _split(clean)
        message = _DECODER.decode(_ENCODE(known))
    except msgspec.ValidationError as error:
        raise explain(error, known, _SHAPE, unknown) from None
    except RecursionError:
        raise InvalidMessage("nested too deeply") from None
    message.ext = {**(message.ext or {}), **unknown} or None
    return message


def _split(found: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """The fields of the contract, and all others as they go into `ext`."""
    known = {key: value for key, value in found.items() if key in _TYPES}
    unknown = {key: value for key, value in found.items() if key not in _TYPES}
    for key in _EXPORTED:
        try:
            msgspec.convert(known.get(key), _TYPES[key])
        except msgspec.ValidationError:
            unknown[key] = known.pop(key)
    if isinstance(sent_at := known.get("sent_at"), str):
        known["sent_at"] = _LEAP.sub(r"\1:59.999", sent_at)
    if "sender" in known:
        known["sender"], extra = _split_fields(known["sender"], _SENDER_FIELDS)
        if extra:
            unknown["sender"] = extra
    if isinstance(files := known.get("attachments"), list):
        parts = [_split_fields(file, _ATTACHMENT_FIELDS) for file in files]
        known["attachments"] = [part for part, _ in parts]
        if extras := {str(position): extra for position, (_, extra) in enumerate(parts) if extra}:
            unknown["attachments"] = extras
    return known, unknown


def _split_fields(found: object, fields: frozenset[str]) -> tuple[object, dict[str, object]]:
    if not isinstance(found, dict):
        return found, {}
    unknown = {key: value for key, value in found.items() if key not in fields}
    return {key: value for key, value in found.items() if key in fields}, unknown


def _refuse_unstorable_ids(found: dict[str, object]) -> None:
    for key in _IDS:
        refuse_unstorable(found.get(key), key)
    if isinstance(sender := found.get("sender"), dict):
        refuse_unstorable(sender.get("id"), "sender.id")
        refuse_unstorable(sender.get("user_id"), "sender.user_id")
    if isinstance(references := found.get("references"), list):
        for position, reference in enumerate(references):
            refuse_unstorable(reference, f"references[{position}]")


def _event(message: _Message) -> InboundEvent:
    sender = message.sender
    kind = message.kind or "message"
    references = message.references or ()
    _check_ids(message, references)
    if kind != "message":
        if message.target_id is None:
            meant = _SHAPE.meant["target_id"].removesuffix(", or null")
            raise InvalidMessage(f"missing; an event of kind {kind!r} needs {meant}", field="target_id")
    elif message.text is None and message.html is None:
        raise InvalidMessage(
            'missing; a message has "text" or "html" ("text": "" if it only carries files)', field="text"
        )
    sent_at_ms = (message.sent_at - _EPOCH) // _MS
    if not 0 <= sent_at_ms <= _LATEST_MS:
        raise InvalidMessage("outside the years 1970 to 9999; expected when the message was sent", field="sent_at")
    return InboundEvent(
        kind=kind,
        channel=message.channel,
        account=message.account or "default",
        message_id=message.message_id,
        target_id=message.target_id,
        thread_id=message.thread_id,
        in_reply_to=message.in_reply_to,
        references=references,
        visibility=message.visibility,
        sent_at_ms=sent_at_ms,
        sender=Sender(
            id=sender.id,
            name=sender.name,
            email=sender.email,
            phone=sender.phone,
            handle=sender.handle,
            user_id=sender.user_id,
            verified=sender.verified,
        ),
        subject=message.subject,
        text=message.text,
        html=message.html,
        language=message.language,
        attachments=_files(message.attachments) if message.attachments else (),
        automatic=message.automatic or "none",
        delivery=message.delivery,
        delivery_detail=message.delivery_detail,
        participants=message.participants or (),
        alarm=kind == "message" and bool(message.alarm or (message.ext or {}).get("alarm") is True),
        held=message.held,
        ext=_ext(message.ext) if message.ext else None,
    )


def _check_ids(message: _Message, references: tuple[str, ...]) -> None:
    """Ids go into headers, keys and addresses: no control characters; their bytes are bounded too, for index rows."""
    sender = message.sender
    ids = (message.message_id, sender.id, message.target_id, message.thread_id, message.in_reply_to, *references)
    for value in (*ids, sender.user_id, message.account):
        if value is not None and not (value.isascii() and value.isprintable()):
            _check_unusual_id(value, message)


def _check_unusual_id(value: str, message: _Message) -> None:
    fields = {"sender.id": message.sender.id, "sender.user_id": message.sender.user_id}
    fields |= {key: getattr(message, key) for key in _IDS}
    field = next((key for key, held in fields.items() if held == value), "references")
    if _CONTROL.search(value):
        raise InvalidMessage("an id may hold no control character; send it without", field=field)
    if len(value.encode()) > ID_CHARS_MAX:
        raise InvalidMessage(f"found {len(value.encode()):,} bytes; an id has at most {ID_CHARS_MAX}", field=field)


def _files(files: tuple[_Attachment, ...]) -> tuple[AttachmentIn, ...]:
    for position, file in enumerate(files):
        if file.data is None and file.url is None:
            raise InvalidMessage('has neither "data" (base64) nor "url"; give one', field=f"attachments[{position}]")
    return tuple(
        AttachmentIn(
            name=file.name,
            content_type=file.content_type,
            size=file.size if file.data is None else len(file.data),
            data=file.data,
            url=file.url,
            content_id=file.content_id,
        )
        for file in files
    )


def _ext(ext: dict[str, object]) -> str:
    text = _ENCODE(ext)
    if len(text) > EXT_BYTES_MAX:
        found = f"found {len(text):,} bytes of unknown fields"
        raise InvalidMessage(f"{found}; at most {EXT_BYTES_MAX:,} are kept: leave some out", field="ext")
    return text.decode()


def encode_message(event: InboundEvent) -> dict[str, object]:
    """The event as "message in" JSON has it, every field of the contract present; `decode_message` reads it back.

    A reply token is left out: whoever holds one may join the conversation. So is `reply_to`, which other programs
    would read as the message that is answered.
    """
    found: dict[str, object] = {
        "kind": event.kind,
        "channel": event.channel,
        "account": event.account,
        "message_id": event.message_id,
        "target_id": event.target_id,
        "thread_id": event.thread_id,
        "in_reply_to": event.in_reply_to,
        "references": list(event.references),
        "visibility": event.visibility,
        "sent_at": _rfc3339(event.sent_at_ms),
        "sender": msgspec.to_builtins(event.sender),
        "subject": event.subject,
        "text": event.text,
        "html": event.html,
        "language": event.language,
        "attachments": [_file_out(file) for file in event.attachments],
    }
    if event.automatic != "none":
        found["automatic"] = event.automatic
    if event.participants:
        found["participants"] = list(event.participants)
    if event.alarm:
        found["alarm"] = True
    if event.held is not None:
        found["held"] = event.held
    for key in ("delivery", "delivery_detail"):
        if (value := getattr(event, key)) is not None:
            found[key] = value
    if event.ext is not None:
        found["ext"] = msgspec.json.decode(event.ext)
    return found


def _file_out(file: AttachmentIn) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(file)
    return {key: value for key, value in found.items() if value is not None or key in {"name", "content_type", "size"}}


def _rfc3339(at_ms: int) -> str:
    spec = "milliseconds" if at_ms % 1000 else "seconds"
    return (_EPOCH + at_ms * _MS).isoformat(timespec=spec).replace("+00:00", "Z")


def message_schemas() -> dict[str, object]:
    """JSON Schemas (2020-12) of "message in" (`Message`) and what it holds, for the API's description.

    Unknown fields are kept under `ext`, so none of them is closed.
    """
    _, schemas = msgspec.json.schema_components(
        [_Message],
        schema_hook=lambda _any: {"description": "anything"},  # what `ext` holds
        ref_template="#/components/schemas/{name}",
    )
    text = msgspec.json.encode(schemas).replace(b"#/components/schemas/_", b"#/components/schemas/")
    # Patterns of JSON Schema are those of ECMA-262, which has no other anchors.
    text = text.replace(rb'"pattern":"\\A', b'"pattern":"^').replace(rb'\\Z"', b'$"')
    named: dict[str, dict[str, object]] = msgspec.json.decode(text)
    for schema in named.values():
        schema.pop("additionalProperties", None)
        schema.pop("title", None)
    return {name.lstrip("_"): schema for name, schema in named.items()}
