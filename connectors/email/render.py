"""An outbound message as the bytes of a mail. Pure: the same `Outbound` gives the same bytes at every attempt.

Called by adapter.py. Header injection is impossible: every line of a field passes `_field`, which knows no line breaks.
Sources: RFC 5322, 2045, 2047, 2231 (files), 3834 (automatic answers), 5233 (plus-addresses).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import Final

from connectors.email import dates, thread_index
from connectors.email.domains import deliverable
from router.connector import Outbound, OutboundAttachment
from router.model.limits import NAME_CHARS_MAX, SUBJECT_CHARS_MAX

_REFERENCES_BYTES_MAX: Final = 4_000
"""Some servers refuse long fields; the first id and the newest ones are what clients thread by."""
_ID_BYTES: Final = 16
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")
_REPLY_MARK: Final = re.compile(r"\s*(?:re|aw|sv|antw|回复|答复|回覆)\s*[:：]", re.IGNORECASE)
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS: Final = re.compile(r"[^\s<>(),;:@\"\\\x00-\x1f\x7f]+@[^\s<>(),;:@\"\\\x00-\x1f\x7f]+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._=-]+")
_ID: Final = re.compile(r"[\x21-\x3b=\x3f-\x7e]+")
_TYPE: Final = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")
KEY_FIELD: Final = "X-Delivery-Key"
"""Stands in the mail alone, not in what answers it or names its id: who returns it has had the mail (bounce.py)."""
_WORD_BYTES: Final = 42
"""Of text in one encoded word: base64 of it with its frame stays within 75 characters (RFC 2047, section 2)."""


def is_address(address: str) -> bool:
    """Whether `address` can be written into a header field and an envelope as it stands."""
    return _ADDRESS.fullmatch(address) is not None


def message_id(key: str, domain: str) -> str:
    """Our own Message-ID, without brackets, for an idempotency key: what makes sending it again harmless."""
    return f"{_local_part(key)}@{domain}"


def proves(key: str, message_id: str) -> bool:
    """Whether `key` is the one that our `message_id` was made from; nobody can find it for an id that they know."""
    return message_id.partition("@")[0].lower() == _local_part(key)


def _local_part(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[: _ID_BYTES * 2]


def render(outbound: Outbound, address: str) -> bytes:
    """The mail for `outbound`, from our mailbox `address`, with CRLF line ends.

    Raises ValueError when `outbound.to` is no address.
    """
    if not is_address(outbound.to):
        raise ValueError("the recipient is no mail address")
    local, _, domain = address.rpartition("@")
    fields = [
        _field("From", *_mailbox(outbound.author_name, address)),
        _field("To", deliverable(outbound.to)),
        _field("Subject", *_words(_subject(outbound))),
        _field("Date", dates.written(outbound.created_at_ms)),
        _field("Message-ID", f"<{message_id(outbound.key, domain)}>"),
        _field(KEY_FIELD, outbound.key),
    ]
    if _TOKEN.fullmatch(outbound.reply_token):
        fields.append(_field("Reply-To", *_mailbox(outbound.author_name, f"{local}+{outbound.reply_token}@{domain}")))
    answered = _bracketed(outbound.in_reply_to or "")
    if answered is not None:
        fields.append(_field("In-Reply-To", answered))
    references = _references(outbound)
    if references:
        fields.append(_field("References", *references))
    index = thread_index.answered(outbound.thread_index or "", outbound.created_at_ms, outbound.key)
    if index is not None:
        fields.append(_field("Thread-Index", index))
    if outbound.automatic:
        fields += ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Auto-Response-Suppress: All"]
    fields.append("MIME-Version: 1.0")
    return "\r\n".join(fields).encode() + b"\r\n" + _body(outbound)


def _subject(outbound: Outbound) -> str:
    subject = _CONTROL.sub(" ", outbound.subject or "").strip()[:SUBJECT_CHARS_MAX]
    answers = outbound.in_reply_to is not None
    return subject if not answers or not subject or _REPLY_MARK.match(subject) else f"Re: {subject}"


def _bracketed(message_id: str) -> str | None:
    """As a field has it, None for what is no id; those of programs and imports may have their brackets already."""
    bare = message_id.removeprefix("<").removesuffix(">")
    return f"<{bare}>" if _ID.fullmatch(bare) else None


def _references(outbound: Outbound) -> list[str]:
    """The whole thread, oldest first, each id once; of a long one the first and the newest."""
    wanted = dict.fromkeys((*outbound.references, *filter(None, (outbound.in_reply_to,))))
    ids = list(dict.fromkeys(filter(None, map(_bracketed, wanted))))
    room = _REFERENCES_BYTES_MAX - sum(map(len, ids[:1]))
    kept: list[str] = []
    for one in reversed(ids[1:]):
        room -= len(one) + 1
        if room < 0:
            break
        kept.append(one)
    return ids[:1] + kept[::-1]


# --- fields --------------------------------------------------------------------------------------------------------


def _field(name: str, *lines: str) -> str:
    return f"{name}: " + "\r\n ".join(_CONTROL.sub(" ", line) for line in lines)


def _mailbox(name: str | None, address: str) -> list[str]:
    shown = _CONTROL.sub(" ", name or "").strip()[:NAME_CHARS_MAX]
    if not shown:
        return [address]
    if shown.isascii():
        shown = shown if _ATOM.fullmatch(shown) else '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
        return [f"{shown} <{address}>"]
    return [*_words(shown), f"<{address}>"]


def _words(text: str) -> list[str]:
    """Text for an unstructured field: as it is, or in encoded words that never tear a character."""
    if text.isascii() and "=?" not in text and len(text) <= 900:
        return [text]
    return [f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in _pieces(text, _WORD_BYTES)]


def _pieces(text: str, size: int) -> Iterable[bytes]:
    piece = b""
    for character in text:
        data = character.encode()
        if len(piece) + len(data) > size:
            yield piece
            piece = b""
        piece += data
    yield piece


# --- body ----------------------------------------------------------------------------------------------------------


def _body(outbound: Outbound) -> bytes:
    text = _text_part(outbound.text)
    if not outbound.attachments:
        return text
    parts = [text, *(_file_part(attachment) for attachment in outbound.attachments)]
    boundary = "sb-" + hashlib.sha256(b"boundary " + outbound.key.encode()).hexdigest()[:40]
    opening = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _text_part(text: str) -> bytes:
    """text/plain in UTF-8: as it is when every server takes it, else quoted-printable, or base64 where shorter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    data = text.encode("utf-8", "replace")
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
    lines = data.split(b"\n")
    if data.isascii() and all(len(line) <= 78 for line in lines):
        return head + b"7bit\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"
    if sum(byte > 126 for byte in data) * 6 > len(data):
        return head + b"base64\r\n\r\n" + _base64(b"\r\n".join(lines) + b"\r\n")
    quoted = binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")
    return head + b"quoted-printable\r\n\r\n" + quoted + b"\r\n"


def _file_part(attachment: OutboundAttachment) -> bytes:
    kind = attachment.content_type if _TYPE.fullmatch(attachment.content_type) else "application/octet-stream"
    if kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"  # their transfer encodings are restricted (RFC 2046, section 5.2.1)
    name = _CONTROL.sub("_", attachment.name)[:NAME_CHARS_MAX] or "file"
    fields = (
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: attachment;\r\n {_filename(name)}",
    )
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + _base64(attachment.data)


def _filename(name: str) -> str:
    if name.isascii():
        return 'filename="' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    pieces = list(_pieces(name, 20))
    if len(pieces) == 1:
        return f"filename*=utf-8''{_percent(pieces[0])}"
    mark = "utf-8''"
    lines = [f"filename*{n}*={mark if n == 0 else ''}{_percent(piece)}" for n, piece in enumerate(pieces)]
    return ";\r\n ".join(lines)


def _percent(data: bytes) -> str:
    return "".join(chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"%{byte:02X}" for byte in data)


def _base64(data: bytes) -> bytes:
    """Base64 in lines of 76 characters."""
    text = base64.b64encode(data)
    return b"".join(text[at : at + 76] + b"\r\n" for at in range(0, len(text), 76))
