"""Loading several files, and how the writes of many rules come together."""

import pytest

from rules.facts import Lost
from rules.links import LinkHosts
from rules.problems import RulesError
from rules.ruleset import load
from tests.unit.rules.rules_files import FRAME, judged, message, problems, ruleset

TWO = """
rules:
  - {id: first, when: {message.text|has: refund}, then: {tag: [a, b], urgency: high, queue: billing, reply: thanks}}
  - id: second
    when: {message.text|has: stolen}
    then: {tag: [b, c], urgency: critical, queue: emergency, reply: sorry}
"""


def test_tags_add_up_the_first_queue_and_reply_and_the_highest_urgency_win():
    verdict = judged(ruleset(TWO), "refund of what was stolen")
    assert verdict.tags == ("a", "b", "c")
    assert verdict.urgency == "critical"
    assert verdict.queue == "billing"
    assert [(reply.template, reply.rule) for reply in verdict.replies] == [("thanks", "first")]
    assert set(verdict.lost) == {
        Lost(rule="first", key="urgency", value="high", to="second"),
        Lost(rule="second", key="queue", value="emergency", to="first"),
        Lost(rule="second", key="reply", value="sorry", to="first"),
    }
    assert [reason.rule for reason in verdict.reasons] == ["first", "second"]


def test_nothing_said_is_normal_and_the_default_queue():
    verdict = judged(ruleset(TWO), "hello")
    assert (verdict.tags, verdict.urgency, verdict.queue, verdict.replies) == ((), "normal", "general", ())


def test_a_low_urgency_counts_when_nobody_asks_for_more():
    rules = ruleset("rules: [{id: spam, when: {message.text|has: seo}, then: {urgency: low}}]")
    assert judged(rules, "seo").urgency == "low"


def test_stop_without_a_queue_keeps_the_default_queue():
    rules = ruleset("""
        rules:
          - {id: quiet, when: {message.text|has: newsletter}, then: {tag: news}, next: stop}
          - {id: bill, when: {message.text|has: bill}, then: {tag: bill, queue: billing}}
    """)
    verdict = judged(rules, "newsletter about a bill")
    assert verdict.queue == "general"
    assert verdict.tags == ("news", "bill")
    assert verdict.lost == (Lost(rule="bill", key="queue", value="billing", to="quiet"),)


def test_observed_rules_change_nothing_and_switched_off_ones_are_not_tried():
    rules = ruleset("""
        rules:
          - {id: seen, mode: observe, when: {message.text|has: x}, then: {tag: seen, queue: billing}}
          - {id: off, mode: off, when: {message.text|has: x}, then: {tag: off}}
    """)
    verdict = judged(rules, "x")
    assert (verdict.tags, verdict.queue, verdict.reasons) == ((), "general", ())
    assert [step.state for step in rules.explain(message("x")).steps] == ["observed", "off"]


def test_a_rule_without_when_always_fires():
    verdict = judged(ruleset("rules: [{id: every, then: {tag: all}}]"), "")
    assert verdict.tags == ("all",)
    assert verdict.reasons[0].why == "always"


def test_files_are_tried_by_name_and_share_their_names():
    rules = ruleset(
        "",
        a="""
            version: 1
            lists: {money: [cash]}
            rules: [{id: early, when: {message.text|has: $coins}, then: {queue: billing}}]
        """,
        z="""
            version: 1
            lists: {coins: [$money, btc]}
            rules: [{id: late, when: {message.text|has: $coins}, then: {queue: emergency}}]
        """,
    )
    assert [rule.id for rule in rules.rules] == ["early", "late"]
    assert judged(rules, "cash").queue == "billing"


def test_the_version_is_of_the_content_and_the_order_of_the_mapping_does_not_matter():
    files = {"a.yaml": FRAME.encode(), "b.yaml": b"version: 1\n"}
    same = load(dict(reversed(files.items())))
    assert load(files).version == same.version
    assert load(files | {"b.yaml": b"version: 1\n# more\n"}).version != same.version
    assert len(same.version) == 12


def test_queues_keep_order_names_and_default():
    rules = load({"q.yaml": b"version: 1\nqueues:\n  z: {name: {en: Zed, zh: \xe4\xb8\x99}}\n  a: {default: true}\n"})
    assert list(rules.queues) == ["z", "a"]
    assert rules.queues["z"].name("zh-Hans") == "丙"
    assert rules.queues["z"].name("fr") == "Zed"
    assert rules.default_queue == "a"


def test_the_reply_comes_in_the_language_of_the_message():
    rules = ruleset("rules: [{id: r, then: {reply: thanks}}]")
    assert judged(rules, "我的钱").replies[0].text == "谢谢 {{ticket.number}}"
    assert judged(rules, "my money").replies[0].text == "Thanks, {{ticket.number}}"
    assert rules.render("thanks", "zh-TW", {"ticket.number": "T-7"}) == "谢谢 T-7"


def test_all_mistakes_of_all_files_are_told_at_once():
    with pytest.raises(RulesError) as refused:
        load({"b.yaml": b"version: 1\nrulez: []\n", "a.yaml": b"version: 1\nlist: {}\n", "c.yaml": b"version: 9\n"})
    assert [str(problem) for problem in refused.value.problems] == [
        "a.yaml:1:1 no-default no queue is defined (add queues: with one default: true)",
        "a.yaml:2:1 unknown-key a rules file has no key list (did you mean lists?)",
        "b.yaml:2:1 unknown-key a rules file has no key rulez (did you mean rules?)",
        "c.yaml:1:10 value version cannot be 9 (known: 1)",
    ]


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("whne: {message.text|has: x}, then: {tag: t}", "when"),
        ("when: {mesage.text|has: x}, then: {tag: t}", "message.text"),
        ("when: {message.text|hass: x}, then: {tag: t}", "has"),
        ("when: {message.attachments|at leest: 2}, then: {tag: t}", "at least"),
        ("when: {message.text|near: {words: [x, y], withn: 3}}, then: {tag: t}", "within"),
        ("when: {message.text|has: $mony}, then: {tag: t}", "money"),
        ("when: {ticket.tags|has: vpi}, then: {tag: vip}", "vip"),
        ("when: {ticket.state: opne}, then: {tag: t}", "open"),
        ("when: {during: ofice}, then: {tag: t}", "office"),
        ("when: {custom.ordr: '5'}, then: {tag: t}", "custom.order"),
        ("then: {queue: biling}", "billing"),
        ("then: {reply: thank}", "thanks"),
        ("then: {urgency: critcal}", "critical"),
        ("then: {sla: god}", "gold"),
        ("then: {qeue: billing}", "queue"),
        ("then: {tag: t}, mode: enforced", "enforce"),
        ("then: {tag: t}, event: ticket.creatd", "ticket.created"),
    ],
)
def test_what_was_meant_is_named(rule, meant):
    with pytest.raises(RulesError) as refused:
        ruleset(
            f"rules: [{{id: it, {rule}}}]\nlists: {{money: [cash]}}\nsla: {{gold: {{solve: 4h}}}}\n"
            "times: {office: {zone: UTC, open: {mon-fri: 09:00-18:00}}}\nfields: {order: word}\n"
        )
    (error,) = (problem for problem in refused.value.problems if problem.severity == "error")
    assert error.hint == f"did you mean {meant}?"


def test_a_file_that_cannot_be_read_does_not_make_its_names_unknown_elsewhere():
    with pytest.raises(RulesError) as refused:
        load(
            {"a.yaml": b"queues: x: y\n", "b.yaml": b"version: 1\nrules: [{id: r, then: {queue: q, urgency: hihg}}]\n"}
        )
    assert [(problem.file, problem.code) for problem in refused.value.problems] == [
        ("a.yaml", "yaml"),
        ("b.yaml", "value"),
    ]


MISTAKES = [
    ("rules: [{id: a, when: {message.txt|has: x}, then: {tag: t}}]", "unknown-field", "message.text"),
    ("rules: [{id: a, when: {message.text|hass: x}, then: {tag: t}}]", "unknown-operator", "has"),
    ("rules: [{id: a, when: {message.channel|near: x}, then: {tag: t}}]", "unknown-operator", "is"),
    ("rules: [{id: a, when: {message.text|has: $moneyy}, then: {tag: t}}]", "unknown-list", "money"),
    ("rules: [{id: a, when: {ticket.queue: biling}, then: {tag: t}}]", "unknown-queue", "billing"),
    ("rules: [{id: a, then: {queue: biling}}]", "unknown-queue", "billing"),
    ("rules: [{id: a, then: {reply: thank}}]", "unknown-template", "thanks"),
    ("rules: [{id: a, then: {tag: t}, whenn: {}}]", "unknown-key", "when"),
    ("rules: [{id: a, then: {urgency: critcal}}]", "value", "critical"),
    ("rules: [{id: a, when: {ticket.tags|has: tt}, then: {tag: ttt}}]", "unknown-tag", "ttt"),
    ("rules: [{id: a, when: {message.visibility: pubic}, then: {tag: t}}]", "value", "public"),
    ("rules: [{id: a, when: {message.findings|has: CRAD}, then: {tag: t}}]", "value", "CARD"),
    ("rules: [{id: a, then: {priority: high}}]", "unknown-key", "urgency"),
    ("rules: [{id: a, when: {message.text|changed: x}, then: {tag: t}}]", "unknown-operator", "known"),
    ("rules: [{id: a}]", "missing", "then"),
    ("rules: [{then: {tag: t}}]", "missing", "id:"),
    ("rules: [{id: a, when: {}, then: {tag: t}}]", "empty", "fill"),
    ("rules: [{id: A b, then: {tag: t}}]", "name", "small letters"),
    ("rules: [{id: a, then: {tag: t}}, {id: a, then: {tag: t}}]", "duplicate", "first"),
    ("rules: [{id: a, when: {message.text|matches: '(?=x)'}, then: {tag: t}}]", "regex", "RE2"),
    ("rules: [{id: a, when: {message.text|matches: '(a{0,99}){0,99}'}, then: {tag: t}}]", "regex", ""),
    ("rules: [{id: a, when: {message.text|near: {within: 2}}, then: {tag: t}}]", "missing", "words"),
    ("rules: [{id: a, when: {message.text|near: {words: [x], within: 99}}, then: {tag: t}}]", "value", "0 to 50"),
    ("rules: [{id: a, when: {message.text|near: {words: [a, b, c, d, e]}}, then: {tag: t}}]", "limit", "ordered"),
    ("rules: [{id: a, when: {message.text|has: ''}, then: {tag: t}}]", "empty", "delete"),
    ("rules: [{id: a, when: {message.text|has: []}, then: {tag: t}}]", "empty", "at least one"),
    ("rules: [{id: a, when: {message.attachments|between: [3]}, then: {tag: t}}]", "value", "two values"),
    ("rules: [{id: a, when: {message.attachments: x}, then: {tag: t}}]", "value", "whole number"),
    ("rules: [{id: a, when: {customer.vip: maybe}, then: {tag: t}}]", "value", "true or false"),
    ("rules: {a: 1}", "type", "found a map"),
    (
        "lists: {a: [$b], b: [$a]}\nrules: [{id: a, when: {message.text|has: $a}, then: {tag: t}}]",
        "circle",
        "reference",
    ),
    ("templates: {t: {en: '{{customer.nam}}'}}", "template", "customer.name"),
    ("templates: {t: {zh: x}}", "template", "fallback: zh"),
    ("templates: {t: {en: 'a {{ b'}}", "template", "{{ticket.number}}"),
    ("tests: [{message: x}]", "missing", "write one"),
    ("tests: [{message: x, expect: {fired: nobody}}]", "unknown-rule", "none is defined"),
    ("tests: [{message: x, expect: {queue: biling}}]", "unknown-queue", "billing"),
]


@pytest.mark.parametrize(
    ("body", "code", "hint"), MISTAKES, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(MISTAKES)]
)
def test_a_mistake_is_named_with_its_place_and_what_was_meant(body, code, hint):
    frame = (
        "version: 1\nqueues: {general: {default: true}, billing: {}}\n"
        + ("" if body.startswith("lists") else "lists: {money: [cash]}\n")
        + ("" if body.startswith("templates") else "templates: {thanks: {en: x}}\n")
    )
    found = [problem for problem in problems(frame + body + "\n") if problem.severity == "error"]
    assert [problem.code for problem in found] == [code]
    assert hint in found[0].hint
    assert found[0].file == "a.yaml"
    assert found[0].line > frame.count("\n")
    assert found[0].col > 0


def test_one_default_queue_is_needed_and_no_more():
    assert problems("version: 1\nqueues: {a: {}, b: {}}\n")[0].text == "no queue is the default"
    two = problems("version: 1\nqueues: {a: {default: true}, b: {default: true}}\n")
    assert [(p.code, p.line, p.col) for p in two] == [("duplicate", 2, 30)]


def test_no_files_are_no_rules():
    with pytest.raises(RulesError, match="no queue is defined"):
        load({})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Please send us your recovery phrase.", "asks-secret"),
        ("请把助记词发给我们", "asks-secret"),
        ("Your password: Sunny4711!", "holds-secret"),
    ],
)
def test_a_template_that_nobody_may_send_is_an_error_in_its_place(text, code):
    said = problems(
        f"version: 1\nqueues: {{a: {{default: true}}}}\ntemplates:\n  t:\n    en: Hello\n    zh: '{text}'\n"
    )
    assert [(p.line, p.col, p.code) for p in said] == [(6, 9, code)]
    assert "Sunny" not in str(said)


def test_links_of_templates_are_judged_once_our_hosts_are_known():
    files = {"a.yaml": FRAME.encode() + b"  far: {en: Hi, zh: see https://evil.example/x}\n"}
    assert load(files).foreign_links() == ()
    (problem,) = load(files, hosts=LinkHosts.of(["ours.example"])).foreign_links()
    assert (problem.file, problem.line, problem.code) == ("a.yaml", 9, "foreign-link")
    assert load(files, hosts=LinkHosts.of(["evil.example"])).foreign_links() == ()
