"""The API channel: what comes in means what the contract says; what goes out is signed, once, and honest."""

import asyncio
import contextlib
import json

import msgspec
import pytest
from aiohttp import web

from connectors.api.manifest import MANIFEST, Settings
from connectors.api.simulator import Fault, WebhookReceiver
from router.config import ChannelConfig
from router.connector import (
    AuthFailed,
    Outbound,
    OutboundAttachment,
    RawEvent,
    Rejected,
    Retry,
    Sent,
    Unknown,
)
from router.discovery import settings_of
from router.model.capabilities import Edits, Reactions
from router.model.errors import ConfigError, InvalidMessage
from router.model.signing import signature
from tests.servers.chat_house import ChatHouse

SECRET = "a webhook secret of some length"


@pytest.fixture
async def house():
    return ChatHouse()


@pytest.fixture
async def receiver(house):
    return WebhookReceiver(SECRET.encode(), house.clock)


@pytest.fixture
async def connect(house, receiver):
    """`await connect()` gives a connector whose webhook is the receiver."""
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    async with contextlib.AsyncExitStack() as stack:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook"

        def made(**settings):
            found = {"webhook_url": url, "webhook_secret": SECRET} | settings
            connector = MANIFEST.create(configured(found), house.context("http://127.0.0.1"))
            stack.push_async_callback(connector.close)
            return connector

        yield made


def configured(found: dict[str, object]) -> msgspec.Struct:
    return settings_of(MANIFEST, ChannelConfig(kind="api", settings=found))


def outbound(**changes) -> Outbound:
    found = {
        "id": "o1",
        "key": "key-1",
        "message_id": "m1",
        "channel": "telegram",
        "account": "default",
        "thread": "th",
        "to": "5551",
        "visibility": "private",
        "text": "你好 hello",
        "in_reply_to": "in-1",
        "author_name": "Mei",
        "created_at_ms": 5,
    }
    return Outbound(**found | changes)


async def test_a_reply_arrives_signed_whole_and_once(connect, receiver):
    connector = connect()
    reply = outbound(attachments=(OutboundAttachment(name="a.txt", content_type="text/plain", data=b"abc"),))
    assert await connector.send(reply) == Sent(provider_id="r-1")
    assert await connector.send(reply) == Sent(provider_id="r-1")
    assert receiver.refusals == []
    assert receiver.calls == 2
    ((key, taken),) = receiver.taken.items()
    assert key == "key-1"
    assert json.loads(msgspec.json.encode(taken)) == {
        "type": "message",
        "channel": "telegram",
        "account": "default",
        "conversation": "th",
        "message_id": "m1",
        "to": "5551",
        "visibility": "private",
        "subject": None,
        "text": "你好 hello",
        "in_reply_to": "in-1",
        "author_name": "Mei",
        "automatic": False,
        "attachments": [{"name": "a.txt", "content_type": "text/plain", "size": 3, "data": "YWJj"}],
        "created_at_ms": 5,
    }


def test_the_signature_is_what_the_contract_says():
    # Computed with: printf '%s' '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    expected = "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
    assert signature(b"secret", 1_700_000_000, b'{"a":1}') == expected


async def test_a_wrong_secret_pauses_the_channel(connect, receiver):
    connector = connect(webhook_secret="another secret, quite wrong")
    outcome = await connector.send(outbound())
    assert isinstance(outcome, AuthFailed)
    assert receiver.refusals == ["the signature does not fit the body"]
    assert connector.health().state == "auth_failed"
    assert not receiver.taken


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(status=429, headers={"Retry-After": "7"}), Retry(reason="the webhook answered 429", after_s=7.0)),
        (Fault(status=429), Retry(reason="the webhook answered 429")),
        (
            Fault(status=429, headers={"Retry-After": "999999"}),
            Retry(reason="the webhook answered 429", after_s=3600.0),
        ),
        (
            Fault(status=429, headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}),
            Retry(reason="the webhook answered 429"),
        ),
        (Fault(status=503, headers={"Retry-After": "2"}), Retry(reason="the webhook answered 503", after_s=2.0)),
        (Fault(status=500, body=b"<html>oops"), Retry(reason="the webhook answered 500")),
        (Fault(status=502), Retry(reason="the webhook answered 502")),
        (Fault(status=400), Rejected(reason="the webhook answered 400")),
        (Fault(status=404), Rejected(reason="the webhook answered 404")),
        (Fault(status=410), Rejected(reason="the webhook answered 410")),
        (Fault(status=204), Sent()),
        (Fault(status=200, body=b"OK"), Sent()),
        (Fault(status=200, body=b"[" * 60_000), Sent()),
        (Fault(status=200, body=b'{"id":' + b'"x' * 1_000_000), Sent()),
        (Fault(status=201, body=b'{"id":12345}'), Sent(provider_id="12345")),
        (Fault(status=200, body=b'{"id":true}'), Sent()),
        (Fault(status=200, body=json.dumps({"id": "x" * 999}).encode()), Sent()),
    ],
)
async def test_every_answer_has_its_outcome(connect, receiver, fault, outcome):
    receiver.faults.append(fault)
    assert await connect().send(outbound()) == outcome


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_told_as_such(connect, receiver, status):
    receiver.faults.append(Fault(status=status))
    assert isinstance(await connect().send(outbound()), AuthFailed)


async def test_redirects_are_not_followed(connect, receiver):
    receiver.faults.append(Fault(status=307, headers={"Location": "/hook"}))
    outcome = await connect().send(outbound())
    assert isinstance(outcome, Rejected)
    assert "redirects" in outcome.reason
    assert receiver.calls == 1


async def test_a_lost_answer_is_unknown_and_a_repetition_arrives_once(connect, receiver):
    connector = connect()
    receiver.faults.append(Fault(take=True, cut=True))
    assert isinstance(await connector.send(outbound()), Unknown)
    assert connector.health().state == "retrying"
    assert isinstance(await connector.reconcile(outbound()), Unknown)
    assert MANIFEST.capabilities.idempotent_send
    assert await connector.send(outbound()) == Sent(provider_id="r-1")
    assert len(receiver.taken) == 1
    assert connector.health().state == "ok"


async def test_nobody_listening_is_surely_not_delivered(connect):
    connector = connect(webhook_url="http://127.0.0.1:1/hook")
    outcome = await connector.send(outbound())
    assert isinstance(outcome, Retry)
    assert (await connector.check()).state == "retrying"


async def test_an_answer_that_never_comes_is_unknown(connect):
    held = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connector = connect(webhook_url=f"http://127.0.0.1:{port}/hook", webhook_timeout_s=0.2)
    assert isinstance(await connector.send(outbound()), Unknown)
    held.set()
    server.close()


async def test_without_a_webhook_replies_are_rejected_with_the_reason(house):
    connector = MANIFEST.create(Settings(), house.context("http://127.0.0.1"))
    outcome = await connector.send(outbound())
    assert isinstance(outcome, Rejected)
    assert "webhook_url" in outcome.reason
    assert "webhook_url" in connector.health().detail
    await connector.close()


async def test_it_waits_and_goes_when_told(connect, house):
    connector = connect()
    assert list(connector.routes(house)) == []
    running = asyncio.create_task(connector.run(house))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"webhook_url": "https://a.example/h"}, "go together"),
        ({"webhook_secret": SECRET}, "go together"),
        ({"webhook_url": "http://a.example/h", "webhook_secret": SECRET}, "https"),
        ({"webhook_url": "ftp://a.example", "webhook_secret": SECRET}, "webhook_url"),
        ({"webhook_url": "https://a.example", "webhook_secret": "short"}, "webhook_secret"),
        ({"kinds": ["X Y"]}, "kinds"),
        ({"kinds": ["x"], "inbound_secret": "short"}, "inbound_secret"),
        ({"inbound_secret": SECRET}, "kinds"),
        ({"webhook": 1}, "webhook"),
        ({"webhook_timeout_s": 0}, "webhook_timeout_s"),
    ],
)
def test_bad_settings_are_named(settings, named):
    with pytest.raises(ConfigError, match=named):
        configured(settings)


def test_settings_never_print_their_secret():
    assert SECRET not in repr(configured({"webhook_url": "https://a.example/h", "webhook_secret": SECRET}))


def test_an_account_carries_replies_of_the_kinds_it_speaks_for_if_it_has_a_webhook():
    silent = MANIFEST.configured(configured({"kinds": ["x", "facebook"]}))
    assert (silent.speaks_for, silent.can_send) == (("x", "facebook"), False)
    speaking = MANIFEST.configured(configured({"webhook_url": "https://a.example/h", "webhook_secret": SECRET}))
    assert (speaking.speaks_for, speaking.can_send) == ((), True)


async def test_who_deletes_posts_is_asked_to_delete_our_answer_by_the_id_it_gave(connect, receiver):
    assert not MANIFEST.configured(configured({})).takes_back
    assert MANIFEST.configured(configured({"moderates": ["hide", "delete"]})).takes_back
    connector = connect(moderates=["hide", "delete"])
    sent = await connector.send(outbound(visibility="public"))
    assert sent.provider_id is not None
    gone = outbound(key="key-2", action="delete", visibility="public", text="", target_id=sent.provider_id)
    assert isinstance(await connector.send(gone), Sent)
    (deletion,) = receiver.moderated.values()
    assert deletion.target_id == sent.provider_id


async def test_who_edits_is_told_the_new_text_of_an_answer_by_the_id_it_gave(connect, receiver):
    assert MANIFEST.configured(configured({})).edits is None
    assert MANIFEST.configured(configured({"edits": True})).edits == Edits()
    connector = connect(edits=True)
    sent = await connector.send(outbound(text="On Monday."))
    edit = outbound(key="key-2", action="edit", text="On Tuesday.", target_id=sent.provider_id)
    receiver.faults.append(Fault(take=True, cut=True))
    assert isinstance(await connector.send(edit), Unknown)
    assert isinstance(await connector.send(edit), Sent)
    assert [one.text for one in receiver.taken.values()] == ["On Tuesday."]
    assert len(receiver.moderated) == 1
    unknown = outbound(key="key-3", action="edit", text="x", target_id="r-9")
    assert await connector.send(unknown) == Rejected(reason="the webhook answered 404")


async def test_who_takes_reactions_is_told_the_emoji_and_that_it_was_taken_off(connect, receiver):
    assert MANIFEST.configured(configured({})).reactions is None
    assert MANIFEST.configured(configured({"reactions": ["👍"]})).reactions == Reactions(emoji=("👍",))
    connector = connect(reactions=["👍"])
    for emoji in ("👍", ""):
        asked = outbound(key=f"key-{emoji}", action="react", text=emoji, target_id="m-1")
        assert isinstance(await connector.send(asked), Sent)
    assert [(one.target_id, one.emoji) for one in receiver.moderated.values()] == [("m-1", "👍"), ("m-1", "")]


def raw(meta=None, **changes) -> RawEvent:
    found = {
        "channel": "x",
        "message_id": "1",
        "visibility": "public",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "77"},
        "text": "hi",
    }
    return RawEvent(body=json.dumps(found | changes).encode(), meta=meta or {})


def test_what_comes_in_names_its_own_channel_and_account():
    (event,) = MANIFEST.parse(raw(account="main"), "ignored")
    assert (event.channel, event.account, event.text) == ("x", "main", "hi")
    (event,) = MANIFEST.parse(raw(), "ignored")
    assert event.account == "default"


def test_a_token_speaks_for_its_kinds_only():
    assert MANIFEST.parse(raw({"kinds": "facebook,x"}), "a")
    for kinds in ("facebook", "", "xx"):
        with pytest.raises(InvalidMessage, match="may not speak for 'x'") as caught:
            MANIFEST.parse(raw({"kinds": kinds}), "a")
        assert caught.value.field == "channel"


def test_what_breaks_the_contract_is_named():
    with pytest.raises(InvalidMessage, match=r"sender\.id"):
        MANIFEST.parse(raw(sender={}), "a")


def test_blank_text_beside_html_is_no_text():
    for blank in ("", " \r\n"):
        (event,) = MANIFEST.parse(raw(text=blank, html="<p>hi</p>"), "a")
        assert (event.text, event.html) == (None, "<p>hi</p>")
    (event,) = MANIFEST.parse(raw(text="", html=""), "a")
    assert event.text == ""
