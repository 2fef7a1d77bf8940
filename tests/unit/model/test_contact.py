"""Contact rows as they are imported, and the one written form of addresses."""

import json

import pytest

from router.model.contact import ContactIn, normal_email, normal_phone
from router.model.errors import InvalidMessage
from router.model.wire import decode_contact


def row(**fields) -> bytes:
    return json.dumps({"contact": "c1"} | fields).encode()


def test_a_whole_row():
    contact = decode_contact(
        row(
            user_id="u1",
            name="Ann",
            emails=["Ann@Example.ORG", "ann@example.org"],
            phones=["+1 (415) 555-0100", "030 1234567"],
            phone="001-415-555-0100",
            telegram="123",
            x="456",
            facebook="789",
            whatsapp="14155550100",
            vip=True,
            language="en",
            linked=True,
            tier="gold",
        )
    )
    assert contact == ContactIn(
        contact="c1",
        user_id="u1",
        name="Ann",
        emails=("ann@example.org",),
        phones=("+14155550100", "0301234567"),
        telegram="123",
        x="456",
        facebook="789",
        whatsapp="14155550100",
        vip=True,
        language="en",
        linked=True,
        ext='{"tier":"gold"}',
    )
    assert contact.identities() == (
        ("user_id", "u1"),
        ("email", "ann@example.org"),
        ("phone", "+14155550100"),
        ("phone", "0301234567"),
        ("telegram", "123"),
        ("x", "456"),
        ("facebook", "789"),
        ("whatsapp", "14155550100"),
    )


def test_further_identities_are_those_that_no_field_has_room_for():
    further = [("line", "U1"), ("telegram", "124"), ("telegram", "123"), ("email", "Ann@Example.org")]
    contact = decode_contact(row(telegram="123", identities=[{"kind": k, "value": v} for k, v in further]))
    assert contact.identities() == (
        ("telegram", "123"),
        ("line", "U1"),
        ("telegram", "124"),
        ("email", "ann@example.org"),
    )


@pytest.mark.parametrize("found", [["a"], "passport", [{"kind": "line"}], [{"kind": "", "value": "1"}], {"line": "U1"}])
def test_what_others_call_identities_is_an_unknown_field(found):
    contact = decode_contact(row(identities=found))
    assert (contact.identities(), json.loads(contact.ext)) == ((), {"identities": found})


def test_an_id_has_no_blanks_around_it():
    found = row(user_id=" u1 ", telegram="\t77", x="  ", identities=[{"kind": "line", "value": " U1"}])
    assert decode_contact(found).identities() == (("user_id", "u1"), ("telegram", "77"), ("line", "U1"))


def test_the_least_row_and_nulls():
    assert decode_contact(row()) == ContactIn(contact="c1")
    nulls = dict.fromkeys(
        ["user_id", "name", "emails", "phones", "phone", "telegram", "x", "vip", "language", "linked"]
    )
    assert decode_contact(row(**nulls)) == ContactIn(contact="c1")
    assert decode_contact({"contact": "c1"}).identities() == ()


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"contact": 5}, "contact", "write it in quotes"),
        ({"contact": ""}, "contact", "found empty text"),
        ({"emails": "ann@example.org"}, "emails", "expected a list"),
        ({"emails": ["ok@example.org", "nobody"]}, "emails[1]", "no mail address"),
        ({"emails": [5]}, "emails[0]", "found a number"),
        ({"phones": ["none"]}, "phones[0]", "holds no digit"),
        ({"phone": "-"}, "phone", "holds no digit"),
        ({"telegram": 12345}, "telegram", "not the handle"),
        ({"vip": "yes"}, "vip", "expected true, false or null"),
        ({"linked": 1}, "linked", "expected true, false or null"),
        ({"emails": [f"{n}@example.org" for n in range(51)]}, "emails", "at most 50"),
        ({"contact": "c\ud800"}, "contact", "half of a surrogate pair"),
        ({"telegram": "7\0"}, "telegram", "neither NUL"),
        ({"more": "x" * 70_000}, "ext", "at most 65,536"),
    ],
)
def test_what_breaks_the_format_is_named(fields, field, says):
    with pytest.raises(InvalidMessage) as caught:
        decode_contact(row(**fields))
    assert caught.value.field == field
    assert says in caught.value.reason


def test_a_missing_key_and_no_object_are_named():
    with pytest.raises(InvalidMessage, match=r"contact: missing.*did you mean this by 'contacts'"):
        decode_contact(b'{"contacts":"c1"}')
    with pytest.raises(InvalidMessage, match="expected one JSON object"):
        decode_contact(b"[]")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("+14155550100", "+14155550100"),
        (" +1 (415) 555-0100 ", "+14155550100"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("tel:+1-415-555-0100", "+14155550100"),
        ("＋１４１５５５５０１００", "+14155550100"),
        ("138 0013 8000", "13800138000"),
        ("٠٣٠١٢٣٤", "0301234"),
        ("+999", "999"),
        ("ext", None),
        ("", None),
    ],
)
def test_phones_have_one_written_form(written, normal):
    assert normal_phone(written) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Ann@Example.ORG ", "ann@example.org"),
        ("a@b@c.example", "a@b@c.example"),
        ("ann", None),
        ("@example.org", None),
        ("ann@", None),
        ("Ann <ann@example.org>", None),
        ("a@x.example,b@x.example", None),
        ("", None),
    ],
)
def test_mail_addresses_have_one_written_form(written, normal):
    assert normal_email(written) == normal
