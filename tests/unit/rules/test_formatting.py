"""`rules fmt`: one layout, the same meaning, every comment, and nothing at all for a file with mistakes."""

import json
from pathlib import Path
from textwrap import dedent, indent

import pytest

from rules import packs
from rules.document import parse
from rules.facts import Facts, MessageFacts
from rules.formatting import formatted
from rules.layout import WIDTH
from rules.problems import Problems, RulesError
from rules.ruleset import load
from tests import rulesets
from tests.unit.rules.rules_files import FRAME

CORPORA = Path(__file__).parents[2] / "corpora"
GUIDE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def fmt(text):
    once = formatted("rules.yaml", text.encode())
    assert once == text.encode() or formatted("rules.yaml", once) == once
    return once.decode()


def rule(body):
    return "version: 1\nrules:\n" + dedent(body)


def formatted_rule(body):
    return fmt(rule(body)).removeprefix("version: 1\nrules:\n")


def indented(text):
    return indent(dedent(text), "  ")


@pytest.fixture(scope="module")
def pack():
    return {name: formatted(name, content) for name, content in packs.read().items()}


def test_keys_of_a_rule_stand_in_the_languages_order_and_take_their_comments_along():
    assert formatted_rule("""\
        # about the rule
        -   when: {message.text|has: a}   # trailing
            # about then
            then: {queue: general, tag: b}
            # about the id
            id: x
            # the end of x

        # about the second
        - {then: {tag: c}, id: second}
        """) == indented("""\
          # about the rule
          # about the id
          - id: x
            when: {message.text|has: a}   # trailing
            # about then
            then: {tag: b, queue: general}
            # the end of x

          # about the second
          - {id: second, then: {tag: c}}
        """)


def test_conditions_keep_their_order():
    text = indented("""\
        - id: x
          when:
            message.text|has: b
            message.channel: x
            any: {message.subject|has: a}
          then: {tag: t}
        """)
    assert formatted_rule(text) == text


@pytest.mark.parametrize(
    "word",
    ["no", "on", "Yes", "y", "010", "+1", "12315", "1:30", "08:30", "2021-01-01", "1e3", "0x1F", ".5", "true", "="],
)
def test_words_that_readers_of_yaml_take_for_something_else_are_quoted(word):
    assert fmt(f"version: 1\nlists: {{a: [{word}, b]}}\n") == f'version: 1\nlists: {{a: ["{word}", b]}}\n'


@pytest.mark.parametrize("word", ["nope", "$a", "1 2 3", "0.0.0.0", "v2", "a:b", "'no'", '"$a"', "退款"])
def test_other_words_stay_as_they_are(word):
    text = f"version: 1\nlists: {{a: [x], b: [{word}, b]}}\n"
    assert fmt(text) == text


def test_flags_and_numbers_are_no_words():
    assert formatted_rule("""\
          - id: x
            when: {message.is_first: yes, customer.vip: Off, message.attachments|at least: 02}
            then: {tag: "12315"}
        """) == indented("""\
        - id: x
          when: {message.is_first: true, customer.vip: false, message.attachments|at least: 2}
          then: {tag: "12315"}
        """)


@pytest.mark.parametrize("flag", ["'On'", '"YES"', "'off'", '"true"'])
def test_flags_in_quotes_stay_what_they_are(flag):
    text = f"version: 1\nqueues:\n  general: {{default: true, emergency: {flag}}}\n"
    assert fmt(text) == text


def test_the_language_norwegian_is_a_key():
    text = "version: 1\ntemplates:\n  hello: {no: Hei, fallback: no}\n"
    assert fmt(text) == 'version: 1\ntemplates:\n  hello: {"no": Hei, fallback: "no"}\n'


def test_indentation_blank_lines_and_line_ends_are_made_even():
    text = dedent("""\
        ---
        version:   1


        rules:
        - id:   x
          then:
                tag:
                - a



                - b
        """)
    even = dedent("""\
        version: 1

        rules:
          - id: x
            then:
              tag:
                - a

                - b
        """)
    assert fmt("\ufeff" + text.replace("\n", "\r\n")) == even


def test_blocks_of_text_move_as_a_whole():
    text = dedent("""\
        version: 1
        templates:
            receipt:
                en: |   # said to everybody
                      Hello,
                        - indented

                      bye
                zh: >-
                  您好
                  再见


            # the last
            other: {en: "two
              lines"}
        """)
    assert fmt(text) == dedent("""\
        version: 1
        templates:
          receipt:
            en: |   # said to everybody
              Hello,
                - indented

              bye
            zh: >-
              您好
              再见

          # the last
          other: {en: "two lines"}
        """)


def test_a_long_list_is_broken_behind_its_commas_and_short_breaks_stay():
    words = ", ".join(f"word {n}" for n in range(40))
    text = fmt(f"version: 1\nlists:\n  long: [{words}]\n  kept: [a, b,\n         c]\n")
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[2].startswith("  long: [word 0, ")
    assert lines[3].startswith("    word ")
    assert lines[-2:] == ["  kept: [a, b,", "    c]"]


def test_a_line_that_grew_is_filled_in_anew_from_there():
    first, grown = ", ".join(f"early {n}" for n in range(9)), ", ".join(f"late {n}" for n in range(16))
    text = fmt(f"version: 1\nlists:\n  long: [{first},\n    {grown},\n    x, w,\n    z]\n")
    lines = text.splitlines()
    assert lines[2] == f"  long: [{first},"
    assert lines[4].endswith(", x, w, z]")


def test_a_long_map_becomes_lines_and_lists_in_a_list_are_kept_together():
    one, two = ", ".join(f"money{n}" for n in range(8)), ", ".join(f"wallet{n}" for n in range(6))
    assert formatted_rule(f"""\
          - id: x
            when: {{message.any|near: {{words: [[{one}], [{two}]], within: 5, ordered: yes}}}}
            then: {{tag: t}}
        """) == indented(f"""\
          - id: x
            when:
              message.any|near:
                words: [[{one}],
                  [{two}]]
                within: 5
                ordered: true
            then: {{tag: t}}
        """)


def test_comments_between_the_words_of_a_list_stay_where_they_are():
    text = dedent("""\
        version: 1
        lists:
          a: [one,   # first
            # before two
            two,
            three  # last
            ]  # the list
          b: [x]  # y
        # the end
        """)
    assert fmt(text) == text


def test_what_is_said_of_the_first_in_brackets_is_above_the_item():
    for written, laid_out in (("text: a", "{text: a}"), ("", "{}")):
        text = f"version: 1\ntests:\n  - message: {{  # why\n      # so\n      {written}}}\n    expect: {{tags: a}}\n"
        assert fmt(text) == f"version: 1\ntests:\n  # why\n  # so\n  - message: {laid_out}\n    expect: {{tags: a}}\n"


def test_a_comment_behind_a_name_stays_behind_it():
    text = "version: 1\nlists:\n  a: &words  # shared\n    - x  # first\n  b: *words\ntags: &all  # ours\n  - c\n"
    assert fmt(text) == text


def test_nothing_in_brackets_stays_nothing():
    text = "version: 1\nqueues: {general: {default: true}, billing: , fees: }  # two\n"
    assert fmt(text) == text
    assert fmt("version: 1\nqueues:\n  a: &none\n  b: *none\n") == "version: 1\nqueues:\n  a: &none\n  b: *none\n"


def test_what_has_a_name_does_not_change_places():
    text = "  - then: &both {tag: [a]}\n    id: x\n  - then: *both\n    id: other\n"
    assert formatted_rule(text) == text


def test_a_key_may_be_called_by_another_name():
    text = "  - id: &tag tag\n    when: {any: {message.any|has: *tag}}\n    then: {*tag : a}\n"
    assert "{*tag: a}" in formatted_rule(text)


def test_blanks_that_are_text_stay():
    text = "version: 1\ntemplates:\n  a:\n    en: |\n      Hello  \n\n         \n    zh: x\n"
    assert fmt(text) == text
    kept = "version: 1\ntemplates:\n  a:\n    en: |+\n      Hello\n\n\n    zh: x\n"
    assert fmt(kept) == kept


def test_every_comment_of_a_hash_in_a_word_is_told_apart():
    text = 'version: 1\nlists: {a: ["# no comment", b#c]}  # a comment\n'
    assert fmt(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nlists: {a: [b}\n", "a.yaml:2:14 yaml"),
        ("version: 1\nrulse: []\n", "a.yaml:2:1 unknown-key"),
        ("version: 1\nrules:\n  - {id: a, then: {urgency: hihg}}\n", "a.yaml:3:29 value"),
        ("version: 1\nversion: 1\n", "a.yaml:2:1 duplicate"),
        ("version: 1\nlists: !!set {a: b}\n", "a.yaml:2:8 tag"),
    ],
)
def test_a_file_with_mistakes_is_refused(text, said):
    with pytest.raises(RulesError) as refused:
        formatted("a.yaml", text.encode())
    assert str(refused.value.problems[0]).startswith(said)


def test_names_that_other_files_define_are_no_mistake():
    text = (
        "version: 1\nrules:\n  - {id: a, when: {message.text|has: $refund}, then: {queue: billing, reply: receipt}}\n"
    )
    assert fmt(text) == text


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_file_stays(text):
    assert formatted("a.yaml", text.encode()) == text.encode()


@pytest.mark.slow
def test_the_examples_of_the_guide_are_formatted():
    examples = [part.partition("```")[0] for part in GUIDE.split("```yaml\n")[1:]]
    assert examples
    for example in examples:
        assert fmt(example) == example


def test_the_pack_keeps_its_words_and_its_lines_are_short(pack):
    for name, content in packs.read().items():
        assert _words(name, content) == _words(name, pack[name])
        assert pack[name] == content or formatted(name, pack[name]) == pack[name]
        for line in pack[name].decode().splitlines():
            # An expression has no place to break it at.
            assert len(line) <= WIDTH or "[" not in line or "|matches: " in line, line


def _words(name, content):
    def flat(node):
        if hasattr(node, "items"):
            return [word for item in node.items for word in flat(item)]
        if hasattr(node, "entries"):
            return [word for key, value in node.entries for word in (key.value, *flat(value))]
        return [node.value]

    return sorted(flat(parse(name, content, Problems())))


@pytest.mark.slow
def test_the_pack_judges_as_before(pack):
    before, after = rulesets.shipped(), load(pack)
    assert after.run_tests().failures == before.run_tests().failures
    files = sorted(CORPORA.glob("*tuning*.ndjson"))
    lines = [json.loads(line) for name in files for line in name.read_text("utf-8").splitlines()]
    texts = [line["text"] for line in lines if "text" in line]
    texts = texts[:: len(texts) // 500]  # of every kind some
    for text in texts:
        facts = Facts(message=MessageFacts(text=text))
        old, new = before.evaluate(facts), after.evaluate(facts)
        assert (old.tags, old.urgency, old.queue, old.replies, old.lost, old.reasons) == (
            new.tags, new.urgency, new.queue, new.replies, new.lost, new.reasons,
        )  # fmt: skip


def test_the_frame_of_these_tests_keeps_its_meaning():
    assert load({"a.yaml": fmt(FRAME).encode()}).queues.keys() == load({"a.yaml": FRAME.encode()}).queues.keys()
