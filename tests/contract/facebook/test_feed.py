"""What Meta tells of posts and comments: several changes at once, pictures in every shape."""

import json

import pytest

from connectors.facebook.simulator import GraphServer
from router.clock import SystemClock
from tests.servers.facebook_house import PAGE, POST, delivered, person, serving, wallet_page


@pytest.fixture
async def server():
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.02) as made:
        yield made


async def test_two_edits_within_a_second_are_two_and_a_repetition_is_none(server):
    ann, page = person(server), server.only_page()
    said = ann.compose_comment("helo", POST)
    bodies = []
    for text in ("helo", "hello", "hello!"):
        value = {
            "from": {"id": ann.id, "name": ann.name}, "item": "comment", "verb": "add" if text == "helo" else "edited",
            "post_id": POST, "comment_id": said.id, "parent_id": POST, "created_time": 1793606402, "message": text,
        }  # fmt: skip
        bodies.append({"id": PAGE, "time": 1793606405, "changes": [{"field": "feed", "value": value}]})
    together = json.dumps({"object": "page", "entry": bodies}).encode()
    apart = [json.dumps({"object": "page", "entry": [entry]}).encode() for entry in bodies]
    async with serving(server) as (house, _):
        for body in (together, *apart, together):
            assert await server.post(page, body) == 200
    assert [(event.kind, event.text) for event in house.accepted] == [
        ("message", "helo"), ("edit", "hello"), ("edit", "hello!"),
    ]  # fmt: skip


async def test_pictures_of_a_visitors_post_are_fetched_however_meta_tells_of_them(server):
    ann, page = person(server), server.only_page()
    one, two, film = (ann.file("image", data, server.url)["payload"]["url"] for data in (b"one", b"two", b"film"))
    gone = f"{server.url}/media/expired"
    told = [
        {"item": "status", "message": "both", "photos": [one, two]},
        {"item": "photo", "message": "", "photo_id": "5", "link": one},
        {"item": "video", "message": "see", "video_id": "6", "link": film},
        {"item": "photo", "message": "late", "link": gone},
        {"item": "share", "message": "this", "link": "https://news.example/a"},
    ]
    async with serving(server) as (house, _):
        for number, said in enumerate(told):
            value = {"from": {"id": ann.id, "name": ann.name}, "verb": "add", "post_id": f"{PAGE}_9{number}",
                     "created_time": 1793606402, "published": 1, **said}  # fmt: skip
            await server.push(page, "changes", {"field": "feed", "value": value}, "feed")
        await delivered(server)
    assert [(event.text, [file.data for file in event.attachments]) for event in house.accepted] == [
        ("both", [b"one", b"two"]),
        ("", [b"one"]),
        ("see", [b"film"]),
        (f"late\n{gone}\n[image: could not be fetched (the file server answered 403); ask for it again]", []),
        ("this\nhttps://news.example/a", []),
    ]
