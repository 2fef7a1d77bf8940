"""A thousand support mails, English and Chinese, made from templates: the same bytes at every run.

950 different messages and 50 exact redeliveries; 100 of the messages answer an earlier mail of the same writer, so that
850 tickets are the right answer. Some carry an HTML twin, a file, a quoted history, or GB18030 text.
"""

import base64
import random
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from typing import Final

import msgspec

from benchmarks import letters

MAILS: Final = 1_000
DUPLICATES: Final = 50
ANSWERS: Final = 100
MESSAGES: Final = MAILS - DUPLICATES
TICKETS: Final = MESSAGES - ANSWERS
_SEED: Final = 20_261_122
_START: Final = datetime(2026, 11, 2, 8, tzinfo=UTC)
_CHINESE: Final = 0.35
_GB18030: Final = 0.3
"""Of the Chinese ones."""
_HTML: Final = 0.2
_FILE: Final = 0.04
_ABOUT: Final = (4, 6)
_TALK: Final = (4, 7)
"""Sentences of a letter: about its matter, and beside it."""

_NAMES_EN: Final = ("Hannah Weiss", "Tom Okafor", "Priya Nair", "Lena Vogt", "Sam Brooks", "Grace Kim", "Carl Jensen",
    "Rosa Marin", "Peter Lang", "Nora Falk", "Diego Ruiz", "Aisha Bello", "Ben Carter", "Yuki Tanaka")  # fmt: skip
_NAMES_ZH: Final = ("王磊", "陈雨", "刘洋", "赵敏", "孙悦", "高伟", "李静", "周涛", "吴婷", "徐强", "林芳", "何军")
_HOSTS: Final = ("post.example", "mail.example", "inbox.example", "letters.example")
_RARE: Final = 0.06


class _Writer(msgspec.Struct, frozen=True):
    """Somebody who writes to us."""

    name: str
    address: str
    chinese: bool


class _Sent(msgspec.Struct, frozen=True):
    """A mail that may be answered or delivered again."""

    writer: _Writer
    message_id: str
    subject: str
    text: str
    matter: letters.Matter
    raw: bytes


def mails() -> list[bytes]:
    """The corpus in order of arrival."""
    return _Author(random.Random(_SEED)).write()


class _Author:
    """Writes one mail after the other."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._number = 0

    def write(self) -> list[bytes]:
        dice = self._dice
        kinds = ["new"] * (TICKETS - 100) + ["answer"] * ANSWERS + ["again"] * DUPLICATES
        dice.shuffle(kinds)
        sent = [self._new() for _ in range(100)]  # nobody answers or repeats what was never sent
        arrived = [one.raw for one in sent]
        for kind in kinds:
            if kind == "again":
                arrived.append(sent[dice.randrange(len(sent))].raw)
                continue
            one = self._new() if kind == "new" else self._answer(dice.choice(sent))
            sent.append(one)
            arrived.append(one.raw)
        return arrived

    def _new(self) -> _Sent:
        dice = self._dice
        chinese = dice.random() < _CHINESE
        name = dice.choice(_NAMES_ZH if chinese else _NAMES_EN)
        writer = _Writer(name, f"customer.{self._number}@{dice.choice(_HOSTS)}", chinese)
        matter = dice.choice(letters.CHINESE if chinese else letters.ENGLISH)
        return self._mail(writer, dice.choice(matter.subjects), self._letter(writer, matter), matter, None)

    def _answer(self, to: _Sent) -> _Sent:
        quoted = "\n".join(f"> {line}" for line in to.text.splitlines())
        said = "写道：" if to.writer.chinese else "wrote:"
        day = format_datetime(_START)
        text = f"{self._letter(to.writer, to.matter)}\n\nOn {day}, Support <support@desk.example> {said}\n{quoted}\n"
        subject = to.subject if to.subject.startswith("Re: ") else f"Re: {to.subject}"
        return self._mail(to.writer, subject, text, to.matter, to.message_id)

    def _letter(self, writer: _Writer, matter: letters.Matter) -> str:
        dice = self._dice
        talk = letters.CHINESE_TALK if writer.chinese else letters.ENGLISH_TALK
        lines = dice.sample(matter.lines, dice.randint(*_ABOUT)) + dice.sample(talk, dice.randint(*_TALK))
        if dice.random() < _RARE:
            rare = letters.CHINESE_RARE if writer.chinese else letters.ENGLISH_RARE
            lines.insert(dice.randrange(len(lines)), dice.choice(rare))
        blanks = {"amount": dice.randint(5, 900), "order": dice.randint(10**7, 10**8), "minor": dice.randint(0, 30)}
        said = "\n".join(line.format(**blanks) for line in lines)
        greeting = ("您好，", "谢谢") if writer.chinese else ("Hi there,", "Kind regards,")
        return f"{greeting[0]}\n\n{said}\n\n{greeting[1]}\n{writer.name}\n"

    def _mail(self, writer: _Writer, subject: str, text: str, matter: letters.Matter, answers: str | None) -> _Sent:
        dice = self._dice
        self._number += 1
        host = writer.address.partition("@")[2]
        message_id = f"<{self._number}.{dice.getrandbits(64):016x}@{host}>"
        charset = "gb18030" if writer.chinese and dice.random() < _GB18030 else "utf-8"
        at = format_datetime(_START + timedelta(seconds=self._number * 20))
        head = [
            f"Return-Path: <{writer.address}>",
            f"Received: from mx.{host} (mx.{host} [192.0.2.{self._number % 250 + 1}])\r\n\tby mx.desk.example "
            f"(Postfix) with ESMTPS id {dice.getrandbits(40):010X}\r\n\tfor <support@desk.example>; {at}",
            f"Received: by mail-{dice.getrandbits(24):06x}.{host} with SMTP id {dice.getrandbits(48):012x}; {at}",
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host}; s=20251104;\r\n\th=to:subject"
            f":message-id:date:from:mime-version; bh={self._noise(32)};"
            f"\r\n\tb={self._noise(96)}\r\n\t {self._noise(96)}",
            f"MIME-Version: 1.0\r\nFrom: {Header(writer.name, charset).encode()} <{writer.address}>",
            f"To: Support <support@desk.example>\r\nSubject: {Header(subject, charset).encode()}",
            f"Date: {at}\r\nMessage-ID: {message_id}",
        ]  # fmt: skip
        if answers is not None:
            head.append(f"In-Reply-To: {answers}\r\nReferences: {answers}")
        body = self._body(text, charset)
        raw = "\r\n".join(head).encode() + b"\r\n" + body
        return _Sent(writer, message_id, subject, text, matter, raw)

    def _body(self, text: str, charset: str) -> bytes:
        kind = self._dice.random()
        plain = _part(text, "plain", charset)
        if kind < _HTML:
            paragraphs = "".join(f"<p>{line}</p>\r\n" for line in text.splitlines() if line)
            html = f'<html><body><div style="font-family:sans-serif">{paragraphs}</div></body></html>'
            return self._multipart("alternative", [plain, _part(html, "html", charset)])
        if kind < _HTML + _FILE:
            data = base64.encodebytes(self._dice.randbytes(2_000)).replace(b"\n", b"\r\n")
            file = (
                b'Content-Type: image/png; name="screenshot.png"\r\n'
                b'Content-Disposition: attachment; filename="screenshot.png"\r\n'
                b"Content-Transfer-Encoding: base64\r\n\r\n" + data
            )
            return self._multipart("mixed", [plain, file])
        return plain

    def _multipart(self, kind: str, parts: list[bytes]) -> bytes:
        boundary = f"=_{self._dice.getrandbits(64):016x}"
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        middle = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
        return head + middle + b"--" + boundary.encode() + b"--\r\n"

    def _noise(self, size: int) -> str:
        return base64.b64encode(self._dice.randbytes(size)).decode()


def _part(text: str, kind: str, charset: str) -> bytes:
    data = text.replace("\n", "\r\n").encode(charset)
    if text.isascii():
        return f"Content-Type: text/{kind}; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n".encode() + data
    head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(data).replace(b"\n", b"\r\n")
