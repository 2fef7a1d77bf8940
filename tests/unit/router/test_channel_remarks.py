"""What channels say of themselves, in Chinese: every sentence of every connector has one, none is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.core.channel_remarks import HOUSE, translator
from router.discovery import manifest_of

ROOT = Path(__file__).parents[3]
KINDS = ("api", "email", "facebook", "phone", "telegram", "webchat", "x")
"""Those that say anything; the form says nothing of itself."""
TOLD = {"Denied", "Later", "Uncertain", "Disputed", "Busy", "LoginRefused", "ServerRefused", "ConnectionLost"}
"""Errors whose text becomes a detail."""
REASONED = {"AuthFailed", "Retry", "Unknown", "Health"}
ANSWERS = {"_dispute", "failed", "_without_words", "_outcome"}
"""Functions that make such texts."""
BLANK = re.compile(r"\{[a-z]*\}")
STATES = {"ok", "stopped", "retrying", "auth_failed", "misconfigured"}
HAN = re.compile("[\u4e00-\u9fff]")
TOO_LOOSE = {
    "X answered {}{}",  # told as `X answered {status}`, with what X said behind a colon
    "{}; it could not be looked up: {}",
    "{}; it could not be looked up: no answer within {} s",
}


def forms(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression may be, blanks as {}."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.JoinedStr(values=values):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from forms(body)
            yield from forms(orelse)


def spoken(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
                if (name in TOLD and args) or name in {"_changed", "_tell"}:
                    yield from forms(args[0 if name in TOLD else -1])
                if name in REASONED:
                    for given in keywords:
                        if given.arg in {"detail", "reason"}:
                            yield from forms(given.value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name.endswith("REMEDY"):
                yield from forms(value)
            case ast.AnnAssign(target=ast.Name(id="_REMEDIES"), value=ast.Dict(values=values)):
                for each in values:
                    yield from forms(each)
            case ast.FunctionDef(name=name) if name in ANSWERS:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return | ast.Assign) and inner.value is not None:
                        yield from forms(inner.value)


def said(kind: str) -> set[str]:
    """Every sentence of a connector that can become a detail, names of states and bare joints left out."""
    found: set[str] = set()
    for path in sorted((ROOT / "connectors" / kind).glob("*.py")):
        if path.stem not in {"simulator", "demo", "chinese"}:
            found |= set(spoken(ast.parse(path.read_text(encoding="utf-8"))))
    return {one for one in found - STATES - TOO_LOOSE if re.search("[a-z]{3}", BLANK.sub("", one))}


@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_of_a_connector_has_its_chinese(kind):
    sentences = said(kind)
    assert sentences
    chinese = translator(manifest_of(kind).chinese)
    english = [one for one in sentences if not HAN.search(chinese(BLANK.sub("17", one)))]
    assert english == []


@pytest.mark.parametrize("kind", KINDS)
def test_both_sentences_of_a_pair_have_the_same_blanks(kind):
    for english, chinese in {**HOUSE, **manifest_of(kind).chinese}.items():
        assert sorted(BLANK.findall(english)) == sorted(BLANK.findall(chinese)), english
        assert HAN.search(chinese), english


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_is_left_over(kind):
    """Each stands in the code, its blanks whatever they are there."""
    code = " ".join(
        " ".join(forms_of)
        for path in (ROOT / "connectors" / kind).glob("*.py")
        if path.stem not in {"simulator", "chinese"}
        for forms_of in [[one for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                          if isinstance(n, ast.expr) for one in forms(n)]]
    )  # fmt: skip
    pieces = {one: BLANK.split(one) for one in manifest_of(kind).chinese}
    assert [one for one, parts in pieces.items() if not all(part in code for part in parts)] == []


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        (
            "telegram",
            "Telegram refuses the token: give the channel the token that BotFather shows (/mybots, API Token); "
            "put the right ones into file:token: they are read again within seconds",
            "Telegram 拒绝了令牌：请为此渠道提供 BotFather 显示的令牌（/mybots，API Token）；"
            "请把正确的写入 file:token：几秒内会重新读取",
        ),
        (
            "telegram",
            "webhook at x.example: this bot's updates go to a webhook; delete it (deleteWebhook), or set mode: webhook",
            "webhook 位于 x.example：此机器人的更新发往 webhook；请删除它（deleteWebhook），或设置 mode: webhook",
        ),
        ("email", "IMAP: no answer within 20 s", "IMAP：20 秒内没有应答"),
        ("email", "SMTP: 535 5.7.8 bad credentials", "SMTP: 535 5.7.8 bad credentials"),
        ("x", "mentions: X's limit for this is reached; on again in 90 s", "mentions：已达到 X 的限额；90 秒后继续"),
        (
            "api",
            "the webhook answered 403: does it know webhook_secret?",
            "webhook 返回 403：它是否知道 webhook_secret？",
        ),
        (
            "email",
            "by an operator since 2026-11-28T18:00:00+00:00; go on with: switchboard channels resume email/shop",
            "由运维人员暂停，自 2026-11-28T18:00:00+00:00；恢复命令：switchboard channels resume email/shop",
        ),
        ("phone", "Account 12: suspended; call us", "Account 12: suspended; call us"),
        ("phone", "", ""),
    ],
)
def test_several_sentences_in_one_are_taken_apart_and_what_others_said_stays(kind, english, chinese):
    assert translator(manifest_of(kind).chinese)(english) == chinese


def test_a_kind_without_a_table_says_what_the_house_knows():
    assert translator({})("no answer within 5 s") == "5 秒内没有应答"
    assert translator({})("something else") == "something else"


def test_what_a_provider_says_costs_little_however_it_is_made():
    assert translator({})("a: b; " * 20_000).count("a") == 20_000
