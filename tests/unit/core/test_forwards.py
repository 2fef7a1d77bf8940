"""What an agent passes on is the customer's; what anybody else forwards stays theirs."""

import msgspec
import pytest

from router.core.forwards import as_if
from router.model.message import AttachedMail, Care, JournalEntry, Relay, Sender
from router.model.tables import Agent
from tests.unit.core.world import NOW, World, event

MEI, ANN, SHOP = "mei@shop.example", "ann@example.org", "help@shop.example"
TRUSTED = Relay(mailbox=SHOP, trusted=True)
BODY = "Where is my transfer?\n\nAnn"
GMAIL = """Please look at this, she called too.

---------- Forwarded message ---------
From: Ann Berg <ann@example.org>
Date: Mon, Nov 2, 2026 at 9:00 AM
Subject: My transfer
To: Mei <mei@shop.example>
Cc: Bob <bob@example.org>


"""
FORMS = {
    "gmail": ("Fwd: My transfer", GMAIL, "Ann Berg"),
    "gmail, chinese": (
        "Fwd: My transfer",
        "Please look at this, she called too.\n\n---------- Forwarded message ---------\n"
        "发件人： Ann Berg <ann@example.org>\nDate: 2026年11月2日周一 09:00\nSubject: My transfer\n"
        "To: Mei <mei@shop.example>\n\n\n",
        "Ann Berg",
    ),
    "outlook": (
        "FW: My transfer",
        "Please look at this, she called too.\n\n________________________________\nFrom: Ann Berg <ann@example.org>\n"
        "Sent: Monday, November 2, 2026 9:00 AM\nTo: Mei <mei@shop.example>\nSubject: My transfer\n\n",
        "Ann Berg",
    ),
    "outlook, mailto": (
        "FW: My transfer",
        "Please look at this, she called too.\n\n-----Original Message-----\nFrom: Ann Berg [mailto:ann@example.org] \n"
        "Sent: Monday, November 2, 2026 9:00 AM\nTo: Mei\nSubject: My transfer\n\n",
        "Ann Berg",
    ),
    "outlook, chinese": (
        "转发: My transfer",
        "Please look at this, she called too.\n\n________________________________\n发件人: Ann Berg <ann@example.org>\n"
        "发送时间: 2026年11月2日 9:00\n收件人: Mei <mei@shop.example>\n主题: My transfer\n\n",
        "Ann Berg",
    ),
    "apple mail": (
        "Fwd: My transfer",
        "Please look at this, she called too.\n\nBegin forwarded message:\n\n"
        "> From: Ann Berg <ann@example.org>\n> Subject: My transfer\n> Date: 2 November 2026 at 09:00:00 CET\n"
        "> To: Mei <mei@shop.example>\n> \n> ",
        "Ann Berg",
    ),
    "qq": (
        "转发：My transfer",
        "Please look at this, she called too.\n\n\n\n\n------------------ 原始邮件 ------------------\n"
        '发件人: "Ann Berg" <ann@example.org>;\n发送时间: 2026年11月2日(星期一) 上午9:00\n'
        '收件人: "mei"<mei@shop.example>;\n主题: My transfer\n\n\n\n',
        "Ann Berg",
    ),
    "163": (
        "转发:My transfer",
        "Please look at this, she called too.\n\n\n\n-------- 转发邮件信息 --------\n"
        "发件人：Ann Berg <ann@example.org>\n"
        "发送日期：2026-11-02 09:00:00\n收件人：Mei <mei@shop.example>\n主题：My transfer\n\n",
        "Ann Berg",
    ),
    "foxmail": (
        "Fw: My transfer",
        "Please look at this, she called too.\n\n\n\n发件人： ann@example.org\n"
        "发送时间： 2026-11-02 09:00\n收件人： mei\n主题： My transfer\n",
        None,
    ),
}  # fmt: skip


@pytest.fixture
def world():
    return World()


def agent(world, login=MEI):
    row = Agent(id="a-mei", login=login, name="Mei", created_at_ms=NOW)
    world.snapshot.put(row)
    return row


def passed(world, text=GMAIL + BODY, *, subject="Fwd: My transfer", relay=TRUSTED, sender=MEI, **fields):
    return world.say(text, sender=sender, subject=subject, relay=relay, message_id="<fw@shop>", **fields)


def inbound(world):
    (message,) = [one for one in world.messages.values() if one.kind == "inbound"]
    return message


def notes(world):
    return [one for one in world.messages.values() if one.kind == "note"]


@pytest.mark.parametrize("name", FORMS)
def test_the_customer_inside_is_the_writer_and_the_words_above_are_a_note(world, name):
    subject, above, called = FORMS[name]
    body = BODY.replace("\n", "\n> ") if name == "apple mail" else BODY
    decided = passed(world, above + body, subject=subject)
    message, (note,) = inbound(world), notes(world)
    assert (message.sender.id, message.sender.name, message.subject) == (ANN, called, "My transfer")
    assert message.text == BODY
    assert (note.text, note.ticket_id, note.visibility) == (
        "Please look at this, she called too.",
        message.ticket_id,
        "private",
    )
    assert note.sender.id == MEI
    assert world.conversation(decided).peer == ANN, "answers go to the customer"
    assert world.ticket(decided).subject == "My transfer"


def test_that_an_agent_says_so_proves_nothing(world):
    known = world.say("I am Ann", sender=ANN, message_id="<a1>")
    decided = passed(world)
    assert decided.outcome.ticket_new
    assert decided.outcome.contact_id != known.outcome.contact_id
    assert decided.outcome.why.contact_by == "forwarded"
    assert decided.outcome.why.related_by == ("claimed",)
    assert decided.outcome.why.related == (known.outcome.ticket_id,)
    identities = {row.contact_id for row in world.snapshot.identities.values()}
    assert identities == {known.outcome.contact_id}, "nobody became an identity"
    assert len(world.replies()) == 1, "the machine writes to nobody whom a forward names"


def test_a_forward_joins_no_ticket_that_it_points_at(world):
    known = world.say("I am Ann", sender=ANN, message_id="<a1>")
    decided = passed(world, in_reply_to="<a1>", references=("<a1>",))
    assert decided.outcome.ticket_new
    assert decided.outcome.ticket_id != known.outcome.ticket_id


def test_the_customers_own_answer_joins_as_a_participant(world):
    decided = passed(world)
    answer = world.say("thank you, and?", sender=ANN, message_id="<a2>", in_reply_to="<fw@shop>")
    assert answer.outcome.ticket_id == decided.outcome.ticket_id
    assert answer.outcome.contact_id != decided.outcome.contact_id
    assert (decided.outcome.ticket_id, "email", ANN) in world.snapshot.participants


def test_a_login_counts_where_our_server_proved_it(world):
    agent(world)
    relay = Relay(mailbox=SHOP)
    decided = passed(world, relay=relay, person={"verified": True})
    (note,) = notes(world)
    assert (inbound(world).sender.id, note.author_id) == (ANN, "a-mei")
    assert world.events[-1].actor == "agent:a-mei"
    assert decided.outcome.why.contact_by == "forwarded"


@pytest.mark.parametrize("verified", [None, False])
def test_a_login_that_nobody_proved_is_a_customer_like_any_other(world, verified):
    agent(world)
    passed(world, relay=Relay(mailbox=SHOP), person={"verified": verified})
    assert (inbound(world).sender.id, notes(world)) == (MEI, [])
    assert inbound(world).text == GMAIL + BODY


def test_a_forged_address_of_the_settings_is_none(world):
    passed(world, person={"verified": False})
    assert (inbound(world).sender.id, notes(world)) == (MEI, [])


def test_whoever_is_no_agent_stays_the_writer(world):
    agent(world)
    passed(world, sender="eve@example.org", relay=Relay(mailbox=SHOP), person={"verified": True})
    assert (inbound(world).sender.id, inbound(world).text) == ("eve@example.org", GMAIL + BODY)
    assert notes(world) == []


@pytest.mark.parametrize(
    "writer", [f"Shop <{SHOP}>", f"Mei <{MEI}>", "Kim <kim@shop.example>", "no address here", "<@>"]
)
def test_what_is_nobodys_mail_stays_the_agents(world, writer):
    agent(world, "kim@shop.example")
    passed(world, GMAIL.replace("Ann Berg <ann@example.org>", writer) + BODY)
    assert inbound(world).sender.id == MEI


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Just a question of my own", "A question"),
        ("Look at the subject\n\nFrom: Berlin\nTo: Munich\nSubject: trains\n", "Fwd: trains"),
        (GMAIL, "Fwd: nothing inside"),
        ("please read\n\nFrom: Ann <ann@example.org>\nSubject: My transfer\n\nhello", "no forward"),
    ],
)
def test_what_is_no_forward_stays_whole(world, text, subject):
    passed(world, text, subject=subject)
    assert (inbound(world).sender.id, inbound(world).text) == (MEI, text)


def test_without_words_above_there_is_no_empty_note(world):
    passed(world, GMAIL.partition("\n\n")[2] + BODY)
    assert (inbound(world).text, notes(world)) == (BODY, [])


def test_an_attached_mail_is_read_like_one_in_the_text(world):
    mail = AttachedMail(sender=Sender(id=ANN, name="Ann", email=ANN), subject="My transfer", text=BODY)
    passed(world, "see attached", relay=msgspec.structs.replace(TRUSTED, attached=mail), subject="a customer")
    message, (note,) = inbound(world), notes(world)
    assert (message.sender.id, message.subject, message.text, note.text) == (ANN, "My transfer", BODY, "see attached")


def test_where_a_policy_keeps_places_in_the_text_it_stays_whole():
    found = event(GMAIL + BODY, sender=MEI, subject="Fwd: x", relay=TRUSTED)
    entry = JournalEntry(event=found, rules_version="1", received_at_ms=NOW)
    assert as_if(entry) is not None
    assert as_if(msgspec.structs.replace(entry, care=Care(policies=()))) is None


def test_a_machines_mail_is_no_agents_forward():
    found = event(GMAIL + BODY, sender=MEI, subject="Fwd: x", relay=TRUSTED, automatic="auto_reply")
    assert as_if(JournalEntry(event=found, rules_version="1", received_at_ms=NOW)) is None


def test_what_rules_read_is_the_customers_text(world):
    decided = passed(world, GMAIL.replace("she called too", "stolen?") + BODY)
    assert decided.outcome.why.tags == ()
    assert world.ticket(decided).urgency == "normal"
