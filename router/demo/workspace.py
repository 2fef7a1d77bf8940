"""The demo's folder: configuration, rules, keys and data, made on first use and kept between runs."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import msgspec
import yaml

from router.config import (
    BusConfig,
    ChannelConfig,
    Config,
    RulesConfig,
    SecretsConfig,
    ServerConfig,
    StorageConfig,
    WebhooksConfig,
)
from router.model.errors import ConfigError
from rules import packs

SUPPORT_ADDRESS = "support@wallet.example"
CONFIG_NAME = "switchboard.yaml"
SPOKEN_FOR = ("instagram", "whatsapp")
"""Channel kinds whose connectors come later; until then the demo's customers use them through the API channel."""

_LIFECYCLE = b"\nlifecycle:\n"
_VERIFYING = b"\nlifecycle:\n  verifying: {webhook: wallet}   # who the back end is, says backend.yaml\n"
"""The pack leaves open who checks an identity; the demo has somebody."""


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything of one demo lives."""

    directory: Path

    @property
    def rules(self) -> Path:
        """The rules files an admin edits."""
        return self.directory / "rules"

    @property
    def mail(self) -> Path:
        """The mailboxes of the simulated mail server."""
        return self.directory / "mail"

    @property
    def telegram(self) -> Path:
        """What the simulated Telegram knows."""
        return self.directory / "telegram"

    @property
    def facebook(self) -> Path:
        """What the simulated Facebook knows."""
        return self.directory / "facebook"

    @property
    def x(self) -> Path:
        """What the simulated X knows."""
        return self.directory / "x"

    @property
    def phone(self) -> Path:
        """What the simulated telephone network knows."""
        return self.directory / "phone"

    def prepare(self) -> None:
        """Make what is missing; what is there stays as it is. Killed in the middle, it leaves nothing half made."""
        for folder in (self.mail, self.telegram, self.facebook, self.x, self.phone):
            folder.mkdir(exist_ok=True)
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise ConfigError(f"{folder} belongs to somebody else: give it to yourself, or name another with --dir")
        if not self.rules.exists():
            self._make_rules()
        keys = self.directory / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        for name in ("seal", "signing", "identity", "webhook", "wallet"):
            if not (keys / name).exists():
                made = keys / f"{name}.new"
                made.touch(mode=0o600)
                made.write_text(secrets.token_hex(32), encoding="ascii")
                made.rename(keys / name)

    def _make_rules(self) -> None:
        made = self.directory / "rules.new"
        made.mkdir(exist_ok=True)
        for name, content in packs.read().items():
            (made / name).write_bytes(content.replace(_LIFECYCLE, _VERIFYING))
        # The pack's own tests hold its queues in place: here is a rule that may be changed without them.
        for name in ("backend.yaml", "private.yaml", "own.yaml"):
            (made / name).write_bytes((resources.files("router.demo") / name).read_bytes())
        made.rename(self.rules)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other demos out of this folder: two mail servers would write over each other's mails."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigError(
                    f"{self.directory} is used by a demo that is running; stop it, or name another folder with --dir"
                ) from None
            yield

    def key(self, name: str) -> str:
        """Hex digits of one key."""
        return (self.directory / "keys" / name).read_text(encoding="ascii").strip()

    def tell_backend(self, address: str) -> None:
        """Where the simulated back end of the wallet listens this time; the rules find it there."""
        folder = self.directory / "backend"
        folder.mkdir(exist_ok=True)
        for name in ("actions", "context", "checks"):
            (folder / name).write_text(f"{address}/{name}", encoding="ascii")

    def config(self, *, host: str, port: int, settings: Mapping[str, dict[str, object]], replies_to: str) -> Config:
        """The demo as an ordinary configuration: settings of its channels, and the webhook that replies go to."""
        config = Config(
            server=ServerConfig(host=host, port=port, public_url=f"http://{host}:{port}"),
            storage=StorageConfig(url="sqlite:switchboard.db"),
            bus=BusConfig(),
            secrets=SecretsConfig(seal_keys={"k1": self.key("seal")}, seal_key="k1", signing_key=self.key("signing")),
            rules=RulesConfig(path="rules"),
            webhooks=WebhooksConfig(private_hosts=("127.0.0.1",)),
            channels=(
                ChannelConfig(kind="email", settings=settings["email"]),
                ChannelConfig(kind="webchat", settings={"identity_secret": self.key("identity")}),
                ChannelConfig(
                    kind="api",
                    settings={
                        "kinds": list(SPOKEN_FOR),
                        "webhook_url": replies_to,
                        "webhook_secret": self.key("webhook"),
                    },
                ),
                ChannelConfig(kind="form", settings=settings["form"]),
                ChannelConfig(kind="telegram", settings=settings["telegram"]),
                ChannelConfig(kind="facebook", settings=settings["facebook"]),
                ChannelConfig(kind="x", settings=settings["x"]),
                ChannelConfig(kind="phone", settings=settings["phone"]),
            ),
        )
        self._write(config)
        return config

    def _write(self, config: Config) -> None:
        """The same as a file, for `trace`, `doctor` and the other commands; keys stay references."""
        told = msgspec.to_builtins(config)
        told["secrets"] = {
            "seal_keys": {"k1": "file:keys/seal"},
            "seal_key": "k1",
            "signing_key": "file:keys/signing",
        }
        for channel in told["channels"]:
            for name in [name for name in channel if name.startswith("@")]:  # which `load` sets, and no file holds
                del channel[name]
        told["channels"][1]["settings"] = {"identity_secret": "file:keys/identity"}
        told["channels"][2]["settings"] |= {"webhook_secret": "file:keys/webhook"}
        text = yaml.dump(told, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (self.directory / CONFIG_NAME).write_text(text, encoding="utf-8")
