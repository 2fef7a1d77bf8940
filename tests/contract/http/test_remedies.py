"""Freezing an account, over the API and a strict back end: proposed, agreed to by another person, done once, undone."""

import asyncio

import msgspec
import pytest

from router.clock import VirtualClock
from router.core.remedies import ATTEMPTS_MAX
from router.flow.context import TIMEOUT_S
from router.flow.signed import SignedCalls
from router.model.limits import SEND_LEASE_MS
from router.store import actions as store_actions
from tests.contract.http.calls import get, path_of, post
from tests.contract.http.wallet import actions_of, of, proposed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_second_person_agrees_and_the_account_is_frozen_once(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-1")
    own = await post(house, f"/api/v1/actions/{action}/approve", {}, 403)
    assert own["code"] == "own_proposal"
    await backend.work()
    assert backend.wallet.done == []
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    await backend.work(2)
    assert backend.wallet.accounts["u-1"]["state"] == "frozen"
    assert [(call.id, call.account) for call in backend.wallet.done] == [(action, "u-1")]
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["outcome"], row["attempts"]) == ("done", "frozen", 1)
    assert (row["proposed_by_name"], row["decided_by_name"]) == ("Mei", "Li")
    kinds = [e["kind"] for e in (await get(house, path_of(ticket)))["events"] if e["kind"].startswith("action.")]
    assert kinds == ["action.proposed", "action.approved", "action.state"]
    late = await post(house, f"/api/v1/actions/{action}/approve", {}, 409, session=li.session)
    assert late["code"] == "not_proposed"
    again = await post(house, path_of(ticket, "/actions"), {"action": "freeze-account"}, 409)
    assert again["code"] == "already_done"


async def test_undoing_needs_two_people_and_a_passed_check(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-2")
    early = await post(house, path_of(ticket, "/actions"), {"action": "unfreeze-account"}, 409)
    assert early["code"] == "nothing_to_undo"
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    await backend.work()
    locked = await post(house, path_of(ticket, "/actions"), {"action": "unfreeze-account"}, 403)
    assert locked["code"] == "not_verified"
    await backend.verify(ticket, "u-2")
    undo = await post(house, path_of(ticket, "/actions"), {"action": "unfreeze-account"}, 201)
    assert (await post(house, f"/api/v1/actions/{undo['id']}/approve", {}, 403))["code"] == "own_proposal"
    await post(house, f"/api/v1/actions/{undo['id']}/approve", {}, session=li.session)
    await backend.work()
    assert backend.wallet.accounts["u-2"]["state"] == "active"
    assert [(r["action"], r["state"]) for r in await actions_of(house, ticket)] == [
        ("unfreeze-account", "done"),
        ("freeze-account", "undone"),
    ]
    # And once more round: what was undone can be done again.
    await post(house, path_of(ticket, "/actions"), {"action": "freeze-account"}, 201)


async def test_who_is_not_proven_has_no_account(house, told, backend):
    ticket = await told("freeze u-9!", sender={"id": "stranger", "user_id": "u-9"})
    refused = await post(house, path_of(ticket, "/actions"), {"action": "freeze-account"}, 422)
    assert refused["code"] == "no_account"
    assert (await post(house, path_of(ticket, "/actions"), {"action": "nix"}, 422))["code"] == "no_such_action"


async def test_a_rule_proposes_once_however_often_the_alarm_is_pressed(house, told, backend, li):
    backend.wallet.open("u-3")
    first = await told("help", alarm=True, **of("u-3"))
    again = await told("help!", alarm=True, **of("u-3"))
    assert first["ticket"]["number"] == again["ticket"]["number"]
    (row,) = await actions_of(house, first)
    assert (row["state"], row["proposed_by"]) == ("proposed", "rule:pressed")
    acts = again["messages"][-1]["why"]["acts"]
    assert [(a["kind"], a["outcome"], a["detail"]) for a in acts] == [("propose", "impossible", "already_proposed")]
    await post(house, f"/api/v1/actions/{row['id']}/approve", {})  # a person, and not the proposer
    await backend.work()
    assert backend.wallet.accounts["u-3"]["state"] == "frozen"


async def test_declined_it_is_not_done(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-4")
    await post(house, f"/api/v1/actions/{action}/decline", {}, session=li.session)
    await backend.work()
    assert (await actions_of(house, ticket))[0]["state"] == "declined"
    assert "u-4" not in [call.account for call in backend.wallet.done]


@pytest.mark.parametrize(("faults", "attempts"), [(["503", "500"], 3), (["lost"], 2), (["lost", "503", "lost"], 4)])
async def test_faults_of_the_back_end_never_do_it_twice(house, told, backend, li, faults, attempts):
    user = f"f-{len(faults)}-{attempts}"
    ticket, action = await proposed(house, told, backend, user)
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    backend.wallet.faults += faults
    await backend.work(attempts + 1)
    assert [call.account for call in backend.wallet.done].count(user) == 1
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["attempts"], row["error"]) == ("done", attempts, None)


async def test_word_of_a_check_that_is_lost_on_the_way_asks_the_customer_once(house, told, backend, li):
    ticket = await told("open my account", **of("v-1"))
    backend.wallet.faults += ["lost", "503"]
    check = (await post(house, path_of(ticket, "/verification"), None, 201))["check"]
    for _ in range(3):
        await backend.hooks.run_once()
        backend.hooks._clock.advance_to(backend.hooks._clock.now_ms() + 400_000)
    assert (backend.wallet.asked, list(backend.wallet.checks)) == (3, [check["id"]])
    answers = await asyncio.gather(*(backend.wallet.answer(check["id"], "v-1") for _ in range(3)))
    assert answers == [200, 200, 200]
    shown = await get(house, path_of(ticket))
    assert [e["data"]["state"] for e in shown["events"] if e["kind"] == "identity.check"] == ["begun", "passed"]


async def test_what_a_rule_does_by_itself_waits_for_a_check_too(house, told, backend):
    backend.wallet.open("u-11")
    ticket = await told("do it at once", **of("u-11"))
    acts = ticket["messages"][0]["why"]["acts"]
    assert [(act["outcome"], act["detail"]) for act in acts] == [("impossible", "not_verified")]
    await backend.verify(ticket, "u-11")
    again = await told("now do it at once", **of("u-11"))
    assert [act["outcome"] for act in again["messages"][-1]["why"]["acts"]] == ["done"]
    await backend.work()
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["error"]) == ("failed", "the back end answered 422: unknown_action"), "it was asked"


async def test_of_two_who_agree_at_once_one_does(house, told, backend, li):
    backend.wallet.open("u-8")
    ticket = await told("help", alarm=True, **of("u-8"))
    (row,) = await actions_of(house, ticket)

    async def agree(session):
        async with session.post(f"/api/v1/actions/{row['id']}/approve", json={}) as answer:
            return answer.status

    assert sorted(await asyncio.gather(agree(house.agent), agree(li.session))) == [200, 409]
    await backend.work(2)
    assert [call.account for call in backend.wallet.done] == ["u-8"]


async def test_a_clock_that_goes_back_holds_up_no_freezing(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-10")
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    backend.wallet.faults.append("503")
    ahead = VirtualClock(backend.clock.now_ms() + 86_400_000)
    backend.worker._clock = ahead
    await backend.worker.run_once()
    assert backend.wallet.done == []
    backend.worker._clock = backend.clock
    await backend.work()
    assert [call.id for call in backend.wallet.done] == [action]
    assert (await actions_of(house, ticket))[0]["state"] == "done"


async def test_a_worker_killed_while_it_asked_is_followed_by_one_under_the_same_key(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-5")
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    now_ms = backend.clock.now_ms()
    dead = await house.app.store.write(store_actions.claim(now_ms=now_ms, lease_ms=SEND_LEASE_MS, limit=9))
    assert action in [item.entry.id for item in dead]
    await backend.worker.run_once()
    assert backend.wallet.done == []
    backend.clock.advance_to(now_ms + SEND_LEASE_MS)
    await backend.work()
    assert [call.id for call in backend.wallet.done] == [action]
    assert (await actions_of(house, ticket))[0]["attempts"] == 2


async def test_what_the_back_end_refuses_fails_with_its_word_and_may_be_tried_again(house, told, backend, li):
    ticket = await told("somebody is at my money", **of("unknown"))
    made = await post(house, path_of(ticket, "/actions"), {"action": "freeze-account"}, 201)
    await post(house, f"/api/v1/actions/{made['id']}/approve", {}, session=li.session)
    await backend.work()
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["error"]) == ("failed", "the back end answered 422: unknown_account")
    backend.wallet.open("unknown")
    await post(house, f"/api/v1/actions/{made['id']}/retry", {})
    await backend.work()
    # The back end remembers what it answered under this key.
    assert (await actions_of(house, ticket))[0]["state"] == "failed"


async def test_an_outage_ends_in_a_named_failure(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "u-6")
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    backend.wallet.faults += ["503"] * ATTEMPTS_MAX
    await backend.work(ATTEMPTS_MAX + 1)
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["attempts"]) == ("failed", ATTEMPTS_MAX)
    await post(house, f"/api/v1/actions/{action}/retry", {})
    await backend.work()
    assert (await actions_of(house, ticket))[0]["state"] == "done"


async def test_a_wrong_secret_does_nothing(house, told, backend):
    ticket, _ = await proposed(house, told, backend, "u-7", "wrong-secret")
    await backend.work()
    assert backend.wallet.refused == ["signature_wrong"]
    assert backend.wallet.done == []
    assert (await actions_of(house, ticket))[0]["error"] == "the back end answered 401: signature_wrong"


async def test_an_address_that_cannot_be_fails_by_name_and_holds_up_nothing(house, told, backend):
    ticket, _ = await proposed(house, told, backend, "n-1", "nowhere")
    other, _ = await proposed(house, told, backend, "n-2", "at-once")
    await backend.work()
    (row,), (done,) = await actions_of(house, ticket), await actions_of(house, other)
    assert (row["state"], row["attempts"], row["error"]) == ("failed", 1, "its url is no address")
    assert done["attempts"] == 1


async def test_an_error_that_nobody_foresaw_is_one_attempt(house, told, backend, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("what nobody foresaw")

    ticket, _ = await proposed(house, told, backend, "n-3", "wrong-secret")
    with monkeypatch.context() as broken_now:
        broken_now.setattr(SignedCalls, "post", broken)
        await backend.work()
    (row,) = await actions_of(house, ticket)
    assert (row["state"], row["attempts"], row["error"]) == ("queued", 1, "the call failed: RuntimeError")
    await backend.work()
    assert (await actions_of(house, ticket))[0]["state"] == "failed", "asked again: the secret is wrong"


async def test_the_context_is_for_who_passed_a_check_and_each_read_is_noted(house, told, backend):
    backend.wallet.open("c-1")
    ticket = await told("what do you know?", **of("c-1"))
    ticket_id = ticket["ticket"]["id"]
    assert (await backend.context.read(ticket_id, house.mei)).state == "not_verified"
    assert backend.wallet.asked == 0
    await backend.verify(ticket, "c-1")
    known = await backend.context.read(ticket_id, house.mei)
    assert (known.state, known.account["state"], len(known.transactions)) == ("ok", "active", 2)
    asked = await backend.context.read(ticket_id, house.mei, "0x" + "ab" * 32)
    assert asked.transaction["status"] == "pending"
    reads = [e for e in (await get(house, path_of(ticket)))["events"] if e["kind"] == "context.read"]
    assert [(e["actor_name"], e["data"]) for e in reads] == [
        ("Mei", {"what": "account"}),
        ("Mei", {"what": "transaction"}),
    ]
    stranger = await told("and of me?")
    assert (await backend.context.read(stranger["ticket"]["id"], house.mei)).state == "no_account"
    assert (await get(house, path_of(stranger, "/context")))["state"] == "no_account"
    bad = await get(house, path_of(ticket, "/context"), 422, params={"hash": "../etc"})
    assert bad["code"] == "bad_hash"


@pytest.mark.parametrize(
    ("fault", "state", "detail"),
    [("500", "error", "the back end answered 500"), ("slow", "timeout", "no answer"), ("lost", "ok", "")],
)
async def test_a_back_end_in_trouble_is_told_plainly(house, told, backend, fault, state, detail):
    assert TIMEOUT_S == 2.0
    backend.wallet.open("c-2")
    ticket = await told("what do you know?", **of("c-2"))
    await backend.verify(ticket, "c-2")
    backend.wallet.faults.append(fault)
    known = await backend.context.read(ticket["ticket"]["id"], house.mei)
    assert known.state == state
    assert known.detail.startswith(detail)
    assert msgspec.json.encode(known)
