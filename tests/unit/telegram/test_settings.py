"""How a bot is configured: mistakes are named, secrets cannot be printed."""

import pytest

from connectors.telegram.manifest import MANIFEST
from router.config import ChannelConfig
from router.discovery import capabilities_of, settings_of
from router.model.errors import ConfigError

TOKEN = "123456:a-token-that-BotFather-never-gave-000"
SECRET = "a-webhook-secret-of-some-length"


def configured(**settings):
    return settings_of(MANIFEST, ChannelConfig(kind="telegram", settings=settings))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "token"),
        ({"token": "123456"}, "token: not a bot token"),
        ({"token": TOKEN + "\n"}, "token: not a bot token"),
        ({"token": TOKEN, "tokn": "x"}, "did you mean 'token'"),
        ({"token": TOKEN, "base_url": "ftp://x"}, "base_url"),
        ({"token": TOKEN, "base_url": "http://bots.example"}, "use https"),
        ({"token": TOKEN, "mode": "push"}, "mode"),
        ({"token": TOKEN, "mode": "webhook"}, "webhook_secret: mode webhook needs one"),
        ({"token": TOKEN, "mode": "webhook", "webhook_secret": "short"}, "16 to 256"),
        ({"token": TOKEN, "mode": "webhook", "webhook_secret": "no blanks in it, please"}, "16 to 256"),
        ({"token": TOKEN, "timeouts": {"poll_s": 60}}, "poll_s"),
    ],
)
def test_bad_settings_are_named(settings, named):
    with pytest.raises(ConfigError) as raised:
        configured(**settings)
    assert named in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_good_settings_are_taken():
    assert configured(token=TOKEN).base_url == "https://api.telegram.org"
    assert configured(token=TOKEN, base_url="http://127.0.0.1:8081").mode == "polling"
    assert configured(token=TOKEN, base_url="https://bots.example/tg", mode="webhook", webhook_secret=SECRET)


def test_settings_never_print_their_secrets():
    shown = repr(configured(token=TOKEN, mode="webhook", webhook_secret=SECRET))
    assert TOKEN not in shown
    assert SECRET not in shown


def test_what_it_can_do():
    found = capabilities_of(MANIFEST, configured(token=TOKEN))
    assert found.visibilities == ("private", "public")
    assert not found.idempotent_send
    assert found.text_max == 20_480
