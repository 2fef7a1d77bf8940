"""Notices as the provider sends them, and the events they mean."""

from urllib.parse import urlencode

import msgspec
import pytest

from connectors.phone.parse import duration, is_withheld, parse
from connectors.phone.payload import Fetched, Told, pack, unpack
from connectors.phone.signature import is_signed, signature
from router.connector import RawEvent
from router.core.identity import read_sender
from router.model.errors import InvalidMessage
from tests.corpora.golden import payloads, shown

GOLDEN = payloads("phone")
BY_NAME = {case["name"]: case for case in GOLDEN}


def packed(case, **form):
    files = [
        (Fetched(**{key: value for key, value in file.items() if key != "data"}, size=len(file["data"].encode())),
         file["data"].encode())
        for file in case["files"]
    ]  # fmt: skip
    return pack(urlencode(case["form"] | form).encode(), msgspec.convert(case["told"], Told), files)


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_mean_what_they_should(case):
    assert [shown(event) for event in parse(packed(case), "default")] == case["events"]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_a_payload_gives_back_what_was_put_into_it(case):
    form, told, files = unpack(packed(case))
    assert (form, msgspec.to_builtins(told)) == (case["form"], case["told"])
    assert [data.decode() for _, data in files] == [file["data"] for file in case["files"]]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_nobody_is_proven_by_a_number(case):
    assert all(event.sender.verified is None and event.visibility == "private" for event in parse(packed(case), "a"))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a call with a topic", {"CallSid": ""}),
        ("a call with a topic", {"CallSid": "CA1"}),
        ("a call with a topic", {"CallSid": "CA" + "0" * 31 + "G"}),
        ("a voicemail", {"RecordingSid": "../../Accounts"}),
        ("a transcript", {"RecordingSid": ""}),
        ("a text message with a picture", {"MessageSid": "", "SmsSid": ""}),
        ("a text message from a name", {"From": ""}),
        ("a text message from a name", {"From": "x" * 31}),
        ("delivered", {"MessageSid": "SM1"}),
    ],
)
def test_ids_that_are_none_are_invalid(name, form):
    with pytest.raises(InvalidMessage):
        parse(packed(BY_NAME[name], **form), "default")


@pytest.mark.parametrize(
    ("body", "meta"),
    [
        (b"CallSid=CA1", {}),
        (b"CallSid=CA1", {"told": "{}"}),
        (b"CallSid=CA1", {"told": '{"step":"dance"}'}),
        (b"CallSid", {"told": '{"step":"call"}'}),
        (b"a=\xff", {"told": '{"step":"call"}'}),
        (b"&".join([b"a=1"] * 300), {"told": '{"step":"call"}'}),
        (b"a=1\nrest", {"told": '{"step":"call"}'}),
        (b"a=1\nrest", {"told": '{"step":"call"}', "files": '[{"name":"x","content_type":"y","size":9}]'}),
    ],
)
def test_what_is_no_payload_is_invalid(body, meta):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=body, meta=meta), "default")


@pytest.mark.parametrize(
    "number", ["", "anonymous", "Restricted", "+266696687", "+7378742833", "+86282452253", "+0123456", "+12", "unknown"]
)
def test_a_number_that_is_none_is_withheld(number):
    assert is_withheld(number)
    assert not is_withheld("+4915550177001")


def test_times_are_told_in_minutes():
    assert [duration(seconds) for seconds in (0, 59, 60, 312)] == ["0 s", "59 s", "1 min 0 s", "5 min 12 s"]


PUBLISHED = (
    "12345",
    "https://mycompany.com/myapp.php?foo=1&bar=2",
    [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"), ("From", "+14158675309"),
     ("To", "+18005551212")],
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
)  # fmt: skip
"""The example of the provider's own documentation."""


def test_the_published_example_has_the_published_signature():
    token, url, form, expected = PUBLISHED
    assert signature(token, url, form) == expected
    assert signature(token, url, reversed(form)) == expected


def test_an_address_is_signed_with_or_without_its_port():
    token, _, form, _ = PUBLISHED
    for ours, theirs in (
        ("https://a.example/x?y=1", "https://a.example:443/x?y=1"),
        ("https://a.example:8443/x", "https://a.example/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
    ):
        assert is_signed(token, ours, form, signature(token, theirs, form))
        assert is_signed(token, ours, form, signature(token, ours, form))
    assert not is_signed(token, "https://a.example/x", form, signature(token, "https://b.example/x", form))
    assert not is_signed(token, "https://a.example/x", form, signature("other", "https://a.example/x", form))
    assert not is_signed(token, "https://a.example/x", form, "ü")


def test_names_that_stand_there_several_times_count_once_with_each_value():
    once = signature("t", "https://a.example/", [("a", "1"), ("a", "2")])
    assert signature("t", "https://a.example/", [("a", "2"), ("a", "1"), ("a", "2")]) == once
    assert signature("t", "https://a.example/", [("a", "1")]) != once


def test_every_withheld_call_is_of_somebody_else():
    sids = [f"CA{letter * 31}{last}" for letter in "abcdef0" for last in "0123456789abcdef"]
    events = [parse(packed(BY_NAME["a withheld number"], CallSid=sid), "default")[0] for sid in sids]
    assert len({read_sender(event).peer for event in events}) == len(sids)
    assert {event.sender.name for event in events} == {None}
