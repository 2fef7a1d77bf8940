"""Rotas, actions and the context of the back end in rules files: read, checked, named with their mistakes."""

import pytest

from rules.oncall import FALLBACK
from rules.problems import RulesError
from rules.ruleset import load

FILE = """\
version: 1
queues: {general: {default: true}, emergency: {emergency: true}}
webhooks: {pager: {url: "https://pager.example/x", secret: "env:PAGER"}}
lifecycle: {verifying: {webhook: pager}}
oncall:
  nights: {queues: emergency, steps: [{agent: mei, webhook: pager, within: 2m}], repeat: 3}
actions:
  freeze: {name: {en: Freeze, zh: 冻结}, url: "env:U", secret: "env:S", undo: unfreeze}
  unfreeze: {url: "env:U", secret: "env:S"}
context: {url: "env:C", secret: "env:S"}
rules:
  - {id: pressed, when: {message.alarm: true}, then: {propose: freeze}}
tests:
  - {message: {text: help, alarm: true}, expect: {propose: freeze}}
  - {message: help, expect: {propose: none}}
"""


def mistakes(text):
    with pytest.raises(RulesError) as refused:
        load({"rules.yaml": text.encode()})
    return [str(problem).partition(":")[2] for problem in refused.value.problems]


def test_everything_is_read():
    rules = load({"rules.yaml": FILE.encode()})
    assert not rules.run_tests().failures
    assert rules.emergency_queue == "emergency"
    assert (rules.actions["freeze"].approval, rules.actions["freeze"].verified) == (True, False)
    assert rules.actions["freeze"].names["zh"] == "冻结"
    undo = rules.actions["unfreeze"]
    assert (undo.approval, undo.verified, undo.undoes) == (True, True, "freeze")
    assert rules.context.url == "env:C"
    assert rules.proposes
    assert not rules.warnings, "a webhook that only a rota calls is used"


def test_what_needs_a_check_that_nobody_can_pass_is_told():
    doubts = load({"rules.yaml": FILE.replace("lifecycle: {verifying: {webhook: pager}}\n", "").encode()}).warnings
    assert [(each.line, each.text) for each in doubts] == [
        (8, "unfreeze needs an identity check, and nothing can check one"),
        (9, "context needs an identity check, and nothing can check one"),
    ]


def test_chats_are_named_by_id_by_name_or_outside_the_files():
    chats = "[-1001234567890, '@oncall_wallet', 'env:CHAT', 'file:chat']"
    rules = load({"rules.yaml": FILE.replace("agent: mei,", f"telegram: {chats},").encode()})
    pages = rules.rotas["nights"].steps[0].pages
    found = [page.to for page in pages if page.kind == "telegram"]
    assert found == ["-1001234567890", "@oncall_wallet", "env:CHAT", "file:chat"]


def test_logins_are_read_as_people_sign_in_and_a_slip_in_a_step_is_one_mistake():
    rules = load({"rules.yaml": FILE.replace("agent: mei,", "agent: ' Mei',", 1).encode()})
    assert [page.to for page in rules.rotas["nights"].steps[0].pages if page.kind == "agent"] == ["mei"]
    assert len(mistakes(FILE.replace("agent: mei, webhook: pager,", "email: nobody,", 1))) == 1


def test_the_first_rota_that_fits_is_climbed_and_for_a_critical_ticket_somebody_always():
    rules = load({"rules.yaml": FILE.encode()})
    assert rules.rota_for("critical", "emergency").name == "nights"
    assert rules.rota_for("critical", "general") is FALLBACK
    assert rules.rota_for("high", "emergency") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("queues: emergency,", "queues: emergancy,", "unknown-queue there is no queue emergancy"),
        ("webhook: pager, within", "webhook: pgr, within", "unknown-webhook there is no webhook pgr"),
        ("agent: mei, webhook: pager, within: 2m", "agent: mei", "missing the step says no time"),
        ("agent: mei, webhook: pager, ", "", "missing the step pages nobody"),
        ("agent: mei,", "email: nobody,", "value nobody is no mail address"),
        ("agent: mei,", "telegram: [1, oncall],", "value oncall is no chat of Telegram"),
        ("agent: mei,", "telegram: 0012,", "value 0012 is no chat of Telegram"),
        ("within: 2m", "within: 25h", "limit within is longer than a day"),
        ("undo: unfreeze", "undo: melt", "unknown-action there is no action melt"),
        ("undo: unfreeze", "undo: freeze", "value freeze cannot undo freeze"),
        ("unfreeze: {", "unfreeze: {approval: false, ", "value unfreeze undoes freeze: it needs an identity check"),
        ("unfreeze: {", "unfreeze: {verified: no, ", "value unfreeze undoes freeze: it needs an identity check"),
        ("propose: freeze}}", "propose: unfreeze}}", "value no rule proposes unfreeze"),
        ("propose: freeze}}", "propose: frieze}}", "unknown-action there is no action frieze"),
        ('context: {url: "env:C", ', "context: {", "missing the section context says no url"),
        ('secret: "env:S", undo', "secret: hunter2, undo", "value a secret does not stand in rules files"),
        ("general: {default: true}", "general: {default: true, emergency: true}", "duplicate emergency is a second"),
    ],
)
def test_a_mistake_is_named_with_its_place(old, new, told):
    assert old in FILE
    found = mistakes(FILE.replace(old, new, 1))
    assert any(told in line for line in found), found
