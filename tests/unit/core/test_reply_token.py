"""Plus-address tags: ours come back, forged ones are nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.clock import TimedIds, VirtualClock
from router.core.reply_token import make_token, read_token
from router.keys import Keyring

KEYS = Keyring({"k1": bytes(32)}, "k1", b"s" * 32)
OTHERS = Keyring({"k1": bytes(32)}, "k1", b"t" * 32)
CONVERSATION = TimedIds(VirtualClock(1_793_000_000_000), seed=3).new()


def test_a_token_returns_even_through_systems_that_fold_case():
    token = make_token(CONVERSATION, KEYS.tag)
    assert read_token(token, KEYS.tag) == read_token(token.upper(), KEYS.tag) == CONVERSATION
    assert len(f"support+{token}") <= 64


@given(st.integers(0, 51), st.sampled_from("0123456789abcdef"))
def test_any_other_digit_makes_it_nothing(position, digit):
    token = make_token(CONVERSATION, KEYS.tag)
    forged = token[:position] + digit + token[position + 1 :]
    assert read_token(forged, KEYS.tag) == (CONVERSATION if forged == token else None)


@pytest.mark.parametrize("token", [None, "", "x" * 52, "0" * 52, "0" * 51, "0" * 53, "０" * 52])
def test_what_is_no_token_is_nothing(token):
    assert read_token(token, KEYS.tag) is None


def test_the_token_of_another_house_is_nothing():
    assert read_token(make_token(CONVERSATION, OTHERS.tag), KEYS.tag) is None


@given(st.text(max_size=80))
def test_reading_is_total(token):
    assert read_token(token, KEYS.tag) is None
