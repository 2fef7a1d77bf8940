"""From a public post with a secret into a private conversation: hidden, answered in private, the same person there."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from connectors.api.simulator import WebhookReceiver
from connectors.webchat.simulator import VisitorClient
from router.app import ROLES, App
from router.cli.people import add_api_token
from router.clock import SystemClock, TimedIds
from router.config import ChannelConfig, Config, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.store import inbox
from router.store.script import select
from router.telemetry import SilentLog

SECRET = "a webhook secret"
RULES = """
version: 1
queues: {general: {default: true}}
templates:
  go-private:
    en: "Please never post such things here. Write to us in private: {{private_link|send us a message}}"
rules:
  - id: careful
    when: {message.visibility: public, message.findings|exists: true}
    then: {reply: go-private, hide: true, urgency: high}
"""


@asynccontextmanager
async def running_house(folder, *, answers_privately):
    """A house with the API channel, whose bridge is told, and a web chat."""
    clock = SystemClock()
    receiver = WebhookReceiver(SECRET.encode(), clock)
    bridge = web.Application()
    bridge.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(bridge)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)
    api = {"kinds": ["x"], "webhook_url": hook, "webhook_secret": SECRET, "answers_privately": answers_privately}
    config = Config(
        server=ServerConfig(port=0),
        storage=StorageConfig(url="sqlite:house.db"),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=(ChannelConfig(kind="api", settings=api), ChannelConfig(kind="webchat")),
    )
    app = App(config, base=folder, roles=ROLES, log=SilentLog(), clock=clock)
    try:
        await app.start()
        yield app, receiver
    finally:
        await app.stop()
        await runner.cleanup()


async def post_in_public(app, http, text):
    token = await add_api_token(app.store, "tests", ("x",), app.clock)
    said = {
        "channel": "x",
        "message_id": "post-1",
        "visibility": "public",
        "sent_at": datetime.now(UTC).isoformat(),
        "sender": {"id": "77"},
        "text": text,
    }
    url = f"http://127.0.0.1:{app.server.port}/api/v1/messages"
    async with http.post(url, json=said, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 202


async def told(receiver):
    async with asyncio.timeout(60):
        while not (receiver.moderated and receiver.taken):
            await receiver.arrived.wait()
            receiver.arrived.clear()
    (hidden,), (answer,) = receiver.moderated.values(), receiver.taken.values()
    assert receiver.refusals == []
    return hidden, answer


def visitor_with(app, http, text):
    _, _, token = text.partition("#private=")
    address = f"http://127.0.0.1:{app.server.port}/channels/webchat/default/ws"
    return VisitorClient(http, address, app.clock, TimedIds(app.clock), link=token), token


async def the_ticket(app):
    rows = await app.store.read(select("SELECT id FROM tickets"))
    assert len(rows) == 1
    return await app.store.read(inbox.detail(None, rows[0][0]))


async def written(app, visitor, text):
    assert (await visitor.write(text)).outcome == "accepted"
    await visitor.until(lambda v: text in v.texts("customer"))
    return await the_ticket(app)


async def test_the_same_person_goes_on_in_private(tmp_path, http):
    async with running_house(tmp_path, answers_privately=True) as (app, receiver):
        await post_in_public(app, http, "my card is 4111 1111 1111 1111")
        hidden, answer = await told(receiver)
        assert (hidden.channel, hidden.target_id) == ("x", "post-1")
        assert (answer.visibility, answer.in_reply_to, answer.to) == ("private", "post-1", "77")
        page = f"{app.config.server.public_url}/channels/webchat/default/#private="
        assert page in answer.text
        visitor, token = visitor_with(app, http, answer.text)
        async with visitor:
            assert visitor.linked is True
            detail = await written(app, visitor, "it is about my order")
        assert [(i.kind, i.proof) for i in detail.identities] == [("x", "provider"), ("webchat", "deep-link")]
        assert [m.channel for m in detail.messages if m.kind == "inbound"] == ["x", "webchat"]
        assert "link.opened" in [event.kind for event in detail.events]
        assert detail.moderations[detail.messages[0].id][-1].state == "sent"
        thief, _ = visitor_with(app, http, answer.text)
        async with thief:
            assert thief.linked is False
            assert thief.messages == {}
        async with VisitorClient(http, visitor._url, app.clock, TimedIds(app.clock), link=token[:-1] + "x") as guess:
            assert guess.linked is False
    kept = [
        path for path in tmp_path.rglob("*") if path.is_file() and token.partition(".")[2].encode() in path.read_bytes()
    ]
    assert kept == [], "the token rests nowhere"


async def test_a_link_that_stands_in_public_makes_a_participant_of_whoever_opens_it(tmp_path, http):
    async with running_house(tmp_path, answers_privately=False) as (app, receiver):
        await post_in_public(app, http, "my card is 4111 1111 1111 1111")
        _, answer = await told(receiver)
        assert answer.visibility == "public"
        visitor, _ = visitor_with(app, http, answer.text)
        async with visitor:
            detail = await written(app, visitor, "it is about my order")
        assert [(i.kind, i.proof) for i in detail.identities] == [("x", "provider")]
        assert [(p.kind, p.value) for p in detail.participants] == [("webchat", visitor.visitor)]
