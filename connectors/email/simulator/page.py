"""A page to play a customer with a mail program: plain HTML, works without scripts, shows answers as they come."""

import email
import email.policy
from collections.abc import Mapping
from email.message import EmailMessage
from html import escape
from typing import Final

import aiosmtplib
from aiohttp import web

from connectors.email.simulator.letter import Letter, answering, hand_in, opened
from connectors.email.simulator.mailboxes import Mail
from connectors.email.simulator.server import MailServer
from connectors.simulated import files
from connectors.simulated.page import Look, back, hidden, item, named, refuse_strangers, somebody, writing, written
from router.model.filekinds import MEGABYTE

_TEXT_CHARS_MAX: Final = 20_000
_SUBJECT_CHARS_MAX: Final = 200
_FIRST: Final = 4_242
_SHOWN: Final = 30
_KEY_CHARS_MAX: Final = 60
_SENT: Final = "Sent"
_FOLDERS: Final = ("INBOX", _SENT)
_TAKES: Final = files.Takes(who="The mail server", bytes_max=18 * MEGABYTE, most=20)
"""As base64 that is what fits into the longest mail that the server takes."""
_LOOK: Final = Look(title="A customer with a mail program", title_zh="用邮件的客户", accent="#4b5a2a")


class Page:
    """The customer's side: a mailbox, and mails to `support`."""

    def __init__(self, server: MailServer, support: str) -> None:
        self._server, self._support = server, support

    def add_to(self, app: web.Application) -> None:
        """Mount the page."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._write)
        app.router.add_get("/mailbox", self._mailbox)
        files.add_to(app, self._find)

    # --- what is done ----------------------------------------------------------------------------------------------

    async def _write(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        sheet = await files.sheet(request, _TAKES)
        number, name = _who(sheet.fields)
        text, refusal = written(sheet.field("text"), _TEXT_CHARS_MAX), sheet.refusal
        if not refusal and (text or sheet.files):
            refusal = await self._sent(number, name, text, sheet)
        if refusal:
            return self._shown(sheet.fields, files.refused(refusal))
        raise back(request, id=number, name=name)

    async def _sent(self, number: int, name: str, text: str, sheet: files.Sheet) -> str:
        """Send a mail, and keep it among what was sent; why it was refused, if it was."""
        is_answer = sheet.field("how") == "answer"
        answered = self._newest(number) if is_answer else None
        if is_answer and answered is None:
            return "No mail has come yet that could be answered. 尚未收到可回复的邮件。"
        subject = " ".join(sheet.field("subject").split())[:_SUBJECT_CHARS_MAX]
        sent = self._server.mailboxes.folder(_address(number), _SENT)
        letter = Letter(
            sender=_address(number),
            name=name,
            to=self._support if answered is None else str(answered["Reply-To"] or answered["From"]),
            subject=subject if answered is None else _answer(str(answered["Subject"] or "")),
            text=text,
            message_id=f"<{sent.uidnext}.{number}@inbox.example>",
            fields=() if answered is None else answering(answered),
            files=sheet.files,
        )
        now_ms = self._server.clock.now_ms()
        try:
            raw = await hand_in(self._server, letter.message(now_ms))
        except aiosmtplib.SMTPException as error:
            return f"The mail server refuses it 服务器拒收: {error}."
        sent.add(raw, now_ms)
        return ""

    def _newest(self, number: int) -> EmailMessage | None:
        """The last mail that came."""
        mails = list(self._server.inbox(_address(number)).mails.values())
        return email.message_from_bytes(mails[-1].raw, policy=email.policy.default) if mails else None

    # --- what is shown ---------------------------------------------------------------------------------------------

    async def _show(self, request: web.Request) -> web.Response:
        return self._shown(request.query)

    def _shown(self, who: Mapping[str, str], refused: str = "") -> web.Response:
        number, name = _who(who)
        fields, how = hidden(id=number, name=name), who.get("how", "") if refused else ""
        begun = written(who.get("text", ""), _TEXT_CHARS_MAX) if refused else ""
        subject = f"""<label>Subject 主题<input name="subject" size="40" maxlength="{_SUBJECT_CHARS_MAX}"
value="{escape(who.get("subject", "")[:_SUBJECT_CHARS_MAX] if refused else "")}"></label>"""
        answer = writing(
            "Answer the newest mail 回复最新邮件", "Reply 回复", fields + hidden(how="answer"), _TEXT_CHARS_MAX,
            begun if how == "answer" else "", _TAKES,
        )  # fmt: skip
        new = writing(
            "Text 正文", "Send 发送", fields + hidden(how="new") + subject, _TEXT_CHARS_MAX,
            begun if how == "new" else "", _TAKES,
        )  # fmt: skip
        return _LOOK.page(
            f"You are <b>{_address(number)}</b> and write to <b>{escape(self._support)}</b>. "
            f"你在给 {escape(self._support)} 写邮件。",
            f"""{somebody(number, name)}{refused}<section><h2>Mailbox 邮箱</h2>
<iframe src="/mailbox?id={number}" title="The mailbox"></iframe>{answer}</section>
<section><h2>A new mail 新邮件</h2>{new}</section>""",
            status=422 if refused else 200,
        )

    async def _mailbox(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query)
        found = [
            (mail.received_ms, mail.uid, folder, mail)
            for folder in _FOLDERS
            for mail in list(self._server.mailboxes.folder(_address(number), folder).mails.values())[-_SHOWN:]
        ]
        newest = sorted(found, key=lambda one: one[:3], reverse=True)[:_SHOWN]
        return _LOOK.said("Mailbox", "".join(_line(number, folder, mail) for _, _, folder, mail in newest))

    def _find(self, key: str) -> bytes | None:
        """A file of a mail, by customer, folder, mail and place."""
        number, folder, uid, place = (*key.split("."), "", "", "", "")[:4]
        if not (
            len(key) <= _KEY_CHARS_MAX
            and number.isdecimal()
            and uid.isdecimal()
            and place.isdecimal()
            and folder in _FOLDERS
        ):
            return None
        mail = self._server.mailboxes.folder(_address(int(number)), folder).mails.get(int(uid))
        enclosed = opened(mail.raw).files if mail is not None else ()
        return enclosed[int(place)].data if int(place) < len(enclosed) else None


def _line(number: int, folder: str, mail: Mail) -> str:
    shown = opened(mail.raw)
    enclosed = "".join(
        files.shown(f"{number}.{folder}.{mail.uid}.{place}", file.name, file.data)
        for place, file in enumerate(shown.files)
    )
    return item(f"<b>{escape(shown.subject)}</b>\n{escape(shown.text)}{enclosed}", "me" if folder == _SENT else "us")


def _answer(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _address(number: int) -> str:
    return f"customer-{number}@inbox.example"


def _who(given: Mapping[str, str]) -> tuple[int, str]:
    number, name = named(given, _FIRST)
    return number, " ".join(name.split())
