"""Doubts: what works but is probably not meant. Each on rules with the mistake and on rules that only look like it; the
examples of docs/rules.md and the shipped pack have none (test_guide.py, test_pack.py).
"""

from textwrap import dedent

import pytest

from rules.book import WORDS_MAX
from rules.problems import RulesError
from rules.ruleset import Ruleset, load
from rules.unused import over
from tests import rulesets

HEAD = """\
version: 1
queues: {general: {default: true, overflow: [{after: 1m, to: billing}, {after: 2m, to: emergency}]},
  billing: {}, emergency: {}}
"""


def rules(body: str) -> Ruleset:
    """Queues that are all reached, and what a test adds to them from line 4 on."""
    return load({"rules.yaml": (HEAD + dedent(body).lstrip("\n")).encode()})


def doubts(body: str) -> list[tuple[str, int, str]]:
    return [(w.code, w.line, w.text) for w in rules(body).warnings]


def of_when(when: str) -> list[tuple[str, str]]:
    return [(code, text) for code, _, text in doubts(f"rules: [{{id: a, when: {when}, then: {{tag: t}}}}]\ntags: [u]")]


# Words and lists.


def test_a_single_chinese_character_is_doubted_when_it_hits_alone():
    found = doubts("rules: [{id: a, when: {message.text|has: [退, 退款]}, then: {tag: t}}]")
    assert found == [("one-character", 4, "退 is found inside many words")]
    assert not doubts("rules: [{id: a, when: {message.text|near: {words: [退, 没]}}, then: {tag: t}}]")


def test_mistakes_in_a_list_that_no_rule_uses_keep_a_set_from_going_live():
    with pytest.raises(RulesError) as refused:
        rules("lists: {a: [[x]], b: [$c]}")
    assert [(problem.line, problem.code) for problem in refused.value.problems] == [(4, "type"), (4, "unknown-list")]


def test_a_set_that_was_live_with_them_goes_on_after_an_upgrade():
    files = {"rules.yaml": (HEAD + "lists: {a: [[x]]}\n").encode()}
    assert load(files, was_live=True).rules == load({"rules.yaml": HEAD.encode()}).rules


def test_words_of_a_list_that_hold_each_other():
    found = doubts("""
        lists: {money: [退款, 退款失败, refund, refund now, Refund]}
        rules: [{id: a, when: {message.text|has: $money}, then: {tag: t}}]
    """)
    assert [(code, text) for code, _, text in found] == [
        ("overlap", "退款失败 holds 退款, also in money"),
        ("overlap", "Refund is twice in money"),
    ]


LISTS = """
lists:
  pets: [cat, dog, bird, fish, 猫猫]
  animals: [{}]
rules: [{{id: a, when: {{message.text|has: [$pets, $animals]}}, then: {{tag: t}}}}]
"""


def test_a_list_that_was_written_out_again_in_another():
    found = [("overlap", 6, "the list animals holds every word of pets")]
    assert doubts(LISTS.format("Cat, dog, 貓貓, bird, fish, horse")) == found
    assert not doubts(LISTS.format("$pets, horse"))
    assert not doubts(LISTS.format("cat, dog, bird, fish, horse"))
    assert not doubts(LISTS.format("cat, dog, bird, fish, 猫猫, horse, cow, sheep, goat"))


# Names.


def test_names_nobody_uses():
    found = doubts("""
        lists: {money: [cash]}
        templates: {receipt: {en: Got it}, sorry: {en: Sorry}, late: {en: Late}}
        rules: [{id: one, when: {message.text|has: late}, then: {reply: late}}]
    """)
    assert found == [
        ("unused", 4, "no rule uses the list money"),
        ("unused", 5, "nothing sends the template sorry"),
    ]


def test_a_queue_nobody_routes_to():
    text = """
version: 1
queues:
  general: {default: true}
  day: {overflow: [{after: 5m, to: late, reply: busy}]}
  late: {}
  press: {}
  night: {}
  by-hand: {}
  watch: {}
templates: {busy: {en: Busy}}
rules:
  - {id: one, when: {message.text|has: hello}, then: {queue: day}}
  - {id: two, mode: "off", when: {message.text|has: paper}, then: {queue: press}}
  - {id: three, when: {ticket.queue: by-hand}, then: {notify: {queue: watch, text: look}}}
"""
    assert [(w.code, w.line, w.text) for w in load({"a.yaml": text.encode()}).warnings] == [
        ("unused", 7, "no rule and no overflow leads to the queue press"),
        ("unused", 8, "no rule and no overflow leads to the queue night"),
    ]


@pytest.mark.slow
def test_a_pack_may_hold_more_than_a_site_uses():
    text = 'version: 1\ninclude: [wallet@1]\noverride: {phishing-report: {mode: "off"}}\n'
    off = ", ".join(f'{rule.id}: {{mode: "off"}}' for rule in rulesets.shipped().rules)
    assert not load({"a.yaml": text.replace('phishing-report: {mode: "off"}', off).encode()}).warnings


def test_a_tag_that_only_a_rule_at_rest_sets():
    body = """
        rules:
          - {id: marks, mode: "off", when: {message.text|has: x}, then: {tag: vip}}
          - {id: asks, when: {ticket.tags|has: [vip]}, then: {queue: billing}}
    """
    assert doubts(body) == [("never", 6, "nothing sets the tag vip: marks is off")]
    assert not doubts("tags: [vip]\n" + dedent(body))
    assert not doubts(body.replace('"off"', "observe"))


def test_a_test_that_expects_a_rule_at_rest():
    found = doubts("""
        rules: [{id: rests, mode: "off", then: {tag: t}}]
        tests: [{message: x, expect: {fired: rests}}, {message: x, expect: {quiet: rests}}]
    """)
    assert found == [("off", 5, "the test expects rests, which is off")]


def test_a_rule_that_waits_for_a_promise_nobody_gives():
    body = """
        sla: {gold: {solve: 4h}}
        rules:
          - {id: late, event: sla.gold.breach, then: {urgency: high}}
          - {id: gives, when: {customer.vip: true}, then: {sla: gold}}
    """
    served = [doubt for doubt in doubts(body) if doubt[0] != "not-served"]
    assert not served
    found = [doubt for doubt in doubts(body.replace("sla: gold", "tag: t")) if doubt[0] != "not-served"]
    assert found == [("never", 6, "late waits for the promise gold, which no rule gives")]


def test_a_rule_whose_last_day_is_past():
    body = rules("""
        rules:
          - {id: short, until: 2026-03-01 UTC, then: {tag: t}}
          - {id: rests, mode: "off", until: 2026-03-01 UTC, then: {tag: t}}
    """).rules
    midnight_ms = 1_772_409_600_000  # 2026-03-02 00:00 UTC
    assert not over(body, midnight_ms - 1)
    assert [(p.code, p.line, p.text) for p in over(body, midnight_ms)] == [
        ("over", 5, "short has been over since its last day")
    ]


# Rules that never decide.

TAKER = "lists: {pay: [refund, cash, 退款]}\nrules:\n  - {id: first, when: %s, then: {queue: billing}}\n"
LATER = "  - {id: later, when: %s, then: {queue: emergency}}\n"

IMPLIED = {
    "a list in a longer one": ("{message.text|has: $pay}", "{message.text|has: [cash, 退款], message.channel: x}"),
    "a phrase that holds a word": ("{message.text|has: $pay}", "{message.text|has: [refund now, 退款失败]}"),
    "a longer form of a word": ("{message.text|has: refund*}", "{message.text|has: [refunded, refund]}"),
    "in the text, of both parts": ("{message.any|has: $pay}", "{message.text|has: cash}"),
    "all of them": ("{message.text|has: $pay}", "{message.text|has all: [cash, now]}"),
    "near": ("{message.text|has: $pay}", "{message.text|near: {words: [[my, our], [cash, refund]]}}"),
    "nearer": (
        "{message.text|near: {words: [[my, our], cash], within: 9}}",
        "{message.text|near: {words: [my, cash], within: 3, unless: [joke]}}",
    ),
    "an expression": ("{message.text|has: 退款}", "{message.text|matches: '退款.*失败'}"),
    "a language in another": ("{message.lang: zh}", "{message.lang: zh-Hant}"),
    "bounds": ("{message.attachments|at least: 2}", "{message.attachments|between: [3, 5]}"),
    "a number within bounds": ("{message.attachments|below: 4}", "{message.attachments: [1, 3]}"),
    "ranks": ("{ticket.urgency|at least: normal}", "{ticket.urgency: [high, critical]}"),
    "ranks that are listed": ("{ticket.urgency: [high, critical]}", "{ticket.urgency|above: normal}"),
    "a set with any": ("{message.findings|has: [CARD, IBAN]}", "{message.findings|has: CARD}"),
    "a set with all": ("{message.findings|has all: [CARD]}", "{message.findings|has all: [CARD, IBAN]}"),
    "that there is something": ("{customer.language|exists: true}", "{customer.language: [en]}"),
    "one of several": ("{any: [{customer.vip: true}, {message.text|has: $pay}]}", "{message.text|has: cash}"),
    "each of several": ("{message.text|has: $pay}", "{any: [{message.text|has: cash}, {message.text|has: 退款}]}"),
    "all parts": ("{message.text|has: $pay, customer.vip: true}", "{customer.vip: true, message.text|has: cash}"),
    "what is excluded": (
        "{message.text|has: $pay, not: {message.channel: x}}",
        "{message.text|has: cash, message.channel: email}",
    ),
    "less is excluded": (
        "{not: {message.text|has all: [cash, now]}}",
        "{not: {message.text|has: [cash, card]}}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("taker", "later"), IMPLIED.values(), ids=IMPLIED)
def test_a_rule_whose_messages_all_go_to_one_above(taker, later):
    shadowed = [d for d in doubts(TAKER % taker + LATER % later) if d[0] == "shadowed"]
    assert shadowed == [("shadowed", 7, "later never decides the queue")]


NOT_IMPLIED = {
    "another word": ("{message.text|has: $pay}", "{message.text|has: [cash, coins]}"),
    "a word that a phrase holds": ("{message.text|has: [cash now]}", "{message.text|has: cash}"),
    "a word inside a word": ("{message.text|has: fund}", "{message.text|has: refund}"),
    "the other part": ("{message.text|has: $pay}", "{message.any|has: cash}"),
    "talk that is excepted": (
        "{message.text|near: {words: [my, cash], unless: [joke]}}",
        "{message.text|near: {words: [my, cash]}}",
    ),
    "farther": ("{message.text|near: {words: [my, cash], within: 2}}", "{message.text|near: {words: [my, cash]}}"),
    "bounds": ("{message.attachments|at least: 3}", "{message.attachments|between: [2, 5]}"),
    "a language": ("{message.lang: zh-Hant}", "{message.lang: zh}"),
    "a set with all": ("{message.findings|has all: [CARD, IBAN]}", "{message.findings|has: [CARD, IBAN]}"),
    "one part": ("{message.text|has: $pay, customer.vip: true}", "{message.text|has: cash}"),
    "what is not excluded": ("{message.text|has: $pay, not: {message.channel: x}}", "{message.text|has: cash}"),
}


@pytest.mark.parametrize(("taker", "later"), NOT_IMPLIED.values(), ids=NOT_IMPLIED)
def test_a_rule_that_has_messages_of_its_own(taker, later):
    assert not [d for d in doubts(TAKER % taker + LATER % later) if d[0] == "shadowed"]


def test_nothing_is_decided_behind_a_rule_that_takes_everything():
    later = "{id: b, when: {message.text|has: x}, then: %s}"
    everything = "rules: [{id: all, then: {queue: billing, reply: yes}}, " + later + "]\n"
    templates = "templates: {yes: {en: Yes}, no: {en: No}}\n"
    for then, key in (("{queue: general}", "queue"), ("{reply: no}", "reply")):
        found = [d for d in doubts(everything % then + templates) if d[0] == "shadowed"]
        assert found == [("shadowed", 4, f"b never decides the {key}")]
    for then in ("{queue: billing, tag: t}", "{queue: general, force: true}", "{urgency: high}"):
        assert not [d for d in doubts(everything % then + templates) if d[0] == "shadowed"]


def test_what_does_not_act_takes_nothing():
    body = "rules: [{id: all, %sthen: {tag: t}}, {id: b, when: {message.text|has: x}, then: {queue: billing}}]"
    for how in ("mode: observe, next: stop, ", "event: ticket.created, next: stop, ", "next: continue, "):
        assert not [d for d in doubts(body % how) if d[0] == "shadowed"]
    assert [d[0] for d in doubts(body % "next: stop, ")] == ["shadowed"]


# Conditions that never hold, or always.

NEVER = {
    "{customer.vip: true, all: [{customer.vip: false}]}": "customer.vip and customer.vip never hold together",
    "{message.channel: x, any: [{message.channel: email}, {customer.vip: true}]}": (
        "message.channel and message.channel never hold together"
    ),
    "{message.attachments|at least: 5, message.attachments|below: 3}": (
        "message.attachments|at least and message.attachments|below never hold together"
    ),
    "{message.attachments|above: 2, message.attachments|below: 3}": (
        "message.attachments|above and message.attachments|below never hold together"
    ),
    "{ticket.urgency|above: normal, ticket.urgency: low}": (
        "ticket.urgency|above and ticket.urgency never hold together"
    ),
    "{message.text|has: [card, cash], not: {message.text|has: [cash, card, coin]}}": (
        "message.text|has and not: message.text|has never hold together"
    ),
    "{message.text|has: lost card, not: {message.any|has: card}}": (
        "message.text|has and not: message.any|has never hold together"
    ),
    "{customer.language: en, customer.language|exists: false}": (
        "customer.language and customer.language|exists never hold together"
    ),
    "{message.text|is: hello, all: [{message.text|is: goodbye}]}": (
        "message.text|is and message.text|is never hold together"
    ),
    "{message.subject|exists: false, message.subject|has: card}": (
        "message.subject|exists and message.subject|has never hold together"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("when", "text"), NEVER.items(), ids=NEVER)
def test_two_conditions_that_exclude_each_other(when, text):
    assert of_when(when) == [("contradiction", text)]


def test_hours_exclude_themselves():
    times = (
        "times: {office: {zone: UTC, open: {mon-fri: 09:00-18:00}}, night: {zone: UTC, open: {mon-sun: 22:00-06:00}}}\n"
    )
    rule = "rules: [{id: a, when: {during: office, outside: %s}, then: {tag: t}}]"
    assert [d[0] for d in doubts(times + rule % "office")] == ["contradiction"]
    assert not doubts(times + rule % "night")


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{message.channel: x}, {message.channel: email}]}",
        "{message.lang: zh, all: [{message.lang: zh-Hant}]}",
        "{message.attachments|at least: 3, message.attachments|below: 5}",
        "{message.text|has: [card, cash], not: {message.text|has: cash}}",
        "{message.text|has: card, not: {message.text|has: lost card}}",
        "{ticket.tags|has: t, all: [{ticket.tags|has: u}]}",
        "{message.text|has: card, not: {message.subject|has: card}}",
        "{message.channel: x, not: {message.channel: email}}",
        "{not: {message.channel: x, customer.vip: true}, message.channel: x}",
    ],
)
def test_conditions_that_may_hold_together(when):
    assert not of_when(when)


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("{message.attachments|below: 0}", "never"),
        ("{ticket.urgency|above: critical}", "never"),
        ("{message.attachments|at least: 0}", "always"),
        ("{message.visibility: [public, private]}", "always"),
        ("{ticket.urgency|at most: critical}", "always"),
        ("{customer.vip: [true, false]}", "always"),
    ],
)
def test_a_test_that_its_field_never_or_always_passes(when, code):
    assert [found for found, _ in of_when(when)] == [code]
    assert not of_when("{message.attachments|between: [1, 9], ticket.urgency|above: low, message.visibility: public}")


@pytest.mark.parametrize(
    ("source", "code"),
    [("a*", "always"), ("(refund)?", "always"), ("[^\\x00]*", "always"), ("轉帳", "never"), ("ＡＢＣ", "never")],
)
def test_an_expression_that_never_or_always_finds_something(source, code):
    assert [found for found, _ in of_when(f"{{message.text|matches: '{source}'}}")] == [code]


@pytest.mark.parametrize(
    "source", ["refund", "退款.*失败", "^$", "[0-9]{6}", "ＡＢ|ab", "轉?转", "[轉转]账", "\\bUSDT\\b"]
)
def test_an_expression_that_may_find_something(source):
    assert not of_when(f"{{message.text|matches: '{source}'}}")


def test_a_long_list_may_be_named_by_many_rules_and_words_are_bounded_all_the_same():
    words = ", ".join(f"w{n}" for n in range(WORDS_MAX // 50))
    rule = "  - {{id: r{n}, when: {{message.text|has: {what}}}, then: {{tag: t}}}}\n"
    head = f"version: 1\nqueues: {{q: {{default: true}}}}\nlists: {{long: [{words}]}}\nrules:\n"
    shared = "".join(rule.format(n=n, what="$long") for n in range(60))
    assert load({"a.yaml": (head + shared).encode()})
    other = "".join(rule.format(n=n, what=f"[$long, extra{n}]") for n in range(60))
    with pytest.raises(RulesError) as refused:
        load({"a.yaml": (head + other).encode()})
    assert {problem.code for problem in refused.value.problems if problem.severity == "error"} == {"limit"}


def test_many_warnings_hide_no_error():
    silent = "\n".join(f"  - {{id: r{n}, event: idle.{n + 1}m, then: {{tag: t}}}}" for n in range(300))
    with pytest.raises(RulesError) as refused:
        rules(f"rules:\n{silent}\n  - {{id: last, then: {{queue: biling}}}}")
    assert [p.code for p in refused.value.problems if p.severity == "error"] == ["unknown-queue"]
