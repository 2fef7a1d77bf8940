"""Who is told that an agent writes or has read: where a reply could leave in the same moment, and nowhere else."""

import msgspec
import pytest

from router.core.presence import is_listened_to, signal_of
from router.core.replies import ChannelView
from router.model.abuse import Block
from router.model.signals import Place
from router.model.snapshot import PresenceFacts
from router.model.tables import Agent
from tests.unit.core.world import NOW, World

MEI = Agent(id="agent-mei", login="mei", name="Mei", created_at_ms=NOW)
ABLE = ChannelView(can_send=True, signals=("typing", "read"))
HOUR_MS = 3_600_000


def block(**fields):
    return Block(
        id="b1", kind="telegram", value="77", reason="abuse", actor="agent:agent-mei", created_at_ms=NOW, **fields
    )


def facts(visibility="private", *, ticket=None, contact=None, **fields):
    world = World(can_send=False)
    said = world.say("where is it?", channel="telegram", sender="77", thread_id="77", visibility=visibility)
    return PresenceFacts(
        ticket=msgspec.structs.replace(world.ticket(said), **(ticket or {})),
        conversation=world.conversation(said),
        contact=msgspec.structs.replace(next(iter(world.snapshot.contacts.values())), **(contact or {})),
        last=world.messages[said.outcome.message_id],
        **fields,
    )


def told(found, kind="typing", *, channel=ABLE, over=False, is_off=False, now_ms=NOW + 1):
    return signal_of(found, kind, MEI, channel, over=over, is_off=is_off, now_ms=now_ms)


def test_a_customer_in_private_is_told_who_writes_and_what_was_read():
    found = facts()
    writes, stops, reads = told(found), told(found, over=True), told(found, "read")
    assert writes.place == reads.place == found.place == Place("telegram", "default", "77", "77")
    assert (writes.for_customer, writes.over, writes.name, writes.agent_id) == (True, False, "Mei", MEI.id)
    assert (stops.for_customer, stops.over) == (True, True)
    assert (reads.for_customer, reads.message_id) == (True, found.last.id)
    assert writes.message_id is None


@pytest.mark.parametrize(
    ("found", "how"),
    [
        (facts("public"), {}),
        (facts(ticket={"state": "closed"}), {}),
        (facts(contact={"erased_at_ms": NOW}), {}),
        (facts(is_held=True), {}),
        (facts(blocks=(block(),)), {}),
        (facts(), {"is_off": True}),
        (facts(), {"channel": ChannelView(can_send=True)}),
        (facts(), {"channel": ChannelView(can_send=False, reason="receive_only", signals=("typing", "read"))}),
        (facts(), {"channel": msgspec.structs.replace(ABLE, window_s=3600), "now_ms": NOW + HOUR_MS}),
        # What a person of ours may still write is more than the network shows of us.
        (
            facts(),
            {"channel": msgspec.structs.replace(ABLE, window_s=3600, agent_window_s=7200), "now_ms": NOW + HOUR_MS},
        ),
    ],
)
def test_nobody_else_is_told_and_colleagues_hear_all_the_same(found, how):
    writes = told(found, **how)
    assert (writes.for_customer, writes.name) == (False, "Mei")
    assert told(found, "read", **how) is None, "of no use to colleagues"


def test_each_kind_needs_a_channel_that_has_it():
    only = msgspec.structs.replace(ABLE, signals=("typing",))
    assert told(facts(), channel=only).for_customer
    assert told(facts(), "read", channel=only) is None


def test_blocks_that_are_over_and_windows_that_are_open_stand_in_nobodys_way():
    window = msgspec.structs.replace(ABLE, window_s=3600)
    assert told(facts(), channel=window, now_ms=NOW + HOUR_MS - 1).for_customer
    assert told(facts(blocks=(block(until_ms=NOW),))).for_customer
    assert told(facts(blocks=(block(lifted_at_ms=NOW),))).for_customer


@pytest.mark.parametrize("found", [facts(contact={"erased_at_ms": NOW}), facts(is_held=True), facts(blocks=(block(),))])
def test_who_is_not_listened_to_is_not_shown_typing(found):
    assert not is_listened_to(found, NOW + 1)
    assert is_listened_to(facts(), NOW + 1)


def test_nothing_is_read_where_nothing_was_said():
    assert told(msgspec.structs.replace(facts(), last=None), "read") is None
