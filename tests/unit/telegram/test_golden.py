"""Updates as Telegram sends them, and the events they mean."""

import json

import pytest
from telegram import Update

from connectors.telegram.meta import BOT_ID, BOT_NAME, LINK
from connectors.telegram.parse import link_token, parse
from connectors.telegram.updates import ALLOWED, Envelope, decode
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.parcel import Fetched, pack
from tests.corpora.golden import payloads, shown

META = {BOT_ID: "700100200", BOT_NAME: "walletbot"}
GOLDEN = payloads("telegram")
LINK_ID = "01939f5a-7c3b-7abc-8def-0123456789ab"


def packed(case, **meta):
    files = [Fetched(file_id=name, data=data.encode()) for name, data in case["files"].items()]
    updates = [json.dumps(update, ensure_ascii=False).encode() for update in case["updates"]]
    return RawEvent(body=pack(updates, files), meta=META | meta)


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_mean_what_they_should(case):
    assert [shown(event) for event in parse(packed(case), "default")] == case["events"]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_payloads_are_what_the_library_takes_for_updates(case):
    for update in case["updates"]:
        read = Update.de_json(update, None)
        assert read.update_id == update["update_id"]
        if (message := read.message or read.edited_message) is not None:
            ours = decode(json.dumps(update).encode())
            assert (ours.message or ours.edited_message).message_id == message.message_id


def test_kinds_that_are_asked_for_are_kinds_of_the_library():
    assert set(ALLOWED) <= set(Update.ALL_TYPES)
    assert set(Envelope.__struct_fields__) <= {"update_id", *ALLOWED}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"updates":[]}', b'{"updates":[1]}', b'{"updates":[{}]}\nx'])
def test_what_is_no_payload_is_invalid(body):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=body), "default")


def test_updates_that_are_no_album_are_not_put_together():
    with pytest.raises(InvalidMessage, match="no album"):
        parse(packed({"files": {}, "updates": [GOLDEN[0]["updates"][0], GOLDEN[1]["updates"][0]]}), "default")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (f"/start {LINK_ID}_{'s' * 22}", f"{LINK_ID}.{'s' * 22}"),
        (f"/start@walletbot  {LINK_ID}_-_{'s' * 20} ", f"{LINK_ID}.-_{'s' * 20}"),
        (f"/start {LINK_ID}.{'s' * 22}", f"{LINK_ID}.{'s' * 22}"),
        ("/start", None),
        ("/start campaign", None),
        (f"/start {LINK_ID}", None),
        (f"please /start {LINK_ID}_{'s' * 22}", None),
    ],
)
def test_the_token_of_a_deep_link(text, token):
    update = json.loads(json.dumps(GOLDEN[0]["updates"][0]))
    update["message"]["text"] = text
    assert link_token(decode(json.dumps(update).encode()).message) == token


@pytest.mark.parametrize(
    ("link", "texts"), [("opened", []), ("refused", ["[came with a link that opens nothing any more]"])]
)
def test_what_a_link_did_is_what_is_shown(link, texts):
    update = json.loads(json.dumps(GOLDEN[0]["updates"][0]))
    update["message"]["text"] = f"/start {LINK_ID}_{'s' * 22}"
    found = parse(packed({"files": {}, "updates": [update]}, **{LINK: link}), "default")
    assert [event.text for event in found] == texts
