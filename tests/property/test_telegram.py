"""Updates nobody would send: whatever comes, events within the limits or InvalidMessage, and nothing else."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from connectors.telegram.parse import parse
from connectors.telegram.take import arrived
from connectors.telegram.updates import kept_files
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, ID_CHARS_MAX, NAME_CHARS_MAX
from router.model.message import InboundEvent
from router.model.parcel import Fetched, pack
from tests.corpora.golden import payloads

GOLDEN = [case["updates"] for case in payloads("telegram")]
MUTANTS = 3_000
META = {"bot_id": "700100200", "bot_name": "wallet.bot("}
ODD = [
    None, True, 0, -1, 2**63, 2**70, 1e308, -1.5, "", "x" * 5_000, "\ud800", "\0", "\u202e", [], {}, [[]], [{}],
    {"id": 1}, {"id": 1, "type": "private"}, [{"type": "text_link", "offset": -3, "length": 2**31, "url": "x"}],
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def packed(bodies, files=()):
    return RawEvent(body=pack(bodies, files), meta=META)


def events(raw):
    try:
        found = parse(raw, "default")
    except InvalidMessage:
        return ()
    for event in found:
        assert isinstance(event, InboundEvent)
        assert event.text is not None
        assert event.sender.id
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


def test_mutated_updates_never_raise():
    source = random.Random(11)
    taken = 0
    for _ in range(MUTANTS):
        updates = list(source.choice(GOLDEN))
        for _ in range(source.randrange(3)):
            at = source.randrange(len(updates))
            updates[at] = mutated(updates[at], source)
        bodies = [json.dumps(update).encode() for update in updates]
        files = []
        for body in bodies:
            one = arrived(body)
            if one.message is not None:
                files += [Fetched(file_id=file.file_id, data=b"x") for _, file in kept_files(one.message)]
        taken += len(events(packed(bodies, files)))
    assert taken > MUTANTS // 5, "much of it still says something, or this proves little"


def test_cut_and_flipped_bytes_never_raise():
    source = random.Random(12)
    for _ in range(MUTANTS):
        body = bytearray(pack([json.dumps(source.choice(GOLDEN)[0]).encode()], []))
        for _ in range(source.randrange(1, 6)):
            body[source.randrange(len(body))] = source.randrange(256)
        events(RawEvent(body=bytes(body[: source.randrange(1, len(body) + 1)]), meta=META))


@given(VALUES)
def test_any_json_is_an_event_or_invalid(value):
    body = json.dumps(value).encode()
    arrived(body)
    events(packed([body]))
    events(packed([b'{"update_id":1,"message":' + body + b"}"]))


def test_deep_nesting_is_invalid():
    body = b'{"update_id":1,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert arrived(body).seen is None
    assert events(packed([body])) == ()
