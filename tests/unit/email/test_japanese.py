"""ISO-2022-JP with what only Windows writes: one such character must not cost the whole mail."""

from base64 import b64encode
from itertools import product

import pytest

from connectors.email import charsets, headers, japanese
from connectors.email.parse import parse
from router.connector import RawEvent

HEAD = b"From: a@shop.example\r\nMessage-ID: <1@shop.example>\r\n"
SAID = b'\x1b$B|b66MM!"-!$H$7$^$9\x1b(B ok'
"""What Outlook and phones write for this:"""
MEANT = "髙橋様、①とします ok"


@pytest.mark.parametrize("label", ["iso-2022-jp", "ISO-2022-JP-MS", "cp50221", None, "us-ascii"])
def test_characters_of_windows_are_read(label):
    assert charsets.decode(SAID, label) == MEANT


def test_a_mail_and_its_subject():
    subject = b"Subject: =?iso-2022-jp?B?" + b64encode(SAID) + b"?=\r\n"
    kind = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    (event,) = parse(RawEvent(body=HEAD + subject + kind + SAID + b"\r\n", meta={}), "default")
    assert (event.subject, event.text) == (MEANT, MEANT)


def test_what_the_standard_knows_is_read_as_before():
    text = "転送された鍵はABC、ｱｲｳです～" * 3
    assert charsets.decode(text.replace("～", "〜").encode("iso2022_jp_ext"), "iso-2022-jp") == text.replace("～", "〜")


def test_every_character_of_the_standard_is_in_its_place():
    twins = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")  # Windows has others for these
    for row, cell in product(range(0x21, 0x7F), repeat=2):
        data = b"\x1b$B" + bytes((row, cell)) + b"\x1b(B"
        known = data.decode("iso2022_jp", "ignore").translate(twins)
        assert known in {"", japanese.decode(data)}


@pytest.mark.parametrize(
    "data", [b"\x1b$B-!F", b"\x1b$B\x7f\x7f~~", b"\x1b$", b'\x1b$(D"/\x1b$(Q!!', b"\x1b(I\x80", b"\x1b[31mred"]
)
def test_anything_has_some_text(data):
    assert isinstance(japanese.decode(data), str)
    assert headers.decode_text(data.decode("latin-1")) is not None
