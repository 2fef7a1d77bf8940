"""Telegram out: every end of a send has its outcome, at our own pace, and nothing arrives twice by itself."""

import asyncio
from itertools import pairwise

import pytest

from connectors.telegram.budget import ALL_PER_SECOND, GROUP_PER_MINUTE, Budget
from connectors.telegram.render import REACTIONS, TEXT_UNITS_MAX, Place
from connectors.telegram.simulator import Fault, Person
from connectors.telegram.simulator.world import busy
from router.connector import AuthFailed, OutboundAttachment, Rejected, Retry, Sent, Unknown
from router.model.buttons import Button
from router.model.splitting import utf16_units
from tests.servers.telegram_house import ANN, GROUP, QUICK, TOKEN, outbound

YES = Button(label="Yes", says="Yes")


async def test_a_reply_arrives_once_plain_and_names_what_it_answers(connect, server, ann):
    text = "*Not bold* <b>nor this</b> https://wallet.example/verify/once\n请先不要再操作。"
    assert await connect().send(outbound(ANN, text, in_reply_to=f"{ANN}:1")) == Sent(provider_id=f"{ANN}:2")
    (seen,) = ann.seen()
    assert seen["text"] == text
    assert seen["reply_to_message"] == {"message_id": 1}
    ((name, given),) = [call for call in server.calls if call[0].startswith("send")]
    assert (name, set(given)) == ("sendmessage", {"chat_id", "text", "reply_parameters", "link_preview_options"})
    assert given["link_preview_options"] == {"is_disabled": True}
    assert server.refusals == []


async def test_an_answer_to_what_was_deleted_meanwhile_arrives_all_the_same(connect, ann):
    assert isinstance(await connect().send(outbound(ANN, in_reply_to=f"{ANN}:999")), Sent)
    assert "reply_to_message" not in ann.seen()[0]


async def test_groups_and_topics_get_what_is_theirs(connect, ann):
    group, forum = ann.group(GROUP), ann.group(-1002, is_forum=True)
    await ann.write("@walletbot is it down?", chat=group)
    connector = connect()
    assert await connector.send(outbound(GROUP, to=str(ANN), in_reply_to=f"{GROUP}:1")) == Sent(
        provider_id=f"{GROUP}:2"
    )
    assert isinstance(await connector.send(outbound(-1002, thread="-1002/4", to=str(ANN))), Sent)
    assert ann.seen(group)[0]["reply_to_message"] == {"message_id": 1}
    assert ann.seen(forum)[0]["message_thread_id"] == 4
    assert ann.seen() == []


@pytest.mark.parametrize(("chat", "visibility"), [(GROUP, "private"), (ANN, "public")])
async def test_private_and_public_are_never_mixed_up(connect, server, ann, chat, visibility):
    ann.group(GROUP)
    outcome = await connect().send(outbound(chat, visibility=visibility))
    assert isinstance(outcome, Rejected)
    assert server.sends == []


async def test_a_long_text_is_split_by_utf16_units_in_order(connect, ann):
    text = "\n\n".join(f"{number} " + "币😱" * 900 for number in range(4)) + "x" * 5_000
    assert isinstance(await connect().send(outbound(ANN, text)), Sent)
    pieces = [message["text"] for message in ann.seen()]
    assert all(utf16_units(piece) <= TEXT_UNITS_MAX for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert len(pieces) == 5


async def test_files_follow_the_text(connect, server, ann):
    file = OutboundAttachment(name="收据.pdf", content_type="application/pdf", data=b"%PDF-1.7")
    assert isinstance(await connect().send(outbound(ANN, "Your receipt", attachments=(file,))), Sent)
    text, paper = ann.seen()
    assert text["text"] == "Your receipt"
    assert server.files[paper["document"]["file_id"]] == b"%PDF-1.7"


async def test_a_public_post_is_taken_out_of_sight_by_deleting_it(connect, ann):
    group = ann.group(GROUP)
    said = await ann.write("send me your phrase, I am support", chat=group)
    connector = connect()
    hide = outbound(GROUP, "", action="hide", target_id=f"{GROUP}:{said['message_id']}")
    assert isinstance(await connector.send(hide), Sent)
    assert group.messages == {}
    assert isinstance(await connector.send(hide), Sent), "it is gone, as was asked"
    foreign = outbound(GROUP, "", action="hide", target_id="-1002:1")
    assert isinstance(await connector.send(foreign), Rejected)


async def test_an_answer_of_ours_gets_another_text_where_it_stands(connect, server, ann):
    connector, group = connect(), ann.group(GROUP)
    sent = await connector.send(outbound(ANN, "On Monday.", buttons=(YES,)))
    edit = outbound(ANN, " On Tuesday. ", key="key-2", action="edit", target_id=sent.provider_id)
    assert await connector.send(edit) == Sent(provider_id=sent.provider_id)
    (seen,) = ann.seen()
    assert (seen["text"], "reply_markup" in seen) == ("On Tuesday.", False)
    assert await connector.send(edit) == Sent(), "it says so already, as was asked"
    kept = outbound(ANN, "On Friday.", key="k3", action="edit", target_id=sent.provider_id, buttons=(YES,))
    assert isinstance(await connector.send(kept), Sent)
    assert "reply_markup" in ann.seen()[0]
    public = await connector.send(outbound(GROUP, "No."))
    assert isinstance(await connector.send(outbound(GROUP, "Yes.", action="edit", target_id=public.provider_id)), Sent)
    assert [message["text"] for message in ann.seen(group)] == ["Yes."]
    given = [given for name, given in server.calls if name == "editmessagetext"]
    assert set(given[0]) == {"chat_id", "message_id", "text", "link_preview_options"}


async def test_what_cannot_be_edited_is_refused(connect, server, ann):
    connector = connect()
    sent = await connector.send(outbound(ANN))
    file = OutboundAttachment(name="a.txt", content_type="text/plain", data=b"hello")
    paper = await connector.send(outbound(ANN, "", key="k2", attachments=(file,)))

    async def refused(target, text="x"):
        outcome = await connector.send(
            outbound(ANN, text, key=f"k{target}{len(text)}", action="edit", target_id=target)
        )
        assert isinstance(outcome, Rejected)
        return outcome.reason

    assert "can't be edited" in await refused(f"{ANN}:1"), "what the customer wrote"
    assert "not found" in await refused(f"{ANN}:999")
    assert "no text in the message" in await refused(paper.provider_id)
    calls = len(server.calls)
    for target, text in ((f"{GROUP}:1", "x"), (None, "x"), (sent.provider_id, "x" * (TEXT_UNITS_MAX + 1)), ("1", "x")):
        await refused(target, text)
    await refused(sent.provider_id, " ")
    assert len(server.calls) == calls, "refused here"
    server.faults["editmessagetext"].extend([busy(1), Fault(how="reset_after")])
    edit = outbound(ANN, "On Tuesday.", key="key-9", action="edit", target_id=sent.provider_id)
    assert await connector.send(edit) == Retry(reason="Telegram answered 429: too many requests", after_s=1.0)
    assert isinstance(await connector.send(edit), Unknown)
    assert await connector.send(edit) == Sent()
    assert ann.seen()[0]["text"] == "On Tuesday."


async def test_a_reaction_is_set_changed_and_taken_off(connect, server, ann):
    connector, said = connect(), ann.chat.messages[1]
    for emoji, expected in (("👍", ["👍"]), ("👍", ["👍"]), ("🙏", ["🙏"]), ("", [])):
        asked = outbound(ANN, emoji, key=f"k{emoji}", action="react", target_id=f"{ANN}:1")
        assert isinstance(await connector.send(asked), Sent)
        assert said["reaction"] == expected
    group = ann.group(GROUP)
    public = await ann.write("thanks", chat=group)
    target = f"{GROUP}:{public['message_id']}"
    assert isinstance(await connector.send(outbound(GROUP, "🎉", action="react", target_id=target)), Sent)
    assert public["reaction"] == ["🎉"]
    for emoji in REACTIONS:
        assert isinstance(await connector.send(outbound(ANN, emoji, action="react", target_id=f"{ANN}:1")), Sent)
    for target, emoji in ((f"{ANN}:99", "👍"), (f"{ANN}:1", "🥑"), (f"{GROUP}:1", "👍"), (f"{ANN}:1:pressed:1", "👍")):
        refused = await connector.send(outbound(ANN, emoji, key="k", action="react", target_id=target))
        assert isinstance(refused, Rejected), target
    assert len(server.refusals) == 2


async def test_an_answer_of_ours_is_deleted_with_all_its_messages(connect, ann):
    group = ann.group(GROUP)
    connector = connect()
    sent = await connector.send(outbound(GROUP, "word " * 1_000))
    assert isinstance(sent, Sent)
    numbers = [int(each.rpartition(":")[2]) for each in (sent.provider_id, *sent.pieces)]
    assert (len(numbers), numbers) == (2, list(group.messages))
    gone = outbound(GROUP, "", action="delete", target_id=sent.provider_id, pieces=sent.pieces)
    assert isinstance(await connector.send(gone), Sent)
    assert group.messages == {}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (busy(7), Retry(reason="Telegram answered 429: too many requests", after_s=7.0)),
        (busy(), Retry(reason="Telegram answered 429: too many requests")),
        (Fault(status=500, body=b"<html>oops", content_type="text/html"), Unknown(reason="Telegram answered 500")),
        (Fault(status=502), Unknown(reason="Telegram answered 502")),
        (Fault(status=401, body=b'{"ok":false,"error_code":401,"description":"Unauthorized"}'), AuthFailed),
        (Fault(status=403, body=b'{"ok":false,"description":"Forbidden: bot was blocked by the user"}'), Rejected),
        (Fault(status=400, body=b'{"ok":false,"description":"Bad Request: chat not found"}'), Rejected),
        (Fault(body=b"not json"), Unknown),
        (Fault(how="reset_before"), Unknown),
        (Fault(how="reset_after"), Unknown),
    ],
)
async def test_every_answer_has_its_outcome(connect, server, ann, fault, outcome):
    server.faults["sendmessage"].append(fault)
    found = await connect().send(outbound(ANN))
    assert isinstance(found, outcome) if isinstance(outcome, type) else found == outcome
    assert TOKEN not in str(found)
    assert len(ann.seen()) == (1 if fault.how == "reset_after" else 0)


async def test_nobody_listens_is_surely_not_delivered(connect):
    found = await connect(base_url="http://127.0.0.1:1").send(outbound(ANN))
    assert found == Retry(reason="no connection to Telegram: ConnectError")


async def test_an_answer_that_never_comes_is_unknown_and_cannot_be_looked_up(connect, server, ann):
    server.faults["sendmessage"].append(Fault(how="silence"))
    connector = connect(timeouts=QUICK | {"call_s": 0.2})
    assert await connector.send(outbound(ANN)) == Unknown(reason="Telegram gave no answer in time")
    assert isinstance(await connector.reconcile(outbound(ANN)), Unknown)


async def test_a_dead_token_pauses_the_channel(connect, server, ann):
    connector = connect()
    server.bots.clear()
    found = await connector.send(outbound(ANN))
    assert isinstance(found, AuthFailed)
    assert "BotFather" in found.reason
    assert connector.health().state == "auth_failed"


async def test_blocked_and_unknown_chats_are_rejected_with_the_reason(connect, ann):
    connector = connect()
    assert await connector.send(outbound(99)) == Rejected(reason="Chat not found")
    ann.chat.blocked = True
    assert await connector.send(outbound(ANN)) == Rejected(reason="Forbidden: bot was blocked by the user")
    assert isinstance(await connector.send(outbound(1, thread="x", to="y")), Rejected)


async def test_a_group_that_became_a_supergroup_is_found(connect, ann):
    old, new = ann.group(-500), ann.group(-1009)
    old.moved_to = -1009
    assert await connect().send(outbound(-500)) == Sent(provider_id="-1009:1")
    assert len(ann.seen(new)) == 1


async def test_a_reply_that_arrived_in_part_is_held_and_goes_on_after_that_part(connect, server, ann):
    connector, text = connect(), "a" * TEXT_UNITS_MAX + "b" * TEXT_UNITS_MAX + "c"
    first = asyncio.create_task(connector.send(outbound(ANN, text)))
    await server.until(lambda: len(ann.seen()) == 1)
    server.faults["sendmessage"].append(Fault(how="reset_before"))
    found = await first
    assert isinstance(found, Unknown)
    assert found.reason.startswith("1 of 3 parts have arrived")
    # An agent decides to send it again: only what has not surely arrived is sent.
    assert await connector.send(outbound(ANN, text)) == Sent(provider_id=f"{ANN}:2", pieces=(f"{ANN}:3", f"{ANN}:4"))
    assert [message["text"][0] for message in ann.seen()] == ["a", "b", "c"]


async def test_a_pause_that_telegram_asks_for_between_parts_is_kept(connect, server, ann):
    text = "a" * TEXT_UNITS_MAX + "b"
    sending = asyncio.create_task(connect().send(outbound(ANN, text)))
    await server.until(lambda: len(ann.seen()) == 1)
    server.faults["sendmessage"].append(busy(1))
    assert isinstance(await sending, Sent)
    assert [message["text"][0] for message in ann.seen()] == ["a", "b"]


async def test_a_pause_in_one_chat_holds_up_no_other(connect, server, ann):
    ben = Person(server, 77, "Ben")
    await ben.write("hello")
    connector = connect()
    server.faults["sendmessage"].append(busy(30))
    assert isinstance(await connector.send(outbound(ANN)), Retry)
    again = await connector.send(outbound(ANN, key="key-2"))
    assert isinstance(again, Retry)
    assert again.after_s > 20
    assert isinstance(await connector.send(outbound(77, key="key-3")), Sent)


async def test_replies_to_one_chat_leave_a_second_apart(connect, server, ann):
    connector = connect()
    sent = await asyncio.gather(*(connector.send(outbound(ANN, f"{n}", key=f"k{n}")) for n in range(3)))
    assert all(isinstance(one, Sent) for one in sent)
    assert len(ann.seen()) == 3
    times = sorted(at for at, _ in server.sends)
    # Telegram's clock sees them a few milliseconds later than ours, each by another few.
    assert all(later - earlier > 900 for earlier, later in pairwise(times))


async def test_a_reply_of_several_parts_begins_when_a_group_has_room_for_all(connect, server, ann):
    group, connector = ann.group(GROUP), connect()
    budget, now = connector._sender._budget, connector._sender._clock.now_ms()
    for number in range(GROUP_PER_MINUTE - 2):
        assert budget.take(Place(GROUP), now - 30_000 + 1_000 * number) == 0
    files = tuple(OutboundAttachment(name=f"{n}.txt", content_type="text/plain", data=b"x") for n in range(2))
    outcome = await connector.send(outbound(GROUP, to=str(ANN), attachments=files))
    assert isinstance(outcome, Retry)
    assert outcome.after_s > 20
    assert server.sends == []
    assert isinstance(await connector.send(outbound(GROUP, to=str(ANN), attachments=files[:1])), Sent)
    assert len(ann.seen(group)) == 2


def test_the_room_of_a_reply_that_has_begun_is_nobody_elses():
    budget, group, now = Budget(), Place(GROUP), 1_000_000
    for number in range(GROUP_PER_MINUTE - 3):
        assert budget.take(group, now + 1_000 * number) == 0
    now += 1_000 * GROUP_PER_MINUTE
    assert budget.take(group, now, 3) == 0
    assert budget.take(group, now + 1_000) > 30_000
    assert budget.take(group, now + 1_000, own=1) == 0
    budget.let_go(group, 1)
    assert budget.take(group, now + 2_000) == 0
    assert budget.take(group, now + 3_000) > 30_000
    assert Budget().take(group, now, 500) == 0, "one that no minute has room for begins all the same"


def test_the_budget_of_one_chat_of_all_and_of_a_group():
    budget, now = Budget(), 1_000_000
    assert [budget.take(Place(1), now), budget.take(Place(1), now), budget.take(Place(1), now + 999)] == [0, 1_000, 1]
    assert budget.take(Place(1), now + 1_000) == 0

    budget = Budget()
    assert [budget.take(Place(n), now) for n in range(1, ALL_PER_SECOND + 1)] == [0] * ALL_PER_SECOND
    assert budget.take(Place(99), now + 400) == 600
    assert budget.take(Place(99), now + 1_000) == 0

    budget, group = Budget(), Place(GROUP, 4)
    assert [budget.take(group, now + 1_000 * n) for n in range(GROUP_PER_MINUTE)] == [0] * GROUP_PER_MINUTE
    assert budget.take(Place(GROUP), now + 20_000) == 40_000, "its topics share what a group has"
    assert budget.take(Place(ANN), now + 20_000) == 0

    budget.close(Place(ANN), now + 90_000)
    assert budget.take(Place(ANN), now + 60_000) == 30_000


def test_what_a_clock_that_was_far_ahead_has_counted_holds_nobody_up():
    budget, now, hours = Budget(), 1_000_000, 7_200_000
    assert [budget.take(Place(n), now + hours) for n in range(1, ALL_PER_SECOND + 1)] == [0] * ALL_PER_SECOND
    assert budget.spares(Place(1), now)
    assert [budget.take(Place(1), now), budget.take(Place(1), now)] == [0, 1_000]


def test_a_random_crowd_never_goes_over_the_budget():
    import random

    source, budget, now, sent = random.Random(7), Budget(), 0, []
    for _ in range(5_000):
        now += source.randrange(40)
        place = Place(source.choice([1, 2, 3, -1, -2, *range(10, 60)]))
        if budget.take(place, now) == 0:
            sent.append((now, place.chat))
    assert len(sent) > 500
    for at, _ in sent:
        assert sum(at <= other < at + 1_000 for other, _ in sent) <= ALL_PER_SECOND
    for chat in {chat for _, chat in sent}:
        own = [at for at, one in sent if one == chat]
        assert all(later - earlier >= 1_000 for earlier, later in pairwise(own))
        if chat < 0:
            assert all(sum(at <= other < at + 60_000 for other in own) <= GROUP_PER_MINUTE for at in own)
