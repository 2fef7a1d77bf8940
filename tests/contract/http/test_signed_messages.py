"""Messages that a program signs instead of keeping a token: the same ones, believed for five minutes."""

import json
import time

import pytest

from router.model.signing import signature
from tests.contract.http.calls import SIGNED, assert_problem, decided, message, ticket_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/channels/api/signed/messages"


async def posted(house, body, status, *, secret=SIGNED, late_s=0, signed=None):
    header = signature(secret.encode(), int(time.time()) - late_s, signed or body)
    async with house.program.post(PATH, data=body, headers={"Switchboard-Signature": header}) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        if status >= 400:
            assert_problem(answer, found, status)
        return found


async def test_what_is_signed_is_taken_once_and_answered_like_the_other_way_in(house):
    one, other = message("我的提现没有到账", channel="line"), message(channel="telegram")
    body = json.dumps([one, other]).encode()
    results = (await posted(house, body, 202))["results"]
    assert [r["status"] for r in results] == ["accepted", "rejected"]
    assert "the sender may not speak for 'telegram'; it may for: line" in results[1]["error"]
    again = (await posted(house, json.dumps(one).encode(), 202))["results"]
    assert [r["status"] for r in again] == ["duplicate"]
    await decided(house.app)
    assert len(await house.app.store.read(ticket_of(one["message_id"]))) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"secret": "another secret, quite another"}, "does not fit"),
        ({"signed": b"[]"}, "does not fit"),
        ({"late_s": 301}, "of another time"),
        ({"late_s": -301}, "of another time"),
    ],
)
async def test_what_is_not_signed_now_and_by_its_program_is_refused(house, how, said):
    body = json.dumps(message(channel="line")).encode()
    assert said in (await posted(house, body, 401, **how))["detail"]


@pytest.mark.parametrize("header", ["", "t=1,v1=", "t=1", "v1=" + "0" * 64, "t=é,v1=" + "0" * 64])
async def test_a_header_that_is_no_signature_is_refused(house, header):
    async with house.program.post(PATH, data=b"{}", headers={"Switchboard-Signature": header}) as answer:
        assert_problem(answer, await answer.json(content_type=None), 401)


async def test_an_account_without_a_secret_has_no_such_address(house):
    async with house.program.post("/channels/api/silent/messages", data=b"{}") as answer:
        assert answer.status == 404


async def test_what_is_no_batch_is_told(house):
    assert (await posted(house, b"hello", 400))["code"] == "invalid_json"
    assert (await posted(house, b'{"channel": "line"}', 422))["results"][0]["status"] == "rejected"
