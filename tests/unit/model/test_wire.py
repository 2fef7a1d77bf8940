"""The wire: docs/formats.md to the letter, and for everything else a sentence that names field, finding, meaning."""

import base64
import json

import pytest

from router.model.errors import InvalidMessage
from router.model.message import AttachmentIn, InboundEvent, Sender
from router.model.wire import decode_message, encode_message

LEAST = {
    "channel": "email",
    "message_id": "<a@b.example>",
    "visibility": "private",
    "sent_at": "2026-11-02T08:00:03Z",
    "sender": {"id": "ann@example.org"},
    "text": "hello",
}
WHOLE = {
    "kind": "message",
    "channel": "email",
    "account": "default",
    "message_id": "<a@b.example>",
    "target_id": None,
    "thread_id": None,
    "in_reply_to": None,
    "references": [],
    "visibility": "private",
    "sent_at": "2026-11-02T08:00:03Z",
    "sender": {
        "id": "ann@example.org",
        "name": None,
        "email": None,
        "phone": None,
        "handle": None,
        "user_id": None,
        "verified": None,
    },
    "subject": None,
    "text": "hello",
    "html": None,
    "language": None,
    "attachments": [],
}
GONE = object()


def message(**changes) -> bytes:
    found = {key: value for key, value in (LEAST | changes).items() if value is not GONE}
    return json.dumps(found).encode()


def refused(data) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as caught:
        decode_message(data)
    return caught.value


def test_the_least_message_takes_every_default():
    assert decode_message(message()) == InboundEvent(
        kind="message",
        channel="email",
        account="default",
        message_id="<a@b.example>",
        visibility="private",
        sent_at_ms=1_793_606_403_000,
        sender=Sender(id="ann@example.org"),
        text="hello",
    )


def test_nulls_mean_the_same_as_absence():
    assert decode_message(json.dumps(WHOLE).encode()) == decode_message(message())
    nulls = message(kind=None, account=None, references=None, attachments=None, ext=None, automatic=None)
    assert decode_message(nulls) == decode_message(message())


def test_what_is_written_is_the_whole_contract_in_its_order():
    assert list(encode_message(decode_message(message())).items()) == list(WHOLE.items())


def test_every_field_arrives():
    event = decode_message(
        message(
            kind="edit",
            account="vip",
            target_id="t",
            thread_id="th",
            in_reply_to="r0",
            references=["r1", "r2"],
            visibility="public",
            sender={
                "id": "1",
                "name": "Ann",
                "email": "ann@example.org",
                "phone": "+14155550100",
                "handle": "@ann",
                "user_id": "u1",
                "verified": True,
            },
            subject="s",
            html="<p>h</p>",
            language="zh-CN",
            attachments=[{"name": "a.png", "content_type": "image/png", "size": 3, "data": "YWJj"}],
        )
    )
    assert event == InboundEvent(
        kind="edit",
        channel="email",
        account="vip",
        message_id="<a@b.example>",
        target_id="t",
        thread_id="th",
        in_reply_to="r0",
        references=("r1", "r2"),
        visibility="public",
        sent_at_ms=1_793_606_403_000,
        sender=Sender(
            id="1",
            name="Ann",
            email="ann@example.org",
            phone="+14155550100",
            handle="@ann",
            user_id="u1",
            verified=True,
        ),
        subject="s",
        text="hello",
        html="<p>h</p>",
        language="zh-CN",
        attachments=(AttachmentIn(name="a.png", content_type="image/png", size=3, data=b"abc"),),
    )
    assert decode_message(encode_message(event)) == event


@pytest.mark.parametrize(
    ("written", "at_ms"),
    [
        ("2026-11-02T08:00:03Z", 1_793_606_403_000),
        ("2026-11-02T16:00:03+08:00", 1_793_606_403_000),
        ("2026-11-02T00:30:03-07:30", 1_793_606_403_000),
        ("2026-11-02t08:00:03z", 1_793_606_403_000),
        ("2026-11-02 08:00:03Z", 1_793_606_403_000),
        ("2026-11-02T08:00:03.25Z", 1_793_606_403_250),
        ("2026-11-02T08:00:03.123999Z", 1_793_606_403_123),
        ("2016-12-31T23:59:60Z", 1_483_228_799_999),
        ("2017-01-01T07:59:60.5+08:00", 1_483_228_799_999),
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ],
)
def test_times_keep_their_instant(written, at_ms):
    assert decode_message(message(sent_at=written)).sent_at_ms == at_ms


@pytest.mark.parametrize("kind", ["edit", "delete", "reaction", "receipt", "call", "unsupported"])
def test_other_kinds_need_a_target_and_no_text(kind):
    assert decode_message(message(kind=kind, target_id="t", text=GONE)).kind == kind
    error = refused(message(kind=kind, text=GONE))
    assert error.field == "target_id"
    assert kind in error.reason


def test_html_alone_and_empty_text_are_messages():
    assert decode_message(message(text=GONE, html="<p>x</p>")).html == "<p>x</p>"
    assert decode_message(message(text="", attachments=[{"url": "HTTPS://cdn.example/a"}])).text == ""


def test_unknown_fields_are_kept_under_ext():
    data = message(
        order={"id": 5, "deep": [1, None]},
        Text="not text",
        sender={"id": "1", "avatar": "a.png", "level": 3},
        attachments=[{"url": "https://cdn.example/a"}, {"url": "https://cdn.example/b", "checksum": "x"}],
    )
    event = decode_message(data)
    assert json.loads(event.ext) == {
        "order": {"id": 5, "deep": [1, None]},
        "Text": "not text",
        "sender": {"avatar": "a.png", "level": 3},
        "attachments": {"1": {"checksum": "x"}},
    }
    assert event.sender == Sender(id="1")
    assert decode_message(encode_message(event)) == event


def test_ext_itself_is_read_back_and_joined_by_unknown_fields():
    assert json.loads(decode_message(message(ext={"a": 1}, b=2)).ext) == {"a": 1, "b": 2}
    assert decode_message(message(ext={})).ext is None


def test_what_our_export_adds_is_read_and_anything_else_by_that_name_is_unknown():
    event = decode_message(message(automatic="bounce", participants=["a@b.example"], delivery="read"))
    assert (event.automatic, event.participants, event.delivery) == ("bounce", ("a@b.example",), "read")
    assert decode_message(encode_message(event)) == event
    odd = decode_message(message(automatic=True, delivery="express", participants=5))
    assert (odd.automatic, odd.participants, odd.delivery) == ("none", (), None)
    assert json.loads(odd.ext) == {"automatic": True, "delivery": "express", "participants": 5}


def test_a_reply_token_is_not_for_others_to_read():
    event = decode_message(message())
    with_token = InboundEvent(
        channel=event.channel,
        message_id=event.message_id,
        sent_at_ms=event.sent_at_ms,
        sender=event.sender,
        text=event.text,
        reply_token="secret",
    )
    assert "secret" not in json.dumps(encode_message(with_token))


def test_nul_and_half_surrogates_in_texts_are_replaced_one_for_one():
    event = decode_message(
        rb'{"channel":"x","message_id":"1","visibility":"public","sent_at":"2026-11-02T08:00:03Z",'
        rb'"sender":{"id":"1","name":"a\u0000b"},"text":"x\ud800y\u0000z \ud83d\ude00 \\ud800"}'
    )
    assert event.text == "x\ufffdy\ufffdz 😀 \\ud800"
    assert event.sender.name == "a\ufffdb"


@pytest.mark.parametrize("half", [r"\ud83d", r"\udc00", r"\ud83d\ud83d"])
def test_an_id_with_half_a_surrogate_pair_is_refused_not_mended(half):
    with pytest.raises(InvalidMessage, match="message_id: an id may hold neither NUL nor half") as caught:
        decode_message(message(message_id="HERE").replace(b"HERE", half.encode()))
    assert caught.value.message_id.strip("\ufffd") == "", "what is told of it is text"


def test_only_half_a_surrogate_pair_is_overlooked():
    for wrong in (b"NaN", b"-Infinity", b"01", b'"\x01"'):
        with pytest.raises(InvalidMessage, match="not JSON"):
            decode_message(message(text="half \ud800", more="HERE").replace(b'"HERE"', wrong))


def test_a_byte_order_mark_is_no_reason_to_refuse():
    assert decode_message(b"\xef\xbb\xbf" + message()) == decode_message(message())


def test_already_parsed_objects_are_read_alike():
    assert decode_message(json.loads(message(foo=1))) == decode_message(message(foo=1))
    assert decode_message({**LEAST, "text": "half \ud800"}).text == "half \ufffd"


def test_size_is_counted_where_the_bytes_are_here():
    data = base64.b64encode(b"12345").decode()
    (file,) = decode_message(message(attachments=[{"data": data, "size": 999}])).attachments
    assert file.size == 5
    (file,) = decode_message(message(attachments=[{"url": "https://cdn.example/a", "size": 999}])).attachments
    assert file.size == 999


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"channel": GONE}, "channel", "missing"),
        ({"message_id": GONE}, "message_id", "missing"),
        ({"message_id": GONE, "messageId": "1"}, "message_id", "did you mean this by 'messageId'"),
        ({"sender": GONE}, "sender", "missing"),
        ({"sender": {}}, "sender.id", "missing"),
        ({"sender": {"name": "Ann"}}, "sender.id", "missing"),
        ({"visibility": GONE}, "visibility", "missing; expected one of public, private"),
        ({"sent_at": GONE}, "sent_at", "missing"),
        ({"text": GONE}, "text", '"text" or "html"'),
        ({"text": None, "html": None}, "text", '"text" or "html"'),
        ({"sender": {"id": 12345}}, "sender.id", "found a number; expected text"),
        ({"sender": {"id": 12345}}, "sender.id", "write it in quotes"),
        ({"sender": {"id": ""}}, "sender.id", "found empty text"),
        ({"sender": {"id": None}}, "sender.id", "found null"),
        ({"sender": "ann"}, "sender", "expected an object"),
        ({"sender": []}, "sender", "found a list"),
        ({"sender": {"id": "1", "verified": "yes"}}, "sender.verified", "expected true, false or null"),
        ({"sender": {"id": "1", "verified": 1}}, "sender.verified", "found a number"),
        ({"sender": {"id": "1", "name": "x" * 201}}, "sender.name", "found text of 201 characters"),
        ({"sender": {"id": "1", "email": "x" * 321}}, "sender.email", "at most 320"),
        ({"sender": {"id": "1", "user_id": 7}}, "sender.user_id", "found a number"),
        ({"kind": "mesage"}, "kind", "did you mean 'message'"),
        ({"kind": "reply"}, "kind", "one of message, edit, delete"),
        ({"kind": 5}, "kind", "found a number"),
        ({"visibility": "Private"}, "visibility", "did you mean 'private'"),
        ({"visibility": "internal"}, "visibility", "expected one of public, private"),
        ({"visibility": None}, "visibility", "found null"),
        ({"channel": "E-Mail"}, "channel", "lower case"),
        ({"channel": ""}, "channel", "found empty text"),
        ({"channel": "x\n"}, "channel", "lower case"),
        ({"channel": "a" * 33}, "channel", "lower case"),
        ({"account": ""}, "account", "found empty text"),
        ({"account": "a\nb"}, "account", "control character"),
        ({"message_id": ""}, "message_id", "found empty text"),
        ({"message_id": "x" * 999}, "message_id", "found text of 999 characters"),
        ({"message_id": "中" * 400}, "message_id", "found 1,200 bytes"),
        ({"message_id": "a\u0000"}, "message_id", "NUL"),
        ({"message_id": "a\r\nBcc: all"}, "message_id", "control character"),
        ({"message_id": 5}, "message_id", "write it in quotes"),
        ({"thread_id": ["x"]}, "thread_id", "found a list of 1"),
        ({"thread_id": "a\u0000"}, "thread_id", "NUL"),
        ({"references": "x"}, "references", "expected a list"),
        ({"references": ["x", 5]}, "references[1]", "found a number"),
        ({"references": ["x", ""]}, "references[1]", "found empty text"),
        ({"references": ["x", "a\u0000"]}, "references[1]", "NUL"),
        ({"references": ["x", "a\nb"]}, "references", "control character"),
        ({"references": ["x"] * 101}, "references", "found a list of 101"),
        ({"sent_at": "2026-11-02T08:00:03"}, "sent_at", "found '2026-11-02T08:00:03'; expected text, a time"),
        ({"sent_at": "2026-11-02T08:00:03"}, "sent_at", "with its offset"),
        ({"sent_at": "2026-11-02"}, "sent_at", "RFC 3339"),
        ({"sent_at": "yesterday"}, "sent_at", "found 'yesterday'"),
        ({"sent_at": "2026-02-30T00:00:00Z"}, "sent_at", "RFC 3339"),
        ({"sent_at": 1793606403}, "sent_at", "found a number"),
        ({"sent_at": None}, "sent_at", "found null"),
        ({"sent_at": "1969-12-31T23:59:59Z"}, "sent_at", "1970"),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "sent_at", "1970"),
        ({"sent_at": "9999-12-31T23:59:59-14:00"}, "sent_at", "9999"),
        ({"subject": "x" * 1_001}, "subject", "found text of 1,001 characters"),
        ({"text": "x" * 26_214_401}, "text", "at most 26,214,400"),
        ({"text": ["x"]}, "text", "found a list"),
        ({"html": {}}, "html", "found an object"),
        ({"language": "x" * 36}, "language", "BCP 47"),
        ({"attachments": {}}, "attachments", "expected a list"),
        ({"attachments": ["x"]}, "attachments[0]", "found text"),
        ({"attachments": [{}] * 101}, "attachments", "found a list of 101"),
        ({"attachments": [{"name": "a"}]}, "attachments[0]", 'neither "data" (base64) nor "url"'),
        ({"attachments": [{"url": "https://a/b"}, {"data": "!"}]}, "attachments[1].data", "base64"),
        ({"attachments": [{"data": "YQ"}]}, "attachments[0].data", "padding"),
        ({"attachments": [{"url": "file:///etc/passwd"}]}, "attachments[0].url", "http or https"),
        ({"attachments": [{"url": "https://a/" + "x" * 2_040}]}, "attachments[0].url", "at most 2,048"),
        ({"attachments": [{"url": "https://a/b", "size": -1}]}, "attachments[0].size", "bytes"),
        ({"ext": 5}, "ext", "expected an object"),
        ({"extra": "x" * 65_536}, "ext", "at most 65,536"),
    ],
)
def test_what_breaks_the_contract_is_named(changes, field, says):
    error = refused(message(**changes))
    assert error.field == field
    assert says in error.reason
    assert str(error) == f"{field}: {error.reason}"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"[]", "expected one JSON object"),
        (b"null", "found null"),
        (b'"text"', "expected one JSON object"),
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":1e999}', "not JSON"),
        (message() + message(), "not JSON"),
    ],
)
def test_what_is_no_json_object_is_named(data, says):
    assert says in refused(data).reason


@pytest.mark.parametrize("value", [["my secret words"], {"my secret words": 1}, "my secret words" * 2_000_000])
@pytest.mark.parametrize("field", ["text", "html", "subject"])
def test_errors_never_quote_what_a_customer_wrote(field, value):
    error = refused(message(**{field: value}))
    assert error.field == field
    assert "secret" not in str(error)


def test_unknown_fields_nested_too_deeply_are_refused():
    deep: dict[str, object] = {}
    for _ in range(50_000):
        deep = {"a": deep}
    assert "nested too deeply" in refused({**LEAST, "deep": deep}).reason
    assert refused(message()[:-1] + b',"deep":' + b"[" * 50_000 + b"]" * 50_000 + b"}")


def test_hostile_names_and_words_are_not_searched_for_misspellings():
    names = {"m" * 1_000_000: 1} | {f"message_{n}" * 5: n for n in range(1_000)}
    assert "did you mean" not in refused(message(message_id=GONE, **names)).reason
    assert "did you mean" not in refused(message(kind="message" * 100_000)).reason


def test_values_that_json_has_no_form_for_are_refused():
    assert "no form" in refused({**LEAST, "odd": object()}).reason
