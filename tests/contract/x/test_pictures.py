"""Pictures of replies to X: where they stand, and what becomes of those that were lost on their way."""

import msgspec
import pytest

from connectors.x.simulator import Fault
from router.connector import OutboundAttachment, Rejected, Retry, Sent, Unknown
from tests.servers.x_house import now, person

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)


def pictured(*files: tuple[str, bytes]) -> tuple[OutboundAttachment, ...]:
    """Files of a reply."""
    return tuple(OutboundAttachment(name="a", content_type=kind, data=data) for kind, data in files)


def file_of(x, said):
    """The bytes that X shows with a post or a message."""
    (media,) = said["_media"]
    return media["url"].split("/")[2], x.files["/" + media["url"].split("/", 3)[3]]


async def test_a_picture_goes_with_the_first_words_in_public_and_in_private(x, connector):
    ann = person(x)
    post = await ann.post("@wallet where do I press?")
    picture = pictured(("image/png", PICTURE))
    long = " ".join(f"Step {n}: look into the settings." for n in range(20))
    sent = await connector.send(now(ann.id, long, in_reply_to=post["id"], attachments=picture))
    first, *further = ann.answers()
    assert sent == Sent(provider_id=first["id"], pieces=tuple(each["id"] for each in further))
    assert file_of(x, first) == ("pbs.twimg.com", PICTURE)
    assert [each.get("_media") for each in further] == [None, None]
    assert isinstance(await connector.send(now(ann.id, "Here.", attachments=picture)), Sent)
    assert isinstance(await connector.send(now(ann.id, "", key="alone", attachments=picture)), Sent)
    assert [file_of(x, said) for said in ann.seen()] == [("ton.twitter.com", PICTURE)] * 2
    assert [said["text"].split("https://")[0].strip() for said in ann.seen()] == ["Here.", ""]
    assert [given["media_category"] for name, given in x.calls if name == "upload"] == [
        "tweet_image", "dm_image", "dm_image",
    ]  # fmt: skip


async def test_a_picture_that_was_lost_on_its_way_is_uploaded_again_and_nothing_is_said_twice(x, connector):
    ann = person(x)
    post = await ann.post("@wallet where do I press?")
    reply = now(ann.id, "Here.", in_reply_to=post["id"], attachments=pictured(("image/png", PICTURE)))
    x.faults["upload"].extend([Fault(how="reset_after"), Fault(status=503), Fault(status=400)])
    assert [type(await connector.send(reply)) for _ in range(3)] == [Retry, Retry, Rejected]
    assert ann.answers() == []
    x.faults["post"].append(Fault(how="reset_after"))
    assert await connector.send(reply) == Sent(provider_id=ann.answers()[0]["id"]), "it is found by its words"
    x.faults["post"].append(Fault(how="reset_before"))
    held = await connector.send(msgspec.structs.replace(reply, key="key-2", text="And here."))
    assert isinstance(held, Unknown), "with a picture X would take the same words twice"
    assert len(ann.answers()) == 1


def four():
    """Pictures that can be told apart."""
    return [PICTURE + bytes([number]) for number in range(4)]


def pictures_of(x, *saids):
    """The bytes of the pictures with each post or message."""
    return [[x.files["/" + media["url"].split("/", 3)[3]] for media in said.get("_media", ())] for said in saids]


async def test_four_pictures_are_one_post(x, connector):
    ann = person(x)
    post = await ann.post("@wallet where do I press?")
    pictures = pictured(*(("image/png", data) for data in four()))
    long = " ".join(f"Step {n}: look into the settings." for n in range(20))
    sent = await connector.send(now(ann.id, long, in_reply_to=post["id"], attachments=pictures))
    first, *further = ann.answers()
    assert sent == Sent(provider_id=first["id"], pieces=tuple(each["id"] for each in further))
    assert pictures_of(x, first, *further) == [four(), *([] for _ in further)]
    assert x.refusals == []


async def test_further_pictures_are_direct_messages_of_their_own_and_none_comes_twice(x, connector):
    ann = person(x)
    await ann.write("where do I press?")
    reply = now(ann.id, "There.", attachments=pictured(*(("image/png", data) for data in four())))
    x.faults["write"].extend([Fault(how="none"), Fault(how="reset_after"), Fault(status=503)])
    assert isinstance(await connector.send(reply), Retry)
    assert pictures_of(x, *ann.seen()) == [[data] for data in four()[:2]], "the second one was looked up and found"
    sent = await connector.send(reply)
    assert pictures_of(x, *ann.seen()) == [[data] for data in four()]
    first, *further = (f"dm:{said['id']}" for said in ann.seen())
    assert sent == Sent(provider_id=first, pieces=tuple(further))
    assert [said["text"].split("https://")[0].strip() for said in ann.seen()] == ["There.", "", "", ""]


@pytest.mark.parametrize(
    "files",
    [
        (("image/gif", b"GIF89a"),),
        (("application/pdf", b"%PDF-1.7"),),
        (("image/png", bytes(5_242_881)),),
        (("image/png", PICTURE),) * 5,
    ],
)
async def test_what_x_takes_not_in_one_call_is_not_begun(x, connector, files):
    ann = person(x)
    refused = await connector.send(now(ann.id, "Here.", attachments=pictured(*files)))
    assert refused == Rejected(reason="a reply on X has 4 pictures (PNG, JPEG, WebP) of at most 5242880 bytes")
    assert x.calls == []
