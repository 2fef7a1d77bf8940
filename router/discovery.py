"""Finds connectors through the entry point group `switchboard.connectors`: only those a configuration names.

One that cannot be loaded is an error of the configuration, which names its place.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path

import msgspec

from router.config import ChannelConfig
from router.connector import Capabilities, Manifest, Simulator
from router.model.errors import ConfigError
from router.model.secret import Secret
from router.model.sources import Clock
from router.places import Mistakes, Shape

GROUP = "switchboard.connectors"
SIMULATORS = "switchboard.simulators"


def manifest_of(kind: str, place: str = "channels") -> Manifest:
    """The manifest of a connector kind, named at `place`. Raises ConfigError when nothing offers it or it cannot be
    loaded.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    point = found.get(kind)
    if point is None:
        known = ", ".join(sorted(found)) or "none"
        raise ConfigError(f"{place}: no connector offers the kind {kind!r}; installed: {known}{_nearest(kind, found)}")
    try:
        manifest = point.load()
    except Exception as error:
        raise ConfigError(
            f"{place}: the connector {kind!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(manifest, Manifest):
        raise ConfigError(f"{place}: {point.value} is no connector manifest")
    return manifest


def settings_of(manifest: Manifest, channel: ChannelConfig) -> msgspec.Struct:
    """A channel's settings as its connector's own type. Raises ConfigError naming the channel and the field."""
    try:
        return msgspec.convert(channel.settings, manifest.settings, strict=False, dec_hook=_secrets)
    except (msgspec.ValidationError, ValueError) as error:
        text = str(error)
        unknown = text.split("`")[1] if "unknown field" in text else ""
        today = manifest.renamed.get(unknown)
        if today is not None:
            hint = f"; it is written {today} now"
        else:
            hint = _nearest(unknown, manifest.settings.__struct_fields__) if unknown else ""
        raise ConfigError(f"{channel.place}: {channel.kind}/{channel.account}: {text}{hint}") from None


def judge(channel: ChannelConfig, at: str, mistakes: Mistakes) -> None:
    """Tell everything that is wrong with a channel's kind and settings: what `config.load` is given."""
    try:
        manifest = manifest_of(channel.kind, mistakes.places.of(f"{at}.kind"))
    except ConfigError as error:
        mistakes.add(f"{at}.kind", error)
        return
    label = f"{channel.kind}/{channel.account}"
    shape = Shape(mistakes, root=f"{at}.settings", label=label, hook=_secrets, renamed=manifest.renamed)
    shape.fitted(channel.settings, manifest.settings, f"{at}.settings")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _secrets(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    # What msgspec asks of a hook for a type it does not know (its documentation, "Extending").
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
