"""Posts and messages nobody would send: whatever comes, events within the limits or InvalidMessage, nothing else."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from connectors.x import wire
from connectors.x.parcel import pack
from connectors.x.parse import parse
from connectors.x.weigh import POST_WEIGHT_MAX, composed, split, weight
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, ID_CHARS_MAX, NAME_CHARS_MAX
from router.model.message import InboundEvent
from router.model.parcel import Fetched
from tests.corpora.golden import payloads

GOLDEN = payloads("x")
MUTANTS = 3_000
META = {"own_id": "1111111111111111111", "link": "refused"}
ODD = [
    None, True, 0, -1, 2**63, 2**70, 1e308, -1.5, "", "x" * 5_000, "1" * 40, "\0", "\u202e", "@wallet " * 900, [], {},
    [[]], [{}], {"id": "1"}, [{"type": "quoted", "id": "1"}], {"urls": [{"url": "", "expanded_url": "("}]},
    "https://t.co/" * 500, "&amp;" * 900,
]  # fmt: skip
CHARS = st.text(
    alphabet=st.sampled_from("ab 你，。. \n👨\u200d👩🏽🇨🇳é\u0301\ufe0f1\u20e3/:@—…") | st.characters(codec="utf-8")
)


def events(raw):
    try:
        found = parse(raw, "default")
    except InvalidMessage:
        return ()
    for event in found:
        assert isinstance(event, InboundEvent)
        assert event.text is not None
        assert event.sender.id.isdecimal()
        assert len(event.message_id) <= ID_CHARS_MAX
        assert len(event.attachments) <= ATTACHMENTS_MAX
        assert len(event.sender.name or "") <= NAME_CHARS_MAX
        assert event.sent_at_ms >= 0
    return found


def mutated(value, source):
    """The same, with something in it as nobody would send it."""
    if isinstance(value, dict) and value and source.random() < 0.9:
        key = source.choice(list(value))
        return {**value, key: mutated(value[key], source)}
    if isinstance(value, list) and value and source.random() < 0.9:
        at = source.randrange(len(value))
        return [*value[:at], mutated(value[at], source), *value[at + 1 :]]
    return source.choice(ODD)


def test_mutated_payloads_are_events_or_invalid():
    source = random.Random(20261128)
    survived = 0
    for number in range(MUTANTS):
        case = GOLDEN[number % len(GOLDEN)]
        includes = wire.decode_includes(json.dumps(case["includes"]).encode())
        files = [Fetched(file_id=key, data=data.encode()) for key, data in case["files"].items()]
        item = json.dumps(mutated(case["item"], source)).encode("utf-8", "replace")
        survived += len(events(pack(case["shape"], item, includes, files, META)))
    assert survived > MUTANTS / 8


@given(st.binary(max_size=400))
def test_bytes_are_events_or_invalid(body):
    events(RawEvent(body=body, meta=META))


@given(CHARS)
def test_a_text_in_pieces_is_whole_and_each_a_post(text):
    pieces = split(text)
    assert "".join("".join(pieces).split()) == "".join(composed(text).split())
    assert all(0 < weight(piece) <= POST_WEIGHT_MAX for piece in pieces)
