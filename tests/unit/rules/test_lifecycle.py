"""The section `lifecycle`: what it says, and what it answers to mistakes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.lifecycle import Lifecycle, Patience, Span, Unread, Verifying
from rules.problems import RulesError
from rules.ruleset import load
from tests import rulesets

BASE = """\
version: 1
queues: {general: {default: true}}
times: {office: {zone: Europe/Berlin, open: {mon-fri: 09:00-17:00}}}
templates: {gone: {en: Gone}}
webhooks: {app: {url: https://app.example, secret: env:APP}}
"""


def read(section: str, base: str = BASE) -> Lifecycle:
    return load({"a.yaml": f"{base}lifecycle: {section}\n".encode()}).lifecycle


def test_all_of_it():
    found = read(
        "{clock: office, waiting: {remind: 24h, close: 3 working days}, solved: {close: 14d}, tell: {closed: gone}, "
        "silent: [Spam, not ours], unread: {after: 10m, webhook: app}, "
        "verifying: {webhook: app, page: https://app.example/check, expires: 10m, attempts: 5, lasts: 2h}}"
    )
    day_ms = 86_400_000
    assert found == Lifecycle(
        clock="office",
        patience={
            "waiting": Patience(remind=Span(ms=day_ms), close=Span(working_days=3)),
            "solved": Patience(close=Span(ms=14 * day_ms)),
        },
        tell={"closed": "gone"},
        silent=("spam", "not ours"),
        unread=Unread(after_ms=600_000, channels=("webchat",), webhook="app"),
        verifying=Verifying(
            webhook="app", page="https://app.example/check", expires_ms=600_000, attempts=5, lasts_ms=7_200_000
        ),
    )


def test_without_it_nothing_ends_by_itself():
    assert load({"a.yaml": BASE.encode()}).lifecycle == Lifecycle()


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("{waiting: {remind: soon}}", "value"),
        ("{waiting: {close: 0 working days}, clock: office}", "value"),
        ("{waiting: {close: 3 working days}}", "missing"),
        ("{waiting: {close: 3 working days}, clock: offfice}", "unknown-time"),
        ("{waiting: {}}", "missing"),
        ("{solved: {remind: 24h}}", "value"),
        ("{tell: {solvd: gone}}", "unknown-key"),
        ("{tell: {solved: gon}}", "unknown-template"),
        ("{unread: {webhook: app}}", "missing"),
        ("{unread: {after: 10m}}", "missing"),
        ("{unread: {after: 10m, webhook: ap}}", "unknown-webhook"),
        ("{verifying: {page: https://app.example}}", "missing"),
        ("{verifying: {webhook: app, page: http://app.example}}", "value"),
        ("{verifying: {webhook: app, attempts: 99}}", "value"),
        ("{tells: {}}", "unknown-key"),
    ],
)
def test_mistakes(section, code):
    with pytest.raises(RulesError) as caught:
        read(section)
    assert [problem.code for problem in caught.value.problems if problem.severity == "error"] == [code]


def test_a_folder_has_one_and_it_comes_before_the_packs():
    two = {"a.yaml": f"{BASE}lifecycle: {{silent: a}}\n".encode(), "b.yaml": b"version: 1\nlifecycle: {silent: b}\n"}
    with pytest.raises(RulesError) as caught:
        load(two)
    assert [problem.code for problem in caught.value.problems if problem.severity == "error"] == ["duplicate"]
    own = load({"a.yaml": b"version: 1\ninclude: wallet@1\nlifecycle: {silent: mine}\n"})
    assert own.lifecycle == Lifecycle(silent=("mine",))


def test_the_shipped_pack_reminds_after_a_day_and_closes_after_three_working_days():
    shipped = rulesets.shipped()
    waiting = shipped.lifecycle.patience["waiting"]
    assert waiting == Patience(remind=Span(ms=86_400_000), close=Span(working_days=3))
    clock = shipped.times[shipped.lifecycle.clock or ""]

    def at(day: int, month: int = 9) -> int:
        return int(datetime(2026, month, day, 10, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)

    assert waiting.close.after(at(15), clock) == at(18)
    assert waiting.close.after(at(29), clock) == at(9, month=10), "the National Day holidays do not count"


def test_days_keep_their_hour_when_clocks_change():
    office = load({"a.yaml": BASE.encode()}).times["office"]
    berlin = ZoneInfo("Europe/Berlin")
    friday = int(datetime(2026, 10, 23, 10, 30, tzinfo=berlin).timestamp() * 1000)
    monday = int(datetime(2026, 10, 26, 10, 30, tzinfo=berlin).timestamp() * 1000)
    assert office.working_days_after(friday, 1) == monday
