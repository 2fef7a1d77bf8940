"""The places of a message in which people tell secrets: events of the API channel and mails, one value each."""

import json
from base64 import b64encode
from collections.abc import Callable
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any

from connectors.email.headers import HEADER_BYTES_MAX
from tests.e2e.told import Told

Json = dict[str, Any]
HARMLESS = "Could somebody from the team look into it?"
SENT_AT = "2026-11-02T08:00:03Z"
PIXEL = b64encode(b"GIF89a").decode()


def _quoted(said: str) -> str:
    lines = "\n".join(f"> {line}" for line in said.split("\n"))
    return f"{HARMLESS}\n\nOn Mon, 2 Nov 2026 at 08:00, Anna wrote:\n{lines}\n"


def _html(said: str) -> str:
    return f"<p>Hello,</p><p>{escape(said).replace(chr(10), '<br>')}</p>"


def _file(data: bytes, **fields: object) -> Json:
    return {
        "attachments": [{"name": "note.txt", "content_type": "text/plain", "data": b64encode(data).decode(), **fields}]
    }


def _pixel(**fields: object) -> Json:
    return {"text": HARMLESS, "attachments": [{"name": "a.gif", "content_type": "image/gif", "data": PIXEL, **fields}]}


EVENTS: dict[str, Callable[[str], Json]] = {
    "text": lambda said: {"text": f"Hello, {said}"},
    "quoted history": lambda said: {"text": _quoted(said)},
    "subject": lambda said: {"text": HARMLESS, "subject": said},
    "html alone": lambda said: {"html": _html(said)},
    "html twin": lambda said: {"text": HARMLESS, "html": _html(said)},
    "html attribute": lambda said: {"text": HARMLESS, "html": f'<p>{HARMLESS}</p><img alt="{escape(said)}">'},
    "html hidden": lambda said: {
        "text": HARMLESS,
        "html": f'<p>{HARMLESS}</p><p style="display:none">{escape(said)}</p>',
    },
    "display name": lambda said: {"text": HARMLESS, "sender": {"name": said}},
    "file name": lambda said: _pixel(name=f"{said}.gif"),
    "type of a file": lambda said: _pixel(content_type=f'image/gif; name="{said}"'),
    "file": lambda said: {"text": HARMLESS, **_file(said.encode())},
    "file in UTF-16": lambda said: {"text": HARMLESS, **_file(said.encode("utf-16"))},
    "file that is a page": lambda said: {
        "text": HARMLESS,
        **_file(_html(said).encode(), name="a.html", content_type="text/html"),
    },
    "file of JSON": lambda said: {
        "text": HARMLESS,
        **_file(json.dumps({"note": said}).encode(), name="a.json", content_type="application/json"),
    },
    "unknown field": lambda said: {"text": HARMLESS, "note": said},
    "unknown list": lambda said: {"text": HARMLESS, "form": {"answers": ["yes", {"why": said}]}},
    "unknown field of the sender": lambda said: {"text": HARMLESS, "sender": {"bio": said}},
    "unknown field of a file": lambda said: _pixel(caption=said),
    "unsupported": lambda said: {"kind": "unsupported", "target_id": "m-0", "text": said},
    "call": lambda said: {"kind": "call", "target_id": "m-0", "text": said},
    "reaction": lambda said: {"kind": "reaction", "target_id": "m-0", "text": said},
    "no message": lambda said: {"text": said, "sent_at": "yesterday"},
}
"""Fields of one event of the API channel that tell `said` in the place named."""

SEALED = frozenset({"file", "file in UTF-16", "file that is a page", "file of JSON", "no message"})
"""Where what is told rests encrypted: not even a canary may be found in clear."""
UNREAD = frozenset({"no message"})
"""Where a secret too rests, encrypted, until somebody decides what becomes of it."""
FILED = frozenset({"forwarded mail"})
"""Where it is told in a name, and once more in the file."""
UNKEPT = frozenset({"reaction"})
"""Where nothing is kept once it is decided."""
ONE_LINE = {"subject": 900, "display name": 190, "file name": 180, "type of a file": 160, "html attribute": 900}
"""Places that take no line breaks, and how much they take, in characters."""


def event(place: str, told: Told, message_id: str, *, channel: str, visibility: str, sender: str) -> Json:
    """An event that tells it in this place."""
    fields = EVENTS[place](told.said)
    return {
        "channel": channel,
        "message_id": message_id,
        "thread_id": f"thread of {sender}",
        "visibility": visibility,
        "sent_at": SENT_AT,
        **fields,
        "sender": {"id": sender, **fields.get("sender", {})},
    }


def ndjson(events: list[Json]) -> bytes:
    """The body of one POST."""
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in events).encode()


# --- mail ----------------------------------------------------------------------------------------------------------


def _text(mail: EmailMessage, said: str) -> None:
    mail.set_content(f"Hello, {said}\n", cte="8bit")


def _printable(mail: EmailMessage, said: str) -> None:
    mail.set_content(f"Hello, {said}\n", cte="quoted-printable")


def _encoded(mail: EmailMessage, said: str) -> None:
    mail.set_content(f"Hello, {said}\n", cte="base64")


def _chinese(mail: EmailMessage, said: str) -> None:
    mail.set_content(f"你好，{said}\n", charset="gb18030", cte="base64")


def _history(mail: EmailMessage, said: str) -> None:
    mail.set_content(_quoted(said), cte="base64")


def _subject(mail: EmailMessage, said: str) -> None:
    mail.set_content(HARMLESS)
    del mail["Subject"]
    mail["Subject"] = said


def _alone(mail: EmailMessage, said: str) -> None:
    mail.set_content(_html(said), subtype="html", cte="base64")


def _twin(mail: EmailMessage, said: str) -> None:
    mail.set_content(HARMLESS)
    mail.add_alternative(_html(said), subtype="html", cte="base64")


def _named(mail: EmailMessage, said: str) -> None:
    mail.set_content(HARMLESS)
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename=f"{said}.gif")


def _attached(mail: EmailMessage, said: str) -> None:
    mail.set_content(HARMLESS)
    mail.add_attachment(said, filename="note.txt", cte="base64")


def _forwarded(mail: EmailMessage, said: str) -> None:
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = said
    inner.set_content(HARMLESS)
    mail.set_content(HARMLESS)
    mail.add_attachment(inner)


MAILS: dict[str, Callable[[EmailMessage, str], None]] = {
    "text": _text,
    "quoted-printable": _printable,
    "base64": _encoded,
    "GB 18030": _chinese,
    "quoted history": _history,
    "subject": _subject,
    "html alone": _alone,
    "html twin": _twin,
    "display name": lambda mail, _said: mail.set_content(HARMLESS),
    "file name": _named,
    "file": _attached,
    "forwarded mail": _forwarded,
    "mail over a limit": _text,
}
"""What makes a mail tell `said` in the place named."""

MAIL_ONE_LINE = {"subject": 900, "display name": 190, "file name": 140, "forwarded mail": 90}


def mail(place: str, told: Told, message_id: str, *, to: str, sender: str) -> bytes:
    """A mail that tells it in this place."""
    made = EmailMessage(policy=SMTP)
    made["To"] = to
    made["Subject"] = "A question"
    made["Date"] = "Mon, 02 Nov 2026 08:00:03 +0000"
    made["Message-ID"] = f"<{message_id}>"
    MAILS[place](made, told.said)
    name = told.said if place == "display name" else "Anna"
    fields, blank, body = (f"From: {_phrase(name)} <{sender}>\r\n".encode() + made.as_bytes()).partition(b"\r\n\r\n")
    if place == "mail over a limit":  # so much of it is left unread that the whole is attached
        fields += b"\r\nX-Trace: " + b"y" * HEADER_BYTES_MAX
    return fields + blank + body


def _phrase(name: str) -> str:
    """A display name as mail programs write it; the library's own way leaves the quotes of long names out."""
    if not name.isascii():
        return Header(name, "utf-8").encode(linesep="\r\n")
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
