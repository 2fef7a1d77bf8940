"""Signatures that no delimiter announces: told by the name a mail is from, and never taken for what somebody says."""

import pytest

from connectors.email.parse import parse
from connectors.email.signature import delimited
from router.connector import RawEvent
from router.core.html import derive_text
from router.core.quotes import visible, words_of, writer_of
from router.model.message import InboundEvent, Sender

HISTORY = "\n\nFrom: Support <help@shop.example>\nSent: Monday, 2 November 2026 10:00\nSubject: x\n\nold\n"
ANNA = "Anna Berg <anna@mail.example>"
SIGNED = {
    "outlook": ("Please.\n\nAnna Berg\nTreasury\n\nShop Ltd\nT +41 71 555 01 77", ANNA),
    "with a disclaimer": ("Please.\n\nAnna Berg\nShop Ltd\n\nThis e-mail is confidential. Delete it in error.", ANNA),
    "bold": ("Please.\n\n*Anna Berg*\nHead of Bridges", ANNA),
    "right behind the closing": ("Please.\nAnna Berg\nShop Ltd", ANNA),
    "with a title, on one line": ("Please.\n\nIng. Anna Berg | Shop | +420 555 010 223", ANNA),
    "last name first": ("Please.\n\nAnna Berg\nShop", "Berg, Anna <x@y.example>"),
    "an initial": ("Please.\n\nA. Berg\nShop", ANNA),
    "alone": ("Please.\n\nAnna Berg", ANNA),
    "chinese": ("Please.\n\n周建国\n信息中心\n电话：0571-5550 1234", "周建国 <z@y.example>"),
    "chinese, one line": ("Please.\n\n陈思敏 蓝海基金", "陈思敏 <c@y.example>"),
    "japanese, company first": (
        "Please.\n\n北野商事株式会社\n経理部 佐伯 真理子\nTEL 03-5550-0188", "佐伯 真理子 <s@y.example>"),
    "under a ruler": ("Please.\n\n-----------------------------\n大河原 聡 <s@y.example>", "大河原 聡 <s@y.example>"),
    "framed, company first": (
        "Please.\n\n─────────────\n港商事株式会社\n渡辺 健一\n─────────────", "渡辺 健一 <w@y.example>"),
    "with the formula": ("Please.\n\nKind regards,\n\nAnna Berg\nShop Ltd", ANNA),
    "with the formula, german": ("Please.\n\nMit freundlichen Grüßen\n\nAnna Berg\nShop AG", ANNA),
    "with the formula, spanish": ("Please.\n\nSaludos cordiales,\nAnna Berg\nShop SL", ANNA),
    "with the formula, chinese": ("Please.\n\n此致\n敬礼！\n\n周建国\n信息中心", "周建国 <z@y.example>"),
    "a title before the name": ("Please.\n\nDr. Anna Berg\nRechtsanwältin", ANNA),
    "a hyphen behind it": ("Please.\n\nAnna Berg - Shop Ltd\n+44 20 7946 0018", ANNA),
    "a picture above it": ("Please.\n\n[cid:image001.png@01DA]\nAnna Berg\nShop Ltd", ANNA),
    "a card of the first name": ("Please.\n\nAnna\nShop Ltd\n+44 20 7946 0018", ANNA),
    "company first, chinese": (
        "Please.\n\n恒泰贸易有限公司 财务部\n周建国\nTel: 0571-55508812", "周建国 <z@y.example>"),
    "a notice alone": (
        "Please.\n\nThis message is confidential and intended for the addressee only. If you are not the intended\n"
        "recipient, delete it.", ANNA),
    "a notice below it": (
        "Please.\n\nAnna Berg\nShop\n\nDiese E-Mail ist vertraulich. Sind Sie nicht der Adressat,\n"
        "löschen Sie sie.\n\nDenken Sie an die Umwelt.", ANNA),
    "a virus scanner's word": ("Please.\n\nVirus-free.www.avast.com <https://www.avast.com/sig?x=y>", ANNA),
    "a chinese program's word": ("Please.\n\n从 Windows 版邮件发送", "Accounts <a@y.example>"),
    "the formula, then who": (
        "Please.\n\nBest regards,\nTom Reed\nOperations Manager\nBridges Ltd", "Accounts <a@y.example>"),
    "the formula, then who, chinese": ("Please.\n\n祝商祺\n张三\n恒泰贸易有限公司", "Accounts <a@y.example>"),
    "a middle initial": ("Please.\n\nAnna M. Berg\nShop Ltd", ANNA),
    "on behalf of": ("Please.\n\ni. A. Anna Berg\nShop GmbH", ANNA),
    "what is left of a table": ("Please.\n\n| |\n邵明\n|\nshaoming@y.example\n|", "邵明 <shaoming@y.example>"),
    "a card of somebody": ("Please.\n\nTom Reed\nBridges Ltd\n+44 20 7946 0018", "Accounts <a@y.example>"),
    "the own address": ("Please.\n\nAnna\nanna@mail.example", ANNA),
    "a few words under a ruler": ("Please.\n\n====\nBridges Ltd\nUnit 4", "Accounts <a@y.example>"),
    "a program's word": ("Please.\n\nSendt fra min mobil", "Accounts <a@y.example>"),
}  # fmt: skip
SAID = {
    "a name in a sentence": "My name is Anna Berg\nand I lost my phone",
    "what was asked for": "My name and address are:\n\nAnna Berg\nMain Street 5",
    "a question below": "Hello\n\nAnna Berg\nShop\n\nPS: and when will it come?",
    "a postscript": "Hello\n\nAnna Berg\nShop\n\nP.S. it is urgent",
    "nothing but a name": "Anna Berg\nShop Ltd\n+41 71 555 01 77",
    "how a letter is closed": "Hello\nAnna Berg",
    "sentences under a ruler": "Hello\n\n----\nIt is stolen.",
    "words under a ruler": "Hello\n\n*****\nTx failed\n*****\nwhat can I do",
    "words under a ruler, chinese": "您好\n\n======\n钱没有到账",
    "data in a list": "My order:\n\nOrder 4711\n+41 71 555 01 77",
    "the formula and a name": "Hello\n\nBest regards,\nTom Reed",
    "the formula and words": "Hello\n\nBest\nplease hurry\nit is late",
    "where to send it": "Please send it to\n\nAnna Berg\n12 Quay St\nBelfast",
    "who to write to": "Please write to\n\nJohn Smith\nSmith Ltd\njohn@smith.example",
    "what came by mistake": "Hello\n\nI got a confidential mail that was intended for somebody else",
    "what was sent": "Hello\n\nSent 500 USDT to the wrong network",
    "where somebody is from": "您好\n\n发自内心地感谢你们，来自上海的用户",
    "long": "Hello\n\nAnna Berg\n" + "words and words\n" * 30,
}


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("history", ["", HISTORY, "\n\n> old\n"])
def test_signatures_are_folded(name, history):
    text, writer = SIGNED[name]
    assert visible(text + history, writer) == "Please."


@pytest.mark.parametrize("name", SAID)
def test_what_somebody_says_stays(name):
    assert visible(SAID[name], ANNA) == SAID[name]


def test_without_a_name_nothing_is_known():
    text = SIGNED["outlook"][0]
    assert visible(text) == text
    assert visible("Please.\n\nAnna\nShop", "Anna <x@y.example>") == "Please.\n\nAnna\nShop", "a first name signs off"


def test_a_chinese_closing_is_no_signature():
    assert visible("请尽快处理。\n\n许功盖 敬上", "许功盖 <x@y.example>") == "请尽快处理。\n\n许功盖 敬上"


def test_thanks_above_a_signature_are_words():
    assert visible("Please.\n\nThank you,\n\nAnna Berg\nShop", ANNA) == "Please.\n\nThank you,"
    assert visible("Please.\n\nKind regards,\nAnna", ANNA) == "Please.\n\nKind regards,\nAnna", "nothing else signs"


@pytest.mark.parametrize(
    "below",
    [
        "Order number: 4711-22", "Tracking 99887766554", "Bestellnr. 4711", "订单号：4711", "UID 88001234",
        "0x12ab34cd", "My number is new, call me now",
    ],
)  # fmt: skip
def test_what_the_letter_is_about_is_no_signature(below):
    text = f"Where is it?\n\nAnna Berg\n{below}"
    assert visible(text, ANNA) == text


@pytest.mark.parametrize("below", ["Kundenservice: 0800-123456", "用户服务热线：4008", "Customer Service 24/7"])
def test_a_hotline_is_of_the_signature(below):
    assert visible(f"Where is it?\n\nAnna Berg\n{below}", ANNA) == "Where is it?"


def test_nobody_signs_in_a_chat():
    said = {
        "message_id": "m",
        "sent_at_ms": 0,
        "text": SIGNED["outlook"][0],
        "sender": Sender(id="77", name="Anna Berg"),
    }
    assert writer_of(InboundEvent(channel="telegram", **said)) == ""
    assert words_of(InboundEvent(channel="telegram", **said)) == SIGNED["outlook"][0]
    assert words_of(InboundEvent(channel="email", **said)) == "Please."


# --- where only the HTML says so -----------------------------------------------------------------------------------

ELEMENTS = [
    '<div class="gmail_signature" data-smartmail="gmail_signature">',
    '<div id="Signature">',
    "<div name='messageSignatureSection'><br />",
    '<pre class="moz-signature" cols="72">',
    '<a name="_MailAutoSig">',
    '<div class="ne-quoted-sig" id="x">',
]


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_plain_part_gets_the_delimiter_that_html_knows(element):
    html = f"<div>Please.</div>{element}<div>Tom<br>Bridges &amp; Sons</div></div><blockquote>old</blockquote>"
    assert delimited("Please.\n\nTom\nBridges & Sons\n\n> old", html) == "Please.\n\n-- \nTom\nBridges & Sons\n\n> old"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Please.\n\n-- \nTom\nBridges", '<div class="gmail_signature">Tom<br>Bridges</div>'),
        ("Tom\nBridges", '<div class="gmail_signature">Tom<br>Bridges</div>'),
        ("Please.\n\nTom\nsays so", '<div class="gmail_signature">Tom<br>Bridges</div>'),
        ("Please.\n\nTom", '<span class="gmail_signature_prefix">Tom</span>'),
        ("Please.\n\nTom", '<p class="design">Tom</p>'),
        ("Please.\n\nTom", '<div id="Signature"></div>'),
    ],
)
def test_else_it_stays_as_it_came(text, html):
    assert delimited(text, html) == text


def test_a_mail_of_two_parts_is_read_with_it():
    raw = (
        "From: t@y.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        "Please.\n\nTom\nBridges\n--b\nContent-Type: text/html\n\n"
        "<p>Please.</p><div id=Signature>Tom<br>Bridges</div>\n--b--\n"
    )
    (event,) = parse(RawEvent(body=raw.encode()), "default")
    assert event.text == "Please.\n\n-- \nTom\nBridges"


def test_of_html_alone_the_text_gets_it_too():
    text = derive_text(
        '<p>Please.</p><div id="Signature"><div>Tom</div><div>Bridges</div></div><blockquote>old</blockquote>'
    )
    assert text == "Please.\n\n-- \nTom\nBridges\n\n> old"
    gmail = '<p>Please.</p><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Tom</div>'
    assert derive_text(gmail).count("--") == 1
    assert derive_text('<div id="Signature">Tom</div>') == "Tom"
