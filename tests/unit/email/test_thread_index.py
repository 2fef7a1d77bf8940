"""Outlook's Thread-Index: read when it is one, extended in our answers, never copied."""

import base64

import pytest

from connectors.email.parse import parse
from connectors.email.thread_index import answered, read
from router.connector import RawEvent

GUID = bytes(range(16))
BEGAN_MS = 1_793_606_400_000
BEGAN = ((BEGAN_MS + 11_644_473_600_000) * 10_000 >> 16).to_bytes(6, "big")
ROOT = BEGAN + GUID
"""A thread that began on 2 November 2026."""
DAY_MS = 86_400_000


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_the_first_byte_is_the_one_that_outlook_writes():
    assert ROOT[0] == 1
    assert len(ROOT) == 22


@pytest.mark.parametrize("data", [ROOT, ROOT + b"12345", ROOT + b"1234567890"])
@pytest.mark.parametrize("fold", ["", "\r\n ", "\n\t"])
def test_a_value_is_read(data, fold):
    value = b64(data)
    assert read(f" {value[:20]}{fold}{value[20:]}\r\n") == data.hex()


@pytest.mark.parametrize(
    "value",
    ["", "AdYx", b64(ROOT[:21]), b64(ROOT + b"123"), b64(b"\2" + ROOT[1:]), "x" * 31, "é" * 40, "=" * 60, "A" * 5_000],
)
def test_what_is_none_is_none(value):
    assert read(value) is None


def test_of_very_many_answers_the_first_are_kept():
    assert read(b64(ROOT + b"12345" * 140)) == (ROOT + b"12345" * 100).hex()


def test_an_answer_stands_behind_what_it_answers():
    before = ROOT + b"12345"
    after = base64.b64decode(answered(before.hex(), BEGAN_MS + DAY_MS, "key"))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 5
    passed = int.from_bytes(after[-5:-1], "big")
    assert passed >> 31 == 0, "less than 1.7 years"
    assert abs((passed << 18) / 10_000 - DAY_MS) < 30, "the time since the thread began, in steps of 26 ms"
    assert read(b64(after)) == after.hex()


def test_years_later_the_time_is_coarse():
    passed = int.from_bytes(base64.b64decode(answered(ROOT.hex(), BEGAN_MS + 900 * DAY_MS, "key"))[-5:-1], "big")
    assert passed >> 31 == 1
    assert abs(((passed & 0x7FFF_FFFF) << 23) / 10_000 - 900 * DAY_MS) < 900


def test_the_same_answer_has_the_same_value():
    first = answered(ROOT.hex(), BEGAN_MS + 5, "k1")
    assert first == answered(ROOT.hex(), BEGAN_MS + 5, "k1")
    assert len({answered(ROOT.hex(), BEGAN_MS + 5, f"k{n}") for n in range(30)}) > 1


def test_before_the_thread_began_no_time_has_passed():
    assert base64.b64decode(answered(ROOT.hex(), 0, "key"))[-5:-1] == bytes(4)


def test_a_full_one_begins_again():
    assert len(base64.b64decode(answered((ROOT + b"12345" * 100).hex(), BEGAN_MS, "key"))) == 27


@pytest.mark.parametrize("index", ["", "zz", "01" * 21])
def test_without_one_there_is_none(index):
    assert answered(index, BEGAN_MS, "key") is None


def test_a_mail_says_where_it_stands():
    raw = f"From: anna@mail.example\nMessage-ID: <1@x>\nThread-Index: {b64(ROOT)}\n\nhello\n".encode()
    (event,) = parse(RawEvent(body=raw), "default")
    assert event.thread_index == ROOT.hex()
    (event,) = parse(RawEvent(body=raw.replace(b"Thread-Index: ", b"Thread-Index: *")), "default")
    assert event.thread_index is None
