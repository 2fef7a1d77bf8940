"""Every value has an anchor of its own: it is found in a message that says nothing else, and fields stay apart."""

import pytest

from rules.redact import redact, redact_fields


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("pw=hunter22", "pw=[PASSWORD]"),
        ("mon mot de passe: Soleil47", "mon mot de passe: [PASSWORD]"),
        ("authenticator seed: JBSWY3DPEHPK3PXP", "authenticator seed: [API_KEY]"),
        ("令牌：a8Kf0Zq3LmN5pQ7r", "令牌：[API_KEY]"),
        ("4111·1111·1111·1111", "[CARD]"),
        ("Dr Smith called", "Dr [PERSON_NAME] called"),
        ("Thanks,\nTom Hill", "Thanks,\n[PERSON_NAME]"),
        ("12 Maple Dr, Springfield, IL 62704", "[STREET_ADDRESS]"),
        ("Apt 4, 12 Maple Dr", "[STREET_ADDRESS]"),
        ("通行证：C12345678", "通行证：[PASSPORT]"),
    ],
)
def test_a_value_is_found_where_nothing_else_stands(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize(
    "text",
    [
        "The order number is 51645031, you should be able to see it",
        "order number: 2551968329, paid on 2026-01-13 19:41",
        "my ticket number is 4821193306",
        "invoice number 20261107",
    ],
)
def test_the_number_of_an_order_is_no_phone_number(text: str) -> None:
    assert redact(text, visibility="public").findings == ()


def test_each_field_has_its_own_findings_in_its_own_offsets() -> None:
    fields = [
        ("text", "call +1 415 555 2671"),
        ("subject", "a 卡号４１１１１１１１１１１１１１１１"),
        ("sender.name", "Ann"),
    ]
    text, subject, name = redact_fields(fields)
    assert [(f.field, f.start, f.end, f.type) for f in text.findings] == [("text", 5, 20, "PHONE")]
    assert [(f.field, f.start, f.end, f.type) for f in subject.findings] == [("subject", 4, 20, "CARD")]
    assert (text.text, subject.text, name.text) == ("call +1 415 555 2671", "a 卡号[CARD]", "Ann")
    assert name.findings == ()


def test_nothing_matches_across_two_fields() -> None:
    fields = [("subject", "my password"), ("text", "is blue!sky"), ("ext", "4111 1111"), ("ext", "1111 1111")]
    assert [found.text for found in redact_fields(fields)] == [text for _, text in fields]


def test_of_thousands_of_numbers_beside_a_phone_word_none_is_left() -> None:
    """No plan is asked about each of them; ones that no plan knows are left where they are few."""
    assert redact("tel 0000000 or 0000000", visibility="public").findings == ()
    many = "".join(f"tel {number}, " for number in range(2_000_000, 2_002_000))
    found = redact(many, visibility="public").findings
    assert {finding.type for finding in found} == {"PHONE"}
    assert "2001999" not in redact(many, visibility="public").text
