"""`switchboard.yaml`: one file, typed, unknown keys refused, secrets by reference.

A secret is written `env:NAME` or `file:PATH` (relative to the file) and read when the configuration is. Errors name
file, line and column, what was found and what was meant, all at once (ConfigError, exit 78).
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from router.model.errors import ConfigError
from router.places import Mistakes, Shape, read_yaml
from rules.links import LinkHosts

_BYTES_MAX = 1_048_576
_KEY_BYTES = 32
_REFERENCES = ("env:", "file:")
_OF_A_CHANNEL = re.compile(r"\$\.channels\[\d+\]\.settings[.\[]")
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
    missing: tuple[str, ...] = msgspec.field(default=(), name="@missing")
    """What could not be read of the settings, each with its place and what to do; set by `load`."""


Judge = Callable[[ChannelConfig, str, Mistakes], None]
"""Tells what is wrong with a channel, which stands at a path of the file; UNSET stands for what could not be read."""


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


def load(path: Path, *, absent: str = "", judge: Judge | None = None) -> Config:
    """Read and check a configuration; whoever needs the connectors has their settings judged, too.

    What cannot be read of a channel's settings keeps that channel out and no other: `absent` stands in its place, and
    `ChannelConfig.missing` says so. Raises ConfigError with all that is wrong.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); start from deploy/config.example.yaml, "
            "or name another file with --config"
        ) from None
    if len(raw) > _BYTES_MAX:
        raise ConfigError(f"{path}: {len(raw)} bytes, a configuration has at most {_BYTES_MAX}")
    found, places = read_yaml(path, raw)
    if not isinstance(found, dict):
        raise ConfigError(f"{places.of('$')}: a configuration is a mapping such as `server:`, `storage:`, `secrets:`")
    unread: dict[str, str] = {}

    def lose(at: str, why: str) -> object:
        unread[at] = why
        return msgspec.UNSET

    resolved = _resolve(found, "$", path.parent, lose)
    mistakes = Mistakes(places)
    _check(resolved, unread, mistakes, judge)
    mistakes.refuse()
    try:
        config = msgspec.convert(_filled(resolved, absent), Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from None
    placed = [
        msgspec.structs.replace(
            channel,
            place=places.of(f"$.channels[{index}].settings"),
            written=found["channels"][index].get("settings") or {},
            missing=tuple(
                f"{places.of(at)}: {why}" for at, why in unread.items() if at.startswith(f"$.channels[{index}].")
            ),
        )
        for index, channel in enumerate(config.channels)
    ]
    server = msgspec.structs.replace(config.server, public_url=config.server.public_url.rstrip("/"))
    return msgspec.structs.replace(config, server=server, channels=tuple(placed))


def _resolve(value: object, at: str, base: Path, lose: Callable[[str, str], object]) -> Any:  # noqa: ANN401 - as YAML is
    """Replace `env:NAME` and `file:PATH` by what they refer to, or by what `lose` makes of a path and a reason."""
    if isinstance(value, dict):
        return {str(key): _resolve(item, f"{at}.{key}", base, lose) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, f"{at}[{index}]", base, lose) for index, item in enumerate(value)]
    if not isinstance(value, str) or not value.startswith(_REFERENCES):
        return value
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        if name in os.environ:
            return os.environ[name]
        return lose(at, f"the environment has no variable {name}; set it, or use file:PATH")
    target = base / value.removeprefix("file:")
    try:
        return target.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        return lose(at, f"the secret file {target} cannot be read ({why})")


def _filled(value: object, absent: str) -> object:
    if isinstance(value, dict):
        return {key: _filled(item, absent) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, absent) for item in value]
    return absent if value is msgspec.UNSET else value


def is_there(reference: str, base: Path) -> bool:
    """Whether what `env:NAME` or `file:PATH` refers to can be read."""
    how, _, name = reference.partition(":")
    return name in os.environ if how == "env" else os.access(base / name, os.R_OK)


def read_again(channel: ChannelConfig, base: Path) -> ChannelConfig:
    """The channel with its secrets as they are now; without references, as it was. Raises ConfigError."""

    def refuse(_at: str, why: str) -> object:
        raise ConfigError(f"{channel.place}: {why}")

    settings = _resolve(channel.written, "$", base, refuse)
    return msgspec.structs.replace(channel, settings=settings, missing=()) if channel.written else channel


def references(value: object) -> list[str]:
    """Every `env:NAME` and `file:PATH` of a value as it is written, each once."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return list(dict.fromkeys(found for item in inner for found in references(item)))
    return [value] if isinstance(value, str) and value.startswith(_REFERENCES) else []


def _check(resolved: Mapping[str, object], unread: Mapping[str, str], mistakes: Mistakes, judge: Judge | None) -> None:
    """Tell everything that is wrong; what was `unread` of channels is theirs to wait for."""
    for at, why in unread.items():
        if not _OF_A_CHANNEL.match(at):
            mistakes.tell(at, why)
    good = Shape(mistakes).parts(resolved, Config, "$")
    _check_server(good.get("server", ServerConfig()), mistakes)
    storage, bus = good.get("storage", StorageConfig()), good.get("bus", BusConfig())
    if not storage.url.startswith(("sqlite:", "postgresql://", "postgres://")):
        scheme = storage.url.split(":")[0]
        mistakes.tell("$.storage.url", f"{scheme!r} is no storage; sqlite:PATH or postgresql://…")
    if bus.url != "local" and urlsplit(bus.url).scheme not in {"redis", "rediss"}:
        mistakes.tell("$.bus.url", "`local` or redis://host:port/0 was meant")
    for index, name in enumerate(good.get("guard", GuardConfig()).link_hosts or ()):
        try:
            LinkHosts.of([name])
        except ValueError:
            told = f"{name!r} is no host name; such as help.example.org, or *.example.org for all below it"
            mistakes.tell(f"$.guard.link_hosts[{index}]", told)
    _check_bot(good.get("oncall", OncallConfig()).telegram, mistakes)
    _check_media(good.get("media", MediaConfig()), mistakes)
    _check_keys(resolved.get("secrets"), mistakes)
    _check_channels(resolved.get("channels"), mistakes, judge)


def _check_server(server: ServerConfig, mistakes: Mistakes) -> None:
    if server.host.startswith("["):
        mistakes.tell("$.server.host", f"{server.host!r}: an address stands here without brackets, such as '::1'")
    if not _is_address(server.public_url):
        told = f"{server.public_url!r} is no address such as https://support.example.org"
        mistakes.tell("$.server.public_url", told)


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        is_whole = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:  # an IPv6 address that is not closed, or a port that is none
        return False
    return is_whole and not url.query and not url.fragment and url.username is None


def _check_channels(channels: object, mistakes: Mistakes, judge: Judge | None) -> None:
    seen: set[tuple[object, object]] = set()
    for index, channel in enumerate(channels if isinstance(channels, list) else []):
        at = f"$.channels[{index}]"
        if not isinstance(channel, dict) or not isinstance(kind := channel.get("kind"), str):
            continue
        account = str(channel.get("account", "default"))
        if (kind, account) in seen:
            mistakes.tell(at, f"{kind}/{account} is configured twice; give one of them another account name")
        seen.add((kind, account))
        if judge is not None:
            judge(ChannelConfig(kind=kind, account=account, settings=channel.get("settings") or {}), at, mistakes)


def _check_bot(bot: TelegramConfig | None, mistakes: Mistakes) -> None:
    if bot is not None and not _BOT_TOKEN.fullmatch(bot.token):
        told = "this is no token of a bot; BotFather gives one such as 123456789:AAF4…"
        mistakes.tell("$.oncall.telegram.token", told)
    if bot is not None and urlsplit(bot.base_url).scheme not in {"http", "https"}:
        mistakes.tell("$.oncall.telegram.base_url", "an address such as https://api.telegram.org")


def _check_media(media: MediaConfig, mistakes: Mistakes) -> None:
    if media.s3 is None:
        return
    if media.path is not None:
        mistakes.tell("$.media", "path and s3 are two places; keep one of them")
    at, endpoint = "$.media.s3", urlsplit(media.s3.endpoint)
    if endpoint.scheme not in {"http", "https"} or not endpoint.netloc or endpoint.query:
        told = f"{media.s3.endpoint!r} is no address such as https://s3.eu-central-1.amazonaws.com"
        mistakes.tell(f"{at}.endpoint", told)
    if not _BUCKET.fullmatch(media.s3.bucket):
        told = f"{media.s3.bucket!r} is no name of a bucket: 3 to 63 of a-z, 0-9, dot, hyphen"
        mistakes.tell(f"{at}.bucket", told)
    if not media.s3.access_key or not media.s3.secret_key:
        mistakes.tell(at, "access_key and secret_key are needed, such as env:S3_SECRET_KEY")


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


def _check_keys(secrets: object, mistakes: Mistakes) -> None:
    if not isinstance(secrets, dict):
        return
    sealing = secrets.get("seal_keys")
    named = sealing if isinstance(sealing, dict) else {}
    keys = {f"seal_keys.{name}": text for name, text in named.items()} | {"signing_key": secrets.get("signing_key")}
    for name, text in keys.items():
        if not isinstance(text, str):
            continue
        try:
            length = len(read_key(name, text))
        except ConfigError as error:
            mistakes.tell(f"$.secrets.{name}", str(error))
            continue
        if length != _KEY_BYTES:
            told = f"{length} bytes, a key has {_KEY_BYTES} (64 hex digits); make one with: openssl rand -hex 32"
            mistakes.tell(f"$.secrets.{name}", f"secrets.{name}: {told}")
    current = secrets.get("seal_key")
    if isinstance(current, str) and current not in named:
        told = f"no key is named {current!r}; secrets.seal_keys has: {', '.join(named) or 'none'}"
        mistakes.tell("$.secrets.seal_key", told)


def read_key(name: str, text: str) -> bytes:
    """A key from its hex digits. Raises ConfigError that never repeats the value."""
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise ConfigError(f"secrets.{name}: not hex digits; make one with: openssl rand -hex 32") from None


def database_file(url: str, base: Path) -> Path | None:
    """The file of an embedded database, whose path is relative to `base`; None for PostgreSQL."""
    return base / url.removeprefix("sqlite:") if url.startswith("sqlite:") else None
