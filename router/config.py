"""`switchboard.yaml`: one file, typed, unknown keys refused, secrets by reference.

A secret is written `env:NAME` or `file:PATH` (relative to the file) and read when the configuration is. Errors name
file, line and column, what was found and what was meant (ConfigError, exit 78).
"""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
import yaml

from router.model.errors import ConfigError
from rules.links import LinkHosts

_BYTES_MAX = 1_048_576
_KEY_BYTES = 32
_REFERENCES = ("env:", "file:")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the HTTP server listens, and how the world reaches it."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8080
    public_url: str = "http://127.0.0.1:8080"
    proxies: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    """How many proxies stand before it: so many entries of X-Forwarded-For are believed, from the right."""


class StorageConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`sqlite:PATH` or `postgresql://…`."""

    url: str = "sqlite:data/switchboard.db"
    pool_size: int = 4
    """Connections to PostgreSQL."""


class S3Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bucket of Amazon S3, or of a store that speaks its protocol."""

    endpoint: str
    """Such as https://s3.eu-central-1.amazonaws.com."""
    bucket: str
    region: str = "us-east-1"
    access_key: str
    secret_key: str
    prefix: str = ""
    """In front of every name, so that a bucket can be shared."""


class MediaConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files of messages rest, sealed: in a folder, or in a bucket."""

    path: str | None = None
    """The folder; `media` beside an SQLite file, else `data/media`."""
    s3: S3Config | None = None


class BusConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`local` inside one process, or `redis://…` among many."""

    url: str = "local"


class SecretsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys outside the database, each a reference to 64 hex digits."""

    seal_keys: dict[str, str]
    seal_key: str
    """The name of the key that seals from now on; the others still open what they sealed."""
    signing_key: str


class RulesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who writes the rules, and where their files are."""

    source: Literal["files", "database"] = "files"
    path: str = "rules"


class GuardConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave the house besides what no setting allows."""

    link_hosts: tuple[str, ...] | None = None
    """Hosts that replies may link to, beside the one of `server.public_url`: names, or `*.example.org` for all below
    it. Without it links are not looked at."""


class WebhooksConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What webhooks of the rules may reach."""

    private_hosts: tuple[str, ...] = ()
    """Hosts that may be anywhere and without TLS; all others are called by https and on the public internet."""


class TelegramConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bot that pages on-call chats."""

    token: str
    """A reference to what BotFather gave."""
    base_url: str = "https://api.telegram.org"
    """Of a Bot API server of one's own."""


class OncallConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people on call are reached, besides webhooks and the mail channel."""

    telegram: TelegramConfig | None = None


class ChannelConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of a connector kind."""

    kind: str
    account: str = "default"
    settings: dict[str, object] = {}
    """Decoded by the connector's own settings type."""
    place: str = msgspec.field(default="channels", name="@place")
    """Where it stands, for errors about what only its connector knows; set by `load`."""
    written: dict[str, object] = msgspec.field(default={}, name="@written")
    """The settings as they stand in the file, with references in place of secrets; set by `load`."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    server: ServerConfig = ServerConfig()
    storage: StorageConfig = StorageConfig()
    media: MediaConfig = MediaConfig()
    bus: BusConfig = BusConfig()
    secrets: SecretsConfig
    rules: RulesConfig = RulesConfig()
    guard: GuardConfig = GuardConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    oncall: OncallConfig = OncallConfig()
    channels: tuple[ChannelConfig, ...] = ()


def load(path: Path, *, absent: str | None = None) -> Config:
    """Read and check a configuration. `absent` stands for secrets of channels that are not there, where nobody needs
    them. Raises ConfigError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); start from deploy/config.example.yaml, "
            "or name another file with --config"
        ) from None
    if len(raw) > _BYTES_MAX:
        raise ConfigError(f"{path}: {len(raw)} bytes, a configuration has at most {_BYTES_MAX}")
    try:
        node = yaml.compose(raw, Loader=yaml.CSafeLoader)
        found = yaml.load(raw, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:{_yaml_mistake(error)}") from None
    places = _Places(path, node)
    if not isinstance(found, dict):
        raise ConfigError(f"{places.of('$')}: a configuration is a mapping such as `server:`, `storage:`, `secrets:`")
    resolved = _resolve(found, "$", path.parent, places, absent)
    try:
        config = msgspec.convert(resolved, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(str(error), places)) from None
    _check(config, places)
    _check_keys(config.secrets, places)
    placed = [
        msgspec.structs.replace(
            channel,
            place=places.of(f"$.channels[{index}].settings"),
            written=found["channels"][index].get("settings") or {},
        )
        for index, channel in enumerate(config.channels)
    ]
    return msgspec.structs.replace(config, channels=tuple(placed))


def _yaml_mistake(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "this is not YAML"
    return f"{mark.line + 1}:{mark.column + 1}: {problem}" if mark is not None else f" {problem}"


class _Places:
    """Where each path of the file (such as `$.server.port`) stands."""

    def __init__(self, path: Path, node: yaml.Node | None) -> None:
        self._path = path
        self._lines: dict[str, tuple[int, int]] = {}
        if node is not None:
            self._walk(node, "$")

    def _walk(self, node: yaml.Node, at: str) -> None:
        self._lines.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                child = f"{at}.{key.value}"
                if child in self._lines:
                    again = f"{self._path}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
                    raise ConfigError(f"{again}: {key.value} stands here twice; first at {self.of(child)}")
                self._lines[child] = (key.start_mark.line + 1, key.start_mark.column + 1)
                self._walk(value, child)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, f"{at}[{index}]")

    def of(self, at: str) -> str:
        """`file:line:col` of a path or of its nearest parent that stands in the file."""
        while at and at not in self._lines:
            at = at[: max(at.rfind("."), at.rfind("["), 0)]
        line, col = self._lines.get(at or "$", (1, 1))
        return f"{self._path}:{line}:{col}"


_POSITION = re.compile(r"\[\d+\]")
_FIELDS: Mapping[str, type[msgspec.Struct]] = {
    "$": Config,
    "$.server": ServerConfig,
    "$.storage": StorageConfig,
    "$.media": MediaConfig,
    "$.media.s3": S3Config,
    "$.bus": BusConfig,
    "$.secrets": SecretsConfig,
    "$.rules": RulesConfig,
    "$.guard": GuardConfig,
    "$.webhooks": WebhooksConfig,
    "$.oncall": OncallConfig,
    "$.oncall.telegram": TelegramConfig,
    "$.channels[]": ChannelConfig,
}


def _explain(message: str, places: _Places) -> str:
    """msgspec's message with its place in the file and, for an unknown key, the nearest known one."""
    text, _, at = message.rpartition(" - at `")
    text, at = (text, at.rstrip("`")) if text else (message, "$")
    hint = ""
    if "unknown field" in text:
        name = text.split("`")[1]
        kind = _FIELDS.get(_POSITION.sub("[]", at))
        known = list(kind.__struct_encode_fields__) if kind is not None else []
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
        at = f"{at}.{name}"
    return f"{places.of(at)}: {text}{hint}"


def _resolve(value: object, at: str, base: Path, places: _Places, absent: str | None = None) -> object:
    """Replace `env:NAME` and `file:PATH` by what they refer to."""
    if isinstance(value, dict):
        return {str(key): _resolve(item, f"{at}.{key}", base, places, absent) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, f"{at}[{index}]", base, places, absent) for index, item in enumerate(value)]
    if not isinstance(value, str) or not value.startswith(_REFERENCES):
        return value
    if absent is not None and at.startswith("$.channels[") and not is_there(value, base):
        return absent
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        if name not in os.environ:
            raise ConfigError(f"{places.of(at)}: the environment has no variable {name}; set it, or use file:PATH")
        return os.environ[name]
    target = base / value.removeprefix("file:")
    try:
        return target.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ConfigError(f"{places.of(at)}: the secret file {target} cannot be read ({why})") from None


def is_there(reference: str, base: Path) -> bool:
    """Whether what `env:NAME` or `file:PATH` refers to can be read."""
    how, _, name = reference.partition(":")
    return name in os.environ if how == "env" else os.access(base / name, os.R_OK)


def read_again(channel: ChannelConfig, base: Path) -> ChannelConfig:
    """The channel with its secrets as they are now; without references, as it was. Raises ConfigError."""
    settings = _resolve(channel.written, "$", base, _Places(Path(channel.place), None))
    return msgspec.structs.replace(channel, settings=settings) if channel.written else channel


def references(value: object) -> list[str]:
    """Every `env:NAME` and `file:PATH` of a value as it is written, each once."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return list(dict.fromkeys(found for item in inner for found in references(item)))
    return [value] if isinstance(value, str) and value.startswith(_REFERENCES) else []


def _check(config: Config, places: _Places) -> None:
    url = config.storage.url
    if not url.startswith(("sqlite:", "postgresql://", "postgres://")):
        raise ConfigError(
            f"{places.of('$.storage.url')}: {url.split(':')[0]!r} is no storage; sqlite:PATH or postgresql://…"
        )
    if config.bus.url != "local" and urlsplit(config.bus.url).scheme not in {"redis", "rediss"}:
        raise ConfigError(f"{places.of('$.bus.url')}: `local` or redis://host:port/0 was meant")
    for index, name in enumerate(config.guard.link_hosts or ()):
        try:
            LinkHosts.of([name])
        except ValueError:
            raise ConfigError(
                f"{places.of(f'$.guard.link_hosts[{index}]')}: {name!r} is no host name; such as help.example.org, or "
                "*.example.org for all below it"
            ) from None
    _check_bot(config.oncall.telegram, places)
    _check_media(config.media, places)
    seen: set[tuple[str, str]] = set()
    for index, channel in enumerate(config.channels):
        key = (channel.kind, channel.account)
        if key in seen:
            raise ConfigError(
                f"{places.of(f'$.channels[{index}]')}: {channel.kind}/{channel.account} is configured twice; "
                "give one of them another account name"
            )
        seen.add(key)


def _check_bot(bot: TelegramConfig | None, places: _Places) -> None:
    if bot is not None and not _BOT_TOKEN.fullmatch(bot.token):
        at = places.of("$.oncall.telegram.token")
        raise ConfigError(f"{at}: this is no token of a bot; BotFather gives one such as 123456789:AAF4…")
    if bot is not None and urlsplit(bot.base_url).scheme not in {"http", "https"}:
        raise ConfigError(f"{places.of('$.oncall.telegram.base_url')}: an address such as https://api.telegram.org")


def _check_media(media: MediaConfig, places: _Places) -> None:
    if media.s3 is None:
        return
    if media.path is not None:
        raise ConfigError(f"{places.of('$.media')}: path and s3 are two places; keep one of them")
    at, endpoint = "$.media.s3", urlsplit(media.s3.endpoint)
    if endpoint.scheme not in {"http", "https"} or not endpoint.netloc or endpoint.query:
        raise ConfigError(
            f"{places.of(f'{at}.endpoint')}: {media.s3.endpoint!r} is no address such as "
            "https://s3.eu-central-1.amazonaws.com"
        )
    if not _BUCKET.fullmatch(media.s3.bucket):
        raise ConfigError(
            f"{places.of(f'{at}.bucket')}: {media.s3.bucket!r} is no name of a bucket: 3 to 63 of a-z, 0-9, dot, hyphen"
        )
    if not media.s3.access_key or not media.s3.secret_key:
        raise ConfigError(f"{places.of(at)}: access_key and secret_key are needed, such as env:S3_SECRET_KEY")


def media_folder(config: Config, base: Path) -> Path:
    """The folder of files, when they are in one."""
    if config.media.path is not None:
        return base / config.media.path
    database = database_file(config.storage.url, base)
    return (base / "data" if database is None else database.parent) / "media"


def link_hosts(config: Config) -> LinkHosts | None:
    """The hosts that what leaves the house may link to; None when the configuration does not say."""
    if config.guard.link_hosts is None:
        return None
    own = urlsplit(config.server.public_url).hostname or ""
    return LinkHosts.of([*config.guard.link_hosts, *([own] if own and ":" not in own else [])])


def _check_keys(secrets: SecretsConfig, places: _Places) -> None:
    keys = {f"seal_keys.{name}": text for name, text in secrets.seal_keys.items()}
    for name, text in {**keys, "signing_key": secrets.signing_key}.items():
        at = places.of(f"$.secrets.{name}")
        try:
            length = len(read_key(name, text))
        except ConfigError as error:
            raise ConfigError(f"{at}: {error}") from None
        if length != _KEY_BYTES:
            raise ConfigError(
                f"{at}: secrets.{name}: {length} bytes, a key has {_KEY_BYTES} (64 hex digits); "
                "make one with: openssl rand -hex 32"
            )
    if secrets.seal_key not in secrets.seal_keys:
        named = ", ".join(secrets.seal_keys) or "none"
        raise ConfigError(
            f"{places.of('$.secrets.seal_key')}: no key is named {secrets.seal_key!r}; secrets.seal_keys has: {named}"
        )


def read_key(name: str, text: str) -> bytes:
    """A key from its hex digits. Raises ConfigError that never repeats the value."""
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise ConfigError(f"secrets.{name}: not hex digits; make one with: openssl rand -hex 32") from None


def database_file(url: str, base: Path) -> Path | None:
    """The file of an embedded database, whose path is relative to `base`; None for PostgreSQL."""
    return base / url.removeprefix("sqlite:") if url.startswith("sqlite:") else None
