"""What agents change of what stands there, through the whole house: answers corrected, messages reacted to."""

import asyncio

import aiohttp
import msgspec
import pytest

from connectors.facebook.simulator import Fault as PageFault
from connectors.facebook.simulator import GraphServer, Person
from connectors.facebook.simulator.world import error
from connectors.telegram.simulator import Fault
from connectors.telegram.simulator import Person as Somebody
from connectors.telegram.simulator.world import busy
from router.clock import SystemClock
from router.core.corrections import CorrectCommand
from router.core.guard import Concern
from router.model.errors import Refused
from router.store import inbox
from tests.e2e.test_moderation import MEI, folder, page_house, post_of, rows, seen_of, until  # noqa: F401 -- fixtures
from tests.e2e.test_telegram_house import channel as bot
from tests.e2e.test_telegram_house import telegram  # noqa: F401 -- a fixture
from tests.e2e.test_webchat_house import WEBCHAT, visitor_at
from tests.servers.facebook_house import POST, wallet_page
from tests.servers.whole_house import answer_as_agent, newest_ticket, running_house

CARD = "4111 1111 1111 1111"
EDITS = "SELECT state, attempts FROM outbox WHERE action = 'edit' ORDER BY id"


@pytest.fixture
async def facebook():
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.05) as server:
        yield server


async def correct(app, message_id, text, *, revision=0, confirmed=()):
    command = CorrectCommand(message_id=message_id, text=text, revision=revision, confirmed=confirmed)
    await app.moderator.correct(command, MEI)


async def refusal(asked):
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value


async def answered(app, text):
    """The id of an answer that has left."""
    await post_of(app)
    reply_id = await answer_as_agent(app, text, text)
    await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("sent",)])
    return reply_id


async def detail_of(app):
    return await app.store.read(inbox.detail(None, await app.store.read(newest_ticket())))


async def test_on_telegram_the_customer_sees_the_new_text_in_place_and_the_thread_keeps_the_old(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("when does it come?")
        reply_id = await answered(app, "On Monday.")
        await asyncio.gather(*(correct(app, reply_id, "On Tuesday.") for _ in range(3)))
        await until(app, EDITS, [("sent", 1)])
        assert [message["text"] for message in ann.seen()] == ["On Tuesday."]
        assert (await refusal(correct(app, reply_id, "On Friday."))).code == "edited_meanwhile"
        await correct(app, reply_id, "On Friday.", revision=1)
        await until(app, EDITS, [("sent", 1), ("sent", 1)])
        detail = await detail_of(app)
        (ours,) = [message for message in detail.messages if message.kind == "reply"]
        assert (ours.text, ours.revision) == ("On Friday.", 2)
        assert [(each.text, each.corrected_by) for each in ours.earlier] == [
            ("On Monday.", MEI.id), ("On Tuesday.", MEI.id),
        ]  # fmt: skip
        assert detail.line.ticket.snippet == "On Friday."
        told = [(e.kind, e.data) for e in detail.events if e.kind == "post.edit" or e.data.get("action")]
        assert told == 2 * [
            ("post.edit", {"state": "asked"}),
            ("delivery.state", {"from": "sending", "to": "sent", "attempt": "1", "action": "edit"}),
        ]
        assert await rows(app, "SELECT COUNT(*) FROM messages") == [(2,)], "an edit is no message"
    assert telegram.refusals == []


async def test_in_a_group_the_guard_of_public_words_looks_at_a_correction(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    group = ann.group(-1001)
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("@walletbot is it down?", chat=group)
        reply_id = await answered(app, "No.")
        refused = await refusal(correct(app, reply_id, f"No. Card {CARD}"))
        assert (refused.code, refused.data["findings"][0]["start"]) == ("reply_blocked", 9)
        await correct(app, reply_id, "It was, for an hour.")
        await until(app, EDITS, [("sent", 1)])
        assert [message["text"] for message in ann.seen(group)] == ["It was, for an hour."]


async def test_what_may_have_arrived_is_sent_again_and_what_was_refused_leaves_the_old_text(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("when does it come?")
        reply_id = await answered(app, "On Monday.")
        telegram.faults["editmessagetext"].extend([busy(1), Fault(how="reset_after")])
        await correct(app, reply_id, "On Tuesday.")
        await until(app, EDITS, [("sent", 3)])
        assert [message["text"] for message in ann.seen()] == ["On Tuesday."]
        (refused,) = telegram.refusals
        assert "message is not modified" in refused, "it had arrived, and Telegram said so when it came again"
        (number,) = [message["message_id"] for message in ann.seen()]
        del ann.chat.messages[number]
        await correct(app, reply_id, "On Friday.", revision=1)
        await until(app, EDITS, [("sent", 3), ("dead", 1)])
        detail = await detail_of(app)
        ours = detail.messages[-1]
        assert (ours.text, ours.correction.text) == ("On Tuesday.", "On Friday.")
        assert "Message to edit not found" in detail.moderations[reply_id][-1].error
        await correct(app, reply_id, "On Saturday.", revision=1)
        await until(app, EDITS, [("sent", 3), ("cancelled", 1), ("dead", 1)])


async def test_an_answer_that_has_not_left_or_went_out_in_pieces_is_refused_beforehand(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("tell me everything")
        long = await answered(app, "It is on its way. " * 300)
        assert len(ann.seen()) == 2
        assert (await refusal(correct(app, long, "Nothing."))).code == "in_pieces"
        telegram.faults["sendmessage"].append(busy(60))
        waiting = await answer_as_agent(app, "and one more", "w")
        assert (await refusal(correct(app, waiting, "and another"))).code == "not_sent"
        assert (await refusal(correct(app, "none", "x"))).code == "not_found"
    assert not [name for name, _ in telegram.calls if name == "editmessagetext"]


async def test_a_confirmed_secret_is_sent_and_rests_masked_and_sealed(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("which card was it?")
        reply_id = await answered(app, "One of Visa.")
        refused = await refusal(correct(app, reply_id, f"Card {CARD}."))
        assert refused.code == "confirm_needed"
        found = tuple(msgspec.convert(refused.data["findings"], list[Concern]))
        await correct(app, reply_id, f"Card {CARD}.", confirmed=found)
        await until(app, EDITS, [("sent", 1)])
        assert [message["text"] for message in ann.seen()] == [f"Card {CARD}."]
        assert await rows(app, "SELECT text FROM messages WHERE kind = 'reply'") == [("Card [CARD].",)]
    everything = b"".join(path.read_bytes() for path in folder.rglob("house.db*"))
    assert CARD.encode() not in everything


async def test_a_comment_of_the_page_is_corrected_and_what_stands_on_messenger_stays(page_house, facebook):  # noqa: F811
    ann = Person(facebook, "77", "Ann Lee")
    async with page_house as app:
        said = await ann.comment("where is my order", POST)
        reply_id = await answered(app, "In Berlin.")
        facebook.faults["edit"].append(PageFault(how="reset_after"))
        await correct(app, reply_id, "In Bern.")
        await until(app, EDITS, [("sent", 2)])
        assert ann.answers_to(said) == ["In Bern."]
        facebook.faults["edit"].append(error(200, status=403))
        await correct(app, reply_id, "In Basel.", revision=1)
        await until(app, EDITS, [("sent", 2), ("dead", 1)])
        assert ann.answers_to(said) == ["In Bern."]
        await app.moderator.ask(reply_id, "delete", "mistake", MEI)
        await seen_of(facebook, lambda: ann.answers_to(said) == [])
        assert (await refusal(correct(app, reply_id, "In Basel.", revision=1))).code == "post_gone"
        await ann.write("hello?")
        await post_of(app, 2)
        private = await answer_as_agent(app, "Hello.", "r2")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("sent",)])
        assert (await refusal(correct(app, private, "Hi."))).code == "channel_cannot"
        assert await rows(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'") == [(2,)], "no echo came in"


async def test_a_visitor_sees_the_new_text_in_place_and_that_it_was_edited(folder):  # noqa: F811
    async with aiohttp.ClientSession() as http, running_house(folder, WEBCHAT) as app, visitor_at(app, http) as visitor:
        await visitor.write("when does it come?")
        reply_id = await answered(app, "On Monday.")
        await visitor.until(lambda v: reply_id in v.messages and v.messages[reply_id].delivery == "sent")
        assert not visitor.messages[reply_id].edited
        await correct(app, reply_id, "On Tuesday.")
        await visitor.until(lambda v: v.messages[reply_id].text == "On Tuesday.")
        assert visitor.messages[reply_id].edited
        await visitor.shown(reply_id)
        await visitor.until(lambda v: v.messages[reply_id].delivery == "read")
        await until(app, EDITS, [("sent", 1)])


async def test_a_reaction_stands_below_the_customers_message_and_a_refused_one_is_told(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    async with running_house(folder, bot(telegram)) as app:
        said = await ann.write("thank you!")
        message_id = await post_of(app)
        telegram.faults["setmessagereaction"].extend([busy(1), Fault(how="reset_after")])
        await asyncio.gather(*(app.moderator.react(message_id, "🙏", MEI) for _ in range(3)))
        await until(app, "SELECT state, attempts FROM outbox WHERE action = 'react'", [("sent", 3)])
        assert said["reaction"] == ["🙏"]
        assert (await refusal(app.moderator.react(message_id, "🥑", MEI))).code == "no_such_reaction"
        del ann.chat.messages[said["message_id"]]
        await app.moderator.react(message_id, "👍", MEI)
        await until(app, "SELECT state FROM outbox WHERE action = 'react' ORDER BY id", [("sent",), ("dead",)])
    assert ann.seen() == []
