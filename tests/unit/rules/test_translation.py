"""What is said of rules files, in Chinese: every sentence of the code has one, none is left over, places stay."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from rules import chinese, chinese_hints
from rules.problems import RulesError
from rules.ruleset import load
from rules.translation import hint, language_of, text, told

ROOT = Path(__file__).parents[3]
SAYS = {"fail": 1, "error": 1, "warn": 1, "_doubt": 2, "_refuse": 1, "Slip": 1, "wrong": 0}
"""What records a problem, and after how many arguments its code stands (0: it has none)."""
BLANK = re.compile(r"\{[a-z]+\}")
ELSEWHERE = {
    # rules.problems.meant, which makes hints, and what refuses files before there are positions
    "hint": ("did you mean {}?", "none is defined", "known: {}, ...", "known: {}", "write it under then:"),
    "text": (
        "{} includes {}",
        "{}: the rules cannot be read ({})",
        "{}: this is a file; name the folder that it is in",
        "{}: no rules here; put at least one .yaml file, or start from the shipped pack",
        "{}: {} bytes of rules, at most {} are read",
        "this is not YAML",
        # rules.expectations and rules.trial, told as problems by router.flow.rulebook
        "{} should be {}, is {}",
        "{} should hold {}, is {}",
        "{} {} should not be there",
        "this is no gap any more; take known_gap out",
        "{}: {}",
    ),
}


def forms(node: ast.expr, around: ast.FunctionDef) -> Iterator[str]:
    """The sentences that an expression may be, blanks as {}; nothing for what only runs can tell."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.JoinedStr(values=values):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from forms(body, around)
            yield from forms(orelse, around)
        case ast.BinOp(left=left, right=right):
            yield from (one + other for one in forms(left, around) for other in forms(right, around))
        case ast.Name(id=name):
            for inner in ast.walk(around):
                match inner:
                    case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                        yield from forms(value, around)
                    case ast.AnnAssign(target=ast.Name(id=target), value=ast.Constant() as value) if target == name:
                        yield from forms(value, around)


def said(kind: str) -> set[str]:
    """Every text, or hint, that the code says of rules files."""
    found = set(ELSEWHERE[kind])
    for path in [*(ROOT / "rules").glob("*.py"), ROOT / "router/flow/rulebook.py"]:
        tree = ast.parse(path.read_text("utf-8"))
        constants = [node for node in tree.body if isinstance(node, ast.AnnAssign)]
        for around in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            around.body += constants
            if kind == "hint" and around.name.endswith("_hint"):
                returned = (one.value for one in ast.walk(around) if isinstance(one, ast.Return) and one.value)
                found.update(form for value in returned for form in forms(value, around))
            for call in ast.walk(around):
                if isinstance(call, ast.Call):
                    for argument in arguments(call, kind):
                        found.update(forms(argument, around))
    return found


def arguments(call: ast.Call, kind: str) -> list[ast.expr]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "Problem":
        return [word.value for word in call.keywords if word.arg == kind]
    if name not in SAYS:
        return []
    first = next((n for n, argument in enumerate(call.args) if is_code(argument)), SAYS[name])
    at = first + 1 + (kind == "hint") if name != "wrong" else 1 + 5 * (kind == "hint")
    return call.args[at : at + 1]


def is_code(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and bool(re.fullmatch(r"[a-z-]+", str(argument.value)))


def known(table: dict[str, str]) -> set[str]:
    return {BLANK.sub("{}", english) for english in table}


READERS = re.compile(r"expected|found |not allowed|: \{found\}$")
"""What libyaml and RE2 say is said by them."""


@pytest.mark.parametrize(("kind", "table"), [("text", chinese.TEXTS), ("hint", chinese_hints.HINTS)])
def test_every_sentence_has_its_chinese_and_none_is_left_over(kind, table):
    spoken = {form for form in said(kind) if re.search("[a-z]{2}", form) or form in ELSEWHERE[kind]}
    assert len(spoken) > 100
    missing = sorted(spoken - known(table))
    assert not missing, "\n".join(["add to rules/chinese.py or rules/chinese_hints.py:", *missing])
    theirs = {BLANK.sub("{}", english) for english in table if kind == "text" and READERS.search(english)}
    left_over = known(table) - spoken - theirs
    assert not left_over


def test_blanks_are_the_same_in_both_languages():
    for table in (chinese.TEXTS, chinese_hints.HINTS, chinese.THINGS):
        assert not [e for e, c in table.items() if sorted(BLANK.findall(e)) != sorted(BLANK.findall(c))]


def test_chinese_has_full_width_punctuation_and_a_blank_beside_other_scripts():
    crowded = re.compile(
        r"[㐀-鿿][,;:?!]|[㐀-鿿][A-Za-z]|[A-Za-z][㐀-鿿]|[㐀-鿿]\{(?!kind|what)|(?<!kind)(?<!what)\}[㐀-鿿]"
    )
    sentences = [*chinese.TEXTS.values(), *chinese_hints.HINTS.values(), *chinese.THINGS.values()]
    assert not [sentence for sentence in sentences if crowded.search(sentence)]


MISTAKES = """
version: 1
queues:
  general: {default: true}
  billing: [a]
rules:
  - id: refund
    when: {message.txt|has: refund, message.text|hsa: refund}
    then: {queue: biling, urgency: hihg, tag: [Not a name]}
  - {id: refund, then: {reply: thanks}}
  - {when: {message.text|has: [refund, $pay]}}
tests:
  - {message: x}
"""


def test_a_file_full_of_mistakes_reads_chinese_at_the_same_places():
    with pytest.raises(RulesError) as refused:
        load({"a.yaml": dedent(MISTAKES).lstrip().encode()})
    english = refused.value.problems
    spoken = [told(problem, "zh") for problem in english]
    assert [(p.file, p.line, p.col, p.code) for p in spoken] == [(p.file, p.line, p.col, p.code) for p in english]
    assert [told(problem, "en") for problem in english] == list(english)
    assert [f"{p.line} {p.text}（{p.hint}）" for p in spoken] == [
        "4 队列 billing 必须是键和值的映射（这里是列表）",
        "7 没有字段 message.txt（是否想写 message.text？）",
        "7 message.text 不能用 hsa 判断（是否想写 has？）",
        "8 没有队列 biling（是否想写 billing？）",
        "8 urgency 不能写 hihg（是否想写 high？）",
        "8 标签 'Not a name' 不是合格的名称（小写字母、数字和连字符，例如 lost-access）",
        "9 规则 refund 已经存在（第一个在 a.yaml 第 6 行；改名或删除一个）",
        "9 没有模板 thanks（还没有定义任何一个）",
        "10 规则没有 id（写 id: a-short-name）",
        "10 规则 without id 什么也不做（加上 then:，写 tag、urgency、queue 或 reply）",
        "10 没有词表 pay（还没有定义任何一个）",
        "12 测试没有 expect（请写上）",
    ]


@pytest.mark.parametrize(
    ("english", "spoken"),
    [
        ("a.yaml includes b.yaml includes a.yaml", "a.yaml 包含 b.yaml 包含 a.yaml"),
        ("退款: queue should be billing, is general", "退款：queue 应为 billing，实为 general"),
        ("a name: the rule refund should not be there", "a name：不应出现规则 refund"),
        ("did not find expected ',' or ']'", "缺少逗号或 ]"),
        ("missing ]: [a-", "缺少 ]：[a-"),
        ("the text for en must be one value", "en 的文本 必须是单个值"),
        ("more than 100,000 different words in all rules", "全部规则合计超过 100,000 个不同的词"),
        ("expect has no key queue general", "expect 没有键 queue general"),
        ("at least is 1.", "at least 不能是 1."),
        ("message.attachments|at least is many", "message.attachments|at least 不能是 many"),
        ("message.any|weighs does not say at least", "message.any|weighs 没有写 at least"),
        ("something nobody has translated", "something nobody has translated"),
    ],
)
def test_sentences_in_sentences(english, spoken):
    assert text(english, "zh") == spoken
    assert text(english, "en") == english


def test_the_language_is_taken_from_tags_and_locales():
    assert [language_of(tag) for tag in ("zh", "zh-CN", "zh_TW.UTF-8", "en_GB.UTF-8", "C", "", None)] == [
        *["zh"] * 3,
        *["en"] * 4,
    ]
    assert hint("keep one", "zh") == "保留一个"
