"""`rules check`, `test` and `explain` as their readers see them: places with a caret, English or Chinese."""

import json

import pytest

RULES = """\
version: 1
queues:
  general: {default: true}
  fees:
rules:
  - id: fee
    when: {message.any|has: [fee]}
    then: {queue: fees}
tests:
  - {message: what a fee, expect: {queue: fees}}
"""
MISTAKEN = """\
version: 1
queues:
  fees: {default: true}
lists: {钱: [fee]}
rules:
  - {id: 退款, when: {message.any|has: $mony}, then: {queue: feees}}
  - {id: late, when: {message.any|has: 退}, then: {queue: fees}}
"""


@pytest.fixture
def rules(tmp_path):
    def written(text=RULES):
        (tmp_path / "rules.yaml").write_text(text)
        return tmp_path

    return written


def test_rules_check_shows_the_place_with_a_caret_under_it(command, rules):
    code, out, _ = command("rules", "check", rules(MISTAKEN))
    name = "(small letters, digits and hyphens, such as lost-access)"
    assert (code, out.splitlines()) == (1, [
        f"error: rules.yaml:4:9 name the list '钱' is not a name {name}",
        "    | lists: {钱: [fee]}",
        "    |         ^",
        f"error: rules.yaml:6:10 name the rule '退款' is not a name {name}",
        "    |   - {id: 退款, when: {message.any|has: $mony}, then: {queue: feees}}",
        "    |          ^",
        "error: rules.yaml:6:38 unknown-list there is no list mony (none is defined)",
        "    |   - {id: 退款, when: {message.any|has: $mony}, then: {queue: feees}}",
        "    |                                        ^",
        "error: rules.yaml:6:60 unknown-queue there is no queue feees (did you mean fees?)",
        "    |   - {id: 退款, when: {message.any|has: $mony}, then: {queue: feees}}",
        "    |                                                              ^",
        "warning: rules.yaml:7:40 one-character 退 is found inside many words (write the longer words that are meant)",
        "    |   - {id: late, when: {message.any|has: 退}, then: {queue: fees}}",
        "    |                                        ^",
        "1 file: 4 errors, 1 warning",
    ])  # fmt: skip


def test_rules_speak_the_readers_language(command, rules, monkeypatch):
    code, out, _ = command("rules", "check", "--lang", "zh", rules(MISTAKEN))
    assert code == 1
    assert "错误：rules.yaml:6:60 unknown-queue 没有队列 feees（是否想写 fees？）" in out
    assert out.endswith("1 个文件：4 个错误，1 个警告\n")
    code, out, _ = command("rules", "check", "--json", "--lang", "zh", rules(MISTAKEN))
    assert [problem["text"] for problem in json.loads(out)][-2:] == ["没有队列 feees", "单字 退 会在许多词里命中"]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    code, _, err = command("rules", "explain", "fee", "--rules", rules(MISTAKEN))
    assert code == 78
    assert err.startswith("switchboard：规则无法使用（全部问题见 switchboard rules check）\n")
    assert "没有词表 mony（还没有定义任何一个）" in err
    code, out, _ = command("rules", "explain", "what a fee", "--rules", rules())
    assert "fee (rules.yaml:6)：命中" in out
    code, out, _ = command("rules", "test", rules(RULES.replace("expect: {queue: fees}", "expect: {queue: general}")))
    assert "queue 应为 general，实为 fees" in out
    assert out.endswith("1 个测试：1 个失败\n")


def test_rules_check_doubts_a_rule_that_is_over(command, rules):
    over = RULES.replace("  - id: fee\n", "  - id: fee\n    until: 2020-02-29 Asia/Shanghai\n")
    code, out, _ = command("rules", "check", rules(over))
    assert code == 0
    assert "over fee has been over since its last day" in out


@pytest.mark.parametrize("said", ["nofile.json", "./nofile", "/no/such", "../x.eml", "rules.yaml"])
def test_a_message_file_that_is_not_there_is_no_text(command, said):
    code, out, err = command("rules", "explain", said)
    assert (code, out) == (2, "")
    assert err.startswith(f"switchboard: {said}: cannot be used (No such file or directory")


@pytest.mark.parametrize(
    "said",
    [
        "/start",
        "https://a.example/x.json",
        "see report.json",
        "yes/no",
        "file.exe",
        "\0/x",
        "a refund, please. " * 40,
        "退款" * 90,
    ],
)
def test_a_text_that_names_no_file_is_judged(command, said):
    assert command("rules", "explain", said)[0] == 0


def test_explain_and_route_judge_a_message_alike(command, rules, tmp_path):
    directory = rules("""\
version: 1
queues: {general: {default: true}}
rules:
  - {id: refund, when: {message.text|has: refund}, then: {tag: refund}}
  - {id: machine, when: {message.is_automatic: true}, then: {tag: machine}}
  - {id: proven, when: {customer.verified: true}, then: {tag: proven}}
  - {id: alarm, when: {message.alarm: true}, then: {tag: alarm}}
  - {id: card, when: {message.findings|has: CARD}, then: {tag: card}}
""")
    quoted = "On Mon, 2 Nov 2026 at 08:00, Shop <shop@example.com> wrote:\n> Your refund for 4111 1111 1111 1111\n"
    mail = {"channel": "email", "visibility": "private", "message_id": "1", "sent_at": "2026-11-02T09:00:00Z"}
    mail |= {"sender": {"id": "ann@example.com"}, "automatic": "auto_reply", "alarm": True}
    file = tmp_path / "mail.json"
    file.write_text(json.dumps(mail | {"text": f"Thanks, that is all.\n\n{quoted}"}))
    routed, told = _both(command, directory, file)
    assert routed == told
    assert (told["tags"], told["urgency"]) == (["machine", "proven", "alarm", "card"], "critical")
    said = command("rules", "explain", "--rules", directory, "--lang", "zh", file)[1].splitlines()
    assert said[0].startswith("结论：critical，队列 general")
    assert said[1].startswith("客户触发了警报")
    file.write_text(json.dumps(mail | {"text": " ", "html": "<p>a <b>ref</b>und</p>"}))
    routed, told = _both(command, directory, file)
    assert routed == told
    assert "refund" in told["tags"]


def _both(command, directory, file):
    (routed_code, routed, _), (told_code, told, _) = (
        command("route", "--rules", directory, file),
        command("rules", "explain", "--json", "--rules", directory, file),
    )
    assert (routed_code, told_code) == (0, 0)
    keys = ("tags", "urgency", "queue", "language")
    return [{key: verdict[key] for key in keys} for verdict in (json.loads(routed), json.loads(told)["verdict"])]
