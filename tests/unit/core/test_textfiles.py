"""Attached text: what is masked in it, what stays byte for byte, what is not looked at."""

import json

import pytest

from router.core.textfiles import look_through

CARD = "4111 1111 1111 1111"
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
CHINESE = "振查轟厚讀岩艱阿約目來煮"


def look(data: bytes, name="note.txt", content_type="text/plain", visibility="private"):
    return look_through(data, name=name, content_type=content_type, visibility=visibility)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030", "latin-1"])
def test_the_encoding_stays(encoding):
    before, after = ("café: ", "\nnaïve?") if encoding == "latin-1" else ("助记词: ", "\r\n谢谢")
    looked = look(f"{before}{PHRASE}{after}".encode(encoding), content_type=f"text/plain; charset={encoding}")
    assert (looked.checked, looked.types) == ("masked", ("SEED_PHRASE",))
    assert looked.data == f"{before}[SEED_PHRASE]{after}".encode(encoding)


@pytest.mark.parametrize(("name", "content_type"), [
    ("note.txt", "application/octet-stream"), ("log", "text/plain"), ("a.md", ""), ("UTC--2026-01-02", ""),
    ("a.json", "application/json"), ("a.csv", "text/csv"), ("a.log", "application/octet-stream"),
])  # fmt: skip
def test_text_is_known_by_its_type_its_name_or_its_bytes(name, content_type):
    assert look(f"card {CARD}".encode(), name, content_type).data == b"card [CARD]"


@pytest.mark.parametrize(("data", "name", "content_type"), [
    (CARD.encode(), "a.png", "image/png"),
    (b"PK\x03\x04" + CARD.encode(), "a.zip", "application/zip"),
    (b"\0\1" + CARD.encode(), "a.bin", "application/octet-stream"),
    (b"\xff\xd8" + CARD.encode(), "a", "application/octet-stream"),
    (CARD.encode(), "voice.ogg", "audio/ogg"),
])  # fmt: skip
def test_what_is_no_text_stays_as_it_came(data, name, content_type):
    looked = look(data, name, content_type)
    assert (looked.data, looked.checked, looked.types, looked.values) == (data, "unchecked", (), ())


def test_a_clean_file_stays_byte_for_byte_and_tells_what_it_holds():
    data = b"mail ann@example.org\r\n\tx \xe5\xa5\xbd"
    looked = look(data)
    assert (looked.data, looked.checked, looked.types, looked.values) == (data, "clean", ("EMAIL",), ())


@pytest.mark.parametrize(("value", "kept"), [
    ({"seed": PHRASE.split(" ")}, "winner"),
    ({"seed": PHRASE.replace(" ", "\n")}, "winner"),
    ({"note": "密码是Abc!2345"}, "Abc"),
    ({"助记词": CHINESE}, "u716e"),
])  # fmt: skip
def test_escapes_of_json_hide_nothing(value, kept):
    text = json.dumps(value)
    assert kept in text
    looked = look(text.encode(), "a.json", "application/json")
    assert (looked.checked, kept in looked.data.decode()) == ("masked", False)


def test_of_a_page_that_holds_a_secret_the_words_are_kept():
    page = "<html><body><p>card 4111 1111 <b>1111</b> 1111 &lt;x&gt;</p></body></html>"
    looked = look(page.encode(), "a.html", "text/html")
    assert looked.data == b'<meta charset="utf-8"><pre>card [CARD] &lt;x&gt;</pre>'
    hidden = f'<p>hello</p><p style="display:none">{PHRASE}</p><img alt="{CARD}">'
    assert look(hidden.encode(), "a.html", "text/html").data == b'<meta charset="utf-8"><pre>hello\n\n[CARD]</pre>'
    plain = b"<p>hello <b>you</b></p>"
    assert look(plain, "a.html", "text/html").data == plain


@pytest.mark.parametrize("before", [91_990, 92_000, 99_985, 100_000, 184_000])
def test_a_long_file_is_looked_through_whole(before):
    text = "x " * (before // 2) + CARD + " y" * 60_000
    assert look(text.encode()).data.decode() == text.replace(CARD, "[CARD]")
