"""The schema that editors use: draft 7, true to the shipped pack, against the mistakes people make."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from rules import packs
from rules.fields import FIELDS
from rules.schema import DRAFT, schema
from rules.schema_place import Place
from tests import rulesets

_TYPES = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text[0] in "tT"),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
"""YAML 1.2, section 10.3.2: what a plain scalar is to an editor."""


@cache
def as_an_editor_reads(content):
    def value(node):
        if isinstance(node, yaml.MappingNode):
            return {value(key): value(item) for key, item in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [value(item) for item in node.value]
        if not node.style:
            for pattern, make in _TYPES:
                if pattern.fullmatch(node.value):
                    return make(node.value)
        return node.value

    return value(yaml.compose(content, Loader=yaml.CSafeLoader))


@pytest.fixture(scope="module")
def pack():
    return rulesets.shipped()


@pytest.fixture(scope="module", params=["any site", "the pack's own names"])
def validator(request, pack):
    made = schema(pack if request.param != "any site" else None)
    Draft7Validator.check_schema(made)
    assert made["$schema"] == DRAFT
    return Draft7Validator(made)


@pytest.mark.parametrize("name", sorted(packs.read()))
def test_the_shipped_pack_is_valid(validator, name):
    errors = [
        (list(error.path), error.message) for error in validator.iter_errors(as_an_editor_reads(packs.read()[name]))
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ("rules: []", []),
        ("version: 2", ["version"]),
        ("version: 1\nrulse: []", []),
        ("version: 1\nqueues: {Billing: {}}", ["queues"]),
        ("version: 1\nqueues: {billing: {default: maybe}}", ["queues", "billing"]),
        ("version: 1\nlists: {refund: []}", ["lists", "refund"]),
        ("version: 1\ntemplates: {receipt: {english: Hello}}", ["templates", "receipt"]),
        ("version: 1\nrules: [{when: {customer.vip: true}, then: {tag: a}}]", ["rules", 0]),
        ("version: 1\nrules: [{id: a, then: {priority: high}}]", ["rules", 0, "then"]),
        ("version: 1\nrules: [{id: a, then: {urgency: hihg}}]", ["rules", 0, "then", "urgency"]),
        ("version: 1\nrules: [{id: a, mode: on, then: {tag: a}}]", ["rules", 0, "mode"]),
        ("version: 1\nrules: [{id: a, when: {message.txt|has: x}, then: {tag: a}}]", ["rules", 0, "when"]),
        ("version: 1\nrules: [{id: a, when: {message.lang|has: x}, then: {tag: a}}]", ["rules", 0, "when"]),
        ("version: 1\nrules: [{id: a, when: {message.any|near: {within: 3}}, then: {tag: a}}]",
         ["rules", 0, "when", "message.any|near"]),
        ("version: 1\nrules: [{id: a, when: {not: {message.attachments: many}}, then: {tag: a}}]",
         ["rules", 0, "when", "not"]),
        ("version: 1\nrules: [{id: a, when: {message.findings|has: CREDIT}, then: {tag: a}}]",
         ["rules", 0, "when", "message.findings|has"]),
        ("version: 1\npack: shop", ["pack"]),
        ("version: 1\noverride: {spam: {thn: {tag: a}}}", ["override", "spam"]),
        ("version: 1\noverride: {spam: {id: other}}", ["override", "spam"]),
        ("version: 1\nrules: [{id: a, event: mesage.received, then: {tag: a}}]", ["rules", 0, "event"]),
        ("version: 1\nrules: [{id: a, event: idle.2w, then: {tag: a}}]", ["rules", 0, "event"]),
        ("version: 1\nrules: [{id: a, from: 2026-12-24, then: {tag: a}}]", ["rules", 0, "from"]),
        ("version: 1\nrules: [{id: a, until: 24.12.2026 Asia/Shanghai, then: {tag: a}}]", ["rules", 0, "until"]),
        ("version: 1\ntests: [{message: hello, at: tomorrow, expect: {queue: general}}]", ["tests", 0, "at"]),
        ("version: 1\ntests: [{message: hello}]", ["tests", 0]),
        ("version: 1\ntests: [{message: hello, expect: {}}]", ["tests", 0, "expect"]),
        ("version: 1\ntests: [{message: {body: hello}, expect: {queue: general}}]", ["tests", 0, "message"]),
    ],
)  # fmt: skip
def test_mistakes_are_marked_where_they_stand(validator, wrong, where):
    assert where in [list(error.path) for error in validator.iter_errors(as_an_editor_reads(wrong))]


_OF_A_SITE = [
    "rules: [{id: a, then: {queue: biling}}]",
    "rules: [{id: a, then: {reply: recept}}]",
    "rules: [{id: a, when: {message.any|has: $refnd}, then: {tag: a}}]",
    "rules: [{id: a, when: {ticket.queue: biling}, then: {tag: a}}]",
    "rules: [{id: a, when: {ticket.tags|has: angyr}, then: {tag: a}}]",
    "tests: [{message: hello, expect: {fired: no-such-rule}}]",
    "tests: [{message: hello, expect: {reply: recept}}]",
]


@pytest.mark.parametrize("text", _OF_A_SITE)
def test_names_are_held_to_a_site_only_when_one_is_given(pack, text):
    instance = as_an_editor_reads(f"version: 1\n{text}")
    assert Draft7Validator(schema()).is_valid(instance)
    assert not Draft7Validator(schema(pack)).is_valid(instance)


def test_what_a_site_defines_is_offered(pack):
    made = schema(pack)
    then = made["definitions"]["rule"]["properties"]["then"]["properties"]
    assert then["queue"]["enum"] == list(pack.queues)
    assert then["reply"]["enum"] == list(pack.templates)
    offered = made["definitions"]["word"]["anyOf"][1]["enum"]
    assert "$en-stranger" in offered
    assert len(offered) == len(pack.lists)


def test_words_that_look_like_something_else_are_words(validator):
    text = "version: 1\nlists: {odd: [no, on, 010, 12315, +1, 1:30, 2021-01-01, true, 1e3]}"
    assert validator.is_valid(as_an_editor_reads(text))


NUMBERED = """\
version: 1
fields: {year: {type: word, values: [2025, 2026]}}
tags: [7]
queues: {general: {default: true}, 110: }
times: {24: {zone: UTC, open: {mon-sun: 00:00-24:00}}}
templates: {5: {en: 1}}
rules:
  - {id: true, when: {custom.year: 2026, during: 24}, then: {tag: 12315, queue: 110, reply: 5}}
  - {id: 12, when: {message.text|has: z, ticket.tags|has: 7, ticket.queue: 110}, then: {untag: 7}}
tests:
  - {message: , expect: {quiet: [true, 12]}}
  - {message: "", at: 2026-03-11 12:30 UTC, expect: {tags_not: 12315}}
"""


def test_names_that_look_like_numbers_or_flags_are_names():
    instance = as_an_editor_reads(NUMBERED)
    for made in (schema(), schema(rulesets.of(NUMBERED))):
        assert [(list(error.path), error.message) for error in Draft7Validator(made).iter_errors(instance)] == []


def test_every_key_shows_what_it_is_for():
    def keys(part, path=()):
        for key, value in part.get("properties", {}).items():
            yield (*path, key), value
            yield from keys(value, (*path, key))
        for inside in (*part.get("anyOf", ()), *part.get("allOf", ())):
            yield from keys(inside, path)

    made = schema()
    parts = [("file", made), *made["definitions"].items()]
    silent = [(name, path) for name, part in parts for path, value in keys(part) if not value.get("description")]
    assert silent == []


def test_every_field_can_be_tested():
    properties = schema()["definitions"]["when"]["properties"]
    assert properties.keys() >= FIELDS.keys()


def test_places_know_flags_and_numbers_from_words():
    rule = Place(schema()).key("rules").item()
    assert rule.keys()[:4] == ("id", "name", "owner", "mode")
    near = rule.key("when").key("any").item().key("message.any|near")
    assert near.key("within").takes("integer")
    assert near.key("ordered").takes("boolean")
    assert not near.key("words").item().item().takes("boolean")
    assert rule.key("when").key("customer.vip").takes("boolean")
    assert Place(schema()).key("queues").key("billing").key("default").takes("boolean")
    assert not rule.key("then").key("no-such-key").takes("boolean")


GUIDE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_guide_are_valid_for_any_site_and_for_their_own(example):
    instance = as_an_editor_reads(example)
    for made in (schema(), schema(rulesets.of(example))):
        assert [(list(error.path), error.message) for error in Draft7Validator(made).iter_errors(instance)] == []
