"""Deliveries nobody would send: whatever comes, events within the limits or InvalidMessage, and nothing else."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from connectors.facebook.meta import NAME, PAGE
from connectors.facebook.parse import parse
from connectors.facebook.usage import APP, BUSINESS, usage_of
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, NAME_CHARS_MAX
from router.model.message import InboundEvent
from router.model.parcel import pack
from tests.corpora.golden import payloads

GOLDEN = [case["payload"] for case in payloads("facebook")]
MUTANTS = 3_000
META = {PAGE: "700100300400", NAME: "n" * 500}
ODD = [
    None, True, 0, -1, 2**63, 2**70, 1e308, -1.5, "", "x" * 5_000, "\ud800", "\0", "\u202e", [], {}, [[]], [{}],
    {"id": 1}, {"id": "700100300400"}, [{"type": "image", "payload": {"url": "x"}}],
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def events(body):
    """What comes of a payload, checked."""
    try:
        found = parse(RawEvent(body=body, meta=META), "default")
    except InvalidMessage:
        return ()
    for event in found:
        assert isinstance(event, InboundEvent)
        assert event.message_id
        assert event.sender.id
        assert len(event.sender.name or "") <= NAME_CHARS_MAX
        assert len(event.attachments) <= ATTACHMENTS_MAX
        assert event.sent_at_ms >= 0
        assert event.kind in {"message", "receipt"} or event.target_id or event.kind == "unsupported"
    return found


def mutated(value, source):
    if source.random() < 0.06:
        return source.choice(ODD)
    if isinstance(value, dict):
        return {key: mutated(inner, source) for key, inner in value.items() if source.random() > 0.03}
    if isinstance(value, list):
        return [mutated(inner, source) for inner in value]
    return value


def test_mutated_deliveries_never_raise():
    source = random.Random(20261128)
    taken = 0
    for _ in range(MUTANTS):
        body = json.dumps(mutated(source.choice(GOLDEN), source)).encode()
        taken += len(events(pack([body], [])))
    assert taken > MUTANTS / 10


def test_cut_and_flipped_bytes_never_raise():
    source = random.Random(20261128)
    for _ in range(MUTANTS):
        body = bytearray(pack([json.dumps(source.choice(GOLDEN)).encode()], []))
        body[source.randrange(len(body))] = source.randrange(256)
        events(bytes(body[: source.randrange(1, len(body) + 1)]))


@given(VALUES)
def test_any_json_is_an_event_or_invalid(value):
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    entry = {"id": "700100300400", "time": 1}
    events(pack([body], []))
    for kind in ("messaging", "changes"):
        events(pack([json.dumps({"object": "page", "entry": [{**entry, kind: [value]}]}).encode()], []))


@given(VALUES, st.text(max_size=50))
def test_what_meta_says_of_its_limits_never_raises(value, text):
    for said in (json.dumps(value), text):
        percent, pause_s = usage_of({APP: said, BUSINESS: said})
        assert pause_s is None or pause_s > 0
        assert percent >= 0 or percent < 0
