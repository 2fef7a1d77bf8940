"""Whatever comes in whatever order: nobody reads what is not theirs, and a batch is its lines one by one."""

import asyncio
import json
from collections import defaultdict

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from router import beside
from router.model.tables import Conversation
from tests.servers.service import RULES
from tests.unit.core.world import DAY_MS, World, event

PEOPLE = ["ann@example.org", "bob@example.org", "eve@example.org"]
MESSAGE_IDS = [f"<{n}@x>" for n in range(8)]
"""Few, so that they are answered, repeated, edited and guessed."""

WORDS = st.sampled_from(["hello", "stolen", "the fee", "about T-1002", "T-1003 T-1004", "", "Fwd: T-1002"])
UTTERANCE = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["email", "email", "telegram", "form", "phone", "webchat"]),
        "account": st.sampled_from(["default", "second"]),
        "visibility": st.sampled_from(["private", "private", "public"]),
        "sender": st.sampled_from(PEOPLE),
        "text": WORDS,
        "person": st.fixed_dictionaries(
            {},
            optional={
                "verified": st.sampled_from([True, False, None]),
                "email": st.sampled_from(PEOPLE),
                "user_id": st.sampled_from(["u1", "u2"]),
            },
        ),
    },
    optional={
        "kind": st.sampled_from(["message", "edit", "delete", "reaction"]),
        "thread_id": st.sampled_from(["t1", "t2"]),
        "in_reply_to": st.sampled_from(MESSAGE_IDS),
        "references": st.lists(st.sampled_from(MESSAGE_IDS), max_size=3).map(tuple),
        "target_id": st.sampled_from(MESSAGE_IDS),
        "subject": WORDS,
        "automatic": st.sampled_from(["none", "auto_reply", "bounce"]),
    },
)
STEPS = st.lists(
    st.tuples(UTTERANCE, st.sampled_from(["none", "none", "token", "solve", "close", "wait"])), max_size=14
)


def play(steps) -> World:
    """Every step decided and applied as strictly as a database would."""
    world, last = World(), None
    for number, (utterance, what) in enumerate(steps):
        token = None
        conversations = list(world.snapshot.conversations_by_id)
        if what == "token" and conversations and utterance["channel"] == "email":
            token = conversations[number % len(conversations)]
        elif what in {"solve", "close"} and last is not None and last.outcome.ticket_id:
            world.change(last, state=what.removesuffix("e") + "ed", solved_at_ms=world.now_ms)
        elif what == "wait":
            world.now_ms += 10 * DAY_MS
        found = event(**{"message_id": f"<{number}@x>", **utterance})
        last = world.take(msgspec.structs.replace(found, target_id=utterance.get("target_id", "<0@x>")), token=token)
    return world


@given(STEPS)
def test_no_ticket_holds_the_words_of_two_people_unless_one_takes_part(steps):
    world = play(steps)
    writers = defaultdict(set)
    for message in world.messages.values():
        if message.kind == "inbound":
            writers[message.ticket_id].add(message.contact_id)
    for ticket_id, contacts in writers.items():
        owner = world.snapshot.tickets[ticket_id].contact_id
        for message in world.messages.values():
            if message.ticket_id == ticket_id and message.kind == "inbound" and message.contact_id != owner:
                peer = world.snapshot.conversations_by_id[message.conversation_id].peer
                assert (ticket_id, message.channel, peer) in world.snapshot.participants
        assert len(contacts) <= 1 + sum(part[0] == ticket_id for part in world.snapshot.participants)


@given(STEPS)
def test_an_identity_is_one_persons_and_only_what_was_proven(steps):
    world = play(steps)
    proven = {("email", s["sender"]) for s, _ in steps if s["person"].get("verified") is not False}
    for kind, value in world.snapshot.identities:
        if kind == "email":
            vouched = {("email", s["person"].get("email")) for s, _ in steps if s["person"].get("verified")}
            assert (kind, value) in proven | vouched
        if kind in {"form", "phone"}:
            assert any((s["channel"], s["sender"]) == (kind, value) and s["person"].get("verified") for s, _ in steps)
        if kind == "user_id":
            assert any(s["person"].get("user_id") == value and s["person"].get("verified") for s, _ in steps)


@given(STEPS)
def test_public_and_private_and_accounts_never_share_a_conversation(steps):
    world = play(steps)
    for message in world.messages.values():
        held: Conversation = world.snapshot.conversations_by_id[message.conversation_id]
        assert (held.channel, held.account, held.visibility) == (message.channel, message.account, message.visibility)


@given(STEPS)
def test_machines_are_never_answered_and_each_answer_has_one_way_out(steps):
    world = play(steps)
    answered = {m.in_reply_to for m in world.replies()}
    automatic = {m.external_id for m in world.messages.values() if m.kind == "inbound" and m.automatic != "none"}
    assert not answered & automatic
    assert {entry.message_id for entry in world.outbox()} == {m.id for m in world.replies()}
    assert len(answered) == len(world.replies())


LINES = st.lists(
    st.builds(
        lambda number, fields: (
            {k: v for k, v in fields.items() if k not in {"person", "sender"}}
            | {
                "message_id": f"<{number}@x>",
                "sent_at": "2026-11-02T08:00:03Z",
                "sender": {"id": fields["sender"]} | fields["person"],
            }
        ),
        st.integers(0, 9),
        UTTERANCE,
    ),
    max_size=12,
)


@settings(max_examples=max(10, settings.default.max_examples // 4))  # each opens two databases
@given(LINES)
def test_a_batch_decides_as_its_lines_one_by_one(lines):
    rows = [json.dumps({"target_id": "<0@x>"} | row).encode() for row in lines]

    async def decide(groups):
        async with beside.rehearsal({"rules.yaml": RULES.encode()}) as rehearsal:
            return [answer for group in groups async for answer in rehearsal.decide(group)]

    at_once = asyncio.run(decide([rows]))
    one_by_one = asyncio.run(decide([[row] for row in rows]))
    assert [msgspec.to_builtins(a) | {"line": 0} for a in at_once] == [
        msgspec.to_builtins(a) | {"line": 0} for a in one_by_one
    ]
