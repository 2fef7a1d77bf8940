"""The simulated Graph API refuses what the real one refuses: else our tests would prove nothing."""

import hashlib
import hmac

import aiohttp
import pytest

from connectors.facebook.simulator import GraphServer
from router.clock import VirtualClock
from tests.servers.facebook_house import APP_SECRET, NOW, PAGE, POST, TOKEN, person, wallet_page

PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
TEXT = {"text": "hi", "metadata": "m"}


async def ask(server, path, body=None, *, token=TOKEN, proof=PROOF, version="v25.0", **query):
    headers = {"Authorization": f"Bearer {token}"}
    asked = {**query, **({"appsecret_proof": proof} if proof else {})}
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"{server.url}/{version}/{path}", params=asked, json=body, headers=headers) as answer,
    ):
        found = await answer.json()
        return found["error"]["code"] if answer.status != 200 else found


async def test_only_who_holds_token_and_secret_is_heard(server):
    assert await ask(server, PAGE, fields="id,name") == {"id": PAGE, "name": "Wallet"}
    assert await ask(server, PAGE, token="EAAnone") == 190
    assert await ask(server, PAGE, proof="") == 100
    assert await ask(server, PAGE, proof="0" * 64) == 100
    assert await ask(server, PAGE, version="v1.0") == 2635
    assert await ask(server, PAGE, access_token=TOKEN) == 100


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"message": TEXT, "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "message": TEXT}, 100),
        ({"recipient": {"id": "4711"}, "message": TEXT, "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "message": {"text": "x" * 2_001}, "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "message": {"text": ""}, "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "sender_action": "typing"}, 100),
        ({"recipient": {"id": "4711"}, "sender_action": "typing_on"}, 100),
        ({"recipient": {"id": "5520931"}, "sender_action": "typing_on", "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "sender_action": "typing_on", "message": TEXT}, 100),
        ({"recipient": {"id": "5520931"}, "message": {**TEXT, "mood": "x"}, "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"id": "5520931"}, "message": TEXT, "messaging_type": "RESPONSE", "notify": 1}, 100),
        ({"recipient": {"id": "5520931"}, "message": TEXT, "messaging_type": "MESSAGE_TAG", "tag": "NEWS"}, 100),
        ({"recipient": {"id": "5520931"}, "message": {"text": "x", "metadata": "m" * 1_001},
          "messaging_type": "RESPONSE"}, 100),
        ({"recipient": {"comment_id": "1001_1"}, "message": TEXT}, 100),
        ({"recipient": {"id": 5520931}, "message": TEXT, "messaging_type": "RESPONSE"}, 100),
    ],
)  # fmt: skip
async def test_a_message_that_facebook_would_not_take_is_not_taken(server, ann, body, code):
    assert await ask(server, f"{PAGE}/messages", body) == code
    assert ann.seen() == []
    assert server.refusals


async def test_windows_close(server, ann):
    answer = {"recipient": {"id": ann.id}, "message": TEXT, "messaging_type": "RESPONSE"}
    tagged = {**answer, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert (await ask(server, f"{PAGE}/messages", answer))["recipient_id"] == ann.id
    server.clock.advance_to(NOW + 24 * 3_600_000)
    assert await ask(server, f"{PAGE}/messages", answer) == 10
    assert (await ask(server, f"{PAGE}/messages", tagged))["recipient_id"] == ann.id
    server.only_page().human_agent = False
    assert await ask(server, f"{PAGE}/messages", tagged) == 10
    server.only_page().human_agent = True
    server.clock.advance_to(NOW + 7 * 24 * 3_600_000)
    assert await ask(server, f"{PAGE}/messages", tagged) == 10


async def test_a_private_reply_is_one_and_opens_no_window(server):
    ben = person(server, "77", "Ben Ng")
    said = ben.compose_comment("hello", POST)
    reply = {"recipient": {"comment_id": said.id}, "message": TEXT}
    assert (await ask(server, f"{PAGE}/messages", reply))["recipient_id"] == "77"
    assert await ask(server, f"{PAGE}/messages", reply) == 10900
    answer = {"recipient": {"id": "77"}, "message": TEXT, "messaging_type": "RESPONSE"}
    assert await ask(server, f"{PAGE}/messages", answer) == 100, "only when they answer may one go on"


async def test_comments_are_strict_too(server, ann):
    said = ann.compose_comment("hello", POST)
    assert await ask(server, f"{said.id}/comments", {"message": " "}) == 100
    assert await ask(server, f"{said.id}/comments", {"text": "x"}) == 100
    assert await ask(server, "1001_99/comments", {"message": "x"}) == 100
    assert await ask(server, said.id, {"is_hidden": "yes"}) == 100
    assert await ask(server, f"{PAGE}/nothing", {}) == 2500
    assert await ask(server, "4711", fields="first_name,last_name") == 100


async def test_what_it_knows_survives_a_kill(tmp_path):
    server = GraphServer(VirtualClock(NOW), [wallet_page()], directory=tmp_path)
    ann = person(server)
    await ann.write("hello")
    said = await ann.comment("in public", POST)
    again = GraphServer(VirtualClock(NOW), [wallet_page()], directory=tmp_path)
    page = again.only_page()
    assert [one.text for one in page.people[ann.id].messages] == ["hello"]
    assert page.comments[said.id].message == "in public"
    assert len(page.pending) == 2
