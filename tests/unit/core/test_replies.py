"""What an agent writes: what is refused, with which words, and that a note never leaves."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.guard import Concern
from router.core.private_answers import Doors
from router.core.replies import ChannelView, ReplyCommand, check_file, decide_note, decide_reply
from router.core.tickets import assign
from router.model.capabilities import LoneFiles
from router.model.changes import Record, Save
from router.model.errors import Refused
from router.model.limits import ATTACHMENT_BYTES_MAX, REPLY_CHARS_MAX
from router.model.message import Redaction, StoredAttachment
from router.model.snapshot import Acquaintance, ReplyFacts
from router.model.tables import Agent, Contact, Message, OutboxEntry, PrivateLink, Ticket
from rules.links import LinkHosts
from rules.redact import redact
from tests.unit.core.world import NOW, World

MEI = Agent(id="agent-mei", login="mei", name="Mei", created_at_ms=NOW)
CARD = "4111 1111 1111 1111"
OPEN = ChannelView(can_send=True)


class Desk:
    """One ticket and the agent who answers it."""

    def __init__(self, visibility="private", *, hosts=None, their=None, **ticket):
        self.hosts, self.their, self.clear = hosts, their, None
        self.world = World(can_send=False)
        where = {"channel": "x", "sender": "77", "thread_id": "77", "visibility": visibility}
        self.first = self.world.say("where is it?", message_id="m1", subject="Transfer", **where)
        self.ticket = self.world.change(self.first, **ticket)
        self.conversation = self.world.conversation(self.first)

    def facts(self, newer=()):
        last = self.world.messages[self.first.outcome.message_id]
        ticket = self.world.ticket(self.first)
        return ReplyFacts(
            ticket=ticket, conversation=self.conversation, last_inbound=last, their=self.their, newer=newer
        )

    def reply(self, text="On its way.", *, channel=OPEN, newer=(), attached=(), **command):
        command = ReplyCommand(ticket_id=self.ticket.id, text=text, last_seen=1, client_key="k", **command)
        decided = decide_reply(
            command, self.facts(newer), channel, MEI, files=attached, hosts=self.hosts, now_ms=NOW + 7,
            ids=self.world.ids,
        )  # fmt: skip
        self.clear = decided.clear
        return decided.message, decided.changes

    def refusal(self, *args, **kwargs):
        with pytest.raises(Refused) as caught:
            self.reply(*args, **kwargs)
        return caught.value


def rows(changes, kind):
    return [change.row for change in changes if not isinstance(change, Record) and isinstance(change.row, kind)]


def test_a_reply_is_message_outbox_row_and_event_at_once():
    desk = Desk()
    message, changes = desk.reply(" On its way. \n")
    (entry,) = rows(changes, OutboxEntry)
    assert (message.text, message.kind, message.author_id, message.client_key) == ("On its way.", "reply", MEI.id, "k")
    assert (message.subject, message.in_reply_to, message.references) == ("Re: Transfer", "m1", ("m1",))
    assert (entry.message_id, entry.conversation_id, entry.state) == (message.id, desk.conversation.id, "queued")
    (ticket,) = rows(changes, Ticket)
    assert (ticket.state, ticket.assignee_id, ticket.first_replied_at_ms) == ("waiting", MEI.id, NOW + 7)
    assert (ticket.waiting_since_ms, ticket.snippet) == (None, "On its way.")
    assert {c.event.kind for c in changes if isinstance(c, Record)} == {
        "message.added",
        "ticket.state",
        "ticket.assigned",
    }
    desk.world.apply(changes)


@pytest.mark.parametrize("state", ["new", "open", "waiting", "verifying", "rejected", "solved"])
@pytest.mark.parametrize("solve", [True, False])
def test_every_state_but_closed_can_be_answered(state, solve):
    desk = Desk(state=state)
    _, changes = desk.reply(solve=solve)
    (ticket,) = rows(changes, Ticket)
    assert ticket.state == ("solved" if solve or state == "solved" else "waiting")
    desk.world.apply(changes)


def test_who_has_it_keeps_it():
    desk = Desk()
    taken, _ = assign(desk.ticket, "agent-li", actor="system", reason="longest_idle", now_ms=NOW)
    desk.world.apply([Save(taken)])
    _, changes = desk.reply()
    assert rows(changes, Ticket)[0].assignee_id == "agent-li"


def test_something_newer_stops_it_unless_it_is_forced():
    desk = Desk()
    refused = desk.refusal(newer=("m2",))
    assert (refused.code, refused.status, refused.data) == ("stale_reply", 409, {"message_ids": ["m2"]})
    message, _ = desk.reply(newer=("m2",), force=True)
    assert message.text == "On its way."


def test_what_was_begun_in_private_does_not_leave_in_public_without_a_yes():
    refused = Desk("public").refusal(meant="private")
    assert (refused.code, refused.status) == ("now_public", 409)
    assert Desk("public").reply(meant="public")[0].visibility == "public"
    assert Desk("public").reply()[0].visibility == "public"
    assert Desk("private").reply(meant="private")[0].visibility == "private"
    assert Desk("private").reply(meant="public")[0].visibility == "private"


PLACE = {"field": "text", "start": 5, "end": 24, "type": "CARD"}


def test_a_secret_is_blocked_in_public_with_what_and_where():
    refused = Desk("public").refusal(f"card {CARD}", force=True, confirmed=(Concern(**PLACE),))
    assert (refused.code, refused.status) == ("reply_blocked", 422)
    assert refused.data == {"findings": [PLACE], "visibility": "public"}
    assert "1111" not in str(refused)


def test_a_secret_in_private_waits_for_a_yes_and_rests_masked():
    desk = Desk()
    refused = desk.refusal(f"card {CARD}")
    assert (refused.code, refused.status) == ("confirm_needed", 409)
    assert refused.data == {"findings": [PLACE], "visibility": "private"}
    assert "1111" not in str(refused)
    message, changes = desk.reply(f"card {CARD}", confirmed=(Concern(**PLACE),))
    assert (message.text, message.findings, desk.clear) == ("card [CARD]", ("CARD",), f"card {CARD}")
    assert message.redactions == (Redaction(**PLACE),)
    assert rows(changes, Ticket)[0].snippet == "card [CARD]"
    (added,) = [c.event for c in changes if isinstance(c, Record) and c.event.kind == "message.added"]
    assert (added.actor, added.data) == (f"agent:{MEI.id}", {"confirmed": "CARD"})
    assert "1111" not in repr(changes)


def test_a_yes_is_for_one_place_and_not_for_the_next():
    text = f"card {CARD}, password: Sunny4711!"
    refused = Desk().refusal(text, confirmed=(Concern(**PLACE),))
    assert [found["type"] for found in refused.data["findings"]] == ["PASSWORD"]
    assert Desk().refusal(f"your card {CARD}", confirmed=(Concern(**PLACE),)).code == "confirm_needed"


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("text", ["Please send us your recovery phrase.", "请把助记词发给我"])
def test_nobody_may_ask_for_a_secret(visibility, text):
    refused = Desk(visibility).refusal(text)
    assert refused.code == "reply_blocked"
    assert [found["type"] for found in refused.data["findings"]] == ["ASKS_SECRET"]


def test_links_lead_to_our_own_hosts_once_these_are_known():
    text = "see https://ours.example@evil.example/login"
    assert Desk().reply(text)[0].text == text
    refused = Desk(hosts=LinkHosts.of(["ours.example"])).refusal(text)
    assert refused.data["findings"] == [{"field": "text", "start": 4, "end": len(text), "type": "FOREIGN_LINK"}]
    assert Desk(hosts=LinkHosts.of(["ours.example"])).reply("see https://ours.example/help")[0].text


def test_a_public_reply_tells_nothing_from_the_private_side():
    desk = Desk("public")
    said = msgspec.structs.replace(desk.facts().last_inbound, text="order ORD-99120-7 is missing", visibility="private")
    contact = desk.world.snapshot.contacts[desk.ticket.contact_id]
    desk.their = Acquaintance(contact=contact, private=(said,))
    refused = desk.refusal("We found ord 99120, sorry: ORD-99120-7 is on its way.")
    assert refused.data["findings"] == [{"field": "text", "start": 27, "end": 38, "type": "PRIVATE_TEXT"}]
    assert "99120" not in str(refused)
    assert desk.reply("We found it, it is on its way.")[0].visibility == "public"


def test_what_a_ticket_is_called_in_private_is_not_told_in_public():
    desk = Desk("public")
    desk.ticket = desk.world.change(desk.first, visibility="private", subject="My lost 5000 USDT")
    last = msgspec.structs.replace(desk.facts().last_inbound, subject=None)
    desk.world.messages[last.id] = last
    assert desk.reply()[0].subject is None


@pytest.mark.parametrize("text", ["write to ann@example.org", "call +41 44 668 18 00"])
def test_personal_data_is_blocked_in_public_only(text):
    assert Desk("public").refusal(text).code == "reply_blocked"
    assert Desk("private").reply(text)[0].text == text


@pytest.mark.parametrize(
    ("text", "channel", "code", "status"),
    [
        (" \n", OPEN, "empty", 422),
        ("x" * 281, ChannelView(can_send=True, text_max=280), "too_long", 422),
        ("x" * (REPLY_CHARS_MAX + 1), OPEN, "too_long", 422),
        ("hi", ChannelView(can_send=False, reason="receive_only"), "cannot_reply", 409),
    ],
)
def test_what_a_channel_cannot_carry_is_refused(text, channel, code, status):
    refused = Desk().refusal(text, channel=channel)
    assert (refused.code, refused.status) == (code, status)


DAY_S = 86_400
WINDOW = ChannelView(can_send=True, window_s=DAY_S, agent_window_s=7 * DAY_S)


@pytest.mark.parametrize(
    ("channel", "late_s", "by_agent", "refusal"),
    [
        (WINDOW, DAY_S - 1, False, ""),
        (WINDOW, DAY_S, False, "window_closed"),
        (WINDOW, DAY_S, True, ""),
        (WINDOW, 7 * DAY_S, True, "window_closed"),
        (ChannelView(can_send=True, window_s=DAY_S), DAY_S, True, "window_closed"),
        (OPEN, 1_000 * DAY_S, True, ""),
        (ChannelView(can_send=False, reason="receive_only", window_s=1), 0, True, "receive_only"),
    ],
)
def test_a_network_takes_answers_for_a_while_and_peoples_for_longer(channel, late_s, by_agent, refusal):
    assert channel.refuses("private", NOW, NOW + late_s * 1_000, by_agent=by_agent) == refusal


def test_in_public_or_where_nothing_was_heard_there_is_no_window():
    assert WINDOW.refuses("public", NOW, NOW + 30 * DAY_S * 1_000, by_agent=True) == ""
    assert WINDOW.refuses("private", None, NOW, by_agent=True) == ""


def test_an_answer_that_comes_too_late_is_refused_before_it_is_written():
    refused = Desk().refusal(channel=ChannelView(can_send=True, window_s=0))
    assert (refused.code, refused.data) == ("cannot_reply", {"reason": "window_closed"})
    assert Desk("public").reply(channel=ChannelView(can_send=True, window_s=0))


def test_exactly_the_limit_is_carried():
    assert len(Desk().reply("币" * 280, channel=ChannelView(can_send=True, text_max=280))[0].text) == 280


def test_a_closed_ticket_cannot_be_answered():
    assert Desk(state="closed").refusal().code == "ticket_closed"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("Fee", "Re: Fee"), ("Re: Fee", "Re: Fee"), ("RE: Fee", "RE: Fee"), ("回复：费用", "回复：费用")],
)
def test_the_subject_answers_once(theirs, ours):
    desk = Desk(subject=theirs)
    last = msgspec.structs.replace(desk.facts().last_inbound, subject=None)
    desk.world.messages[last.id] = last
    assert desk.reply()[0].subject == ours


@given(st.text(max_size=200), st.sampled_from(["public", "private"]), st.sampled_from(["open", "closed", "solved"]))
def test_a_note_never_owns_an_outbox_row(text, visibility, state):
    desk = Desk(visibility, state=state)
    if not text.strip():
        with pytest.raises(Refused, match="needs text"):
            decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
        return
    note, changes = decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert rows(changes, OutboxEntry) == []
    assert rows(changes, Ticket) == [msgspec.structs.replace(desk.ticket, version=desk.ticket.version + 1)]
    assert [row.id for row in rows(changes, Message)] == [note.id]
    assert (note.kind, note.visibility, note.external_id) == ("note", "private", None)


def test_a_secret_in_a_note_is_masked():
    desk = Desk()
    text = f"card {CARD}, call +41 44 668 18 00"
    note, _ = decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert note.text == "card [CARD], call +41 44 668 18 00"
    assert note.findings == ("CARD",)


def test_a_note_has_its_limit():
    desk = Desk()
    text = "x" * (REPLY_CHARS_MAX + 1)
    with pytest.raises(Refused) as caught:
        decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert caught.value.code == "too_long"


FILES = ChannelView(
    can_send=True, name="Post", files=True, files_in_private=True, file_bytes_max=1_000, files_bytes_max=1_500
)
PRIVATE_FILES = ChannelView(can_send=True, name="Post", files_in_private=True, file_bytes_max=1_000)


@pytest.mark.parametrize(
    ("size", "sniffed", "channel", "code", "said"),
    [
        (1_001, "image/png", FILES, "file_too_big", {"channel": "Post", "name": "a.png", "limit": 1_000}),
        (0, None, FILES, "file_empty", {"channel": "Post", "name": "a.png"}),
        (500, "application/x-elf", FILES, "file_kind", {"channel": "Post", "name": "a.png"}),
        (500, "image/png", OPEN, "no_files", {"channel": "", "name": "a.png"}),
        (500, "image/png", PRIVATE_FILES, "no_public_files", {"channel": "Post", "name": "a.png"}),
    ],
)
def test_what_a_channel_cannot_carry_is_refused_by_name(size, sniffed, channel, code, said):
    with pytest.raises(Refused) as refused:
        check_file("a.png", size, sniffed, channel)
    assert (refused.value.code, refused.value.status, refused.value.data) == (code, 422, said)


def test_what_a_channel_can_carry_is_not_refused():
    check_file("a.png", 1_000, "image/png", FILES)
    check_file("a.txt", 1, None, FILES)
    assert FILES.together_bytes_max == 1_500
    assert PRIVATE_FILES.together_bytes_max == ATTACHMENT_BYTES_MAX


def test_a_typed_blank_for_a_private_link_is_filled_or_refused_and_never_sent_as_it_stands():
    typed, links = "Please go on here: {{private_link}}", ChannelView(can_send=True, doors=Doors(links=True))
    message, changes = Desk("public").reply(typed, channel=links)
    assert (message.text, message.visibility) == (typed, "public")
    (link,) = rows(changes, PrivateLink)
    assert (link.message_id, link.proves) == (message.id, False)
    assert Desk("public").refusal(typed, channel=OPEN).code == "no_private_link"
    assert Desk("private").refusal(typed, channel=links).code == "no_private_link"


def test_a_channel_may_carry_few_files_and_of_few_kinds_and_says_which():
    picky = msgspec.structs.replace(FILES, files_most=1, file_types=("image/png", "image/jpeg"))
    check_file("a.png", 10, "image/png", picky)
    check_file("a.png", 10, None, picky)
    with pytest.raises(Refused) as refused:
        check_file("a.pdf", 10, "application/pdf", picky)
    assert (refused.value.code, refused.value.data) == (
        "file_type", {"channel": FILES.name, "name": "a.pdf", "kinds": ["PNG", "JPEG"]}
    )  # fmt: skip
    pair = [
        StoredAttachment(id=name, name=name, size=10, content_type="image/png", sniffed="image/png") for name in "ab"
    ]
    refusal = Desk().refusal(files=("a", "b"), channel=picky, attached=pair)
    assert (refusal.code, refusal.data) == ("too_many_files", {"limit": 1})


def test_a_film_goes_alone_and_has_a_size_of_its_own():
    film = LoneFiles(types=("video/mp4",), bytes_max=5_000)
    vast = LoneFiles(types=("video/webm",), bytes_max=ATTACHMENT_BYTES_MAX + 1)
    view = msgspec.structs.replace(FILES, file_types=("image/png",), lone_files=(film, vast))
    check_file("a.mp4", 5_000, "video/mp4", view)
    check_file("a", 5_001, None, view)
    assert [view.bytes_max(kind) for kind in ("image/png", "video/mp4", "video/webm", None)] == [
        1_000, 5_000, ATTACHMENT_BYTES_MAX, ATTACHMENT_BYTES_MAX,
    ]  # fmt: skip
    for name, size, kind, code, said in (
        ("a.mp4", 5_001, "video/mp4", "file_too_big", {"limit": 5_000}),
        ("a.png", 1_001, "image/png", "file_too_big", {"limit": 1_000}),
        ("a.pdf", 10, "application/pdf", "file_type", {"kinds": ["PNG", "MP4", "WEBM"]}),
    ):
        with pytest.raises(Refused) as refused:
            check_file(name, size, kind, view)
        assert (refused.value.code, refused.value.data) == (code, {"channel": FILES.name, "name": name, **said})
    pair = [
        StoredAttachment(id=name, name=name, size=10, content_type=kind, sniffed=kind)
        for name, kind in (("a.png", "image/png"), ("b.mp4", "video/mp4"))
    ]
    refusal = Desk().refusal(files=("a.png", "b.mp4"), channel=view, attached=pair)
    assert (refusal.code, refusal.status, refusal.data) == (
        "file_alone", 422, {"channel": FILES.name, "name": "b.mp4"}
    )  # fmt: skip
    Desk().reply(files=("b.mp4",), channel=view, attached=pair[1:])


def named(name):
    return StoredAttachment(id="a", name=name, content_type="image/png", size=5, sniffed="image/png", blob="0" * 64)


@pytest.mark.parametrize(
    ("name", "visibility", "findings"),
    [
        ("Jane Whitfield.png", "public", ["CUSTOMER_NAME"]),
        ("jane_whitfield_4.png", "public", ["CUSTOMER_NAME"]),
        ("send_us_your_recovery_phrase.pdf", "private", ["ASKS_SECRET"]),
        ("ann@example.org.png", "public", ["EMAIL"]),
    ],
)
def test_the_name_of_a_file_passes_the_guard_like_the_text(name, visibility, findings):
    contact = Contact(id="c", name="Jane Whitfield", created_at_ms=NOW)
    desk = Desk(visibility, their=Acquaintance(contact=contact))
    refusal = desk.refusal(files=("a",), channel=FILES, attached=(named(name),))
    assert (refusal.code, refusal.data) == ("file_blocked", {"name": name, "findings": findings})


@pytest.mark.parametrize("name", ["IMG_20261130_235959.png", "Jane Whitfield.png", "receipt-4411.pdf"])
def test_an_ordinary_name_passes(name):
    message, _ = Desk().reply(files=("a",), channel=FILES, attached=(named(name),))
    assert message.attachments[0].name == name
