"""Facebook out: every end of a send has its outcome, nothing arrives twice by itself, and nothing private in public."""

import asyncio

import pytest

from connectors.facebook.render import COMMENT_UNITS_MAX, MESSAGE_UNITS_MAX
from connectors.facebook.simulator import Fault
from connectors.facebook.simulator.world import error
from router.connector import AuthFailed, OutboundAttachment, Rejected, Retry, Sent, Unknown
from router.model.splitting import utf16_units
from tests.servers.facebook_house import (
    NOW,
    PAGE,
    POST,
    comment_answer,
    deeds,
    outbound,
    person,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PHOTO = OutboundAttachment(name="way.png", content_type="image/png", data=b"\x89PNG\r\n\x1a\n and so on")
LARGE = OutboundAttachment(name="way.png", content_type="image/png", data=PHOTO.data + bytes(4_000_000))
PDF = OutboundAttachment(name="收据.pdf", content_type="application/pdf", data=b"%PDF-1.7")


async def test_a_reply_arrives_once_plain_and_marked(connect, server, ann):
    text = "*Not bold* <b>nor this</b>\n请先不要再操作。"
    outcome = await connect().send(outbound(ann.id, text, heard_at_ms=NOW))
    (seen,) = ann.seen()
    assert outcome == Sent(provider_id=seen.mid)
    assert (seen.text, seen.metadata) == (text, "switchboard:key-1:0")
    assert deeds(server) == [
        {
            "recipient": {"id": ann.id},
            "messaging_type": "RESPONSE",
            "message": {"text": text, "metadata": "switchboard:key-1:0"},
        }
    ]
    assert server.refusals == []


async def test_a_long_text_is_split_by_utf16_units_in_order(connect, ann):
    text = "\n\n".join(f"{number} " + "币😱" * 450 for number in range(4)) + "x" * 2_500
    assert isinstance(await connect().send(outbound(ann.id, text)), Sent)
    pieces = [message.text for message in ann.seen()]
    assert all(utf16_units(piece) <= MESSAGE_UNITS_MAX for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert [message.metadata for message in ann.seen()] == [f"switchboard:key-1:{n}" for n in range(len(pieces))]


async def test_files_follow_the_text(connect, server, ann):
    assert isinstance(await connect().send(outbound(ann.id, "Your receipt", attachments=(PDF,))), Sent)
    text, paper = ann.seen()
    assert (text.text, paper.text) == ("Your receipt", "")
    assert server.files[paper.files[0]] == b"%PDF-1.7"
    assert deeds(server)[1]["message"]["attachment"] == {"type": "file", "payload": {}}


# --- in public, and from there into private ------------------------------------------------------------------------


async def test_a_comment_is_answered_below_it(connect, server, ann):
    said = ann.compose_comment("is it down?", POST)
    outcome = await connect().send(comment_answer(said.id, "It is up again."))
    assert ann.answers_to(said) == ["It is up again."]
    assert outcome.provider_id in server.only_page().comments
    edited = await connect().send(comment_answer(f"{said.id}:edited:1793606999", "Still up.", key="key-2"))
    assert isinstance(edited, Sent)
    assert ann.answers_to(said)[1] == "Still up."
    assert ann.seen() == []


async def test_without_a_comment_the_post_is_answered(connect, server):
    assert isinstance(await connect().send(comment_answer("", in_reply_to=None)), Sent)
    assert [one.parent_id for one in server.only_page().comments.values()] == [POST]


async def test_a_long_public_answer_is_several_comments(connect, ann):
    said = ann.compose_comment("tell me all", POST)
    assert isinstance(await connect().send(comment_answer(said.id, "word " * 1_900)), Sent)
    assert [len(one) <= COMMENT_UNITS_MAX for one in ann.answers_to(said)] == [True, True]


async def test_a_picture_stands_with_the_first_comment(connect, server, ann):
    said = ann.compose_comment("where do I press?", POST)
    connector = connect()
    text = "word " * 1_900
    outcome = await connector.send(comment_answer(said.id, text, attachments=(PHOTO,)))
    first, second = (one for one in server.only_page().comments.values() if one.parent_id == said.id)
    assert outcome == Sent(provider_id=first.id, pieces=(second.id,))
    assert (server.files[first.photo], second.photo) == (PHOTO.data, "")
    alone = await connector.send(comment_answer(said.id, "", key="key-2", attachments=(PHOTO,)))
    third = server.only_page().comments[alone.provider_id]
    assert (third.message, server.files[third.photo]) == ("", PHOTO.data)
    assert server.refusals == []


async def test_a_picture_that_may_have_arrived_is_known_by_its_words_and_that_it_is_one(connect, server, ann):
    said = ann.compose_comment("where do I press?", POST)
    connector = connect()
    await connector.send(comment_answer(said.id, "There.", key="words alone"))
    server.faults["comments"].append(Fault(how="reset_before"))
    reply = comment_answer(said.id, "There.", key="key-2", attachments=(PHOTO,))
    assert isinstance(await connector.send(reply), Unknown)
    assert isinstance(await connect().reconcile(reply), Unknown), "those words without a picture are something else"
    server.faults["comments"].append(Fault(how="reset_after"))
    assert isinstance(await connector.send(reply), Unknown)
    (arrived,) = [one for one in server.only_page().comments.values() if one.photo]
    assert await connect().reconcile(reply) == Sent(provider_id=arrived.id)


async def test_a_comment_has_one_private_reply(connect, server, clock):
    ben = person(server, "77", "Ben Ng")
    said, other = ben.compose_comment("my card is …", POST), ben.compose_comment("hello?", POST)
    connector = connect()
    reply = {"visibility": "private", "thread": POST}
    text = "Please write to us here: https://m.me/1?ref=t"
    outcome = await connector.send(outbound("77", text, in_reply_to=said.id, heard_at_ms=NOW, **reply))
    assert outcome == Sent(provider_id=ben.seen()[0].mid, reached="77"), "Facebook says whom it reached"
    assert [one.text for one in ben.seen()] == [text]
    assert ben.answers_to(said) == []
    assert deeds(server)[0]["recipient"] == {"comment_id": said.id}
    again = await connector.send(outbound("77", text, in_reply_to=said.id, key="key-2", **reply))
    assert isinstance(again, Rejected)
    assert "private reply already" in again.reason
    clock.advance_to(NOW + 7 * DAY_MS)
    asked = len(server.calls)
    late = await connector.send(outbound("77", in_reply_to=other.id, heard_at_ms=NOW, **reply))
    assert late == Rejected(
        reason="the comment is older than seven days: Facebook takes no private reply to it any more"
    )
    assert len(server.calls) == asked, "refused beforehand"
    assert (
        "Facebook answered #10900"
        in (await connector.send(outbound("77", in_reply_to=other.id, key="key-3", **reply))).reason
    )


async def test_a_visitors_post_is_answered_in_private_by_its_own_number(connect, server):
    ben = person(server, "77", "Ben Ng")
    said = await ben.post("is the app down?")
    reply = outbound("77", "We look.", visibility="private", thread=said.id, in_reply_to=said.id)
    assert isinstance(await connect().send(reply), Sent)
    assert deeds(server)[0]["recipient"] == {"post_id": said.id}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"visibility": "public"}, "does not go into a Messenger conversation"),
        ({"to": "nobody"}, "names nobody"),
        ({"text": " \n"}, "neither text nor a file"),
        ({"thread": POST, "in_reply_to": None}, "names the comment"),
        ({"thread": POST, "in_reply_to": "1001_5", "text": "x" * 2_001}, "one message of 2000"),
        ({"thread": POST, "in_reply_to": "1001_5", "attachments": (PDF,)}, "one message of 2000"),
        ({"thread": POST, "visibility": "public", "attachments": (PDF,)}, "a comment has one PNG, JPEG or WebP"),
        ({"thread": POST, "visibility": "public", "attachments": (PHOTO, PHOTO)}, "a comment has one PNG"),
        ({"thread": POST, "visibility": "public", "attachments": (LARGE,)}, "of at most 3999999 bytes"),
        ({"thread": "_", "visibility": "public"}, "names no post"),
        ({"action": "hide", "target_id": "1001_5"}, "no comment on this page"),
        ({"action": "hide", "target_id": "../me", "thread": POST}, "no comment on this page"),
        (
            {"attachments": (OutboundAttachment(name="a", content_type="b/c", data=b"x" * 25_000_001),)},
            "Messenger takes",
        ),
    ],
)
async def test_what_can_never_be_sent_this_way_is_refused_before_it_leaves(connect, server, ann, changes, why):
    outcome = await connect().send(outbound(**{"to": ann.id, **changes}))
    assert isinstance(outcome, Rejected)
    assert why in outcome.reason
    assert server.calls == []


async def test_a_public_post_is_taken_out_of_sight(connect, server, ann):
    said = ann.compose_comment("DM our helpdesk on Telegram for a quick fix", POST)
    hide = outbound(ann.id, "", action="hide", target_id=said.id, thread=POST, visibility="public")
    connector = connect()
    assert await connector.send(hide) == Sent()
    assert said.is_hidden
    assert deeds(server, "hide") == [{"is_hidden": True}]
    said.is_hidden = False
    server.faults["hide"].append(Fault(how="reset_after"))
    assert isinstance(await connector.send(hide), Unknown)
    assert await connector.reconcile(hide) == Sent()
    said.is_hidden = False
    assert await connector.reconcile(hide) == Unknown(reason="the comment is still as it was")
    said.is_removed = True
    assert isinstance(await connector.send(hide), Rejected)


async def test_a_hidden_post_is_shown_again_and_one_is_deleted(connect, server, ann):
    said = ann.compose_comment("send me your phrase", POST)
    said.is_hidden = True
    asked = {"target_id": said.id, "thread": POST, "visibility": "public"}
    connector = connect()
    show, delete = outbound(ann.id, "", action="unhide", **asked), outbound(ann.id, "", action="delete", **asked)
    assert await connector.reconcile(show) == Unknown(reason="the comment is still as it was")
    assert await connector.send(show) == Sent()
    assert not said.is_hidden
    assert await connector.reconcile(show) == Sent()
    assert await connector.reconcile(delete) == Unknown(reason="the comment is still as it was")
    server.faults["delete"].append(error(200))
    assert isinstance(await connector.send(delete), Rejected), "it is there, and the page may not delete it"
    server.faults["delete"].extend([Fault(how="reset_after"), Fault(how="reset_before")])
    assert isinstance(await connector.send(delete), Unknown)
    assert said.is_removed
    assert await connector.reconcile(delete) == Sent()
    assert await connector.send(delete) == Sent()
    assert deeds(server, "hide") == [{"is_hidden": False}]


async def test_an_answer_of_ours_is_deleted_with_all_its_comments(connect, server, ann):
    said = ann.compose_comment("how do I back up?", POST)
    where = {"thread": POST, "visibility": "public"}
    connector = connect()
    sent = await connector.send(outbound(ann.id, "word " * 2_000, in_reply_to=said.id, **where))
    assert isinstance(sent, Sent)
    assert [len(ann.answers_to(said)), len(sent.pieces)] == [2, 1]
    delete = outbound(ann.id, "", key="key-2", action="delete", target_id=sent.provider_id, pieces=sent.pieces, **where)
    assert await connector.reconcile(delete) == Unknown(reason="the comment is still as it was")
    assert await connector.send(delete) == Sent()
    assert ann.answers_to(said) == []
    assert await connector.reconcile(delete) == Sent()


# --- the window ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late_ms", "by", "expected"),
    [
        (DAY_MS - 1, "machine", "RESPONSE"),
        (DAY_MS, "agent", "MESSAGE_TAG"),
        (DAY_MS, "machine", "24 hours have passed"),
        (DAY_MS, "agent without the feature", "24 hours have passed"),
        (7 * DAY_MS - 1, "agent", "MESSAGE_TAG"),
        (7 * DAY_MS, "agent", "seven days have passed"),
    ],
)
async def test_answers_leave_within_the_window_and_peoples_longer(connect, server, clock, ann, late_ms, by, expected):
    clock.advance_to(NOW + late_ms)
    reply = outbound(ann.id, heard_at_ms=NOW, automatic=by == "machine")
    outcome = await connect(human_agent=by != "agent without the feature").send(reply)
    if expected in {"RESPONSE", "MESSAGE_TAG"}:
        assert isinstance(outcome, Sent)
        assert deeds(server)[0]["messaging_type"] == expected
        assert deeds(server)[0].get("tag") == ("HUMAN_AGENT" if expected == "MESSAGE_TAG" else None)
    else:
        assert isinstance(outcome, Rejected)
        assert expected in outcome.reason
        assert server.calls == [], "refused beforehand"


async def test_where_the_house_does_not_know_facebook_says_so(connect, clock, ann):
    clock.advance_to(NOW + DAY_MS)
    outcome = await connect().send(outbound(ann.id))
    assert isinstance(outcome, Rejected)
    assert "#10/2018278" in outcome.reason


# --- what can go wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (error(613), Retry, "#613"),
        (error(4), Retry, "#4"),
        (error(1200), Retry, "#1200"),
        (Fault(status=429, body=b"<html>", content_type="text/html"), Retry, "429"),
        (error(2, status=500), Unknown, "#2"),
        (Fault(status=502, body=b"<html>oops", content_type="text/html"), Unknown, "502"),
        (Fault(status=500), Unknown, "500"),
        (Fault(body=b'{"message_i'), Unknown, "cannot be read"),
        (Fault(body=b"[]"), Unknown, "cannot be read"),
        (Fault(body=b'{"a":' + b"[" * 100_000), Unknown, "cannot be read"),
        (Fault(body=b" " * 1_100_000), Unknown, "no answer"),
        (Fault(how="reset_before"), Unknown, "no answer"),
        (Fault(how="silence"), Unknown, "no answer"),
        (error(190, status=401, subcode=463), AuthFailed, "page access token"),
        (error(551), Rejected, "takes no messages now"),
        (error(200, status=403), Rejected, "lacks a permission"),
        (error(100, subcode=2018001), Rejected, "whom it goes to"),
        (Fault(status=302, headers={"Location": "/elsewhere"}), Rejected, "302"),
        (Fault(status=404, body=b"<html>", content_type="text/html"), Rejected, "404"),
    ],
)
async def test_every_answer_has_its_outcome(connect, server, ann, fault, outcome, words):
    server.faults["messages"].append(fault)
    times = {"call_s": 0.3} if fault.how == "silence" else {}
    found = await connect(timeouts=times).send(outbound(ann.id))
    assert isinstance(found, outcome)
    assert words in found.reason
    assert ann.seen() == []


async def test_nobody_there_is_no_delivery(connect, server, ann):
    await server.stop()
    outcome = await connect().send(outbound(ann.id))
    assert isinstance(outcome, Retry)
    assert "no connection" in outcome.reason
    await server.start()


async def test_a_wrong_version_or_secret_is_told(connect, ann):
    assert "#2635" in (await connect(api_version="v1.0").send(outbound(ann.id))).reason
    assert (
        "appsecret_proof" in (await connect(app_secret="another-secret-of-some-length").send(outbound(ann.id))).reason
    )


async def test_a_person_who_blocked_us_and_one_who_never_wrote(connect, server, ann):
    ann.someone.gone = True
    assert "#551" in (await connect().send(outbound(ann.id))).reason
    assert "#100/2018001" in (await connect().send(outbound("4711"))).reason


# --- our own pace --------------------------------------------------------------------------------------------------


async def test_before_the_limit_nothing_leaves_any_more_until_some_is_free(connect, server, clock, ann):
    connector = connect()
    server.usage = {"call_count": 94, "total_time": 1, "total_cputime": 1}
    assert isinstance(await connector.send(outbound(ann.id, key="a")), Sent)
    assert connector.health().detail == "94 % of the calls that Meta allows are used"
    server.usage = {"call_count": 96, "total_time": 1, "total_cputime": 1}
    assert isinstance(await connector.send(outbound(ann.id, key="b")), Sent)
    asked = len(server.calls)
    for number in range(20):
        outcome = await connector.send(outbound(ann.id, key=f"c{number}"))
        assert outcome == Retry(reason="96 % of what Meta allows is used; waiting until some is free", after_s=60.0)
    assert len(server.calls) == asked, "nothing was asked of Facebook"
    clock.advance_to(NOW + 60_000)
    server.usage = None
    assert isinstance(await connector.send(outbound(ann.id, key="d")), Sent)


async def test_many_at_once_arrive_once_each(connect, server, ann):
    connector = connect()
    outcomes = await asyncio.gather(*(connector.send(outbound(ann.id, f"no {n}", key=f"k{n}")) for n in range(40)))
    assert len({outcome.provider_id for outcome in outcomes}) == 40
    assert {one.text for one in ann.seen()} == {f"no {n}" for n in range(40)}
    assert PAGE in server.pages
