"""What a file is by its first bytes, whatever it is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.filetypes import PLAYED, PROGRAMS, SHOWN, type_of

BOX = b"\x00\x00\x00\x18ftyp"
CASES = [
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff\xe1", "image/jpeg"), (b"GIF89a", "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"), (BOX + b"heic", "image/heic"), (b"%PDF-1.7", "application/pdf"),
    (b"OggS\x00\x02" + bytes(22) + b"\x01OpusHead", "audio/ogg"), (b"OggS\x00\x02" + bytes(22) + b"\x80theora", None),
    (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"), (b"fLaC\x00", "audio/flac"), (b"ID3\x04\x00", "audio/mpeg"),
    (b"\xff\xfb\x90\x64", "audio/mpeg"), (b"\xff\xf1\x50\x80", "audio/aac"), (BOX + b"M4A ", "audio/mp4"),
    (b"#!AMR\n", "audio/amr"), (BOX + b"isom", "video/mp4"), (BOX + b"qt  ", "video/quicktime"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "video/webm"),
    (b"PK\x03\x04\x14\x00", "application/zip"), (b"MZ" + bytes(80), "application/x-msdownload"),
    (b"\x7fELF\x02", "application/x-elf"), (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"", None), (b"hello", None), (b"MZ short text", None), (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
    (b"<html>", None), (b"GIF8", None), (b"RIFF\x00\x00\x00\x00AVI ", None), (b"\xff\xff\xff\xff", None),
    (b" \x89PNG\r\n\x1a\n", None), ("\ufeffbyte order".encode(), None), ("\ufefftext".encode("utf-16-le"), None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CASES, ids=[str(at) for at in range(len(CASES))])
def test_a_file_is_what_it_begins_with(data, expected):
    assert type_of(data) == expected
    assert type_of(data + bytes(10_000)) == (expected if data != b"MZ short text" else "application/x-msdownload")


@given(st.binary(max_size=300))
def test_any_bytes_are_something_or_nothing(data):
    assert type_of(data) in {None, *(kind for _, kind in CASES)}


@given(st.text(max_size=300))
def test_markup_is_never_shown_or_played(text):
    page = "<!doctype html><script>" + text
    assert type_of(page.encode(errors="replace")) is None
    assert not (SHOWN | PLAYED) & PROGRAMS
    assert not any("svg" in kind or "html" in kind or "xml" in kind for kind in SHOWN | PLAYED)
