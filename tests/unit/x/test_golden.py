"""Posts and messages as X sends them, and the events they mean."""

import json

import msgspec
import pytest
from tweepy import DirectMessageEvent, Tweet

from connectors.x import wire
from connectors.x.parcel import OWN_ID, pack, unpack
from connectors.x.parse import link_token, parse, sent_at_ms
from connectors.x.wire import Includes, Media, Variant
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.message import InboundEvent
from router.model.parcel import Fetched
from tests.corpora.golden import payloads

META = {OWN_ID: "1111111111111111111"}
GOLDEN = payloads("x")
TOKEN = f"01939f5a-7c3b-7abc-8def-0123456789ab.{'s' * 22}"


def packed(case):
    files = [Fetched(file_id=key, data=data.encode(), content_type="image/jpeg") for key, data in case["files"].items()]
    includes = wire.decode_includes(json.dumps(case["includes"]).encode())
    item = json.dumps(case["item"], ensure_ascii=False, indent=1).encode()
    return pack(case["shape"], item, includes, files, META | case["meta"])


def shown(event):
    """The fields that say something, as the corpus has them."""
    blank = InboundEvent(channel="-", message_id="-", sent_at_ms=-1, sender=event.sender)
    told, usual = (json.loads(msgspec.json.encode(one)) for one in (event, blank))
    told["sender"] = {key: value for key, value in told["sender"].items() if value is not None}
    told["attachments"] = [{k: v for k, v in file.items() if v is not None} for file in told["attachments"]]
    return {key: value for key, value in told.items() if key in {"sender", "text"} or value != usual[key]}


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_mean_what_they_should(case):
    assert [shown(event) for event in parse(packed(case), "default")] == case["events"]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_are_what_the_library_takes_them_for(case):
    if case["shape"] == "post":
        assert str(Tweet(case["item"]).id) == wire.decode_post(json.dumps(case["item"]).encode()).id
    if case["shape"] == "message":
        event = DirectMessageEvent(case["item"])
        assert (str(event.id), event.event_type) == (case["item"]["id"], case["item"]["event_type"])


def test_a_payload_gives_back_what_was_put_into_it():
    files = [Fetched(file_id="a", data=b"\n\n", content_type="image/png"), Fetched(file_id="b", problem="too large")]
    found = unpack(pack("post", b'{"id":\n"1"}', Includes(), files, {}).body)
    assert (found.shape, found.item, list(found.files.values())) == ("post", b'{"id": "1"}', files)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b'{"shape":"post","item":7}', b'{"shape":"post","item":{"id":"1"}}',
        b'{"shape":"post","item":{"id":"x","author_id":"1"}}', b'{"shape":"message","item":{"id":"1"}}',
        b'{"shape":"encrypted","item":{"id":"","sender_id":"1"}}',
        b'{"shape":"post","item":{"id":"1","author_id":"1"}}\nx',
        b'{"shape":"letter","item":{}}', b'{"shape":"message","item":{"id":"1","sender_id":"2","text":7}}',
        b"[" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_payload_is_invalid(body):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=body, meta=META), "default")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (TOKEN, TOKEN),
        (f"hello {TOKEN} it is me", TOKEN),
        (f"链接{TOKEN}", None),
        (TOKEN[:40], None),
        (f"{TOKEN}.x", None),
        ("hello", None),
    ],
)
def test_the_token_of_a_link(text, token):
    assert link_token(text) == token


@pytest.mark.parametrize(
    ("told", "ms"),
    [
        ("2026-11-02T08:00:03.000Z", 1_793_606_403_000),
        ("2026-11-02T08:00:03+00:00", 1_793_606_403_000),
        ("1793606403000", 1_793_606_403_000),
        ("", 0), ("yesterday", 0), ("2026-11-02T08:00:03", 0), ("9" * 30, 0), ("-1", 0),
    ],
)  # fmt: skip
def test_times(told, ms):
    assert sent_at_ms(told) == ms


def test_of_a_video_the_sharpest_moderate_form_is_taken():
    films = [
        Variant(url=f"v{rate}", content_type="video/mp4", bit_rate=rate) for rate in (832_000, 2_176_000, 9_000_000)
    ]
    playlist = Variant(url="list", content_type="application/x-mpegURL")
    assert Media(media_key="7_1", type="video", variants=(playlist, *films)).address == "v2176000"
    assert Media(media_key="7_1", type="video", variants=(playlist, films[2])).address == "v9000000"
    assert Media(media_key="7_1", type="video", variants=(playlist,)).address is None
