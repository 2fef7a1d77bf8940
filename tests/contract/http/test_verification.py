"""Identity checks in a running house: begun by an agent, shown on a page, answered by the wallet's back end, once."""

import asyncio
import re

import msgspec
import pytest
import pytest_asyncio

from router.clock import VirtualClock
from router.flow.links import LinkWriter
from router.flow.timers import Timers
from router.flow.verification import Verification
from router.model.signing import signature
from router.model.tables import HookEntry
from router.store import inbox as store_inbox
from router.store.script import fetch
from tests.contract.http.calls import get, path_of, post
from tests.servers.service import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "the wallet's own secret"
CHECKS = """
  ask: {en: "Is it you? {{verify_link}}"}
  known: {en: "We know that it is you."}
webhooks: {wallet: {url: https://wallet.example/hook, secret: file:wallet.secret}}
lifecycle:
  tell: {verifying: ask, verified: known}
  verifying: {webhook: wallet, page: https://wallet.example/login, expires: 10m, attempts: 2, lasts: 1h}
rules:
"""


@pytest_asyncio.fixture(loop_scope="module")
async def checking(house):
    """The house once its rules name a back end."""
    base = house.app._base
    path = base / "rules" / "rules.yaml"
    if "verifying:" not in path.read_text():
        (base / "wallet.secret").write_text(SECRET)
        before = house.app.rulebook.status.version
        path.write_text(RULES.replace("rules:\n", CHECKS.lstrip("\n"), 1))
        async with asyncio.timeout(10):
            while house.app.rulebook.status.version == before:
                await asyncio.sleep(0.05)
    return house


async def begun(house, ticket, status=201):
    return await post(house, path_of(ticket, "/verification"), None, status)


async def answered(house, check, status=200, *, secret=SECRET, at_s=None, **said):
    body = msgspec.json.encode({"attempt": "a1", "result": "passed", "user_id": "u-1"} | said)
    at_s = house.app.clock.now_ms() // 1000 if at_s is None else at_s
    headers = {"Switchboard-Signature": signature(secret.encode(), at_s, body)}
    async with house.stranger.post(f"/api/v1/identity-checks/{check['id']}", data=body, headers=headers) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        return found


def states(ticket):
    return [(e["data"]["state"], e["data"]["why"]) for e in ticket["events"] if e["kind"] == "identity.check"]


async def test_a_check_that_passes_unlocks_for_its_time(checking, told):
    ticket = await told("where is my transfer?", sender={"id": "t-1", "user_id": "u-1", "verified": True})
    assert (ticket["can_verify"], ticket["verification"]) == (True, None)
    check = (await begun(checking, ticket))["check"]
    assert (check["state"], check["attempts_max"]) == ("pending", 2)
    shown = await get(checking, path_of(ticket))
    assert (shown["ticket"]["state"], shown["unlocked_until_ms"]) == ("verifying", None)
    assert (await begun(checking, ticket, 409))["code"] == "check_pending"
    (word,) = [
        row for row in await checking.app.store.read(fetch(HookEntry)) if row.ticket_id == ticket["ticket"]["id"]
    ]
    told_of = msgspec.json.decode(bytes(word.body))
    assert (told_of["type"], told_of["check_id"], told_of["user_ids"]) == ("customer.verify", check["id"], ["u-1"])
    found = await answered(checking, check)
    assert (found["check"]["state"], found["check"]["user_id"]) == ("passed", "u-1")
    assert (await answered(checking, check))["check"] == found["check"], "said twice, it counts once"
    after = await get(checking, path_of(ticket))
    until_ms = after["unlocked_until_ms"]
    assert after["ticket"]["state"] == "open"
    assert 3_590_000 < until_ms - checking.app.clock.now_ms() <= 3_600_000
    assert [m["text"] for m in after["messages"]][-1] == "We know that it is you."
    assert states(after) == [("begun", ""), ("passed", "")]
    trace = await get(checking, f"/api/v1/trace/{ticket['ticket']['number']}")
    assert sum("identity.check by backend" in step["text"] for step in trace["steps"]) == 1


async def link_of(house, ticket):
    app = house.app
    shown = await get(house, path_of(ticket))
    (asked,) = [m for m in shown["messages"] if "{{verify_link}}" in m["text"]]
    message = await app.store.read(store_inbox.message(house.mei.id, asked["id"]))
    writer = LinkWriter(store=app.store, keys=app.keys, page=None, public_url="https://help.example.org/")
    text = await writer.filled(message, message.text)
    return re.search(r"https://help\.example\.org(/verify/\S+)", text)[1]


async def page(house, path, language="en"):
    async with house.stranger.get(path, headers={"Accept-Language": language}) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_the_link_shows_a_page_and_looking_changes_nothing(checking, told):
    ticket = await told("where is my transfer?")
    check = (await begun(checking, ticket))["check"]
    path = await link_of(checking, ticket)
    status, text, headers = await page(checking, path)
    assert status == 200
    assert f'href="https://wallet.example/login?check={check["id"]}"' in text
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "请确认是您本人" in (await page(checking, path, "zh-CN"))[1]
    assert (await get(checking, path_of(ticket)))["verification"]["state"] == "pending"
    for wrong in (path[:-1] + "x", f"/verify/{check['id']}", "/verify/nothing.at-all"):
        status, text, _ = await page(checking, wrong)
        assert (status, "wallet.example" in text) == (410, False)
    await answered(checking, check)
    status, text, _ = await page(checking, path)
    assert (status, "confirmed" in text, "wallet.example" in text) == (200, True, False)


async def test_so_many_failures_end_it_and_a_strangers_account_is_one(checking, told):
    who = {"channel": "telegram", "sender": {"id": "verified one", "user_id": "u-9", "verified": True}}
    ticket = await told("where is my transfer?", **who)
    check = (await begun(checking, ticket))["check"]
    found = await answered(checking, check, attempt="a1", result="failed", user_id=None)
    assert (found["check"]["state"], found["check"]["attempts"]) == ("pending", 1)
    await answered(checking, check, attempt="a1", result="failed", user_id=None)
    found = await answered(checking, check, attempt="a2", user_id="u-1")
    assert (found["check"]["state"], found["check"]["attempts"], found["check"]["user_id"]) == ("failed", 2, None)
    assert (await answered(checking, check, 410, attempt="a3", user_id="u-9"))["code"] == "check_over"
    after = await get(checking, path_of(ticket))
    assert (after["ticket"]["state"], after["unlocked_until_ms"]) == ("open", None)
    assert states(after) == [("begun", ""), ("attempt_failed", "failed"), ("failed", "other_account")]
    again = (await begun(checking, ticket))["check"]
    assert (await answered(checking, again, user_id="u-9"))["check"]["state"] == "passed"


async def test_time_ends_a_check(checking, told):
    ticket = await told("where is my transfer?")
    check = (await begun(checking, ticket))["check"]
    app = checking.app
    clock = VirtualClock(check["expires_at_ms"])
    await Timers(
        store=app.store, bus=app.bus, rulebook=app.rulebook, channels=app.channels, clock=clock, ids=app.ids,
        metrics=app.metrics, log=app.log,
    ).run_due()  # fmt: skip
    after = await get(checking, path_of(ticket))
    assert (after["ticket"]["state"], after["verification"]["state"]) == ("open", "expired")
    assert (await answered(checking, check, 410))["code"] == "check_over"
    assert (await page(checking, await link_of(checking, ticket)))[0] == 410


async def test_of_answers_that_come_at_once_each_counts_once(checking, told):
    ticket = await told("where is my transfer?", sender={"id": "t-2", "user_id": "u-2", "verified": True})
    check = (await begun(checking, ticket))["check"]
    twice = [answered(checking, check, attempt="a1", result="failed", user_id=None) for _ in range(4)]
    found = await asyncio.gather(*twice)
    assert {(each["check"]["state"], each["check"]["attempts"]) for each in found} == {("pending", 1)}
    found = await asyncio.gather(*(answered(checking, check, attempt="a2", user_id="u-2") for _ in range(4)))
    assert {(each["check"]["state"], each["check"]["attempts"]) for each in found} == {("passed", 2)}
    after = await get(checking, path_of(ticket))
    assert states(after) == [("begun", ""), ("attempt_failed", "failed"), ("passed", "")]
    assert [m["text"] for m in after["messages"]].count("We know that it is you.") == 1
    assert (await answered(checking, check, 410, attempt="a3", user_id="u-2"))["code"] == "check_over"


async def test_a_clock_that_was_ahead_and_went_back_ends_what_it_began(checking, told):
    app, ahead = checking.app, VirtualClock(checking.app.clock.now_ms() + 7_200_000)
    ticket = await told("where is my transfer?", sender={"id": "t-3", "user_id": "u-3", "verified": True})
    early = Verification(
        store=app.store, bus=app.bus, channels=app.channels, rulebook=app.rulebook, references=app.references,
        keys=app.keys, clock=ahead, ids=app.ids,
    )  # fmt: skip
    old = {"id": (await early.begin(ticket["ticket"]["id"], checking.mei)).id}
    assert (await page(checking, await link_of(checking, ticket)))[0] == 410
    assert (await answered(checking, old, 410, user_id="u-3"))["code"] == "check_over"
    await post(checking, path_of(ticket, "/state"), {"state": "open"})
    new = (await begun(checking, ticket))["check"]
    # The timer of the old one ends nothing of the new one.
    late = VirtualClock(ahead.now_ms() + 86_400_000)
    timers = Timers(
        store=app.store, bus=app.bus, rulebook=app.rulebook, channels=app.channels, clock=late, ids=app.ids,
        metrics=app.metrics, log=app.log,
    )  # fmt: skip
    assert (await answered(checking, new, user_id="u-3"))["check"]["state"] == "passed"
    await timers.run_due()
    after = await get(checking, path_of(ticket))
    assert [state for state, _ in states(after)] == ["begun", "begun", "passed"]
    assert after["unlocked_until_ms"] is not None


async def test_an_answer_that_comes_in_pieces_is_read_whole(checking, told):
    ticket = await told("where is my transfer?", sender={"id": "t-4", "user_id": "u-4", "verified": True})
    check = (await begun(checking, ticket))["check"]
    body = msgspec.json.encode({"attempt": "a1", "result": "passed", "user_id": "u-4"})
    signed = signature(SECRET.encode(), checking.app.clock.now_ms() // 1000, body)

    async def pieces():
        for piece in (body[:9], body[9:]):
            yield piece
            await asyncio.sleep(0.1)

    path, headers = f"/api/v1/identity-checks/{check['id']}", {"Switchboard-Signature": signed}
    async with checking.stranger.post(path, data=pieces(), headers=headers) as answer:
        assert (answer.status, (await answer.json())["check"]["state"]) == (200, "passed")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"secret": "another secret of somebody"}, 401, "bad_signature"),
        ({"at_s": 1}, 401, "bad_signature"),
        ({"result": "maybe"}, 400, "invalid"),
        ({"attempt": ""}, 400, "invalid"),
        ({"code": "123456"}, 400, "invalid"),
        ({"attempt": "x" * 5_000}, 413, "too_long"),
    ],
)
async def test_what_is_not_the_back_ends_answer_changes_nothing(checking, told, more, status, code):
    ticket = await told("where is my transfer?")
    check = (await begun(checking, ticket))["check"]
    assert (await answered(checking, check, status, **more))["code"] == code
    assert (await get(checking, path_of(ticket)))["verification"]["attempts"] == 0


async def test_not_in_public_and_not_of_what_is_over(checking, told):
    public = await told("where is my transfer?", channel="x", visibility="public")
    assert (await begun(checking, public, 409))["code"] == "public_conversation"
    ticket = await told("where is my transfer?")
    await post(checking, path_of(ticket, "/state"), {"state": "solved"})
    assert (await begun(checking, ticket, 409))["code"] == "bad_transition"
    assert (await answered(checking, {"id": "none"}, 404))["code"] == "not_found"


async def test_a_ticket_that_moved_on_is_left_where_it_is(checking, told):
    who = {"sender": {"id": "t-8", "user_id": "u-8", "verified": True}}
    ticket = await told("where is my transfer?", **who)
    check = (await begun(checking, ticket))["check"]
    await post(checking, path_of(ticket, "/state"), {"state": "solved"})
    await answered(checking, check, user_id="u-8")
    after = await get(checking, path_of(ticket))
    assert after["ticket"]["state"] == "solved"
    assert after["unlocked_until_ms"] is not None


async def test_a_pass_opens_the_account_that_logged_in_and_no_other(checking, told):
    """Whoever is sent a stranger's link, and logs in, opens nothing of theirs to the ticket of that stranger."""
    ticket = await told("where is my transfer?", sender={"id": "nobody's yet"})
    check = (await begun(checking, ticket))["check"]
    assert (await answered(checking, check, user_id="u-70"))["check"]["user_id"] == "u-70"
    assert (await get(checking, path_of(ticket)))["unlocked_until_ms"] is None
    whose = f"/api/v1/contacts/{ticket['contact']['id']}"
    address = {"kind": "user_id", "value": "u-71", "reason": "she told me on the phone"}
    done = await post(checking, f"{whose}/link", address)
    assert (await get(checking, path_of(ticket)))["unlocked_until_ms"] is None
    await post(checking, f"{whose}/undo", {"act": done["act"]["id"], "reason": "it is another one"})
    await post(checking, f"{whose}/link", address | {"value": "u-70"})
    assert (await get(checking, path_of(ticket)))["unlocked_until_ms"] is not None


async def two_matters(told, number):
    who = {"channel": "telegram", "sender": {"id": f"two-{number}", "user_id": f"u-2{number}", "verified": True}}
    first = await told("提现卡住了 200U 订单W20240709-3301", **who)
    second = await told("提现卡住了 350U 订单W20240709-3316", **who)
    assert first["ticket"]["id"] != second["ticket"]["id"]
    return first, second, f"u-2{number}"


async def test_a_check_that_passes_after_a_merge_unlocks_the_ticket_that_remains(checking, told):
    first, second, account = await two_matters(told, 1)
    check = (await begun(checking, second))["check"]
    merged = await post(checking, path_of(second, "/merge"), {"into": first["ticket"]["number"]}, 201)
    await answered(checking, check, user_id=account)
    kept, gone = [await get(checking, path_of(each)) for each in (first, second)]
    assert kept["unlocked_until_ms"] is not None
    assert [m["text"] for m in kept["messages"]][-1] == "We know that it is you."
    assert (gone["ticket"]["state"], gone["messages"], gone["unlocked_until_ms"]) == ("closed", [], None)
    assert states(kept) == [("passed", "")]
    # Taken back, what was proven goes back with the messages, and nobody waits for a check that is over.
    await post(checking, f"/api/v1/regroupings/{merged['id']}/undo")
    kept, back = [await get(checking, path_of(each)) for each in (first, second)]
    assert (back["ticket"]["state"], back["unlocked_until_ms"] is None) == ("open", False)
    assert (kept["ticket"]["state"], kept["unlocked_until_ms"]) == ("new", None)


async def test_a_merge_that_is_taken_back_waits_for_its_check_on(checking, told):
    first, second, account = await two_matters(told, 2)
    check = (await begun(checking, second))["check"]
    merged = await post(checking, path_of(second, "/merge"), {"into": first["ticket"]["number"]}, 201)
    await answered(checking, check, attempt="a1", result="failed", user_id=None)
    await post(checking, f"/api/v1/regroupings/{merged['id']}/undo")
    assert (await get(checking, path_of(second)))["ticket"]["state"] == "verifying"
    await answered(checking, check, attempt="a2", user_id=account)
    kept, back = [await get(checking, path_of(each)) for each in (first, second)]
    assert (back["ticket"]["state"], back["unlocked_until_ms"] is None) == ("open", False)
    assert kept["unlocked_until_ms"] is None
