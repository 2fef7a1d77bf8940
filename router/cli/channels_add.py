"""`switchboard channels add KIND`: one more entry in `switchboard.yaml`, whose comments and order stay as they are."""

import argparse
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from router import discovery
from router.cli.house import named
from router.cli.paths import add_config
from router.cli.replacing import fill, replace
from router.cli.stanza import Stanza, compose, inserted, stands_as_it_is
from router.config import is_there, load
from router.connector import Manifest
from router.model.errors import ConfigError

_TO_COME: Final = "to be set, 32 characters or more"
"""In place of a secret that is not there yet."""


def add_add_arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the arguments of `add`."""
    summary = "write a channel into the configuration, say which secrets to set, and check it"
    action = actions.add_parser("add", help=summary, description=summary)
    add_config(action)
    told = "of an installed connector: email, webchat, api, …"
    action.add_argument("kind", metavar="KIND[/ACCOUNT]", help=told)
    action.add_argument("--account", metavar="NAME", help="one of several of this kind; the same as KIND/NAME")
    action.add_argument(
        "--set",
        dest="given",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="such as imap.host=imap.example.com; a secret as env:NAME or file:PATH",
    )


def add(arguments: argparse.Namespace) -> str | None:
    """Write it. `kind/account` when all its secrets are there, so that it can be checked. Raises ConfigError."""
    kind, account = named(arguments.kind)
    account = arguments.account or account
    manifest = discovery.manifest_of(kind, "channels add")
    name = f"{manifest.kind}/{account}"
    config: Path = arguments.config
    stanza = compose(manifest.kind, manifest.name, account, manifest.settings, _given(arguments.given))
    _refuse(stanza, manifest, name)
    unset = {path: said for path, said in stanza.secrets.items() if not is_there(said, config.parent)}
    _write(config, stanza, manifest, name, unset)
    print(f"{name} is written into {config}; the service takes it up at its next start")
    for said in unset.values():
        print(_wanted(said))
    if unset:
        print(f"then check it: switchboard channels check --config {config}")
        return None
    return name


def _wanted(reference: str) -> str:
    where, _, place = reference.partition(":")
    if where == "file":
        return f"put the secret into the file {place}, where the service can read it"
    return f"set the secret {place} in the service's environment, or write file:PATH in its place"


def _given(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        path, equals, value = pair.partition("=")
        if not equals or not path.strip():
            raise ConfigError(f"--set {pair}: SETTING=VALUE was meant, such as imap.host=imap.example.com")
        if value[:1] in {"[", "{"} and not stands_as_it_is(value):
            raise ConfigError(f'--set {pair}: lists and objects are JSON, such as lines=[{{"number": "+15550100001"}}]')
        found[path.strip()] = value
    return found


def _refuse(stanza: Stanza, manifest: Manifest, name: str) -> None:
    if stanza.unknown:
        near = get_close_matches(stanza.unknown[0], stanza.known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(stanza.known) or 'none'}"
        raise ConfigError(f"--set {stanza.unknown[0]}: {manifest.kind} has no such setting; {hint}")
    if stanza.missing:
        wanted = " ".join(f"--set {path}=…" for path in stanza.missing)
        raise ConfigError(f"{name} needs more: switchboard channels add {manifest.kind} {wanted}")
    for path, said in stanza.secrets.items():
        if not said.startswith(("env:", "file:")):
            raise ConfigError(
                f"--set {path}: a secret does not stand in the configuration; {path}=env:NAME or file:PATH"
            )


def _write(config: Path, stanza: Stanza, manifest: Manifest, name: str, unset: Mapping[str, str]) -> None:
    """Put it in place of the old file only when it reads well. Raises ConfigError and leaves the old one."""
    for channel in load(config, absent=_TO_COME).channels:
        if f"{channel.kind}/{channel.account}" == name:
            raise ConfigError(
                f"{name} is there already ({channel.place}); for another one: "
                f"switchboard channels add {manifest.kind}/NAME"
            )
    old = config.read_text(encoding="utf-8")
    try:
        new = inserted(old, stanza.lines)
    except ValueError as error:
        raise ConfigError(f"{config}: {error}") from None
    trial = config.with_name(f"{config.name}.new")
    try:
        fill(trial, new.encode())
        _check(trial, manifest, name, unset)
        replace(config, new.encode())
    except ConfigError as error:  # of lines that are no more when somebody looks for them
        said = re.sub(rf"{re.escape(str(trial))}:\d+:\d+: ({re.escape(name)}: )?", "", str(error))
        raise ConfigError(f"{name} is not written: {said}") from None
    finally:
        trial.unlink(missing_ok=True)


def _check(trial: Path, manifest: Manifest, name: str, unset: Mapping[str, str]) -> None:
    """Read the new file as the service would, with something in place of the secrets that are still to come.

    What a connector says of the shape of those is left to the time when they are there. Raises ConfigError.
    """
    channel = load(trial, absent=_TO_COME).channels[-1]
    try:
        discovery.settings_of(manifest, channel)
    except ConfigError as error:
        about = f"{channel.place}: {name}: "
        if not str(error).removeprefix(about).startswith(tuple(f"{path}: " for path in unset)):
            raise
