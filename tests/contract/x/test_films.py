"""GIFs and films of replies to X: in pieces, waited for, and never twice, whatever happens on their way."""

import msgspec
import pytest

from connectors.x import sending
from connectors.x.failures import Unusable
from connectors.x.simulator import Fault, busy
from connectors.x.simulator.people import path_of
from connectors.x.upload import READY_MS_MAX, SEGMENT_BYTES, Upload, Uploader
from router.clock import SystemClock, VirtualClock
from router.connector import AuthFailed, OutboundAttachment, Rejected, Retry, Sent, Unknown
from router.failures import Later
from tests.servers.x_house import QUICK, XHouse, now, person

FILM = b"\0\0\0\x0cftypmp42\0\0\0\x08moov" + bytes(range(256)) * 10_000
"""Three segments."""
GIF = b"GIF89a" + bytes(range(256)) * 5_000 + b";"
"""Two."""
STAGES = ("initialize", "append", "finalize", "status")


def attached(data: bytes, kind: str = "video/mp4"):
    """The file of a reply."""
    return (OutboundAttachment(name="a", content_type=kind, data=data),)


@pytest.fixture
async def post(x):
    """What Ann asks in public."""
    return await person(x).post("@wallet where do I press?")


@pytest.fixture
def reply(x, post):
    """The answer that shows it."""
    return now(person(x).id, "Here.", in_reply_to=post["id"], attachments=attached(FILM))


@pytest.fixture(autouse=True)
def soon(x):
    """X says at once how far it is."""
    x.uploads.check_after_s = 0


def calls(x, *names: str):
    """How often each endpoint was called and understood."""
    return [[name for name, _ in x.calls].count(each) for each in names]


def films(x, *saids):
    """Type, host and bytes of what X shows with each."""
    shown = [media for said in saids for media in said["_media"]]
    return [(each["type"], each["variants"][0]["url"].split("/")[2], x.files[path_of(each)]) for each in shown]


@pytest.mark.parametrize(
    ("data", "kind", "use", "shown"),
    [(FILM, "video/mp4", "video", "video"), (GIF, "image/gif", "gif", "animated_gif")],
)
async def test_a_film_goes_with_the_first_words_in_public_and_in_private(x, connector, post, data, kind, use, shown):
    ann, files = person(x), attached(data, kind)
    long = " ".join(f"Step {n}: look into the settings." for n in range(20))
    sent = await connector.send(now(ann.id, long, in_reply_to=post["id"], attachments=files))
    first, *further = ann.answers()
    assert sent == Sent(provider_id=first["id"], pieces=tuple(each["id"] for each in further))
    assert [each.get("_media") for each in further] == [None, None]
    assert isinstance(await connector.send(now(ann.id, "Here.", attachments=files)), Sent)
    assert isinstance(await connector.send(now(ann.id, "", key="alone", attachments=files)), Sent)
    assert films(x, first, *ann.seen()) == [(shown, "video.twimg.com", data)] * 3
    begun = [given for name, given in x.calls if name == "initialize"]
    assert begun == [
        {"media_type": kind, "media_category": f"{place}_{use}", "total_bytes": len(data)}
        for place in ("tweet", "dm", "dm")
    ]
    assert x.refusals == []


async def test_a_file_leaves_in_segments_in_their_order(x, connector, reply):
    assert isinstance(await connector.send(reply), Sent)
    sizes = [min(SEGMENT_BYTES, len(FILM) - at) for at in range(0, len(FILM), SEGMENT_BYTES)]
    assert [given for name, given in x.calls if name == "append"] == [
        {"segment_index": number, "media": -(-size // 3) * 4} for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("cut", ["reset_before", "reset_after"])
async def test_a_segment_that_was_cut_comes_again_and_those_before_it_do_not(x, connector, reply, cut):
    x.faults["append"].extend([Fault(how="none"), Fault(how=cut)])
    lost = await connector.send(reply)
    assert isinstance(lost, Retry)
    assert lost.reason.startswith("the file was not uploaded: X gave no answer: ")
    assert isinstance(await connector.send(reply), Sent)
    again = [1] if cut == "reset_after" else []
    assert [given["segment_index"] for name, given in x.calls if name == "append"] == [0, *again, 1, 2]
    assert calls(x, "initialize", "finalize", "post") == [1, 1, 1]
    assert films(x, *person(x).answers()) == [("video", "video.twimg.com", FILM)]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=500, body=b"<html>", content_type="text/html"),
        Fault(status=200, body=b"<html>", content_type="text/html"),
        Fault(how="reset_before"),
        Fault(how="reset_after"),
        busy(),
    ],
)
async def test_trouble_in_the_middle_of_an_upload_is_tried_again_and_sends_nothing_twice(
    x, connector, reply, stage, fault
):
    x.faults[stage].append(fault)
    assert isinstance(await connector.send(reply), Retry)
    assert person(x).answers() == []
    assert isinstance(await connector.send(reply), Sent)
    assert films(x, *person(x).answers()) == [("video", "video.twimg.com", FILM)]
    assert calls(x, "post") == [1]


@pytest.mark.parametrize("stage", STAGES)
async def test_a_used_up_limit_says_when_it_opens_again(x, connector, reply, stage):
    x.faults[stage].append(busy(SystemClock().now_ms() // 1_000 + 600))
    closed = await connector.send(reply)
    assert isinstance(closed, Retry)
    assert 500 < closed.after_s <= 600


@pytest.mark.parametrize("stage", STAGES)
async def test_no_answer_in_the_middle_of_an_upload_is_no_hang(x, reply, stage):
    connector = XHouse().connector(x, timeouts=QUICK | {"call_s": 2.0})
    x.faults[stage].append(Fault(how="silence"))
    assert await connector.send(reply) == Retry(reason="the file was not uploaded: X gave no answer: TimeoutError")
    await connector.close()


async def test_a_line_too_slow_for_one_attempt_goes_on_in_the_next(x, connector, reply, monkeypatch):
    monkeypatch.setattr(sending, "_SEND_S", 1.0)
    x.faults["append"].extend([Fault(how="none"), Fault(how="silence")])
    cut = await connector.send(reply)
    assert cut == Retry(reason="the files were not at X within 1.0 s; the upload goes on"), "no post can have left"
    monkeypatch.undo()
    assert isinstance(await connector.send(reply), Sent)
    assert [given["segment_index"] for name, given in x.calls if name == "append"] == [0, 1, 2]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("status", "outcome"), [(400, Rejected), (413, Rejected), (403, Rejected), (404, Rejected), (401, AuthFailed)]
)
async def test_a_refusal_in_the_middle_of_an_upload_is_final(x, connector, reply, stage, status, outcome):
    x.faults[stage].append(Fault(status=status, body=b'{"title":"No","detail":"No such media"}'))
    refused = await connector.send(reply)
    assert isinstance(refused, outcome)
    assert outcome is AuthFailed or refused.reason == f"X answered {status}: No such media"
    assert person(x).answers() == []


async def test_x_is_asked_until_a_film_is_ready(x, connector, reply):
    x.uploads.questions = 4
    assert isinstance(await connector.send(reply), Sent)
    assert calls(x, "status", "initialize", "post") == [4, 1, 1]


async def test_what_takes_long_is_asked_for_later_and_not_uploaded_again(x, connector, reply):
    x.uploads.check_after_s = 3_600
    waiting = Retry(reason="X is still preparing the file", after_s=300.0)
    assert await connector.send(reply) == waiting
    x.uploads.questions = 2
    assert await connector.send(reply) == waiting
    assert calls(x, *STAGES, "post") == [1, 3, 1, 1, 0]
    assert isinstance(await connector.send(reply), Sent)
    assert calls(x, *STAGES, "post") == [1, 3, 1, 2, 1]


async def test_what_never_gets_ready_is_given_up(x, connector):
    clock, upload = VirtualClock(SystemClock().now_ms()), Upload()
    uploader = Uploader(connector._client, clock, 0.02)
    x.uploads.check_after_s = x.uploads.questions = 1_000
    with pytest.raises(Later):
        await uploader.put(*attached(FILM), upload, private=True)
    clock.advance_to(clock.now_ms() + READY_MS_MAX + 1)
    with pytest.raises(Unusable, match="X did not get the file ready within 15 minutes"):
        await uploader.put(*attached(FILM), upload, private=True)


@pytest.mark.parametrize(
    ("data", "kind"), [(b"\0\0\0\x0cftypmp42 no frames", "video/mp4"), (b"GIF89a half of it", "image/gif")]
)
async def test_what_x_can_make_nothing_of_is_told_with_its_reason_and_not_sent(x, connector, reply, data, kind):
    refused = await connector.send(msgspec.structs.replace(reply, attachments=attached(data, kind)))
    assert refused == Rejected(reason="X cannot use the file: InvalidMedia: file is invalid")
    assert calls(x, "initialize", "post") == [1, 0]


async def test_a_state_that_holds_an_error_is_a_failure_whatever_it_is_called(x, connector, reply):
    stuck = {"state": "in_progress", "error": {"code": 1, "name": "InvalidMedia\n", "message": ""}}
    body = msgspec.json.encode({"data": {"id": "7", "processing_info": stuck}})
    x.faults["status"].append(Fault(body=body))
    assert await connector.send(reply) == Rejected(reason="X cannot use the file: InvalidMedia ")


async def test_a_film_that_is_too_long_for_the_account_is_told_by_its_post(x, connector, reply):
    told = "This user is not allowed to post a video longer than 20 minutes."
    body = msgspec.json.encode({"title": "Forbidden", "detail": told, "status": 403})
    x.faults["post"].append(Fault(status=403, body=body))
    assert await connector.send(reply) == Rejected(reason=f"X answered 403: {told}")


async def test_a_closed_window_for_posts_costs_no_second_upload(x, connector, reply):
    x.faults["post"].append(busy())
    assert isinstance(await connector.send(reply), Retry)
    assert isinstance(await connector.send(reply), Sent)
    assert calls(x, "initialize", "finalize", "post") == [1, 1, 1]


async def test_what_x_has_dropped_meanwhile_is_uploaded_again(x, connector, reply):
    x.faults["post"].append(busy())
    assert isinstance(await connector.send(reply), Retry)
    x.uploads.expire()
    assert await connector.send(reply) == Retry(reason="X answered 400: Your media IDs are invalid.")
    assert isinstance(await connector.send(reply), Sent)
    assert films(x, *person(x).answers()) == [("video", "video.twimg.com", FILM)]


async def test_a_session_that_x_has_dropped_is_begun_anew(x, connector, reply):
    x.faults["append"].extend([Fault(how="none"), Fault(status=503)])
    assert isinstance(await connector.send(reply), Retry)
    x.uploads.expire()
    assert isinstance(await connector.send(reply), Sent)
    assert [given["segment_index"] for name, given in x.calls if name == "append"] == [0, 1, 0, 1, 2]
    assert films(x, *person(x).answers()) == [("video", "video.twimg.com", FILM)]


async def test_after_a_restart_it_is_uploaded_again_and_said_once(x, house, connector, reply):
    x.faults["finalize"].append(Fault(status=503))
    assert isinstance(await connector.send(reply), Retry)
    another = house.connector(x)
    assert isinstance(await another.send(reply), Sent)
    await another.close()
    assert films(x, *person(x).answers()) == [("video", "video.twimg.com", FILM)]


async def test_a_post_with_a_film_whose_answer_was_lost_is_found_or_held(x, connector, reply):
    x.faults["post"].append(Fault(how="reset_after"))
    assert await connector.send(reply) == Sent(provider_id=person(x).answers()[0]["id"])
    another = msgspec.structs.replace(reply, key="key-2", text="And here.")
    x.faults["post"].append(Fault(how="reset_before"))
    assert isinstance(await connector.send(another), Unknown)
    assert isinstance(await connector.send(another), Sent), "an agent has decided; it is uploaded anew"
    assert calls(x, "initialize") == [3]
    assert len(person(x).answers()) == 2
