"""Whatever is written can be read back as it was; whatever is read either means something or says why not."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from router.model.contact import decode_contact
from router.model.errors import InvalidMessage
from router.model.message import AttachmentIn, InboundEvent, Sender
from router.model.wire import decode_message, encode_message

printable = st.characters(exclude_categories=("Cs", "Cc"))
ids = st.text(printable, min_size=1, max_size=60)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=300)
short = st.none() | st.text(printable, max_size=200)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
senders = st.builds(
    Sender,
    id=ids,
    name=short,
    email=short,
    phone=short,
    handle=short,
    user_id=st.none() | ids,
    verified=st.none() | st.booleans(),
)
with_data = st.binary(max_size=200).map(lambda data: AttachmentIn(name="a.bin", size=len(data), data=data))
with_url = st.builds(
    AttachmentIn,
    name=short,
    content_type=short,
    size=st.none() | st.integers(0, 2**40),
    url=st.just("https://cdn.example/a?b=c"),
    content_id=st.none() | ids,
)
events = st.builds(
    InboundEvent,
    kind=st.just("message"),
    channel=st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True),
    account=ids,
    message_id=ids,
    target_id=st.none() | ids,
    thread_id=st.none() | ids,
    in_reply_to=st.none() | ids,
    references=st.lists(ids, max_size=5).map(tuple),
    visibility=st.sampled_from(["public", "private"]),
    sent_at_ms=st.integers(0, 253_402_300_799_999),
    sender=senders,
    subject=short,
    text=texts,
    html=st.none() | texts,
    language=st.none() | st.sampled_from(["en", "zh-CN"]),
    attachments=st.lists(with_data | with_url, max_size=3).map(tuple),
    automatic=st.sampled_from(["none", "auto_reply", "bounce", "bulk"]),
    delivery=st.none() | st.sampled_from(["sent", "delivered", "read", "failed"]),
    delivery_detail=short,
    held=st.sampled_from([None, "blocked", "flood"]),
    participants=st.lists(st.text(printable, max_size=60), max_size=3).map(tuple),
)


@given(events)
def test_an_event_survives_the_wire(event):
    written = encode_message(event)
    assert decode_message(written) == event
    assert decode_message(json.dumps(written).encode()) == event
    assert decode_message(json.dumps(written, ensure_ascii=False).encode()) == event


@given(events, st.dictionaries(st.text(printable, min_size=1).map("x-".__add__), json_values, max_size=3))
def test_unknown_fields_survive_the_wire(event, unknown):
    read = decode_message(encode_message(event) | unknown)
    assert (json.loads(read.ext) if read.ext else {}) == unknown
    assert decode_message(encode_message(read)) == read


@given(st.binary(max_size=400) | json_values.map(lambda value: json.dumps(value).encode()))
def test_nothing_but_invalid_message_is_ever_raised(data):
    for decode in (decode_message, decode_contact):
        with contextlib.suppress(InvalidMessage):
            assert decode(data) is not None


@given(events, st.sampled_from(InboundEvent.__struct_fields__), json_values)
def test_a_field_of_any_other_shape_is_taken_or_named(event, field, value):
    found = encode_message(event)
    found["sent_at" if field == "sent_at_ms" else field] = value
    with contextlib.suppress(InvalidMessage):
        read = decode_message(found)
        assert decode_message(encode_message(read)) == read
