"""`switchboard rules check|test|explain|replay|fmt|schema`: rules files, before they go live."""

import argparse
import sys
from pathlib import Path

import msgspec

from router.cli import language, rules_check, rules_explain, rules_formatting, rules_replay, rules_tests
from router.cli.command import EXIT_DONE
from router.cli.paths import named_path
from router.flow.rulebook import read_directory
from rules import packs
from rules.ruleset import load
from rules.schema import schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|test|explain|replay|fmt|schema")
    for name, summary in (
        ("check", "every mistake of every file, as file:line:col code text (hint)"),
        ("test", "run the tests that stand in the files"),
        ("explain", "why a message is judged as it is, rule by rule"),
    ):
        action = _action(actions, name, summary)
        action.add_argument("--json", action="store_true", help="JSON instead of text")
        language.add_argument(action)
        if name == "explain":
            rules_explain.add_arguments(action)
        else:
            _add_directory(action)
    rules_replay.add_arguments(_action(actions, "replay", "stored messages that other rules would judge otherwise"))
    rules_formatting.add_arguments(_action(actions, "fmt", "one layout for rules files; comments stay"))
    schema = _action(actions, "schema", "a JSON Schema (draft 7) of rules files, for editors")
    _add_directory(schema, "whose queues, tags, lists and templates are offered; default: any names")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    return actions.add_parser(name, help=summary, description=summary)


def _add_directory(action: argparse.ArgumentParser, meant: str = "default: the shipped pack") -> None:
    action.add_argument("rules", nargs="?", type=named_path, metavar="DIR", help=meant)


def _files(directory: Path | None) -> dict[str, bytes]:
    return dict(packs.read()) if directory is None else read_directory(directory)


def run(arguments: argparse.Namespace) -> int:
    """0 when all is well, 1 when something was found."""
    match arguments.action:
        case "check":
            return rules_check.run(_files(arguments.rules), arguments)
        case "test":
            return rules_tests.run(load(_files(arguments.rules)), arguments)
        case "explain":
            return rules_explain.run(load(_files(arguments.rules)), arguments)
        case "replay":
            return rules_replay.run(arguments)
        case "fmt":
            return rules_formatting.run(arguments)
        case _:
            return _schema(arguments.rules)


def _schema(directory: Path | None) -> int:
    made = schema(None if directory is None else load(read_directory(directory)))
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
    return EXIT_DONE
