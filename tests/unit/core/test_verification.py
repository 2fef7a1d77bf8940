"""What stays locked until an identity check has passed, and again afterwards."""

import msgspec
import pytest

from router.core.verification import require_unlocked, unlocked
from router.model.errors import Refused
from router.model.signing import read_signature, signature
from tests.unit.core.test_tickets import TICKET
from tests.unit.core.world import NOW


@pytest.mark.parametrize(("until_ms", "is_open"), [(None, False), (NOW, False), (NOW + 1, True), (NOW - 1, False)])
def test_facts_and_actions_are_unlocked_until_a_moment(until_ms, is_open):
    ticket = msgspec.structs.replace(TICKET, verified_until_ms=until_ms)
    assert unlocked(ticket, NOW) is is_open
    if is_open:
        require_unlocked(ticket, NOW)
        return
    with pytest.raises(Refused) as caught:
        require_unlocked(ticket, NOW)
    assert (caught.value.code, caught.value.status) == ("not_verified", 403)


@pytest.mark.parametrize("value", ["", "t=1", "t=x,v1=" + "a" * 64, "t=1,v1=" + "g" * 64, "t=1,v1=" + "a" * 64 + ",x"])
def test_what_is_no_signature_names_no_time(value):
    assert read_signature(value) is None


def test_a_signature_names_its_time():
    assert read_signature(signature(b"secret", 1_793_000_000, b"{}")) == 1_793_000_000
