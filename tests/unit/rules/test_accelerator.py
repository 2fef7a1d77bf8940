"""Words found by hyperscan: the same answers, from a file as well, in several threads, or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rules import accelerator
from rules.facts import Facts, MessageFacts
from rules.ruleset import load

RULES = """\
version: 1
queues: {q: {default: true}}
rules:
  - {id: word, when: {message.text|has: refund}, then: {tag: hit}}
  - {id: longer, when: {message.text|has: refund*}, then: {tag: hit}}
  - {id: phrase, when: {message.text|has: "can't pay"}, then: {tag: hit}}
  - {id: signs, when: {message.text|has: ["no. b", c++]}, then: {tag: hit}}
  - {id: number, when: {message.text|has: "#"}, then: {tag: hit}}
  - {id: chinese, when: {message.text|has: 退款}, then: {tag: hit}}
  - {id: french, when: {message.text|has: café}, then: {tag: hit}}
  - {id: both, when: {message.any|has all: [lost, card]}, then: {tag: hit}}
  - {id: meeting, when: {message.text|near: {words: [coins, gone], within: 2}}, then: {tag: hit}}
"""
TEXTS = {
    "a Refund, please": ("word", "longer"),
    "refunded": ("longer",),
    "refundé": ("longer",),
    "érefund": (),
    "我要refund谢谢": ("word", "longer"),
    "I can’t pay": ("phrase",),
    "Cant pay. Can, t pay": ("phrase",),
    "no. b and c++": ("signs",),
    "1,200 euros": ("number",),
    "我要退款": ("chinese",),
    "un café": ("french",),
    "des cafés": (),
    "lost my card": ("both",),
    "my coins are gone": ("meeting",),
    "my coins. All gone": (),
    "": (),
}
NEAR = "message.text|near: {words: [[a, b, c], [a, b, c], [a, b, c]], within: 50, unless: [a]}"
accelerated = pytest.mark.skipif(accelerator.missing() is not None, reason=str(accelerator.missing()))


def compiled(text):
    return load({"a.yaml": text.encode()})


def swift(text):
    ruleset = compiled(text)
    ruleset.finder.accelerator = accelerator.compiled(ruleset.finder)
    return ruleset


def file_of(ruleset):
    return accelerator.dumped(accelerator.compiled(ruleset.finder), accelerator.key(ruleset.finder))


def several(when, count):
    rules = "".join(f"  - {{id: r{number}, when: {{{when}}}, then: {{tag: hit}}}}\n" for number in range(count))
    return f"version: 1\nqueues: {{q: {{default: true}}}}\nrules:\n{rules}"


def fired(ruleset, text, subject=""):
    return ruleset.fired(Facts(message=MessageFacts(text=text, subject=subject)))


def test_what_the_rules_say():
    ruleset = compiled(RULES)
    assert {text: fired(ruleset, text) for text in TEXTS} == TEXTS


@accelerated
def test_answers_are_the_same():
    ruleset = swift(RULES)
    assert {text: fired(ruleset, text) for text in TEXTS} == TEXTS


@accelerated
def test_a_word_in_the_subject_counts_where_it_may():
    ruleset = swift(RULES)
    assert fired(ruleset, "card", "lost") == ("both",)
    assert fired(ruleset, "card", "refund") == ()


@accelerated
def test_a_file_serves_the_words_it_was_made_of_and_no_others():
    ruleset = compiled(RULES)
    file = file_of(ruleset)
    assert accelerator.loaded(ruleset.finder, file).find("a refund") == {" refund ", " refund"}
    assert accelerator.loaded(compiled(RULES.replace("coins", "money")).finder, file) is None


@accelerated
@pytest.mark.parametrize(
    "damage", [lambda file: b"", lambda file: file[:-1], lambda file: file[:200] + b"xx" + file[202:]]
)
def test_a_damaged_file_is_none(damage):
    ruleset = compiled(RULES)
    assert accelerator.loaded(ruleset.finder, damage(file_of(ruleset))) is None


@accelerated
def test_a_sound_file_of_another_version_is_none():
    ruleset = compiled(RULES)
    swift_one = accelerator.compiled(ruleset.finder)
    assert accelerator.loaded(ruleset.finder, accelerator.dumped(swift_one, "0" * 32)) is None


@accelerated
def test_threads_do_not_disturb_each_other():
    ruleset = swift(RULES)
    texts = list(TEXTS) * 200
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: fired(ruleset, text), texts)) == [TEXTS[text] for text in texts]


@accelerated
def test_words_that_meet_too_often_are_given_up_alike():
    facts = Facts(message=MessageFacts(text="a b c " * 3_000 + "! b c b"))
    assert swift(several(NEAR, 2)).evaluate(facts) == compiled(several(NEAR, 2)).evaluate(facts)


def test_without_the_package_there_is_a_reason(monkeypatch):
    monkeypatch.setattr(accelerator, "hyperscan", None)
    ruleset = compiled(RULES)
    assert accelerator.missing() == "the package hyperscan is not installed"
    with pytest.raises(accelerator.Unavailable):
        accelerator.compiled(ruleset.finder)
    assert accelerator.loaded(ruleset.finder, b"") is None


def test_sets_without_words_or_with_sentences_at_every_turn_are_not_accelerated():
    assert compiled(several("message.text|near: {words: [my, coins], within: 2}", 20)).finder is None
    assert compiled("version: 1\nqueues: {q: {default: true}}").finder is None
