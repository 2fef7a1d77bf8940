"""What people post and write on X, as the house takes it: files, quotes, edits, links, conversations of several."""

import asyncio

import pytest

from connectors.x.simulator import Fault
from tests.servers.x_house import OWN, XHouse, person, running, texts

TOKEN = f"01939f5a-7c3b-7abc-8def-0123456789ab.{'s' * 22}"


async def taken(x, number, **settings):
    """The house, once it has so many."""
    house = XHouse()
    async with running(house, x, **settings):
        async with asyncio.timeout(60):
            await house.until_accepted(number)
    return house


async def test_pictures_and_videos_are_kept_with_their_message(x):
    ann = person(x)
    await ann.post("@wallet look", media=(ann.photo(b"picture one"), ann.photo(b"picture two")))
    await ann.write("", media=(ann.photo(b"private picture", private=True),))
    await ann.write("film", media=(ann.video((800_000, b"small"), (2_000_000, b"good"), (9_000_000, b"huge")),))
    house = await taken(x, 3)
    files = {event.text: [(file.name, file.data) for file in event.attachments] for event in house.accepted}
    assert files == {
        "look": [("photo-1.jpg", b"picture one"), ("photo-2.jpg", b"picture two")],
        "": [("photo-1.jpg", b"private picture")],
        "film": [("video-1.mp4", b"good")],
    }
    assert x.refusals == [], "files of direct messages are asked for with a signature"


async def test_a_file_that_cannot_be_had_is_told_and_its_message_arrives(x):
    ann = person(x)
    gone = ann.photo(b"expired")
    x.missing.add(gone["url"].removeprefix("https://pbs.twimg.com"))
    await ann.post("@wallet look", media=(gone, ann.photo(b"here")))
    x.faults["file"].extend([Fault(status=503)] * 9)
    first = await taken(x, 1)
    (event,) = first.accepted
    assert [file.data for file in event.attachments] == []
    assert event.text.count("[photo: not kept") == 2
    assert "x.file_not_fetched" in first.names()
    x.faults["file"].clear()
    again = await taken(x, 1)
    (event,) = again.accepted
    assert [file.data for file in event.attachments] == [b"here"]
    assert event.text.startswith("look\n[photo: not kept (the file server answered 404")


async def test_a_file_that_fails_for_a_moment_is_asked_for_again(x):
    ann = person(x)
    await ann.post("@wallet look", media=(ann.photo(b"here"),))
    x.faults["file"].extend([Fault(status=500), Fault(how="reset_before")])
    (event,) = (await taken(x, 1)).accepted
    assert [file.data for file in event.attachments] == [b"here"]


async def test_a_file_that_is_too_large_is_not_kept(x, monkeypatch):
    monkeypatch.setattr("connectors.x.client.FILE_BYTES_MAX", 1_048_576)
    ann = person(x)
    await ann.post("@wallet look", media=(ann.photo(b"x" * 1_048_577),))
    (event,) = (await taken(x, 1)).accepted
    assert (event.attachments, "larger than 1 MB" in event.text) == ((), True)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data",
        "http://pbs.twimg.com/media/a.jpg",
        "https://pbs.twimg.com.evil.example/a.jpg",
        "https://user@pbs.twimg.com/a.jpg",
        "https://pbs.twimg.com:8443/a.jpg",
        "file:///etc/passwd",
        "https://localhost/a",
    ],
)
async def test_a_file_is_fetched_from_nowhere_else(x, url):
    ann = person(x)
    picture = ann.photo(b"x") | {"url": url}
    await ann.post("@wallet look", media=(picture,))
    (event,) = (await taken(x, 1)).accepted
    assert event.attachments == ()
    assert "its address is none of X" in event.text


async def test_a_redirect_is_not_followed(x):
    ann = person(x)
    await ann.post("@wallet look", media=(ann.photo(b"x"),))
    x.faults["file"].append(Fault(status=302, headers={"Location": "https://127.0.0.1/secret"}))
    (event,) = (await taken(x, 1)).accepted
    assert "the file server answered 302" in event.text


async def test_an_edited_post_is_an_edit_of_the_first(x):
    ann, house = person(x), XHouse()
    first = await ann.post("@wallet my depsoit is missing")
    async with running(house, x):
        async with asyncio.timeout(60):
            await house.until_accepted(1)
            second = await ann.edit(first, "@wallet my deposit is missing")
            await house.until_accepted(2)
            third = await ann.edit(second, "@wallet my deposit is here")
            await house.until_accepted(3)
    assert [(event.kind, event.message_id, event.target_id, event.text) for event in house.accepted] == [
        ("message", first["id"], None, "my depsoit is missing"),
        ("edit", second["id"], first["id"], "my deposit is missing"),
        ("edit", third["id"], first["id"], "my deposit is here"),
    ]


async def test_replies_and_quotes_name_what_they_are_about(x):
    ann = person(x)
    ours = await x.put_post(OWN, "We are back & well.")
    reply = await ann.post("still not", answers=ours)
    await ann.post("@wallet is that so?", quotes=ours)
    house = await taken(x, 2)
    first, second = house.accepted
    assert (first.message_id, first.in_reply_to, first.thread_id) == (reply["id"], ours["id"], ours["id"])
    assert (first.visibility, second.visibility) == ("public", "public")
    assert second.text == "is that so?\n\n> @wallet:\n> We are back & well."


async def test_what_several_read_is_public(x):
    ann = person(x)
    await ann.write("hello all", group="1585094756761149440")
    await ann.write("hello you")
    house = await taken(x, 2)
    assert [(event.text, event.visibility, event.thread_id) for event in house.accepted] == [
        ("hello all", "public", "group:1585094756761149440"), ("hello you", "private", None),
    ]  # fmt: skip


async def test_our_own_words_and_who_joins_are_nobodys_matter(x):
    ann = person(x)
    await x.put_message(OWN, ann.conversation, "we look")
    await x.put_post(OWN, "@wallet to ourselves")
    await x.put_message(ann.id, "1585094756761149440", "", event_type="ParticipantsJoin")
    await ann.write("hello")
    house = await taken(x, 1)
    assert texts(house) == ["hello"]
    assert house.names().count("x.ignored") == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"{TOKEN} it is about my card", ["it is about my card"]),
        (f"hello,\n{TOKEN}", ["hello,"]),
        (TOKEN, []),
    ],
)
async def test_a_link_is_opened_for_who_brings_it(x, said, shown):
    ann, house = person(x), XHouse()
    house.invitations[TOKEN] = None
    await ann.write(said)
    await ann.write("last")
    async with running(house, x):
        async with asyncio.timeout(60):
            await house.until_accepted(len(shown) + 1)
    assert (texts(house), house.invitations) == ([*shown, "last"], {TOKEN: ann.id})


async def test_a_link_opens_for_one_only_and_never_in_public(x):
    ann, ben, house = person(x), person(x, "5555", "Ben"), XHouse()
    house.invitations[TOKEN] = None
    house.unavailable = 0
    await ann.write(TOKEN)
    await ben.write(TOKEN)
    await ben.post(f"@wallet {TOKEN}")
    await ben.write(f"{TOKEN}", group="1585094756761149440")
    async with running(house, x):
        async with asyncio.timeout(60):
            await house.until_accepted(3)
    assert house.invitations == {TOKEN: ann.id}
    assert sorted(texts(house)) == sorted([TOKEN, TOKEN, "[came with a link that opens nothing any more]"])
