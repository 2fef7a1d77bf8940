"""The pure parts of the web form: what payloads mean, which language a page has."""

import json
import re
from string import Formatter

import msgspec
import pytest

from connectors.form.languages import preferred
from connectors.form.parse import Envelope, parse, raw_event
from connectors.form.render import Look
from connectors.form.settings import Settings, told
from connectors.form.thread_page import WAITS_MAX, ThreadView, thread_page
from connectors.form.words import CHIPS, WORDS, word
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from tests.corpora.golden import payloads

GOLDEN = payloads("form_golden")


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["case"])
def test_a_payload_means_the_event_it_meant_before(golden):
    (event,) = parse(RawEvent(body=json.dumps(golden["raw"]).encode()), "main")
    found = json.loads(msgspec.json.encode(event))
    found["sender"] = {key: value for key, value in found["sender"].items() if value is not None}
    assert {key: value for key, value in found.items() if value not in (None, [], False, "none")} == golden["event"]
    assert event.visibility == "private"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"thread": ""}, "thread"),
        ({"key": ""}, "thread"),
        ({"key": "k" * 998}, "thread"),
        ({"key": "k\0"}, "thread"),
        ({"language": "fr"}, "language"),
        ({"text": "x" * 20_001}, "text"),
        ({"name": "x" * 201}, "name"),
        ({"email": "x" * 321}, "email"),
        ({"files": [{"name": "a", "media_type": "b", "data": ""}] * 101}, "files"),
    ],
)
def test_what_the_adapter_should_not_have_let_pass_is_named(change, field):
    with pytest.raises(InvalidMessage) as refused:
        parse(RawEvent(body=json.dumps(GOLDEN[0]["raw"] | change).encode()), "main")
    assert refused.value.field == field


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"thread": 1}'])
def test_what_is_no_payload_is_refused(body):
    with pytest.raises(InvalidMessage):
        parse(RawEvent(body=body), "main")


def test_the_longest_message_passes_however_it_is_escaped():
    envelope = Envelope(thread="t", key="k", received_at_ms=1, language="en", text='\0"' * 10_000)
    (event,) = parse(raw_event(envelope), "main")
    assert event.text == '\ufffd"' * 10_000


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-Hant-TW;q=0.8, en;q=0.7", "zh"),
        ("en;q=0.1, zh;q=0.2", "zh"),
        ("fr, de;q=0.9, *;q=0.5", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=2", "en"),
        ("zh;level=1", "en"),
        (",;=,", "en"),
        ("x" * 600 + ",zh", "en"),
    ],
)
def test_the_heaviest_language_that_is_offered_is_spoken(header, language):
    assert preferred(header, ("en", "zh")) == language


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_stands_in_both_languages_with_the_same_blanks():
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key, english in WORDS["en"].items():
        chinese = WORDS["zh"][key]
        assert english != chinese
        assert blanks(english) == blanks(chinese), key
        assert word("zh", key, **dict.fromkeys(blanks(chinese), "x"))
    assert all(names.keys() == {"en", "zh"} for names in CHIPS.values())


def test_what_a_configuration_says_falls_back_to_what_it_has():
    assert told("Help", "zh") == "Help"
    assert told({"en": "Help", "zh": "帮助"}, "zh") == "帮助"
    assert told({"zh": "帮助"}, "en") == "帮助"
    assert Settings().files.bytes_max == 5 * 1_048_576


@pytest.mark.parametrize(
    ("state", "reloads"),
    [({}, True), ({"waited": WAITS_MAX}, False), ({"values": {"text": "half a sentence"}}, False)],
)
def test_a_page_that_loads_itself_again_has_nothing_to_type_into(state, reloads):
    look = Look(language="en", theme="", embedded=False)
    view = ThreadView(look=look, token="t", messages=(), ticket=None, expires_at_ms=1, asks_email=True, **state)
    shown = thread_page(view, Settings())
    assert ('http-equiv="refresh"' in shown) == reloads
    typed_into = re.findall(r'<(?:textarea|input)[^>]* name="(text|email|files)"', shown)
    assert typed_into == ([] if reloads else ["text", "email", "files"])
    assert state.get("values", {}).get("text", "") in shown
    assert 'class="emergency"' in shown, "help is called at any time"
