"""Files that include others, packs by version, and rules changed from another file."""

import pytest

from rules import packs
from rules.problems import RulesError
from rules.ruleset import Ruleset, load
from tests import rulesets
from tests.unit.rules.rules_files import judged

BASE = """
version: 1
queues: {general: {default: true}, billing: {}}
lists: {money: [cash, coins]}
rules:
  - id: refund
    when:
      message.text|has: [refund, money back]
      not: {message.text|has: already}
    then: {tag: [refund], queue: billing}
  - {id: cash, when: {message.text|has: $money}, then: {tag: cash}}
"""


def loaded(**files: str) -> Ruleset:
    return load({f"{name}.yaml": text.encode() for name, text in files.items()})


def refused(**files: str) -> list[tuple[str, str, str]]:
    with pytest.raises(RulesError) as caught:
        loaded(**files)
    return [(f"{p.file}:{p.line}", p.code, p.hint) for p in caught.value.problems if p.severity == "error"]


def test_what_a_file_includes_comes_before_it():
    one = "version: 1\nrules: [{{id: {0}, then: {{tag: {0}}}}}]\n{1}"
    rules = loaded(a=one.format("a", "include: [c.yaml]"), b=one.format("b", ""), c=one.format("c", ""), d=BASE)
    assert [rule.id for rule in rules.rules] == ["c", "a", "b", "refund", "cash"]


def test_a_file_that_is_not_there_and_a_circle_are_told_where_they_are_written():
    assert refused(a=BASE + "include: [bb.yaml]\n", b="version: 1\n") == [
        ("a.yaml:12", "unknown-file", "did you mean b.yaml?")
    ]
    assert refused(a=BASE + "include: [b.yaml]\n", b="version: 1\ninclude: [a.yaml]\n") == [
        ("b.yaml:2", "circle", "take one of them out")
    ]


@pytest.mark.parametrize("version", ["1", "1.0", "1.0.0"])
def test_a_shipped_pack_is_included_by_version(version):
    rules = loaded(mine=f"version: 1\ninclude: [wallet@{version}]\n")
    assert [rule.id for rule in rules.rules] == [rule.id for rule in rulesets.shipped().rules]
    report = rules.run_tests()
    assert (report.total, report.uncovered) == (0, ())


@pytest.mark.parametrize(
    ("asked", "code", "hint"),
    [
        ("walet@1", "unknown-pack", "did you mean wallet@1.1.0?"),
        ("wallet@2", "unknown-version", "shipped is wallet@1.1.0"),
        ("wallet@0.9", "unknown-version", "shipped is wallet@1.1.0"),
        ("wallet@1.2", "unknown-version", "shipped is wallet@1.1.0"),
        ("wallet@new", "unknown-pack", "did you mean wallet@1.1.0?"),
    ],
)
def test_a_pack_that_is_not_shipped_is_told(asked, code, hint):
    assert refused(a=BASE + f"include: ['{asked}']\n") == [("a.yaml:12", code, hint)]


def test_a_set_says_which_packs_it_holds():
    (shipped,) = (f"{name}@{'.'.join(map(str, version))}" for name, version in packs.versions().items())
    assert rulesets.shipped().packs == (shipped,)
    assert loaded(a="version: 1\npack: shop@2.3.0\ninclude: [wallet@1]\n").packs == (shipped, "shop@2.3.0")
    assert load({"a.yaml": BASE.encode()}).packs == ()


@pytest.mark.slow
def test_the_version_of_a_set_is_also_of_the_packs_it_includes():
    alone, with_pack = loaded(a="version: 1\ninclude: [wallet@1]\n"), load({"a.yaml": b"version: 1\n", **packs.read()})
    assert alone.version != with_pack.version
    assert alone.version == loaded(a="version: 1\ninclude: [wallet@1]\n").version


@pytest.mark.parametrize(
    ("override", "text", "tags", "queue"),
    [
        ("refund: {when: {message.text|has: {append: [chargeback]}}}", "chargeback", ("refund",), "billing"),
        ("refund: {when: {message.text|has: {append: chargeback}}}", "refund", ("refund",), "billing"),
        ("refund: {when: {message.text|has: {remove: [money back]}}}", "money back", (), "general"),
        ("refund: {when: {message.text|has: {replace: [chargeback]}}}", "refund", (), "general"),
        ("refund: {when: {message.text|has: [chargeback]}}", "refund", (), "general"),
        ("refund: {when: {not: {message.text|has: {append: [done]}}}}", "refund done", (), "general"),
        ("refund: {then: {queue: general}}", "refund", ("refund",), "general"),
        ("refund: {then: {tag: {append: [new]}}}", "refund", ("refund", "new"), "billing"),
        ("refund: {mode: 'off'}", "refund", (), "general"),
        ("cash: {when: {message.text|has: {append: [notes]}}}", "notes", ("cash",), "general"),
        ("cash: {when: {message.channel: x}}", "coins", (), "general"),
    ],
)
def test_a_rule_is_changed_from_another_file(override, text, tags, queue):
    verdict = judged(loaded(base=BASE, mine=f"version: 1\noverride: {{{override}}}\n"), text)
    assert (verdict.tags, verdict.queue) == (tags, queue)


@pytest.mark.parametrize(
    ("override", "code", "hint"),
    [
        ("refnd: {mode: 'off'}", "unknown-rule", "did you mean refund?"),
        ("refund: 'off'", "type", "found 'off'"),
        ("refund: {id: other}", "value", "delete the id"),
        ("refund: {then: {queue: biling}}", "unknown-queue", "did you mean billing?"),
        ("refund: {whenn: {message.channel: x}}", "unknown-key", "did you mean when?"),
        ("refund: {when: {message.any|has: {append: [x]}}}", "unknown-key", "did you mean message.text|has?"),
        ("refund: {when: {message.text|has: {remove: [refnd]}}}", "unknown-value", "did you mean refund?"),
        ("refund: {when: {append: [x]}}", "type", "found a map"),
    ],
)
def test_a_mistake_in_an_override_is_told_where_it_is_written(override, code, hint):
    found = refused(base=BASE, mine=f"version: 1\noverride: {{{override}}}\n")
    assert found == [("mine.yaml:2", code, hint)]


def test_the_last_override_wins():
    one = "version: 1\noverride: {{refund: {{then: {{queue: {}}}}}}}\n"
    rules = loaded(a=BASE, b=one.format("general"), c=one.format("billing"))
    assert judged(rules, "refund").queue == "billing"


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ('requires: {engine: ">=1"}', None, ""),
        ('requires: {engine: ">=1.0"}', None, ""),
        ('requires: {engine: ">=2"}', "engine", "upgrade"),
        ("requires: {engine: new}", "value", ">=1"),
        ("requires: {engin: '>=1'}", "unknown-key", "engine"),
        ("pack: shop@2.3.0", None, ""),
        ("pack: shop", "value", "shop@2.3.0"),
        ("pack: shop@2", "value", "shop@2.3.0"),
    ],
)
def test_what_a_file_says_of_itself(line, code, hint):
    if code is None:
        assert loaded(a=BASE + line)
    else:
        ((_, found, said),) = refused(a=BASE + line)
        assert found == code
        assert hint in said
