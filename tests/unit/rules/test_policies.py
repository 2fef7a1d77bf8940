"""Redaction policies in rules files: chosen at the door, the strictest wins, and nothing below mask for secrets."""

import pytest

from rules.facts import Facts, MessageFacts
from rules.policies import SEAL_MS
from rules.redact import DEFAULT_POLICY, redact
from rules.treatment import UNTREATED, Sealing
from tests.unit.rules.rules_files import message, problems, ruleset

CARD = "4111 1111 1111 1111"
POLICIES = """
redact:
  phones: {find: [PHONE], mode: {private: seal}, seal_for: 2d, viewers: {agent: full}}
  people: {find: [PHONE, EMAIL], mode: {public: mask, private: mask}}
  members:
    find: [{matches: 'MB-[0-9]{6}', keep_last: 3}, {words: [project heron, 白鹭计划]}]
    viewers: {search_index: removed, webhook: removed}
  open: {find: [EMAIL], mode: {private: keep}, viewers: {search_index: masked}}
rules:
  - {id: seal-phones, when: {message.channel: telegram}, then: {redact: phones}}
  - {id: strict, when: {message.channel: telegram, message.text|has: strictly}, then: {redact: [people, open]}}
  - {id: members, then: {redact: members}}
  - {id: watched, mode: observe, when: {message.text|has: watched}, then: {redact: people}}
  - {id: seen, when: {message.findings|has: CUSTOM}, then: {tag: member}}
"""


@pytest.fixture(scope="module")
def rules():
    return ruleset(POLICIES)


def treated(rules, text, **more):
    choice = rules.choose(message(text, **more))
    return redact(text, visibility=more.get("visibility", "private"), policy=choice.treatment.policy), choice


def test_without_rules_that_redact_the_default_holds():
    assert ruleset("rules: []").choose(message("hello")) is UNTREATED
    assert UNTREATED.treatment.policy is DEFAULT_POLICY


def test_what_a_policy_does_not_name_is_treated_as_ever(rules):
    found, _ = treated(rules, f"card {CARD}, ann@example.org")
    assert found.text == "card [CARD], ann@example.org"
    assert [(f.type, f.masked) for f in found.findings] == [("CARD", True), ("EMAIL", False)]


def test_sealed_is_masked_and_says_for_how_long_and_for_whom(rules):
    found, choice = treated(rules, "call +14155550132", channel="telegram")
    assert found.text == "call [PHONE]"
    assert choice.treatment.sealed["private"] == {
        "PHONE": Sealing(for_ms=2 * 86_400_000, agents=True, supervisors=True)
    }
    assert [(one.rule, one.policy) for one in choice.picked] == [("seal-phones", "phones"), ("members", "members")]


def test_the_strictest_of_several_policies_wins(rules):
    text = "strictly: +14155550132, ann@example.org"
    found, choice = treated(rules, text, channel="telegram")
    assert found.text == "strictly: [PHONE], [EMAIL]"
    assert choice.treatment.sealed["private"] == {}
    assert choice.treatment.unindexed == {"EMAIL", "CUSTOM"}
    assert choice.treatment.unmarked == choice.treatment.untold == {"CUSTOM"}


def test_own_words_and_expressions_in_any_width_and_case(rules):
    text = "ＭＢ-123456 and MB-98\u200b7654, about Project  Heron no, project heron yes, projects heron, 白鹭计划"
    found, _ = treated(rules, text)
    assert found.text == (
        "[CUSTOM]456 and [CUSTOM]654, about Project  Heron no, [CUSTOM] yes, projects heron, [CUSTOM]"
    )
    assert redact(found.text, policy=rules.choose(message(found.text)).treatment.policy).text == found.text


def test_a_value_no_longer_than_what_may_be_kept_is_masked_whole():
    rules = ruleset("""
redact: {short: {find: [{matches: '[0-9]+', keep_last: 4}]}}
rules: [{id: it, then: {redact: short}}]
""")
    found, _ = treated(rules, "1234 or 56789")
    assert found.text == "[CUSTOM] or [CUSTOM]6789"
    assert treated(rules, found.text)[0].text == found.text


def test_a_rule_that_is_only_observed_chooses_nothing(rules):
    _, choice = treated(rules, "watched: ann@example.org")
    assert [one.policy for one in choice.picked] == ["members"]


def test_later_rules_see_what_was_found(rules):
    assert rules.evaluate(rules.redacted(message("it is MB-123456"))).tags == ("member",)


def test_explain_tests_each_rule_on_the_text_it_sees(rules):
    told = rules.explain(message("watched: MB-123456"))
    states = {step.rule: step.state for step in told.steps}
    assert states == {
        "seal-phones": "quiet",
        "strict": "quiet",
        "members": "fired",
        "watched": "observed",
        "seen": "fired",
    }
    (members,) = [step for step in told.steps if step.rule == "members"]
    assert members.writes == (("redact", "members"),)


def test_expect_redacted_and_coverage_of_rules_at_the_door():
    report = ruleset(
        POLICIES
        + """
tests:
  - message: {text: "Card 4111 1111 1111 1111 of MB-123456, +14155550132", channel: telegram}
    expect: {redacted: "Card [CARD] of [CUSTOM]456, [PHONE]", fired: [seal-phones, members, seen], quiet: strict}
  - message: it is MB-123456
    expect: {redacted: nothing}
"""
    ).run_tests()
    assert [failure.text for failure in report.failures] == ["redacted should be nothing, is it is [CUSTOM]456"]
    assert report.uncovered == ("strict", "watched")


def test_in_public_personal_data_stays_masked():
    rules = ruleset("""
redact: {p: {find: [{words: [abc]}]}}
rules: [{id: it, then: {redact: p}}]
""")
    facts = Facts(message=MessageFacts(text="abc ann@example.org", visibility="public"))
    assert rules.redacted(facts).message.text == "[CUSTOM] [EMAIL]"


def test_seal_for_is_as_long_as_raw_payloads_rest_unless_said():
    rules = ruleset("""
redact: {p: {find: [EMAIL], mode: seal}}
rules: [{id: it, then: {redact: p}}]
""")
    sealing = rules.choose(message("x")).treatment.sealed
    assert sealing["public"]["EMAIL"] == Sealing(for_ms=SEAL_MS, agents=False, supervisors=True)


FILE = """
version: 1
queues: {{general: {{default: true}}}}
redact: {redact}
rules:
  - {rule}
"""


@pytest.mark.parametrize("mode", ["keep", "flag", "seal", "{private: seal}", "{public: mask, private: flag}"])
@pytest.mark.parametrize(
    "secret", ["SEED_PHRASE", "private_key", "PASSWORD", "CARD", "CVV", "OTP", "API_KEY", "KEYSTORE"]
)
def test_no_policy_weakens_what_nobody_may_hold(mode, secret):
    redact = f"{{p: {{find: [PHONE, {secret}], mode: {mode}}}}}"
    found = problems(FILE.format(redact=redact, rule="{id: a, then: {redact: p}}"))
    assert [problem.code for problem in found if problem.severity == "error"] == ["weakens-secret"]


@pytest.mark.parametrize(
    ("redact", "rule", "code"),
    [
        ("{p: {find: [PHOEN]}}", "{id: a, then: {redact: p}}", "value"),
        ("{p: {find: []}}", "{id: a, then: {redact: p}}", "empty"),
        ("{p: {mode: mask}}", "{id: a, then: {redact: p}}", "missing"),
        ("{p: {find: [CUSTOM]}}", "{id: a, then: {redact: p}}", "value"),
        ("{p: {find: [PHONE]}}", "{id: a, then: {redact: q}}", "unknown-policy"),
        ("{p: {find: [{words: [a], matches: b}]}}", "{id: a, then: {redact: p}}", "missing"),
        ("{p: {find: [{matches: '[0-9'}]}}", "{id: a, then: {redact: p}}", "regex"),
        ("{p: {find: [{matches: '[0-9]*'}]}}", "{id: a, then: {redact: p}}", "regex"),
        ("{p: {find: [PHONE], seal_for: 2d}}", "{id: a, then: {redact: p}}", "value"),
        ("{p: {find: [PHONE], mode: seal, seal_for: 91d}}", "{id: a, then: {redact: p}}", "limit"),
        ("{p: {find: [PHONE], viewers: {agent: full}}}", "{id: a, then: {redact: p}}", "value"),
        ("{p: {find: [PHONE], viewers: {webhook: full}}}", "{id: a, then: {redact: p}}", "value"),
        ("{p: {find: [IP], mode: seal, viewers: {agent: full, supervisor: masked}}}", "{id: a, then: {redact: p}}",
         "value"),
        ("{p: {find: [PHONE]}}", "{id: a, then: {redact: p, tag: x}}", "door"),
        ("{p: {find: [PHONE]}}", "{id: a, event: ticket.updated, then: {redact: p}}", "door"),
        ("{p: {find: [PHONE]}}", "{id: a, when: {customer.vip: true}, then: {redact: p}}", "door"),
        ("{p: {find: [PHONE]}}", "{id: a, when: {any: [{not: {message.is_first: true}}]}, then: {redact: p}}", "door"),
        ("{p: {find: [PHONE]}}", "{id: a, exceptions: [{message.findings|has: PHONE}], then: {redact: p}}", "door"),
    ],
)  # fmt: skip
def test_mistakes_are_named(redact, rule, code):
    found = problems(FILE.format(redact=redact, rule=rule))
    assert [problem.code for problem in found if problem.severity == "error"] == [code]


def test_personal_data_laid_open_in_public_is_doubted():
    rules = ruleset("""
redact: {p: {find: [EMAIL], mode: keep}}
rules: [{id: it, then: {redact: p}}]
""")
    assert "personal-in-public" in [problem.code for problem in rules.warnings]
