"""`switchboard channels add KIND`: one more entry in `switchboard.yaml`, whose comments and order stay as they are."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from router import discovery
from router.cli.house import named
from router.cli.serve_command import add_config
from router.cli.stanza import Stanza, compose, inserted, stands_as_it_is
from router.config import load
from router.connector import Manifest
from router.model.errors import ConfigError


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
    unset = {path: variable for path, variable in stanza.secrets.items() if variable not in os.environ}
    _write(config, stanza, unset)
    print(f"{name} is written into {config}; the service takes it up at its next start")
    for variable in unset.values():
        print(f"set the secret {variable} in the service's environment, or write file:PATH in its place")
    if unset:
        print(f"then check it: switchboard channels check --config {config}")
        return None
    return name


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
        raise ConfigError(f"--set {stanza.unknown[0]}: {manifest.kind} has no such setting")
    if stanza.missing:
        wanted = " ".join(f"--set {path}=…" for path in stanza.missing)
        raise ConfigError(f"{name} needs more: switchboard channels add {manifest.kind} {wanted}")


def _write(config: Path, stanza: Stanza, unset: Mapping[str, str]) -> None:
    """Put it in place of the old file only when it reads well. Raises ConfigError and leaves the old one."""
    load(config)
    old = config.read_text(encoding="utf-8")
    try:
        new = inserted(old, stanza.lines)
    except ValueError as error:
        raise ConfigError(f"{config}: {error}") from None
    trial = config.with_name(f"{config.name}.new")
    trial.write_text(new, encoding="utf-8")
    try:
        _check(trial, unset)
        config.resolve().write_text(new, encoding="utf-8")
    except ConfigError as error:  # of a file that is no more when somebody looks for it
        raise ConfigError(str(error).replace(str(trial), str(config))) from None
    finally:
        trial.unlink()


def _check(trial: Path, unset: Mapping[str, str]) -> None:
    """Read the new file as the service would, with something in place of the secrets that are still to come.

    What a connector says of the shape of those is left to the time when they are there. Raises ConfigError.
    """
    for variable in unset.values():
        os.environ[variable] = "to be set, 32 characters or more"
    try:
        channel = load(trial).channels[-1]
        about = f"{channel.place}: {channel.kind}/{channel.account}: "
        try:
            discovery.settings_of(discovery.manifest_of(channel.kind, channel.place), channel)
        except ConfigError as error:
            if not str(error).removeprefix(about).startswith(tuple(f"{path}: " for path in unset)):
                raise
    finally:
        for variable in unset.values():
            del os.environ[variable]
