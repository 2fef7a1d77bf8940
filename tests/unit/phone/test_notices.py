"""What we note of a call was not said by the caller: none of it may mean anything to the rules."""

from urllib.parse import urlencode

import pytest

from connectors.phone.call import Call
from connectors.phone.menu import Menu
from connectors.phone.parse import parse
from connectors.phone.payload import Fetched, Told, pack
from connectors.phone.settings import Settings
from connectors.phone.words import LANGUAGES
from router.core.facts import texts_of
from router.model.secret import Secret
from rules.facts import Facts, MessageFacts
from tests import rulesets
from tests.corpora.golden import payloads

SID = "CA" + "0" * 31 + "1"
FORM = {
    "CallSid": SID,
    "From": "+4915550177001",
    "To": "+15550100001",
    "CallDuration": "4991",
    "DialCallDuration": "31",
}
SETTINGS = Settings(account_sid="AC", auth_token=Secret("x" * 32), lines=())
FAILED = Fetched(name="voicemail-0.mp3", content_type="audio/mpeg", problem="could not be fetched (answered 403)")


def verdict(told, files=()):
    form = urlencode(FORM | {"RecordingSid": "RE" + "0" * 32, "RecordingDuration": "42"}).encode()
    (event,) = parse(pack(form, told, files), "default")
    text, subject = texts_of(event)
    message = MessageFacts(
        text=text, subject=subject, channel="phone", account="default", visibility="private",
        lang=event.language, is_first=True, ext=event.ext or "",
    )  # fmt: skip
    return rulesets.shipped().evaluate(Facts(message=message, now_ms=1))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("step", "language"),
    [
        *((step, one) for step in ("call", "taken", "talked", "callback", "voicemail", "alarm") for one in LANGUAGES),
        ("ended", None),
        ("voicemail", None),
    ],
)
def test_what_we_note_ourselves_moves_nothing(step, later, language):
    for window in [window.name[language or "en"] for window in SETTINGS.callbacks]:
        told = Told(step=step, language=language, colleague="Mei", window_name=window, found_later=later)
        found = verdict(told, [(FAILED, b"")] if step == "voicemail" else ())
        assert (found.urgency, found.tags) == ("normal", ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_topic_says_what_the_caller_means_and_is_no_alarm(language):
    call = Call(sid=SID, caller="+4915550177001", line="", language=language, is_known=True)
    tags = {}
    for topic in SETTINGS.topics:
        (told,) = Menu(SETTINGS, "https://a.example", call, is_open=False).answer("menu", {"Digits": topic.key}).notices
        found = verdict(told)
        assert found.urgency in {"normal", "high"}
        tags[topic.id] = found.tags
    assert "deposit-withdrawal" in tags["transfer"]
    assert tags["other"] == ()


def test_every_notice_of_the_corpus_is_in_brackets():
    events = [event for case in payloads("phone") for event in case["events"]]
    own = [event["text"] for event in events if event.get("kind") == "call"]
    assert own
    assert all(text.startswith("[") and text.endswith("]") for text in own)
