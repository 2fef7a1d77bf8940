"""Answers that an agent corrects: which ones, with which words, and what becomes of the old text."""

import msgspec
import pytest

from router.core.corrections import CorrectCommand, decide_correction, refused_because, took_place
from router.core.guard import Concern
from router.model.capabilities import Edits
from router.model.changes import LINK_PLACEHOLDER, Add, Record, Save
from router.model.errors import Refused
from router.model.limits import CORRECTIONS_MAX
from router.model.message import StoredAttachment
from router.model.snapshot import Acquaintance, CorrectionFacts
from router.model.tables import Message, OutboxEntry, Ticket
from tests.unit.core.test_replies import CARD, MEI, Desk
from tests.unit.core.world import NOW

ANYWHERE = Edits()
FILE = StoredAttachment(id="f1", name="a.png", content_type="image/png", size=1, blob="b1", state="stored")
TOM = msgspec.structs.replace(MEI, id="agent-tom", login="tom", name="Tom")


class Answer:
    """An answer that has left, and what was asked of its channel since."""

    def __init__(self, text="It arrives on Monday.", *, visibility="private", state="sent", asked=(), **message):
        self.desk = Desk(visibility)
        said, changes = self.desk.reply(text)
        self.desk.world.apply(changes)
        (sent,) = [change.row for change in changes if isinstance(change, Add) and isinstance(change.row, OutboxEntry)]
        self.delivery = msgspec.structs.replace(sent, state=state)
        self.message = msgspec.structs.replace(said, **({"external_id": "m9"} | message))
        self.ticket = self.desk.world.ticket(self.desk.first)
        self.asked = tuple(self.row(action, state) for action, state in asked)
        self.their = None

    def row(self, action, state):
        return msgspec.structs.replace(self.delivery, id=self.desk.world.ids.new(), action=action, state=state)

    def correct(self, text="It arrives on Tuesday.", *, edits=ANYWHERE, text_max=None, by=MEI, **command):
        facts = CorrectionFacts(
            message=self.message, ticket=self.ticket, conversation=self.desk.conversation, delivery=self.delivery,
            asked=self.asked, their=self.their,
        )  # fmt: skip
        asked = CorrectCommand(message_id=self.message.id, text=text, **({"revision": self.message.revision} | command))
        return decide_correction(
            asked, facts, edits, by, text_max=text_max, hosts=None, now_ms=NOW + 9, ids=self.desk.world.ids
        )

    def asks(self, *args, **kwargs):
        """Ask, and let it be saved; the row that carries it."""
        corrected = self.correct(*args, **kwargs)
        saved = {type(change.row): change.row for change in corrected.changes if isinstance(change, Save)}
        self.message, self.ticket = saved[Message], saved[Ticket]
        (row,) = [change.row for change in corrected.changes if isinstance(change, Add)]
        self.asked = (*self.asked, row)
        return row

    def arrives(self, row):
        """Its channel has it."""
        changes = took_place(row, self.message, self.ticket)
        for change in changes:
            if isinstance(change.row, Message):
                self.message = change.row
            else:
                self.ticket = change.row
        self.asked = tuple(msgspec.structs.replace(each, state="sent") for each in self.asked)
        return changes

    def refusal(self, *args, **kwargs):
        with pytest.raises(Refused) as caught:
            self.correct(*args, **kwargs)
        return caught.value


def test_the_new_text_waits_beside_the_old_one_with_a_row_and_a_line_of_history():
    answer = Answer()
    changes = answer.correct(" It arrives on Tuesday. \n").changes
    ticket, message, row, told = changes
    assert ticket.row == msgspec.structs.replace(answer.ticket, version=answer.ticket.version + 1)
    assert (row.row.action, row.row.message_id, row.row.state) == ("edit", answer.message.id, "queued")
    waiting = message.row.correction
    assert (message.row.text, message.row.revision) == ("It arrives on Monday.", 0)
    assert (waiting.text, waiting.outbox_id, waiting.author_id) == ("It arrives on Tuesday.", row.row.id, MEI.id)
    assert isinstance(told, Record)
    assert (told.event.kind, told.event.actor, told.event.data) == ("post.edit", "agent:agent-mei", {"state": "asked"})


def test_it_takes_the_place_of_the_old_text_which_is_kept_once_its_channel_has_it():
    answer = Answer()
    assert answer.ticket.snippet == "It arrives on Monday."
    answer.arrives(answer.asks())
    assert (answer.message.text, answer.message.revision) == ("It arrives on Tuesday.", 1)
    assert answer.ticket.snippet == "It arrives on Tuesday.", "lists show its beginning"
    answer.arrives(answer.asks("It arrives on Friday.", by=TOM))
    assert [(each.text, each.corrected_by) for each in answer.message.earlier] == [
        ("It arrives on Monday.", "agent-mei"),
        ("It arrives on Tuesday.", "agent-tom"),
    ]


def test_a_list_that_shows_something_newer_goes_on_showing_it():
    answer = Answer()
    row = answer.asks()
    answer.ticket = msgspec.structs.replace(answer.ticket, snippet="and one more")
    assert [type(change.row) for change in answer.arrives(row)] == [Message]


def test_a_row_whose_correction_was_overtaken_or_whose_answer_is_gone_changes_nothing():
    answer = Answer()
    row = answer.asks()
    assert took_place(msgspec.structs.replace(row, id="another"), answer.message, answer.ticket) == []
    assert took_place(row, msgspec.structs.replace(answer.message, state="deleted"), answer.ticket) == []


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("not_ours", {"kind": "inbound"}),
        ("not_ours", {"kind": "note"}),
        ("not_ours", {"author_id": None}),
        ("not_sent", {"state": "queued"}),
        ("not_sent", {"state": "sending"}),
        ("not_sent", {"state": "held"}),
        ("not_sent", {"state": "dead"}),
        ("not_sent", {"state": "cancelled"}),
        ("post_gone", {"asked": [("delete", "queued")]}),
        ("post_gone", {"asked": [("edit", "sent"), ("delete", "sent")]}),
        ("in_pieces", {"pieces": ("m10",)}),
        ("in_pieces", {"pieces": ("m10", "m11"), "attachments": (FILE,)}),
        ("edit_under_way", {"asked": [("edit", "queued")]}),
        ("edit_under_way", {"asked": [("edit", "held")]}),
        ("too_many_edits", {"revision": CORRECTIONS_MAX}),
        ("channel_cannot", {"external_id": None}),
    ],
)
def test_what_cannot_be_corrected_is_refused_beforehand(code, answer):
    assert Answer(**answer).refusal().code == code


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "delivered"},
        {"state": "read"},
        {"asked": [("edit", "sent")]},
        {"asked": [("edit", "cancelled")]},
        {"asked": [("delete", "dead")]},
        {"pieces": ("m10",), "attachments": (FILE,)},
        {"attachments": (FILE,)},
    ],
)
def test_what_can_be_corrected(answer):
    assert Answer(**answer).correct().outbox_id is not None


def test_files_alone_have_no_text_to_correct():
    answer = Answer(attachments=(FILE,), text="x")
    answer.message = msgspec.structs.replace(answer.message, text="")
    assert answer.refusal().code == "no_text"


def test_what_a_channel_keeps_as_it_was_sent():
    assert Answer().refusal(edits=None).code == "channel_cannot"
    assert Answer().refusal(edits=Edits(visibilities=("public",))).code == "channel_cannot"
    own = Answer(external_id=None)
    assert refused_because(own.message, own.delivery, (), Edits(needs_id=False)) == ""


def test_whom_nobody_knows_any_more():
    answer = Answer()
    answer.ticket = msgspec.structs.replace(answer.ticket, erased_at_ms=NOW)
    assert answer.refusal().code == "contact_erased"


def test_it_stays_one_message():
    edits = Edits(units_max=8)
    assert Answer().correct("👋👋👋👋", edits=edits).outbox_id is not None
    refused = Answer().refusal("👋👋👋👋x", edits=edits)
    assert (refused.code, refused.status, refused.data["limit"]) == ("too_long", 422, 8)
    assert Answer().refusal("too long", text_max=7).data["limit"] == 7
    assert Answer().refusal("  \n").code == "empty"


def test_what_is_said_already_or_on_its_way_is_not_asked_for_again():
    answer = Answer()
    assert answer.correct("It arrives on Monday.").changes == []
    row = answer.asks()
    assert answer.correct("It arrives on Tuesday.").changes == []
    assert answer.refusal("It arrives on Friday.").code == "edit_under_way"
    answer.arrives(row)
    assert answer.correct("It arrives on Tuesday.", revision=0).changes == []


def test_somebody_elses_correction_is_not_overwritten_unseen():
    answer = Answer()
    answer.arrives(answer.asks(by=TOM))
    assert answer.refusal("It arrives on Friday.", revision=0).code == "edited_meanwhile"
    assert answer.correct("It arrives on Friday.", revision=1).outbox_id is not None


def test_one_that_was_refused_gives_way_to_the_next():
    answer = Answer(asked=[("edit", "dead")])
    (failed,) = [c.row for c in answer.correct().changes if isinstance(c, Save) and isinstance(c.row, OutboxEntry)]
    assert (failed.id, failed.state) == (answer.asked[0].id, "cancelled")


def test_the_guard_of_public_words_looks_at_a_correction():
    answer = Answer(visibility="public")
    refused = answer.refusal(f"Card {CARD}?")
    assert (refused.code, refused.status) == ("reply_blocked", 422)
    assert refused.data["findings"] == [{"field": "text", "start": 5, "end": 24, "type": "CARD"}]
    private = msgspec.structs.replace(
        answer.desk.world.messages[answer.desk.first.outcome.message_id], text="order 99887766", visibility="private"
    )
    contact = answer.desk.world.snapshot.contacts[answer.message.contact_id]
    answer.their = Acquaintance(contact=contact, private=(private,))
    assert answer.refusal("About 99887766: it is on its way.").data["findings"][0]["type"] == "PRIVATE_TEXT"


def test_a_secret_in_private_waits_for_a_yes_and_rests_masked():
    answer = Answer()
    refused = answer.refusal(f"Card {CARD}?")
    assert (refused.code, refused.status) == ("confirm_needed", 409)
    found = Concern(**refused.data["findings"][0])
    corrected = answer.correct(f"Card {CARD}?", confirmed=(found,))
    assert corrected.clear == f"Card {CARD}?"
    (saved,) = [c.row for c in corrected.changes if isinstance(c, Save) and isinstance(c.row, Message)]
    assert (saved.correction.text, saved.correction.findings) == ("Card [CARD]?", ("CARD",))
    (told,) = [c.event for c in corrected.changes if isinstance(c, Record)]
    assert told.data == {"state": "asked", "confirmed": "CARD"}
    answer.arrives(answer.asks(f"Card {CARD}?", confirmed=(found,)))
    assert (answer.message.text, answer.message.findings) == ("Card [CARD]?", ("CARD",))
    assert answer.refusal("Card [CARD], please").code == "still_masked"
    other = "Card 5555 5555 5555 4444?"
    seen = Concern(field="text", start=5, end=24, type="CARD")
    assert answer.correct(other, confirmed=(seen,)).clear == other, "masked alike, and another"


def test_a_blank_for_a_private_link_is_kept_and_never_added():
    assert Answer().refusal(f"Go on here: {LINK_PLACEHOLDER}").code == "no_private_link"
    answer = Answer()
    answer.message = msgspec.structs.replace(answer.message, text=f"Here: {LINK_PLACEHOLDER}")
    assert answer.correct(f"Please go on here: {LINK_PLACEHOLDER}").outbox_id is not None
