"""The configurations in deploy/ load as they stand, with the secrets deploy/make-secrets.sh makes."""

import re
import shutil
import subprocess

import pytest

from router.config import load, read_key
from router.discovery import manifest_of, settings_of
from router.keys import Keyring
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
FILES = ("config.example.yaml", "compose.switchboard.yaml", "compose.scaled.switchboard.yaml")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A folder as an administrator has it: the configurations, and the secrets the script makes."""
    place = tmp_path_factory.mktemp("machine")
    for name in (*FILES, "make-secrets.sh"):
        shutil.copy(DEPLOY / name, place)
    subprocess.run([place / "make-secrets.sh"], check=True, capture_output=True)
    return place


@pytest.mark.parametrize("name", FILES)
def test_loads_with_every_channel_and_key(machine, name):
    path = machine / name
    # Systemd and containers mount the secrets elsewhere.
    text = re.sub(r"file:/run/(?:secrets|credentials/[\w.]+)/", "file:secrets/", path.read_text())
    path.write_text(text)
    config = load(path)
    assert config.channels
    for channel in config.channels:
        settings_of(manifest_of(channel.kind), channel)
    secrets = config.secrets
    keys = {key: read_key(key, value) for key, value in secrets.seal_keys.items()}
    keyring = Keyring(keys, secrets.seal_key, read_key("signing_key", secrets.signing_key))
    assert keyring.open(keyring.seal(b"raw", "test"), "test") == b"raw"


def test_the_scaled_settings_share_one_database_and_one_bus(machine):
    path = machine / "compose.scaled.switchboard.yaml"
    path.write_text(path.read_text().replace("file:/run/secrets/", "file:secrets/"))
    config = load(path)
    password = (machine / "secrets" / "postgres_password").read_text()
    assert config.storage.url == f"postgresql://switchboard:{password}@postgres:5432/switchboard"
    assert config.bus.url == "redis://redis:6379/0"
    assert config.server.host == "0.0.0.0"


def test_making_secrets_again_keeps_them(machine):
    before = {path.name: path.read_text() for path in (machine / "secrets").iterdir()}
    done = subprocess.run([machine / "make-secrets.sh"], check=True, capture_output=True)
    assert done.stdout == b""
    assert {path.name: path.read_text() for path in (machine / "secrets").iterdir()} == before
