"""Delivery reports (RFC 3464) about mail of ours: which message, what became of it, and why.

Called by parse.py for mail that `automatic.classify` calls a bounce. Pure and bounded. Whoever takes part in a thread
knows our ids, and anybody may call themselves a mail server: a report is proven by the key of the mail, which stands in
what it returns (`render.KEY_FIELD`).
"""

import re
from typing import Final, NamedTuple

from connectors.email import headers
from connectors.email.mime import Mail, Part
from connectors.email.render import KEY_FIELD, proves
from router.model.message import DeliveryState

_DETAIL_CHARS_MAX: Final = 500
_GROUPS_MAX: Final = 100
_LOOK_BYTES: Final = 65_536
_STATES: Final[dict[str, DeliveryState]] = {
    "failed": "failed", "delayed": "sent", "relayed": "sent", "expanded": "sent", "delivered": "delivered",
}  # fmt: skip
_CODE: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")
_ID_LINE: Final = re.compile(rb"^[ \t>]{0,9}Message-ID:\s{0,9}<([!-;=?-~]{1,998})>", re.IGNORECASE | re.MULTILINE)
_KEY_LINE: Final = re.compile(
    rb"^[ \t>]{0,9}%s:\s{0,9}([!-~]{1,200})" % KEY_FIELD.encode(), re.IGNORECASE | re.MULTILINE
)
_KEYS_MAX: Final = 10


class Report(NamedTuple):
    """What a delivery report says about one message of ours."""

    target_id: str
    state: DeliveryState
    detail: str
    status: str
    """The code of RFC 3463, when the report has one."""
    proven: bool
    """It comes from somebody who had the mail: a server on its way, or whom it was for."""


def has_key(fields: headers.Headers, message_id: str) -> bool:
    """Whether a mail is the one of ours that its id names."""
    return any(proves(key, message_id) for key in _keys(fields))


class _Returned(NamedTuple):
    """What a report returns of our mail."""

    id: str
    proven: bool


def read(mail: Mail, own_domain: str) -> Report | None:
    """The report in `mail`, or None when no message of ours (an id at `own_domain`) is found in it."""
    state: DeliveryState = "failed"
    detail = status = ""
    target: _Returned | None = None
    for part in mail.leaves():
        if part.content_type in {"message/delivery-status", "message/global-delivery-status"}:
            state, detail, status = _status(mail, part)
        elif target is None:
            target = _original(mail, part, own_domain)
    return Report(target.id, state, detail, status, target.proven) if target is not None else None


def _status(mail: Mail, part: Part) -> tuple[DeliveryState, str, str]:
    """State, detail and code of the worst recipient: the groups of fields of RFC 3464, section 2."""
    data = mail.body(part)[:_LOOK_BYTES].replace(b"\r\n", b"\n").strip(b"\n")
    best: tuple[DeliveryState, str, str] = ("failed", "", "")
    rank = -1
    for block in data.split(b"\n\n")[:_GROUPS_MAX]:
        fields = headers.split(block, 0, len(block)).headers
        action = _field(fields, "action").lower()
        if action not in _STATES:
            continue
        weight = ("delivered", "sent", "failed").index(_STATES[action])
        if weight > rank:
            code = _CODE.match(_field(fields, "status"))  # a remark in brackets may follow
            rank, best = weight, (_STATES[action], _detail(fields, action), code[0] if code is not None else "")
    return best


def _detail(fields: headers.Headers, action: str) -> str:
    recipient = _field(fields, "final-recipient") or _field(fields, "original-recipient")
    diagnostic = _field(fields, "diagnostic-code")
    words = [
        action,
        _field(fields, "status"),
        recipient.rpartition(";")[2].strip(),
        diagnostic.partition(";")[2].strip(),
    ]
    return " ".join(word for word in words if word)[:_DETAIL_CHARS_MAX]


def _field(fields: headers.Headers, name: str) -> str:
    return headers.decode_text(headers.first(fields, name))


def _original(mail: Mail, part: Part, own_domain: str) -> _Returned | None:
    """Our Message-ID in the returned mail, its headers, or (older servers) a text that quotes it."""
    if part.content_type in {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}:
        data = mail.body(part)[: headers.HEADER_BYTES_MAX]
        fields = headers.split(data, 0, len(data)).headers
        found = headers.message_ids(headers.first(fields, "message-id"))
        keys = _keys(fields)
    else:
        text = mail.body(part)[:_LOOK_BYTES]
        found = [match.decode("latin-1") for match in _ID_LINE.findall(text)]
        keys = [match.decode("ascii") for match in _KEY_LINE.findall(text)[:_KEYS_MAX]]
    ours = next((one for one in found if not own_domain or one.lower().endswith("@" + own_domain)), None)
    return None if ours is None else _Returned(ours, any(proves(key, ours) for key in keys))


def _keys(fields: headers.Headers) -> list[str]:
    return [headers.unfold(value) for value in fields.get(KEY_FIELD.lower(), ())[:_KEYS_MAX]]
