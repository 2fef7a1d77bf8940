"""Settings of an account on X: what is wrong is named, what is secret is not printed."""

import pytest

from connectors.x.manifest import MANIFEST
from router.config import ChannelConfig
from router.discovery import settings_of
from router.model.errors import ConfigError

KEYS = {
    "consumer_key": "k" * 25,
    "consumer_secret": "a consumer secret".replace(" ", "_") * 2,
    "access_token": f"4711-{'t' * 40}",
    "access_secret": "s" * 45,
}


def settings(**changes):
    return settings_of(MANIFEST, ChannelConfig(kind="x", settings={**KEYS, **changes}))


def test_good_settings_know_whose_they_are_and_print_no_secret():
    found = settings()
    assert found.account_id == "4711"
    assert not [value for value in KEYS.values() if value in f"{found!r}{found!s}"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"access_token": "t" * 40}, "access_token"),
        ({"access_token": f"4711-{'t' * 40} "}, "access_token"),
        ({"access_secret": "two words and more"}, "access_secret"),
        ({"consumer_secret": "short"}, "consumer_secret"),
        ({"connect_to": "127.0.0.1:4443"}, "connect_to"),
        ({"connect_to": "192.0.2.1:443", "ca": "ca.pem"}, "connect_to"),
        ({"ca": "ca.pem"}, "connect_to"),
        ({"every_s": 0}, "every_s"),
        ({"mode": "stream"}, "mode"),
        ({"timeouts": {"call": 1}}, "call"),
    ],
)
def test_bad_settings_are_named(changes, named):
    with pytest.raises(ConfigError, match=named):
        settings(**changes)
