"""What a mail says and carries: its text, its HTML and its files, chosen from the part tree.

Called by parse.py. Pure. `text` is None unless it is complete: when any HTML part has no plain twin, the house derives
the text from the HTML, so that no rule reads less than the customer wrote.
"""

import contextlib
import html as markup
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from connectors.email import headers, invitation, signature, smime, tnef
from connectors.email.mime import Mail, Part
from connectors.email.names import safe_name
from router.model.limits import ATTACHMENTS_MAX, ID_CHARS_MAX
from router.model.message import AttachmentIn

HTML_CHARS_MAX: Final = 2_000_000
_STUB_CHARS_MAX: Final = 400
_STUB_RATIO: Final = 10
# A plain part that only tells the reader to look at the other one.
_STUB: Final = re.compile(
    r"brows|\bhtml\b|not displaying|online version|navegador|navigateur|浏览器|瀏覽器|ブラウザ", re.IGNORECASE
)
_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_MESSAGE_TYPES: Final = frozenset({"message/rfc822", "message/global"})
_TNEF_TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_CALENDAR_TYPES: Final = frozenset({"text/calendar", "application/ics"})

_ENCRYPTED_NOTICE: Final = "[This mail is encrypted ({}), and cannot be read here. It is attached as it came.]"


class Contents(NamedTuple):
    """The readable and the attached part of a mail."""

    text: str | None
    html: str | None
    attachments: Sequence[AttachmentIn]


class _View(NamedTuple):
    """The same content twice: as plain text and as HTML, each None when it does not exist."""

    plain: str | None
    html: str | None


_NOTHING: Final = _View(None, None)


def read(mail: Mail) -> Contents:
    """Text, HTML and files of `mail`; bounds that were met are added to its notices."""
    root = mail.root
    if not root.children and not _is_file(root, alone=True):
        view = _text_view(mail, root)
        if view.html is None and not mail.notices:
            return Contents((view.plain or "").strip("\n"), None, ())
        files: list[AttachmentIn] = []
    else:
        files = []
        view = _view(mail, root, files)
    return _bounded(mail, view, files)


def _bounded(mail: Mail, view: _View, files: list[AttachmentIn]) -> Contents:
    text, html = view
    if mail.packed is not None and html is None and not (text or "").strip():
        text, html = mail.packed
    if mail.encrypted and html is None and not (text or "").strip():
        text = _ENCRYPTED_NOTICE.format(mail.encrypted)
    if html is not None and (text is None or _is_stub(text, html)):
        text = None
    elif text is not None:
        text = text.strip("\n")
        text = text if html is None else signature.delimited(_spoken(text, html), html)
    if html is not None and len(html) > HTML_CHARS_MAX:
        files.insert(0, _file("message.html", "text/html", html.encode()))
        html = html[:HTML_CHARS_MAX] if text is None else None
        mail.notice("html")
    if text is None and html is None:
        text = ""
    if mail.invitation is not None:
        text = None if text is None else f"{text}\n\n{mail.invitation}".lstrip("\n")
        html = None if html is None else f"{html}<p>{markup.escape(mail.invitation)}</p>"
    if len(files) > ATTACHMENTS_MAX:
        mail.notice("attachments")
    if {"header_bytes", "depth", "parts", "delimiters", "attachments"} & set(mail.notices):
        # What was skipped stays within reach: the whole mail as a file.
        files[ATTACHMENTS_MAX - 1 :] = [_file("original.eml", "message/rfc822", mail.raw)]
    return Contents(text, html, tuple(files))


def _spoken(text: str, html: str) -> str:
    """`text`, with characters for entities where a program took it from `html` and left them as they were (QQ)."""
    if "&nbsp;" not in text or "&amp;nbsp;" in html:
        return text
    return markup.unescape(text.replace("&nbsp;", " "))


def _is_stub(text: str, html: str) -> bool:
    short = text.strip()
    return not short or (
        len(short) <= _STUB_CHARS_MAX and len(html) >= _STUB_RATIO * len(short) and _STUB.search(short) is not None
    )


def _view(mail: Mail, part: Part, files: list[AttachmentIn]) -> _View:
    """The readable content of `part`; files found on the way are appended. Recursion is bounded by mime.DEPTH_MAX."""
    if part.children:
        mail.signed = mail.signed or part.content_type == "multipart/signed"
        if part.content_type == "multipart/encrypted":
            mail.encrypted = "PGP"
        views = [_view(mail, child, files) for child in part.children]
        return _best(views) if part.content_type == "multipart/alternative" else _sequence(views)
    if _is_file(part, alone=part is mail.root):
        return _opened(mail, part, files)
    return _text_view(mail, part)


def _opened(mail: Mail, part: Part, files: list[AttachmentIn]) -> _View:
    """What a file tells beside being one: a signed entity and a winmail.dat are taken apart, a calendar has a line."""
    kind = part.content_type
    if smime.may_be_signed(kind) and mail.may_open():
        data = mail.body(part)
        content = smime.signed_content(data)
        if content is not None:
            return _unwrapped(mail, content, files)
        if smime.is_encrypted(data):
            mail.encrypted = "S/MIME"
    elif kind in _TNEF_TYPES and mail.may_open():
        with contextlib.suppress(ValueError):
            _unpack(mail, tnef.opened(mail.body(part)), files)
            return _NOTHING
    if len(files) <= ATTACHMENTS_MAX:
        files.append(_attachment(mail, part, len(files) + 1))
    if kind in _CALENDAR_TYPES:
        mail.invitation = mail.invitation or invitation.line(mail.text(part))
    return _NOTHING


def _unwrapped(mail: Mail, content: bytes, files: list[AttachmentIn]) -> _View:
    inner = Mail(content, outer=mail)
    view = _view(inner, inner.root, files)
    mail.signed = True
    mail.invitation = mail.invitation or inner.invitation
    mail.packed = mail.packed or inner.packed
    mail.encrypted = mail.encrypted or inner.encrypted
    for notice in inner.notices:
        mail.notice(notice)
    return view


def _unpack(mail: Mail, found: tnef.Opened, files: list[AttachmentIn]) -> None:
    """Its files; its text is the one that stands beside it in the mail once more, and shown where none does."""
    for one in found.files[: max(0, ATTACHMENTS_MAX + 1 - len(files))]:
        kind = one.content_type.lower() if _TYPE.fullmatch(one.content_type) else "application/octet-stream"
        files.append(_file(safe_name(one.name, kind, len(files) + 1), kind, one.data, one.content_id))
    mail.packed = mail.packed or (found.plain, found.html)


def _text_view(mail: Mail, part: Part) -> _View:
    text = mail.text(part)
    return _View(None, text) if part.content_type == "text/html" else _View(text, None)


def _best(views: list[_View]) -> _View:
    """Of alternatives the first plain one and the last (richest) HTML one (RFC 2046, section 5.1.4)."""
    plain = next((view.plain for view in views if view.plain is not None), None)
    html = next((view.html for view in reversed(views) if view.html is not None), None)
    return _View(plain, html)


def _sequence(views: list[_View]) -> _View:
    """Parts that follow each other, both ways as far as they go."""
    shown = [view for view in views if view != _NOTHING]
    if len(shown) <= 1:
        return shown[0] if shown else _NOTHING
    plain = None
    if all(view.plain is not None for view in shown):
        plain = "\n\n".join(view.plain.strip("\n") for view in shown if view.plain)
    if all(view.html is None for view in shown):
        return _View(plain, None)
    return _View(plain, "".join(_as_html(view) for view in shown))


def _as_html(view: _View) -> str:
    if view.html is not None:
        return view.html
    return f"<pre>{markup.escape(view.plain)}</pre>" if view.plain and view.plain.strip() else ""


# --- files ---------------------------------------------------------------------------------------------------------


def _is_file(part: Part, *, alone: bool) -> bool:
    kind = part.content_type
    if kind not in {"text/plain", "text/html"} and not kind.startswith("multipart/"):
        return True
    if part.disposition is None:
        return not alone and "name" in part.params
    disposition, params = headers.parameters(part.disposition[0])
    return disposition == "attachment" or (not alone and ("filename" in params or "name" in part.params))


def _attachment(mail: Mail, part: Part, number: int) -> AttachmentIn:
    params = headers.parameters(part.disposition[0])[1] if part.disposition else {}
    name = params.get("filename") or part.params.get("name")
    data = mail.body(part)
    kind = part.content_type if _TYPE.fullmatch(part.content_type) else "application/octet-stream"
    if kind in _MESSAGE_TYPES:
        name = name or _subject_of(data)
    found = part.headers.get("content-id")
    content_id = headers.decode_text(found[0]).strip("<>")[:ID_CHARS_MAX] if found else None
    return _file(safe_name(name, kind, number), kind, data, content_id)


def _subject_of(data: bytes) -> str | None:
    fields = headers.split(data, 0, min(len(data), headers.HEADER_BYTES_MAX)).headers
    subject = (
        headers.decode_text(fields["subject"][0]).replace("/", "-").replace("\\", "-") if "subject" in fields else ""
    )
    return f"{subject[:100]}.eml" if subject else None


def _file(name: str, content_type: str, data: bytes, content_id: str | None = None) -> AttachmentIn:
    return AttachmentIn(
        name=name, content_type=content_type, size=len(data), data=data, content_id=content_id or None
    )  # fmt: skip
