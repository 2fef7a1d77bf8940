"""The `abuse` section: read key by key over what stands, its mistakes named in both languages."""

import pytest

from rules.abuse import DEFAULT, Quota
from rules.problems import RulesError
from rules.ruleset import load
from rules.translation import told

QUEUES = "version: 1\nqueues: {general: {default: true}}\n"


def abuse_of(*sections):
    files = {f"{n}.yaml": f"version: 1\nabuse: {section}\n".encode() for n, section in enumerate(sections)}
    return load({"rules.yaml": QUEUES.encode(), **files}).abuse


def mistake(section):
    with pytest.raises(RulesError) as refused:
        abuse_of(section)
    (problem,) = refused.value.problems
    return problem


def test_ordinary_people_are_left_alone_without_a_word():
    assert load({"rules.yaml": QUEUES.encode()}).abuse == DEFAULT
    assert DEFAULT.sender.messages >= 30
    assert DEFAULT.sender.hold > DEFAULT.sender.messages


def test_everything_is_read_and_what_is_not_said_stays():
    found = abuse_of("{sender: {messages: 10}, repeats: 2h, blocked_critical: ring}")
    assert found.sender == Quota(messages=10, within_ms=600_000, hold=300)
    assert (found.channel, found.repeats_ms, found.blocked_critical) == (DEFAULT.channel, 7_200_000, "ring")


def test_a_later_file_adds_to_an_earlier_one_key_by_key():
    found = abuse_of("{sender: {messages: 10, hold: 20}}", "{sender: {hold: 40}, channel: {messages: 9, within: 1m}}")
    assert found.sender == Quota(messages=10, within_ms=600_000, hold=40)
    assert found.channel == Quota(messages=9, within_ms=60_000)


def test_tags_that_are_never_answered_are_known_ones_and_a_later_file_may_take_them_back():
    rules = b"version: 1\nrules: [{id: a, when: {message.any|has: x}, then: {tag: [poser, other]}}]\n"

    def mute(*sections):
        named = {f"{n}.yaml": f"version: 1\nabuse: {section}\n".encode() for n, section in enumerate(sections)}
        return load({"rules.yaml": QUEUES.encode(), "z.yaml": rules, **named}).abuse.mute

    assert mute("{repeats: 2h}") == ()
    assert mute("{mute: poser}", "{repeats: 2h}") == ("poser",)
    assert mute("{mute: [poser, other]}") == ("poser", "other")
    assert mute("{mute: poser}", "{mute: none}") == ()


def test_a_site_that_includes_the_pack_answers_no_impersonator():
    own = load({"a.yaml": b"version: 1\ninclude: wallet@1\nabuse: {repeats: 2h}\n"})
    assert own.abuse.mute == ("impersonator",)


@pytest.mark.parametrize(
    ("section", "text", "hint", "chinese"),
    [
        ("{mute: nobody}", "there is no tag nobody", "none is defined", "没有标签 nobody"),
        ("{sendr: {messages: 1}}", "abuse has no key sendr", "did you mean sender?", "abuse 没有键 sendr"),
        (
            "{sender: {message: 1}}",
            "the quota of a sender has no key message",
            "did you mean messages?",
            "单个发件人的限额 没有键 message",
        ),
        (
            "{channel: {hold: 9}}",
            "the quota of a channel has no key hold",
            "known: messages, within",
            "单个渠道的限额 没有键 hold",
        ),
        ("{sender: {messages: 0}}", "messages is 0", "a whole number from 1 to 100000000", "messages 不能是 0"),
        (
            "{sender: {messages: 400}}",
            "hold is 300, less than messages, which is 400",
            "hold comes after messages: write a larger one",
            "hold 是 300，小于 messages 的 400",
        ),
        ("{sender: {within: 25h}}", "within is too long", "at most 1d", "within 太长"),
        ("{repeats: 31d}", "repeats is too long", "at most 30d", "repeats 太长"),
        (
            "{blocked_critical: rings}",
            "blocked_critical cannot be rings",
            "did you mean ring?",
            "blocked_critical 不能写 rings",
        ),
    ],
)
def test_mistakes_are_named_with_what_was_meant(section, text, hint, chinese):
    problem = mistake(section)
    assert (problem.text, problem.hint) == (text, hint)
    assert told(problem, "zh").text == chinese
