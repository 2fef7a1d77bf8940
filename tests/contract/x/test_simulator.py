"""The simulated X is as strict as the real one: what is not signed, known or allowed is refused."""

import json
import ssl
from urllib.parse import quote

import aiohttp
import pytest
from oauthlib.oauth1 import Client as Signer

from connectors.x import hosts
from router.clock import SystemClock
from tests.servers.x_house import ACCESS_SECRET, CONSUMER_SECRET, OWN, account, person

API = "https://api.twitter.com"


@pytest.fixture
async def http(x):
    connector = hosts.connector(f"127.0.0.1:{x.port}", str(x.ca))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


def signer(x, *, consumer=CONSUMER_SECRET, secret=ACCESS_SECRET, **more):
    keys = {"client_secret": consumer, "resource_owner_key": account().token, "resource_owner_secret": secret}
    return Signer(x.doorman.consumer_key, **keys, **more)


async def call(http, by, method, path, body=None, *, header=None):
    url, headers, _ = by.sign(f"{API}{path}", method)
    if header is not None:
        headers = {"Authorization": header}
    data = None if body is None else json.dumps(body).encode()
    async with http.request(method, url, headers=headers, data=data) as answer:
        return answer.status, await answer.json()


async def test_who_signs_is_known_and_a_signature_holds_once(x, http):
    status, told = await call(http, signer(x), "GET", "/2/users/me")
    assert (status, told["data"]["id"]) == (200, OWN)
    once = signer(x, nonce="1234567890", timestamp=str(SystemClock().now_ms() // 1_000))
    assert [(await call(http, once, "GET", "/2/users/me"))[0] for _ in range(2)] == [200, 401]


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer": "another secret of the app"},
        {"secret": "another secret of the account"},
        {"timestamp": "1600000000"},
        {"signature_method": "PLAINTEXT"},
    ],
)
async def test_what_is_signed_wrongly_is_refused(x, http, wrong):
    assert (await call(http, signer(x, **wrong), "GET", "/2/users/me"))[0] == 401


@pytest.mark.parametrize("header", ["", "Bearer x", "OAuth", 'OAuth oauth_consumer_key="x"', "OAuth nonsense"])
async def test_what_is_not_signed_is_refused(x, http, header):
    assert (await call(http, signer(x), "GET", "/2/users/me", header=header))[0] == 401


async def test_the_signature_covers_address_and_parameters(x, http):
    by = signer(x)
    _, headers, _ = by.sign(f"{API}/2/dm_events?max_results=5", "GET")
    async with http.get(f"{API}/2/dm_events?max_results=6", headers=headers) as answer:
        assert answer.status == 401
    _, headers, _ = by.sign(f"{API}/2/dm_events", "GET")
    async with http.get(f"{API}/2/users/me", headers=headers) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/2/nowhere", None, 404),
        ("GET", "/1.1/direct_messages/events/list.json", None, 404),
        ("GET", "/2/dm_events?since_id=1", None, 400),
        ("GET", "/2/dm_events?max_results=1000", None, 400),
        ("GET", f"/2/users/{OWN}/mentions?tweet.fields=secrets", None, 400),
        ("GET", "/2/users/99/mentions", None, 400),
        ("POST", "/2/tweets", {"text": "x" * 281}, 400),
        ("POST", "/2/tweets", {"text": "很" * 141}, 400),
        ("POST", "/2/tweets", {"text": " "}, 400),
        ("POST", "/2/tweets", {"text": "hello", "colour": "red"}, 400),
        ("POST", "/2/tweets", {"text": "hello", "reply": {"in_reply_to_tweet_id": "7"}}, 403),
        ("POST", "/2/tweets", [1], 400),
        ("POST", "/2/dm_conversations/with/99/messages", {"text": "hello"}, 400),
        ("POST", "/2/dm_conversations/15850947567611/messages", {"text": "hello"}, 403),
        ("POST", "/2/dm_conversations/with/2222/messages", {"text": "x" * 10_001}, 400),
        ("POST", "/2/tweets", {"text": "hello", "media": {"media_ids": ["7"]}}, 400),
        ("POST", "/2/tweets", {}, 400),
        ("POST", "/2/dm_conversations/with/2222/messages", {"text": "hello", "attachments": [{"media_id": "7"}]}, 400),
        ("POST", "/2/media/upload", {"media": "?", "media_category": "dm_image", "media_type": "image/png"}, 400),
        ("POST", "/2/media/upload", {"media": "aGk=", "media_category": "dm_image", "media_type": "image/png"}, 400),
        ("DELETE", "/2/tweets/7", None, 404),
        ("PUT", "/2/tweets/7/hidden", {"hidden": True}, 404),
        ("PUT", "/2/tweets/7/hidden", {"hidden": "yes"}, 400),
    ],
)
async def test_what_x_refuses_is_refused(x, http, method, path, body, status):
    person(x, "2222")
    found, told = await call(http, signer(x), method, path, body)
    assert (found, told["status"]) == (status, status)
    assert len(x.refusals) == 1
    assert (x.state.posts, x.state.messages) == ({}, [])


async def test_limits_are_counted_and_told(x, http):
    x.limits["me"] = 2
    answers = [await call(http, signer(x), "GET", "/2/users/me") for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]


async def test_only_its_authority_vouches_for_it(x):
    resolver = hosts.connector(f"127.0.0.1:{x.port}", str(x.ca))
    trusting_others = aiohttp.TCPConnector(resolver=resolver._resolver, ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(connector=trusting_others) as http:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(f"{API}/2/users/me")
    await resolver.close()


async def test_a_challenge_that_is_not_met_leaves_a_webhook_unset(x):
    assert not await x.couriers.register(x.only_account(), f"http://127.0.0.1:{x.port}/{quote('nowhere')}")
    assert not x.only_account().hook.valid


async def test_what_it_knows_outlives_it(tmp_path):
    from connectors.x.simulator import Person, XServer

    for number in range(2):
        async with XServer(SystemClock(), [account()], tmp_path, kept=True) as made:
            assert len(made.state.messages) == number
            await Person(made, "22").write("hello")
