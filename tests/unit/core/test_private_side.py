"""What a public reply gives away of a customer's private side, and what it may say."""

import msgspec
import pytest

from router.core.private_side import PrivateSide
from router.model.message import Sender
from router.model.snapshot import Acquaintance
from router.model.tables import Identity
from tests.unit.core.world import NOW, World

HASH = "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b"
TOLD = (
    f"My name is Jane Whitfield, order ORD-99120-7, hash {HASH}. "
    "I sent 1,250.00 USDT and 85 EUR on 2026-11-02, app 17.2.1. "
    "My husband took the phone to the shop because the screen was broken last week."
)


@pytest.fixture
def side():
    world = World(can_send=False)
    public = world.say("where is my refund 55512?", channel="x", sender="moonlamp", thread_id="t", visibility="public")
    message = world.messages[public.outcome.message_id]
    told = msgspec.structs.replace(
        message, text=TOLD, visibility="private", sender=Sender(id="j", name="Jane Whitfield", phone="+41 79 555 01 77")
    )
    contact = msgspec.structs.replace(world.snapshot.contacts[message.contact_id], name="Jane Whitfield")
    identities = [
        Identity(id=str(n), contact_id=contact.id, kind=kind, value=value, proof="import", created_at_ms=NOW)
        for n, (kind, value) in enumerate([("x", "moonlamp"), ("email", "jw@example.org"), ("telegram", "5550199")])
    ]
    their = Acquaintance(contact=contact, identities=tuple(identities), private=(told,), public=(message,))
    return PrivateSide(their, world.conversation(public))


@pytest.mark.parametrize(
    ("text", "given", "kind"),
    [
        ("Your order ord-99120-7 is here", "ord-99120-7", "PRIVATE_TEXT"),
        ("Order ORD 99120", None, None),
        (f"see {HASH}", HASH, "PRIVATE_TEXT"),
        (f"see {HASH[:18]}…", HASH[:18], "PRIVATE_TEXT"),
        ("the 1250 usdt are back", "1250 usdt", "PRIVATE_TEXT"),
        ("the 85 EUR are back", "85 EUR", "PRIVATE_TEXT"),
        ("mail to jw@example.org", "jw@example.org", "CUSTOMER_IDENTITY"),
        ("we wrote to JW at example.org", None, None),
        ("your id 5550199", "5550199", "CUSTOMER_IDENTITY"),
        ("we call +41 79 555 0177", "41 79 555 0177", "CUSTOMER_IDENTITY"),
        ("Hello Jane Whitfield", "Jane Whitfield", "CUSTOMER_NAME"),
        ("Hi Jane, it is done", "Jane", "CUSTOMER_NAME"),
        ("You said the phone to the shop because the screen was broken last week, sorry", None, "PRIVATE_TEXT"),
    ],
)
def test_what_stands_in_private_is_found_with_its_place(side, text, given, kind):
    found = side.found_in(text)
    if kind is None:
        assert found == ()
        return
    assert kind in {each for _, each in found}
    assert given is None or given in {text[start:end] for (start, end), each in found if each == kind}


@pytest.mark.parametrize(
    "text",
    [
        "Hi moonlamp, your refund 55512 is under way.",
        "We answer within 24-48 hours, in 2026 as in 2025. Version 17.2.1 mends it.",
        "A fee of 5 USDT applies on 2026-11-02.",
        "I will look into it and write to you in private.",
        "您好，退款正在处理，请查看私信。",
    ],
)
def test_what_is_public_or_says_nothing_of_them_passes(side, text):
    assert side.found_in(text) == ()
