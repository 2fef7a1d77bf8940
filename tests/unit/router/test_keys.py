"""Keys: what is sealed opens only as what it is, under whichever key sealed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.keys import Keyring, Sealed
from router.model.errors import ConfigError

SIGNING = b"s" * 32
OLD = Keyring({"old": b"o" * 32}, "old", SIGNING)
NEW = Keyring({"old": b"o" * 32, "new": b"n" * 32}, "new", SIGNING)


@given(st.binary(max_size=500), st.text(max_size=20))
def test_what_is_sealed_opens_as_what_it_is(data, purpose):
    sealed = NEW.seal(data, purpose)
    assert sealed.key_id == "new"
    assert NEW.open(sealed, purpose) == data
    with pytest.raises(ConfigError, match="altered"):
        NEW.open(sealed, purpose + "x")


def test_after_a_rotation_old_records_still_open_and_new_ones_take_the_new_key():
    assert NEW.open(OLD.seal(b"before", "p"), "p") == b"before"
    with pytest.raises(ConfigError, match=r"'new'.*missing"):
        OLD.open(NEW.seal(b"after", "p"), "p")


@given(st.integers(0, 40), st.integers(1, 255))
def test_one_changed_bit_is_seen(position, mask):
    sealed = NEW.seal(b"thirteen byte", "p")
    altered = bytearray(sealed.data)
    altered[position] ^= mask
    with pytest.raises(ConfigError, match="altered"):
        NEW.open(Sealed(sealed.key_id, bytes(altered)), "p")


@pytest.mark.parametrize("length", range(28))
def test_a_record_that_was_cut_is_seen(length):
    sealed = NEW.seal(b"", "p")
    with pytest.raises(ConfigError, match="altered"):
        NEW.open(Sealed(sealed.key_id, sealed.data[:length]), "p")


def test_equal_data_is_sealed_differently_each_time():
    assert len({NEW.seal(b"same", "p").data for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("seal_keys", "seal_key", "signing", "says"),
    [
        ({"k1": b"short"}, "k1", SIGNING, "secrets.seal_keys.k1: 5 bytes, a sealing key has 32"),
        ({"k1": bytes(32)}, "k2", SIGNING, "secrets.seal_key: there is no key named 'k2'"),
        ({"k1": bytes(32)}, "k1", b"", "secrets.signing_key: 0 bytes"),
        ({"k1": bytes(32)}, "k1", bytes(31), "secrets.signing_key: 31 bytes"),
    ],
)
def test_keys_that_protect_nothing_are_refused(seal_keys, seal_key, signing, says):
    with pytest.raises(ConfigError, match=says):
        Keyring(seal_keys, seal_key, signing)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_signature_fits_its_purpose_and_value_only(purpose, value, other):
    signature = NEW.sign(purpose, value)
    assert NEW.verify(purpose, value, signature)
    assert NEW.verify(purpose, value, other) == (other == signature)
    assert not NEW.verify(purpose + "x", value, signature)
    assert not NEW.verify(purpose, value + "x", signature)


def test_fingerprints_say_equal_and_nothing_else():
    other = Keyring({"k": bytes(32)}, "k", b"t" * 32)
    card = "4111111111111111"
    assert NEW.fingerprint("CARD", card) == OLD.fingerprint("CARD", card)
    assert len({NEW.fingerprint("CARD", card), NEW.fingerprint("IBAN", card), other.fingerprint("CARD", card)}) == 3
    assert card not in NEW.fingerprint("CARD", card)


def test_halves_of_surrogates_are_hashed_like_any_text():
    assert NEW.fingerprint("PASSWORD", "\ud83d") != NEW.fingerprint("PASSWORD", "?")
    assert NEW.verify("p", "\ud83d", NEW.sign("p", "\ud83d"))
    assert not NEW.verify("p", "v", "\ud83d")
