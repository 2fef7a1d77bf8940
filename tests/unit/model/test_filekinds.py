"""What customers' files are, by their content; what their names are good for; what a message may take along."""

import struct

import pytest

from router.model.filekinds import FILE_KINDS, FileBounds, file_name, kind_of

ALL = tuple(FILE_KINDS)
HEADS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "heic": b"\0\0\0\x18ftypheic",
    "pdf": b"%PDF-1.7",
    "mp3": b"ID3\x04",
    "m4a": b"\0\0\0\x1cftypM4A ",
    "ogg": b"OggS\0\x02",
    "wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "mp4": b"\0\0\0\x18ftypisom",
    "mov": b"\0\0\0\x14ftypqt  ",
    "webm": b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86webm",
    "zip": b"PK\x03\x04",
    "txt": "\ufeffa line\r\n第二行\t\x1b[0m".encode(),
}


@pytest.mark.parametrize("kind", ALL)
def test_a_file_is_what_its_first_bytes_are(kind):
    data = HEADS[kind] + (b"" if kind == "txt" else bytes(5_000))
    assert kind_of(data, ALL) == kind
    assert kind_of(data, tuple(other for other in ALL if other != kind)) is None
    assert kind_of(HEADS[kind][:3], tuple(other for other in ALL if other != "txt")) in {None, "jpeg", "mp3"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"a\0b",
        b"\xff\xfea\0",
        b"caf\xe9",
        struct.pack(">I", 0xCAFEBABE),
        b" %PDF-1.7\0",
    ],
)
def test_what_is_no_kind_of_ours_is_none(data):
    assert kind_of(data, ALL) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.png", "a.png"), ("C:\\docs\\état.pdf", "état.pdf"), ("../../etc/passwd", "passwd"), ("", "file"),
        ("...", "file"), ("a\r\nb\x00.txt", "ab.txt"), ("gpj.\u202eexe", "gpj.exe"), ("  note.txt . ", "note.txt"),
        ("步骤.png", "步骤.png"), ("x" * 198 + ". png", "x" * 198), ("a\u2028b?.txt", "ab_.txt"),
        ("x" * 500 + ".png", "x" * 200),
    ],
)  # fmt: skip
def test_a_name_is_no_path_and_shows_what_it_is(name, kept):
    assert file_name(name) == kept


@pytest.mark.parametrize(
    ("number", "size", "fits", "trouble"),
    [
        (1, 1_048_576, True, None),
        (2, 1, True, None),
        (3, 1, True, "many"),
        (1, 1_048_577, True, "large"),
        (2, 9, False, "total"),
        (1, 0, True, "empty"),
    ],
)
def test_what_speaks_against_a_file_before_it_is_read(number, size, fits, trouble):
    bounds = FileBounds(kinds=("png", "txt"), most=2, megabytes=1)
    assert bounds.trouble_of(number, size, fits=fits) == trouble


def test_bounds_say_their_kinds_and_refuse_what_nobody_could_recognise():
    bounds = FileBounds(kinds=("jpeg", "txt"), most=2, megabytes=1)
    assert (bounds.labels, bounds.suffixes) == ("JPEG, TXT", (".jpg", ".jpeg", ".jfif", ".txt", ".log", ".csv"))
    assert (bounds.kind_of(b"\xff\xd8\xff\xe0"), bounds.kind_of(b"GIF89a")) == ("jpeg", None)
    with pytest.raises(ValueError, match="'exe' is none of gif, heic"):
        FileBounds(kinds=("exe",), most=1, megabytes=1)
