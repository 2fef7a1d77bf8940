"""Files that are taken apart: signed entities, winmail.dat, invitations; broken ones stay what they are."""

import struct
from base64 import b64encode
from pathlib import Path

import pytest

from connectors.email import invitation, mime, smime, tnef
from connectors.email.parse import parse
from router.connector import RawEvent
from tests.unit.email.test_limits import HEAD, limits_of, multipart, read

CORPUS = Path(__file__).parents[2] / "corpora" / "mail"
P7M = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def held(name):
    """The decoded content of the one file of a mail of the corpus."""
    mail = mime.Mail((CORPUS / f"{name}.eml").read_bytes())
    return mail.body(mail.root)


def tlv(tag, *contents):
    content = b"".join(contents)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def signed(content):
    """An entity in an envelope whose signature list is empty."""
    inner = tlv(0x30, DATA, tlv(0xA0, tlv(4, content)))
    return tlv(0x30, SIGNED, tlv(0xA0, tlv(0x30, tlv(2, b"\1"), tlv(0x31), inner, tlv(0x31))))


def envelope(content):
    return P7M + b64encode(signed(content))


def attribute(kind, value, level=1):
    return struct.pack("<BII", level, kind, len(value)) + value + b"\0\0"


def packed(*attributes):
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


@pytest.mark.parametrize("name", ["smime-opaque", "smime-opaque-streamed", "smime-encrypted"])
def test_an_envelope_that_is_cut_anywhere_is_none_or_whole(name):
    data = held(name)
    whole = smime.signed_content(data)
    for length in range(len(data)):
        assert smime.signed_content(data[:length]) in {None, whole}


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80" * 30, b"\x1f\x81\x01", b"\x30\x89" + b"\xff" * 9, b"\x30\0"]
)
def test_what_is_no_envelope(data):
    assert smime.signed_content(data) is None


def test_detached_and_foreign_content_is_none():
    assert smime.signed_content(tlv(0x30, SIGNED, tlv(0xA0, tlv(0x30, tlv(2), tlv(0x31), tlv(0x30, DATA))))) is None
    assert smime.signed_content(signed(b"x").replace(SIGNED, DATA)) is None


def test_envelopes_in_envelopes_end_at_the_bound():
    content = b"Content-Type: text/plain\r\n\r\nburied"
    for _ in range(mime.LEVELS_MAX):
        content = envelope(content)
    assert read(HEAD + content).text == "buried"
    (event,) = parse(RawEvent(body=HEAD + envelope(content)), "default")
    assert (event.text, [one.name for one in event.attachments]) == ("", ["smime.p7m"])


def test_so_many_are_opened_and_the_others_stay_files():
    event = read(HEAD + multipart([envelope(b"\r\nopened")] * (mime.OPENED_MAX + 5)))
    assert event.text.count("opened") == mime.OPENED_MAX
    assert len(event.attachments) == 5


def test_bounds_inside_an_envelope_are_named():
    event = read(HEAD + envelope(multipart([b"\r\nx"] * (mime.PARTS_MAX + 5))))
    assert limits_of(event) == ["parts"]
    assert event.attachments[-1].name == "original.eml"


def test_a_winmail_that_is_cut_anywhere_is_refused_or_read():
    data = held("winmail-alone")
    names = {one.name for one in tnef.opened(data).files}
    refused = 0
    for length in range(len(data)):
        try:
            found = tnef.opened(data[:length])
        except ValueError:
            refused += 1
        else:
            assert {one.name for one in found.files} <= names | {None, "BILD~1.PNG", "notes.txt"}
    assert refused > len(data) * 0.9


def test_any_byte_of_a_winmail_may_be_wrong():
    data = held("winmail-alone")
    read_well = 0
    for at in range(len(data)):
        for value in (0, 0x7F, 0xFF):
            try:
                read_well += bool(tnef.opened(data[:at] + bytes([value]) + data[at + 1 :]).files)
            except ValueError:
                continue
    assert read_well > len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 20,
        packed(*[attribute(0x00069002, b"", level=2)] * (tnef.FILES_MAX + 1)),
        packed(attribute(0x00069003, struct.pack("<I", 100_000))),
        packed(attribute(0x00069003, struct.pack("<IHHI", 1, 0x101E, 0x1000, 1_000_000))),
        packed(attribute(0x00069003, struct.pack("<IHHI", 1, 0x0099, 0x1000, 1))),
        packed(*[attribute(0x00069007, b"")] * 6_000),
    ],
)
def test_what_is_no_winmail_or_breaks_a_bound(data):
    with pytest.raises(ValueError, match=r"\w"):
        tnef.opened(data)
    part = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (file,) = read(HEAD + part + b64encode(data)).attachments
    assert (file.name, file.data) == ("winmail.dat", data)


def test_an_object_comes_without_its_guid_and_rubbish_behind_ends_it():
    value = b"G" * 16 + b"inside"
    value = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(value)) + value + b"\0\0"
    files = [attribute(0x00069002, b"", 2), attribute(0x0006800F, b"an excuse", 2), attribute(0x00069005, value, 2)]
    (file,) = tnef.opened(packed(*files) + b"\n\n--").files
    assert (file.name, file.data) == (None, b"inside")


EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n%s\nEND:VEVENT\nEND:VCALENDAR"


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("SUMMARY:a", "📅 a"),
        ("DTSTART:20261110T100000Z\nDTEND:20261111T090000Z", "📅 2026-11-10 10:00 – 2026-11-11 09:00 (UTC)"),
        ("DTSTART;VALUE=DATE:20261110\nSUMMARY:a", "📅 a · 2026-11-10"),
        ("SUMMARY:a\nSTATUS:CANCELLED", "📅 ✗ a"),
        ("SUMMARY:a\nDTSTART:soon", "📅 a"),
        ("SUMMARY:a\\, b\\; c\\\\n", "📅 a, b; c\\n"),
        ("SUMMARY:" + "x" * 900, "📅 " + "x" * 200),
        ("LOCATION:nowhere", None),
        ("", None),
    ],
)
def test_invitations(lines, wanted):
    assert invitation.line(EVENT % lines) == wanted


def test_an_invitation_beside_html_is_shown_in_it():
    parts = [
        b"Content-Type: text/html\r\n\r\n<p>come</p>",
        b"Content-Type: text/calendar\r\n\r\n" + (EVENT % "SUMMARY:a <b>").encode(),
    ]
    assert read(HEAD + multipart(parts)).html == "<p>come</p><p>📅 a &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT\n" * 50_000,
        "SUMMARY" + ";A=" * 50_000,
        "SUMMARY:" + "\n " * 50_000,
        EVENT % ("SUMMARY:" + "\\" * 60_000),
    ],
)
def test_hostile_calendars_end(text):
    assert (invitation.line(text) or "").count("\n") == 0


PGP = (
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n'
    b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    b"--b\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n"
)
ENCRYPTED = tlv(0x30, bytes.fromhex("06092a864886f70d010703"), tlv(0xA0, b"\0" * 40))
NOTICE = "[This mail is encrypted ({}), and cannot be read here. It is attached as it came.]"


@pytest.mark.parametrize(
    ("entity", "wanted", "files"),
    [
        (PGP, NOTICE.format("PGP"), 2),
        (P7M + b64encode(ENCRYPTED), NOTICE.format("S/MIME"), 1),
        (envelope(P7M + b64encode(ENCRYPTED)), NOTICE.format("S/MIME"), 1),
        (multipart([b"Content-Type: text/plain\r\n\r\nsee the file", P7M + b64encode(ENCRYPTED)]), "see the file", 1),
        (P7M + b64encode(b"no envelope"), "", 1),
    ],
    ids=["pgp", "smime", "signed over it", "with words", "broken"],
)
def test_what_is_encrypted_says_so_where_nothing_can_be_read(entity, wanted, files):
    event = read(HEAD + entity)
    assert (event.text, len(event.attachments)) == (wanted, files)
