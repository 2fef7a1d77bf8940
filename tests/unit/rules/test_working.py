"""How queues are worked: skills, overflow and deadlines, and what becomes of a ticket that nobody takes."""

import pytest

from rules.ruleset import load
from tests.unit.rules.rules_files import judged, problems

DESK = """
version: 1
times:
  office: {zone: Asia/Shanghai, open: {mon-fri: 09:00-18:00}}
sla:
  gold: {first_reply: 15m, solve: 4h, clock: office}
queues:
  general: {default: true, hours: office}
  escalations: {}
  crowded: {max_waiting: 3, overflow: [{after: 1h, to: general}]}
  billing:
    skills: [billing, "lang:{{message.lang}}"]
    pick: longest_idle
    overflow:
      - {when: {queue.available: 0}, to: general, reply: busy}
      - {after: 5m, relax: ["lang:{{message.lang}}"], urgency: up}
      - {after: 10m, when: {queue.waiting|at least: 20}, add_skill: senior}
      - {after: 15m, to: general}
templates: {busy: {en: Busy}}
rules:
  - {id: vip, when: {customer.vip: true}, then: {sla: gold}}
  - {id: refund, when: {message.text|has: refund}, then: {queue: billing, skills: [refund>=2]}}
  - {id: full, when: {message.text|has: full}, then: {queue: crowded}}
  - {id: warn, event: sla.gold.80%, then: {urgency: high, tag: late}}
  - {id: breach, event: sla.gold.breach, when: {ticket.tags: late}, then: {queue: escalations, force: true}}
  - {id: silent, event: idle.2d, then: {tag: silent, untag: late}}
"""


def failures(test: str) -> list[str]:
    report = load({"a.yaml": (DESK + "tests:\n  - " + test).encode()}).run_tests()
    return [failure.text for failure in report.failures]


@pytest.mark.parametrize(
    "test",
    [
        # The message itself, and the first steps of its queue.
        """{message: refund, at: 2026-03-11 10:00 Asia/Shanghai,
            expect: {queue: billing, skills: [refund>=2], sla: none},
            then_after: {4m: {queue: billing, skills: [billing, "lang:en", refund>=2], urgency: normal, reply: none},
                         5m: {skills: [billing], urgency: high}, 14m: {queue: billing}, 15m: {queue: general}}}""",
        # Nobody is free: on at once.
        """{message: refund, at: 2026-03-11 10:00 Asia/Shanghai, queues: {billing: {available: 0}},
            expect: {queue: billing}, then_after: {1s: {queue: general, reply: busy}}}""",
        # A step with a condition that does not hold is passed over, and one that holds is not.
        """{message: refund, at: 2026-03-11 10:00 Asia/Shanghai, queues: {billing: {available: 2, waiting: 20}},
            expect: {queue: billing}, then_after: {11m: {skills: senior}}}""",
        # Deadlines count open hours only: ten of the fifteen minutes are today, the rest tomorrow.
        """{message: hello, customer: {vip: yes}, at: 2026-03-11 17:50 Asia/Shanghai,
            expect: {sla: gold, queue: general},
            then_after: {911m: {quiet: warn}, 912m: {escalated: warn, quiet: breach}, 915m: {escalated: breach}}}""",
        """{message: hello, customer: {vip: yes}, at: 2026-03-11 10:00 Asia/Shanghai, expect: {sla: gold},
            then_after: {11m: {quiet: warn}, 12m: {escalated: warn, urgency: high, tags: late, quiet: breach},
                         15m: {escalated: [warn, breach], queue: escalations},
                         2d: {escalated: silent, tags: silent, tags_not: late}}}""",
        # Too many wait already.
        """{message: full, at: 2026-03-11 10:00 Asia/Shanghai, queues: {crowded: {waiting: 3}},
            expect: {queue: crowded}, then_after: {1s: {queue: general}}}""",
        """{message: full, at: 2026-03-11 10:00 Asia/Shanghai, queues: {crowded: {waiting: 2}},
            expect: {queue: crowded}, then_after: {1s: {queue: crowded}, 1h: {queue: general}}}""",
    ],
)
def test_the_fate_of_a_ticket_that_nobody_takes(test):
    assert failures(test) == []


def test_what_is_not_as_expected_later_is_told():
    found = failures(
        """{message: refund, at: 2026-03-11 10:00 Asia/Shanghai, expect: {queue: billing},
            then_after: {5m: {queue: general, skills: senior, escalated: warn}}}"""
    )
    assert found == [
        "queue should be general, is billing",
        "skills should hold senior, is billing, refund>=2",
        "escalated should hold warn, is empty",
    ]


def test_outside_its_hours_nobody_is_free():
    rules = DESK.replace("billing:\n    skills", "billing:\n    hours: office\n    skills")
    test = """{message: refund, at: 2026-03-11 20:00 Asia/Shanghai, queues: {billing: {available: 5}},
               expect: {queue: billing}, then_after: {1s: {queue: general}}}"""
    assert load({"a.yaml": (rules + "tests:\n  - " + test).encode()}).run_tests().ok


def test_rules_that_only_fire_later_are_covered():
    test = """{message: hello, customer: {vip: yes}, at: 2026-03-11 10:00 Asia/Shanghai, expect: {sla: gold},
               then_after: {2d: {escalated: [warn, breach, silent]}}}"""
    report = load({"a.yaml": (DESK + "tests:\n  - " + test).encode()}).run_tests()
    assert report.uncovered == ("refund", "full")


def test_a_known_gap_must_fail():
    gap = "{message: refund, known_gap: true, expect: {queue: general}}"
    assert failures(gap) == []
    assert failures(gap.replace("general", "billing")) == ["this is no gap any more; take known_gap out"]


def test_skills_add_up_and_the_first_promise_counts():
    verdict = judged(
        load(
            {
                "a.yaml": b"""
version: 1
queues: {skilled: {default: true, overflow: [{after: 5m, relax: all}]}}
sla: {gold: {first_reply: 15m}, iron: {solve: 3d}}
rules:
  - {id: a, then: {skills: ["lang:{{message.lang}}"], sla: gold}}
  - {id: b, then: {skills: [tax, tax], sla: iron}}
"""
            }
        ),
        "我要退款",
    )
    assert (verdict.skills, verdict.sla) == (("lang:zh", "tax"), "gold")
    assert [(lost.rule, lost.key, lost.value, lost.to) for lost in verdict.lost] == [("b", "sla", "iron", "a")]


@pytest.mark.parametrize(
    ("queues", "code", "hint"),
    [
        ("{q: {default: true, skills: [x]}}", "stranded", "relax: all"),
        (
            "{q: {default: true, skills: [x], overflow: [{when: {queue.available: 0}, to: r}]}, r: {}}",
            "stranded",
            "last",
        ),
        (
            "{q: {default: true, skills: [x], overflow: [{after: 5m, to: r}]}, r: {skills: [y], overflow: []}}",
            "stranded",
            "last",
        ),
        ("{q: {default: true, overflow: [{after: 5m, to: r}]}, r: {overflow: [{after: 5m, to: q}]}}", "circle", "end"),
        ("{q: {default: true, overflow: [{after: 5m, to: q}]}}", "circle", "end"),
        ("{q: {default: true, overflow: [{after: 5m, to: rr}]}, r: {}}", "unknown-queue", "did you mean r?"),
        ("{q: {default: true, overflow: [{after: 5m}]}}", "missing", "to:"),
        ("{q: {default: true, overflow: [{relax: all}]}}", "missing", "after"),
        ("{q: {default: true, overflow: [{after: 5m, reply: x}]}}", "unknown-template", ""),
        ("{q: {default: true, overflow: [{after: 5m, urgency: down}]}}", "value", "up"),
        ("{q: {default: true, overflow: [{after: 9m, urgency: up}, {after: 5m, urgency: up}]}}", "order", "time"),
        ("{q: {default: true, overflow: [{when: {queue.free: 0}, urgency: up}]}}", "unknown-field", "queue.available"),
        ("{q: {default: true, pick: longest}}", "value", "longest_idle"),
        ("{q: {default: true, hours: office}}", "unknown-time", ""),
        ("{q: {default: true, max_waiting: 5}}", "missing", "overflow"),
        ("{q: {default: true, skills: ['no skill']}}", "name", "refund"),
        ("{q: {default: true, skils: [x]}}", "unknown-key", "skills"),
        (
            "{q: {default: true, skills: [lang], overflow: [{after: 5m, relax: [land]}, {after: 6m, relax: all}]}}",
            "unknown-skill",
            "lang",
        ),
    ],
)
def test_a_mistake_in_a_queue_is_named(queues, code, hint):
    found = [problem for problem in problems(f"version: 1\nqueues: {queues}\n") if problem.severity == "error"]
    assert code in [problem.code for problem in found]
    assert hint in next(problem.hint for problem in found if problem.code == code)
    assert {problem.code for problem in found} <= {code, "stranded"}
    assert all(problem.line == 2 for problem in found)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("sla: {gold: {}}", "missing"),
        ("sla: {gold: {first_reply: 5}}", "value"),
        ("sla: {gold: {first_reply: 4h, solve: 15m}}", "value"),
        ("sla: {gold: {solve: 4h, clock: offcie}}", "unknown-time"),
        ("rules: [{id: a, then: {sla: gold}}]", "unknown-sla"),
        ("rules: [{id: a, then: {skills: [tax]}}]", "stranded"),
        ("tests: [{message: x, expect: {queue: q}, then_after: {5m: {queue: q}}}]", "missing"),
        ("tests: [{message: x, at: 2026-03-11 UTC, expect: {queue: q}, then_after: {soon: {queue: q}}}]", "value"),
        ("tests: [{message: x, expect: {queue: q}, queues: {r: {waiting: 1}}}]", "unknown-queue"),
    ],
)
def test_a_mistake_elsewhere_is_named(body, code):
    found = problems(f"version: 1\nqueues: {{q: {{default: true}}}}\n{body}\n")
    assert [problem.code for problem in found] == [code]
