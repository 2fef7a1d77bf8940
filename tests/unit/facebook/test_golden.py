"""Deliveries as Meta sends them, and the events they mean."""

import json

import pytest

from connectors.facebook.meta import PAGE
from connectors.facebook.parse import link_token, parse
from connectors.facebook.payloads import at_ms, read, whole
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.parcel import Fetched, pack
from tests.corpora.golden import payloads, shown

META = {PAGE: "700100300400"}
GOLDEN = payloads("facebook")
TOKEN = f"01939f5a-7c3b-7abc-8def-0123456789ab.{'s' * 22}"


def packed(case):
    files = [Fetched(file_id=name, data=data.encode()) for name, data in case["files"].items()]
    files += [Fetched(file_id=name, problem=problem) for name, problem in case["problems"].items()]
    body = json.dumps(case["payload"], ensure_ascii=False).encode()
    return RawEvent(body=pack([body], files), meta=META | case["meta"])


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_mean_what_they_should(case):
    assert [shown(event) for event in parse(packed(case), "default")] == case["events"]


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "page", "entry": []},
        {"object": "instagram", "entry": [{"id": "1", "messaging": [{}]}]},
        {"object": "page", "entry": [{"id": "700100300400", "messaging": []}]},
        {"object": "page", "entry": [{"id": "700100300400", "messaging": [{}, {}]}]},
        {"object": "page", "entry": [{"id": "700100300400", "messaging": [{"sender": 7}]}]},
        {"object": "page", "entry": [{"id": "700100300400", "messaging": [{"sender": {"id": "5"}, "message": {}}]}]},
        {"object": "page", "entry": [{"id": "700100300400", "changes": ["x"]}]},
        [],
    ],
)
def test_what_is_no_notification_with_one_event_is_invalid(payload):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=pack([json.dumps(payload).encode()], []), meta=META), "default")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"updates":[]}', b'{"updates":[{},{}]}\n'])
def test_what_is_no_payload_is_invalid(body):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=body, meta=META), "default")


@pytest.mark.parametrize(
    ("content", "token"),
    [
        ({"referral": {"ref": TOKEN}}, TOKEN),
        ({"postback": {"title": "Get Started", "referral": {"ref": TOKEN}}}, TOKEN),
        ({"referral": {"ref": "summer"}}, None),
        ({"referral": {"ref": f"x{TOKEN}"}}, None),
        ({"postback": {"title": "Get Started"}}, None),
        ({"message": {"mid": "m", "text": TOKEN}}, None),
    ],
)
def test_the_token_of_a_deep_link(content, token):
    event = {"sender": {"id": "5"}, "timestamp": 1, **content}
    one = read(json.dumps({"object": "page", "entry": [{"id": "1", "messaging": [event]}]}).encode())
    assert link_token(one.messaging) == token


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (1793606401250, 1793606401250),
        (1793606401, 1793606401000),
        ("1793606401", 1793606401000),
        (1793606401.5, 1793606401000),
        (0, 0),
        (-5, 0),
        ("soon", 0),
        (10**30, 0),
    ],
)
def test_times_come_in_seconds_in_milliseconds_and_as_text(number, found):
    assert at_ms(number) == found


def test_a_number_that_is_none_is_nothing():
    assert [whole(one) for one in ("2", 2.9, "x", "inf", float("nan"))] == [2, 2, 0, 0, 0]
