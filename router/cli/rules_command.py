"""`switchboard rules check|test|explain|replay|fmt|schema`: rules files, before they go live."""

import argparse
import sys
from pathlib import Path

import msgspec

from router.cli import rules_formatting, rules_replay
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.clock import SystemClock
from router.core.html import derive_text
from router.flow.rulebook import read_directory
from router.model.errors import InvalidMessage, Refused
from router.model.message import InboundEvent, Sender
from router.model.wire import decode_message
from rules import packs
from rules.facts import Facts, MessageFacts
from rules.problems import Problem, RulesError
from rules.ruleset import Ruleset, load
from rules.schema import schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|test|explain|replay|fmt|schema")
    for name, summary in (
        ("check", "every mistake of every file, as file:line:col code text (hint)"),
        ("test", "run the tests that stand in the files"),
    ):
        action = _action(actions, name, summary)
        action.add_argument("--json", action="store_true", help="JSON instead of text")
        _add_directory(action)
    explain = _action(actions, "explain", "why a message is judged as it is, rule by rule")
    explain.add_argument("--json", action="store_true", help="JSON instead of text")
    explain.add_argument("message", help="a text, or a file with one JSON message (docs/formats.md)")
    explain.add_argument("--rules", type=Path, metavar="DIR", help="default: the shipped pack")
    explain.add_argument("--language", choices=["en", "zh"], default="en", help="of the explanation")
    explain.add_argument("--all", action="store_true", help="also the rules that were quiet")
    rules_replay.add_arguments(_action(actions, "replay", "stored messages that other rules would judge otherwise"))
    rules_formatting.add_arguments(_action(actions, "fmt", "one layout for rules files; comments stay"))
    schema = _action(actions, "schema", "a JSON Schema (draft 7) of rules files, for editors")
    _add_directory(schema, "whose queues, tags, lists and templates are offered; default: any names")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    return actions.add_parser(name, help=summary, description=summary)


def _add_directory(action: argparse.ArgumentParser, meant: str = "default: the shipped pack") -> None:
    action.add_argument("rules", nargs="?", type=Path, metavar="DIR", help=meant)


def _files(directory: Path | None) -> dict[str, bytes]:
    return dict(packs.read()) if directory is None else read_directory(directory)


def run(arguments: argparse.Namespace) -> int:
    """0 when all is well, 1 when something was found."""
    match arguments.action:
        case "check":
            return _check(_files(arguments.rules), as_json=arguments.json)
        case "test":
            return _test(load(_files(arguments.rules)), as_json=arguments.json)
        case "replay":
            return rules_replay.run(arguments)
        case "fmt":
            return rules_formatting.run(arguments)
        case "schema":
            return _schema(arguments.rules)
        case _:
            return _explain(load(_files(arguments.rules)), arguments)


def _schema(directory: Path | None) -> int:
    made = schema(None if directory is None else load(read_directory(directory)))
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
    return EXIT_DONE


def _check(files: dict[str, bytes], *, as_json: bool) -> int:
    problems: tuple[Problem, ...]
    try:
        problems = load(files).warnings
    except RulesError as error:
        problems = error.problems
    errors = [problem for problem in problems if problem.severity == "error"]
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(problems) + b"\n")
        return EXIT_FINDINGS if errors else EXIT_DONE
    lines = {name: content.decode(errors="replace").splitlines() for name, content in files.items()}
    for problem in problems:
        mark = "error" if problem.severity == "error" else "warning"
        print(f"{mark}: {problem}")
        if problem.severity == "error":
            _excerpt(lines.get(problem.file, []), problem)
    print(f"{len(files)} files: {len(errors)} errors, {len(problems) - len(errors)} warnings")
    return EXIT_FINDINGS if errors else EXIT_DONE


def _excerpt(lines: list[str], problem: Problem) -> None:
    if not 1 <= problem.line <= len(lines):
        return
    line = lines[problem.line - 1]
    start = max(0, problem.col - 60)
    print(f"    | {line[start : start + 110]}")
    # Wide characters take two columns in a terminal; the caret has to stand under the one that is meant.
    before = line[start : problem.col - 1]
    print("    | " + " " * sum(2 if ord(char) > 0x2E7F else 1 for char in before) + "^")


def _test(ruleset: Ruleset, *, as_json: bool) -> int:
    report = ruleset.run_tests()
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    else:
        for failure in report.failures:
            print(failure)
        if report.uncovered:
            print(f"no test makes these rules fire: {', '.join(report.uncovered)}")
        print(f"{report.total} tests: {len(report.failures)} failures")
    return EXIT_FINDINGS if report.failures else EXIT_DONE


def _explain(ruleset: Ruleset, arguments: argparse.Namespace) -> int:
    explanation = ruleset.explain(_facts(arguments.message))
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(explanation) + b"\n")
    else:
        print("\n".join(explanation.lines(arguments.language, quiet=arguments.all)))
    return EXIT_DONE


def _facts(said: str) -> Facts:
    """A JSON message in a file or on the command line, else the words themselves."""
    path = Path(said)
    is_file = len(said) < 4096 and "\n" not in said and path.is_file()
    raw = path.read_bytes() if is_file else said.encode(errors="replace")
    if not raw.lstrip().startswith(b"{"):
        text = raw.decode(errors="replace")
        now_ms = SystemClock().now_ms()
        return _facts_of(InboundEvent(channel="", message_id="", sent_at_ms=now_ms, sender=Sender(id=""), text=text))
    try:
        return _facts_of(decode_message(raw))
    except InvalidMessage as error:
        raise Refused("invalid", f"{path if is_file else 'the message'}: {error}", status=400) from None


def _facts_of(event: InboundEvent) -> Facts:
    text = event.text if event.text is not None else derive_text(event.html or "")
    return Facts(
        message=MessageFacts(
            text=text,
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            attachments=len(event.attachments),
            ext=event.ext or "",
        ),
        now_ms=event.sent_at_ms,
    )
