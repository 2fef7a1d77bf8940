"""X in the whole house on SQLite: posts and messages become tickets, answers stand where the question stood."""

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.x.simulator import Fault
from router.clock import SystemClock
from router.config import ChannelConfig
from router.store import inbox, outbox
from router.web.views import detail_view
from tests.servers.process import free_port
from tests.servers.whole_house import answer_as_agent, newest_ticket, rows, running_house, until
from tests.servers.x_house import OWN, QUICK, person, server

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
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


@pytest.fixture
async def x(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    async with server(folder, SystemClock(), webhook_retry_s=0.05) as made:
        made.limits = dict.fromkeys(made.limits, 1_000_000)
        yield made


@pytest.fixture
def house_folder(tmp_path):
    folder = tmp_path / "house"
    folder.mkdir()
    return folder


def channel(x, **settings):
    keys = x.keys(x.only_account())
    return ChannelConfig(
        kind="x", settings={**keys, "every_s": 0.05, "start_from": "all", "timeouts": QUICK, **settings}
    )


def own_rules(folder):
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)


async def answers(x, person, number):
    async with asyncio.timeout(60):
        await x.until(lambda: len(person.answers()) >= number)
    return [re.sub(r"\A(?:@\w+ )+", "", post["text"]) for post in person.answers()]


async def written(person):
    async with asyncio.timeout(60):
        return (await person.answer())["text"]


def link_in(x, post):
    """The address behind the short one in a post, as its reader follows it."""
    (url,) = x.state.posts[post["id"]]["entities"]["urls"]
    address = urlsplit(url["expanded_url"])
    query = parse_qs(address.query)
    assert (address.netloc, address.path, query["recipient_id"]) == ("twitter.com", "/messages/compose", [OWN])
    return query["text"][0]


async def test_public_stays_public_and_private_stays_private(house_folder, x):
    may = person(x, "7731180", "阿May")
    async with running_house(house_folder, channel(x)) as app:
        await may.post("@wallet 应用一直在同步，有人吗？")
        assert "T-1001" in (await answers(x, may, 1))[0]
        await answer_as_agent(app, "我们正在处理。", "reply-1")
        assert (await answers(x, may, 2))[1] == "我们正在处理。"
        assert may.seen() == []
        await may.write("我的助记词是 " + PHRASE)
        assert await written(may)
        await answer_as_agent(app, "请先不要再操作。", "reply-2")
        assert await written(may) == "请先不要再操作。"
        assert len(may.answers()) == 2
        await until(app, "SELECT visibility FROM messages WHERE kind = 'reply' ORDER BY id", [
            ("public",), ("public",), ("private",), ("private",)
        ])  # fmt: skip
        assert len(await rows(app, "SELECT id FROM contacts")) == 1
    assert not [path for path in house_folder.rglob("*") if path.is_file() and b"sausage" in path.read_bytes()]


async def test_a_restart_loses_nothing_and_doubles_nothing(house_folder, x):
    ann = person(x)
    async with running_house(house_folder, channel(x)) as app:
        await ann.write("where is my deposit")
        await written(ann)
    await ann.write("are you there?")
    async with running_house(house_folder, channel(x)) as app:
        await until(app, "SELECT text FROM messages WHERE kind = 'inbound' ORDER BY id", [
            ("where is my deposit",), ("are you there?",)
        ])  # fmt: skip
        assert len(await rows(app, "SELECT id FROM tickets")) == 1


async def test_from_a_post_into_private_by_our_link(house_folder, x):
    own_rules(house_folder)
    ann = person(x)
    async with running_house(house_folder, channel(x), ChannelConfig(kind="webchat")) as app:
        await ann.post("@wallet my card is 4111 1111 1111 1111")
        await answers(x, ann, 1)
        (post,) = ann.answers()
        token = link_in(x, post)
        assert token.count(".") == 1
        ticket = await app.store.read(newest_ticket())
        await ann.write(f"{token} it is me, what now?")
        await until(app, "SELECT text, visibility FROM messages WHERE kind = 'inbound' ORDER BY id", [
            ("my card is [CARD]", "public"), ("it is me, what now?", "private")
        ])  # fmt: skip
        detail = await app.store.read(inbox.detail(None, ticket))
        assert [m.kind for m in detail.messages] == ["inbound", "reply", "inbound"], "one ticket"
        assert [(i.kind, i.value, i.proof) for i in detail.identities] == [("x", ann.id, "provider")]
        (opened,) = [event for event in detail.events if event.kind == "link.opened"]
        assert opened.data == {"proves": "yes"}
        await answer_as_agent(app, "We have blocked it.", "reply-1")
        assert await written(ann) == "We have blocked it."
        assert len(ann.answers()) == 1
        hidden = detail.moderations[detail.messages[0].id][-1]
        assert hidden.state == "cancelled"
        assert hidden.error.startswith("only replies under our own posts can be hidden")
    kept = [p for p in house_folder.rglob("*") if p.is_file() and token.partition(".")[2].encode() in p.read_bytes()]
    assert kept == [], "the token rests nowhere"


async def test_the_link_of_a_post_proves_nobody_else(house_folder, x):
    own_rules(house_folder)
    ann, ben, eve = person(x), person(x, "5555", "Ben"), person(x, "6666", "Eve")
    async with running_house(house_folder, channel(x)) as app:
        await eve.write("I wrote before")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        await ann.post("@wallet my card is 4111 1111 1111 1111")
        await answers(x, ann, 1)
        token = link_in(x, ann.answers()[0])
        await eve.write(f"{token} and what is this?")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(3,)])
        await ben.write(f"{token} what is this?")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(4,)])
        ticket = await app.store.read(newest_ticket())
        detail = await app.store.read(inbox.detail(None, ticket))
        assert [(i.kind, i.value) for i in detail.identities] == [("x", ann.id)]
        assert [(p.kind, p.value) for p in detail.participants] == [("x", "5555")], "a guest whom the agent sees"
        assert len(await rows(app, "SELECT id FROM contacts")) == 3


async def test_strangers_who_offer_support_are_tagged_hidden_under_our_posts_and_never_answered(house_folder, x):
    scammer, may = person(x, "6666", "Wallet Support"), person(x, "7731180", "阿May")
    ours = await x.put_post(OWN, "We are back.")
    async with running_house(house_folder, channel(x)) as app:
        under = await scammer.post("DM our helpdesk on Telegram for a quick fix", answers=ours)
        async with asyncio.timeout(60):
            await x.until(lambda: scammer.is_hidden(under))
        await until(app, "SELECT state FROM outbox WHERE action = 'hide'", [("sent",)])
        ((tags,),) = await rows(app, "SELECT tags FROM tickets")
        assert "impersonator" in tags
        await may.post("@wallet 应用一直在同步，有人吗？")
        assert "T-1002" in (await answers(x, may, 1))[0]
        await until(app, "SELECT DISTINCT state FROM outbox", [("sent",)])
        assert await rows(app, "SELECT COUNT(*) FROM messages WHERE kind = 'reply'") == [(1,)], "none lends them weight"
        assert scammer.answers() == []


async def test_what_x_will_not_hide_is_a_line_on_the_ticket_and_no_dead_letter(house_folder, x):
    scammer = person(x, "6666", "Wallet Support")
    async with running_house(house_folder, channel(x)) as app:
        await scammer.post("@wallet DM our helpdesk on Telegram for a quick fix")
        await until(app, "SELECT state FROM outbox WHERE action = 'hide'", [("cancelled",)])
        assert await app.store.read(outbox.count_dead()) == 0
        detail = await app.store.read(inbox.detail(None, await app.store.read(newest_ticket())))
        shown = detail_view(detail, app.channels, app.rulebook.current, app.clock.now_ms())["messages"][0]
        assert (shown.moderation.action, shown.moderation.state) == ("hide", "cancelled")
        assert shown.moderation.error.startswith("only replies under our own posts can be hidden")
        assert "hide" in shown.moderates, "an agent may ask anew"


async def test_a_lost_answer_is_found_and_one_that_cannot_be_found_is_held(house_folder, x):
    ann = person(x)
    async with running_house(house_folder, channel(x)) as app:
        await ann.write("where is my deposit")
        await written(ann)
        x.faults["write"].append(Fault(how="reset_after"))
        await answer_as_agent(app, "We look.", "reply-1")
        assert await written(ann) == "We look."
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("sent",)])
        x.faults["write"].append(Fault(how="reset_before"))
        await answer_as_agent(app, "We look again.", "reply-2")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("held",)])
        assert [message["text"] for message in ann.seen()].count("We look.") == 1
        assert "We look again." not in [message["text"] for message in ann.seen()]


async def test_a_public_answer_that_is_too_long_is_refused_before_it_leaves(house_folder, x):
    ann = person(x)
    async with running_house(house_folder, channel(x)) as app:
        await ann.post("@wallet is it down?")
        await answers(x, ann, 1)
        with pytest.raises(Exception, match="this channel takes 1200"):
            await answer_as_agent(app, "很" * 1_201, "reply-1")
        await ann.write("and in private?")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])


async def test_an_edit_replaces_the_text_and_an_encrypted_chat_shows(house_folder, x):
    ann = person(x)
    async with running_house(house_folder, channel(x, mode="webhook"), port=(port := free_port())) as app:
        url = f"http://127.0.0.1:{port}/channels/x/default/webhook"
        assert await x.couriers.register(x.only_account(), url)
        post = await ann.post("@wallet my depsoit is missing")
        await answers(x, ann, 1)
        await ann.edit(post, "@wallet my deposit is missing")
        await until(app, "SELECT text, revision FROM messages WHERE kind = 'inbound'", [("my deposit is missing", 1)])
        await ann.chat()
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound' AND text LIKE '[a message that only%'", [
            (1,)
        ])  # fmt: skip
    assert {status for _, status in x.couriers.deliveries} == {200}
