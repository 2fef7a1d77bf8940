"""When a rule is awake, which event it waits for, and what it may force, take back and note."""

import pytest

from rules.facts import Facts, Lost, MessageFacts, Note
from rules.moments import duration_ms
from rules.ruleset import Ruleset
from tests.unit.rules.rules_files import judged, message, problems, ruleset

DAY_MS = 86_400_000
CHRISTMAS_EVE_SHANGHAI_MS = 1_798_041_600_000
"""2026-12-24 00:00 in Shanghai, which is 2026-12-23 16:00 UTC."""


def dated(period: str) -> Ruleset:
    return ruleset(f"rules: [{{id: it, {period}, then: {{tag: hit}}}}]")


def fires(rules: Ruleset, now_ms: int | None) -> bool:
    return bool(rules.evaluate(Facts(message=MessageFacts(text="x"), now_ms=now_ms)).tags)


@pytest.mark.parametrize(
    "since",
    ["2026-12-24 Asia/Shanghai", "2026-12-24 00:00 Asia/Shanghai", "2026-12-24T00:00:00+08:00", "2026-12-23T16:00:00Z"],
)
def test_a_rule_wakes_at_the_moment(since):
    rules = dated(f"from: '{since}'")
    assert not fires(rules, CHRISTMAS_EVE_SHANGHAI_MS - 1)
    assert fires(rules, CHRISTMAS_EVE_SHANGHAI_MS)
    assert fires(rules, CHRISTMAS_EVE_SHANGHAI_MS + 1000 * DAY_MS)


def test_until_a_day_is_until_its_end_and_until_a_time_is_until_then():
    day, time = dated("until: 2026-12-24 Asia/Shanghai"), dated("until: '2026-12-24 12:00 Asia/Shanghai'")
    noon_ms = CHRISTMAS_EVE_SHANGHAI_MS + DAY_MS // 2
    assert [fires(day, at) for at in (0, noon_ms, CHRISTMAS_EVE_SHANGHAI_MS + DAY_MS)] == [True, True, False]
    assert [fires(time, at) for at in (0, noon_ms - 1, noon_ms)] == [True, True, False]


def test_without_a_time_dated_rules_sleep():
    assert not fires(dated("from: 2000-01-01 UTC"), None)
    assert not fires(dated("until: 2100-01-01 UTC"), None)


def test_a_day_of_a_zone_that_puts_the_clock_back_is_longer():
    rules = dated("until: 2026-10-25 Europe/Rome")
    midnight_ms = 1_792_879_200_000
    assert fires(rules, midnight_ms + 25 * 3_600_000 - 1)
    assert not fires(rules, midnight_ms + 25 * 3_600_000)


def test_explain_says_that_only_the_date_was_missing():
    rules = dated("from: 2026-12-24 UTC, when: {message.text|has: x}")
    (step,) = rules.explain(Facts(message=MessageFacts(text="x"), now_ms=0)).steps
    assert step.missing is not None
    assert (step.state, step.missing.label, step.missing.line) == ("quiet", "from", 9)


FORCED = """
    rules:
      - {id: first, when: {message.text|has: x}, then: {queue: billing, reply: thanks}}
      - {id: last, when: {message.text|has: stolen}, then: {queue: emergency, reply: sorry, force: true}}
      - {id: late, when: {message.text|has: late}, then: {queue: general}}
"""


def test_force_takes_queue_and_reply_from_whoever_wrote_them():
    verdict = judged(ruleset(FORCED), "x stolen late")
    assert verdict.queue == "emergency"
    assert verdict.replies[0].template == "sorry"
    assert verdict.lost == (
        Lost(rule="first", key="queue", value="billing", to="last"),
        Lost(rule="first", key="reply", value="thanks", to="last"),
        Lost(rule="late", key="queue", value="general", to="last"),
    )
    assert "shadowed" not in {warning.code for warning in ruleset(FORCED).warnings}


def test_force_also_moves_what_a_stop_without_a_queue_kept():
    rules = ruleset("""
        rules:
          - {id: stop, then: {tag: news}, next: stop}
          - {id: move, then: {queue: billing, force: true}}
    """)
    assert judged(rules, "").queue == "billing"


def test_a_tag_is_taken_back_and_may_be_set_again():
    rules = ruleset("""
        rules:
          - {id: set, then: {tag: [a, b]}}
          - {id: take, then: {untag: [a, c]}}
          - {id: again, when: {message.text|has: again}, then: {tag: a}}
        tags: [c]
    """)
    verdict = judged(rules, "")
    assert (verdict.tags, verdict.untags) == (("b",), ("a", "c"))
    assert verdict.lost == (Lost(rule="set", key="tag", value="a", to="take"),)
    again = judged(rules, "again")
    assert (again.tags, again.untags) == (("b", "a"), ("c",))


def test_notes_of_all_rules_are_kept():
    rules = ruleset("rules: [{id: a, then: {note: ask first}}, {id: b, then: {note: 超时未回复}}]")
    assert judged(rules, "").notes == (Note(rule="a", text="ask first"), Note(rule="b", text="超时未回复"))
    assert ("note", "ask first") in rules.explain(message("")).steps[0].writes


def test_a_rule_fires_only_for_its_event():
    rules = ruleset("""
        rules:
          - {id: said, then: {tag: said}}
          - {id: silent, event: idle.2d, then: {tag: silent}}
        tests:
          - {event: idle.2d, message: x, expect: {tags: silent, quiet: said}}
          - {event: idle.2d, expect: {fired: silent}}
          - {message: x, expect: {tags: said, quiet: silent}}
    """)
    assert rules.run_tests().ok
    assert [step.state for step in rules.explain(message("x")).steps] == ["fired", "other"]
    assert [(w.code, w.severity) for w in rules.warnings if w.code != "unused"] == [("not-served", "warning")]


def test_in_file_tests_know_time_and_notes():
    report = ruleset("""
        rules: [{id: xmas, from: 2026-12-24 UTC, until: 2026-12-26 UTC, then: {note: closed}}]
        tests:
          - {message: x, at: "2026-12-25 10:00 Europe/Rome", expect: {fired: xmas, note: closed}}
          - {message: x, at: 2026-12-27 UTC, expect: {quiet: xmas, note: none}}
          - {message: x, expect: {quiet: xmas}}
    """).run_tests()
    assert report.ok


@pytest.mark.parametrize(
    ("rule", "code", "hint"),
    [
        ("from: 2026-12-24, then: {tag: t}", "value", "Asia/Shanghai"),
        ("from: soon, then: {tag: t}", "value", "2026-12-24"),
        ("from: 2026-02-30 UTC, then: {tag: t}", "value", "2026-12-24"),
        ("from: 2026-12-24 Asia/Shangai, then: {tag: t}", "unknown-zone", "Asia/Shanghai"),
        ("from: 2026-12-24 Asia, then: {tag: t}", "unknown-zone", ""),
        ("from: 2026-12-24 UTC, until: 2026-12-20 UTC, then: {tag: t}", "value", "swap"),
        ("event: message.recieved, then: {tag: t}", "value", "message.received"),
        ("event: sla.gold.80%, then: {tag: t}", "unknown-sla", "none is defined"),
        ("event: sla.gold, then: {tag: t}", "value", "sla.<name>.80%"),
        ("event: idle.soon, then: {tag: t}", "value", "idle.30m"),
        ("then: {untag: nothing}", "unknown-tag", "none is defined"),
        ("then: {tag: t, force: true}", "value", "highest urgency"),
        (f"then: {{note: {'x' * 1001}}}", "limit", "1000"),
    ],
)
def test_a_mistake_is_named(rule, code, hint):
    found = problems(f"version: 1\nqueues: {{q: {{default: true}}}}\nrules: [{{id: a, {rule}}}]\n")
    assert [problem.code for problem in found if problem.severity == "error"] == [code]
    assert hint in found[-1].hint
    assert found[-1].line == 3


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("90s", 90_000),
        ("15m", 900_000),
        ("4h", 14_400_000),
        ("2d", 172_800_000),
        ("0m", None),
        ("5", None),
        ("900d", None),
    ],
)
def test_durations(written, expected):
    assert duration_ms(written) == expected
