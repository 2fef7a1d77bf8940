"""What people send on Telegram, and what arrives of it."""

import msgspec
import pytest

from connectors.telegram.simulator import Fault, Person
from router.model.errors import StoreUnavailable
from tests.servers.telegram_house import QUICK, TOKEN, confirmed, person, running, texts

LINK = "01939f5a-7c3b-7abc-8def-0123456789ab"
SIGNATURE = "c2lnbmF0dXJlX29mX2xpbms"


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
