"""Mail that breaks a bound: read as far as the bound, named, and kept whole within reach."""

import gc
import json

import pytest

from connectors.email import automatic, headers, mime
from connectors.email.parse import parse
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, ID_CHARS_MAX, RAW_BYTES_MAX, REFERENCES_MAX

HEAD = b"From: anna@mail.example\r\nMessage-ID: <1@mail.example>\r\n"


def read(raw, **meta):
    (event,) = parse(RawEvent(body=raw, meta=meta), "default")
    return event


def limits_of(event):
    return json.loads(event.ext)["limits"]


def multipart(parts, *, boundary=b"b", subtype=b"mixed"):
    head = b"Content-Type: multipart/" + subtype + b"; boundary=" + boundary + b"\r\n\r\n"
    return head + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n\r\n", b"   ", b"\0" * 100, b"hello there", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
)
def test_what_is_no_mail_is_refused(raw):
    with pytest.raises(InvalidMessage, match="no header field"):
        read(raw)


def test_more_than_the_limit_is_refused():
    with pytest.raises(InvalidMessage, match=str(RAW_BYTES_MAX)):
        read(HEAD + b"\r\n" + b"x" * RAW_BYTES_MAX)


def test_the_bytes_of_a_mail_do_not_wait_for_the_garbage_collector():
    gc.collect()
    assert read(HEAD + multipart([b"Content-Type: text/plain\r\n\r\nhello"])).text == "hello"
    assert gc.collect() == 0


def test_ten_thousand_header_lines_and_more():
    event = read(HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(12_000)) + b"Subject: lost\r\n\r\nbody")
    assert event.text == "body"
    assert event.subject is None
    assert limits_of(event) == ["header_bytes"]
    assert [a.name for a in event.attachments] == ["original.eml"]


def test_header_of_a_megabyte():
    event = read(HEAD + b"X-Big: " + b"y" * 1_000_000 + b"\r\n\r\nbody")
    assert event.text == "body"
    assert limits_of(event) == ["header_bytes"]


def test_deep_nesting_ends_at_the_bound():
    inner = b"Content-Type: text/plain\r\n\r\nburied"
    for level in range(mime.DEPTH_MAX + 50):
        inner = multipart([inner], boundary=b"b%d." % level)
    event = read(HEAD + inner)
    assert limits_of(event) == ["depth"]
    assert b"buried" in event.attachments[-1].data


def test_nesting_below_the_bound_is_read():
    inner = b"Content-Type: text/plain\r\n\r\nburied"
    for level in range(mime.DEPTH_MAX - 1):
        inner = multipart([inner], boundary=b"b%d." % level)
    assert read(HEAD + inner).text == "buried"


def test_too_many_parts():
    event = read(HEAD + multipart([b"\r\nx"] * (mime.PARTS_MAX + 500)))
    assert limits_of(event) == ["parts"]
    assert event.text.count("x") == mime.PARTS_MAX - 1


def test_too_many_lines_like_a_boundary():
    event = read(HEAD + multipart([b"\r\n" + b"--bx\r\n" * 30_000]))
    assert limits_of(event) == ["delimiters"]


def test_too_many_attachments():
    event = read(HEAD + multipart([b"Content-Type: image/png\r\n\r\nx"] * (ATTACHMENTS_MAX + 50)))
    assert len(event.attachments) == ATTACHMENTS_MAX
    assert event.attachments[-1].name == "original.eml"
    assert limits_of(event) == ["attachments"]


def test_too_many_addresses_references_and_letters():
    event = read(
        HEAD
        + b"To: " + b", ".join(b"a%d@x.example" % n for n in range(5_000)) + b"\r\n"
        + b"References: " + b" ".join(b"<%d@x.example>" % n for n in range(500)) + b"\r\n"
        + b"In-Reply-To: <" + b"i" * 5_000 + b">\r\n"
        + b"Subject: " + b"s" * 5_000 + b"\r\n\r\n"
    )  # fmt: skip
    assert len(headers.addresses([", ".join(f"a{n}@x.example" for n in range(5_000))])) == headers.ADDRESSES_MAX
    assert len(event.participants) <= headers.ADDRESSES_MAX
    assert len(event.references) == REFERENCES_MAX
    assert event.references[0] == "0@x.example"
    assert event.references[-1] == "499@x.example"
    assert len(event.in_reply_to) == ID_CHARS_MAX
    assert len(event.subject) == 5_000  # the door cuts it, and no secret in two


def test_a_message_id_too_long_is_replaced_by_the_hash():
    raw = b"From: a@x.example\r\nMessage-ID: <" + b"i" * 5_000 + b"@x>\r\n\r\nx"
    assert read(raw).message_id.startswith("sha256:")
    assert read(raw).message_id == read(raw).message_id


def test_html_beyond_the_bound_is_also_a_file():
    page = b"<p>" + b"word " * 500_000
    event = read(HEAD + b"Content-Type: text/html\r\n\r\n" + page)
    assert len(event.html) == 2_000_000
    assert [a.name for a in event.attachments] == ["message.html"]
    assert limits_of(event) == ["html"]


def test_a_huge_plain_text_is_whole():
    assert len(read(HEAD + b"\r\n" + b"x" * 5_000_000).text) == 5_000_000


def test_machines_are_told_by_any_of_their_signs():
    for field in (
        "X-Autoreply: yes",
        "X-Auto-Response-Suppress: All",
        "X-Loop: a@b",
        "X-Auto-Reply: yes",
        "X-Mail-Autoreply: 1",
        "X-Autoreply-From: ann@example.org",
        "Precedence: auto_reply",
        "Preference: auto_reply",
        "Return-Path: <>",
    ):
        assert read(HEAD + field.encode() + b"\r\n\r\nx").automatic == "auto_reply"
    for field in ("X-Auto-Response-Suppress: None", "X-Autoreply: no", "X-Autogenerated: false"):
        assert read(HEAD + field.encode() + b"\r\n\r\nx").automatic == "none"
    for field in ("List-Id: <a.b>", "Precedence: junk", "X-Precedence: list"):
        assert read(HEAD + field.encode() + b"\r\n\r\nx").automatic == "bulk"
    assert automatic.classify({}, "mailer-daemon@x.example", "", "text/plain", "") == "bounce"


MEGABYTE = 1_000_000
P7M = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
TNEF = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
HOSTILE = {
    "no line end": b"Subject: " + b"a" * MEGABYTE,
    "at signs": HEAD + b"To: " + b"@" * 250_000 + b"\r\n\r\n",
    "blanks in an address": HEAD + b"To: x" + b" " * 250_000 + b"y\r\n\r\n",
    "parentheses": HEAD + b"To: " + b"(" * 250_000 + b"\r\n\r\n",
    "quotes": HEAD + b"To: " + b'"' * 250_000 + b"\r\n\r\n",
    "escapes": HEAD + b'To: "' + b"\\" * 250_000 + b"\r\n\r\n",
    "open words": HEAD + b"Subject: " + b"=?a?q?" * 40_000 + b"\r\n\r\n",
    "open brackets": HEAD + b"References: " + b"< " * 120_000 + b"\r\n\r\n",
    "parameters": HEAD + b"Content-Type: text/plain" + b';a="' * 60_000 + b"\r\n\r\n",
    "pieces": HEAD + b"Content-Type: a/b" + b"".join(b";n*%d*=%%41" % n for n in range(20_000)) + b"\r\n\r\n",
    "comments": HEAD + b"Authentication-Results: mx; " + b"(" * 250_000 + b"\r\n\r\n",
    "folds": HEAD + b"Subject: " + b"\r\n " * 80_000 + b"\r\n\r\n",
    "boundaries": HEAD + multipart([b"\r\n"]) + b"--b\r\n" * 200_000,
    "one boundary, nested": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 20_000,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 250_000,
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * 500_000,
    "padded base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"YQ==" * 250_000,
    "broken UTF-8": HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + b"\xff\xfe\xfd " * 250_000,
    "every byte": HEAD + b"\r\n" + bytes(range(256)) * 4_000,
    "an envelope of small pieces": HEAD
    + P7M
    + b"MIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwGggCSA"
    + b"BAAE" * 250_000,
    "many envelopes": HEAD + multipart([P7M + b"MIAGCSqGSIb3DQEHAqCAMIACAQExADCA" + b"BAAE" * 1_000] * 240),
    "a winmail of small attributes": HEAD + TNEF + b"eJ8+IgEA" + b"AQAAAAAAAAAAAAAA" * 60_000,
    "elements that are nearly named": HEAD
    + multipart(
        [
            b"Content-Type: text/plain\r\n\r\nx\r\nAnna Berg\r\n",
            b"Content-Type: text/html\r\n\r\n" + (b"<div" + b" id=a class=b" * 28 + b">") * 4_000,
        ]
    ),
    "attributions that never end": HEAD + b"\r\n" + (b"On 1:11 x@y.example 2:22 " * 12 + b":\r\n") * 3_000,
    "addresses that never end": HEAD + b"\r\n" + b"4.11.2026 15:20 <a@b <a@b <a@b :\r\n" * 25_000,
    "names and rulers": HEAD.replace(b"From: ", b"From: Anna Berg ") + b"\r\n" + b"Anna Berg\r\n----\r\n" * 50_000,
    "reports": HEAD.replace(b"anna", b"mailer-daemon") + b"\r\n" + b"Message-ID: <" * 80_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_linear_time(name):
    # Quadratic time would meet the test's time limit by orders of magnitude.
    assert read(HOSTILE[name], address="help@shop.example", trusted_authserv_id="mx").message_id


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Type: text/plain charset=utf-8\r\n",
        b"Content-Type: text/plain;charset=utf-8\r\nContent-Transfer-Encoding: 8bit;\r\n",
    ],
)
def test_a_forgotten_semicolon_makes_no_file_of_what_was_written(fields):
    event = read(HEAD + fields + "\r\nmein Schlüssel ist fort\r\n".encode())
    assert (event.text, event.attachments) == ("mein Schlüssel ist fort", ())


@pytest.mark.parametrize("encoding", [b"base64;", b"Base64 (of the relay)", b"base64 ; x=y"])
def test_what_stands_behind_a_transfer_encoding_says_nothing(encoding):
    event = read(HEAD + b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\naGVsbG8=\r\n")
    assert event.text == "hello"
