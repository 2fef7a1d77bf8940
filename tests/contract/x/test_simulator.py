"""The simulated X is as strict as the real one: what is not signed, known or allowed is refused."""

import json
import ssl
from base64 import b64encode
from urllib.parse import quote

import aiohttp
import pytest
from oauthlib.oauth1 import Client as Signer

from connectors.x import hosts
from router.clock import SystemClock
from tests.servers.x_house import ACCESS_SECRET, CONSUMER_SECRET, OWN, account, person

API = "https://api.twitter.com"
FILM = (b"\0\0\0\x0cftypmp42", b"\0\0\0\x08moov")


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


def begun(kind, category, size=2):
    return {"media_type": kind, "media_category": category, "total_bytes": size}


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
        ("POST", "/2/media/upload", {"media": "aGk=", "media_category": "dm_image", "media_type": "image/png"}, 404),
        ("POST", "/2/media/upload/initialize", {"media_category": "dm_image", "media_type": "image/png"}, 400),
        ("POST", "/2/media/upload/initialize", begun("image/gif", "dm_image"), 400),
        ("POST", "/2/media/upload/initialize", begun("image/gif", "tweet_video"), 400),
        ("POST", "/2/media/upload/initialize", begun("video/webm", "tweet_video"), 400),
        ("POST", "/2/media/upload/initialize", begun("image/png", "subtitles"), 400),
        ("POST", "/2/media/upload/initialize", begun("image/gif", "dm_gif", 15_728_641), 400),
        ("POST", "/2/media/upload/initialize", begun("image/png", "dm_image", 5_242_881), 400),
        ("POST", "/2/media/upload/initialize", {**begun("image/png", "dm_image"), "command": "INIT"}, 400),
        ("POST", "/2/media/upload/7/append", {"media": "aGk=", "segment_index": 0}, 400),
        ("POST", "/2/media/upload/7/finalize", None, 400),
        ("GET", "/2/media/upload?command=STATUS&media_id=7", None, 400),
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


async def test_an_upload_keeps_to_its_order_its_size_its_owner_and_its_use(x, http):
    by = signer(x)

    async def told(method, path, body=None):
        status, found = await call(http, by, method, f"/2/media/upload{path}", body)
        return found["data"] if status in {200, 201} else found["detail"]

    session = await told("POST", "/initialize", begun("video/mp4", "tweet_video", 20))
    film, invalid = session["id"], "Your media IDs are invalid."
    first, second = ({"media": b64encode(half).decode(), "segment_index": n} for n, half in enumerate(FILM))
    assert await told("POST", f"/{film}/append", second) == "segment_index: 1 is out of order; the next one is 0"
    assert await told("POST", f"/{film}/append", first) == await told("POST", f"/{film}/append", first), "again"
    assert await told("POST", f"/{film}/finalize") == "Segments do not add up to provided total file size."
    await told("POST", f"/{film}/append", second)
    more = {**second, "segment_index": 2}
    assert await told("POST", f"/{film}/append", more) == "More bytes than were announced."
    assert (await told("POST", f"/{film}/finalize"))["processing_info"] == {"state": "pending", "check_after_secs": 1}
    assert await told("POST", f"/{film}/append", second) == "The session is closed."
    assert await told("POST", f"/{film}/finalize") == "The session is closed."
    _, early = await call(http, by, "POST", "/2/tweets", {"text": "see", "media": {"media_ids": [film]}})
    assert early["detail"] == invalid
    asked = f"?command=STATUS&media_id={film}"
    assert (await told("GET", asked))["processing_info"] == {"state": "succeeded"}
    message = {"text": "see", "attachments": [{"media_id": film}]}
    person(x, "2222")
    _, elsewhere = await call(http, by, "POST", "/2/dm_conversations/with/2222/messages", message)
    assert elsewhere["detail"] == invalid, "it was uploaded for a post"
    picture = (await told("POST", "/initialize", begun("image/png", "tweet_image", 8)))["id"]
    await told("POST", f"/{picture}/append", {"media": b64encode(b"\x89PNG\r\n\x1a\n").decode(), "segment_index": 0})
    assert "processing_info" not in await told("POST", f"/{picture}/finalize")
    _, mixed = await call(http, by, "POST", "/2/tweets", {"text": "see", "media": {"media_ids": [film, picture]}})
    assert mixed["detail"].startswith("A Tweet has at most four photos, or one GIF, or one video")
    status, _ = await call(http, by, "POST", "/2/tweets", {"text": "see", "media": {"media_ids": [film]}})
    assert status == 201
    _, again = await call(http, by, "POST", "/2/tweets", {"text": "look", "media": {"media_ids": [film]}})
    assert again["detail"] == invalid, "used once"
    x.uploads.expire()
    _, late = await call(http, by, "POST", "/2/tweets", {"text": "look", "media": {"media_ids": [picture]}})
    assert late["detail"] == invalid


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
