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
    f"My name is Jane Whitfield, order ORD-99120-7, parcel AP-7731904, hash {HASH}. "
    "I sent 1,250.00 USDT and 85 EUR on 2026-11-02, app 17.2.1. "
    "My husband took the phone to the shop because the screen was broken last week."
)


def known(name, text):
    world = World(can_send=False)
    public = world.say("where is my refund 55512?", channel="x", sender="moonlamp", thread_id="t", visibility="public")
    message = world.messages[public.outcome.message_id]
    told = msgspec.structs.replace(
        message, text=text, visibility="private", sender=Sender(id="j", name=name, phone="+41 79 555 01 77")
    )
    contact = msgspec.structs.replace(world.snapshot.contacts[message.contact_id], name=name)
    identities = [
        Identity(id=str(n), contact_id=contact.id, kind=kind, value=value, proof="import", created_at_ms=NOW)
        for n, (kind, value) in enumerate([("x", "moonlamp"), ("email", "jw@example.org"), ("telegram", "5550199")])
    ]
    their = Acquaintance(contact=contact, identities=tuple(identities), private=(told,), public=(message,))
    return PrivateSide(their, world.conversation(public))


@pytest.fixture
def side():
    return known("Jane Whitfield", TOLD)


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
        ("Your number 7731904 is here", "7731904", "PRIVATE_TEXT"),
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


@pytest.mark.parametrize(
    ("text", "given", "kind"),
    [
        ("陈女士您好", "陈女士", "CUSTOMER_NAME"),
        ("美玲您好，请再等等", "美玲您好", "CUSTOMER_NAME"),
        ("亲爱的美玲，已处理", "亲爱的美玲", "CUSTOMER_NAME"),
        ("美玲，已处理", "美玲", "CUSTOMER_NAME"),
        ("陳美玲您好", "陳美玲", "CUSTOMER_NAME"),
        ("感謝陳小姐", "陳小姐", "CUSTOMER_NAME"),
        ("跟姐姐借錢是因為老公上個月失業了", "跟姐姐借錢是因為老公上個月失業了", "PRIVATE_TEXT"),
        ("已退 3,688.2 萬", "3,688.2 萬", "PRIVATE_TEXT"),
    ],
)
def test_a_chinese_name_is_found_in_part_and_all_in_either_script(text, given, kind):
    found = known("陈美玲", "跟姐姐借钱是因为老公上个月失业了，付了 3688.20 万").found_in(text)
    assert (given, kind) in {(text[start:end], each) for (start, end), each in found}


@pytest.mark.parametrize("text", ["美玲珑系列已上架", "您好，老公也好", "我们在美玲路的门店"])
def test_the_characters_of_a_given_name_say_nothing_elsewhere(text):
    assert known("陈美玲", "你好").found_in(text) == ()
