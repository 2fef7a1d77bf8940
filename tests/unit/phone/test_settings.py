"""What a phone account may be configured with, and the documents that come of it."""

import pytest

from connectors.phone.manifest import MANIFEST
from connectors.phone.render import Dial, Gather, Hangup, Record, Say, document
from connectors.phone.settings import Settings
from connectors.phone.simulator.twiml import TwimlError, read
from connectors.phone.words import LANGUAGES, WORDS
from router.config import ChannelConfig
from router.discovery import capabilities_of, settings_of
from router.model.errors import ConfigError

GOOD = {
    "account_sid": "AC" + "1" * 32,
    "auth_token": "0123456789abcdef0123456789abcdef",
    "lines": [{"number": "+15550100001"}],
}


def made(**changes) -> Settings:
    settings = settings_of(MANIFEST, ChannelConfig(kind="phone", settings=GOOD | changes))
    assert isinstance(settings, Settings)
    return settings


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": "short"}, "auth_token"),
        ({"lines": []}, "lines"),
        ({"lines": [{"number": "0155501"}]}, "number"),
        ({"lines": [{"number": "+15550100001", "langage": "en"}]}, "langage"),
        ({"base_url": "http://api.example"}, "base_url"),
        ({"public_url": "http://house.example"}, "public_url"),
        ({"public_url": "house.example"}, "public_url"),
        ({"languages": ["en", "en"]}, "languages"),
        ({"languages": ["fr"]}, "languages"),
        ({"topics": [{"key": "1", "id": "a", "name": "a"}, {"key": "1", "id": "b", "name": "b"}]}, "topics: the key 1"),
        ({"emergency_key": "1"}, "the key 1 stands for two things"),
        ({"emergency_key": "#"}, "emergency_key"),
        ({"callbacks": [{"key": "1", "id": "a", "name": "a"}, {"key": "1", "id": "b", "name": "b"}]}, "callbacks"),
        ({"texts": {"en": {"greting": "hi"}}}, "greting"),
        ({"texts": {"en": {"topic": "press {kee}"}}}, "topic: only"),
        ({"texts": {"en": {"topic": "press {"}}}, "topic: only"),
        ({"texts": {"en": {"greeting": "{key}"}}}, "greeting: only nothing"),
        ({"agents": [{"name": "", "number": "+15550100001"}]}, "name"),
        ({"voicemail_seconds": 3}, "voicemail_seconds"),
        ({"sms_from": "me"}, "sms_from"),
    ],
)
def test_bad_settings_are_named(changes, named):
    with pytest.raises(ConfigError, match=named):
        made(**changes)


def test_settings_never_print_their_secrets():
    assert GOOD["auth_token"] not in f"{made()!r} {made()!s}"


def test_what_an_account_can_do_is_what_it_has_a_number_for():
    silent, writing = (capabilities_of(MANIFEST, made(**more)) for more in ({}, {"sms_from": "+15550100001"}))
    assert (silent.can_send, silent.answered_by_call) == (False, True)
    assert (writing.can_send, writing.text_max, writing.idempotent_send) == (True, 1_600, False)
    assert not silent.answers_by_itself
    assert not writing.answers_by_itself, "a caller id is easily forged"


def test_every_text_is_there_in_every_language_with_the_same_blanks():
    english = WORDS["en"]
    for language in LANGUAGES:
        assert WORDS[language].keys() == english.keys()
        for name, text in WORDS[language].items():
            for blank in ("{key}", "{topic}", "{window}"):
                assert (blank in text) == (blank in english[name]), (language, name)


def test_own_words_take_the_place_of_ours():
    settings = made(texts={"en": {"greeting": "Hi there."}}, voices={"en": {"language": "en-GB", "voice": "Polly.Amy"}})
    assert settings.text("greeting", "en") == "Hi there."
    assert settings.text("topic", "en", topic="fees", key="4") == "For fees, press 4."
    assert (settings.voice("en").voice, settings.voice("zh").language) == ("Polly.Amy", "zh-CN")


def test_a_document_is_what_the_provider_reads():
    says = [Say(text='a < b & "c" \x00\x07你好 👋', language="zh-CN", voice="Polly.Zhiyu")]
    verbs = (
        *says,
        Gather(says=says, action="https://a.example/x?lang=en&topic=y"),
        Gather(says=says, action="https://a.example/x", digits=None),
        Dial(number="+15550100001", caller_id="+15550100002", timeout_s=20, action="https://a.example/z?a=1&b=2",
             screen="https://a.example/s"),
        Record(action="https://a.example/r", status="https://a.example/s", seconds_max=60,
               transcript="https://a.example/t"),
        Hangup(),
    )  # fmt: skip
    found = read(document(verbs).encode(), "text/xml")
    assert [element.name for element in found] == ["Say", "Gather", "Gather", "Dial", "Record", "Hangup"]
    assert found[0].text == 'a < b & "c" 你好 👋'
    assert found[1].get("action") == "https://a.example/x?lang=en&topic=y"
    assert (found[1].get("numDigits"), found[2].get("finishOnKey")) == ("1", "#")
    assert found[3].children[0].get("url") == "https://a.example/s"
    assert document(()) == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 12100),
        (b"<Response><Say>", 12100),
        (b"<html/>", 12200),
        (b"<Response>text</Response><x/>", 12100),
        (b"<Response><Dance/></Response>", 12200),
        (b"<Response><Say language='en'>hi</Say></Response>", 12200),
        (b"<Response><Say/></Response>", 12200),
        (b"<Response><Gather action='/menu'/></Response>", 12200),
        (b"<Response><Gather><Dial><Number>+15550100001</Number></Dial></Gather></Response>", 12200),
        (b"<Response><Dial/></Response>", 12200),
        (b"<Response><Dial><Number>0155</Number></Dial></Response>", 13223),
        (b"<Response><Record transcribe='true' maxLength='60'/></Response>", 12200),
        (
            b"<Response><Record transcribe='true' maxLength='600' transcribeCallback='https://a.example'/></Response>",
            12200,
        ),
        (b"<Response>" + b"<Hangup/>" * 9_000 + b"</Response>", 11750),
    ],
)
def test_the_simulator_takes_no_document_that_the_provider_would_not(body, code):
    with pytest.raises(TwimlError) as error:
        read(body, "text/xml")
    assert error.value.code == code
    with pytest.raises(TwimlError, match="12300"):
        read(b"<Response/>", "text/html")
