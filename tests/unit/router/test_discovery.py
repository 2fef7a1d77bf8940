"""Connectors by their names, and what is wrong with their settings."""

import pytest

from router.clock import VirtualClock
from router.config import ChannelConfig
from router.connector import Manifest
from router.discovery import manifest_of, settings_of, simulator_of
from router.model.errors import ConfigError
from router.model.secret import Secret

KINDS = ["api", "email", "webchat"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_kinds_are_found(kind):
    manifest = manifest_of(kind)
    assert isinstance(manifest, Manifest)
    assert manifest.kind == kind


def test_an_unknown_kind_names_those_that_are_there_and_the_nearest():
    with pytest.raises(ConfigError) as caught:
        manifest_of("emial", "switchboard.yaml:9:3")
    assert str(caught.value).startswith("switchboard.yaml:9:3: ")
    assert "installed: api, email, facebook, form, phone, telegram, webchat, x; did you mean 'email'?" in str(
        caught.value
    )


def test_settings_are_typed_and_their_secrets_cannot_be_printed():
    channel = ChannelConfig(
        kind="api",
        settings={"webhook_url": "https://a.example/h", "webhook_secret": "a secret of thirty-two letters.."},
    )
    settings = settings_of(manifest_of("api"), channel)
    assert isinstance(settings.webhook_secret, Secret)
    assert "thirty-two" not in repr(settings)


@pytest.mark.parametrize(("settings", "says"), [
    ({"webhook_ulr": "x"}, "did you mean 'webhook_url'?"),
    ({"webhook_url": 5}, "webhook_url"),
])  # fmt: skip
def test_a_wrong_setting_names_channel_place_and_field(settings, says):
    channel = ChannelConfig(kind="api", account="main", settings=settings, place="switchboard.yaml:9:15")
    with pytest.raises(ConfigError) as caught:
        settings_of(manifest_of("api"), channel)
    assert str(caught.value).startswith("switchboard.yaml:9:15: api/main: ")
    assert says in str(caught.value)


def test_a_secret_that_is_wrong_is_not_repeated():
    channel = ChannelConfig(kind="api", settings={"webhook_url": "https://a.example/h", "webhook_secret": "hunter2"})
    with pytest.raises(ConfigError) as caught:
        settings_of(manifest_of("api"), channel)
    assert "hunter2" not in str(caught.value)


def test_there_is_no_simulator_for_what_has_none(tmp_path):
    with pytest.raises(ConfigError, match="no simulated provider for 'api'"):
        simulator_of("api", VirtualClock(), tmp_path, "support@example.org")
