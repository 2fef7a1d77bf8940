"""`rules fmt` over files of any look: the same meaning, every comment, and a second time nothing more to do."""

import yaml
from hypothesis import given, reject
from hypothesis import strategies as st

from rules.formatting import formatted
from rules.problems import RulesError
from rules.remarks import comments

_WORDS = st.one_of(
    st.sampled_from(
        ["no", "010", "08:30", "+1", "$other", "a: b", "# no comment", "退款", "it's", 'say "x"', "x" * 90]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12),
)
_LISTS = st.lists(_WORDS, min_size=1, max_size=30)
_NEAR = st.builds(
    lambda words: {"message.any|near": {"within": 3, "words": words, "ordered": True}},
    st.lists(_LISTS, min_size=2, max_size=3),
)
_CONDITIONS = st.recursive(
    st.one_of(
        st.builds(lambda words: {"message.text|has": words}, _LISTS),
        _NEAR,
        st.just({"customer.vip": True, "message.attachments|at least": 2}),
    ),
    lambda inner: st.builds(lambda some: {"any": some}, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=4,
)
_RULES = st.lists(
    st.builds(
        lambda when, keys: {key: {"id": "x", "then": {"tag": "t"}, "when": when, "next": "stop"}[key] for key in keys},
        _CONDITIONS,
        st.permutations(["id", "then", "when", "next"]),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def files(draw):
    """A file as YAML's own writer may lay it out, with comments and blank lines thrown in."""
    rules = draw(_RULES)
    for number, rule in enumerate(rules):
        rule["id"] = f"rule-{number}"
    whole = {"version": 1, "lists": {"list": draw(_LISTS)}, "queues": {"general": {"default": True}}, "rules": rules}
    text = yaml.safe_dump(
        whole,
        sort_keys=False,
        allow_unicode=draw(st.booleans()),
        default_flow_style=draw(st.sampled_from([None, False])),
        indent=draw(st.integers(2, 5)),
        width=draw(st.sampled_from([30, 100, 1_000])),
    )
    return _remarked(text, draw)


def _remarked(text, draw):
    """With remarks between lines; only where a line begins something, for inside a word they would be text."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        begins = line.lstrip().startswith(("- ", "id:", "then:", "when:", "next:", "rules:", "queues:", "lists:"))
        if begins and draw(st.integers(0, 3)) == 0:
            blanks = " " * draw(st.integers(0, len(line) - len(line.lstrip())))
            lines += [""] * draw(st.integers(0, 2)) + [f"{blanks}# remark {number}"]
        lines.append(line + ("   # beside" if line.endswith((":", "]", "}")) and begins else ""))
    return "\n".join(lines) + "\n"


@given(files())
def test_any_file_gets_one_layout_and_loses_nothing(text):
    try:
        once = formatted("a.yaml", text.encode())
    except RulesError as refused:
        if refused.problems[0].code == "layout":
            raise
        reject()  # such as a word of nothing but signs
    assert formatted("a.yaml", once) == once
    assert comments(once.decode()) == comments(text)
