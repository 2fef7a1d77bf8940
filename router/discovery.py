"""Finds connectors through the entry point group `switchboard.connectors`: only those a configuration names.

A connector that fails to load names its channel and is left out; it does not take the house down.
"""

from importlib.metadata import entry_points
from pathlib import Path

import msgspec

from router.config import ChannelConfig
from router.connector import Capabilities, Manifest, Simulator
from router.model.errors import ConfigError
from router.model.secret import Secret
from router.model.sources import Clock

GROUP = "switchboard.connectors"
SIMULATORS = "switchboard.simulators"


def manifest_of(kind: str) -> Manifest:
    """The manifest of a connector kind. Raises ConfigError when nothing offers it or it cannot be loaded."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    point = found.get(kind)
    if point is None:
        known = ", ".join(sorted(found)) or "none"
        raise ConfigError(f"channels: no connector offers the kind {kind!r}; installed: {known}")
    try:
        manifest = point.load()
    except Exception as error:
        raise ConfigError(
            f"channels: the connector {kind!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(manifest, Manifest):
        raise ConfigError(f"channels: {point.value} is no connector manifest")
    return manifest


def settings_of(manifest: Manifest, channel: ChannelConfig) -> msgspec.Struct:
    """A channel's settings as its connector's own type. Raises ConfigError naming the channel and the field."""
    try:
        return msgspec.convert(channel.settings, manifest.settings, strict=False, dec_hook=_secrets)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"channels: {channel.kind}/{channel.account}: {error}") from None


def _secrets(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError(f"no decoder for {kind.__name__}")


def capabilities_of(manifest: Manifest, settings: msgspec.Struct) -> Capabilities:
    """What one account can do."""
    return manifest.capabilities if manifest.configured is None else manifest.configured(settings)


def simulator_of(kind: str, clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulated provider of a connector kind. Raises ConfigError when nothing offers one."""
    found = {point.name: point for point in entry_points(group=SIMULATORS)}
    if kind not in found:
        raise ConfigError(f"demo: no simulated provider for {kind!r} is installed; run pip install -e . again")
    simulator: Simulator = found[kind].load()(clock, directory, address)
    return simulator
