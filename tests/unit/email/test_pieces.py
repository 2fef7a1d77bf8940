"""Base64 in padded pieces, and comments where parameters stand: the whole of the mail is read."""

import base64

import pytest

from connectors.email.headers import base64_bytes, parameters
from connectors.email.parse import parse
from router.connector import RawEvent

META = {"address": "help@shop.example"}
HEAD = "From: Anna <anna@mail.example>\r\nTo: help@shop.example\r\nMessage-ID: <1@mail.example>\r\n"
FOOTER = b"\r\n_______________________________________________\r\nsupport mailing list\r\n"


def read(fields, body):
    (event,) = parse(RawEvent(body=f"{HEAD}{fields}\r\n\r\n".encode() + body, meta=META), "default")
    return event


def test_pieces_that_were_encoded_one_by_one_are_joined():
    pieces = [b"The first piece,\n", b"the second one, and", b" my wallet is empty.\n"]
    body = b"".join(base64.b64encode(piece) + b"\r\n" for piece in pieces)
    event = read("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", body)
    assert event.text == b"".join(pieces).decode().strip("\n")


def test_a_footer_below_the_padding_is_no_piece():
    body = base64.encodebytes(b"Where is my transfer") + FOOTER
    event = read("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", body)
    assert event.text == "Where is my transfer"


@pytest.mark.parametrize(
    ("data", "wanted"),
    [(b"aGVsbG8", b"hello"), (b"aGVs!bG8=", b"hello"), (b"====", b""), (b" =YQ==", b"a"), (b"YQ==\r\n\r\n", b"a")],
)
def test_torn_base64_gives_what_it_holds(data, wanted):
    assert base64_bytes(data) == wanted


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/mixed; boundary=abc (made by Mailer 1.0)",
        'multipart/mixed; (made by Mailer) boundary="abc"',
        'multipart/mixed; boundary="abc" (made by Mailer); charset=utf-8',
    ],
)
def test_a_comment_is_no_part_of_the_boundary(kind):
    body = b"--abc\r\n\r\nWhere is my transfer?\r\n"
    body += b"--abc\r\nContent-Type: image/png; name=a (1).png\r\n\r\nx\r\n--abc--\r\n"
    event = read(f"Content-Type: {kind}", body)
    assert event.text == "Where is my transfer?"
    assert [file.name for file in event.attachments] == ["a (1).png"]


def test_a_bracket_in_quotes_is_no_comment():
    assert parameters('multipart/mixed; boundary="a (b)"')[1] == {"boundary": "a (b)"}
