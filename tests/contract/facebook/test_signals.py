"""Messenger shows that somebody writes and has read; what comes of it changes nothing for replies."""

import pytest

from connectors.facebook.simulator import Fault
from connectors.facebook.simulator.world import error
from router.connector import Sent
from router.model.signals import Signal
from tests.servers.facebook_house import NOW, POST, deeds, outbound

DAY_MS = 86_400_000


def signal(ann, kind="typing", **fields):
    where = {"channel": "facebook", "account": "default", "thread": ann.id, "peer": ann.id}
    return Signal(kind=kind, by="agent", for_customer=True, **{**where, **fields})


async def test_a_customer_sees_it_for_twenty_seconds_or_until_it_is_over(connector, server, ann, clock):
    await connector.signal(signal(ann))
    assert deeds(server, "act") == [{"recipient": {"id": ann.id}, "sender_action": "typing_on"}]
    assert ann.sees_typing()
    clock.advance_to(NOW + 20_000)
    assert not ann.sees_typing()
    await connector.signal(signal(ann))
    await connector.signal(signal(ann, over=True))
    assert not ann.sees_typing()
    await connector.signal(signal(ann))
    assert isinstance(await connector.send(outbound(ann.id, heard_at_ms=NOW)), Sent)
    assert not ann.sees_typing()
    assert server.refusals == []


async def test_what_was_read_is_seen_up_to_the_newest_message(connector, server, ann):
    newest = ann.compose("and my order?")["message"]["mid"]
    await connector.signal(signal(ann, "read", message_id="m2"))
    assert deeds(server, "act") == [{"recipient": {"id": ann.id}, "sender_action": "mark_seen"}]
    assert ann.someone.seen == newest
    assert server.refusals == []


@pytest.mark.parametrize("kind", ["typing", "read"])
async def test_nothing_is_shown_of_comments_nor_of_who_is_not_on_messenger(connector, server, ann, kind):
    await connector.signal(signal(ann, kind, thread=POST))
    await connector.signal(signal(ann, kind, peer="ann"))
    assert deeds(server, "act") == []


@pytest.mark.parametrize(
    "fault",
    [
        error(613, "Calls to this api have exceeded the rate limit.", Retry_After="9"),
        error(190, "Error validating access token"),
        error(1, "An unknown error occurred"),
        Fault(status=502, body=b"<html>"),
        Fault(how="reset_before"),
    ],
)
async def test_a_refusal_stays_with_the_signal(connector, server, ann, fault):
    server.faults["act"].append(fault)
    await connector.signal(signal(ann))
    assert not ann.sees_typing()
    assert connector.health().state == "starting"
    assert isinstance(await connector.send(outbound(ann.id, heard_at_ms=NOW)), Sent)


async def test_outside_of_the_window_facebook_refuses_it(connector, server, ann, clock):
    clock.advance_to(NOW + DAY_MS)
    await connector.signal(signal(ann))
    assert not ann.sees_typing()
    assert len(server.refusals) == 1


async def test_after_too_many_there_is_silence_for_as_long_as_is_asked(connector, server, ann, clock):
    server.faults["act"].append(error(613, "Calls to this api have exceeded the rate limit.", Retry_After="9"))
    await connector.signal(signal(ann))
    for at_ms, is_said in ((8_999, False), (9_000, True)):
        clock.advance_to(NOW + at_ms)
        await connector.signal(signal(ann))
        assert ann.sees_typing() == is_said


async def test_what_is_left_of_the_calls_is_for_replies(connector, server, ann):
    server.usage = {"call_count": 50}
    assert isinstance(await connector.send(outbound(ann.id, heard_at_ms=NOW)), Sent)
    await connector.signal(signal(ann))
    assert deeds(server, "act") == []
    server.usage = {"call_count": 49}
    assert isinstance(await connector.send(outbound(ann.id, key="k2", heard_at_ms=NOW)), Sent)
    await connector.signal(signal(ann))
    assert ann.sees_typing()
