"""`contacts link`: only what somebody can write from is given to a contact."""

import pytest


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("emial", "a@example.org", "no channel and no token speaks for 'emial'; did you mean 'email'?"),
        ("zzz", "1", "there are email, facebook, phone, telegram, user_id, whatsapp, x"),
        ("email", "not an address", "a mail address such as may@example.org was meant"),
        ("phone", "none", "a phone number such as +14155550100 was meant"),
        ("telegram", "@may", "the provider's id of the person, not the handle"),
    ],
)
def test_an_address_that_nobody_can_have_is_not_linked(desk, kind, value, says):
    desk("contacts import", stdin=b'{"contact":"ann","name":"Ann"}\n')
    desk("contacts link", "ann", kind, value, "--reason", "said so", code=1)
    assert says in desk.err
    assert not desk.rows("contacts show", "ann", "--json")[0]["identities"]
    desk("token add", "app", "--kind", "matrix")
    assert "matrix @may:example.org" in desk("contacts link", "ann", "Matrix", "@may:example.org", "--reason", "so")
