"""Telegram in, by long polling: the real client library on a real socket against the strict simulator."""

import asyncio
import contextlib

import msgspec
import pytest

from connectors.telegram.simulator import BotApiServer, Fault, Person
from connectors.telegram.simulator.world import UPDATE_TTL_MS, Pending, busy
from router.clock import SystemClock, VirtualClock
from router.model.errors import StoreUnavailable
from tests.servers.telegram_house import QUICK, TOKEN, TelegramHouse

OTHER_TOKEN = "700100201:AAF-simulated_bot_token_000000001"
LINK = "01939f5a-7c3b-7abc-8def-0123456789ab"
SIGNATURE = "c2lnbmF0dXJlX29mX2xpbms"


@pytest.fixture
async def server():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot", OTHER_TOKEN: "otherbot"}) as made:
        yield made


@pytest.fixture
def house():
    return TelegramHouse()


def person(server, number=5520931, name="Ann", **more):
    return Person(server, number, name, bot=server.bots[TOKEN], **more)


@contextlib.asynccontextmanager
async def running(house, server, **settings):
    connector = house.connector(server, **settings)
    task = asyncio.create_task(connector.run(house))
    try:
        yield connector
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await connector.close()
        assert connector.health().state == "stopped"


def texts(house):
    return [event.text for event in house.accepted]


async def confirmed(server):
    """Telegram has been told of all."""
    await server.until(lambda: not server.bots[TOKEN].pending)


async def test_a_private_message_arrives_whole_and_is_confirmed_after_the_commit(house, server):
    ann = person(server, name="Ann", last_name="Lee", username="annlee")
    async with running(house, server) as connector:
        said = await ann.write("我的币被人转走了 😱")
        await house.until_accepted(1)
        await confirmed(server)
        assert connector.health().state == "ok"
        assert connector.health().last_event_at_ms is not None
    (event,) = house.accepted
    assert event.message_id == f"5520931:{said['message_id']}"
    assert (event.kind, event.visibility, event.thread_id) == ("message", "private", None)
    assert event.text == "我的币被人转走了 😱"
    assert event.sent_at_ms == said["date"] * 1000
    assert (event.sender.id, event.sender.name, event.sender.handle) == ("5520931", "Ann Lee", "annlee")
    assert house.cursors == {"updates": "800000001"}


async def test_order_is_kept_over_many(house, server):
    ann = person(server)
    for number in range(250):
        await ann.write(f"line {number}")
    async with running(house, server):
        await house.until_accepted(250)
        await confirmed(server)
    assert texts(house) == [f"line {number}" for number in range(250)]
    assert house.duplicates == 0


@pytest.mark.parametrize("number", [0, 1, 100, 101])
async def test_pages_of_every_size(house, server, number):
    ann = person(server)
    for at in range(number):
        await ann.write(f"line {at}")
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "ok")
        await house.until_accepted(number)
        await ann.write("in between")
        await house.until_accepted(number + 1)
    assert texts(house) == [*(f"line {at}" for at in range(number)), "in between"]


async def test_the_store_away_confirms_nothing(house, server):
    house.unavailable = 3
    await person(server).write("hello")
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
    assert house.duplicates == 0
    assert house.names().count("store.unavailable") == 1


async def test_killed_between_commit_and_offset_doubles_nothing(house, server):
    ann = person(server)
    await ann.write("one")
    await ann.write("two")
    committed = asyncio.Event()
    accept = house.accept

    async def dying(raws, cursor=None):
        await accept(raws, None)  # durable, and then nothing more happens
        committed.set()
        await asyncio.Event().wait()

    house.accept = dying
    async with running(house, server):
        await committed.wait()
    house.accept = accept
    async with running(house, server):
        await ann.write("three")
        await house.until_accepted(3)
        await confirmed(server)
    assert texts(house) == ["one", "two", "three"]
    assert house.duplicates == 2


async def test_killed_before_the_commit_loses_nothing(house, server):
    await person(server).write("one")
    knocked = asyncio.Event()
    accept = house.accept

    async def dying(raws, cursor=None):
        knocked.set()
        await asyncio.Event().wait()

    house.accept = dying
    async with running(house, server):
        await knocked.wait()
    house.accept = accept
    async with running(house, server):
        await house.until_accepted(1)
    assert texts(house) == ["one"]


async def test_the_same_update_three_times_and_in_another_batch_is_one_message(house, server):
    ann = person(server)
    said = await ann.write("once")
    bot = server.bots[TOKEN]
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
        for _ in range(2):
            await server.push(bot, said["chat"]["id"], {"message": said})
        await ann.write("after")
        await house.until_accepted(2)
    assert texts(house) == ["once", "after"]
    assert house.duplicates == 2


async def test_ids_that_begin_elsewhere_after_a_quiet_week_are_taken(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    await ann.write("before")
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
    bot.next_update = 17
    await ann.write("after")
    async with running(house, server):
        await house.until_accepted(2)
        await confirmed(server)
    assert house.cursors == {"updates": "17"}


@pytest.mark.parametrize("cursor", ["rubbish", "", "-4", "99999999999", "²"])
async def test_a_cursor_that_cannot_be_right_skips_nothing(house, server, cursor):
    house.cursors["updates"] = cursor
    await person(server).write("hello")
    async with running(house, server):
        await house.until_accepted(1)


async def test_a_poisoned_update_is_quarantined_and_blocks_nothing(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    await ann.write("before")
    await server.push(bot, 1, {"message": {"message_id": 7, "chat": {"id": 1, "type": "private"}}})
    await server.push(bot, 1, {"message": "no object at all"})
    await ann.write("after")
    async with running(house, server):
        await house.until_accepted(2)
        await confirmed(server)
    assert texts(house) == ["before", "after"]
    assert house.quarantined == 2


async def test_an_update_without_an_id_is_quarantined_and_does_not_spin(house, server):
    bot = server.bots[TOKEN]
    bot.pending.append(Pending(id=1, chat=1, body={"message": {}}, expires_at_ms=2**60))
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert "without ids" in connector.health().detail
    assert house.quarantined >= 1


async def test_an_album_is_one_message_with_all_its_files(house, server):
    ann = person(server)
    async with running(house, server):
        first, *_ = await ann.album(b"first picture", b"second picture", b"third picture", caption="three screens")
        await ann.write("and some words")
        await house.until_accepted(2)
        await confirmed(server)
    album, words = house.accepted
    assert album.message_id == f"5520931:{first['message_id']}"
    assert album.text == "three screens"
    assert [file.data for file in album.attachments] == [b"first picture", b"second picture", b"third picture"]
    assert {file.content_type for file in album.attachments} == {"image/jpeg"}
    assert words.text == "and some words"


async def test_an_album_that_is_still_growing_is_waited_for(house, server):
    ann = person(server)
    await ann.send(photo=ann.photo(b"first picture"), media_group_id="g1")
    async with running(house, server, timeouts=QUICK | {"album_s": 0.5}):
        await server.until(lambda: any(name == "getupdates" for name, _ in server.calls))
        await ann.send(photo=ann.photo(b"second picture"), media_group_id="g1")
        await house.until_accepted(1)
    assert [file.data for file in house.accepted[0].attachments] == [b"first picture", b"second picture"]


async def test_albums_of_two_people_between_each_other_stay_apart_over_a_restart(house, server):
    ann, ben = person(server), person(server, 77, "Ben")
    await ann.send(photo=ann.photo(b"ann's first"), media_group_id="g")
    await ben.send(photo=ben.photo(b"ben's first"), media_group_id="g")
    await ann.write("meanwhile")
    await ann.send(photo=ann.photo(b"ann's second"), media_group_id="g")
    await ben.send(photo=ben.photo(b"ben's second"), media_group_id="g")
    async with running(house, server):
        await house.until_accepted(3)
        await confirmed(server)
    house.cursors.clear()
    found = {event.sender.id: [f.data for f in event.attachments] for event in house.accepted if event.attachments}
    assert found == {"5520931": [b"ann's first", b"ann's second"], "77": [b"ben's first", b"ben's second"]}


async def test_edits_name_their_message_and_two_within_a_second_are_two(house, server):
    ann = person(server)
    async with running(house, server):
        said = await ann.write("helo")
        await ann.edit(said, text="hello")
        await ann.edit(said, text="hello!")
        await house.until_accepted(3)
    first, *edits = house.accepted
    assert [(event.kind, event.target_id, event.text) for event in edits] == [
        ("edit", first.message_id, "hello"),
        ("edit", first.message_id, "hello!"),
    ]


async def test_an_edit_before_its_original_loses_neither(house, server):
    ann = person(server)
    said = await server.put(ann.chat, {"from": ann.user, "text": "helo"})
    async with running(house, server):
        await ann.edit(said, text="hello")
        await house.until_accepted(1)
        await server.push(server.bots[TOKEN], 5520931, {"message": said})
        await house.until_accepted(2)
    assert [(event.kind, event.text) for event in house.accepted] == [("edit", "hello"), ("message", "helo")]


async def test_groups_topics_replies_and_reactions(house, server):
    ann = person(server)
    group, forum = ann.group(-1001), ann.group(-1002, is_forum=True)
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "ok")  # reactions come once they were asked for
        asked = await ann.write("@WalletBot, is it down?", chat=group)
        await ann.write("yes", chat=group, reply_to_message=asked)
        await ann.write("in a topic", chat=forum, message_thread_id=4, is_topic_message=True)
        await ann.write("a thread of replies is no topic", chat=group, message_thread_id=9)
        await ann.react(asked, "👍")
        await house.until_accepted(5)
    one, two, topic, thread, reaction = house.accepted
    assert {event.visibility for event in house.accepted} == {"public"}
    assert (one.text, one.thread_id) == ("is it down?", "-1001")
    assert two.in_reply_to == one.message_id
    assert topic.thread_id == "-1002/4"
    assert thread.thread_id == "-1001"
    assert (reaction.kind, reaction.target_id, reaction.text) == ("reaction", one.message_id, "👍")


async def test_media_are_fetched_and_kept_with_name_and_type(house, server):
    ann = person(server)
    async with running(house, server):
        await ann.send(photo=ann.photo(b"\xff\xd8 a whole photo"), caption="my screen")
        await ann.send(document=ann.file(b"%PDF-1.7", file_name="../../etc/pass wd.pdf", mime_type="application/pdf"))
        await ann.send(voice=ann.file(b"OggS", duration=3, mime_type="audio/ogg"))
        await ann.send(video=ann.file(b"\0\0\0 ftyp", mime_type="video/mp4", width=1, height=1))
        animation = ann.file(b"gif", mime_type="video/mp4", width=1, height=1)
        await ann.send(animation=animation, document=animation)
        await ann.send(sticker={"file_id": "s", "file_unique_id": "s", "emoji": "😡"})
        await ann.send(contact={"phone_number": "+491700000", "first_name": "Ann", "user_id": 5520931})
        await ann.send(location={"latitude": 31.2304, "longitude": 121.4737})
        await house.until_accepted(8)
    photo, paper, voice, video, animated, sticker, contact, place = house.accepted
    assert (photo.text, photo.attachments[0].data) == ("my screen", b"\xff\xd8 a whole photo")
    assert (paper.attachments[0].name, paper.attachments[0].content_type) == ("etc_pass wd.pdf", "application/pdf")
    assert (voice.attachments[0].content_type, voice.attachments[0].name) == ("audio/ogg", "voice-message-3.ogg")
    assert (voice.text, video.attachments[0].data) == ("", b"\0\0\0 ftyp")
    assert [file.data for file in animated.attachments] == [b"gif"]
    assert sticker.text == "[sticker 😡]"
    assert contact.text == "[contact: Ann, +491700000]"
    assert contact.sender.phone == "+491700000"
    assert place.text == "[location: 31.230400, 121.473700]"


async def test_a_file_that_cannot_be_had_is_told_and_its_message_arrives(house, server):
    ann = person(server)
    big = ann.file(b"x", file_name="film.mp4") | {"file_size": 45 * 1_048_576}
    lying = ann.file(b"x" * (20 * 1_048_576 + 1), file_name="lie.bin") | {"file_size": 5}
    gone = ann.file(b"y", file_name="gone.txt")
    server.missing.add(gone["file_id"])
    slow = ann.file(b"z", file_name="slow.txt")
    server.faults["file"].extend([Fault(status=503), Fault(how="reset_before")])
    async with running(house, server):
        await ann.send(document=slow, caption="at the third attempt")
        await house.until_accepted(1)
        for file in (big, lying, gone):
            await ann.send(document=file, caption="see here")
        await house.until_accepted(4)
    assert house.accepted[0].attachments[0].data == b"z"
    shown = texts(house)
    assert shown[1] == "see here\n[file film.mp4: not kept, 45 MB; a bot can fetch 20 MB]"
    assert "File is too big" in shown[2]
    assert "the file server answered 404" in shown[3]
    assert not any(TOKEN in text for text in shown)


@pytest.mark.parametrize(
    "path", ["../getMe", "/etc/passwd", "http://127.0.0.1:1/x", "a/../../b", "a//b", "a?b", "", None]
)
async def test_a_file_is_fetched_from_nowhere_else(house, server, path):
    answer = msgspec.json.encode({"ok": True, "result": {"file_id": "f", "file_path": path}})
    server.faults["getfile"].append(Fault(body=answer))
    ann = person(server)
    async with running(house, server):
        await ann.send(document=ann.file(b"x", file_name="a.txt"), caption="look")
        await house.until_accepted(1)
    assert house.accepted[0].attachments == ()
    assert "gave no path" in house.accepted[0].text


async def test_a_redirect_of_the_file_server_is_not_followed(house, server):
    server.faults["file"].append(Fault(status=302))
    ann = person(server)
    async with running(house, server):
        await ann.send(document=ann.file(b"x"), caption="look")
        await house.until_accepted(1)
    assert "the file server answered 302" in house.accepted[0].text


async def test_start_buttons_joins_and_our_own_words_are_counted_and_no_ticket(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    group = ann.group(-1001)
    async with running(house, server):
        await ann.write("/start")
        await ann.write("/start campaign-7")
        await ann.send(chat=group, new_chat_members=[{"id": 9, "is_bot": False, "first_name": "New"}])
        own = await server.put(group, {"from": bot.info, "text": "our own"})
        await server.push(bot, -1001, {"message": own})
        await server.push(bot, 5520931, {"my_chat_member": {"chat": ann.chat.info, "date": 1}})
        await ann.write("a question")
        await house.until_accepted(1)
    assert texts(house) == ["a question"]
    assert house.names().count("telegram.ignored") == 5


async def test_a_pressed_button_and_a_business_chat_are_shown_as_unsupported(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    told = await server.put(ann.chat, {"from": bot.info, "text": "Choose"})
    pressed = {"id": "cb1", "from": ann.user, "message": told, "chat_instance": "1", "data": "menu:refund"}
    async with running(house, server):
        await server.push(bot, 5520931, {"callback_query": pressed})
        asked = await server.put(ann.chat, {"from": ann.user, "text": "hi", "business_connection_id": "b"})
        await server.push(bot, 5520931, {"business_message": asked})
        await house.until_accepted(2)
    assert [(event.kind, event.text) for event in house.accepted] == [
        ("unsupported", "[pressed a button: menu:refund]"),
        ("unsupported", "[business chat] hi"),
    ]


async def test_other_bots_are_never_answered_by_the_machine(house, server):
    machine = Person(server, 31, "Helper", bot=server.bots[TOKEN])
    machine.user["is_bot"] = True
    async with running(house, server):
        await machine.write("buy now", chat=machine.group(-1001))
        await house.until_accepted(1)
    assert house.accepted[0].automatic == "auto_reply"


async def test_a_link_of_ours_opens_its_conversation_and_only_for_one(house, server):
    ann, ben = person(server), person(server, 77, "Ben")
    house.invitations[f"{LINK}.{SIGNATURE}"] = None
    async with running(house, server):
        await ann.write(f"/start {LINK}_{SIGNATURE}")
        await ann.write("it is about my order")
        await ben.write(f"/start {LINK}_{SIGNATURE}")
        await house.until_accepted(2)
    assert house.invitations == {f"{LINK}.{SIGNATURE}": "5520931"}
    assert texts(house) == ["it is about my order", "[came with a link that opens nothing any more]"]
    assert len(f"{LINK}_{SIGNATURE}") <= 64


async def test_two_bots_do_not_see_each_other(server):
    houses = TelegramHouse(), TelegramHouse()
    other = Person(server, 77, "Ben", bot=server.bots[OTHER_TOKEN])
    async with running(houses[0], server), running(houses[1], server, token=OTHER_TOKEN):
        await person(server).write("to the first")
        await other.write("to the second")
        await houses[0].until_accepted(1)
        await houses[1].until_accepted(1)
    assert [texts(house) for house in houses] == [["to the first"], ["to the second"]]


# --- when things are not well ----------------------------------------------------------------------------------------


async def test_every_sort_of_trouble_is_waited_out_and_loses_nothing(house, server):
    server.faults["getupdates"].extend(
        [
            busy(),
            busy(1),
            Fault(status=500, body=b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
            Fault(status=502, body=b"<html>Bad Gateway</html>", content_type="text/html"),
            Fault(how="reset_before"),
            Fault(how="reset_after"),
            Fault(body=b'{"ok":tru'),
            Fault(body=b'{"ok":true,"result":{}}'),
        ]
    )
    await person(server).write("hello")
    async with running(house, server) as connector:
        await house.until_accepted(1)
        await confirmed(server)
        assert connector.health().state == "ok"
    assert texts(house) == ["hello"]
    # One line for each change, however long it lasts.
    assert house.names().count("telegram.retrying") == 1
    assert house.names().count("telegram.ok") == 1
    assert not server.faults["getupdates"]


async def test_a_black_hole_is_noticed_within_one_poll_and_one_call(house, server):
    server.faults["getupdates"].append(Fault(how="silence"))
    async with running(house, server, timeouts=QUICK | {"call_s": 0.2, "poll_s": 0.2}) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        await person(server).write("hello")
        await house.until_accepted(1)


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cuts_while_messages_arrive(house, server, fault_proxy, how):
    ann = person(server)
    proxy = await fault_proxy(server.port)
    async with running(house, server, base_url=f"http://127.0.0.1:{proxy.port}") as connector:
        await house.until(lambda: connector.health().state == "ok")
        for cut in range(3):
            await ann.write(f"{cut} before")
            await proxy.cut(how)
            await ann.write(f"{cut} after")
            await house.until_accepted(2 * cut + 2)
    assert texts(house) == [f"{cut} {when}" for cut in range(3) for when in ("before", "after")]


async def test_nobody_listens(house, server):
    async with running(house, server, base_url="http://127.0.0.1:1") as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert connector.health().detail == "no connection to Telegram: ConnectError"
        assert (await connector.check()).state == "retrying"


async def test_a_dead_token_is_said_once_with_the_remedy_and_comes_back(house, server):
    bot = server.bots.pop(TOKEN)
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "auth_failed")
        assert "BotFather" in connector.health().detail
        assert (await connector.check()).state == "auth_failed"
        await asyncio.sleep(0.5)  # some more attempts, which say nothing new
        server.bots[TOKEN] = bot
        await person(server).write("hello")
        await house.until_accepted(1)
    assert house.names().count("telegram.auth_failed") == 1
    assert not any(TOKEN in str(fields) for _, fields in house.logged)


async def test_a_webhook_in_the_way_is_said_clearly(house, server):
    connector = house.connector(server)
    await connector._client.set_webhook("https://elsewhere.example/hook", "s")
    assert (await connector.check()).state == "misconfigured"
    await connector.close()
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "misconfigured")
        assert "mode: webhook" in connector.health().detail
        server.bots[TOKEN].hook = None
        await person(server).write("hello")
        await house.until_accepted(1)


async def test_another_program_that_polls_is_said_clearly(house, server):
    rival = TelegramHouse().connector(server)
    async with running(house, server, timeouts=QUICK | {"poll_s": 30.0}) as connector:
        await house.until(lambda: connector.health().state == "ok")
        stealing = asyncio.create_task(rival._client.updates(None, 1))
        await house.until(lambda: connector.health().state == "misconfigured")
        assert "revoke the token" in connector.health().detail
        stealing.cancel()
        await asyncio.gather(stealing, return_exceptions=True)
    await rival.close()


async def test_check_says_who_we_are(house, server):
    connector = house.connector(server)
    found = await connector.check()
    assert (found.state, found.detail) == ("ok", "@walletbot, 0 updates wait")
    await connector.close()


async def test_telegram_keeps_what_is_not_fetched_for_a_day():
    clock = VirtualClock(1_800_000_000_000)
    async with BotApiServer(clock, {TOKEN: "walletbot"}) as server:
        house = TelegramHouse()
        ann = Person(server, 77)
        await ann.write("too old")
        clock.advance_to(clock.now_ms() + UPDATE_TTL_MS - 1_000)
        await ann.write("an hour of outage is nothing")
        clock.advance_to(clock.now_ms() + 2_000)
        async with running(house, server):
            await house.until_accepted(1)
        assert texts(house) == ["an hour of outage is nothing"]


async def test_stopping_leaves_no_task_behind(house, server):
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "ok")
    names = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}
    assert not any("Telegram" in name or "Poller" in name for name in names)


async def test_the_store_going_away_while_a_link_is_opened_loses_no_link(house, server):
    house.invitations[f"{LINK}.{SIGNATURE}"] = None
    opened, calls = house.open, []

    async def away_once(token, visitor):
        calls.append(token)
        if len(calls) == 1:
            raise StoreUnavailable("away")
        return await opened(token, visitor)

    house.open = away_once
    ann = person(server)
    async with running(house, server):
        await ann.write(f"/start {LINK}_{SIGNATURE}")
        await ann.write("hello")
        await house.until_accepted(1)
    assert house.invitations[f"{LINK}.{SIGNATURE}"] == "5520931"


def test_payloads_hold_no_token(house):
    connector = house.made({"token": TOKEN})
    assert TOKEN not in repr(connector._settings)
    assert TOKEN not in str(msgspec.structs.asdict(connector._settings))
