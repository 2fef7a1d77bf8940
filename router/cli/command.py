"""`switchboard`: which command, which exit code.

0 done, 1 findings or bad lines, 2 usage, 78 configuration (sysexits.h EX_CONFIG).
"""

import argparse
import contextlib
import errno
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Protocol

from router.cli.language import of_environment
from router.model.errors import ConfigError, Conflict, Refused, StoreUnavailable
from rules.problems import RulesError
from rules.translation import Language, line

_PROBLEMS_SHOWN = 20
_FOUND_CHARS = 40
_BROKEN = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes of the command line that are not UTF-8."""
_RULES_REFUSED: dict[Language, str] = {
    "en": "switchboard: the rules cannot be used (all of it: switchboard rules check)",
    "zh": "switchboard：规则无法使用（全部问题见 switchboard rules check）",
}
_EXIT_CODES = "Exit codes: 0 done, 1 findings or bad lines, 2 wrong usage, 78 wrong configuration, 130 interrupted."
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, EXIT_CONFIG = 0, 1, 2, 78

_COMMANDS = {
    "demo": "everything on one machine: simulated providers, live traffic, a ready inbox",
    "serve": "run the service from a configuration file",
    "route": "messages in, decisions out, on a throw-away store",
    "redact": "text in, redacted text (or the redactions) out",
    "trace": "the way of a message or ticket, with times and reasons",
    "rules": "check, test, explain, replay and format rules files; a schema for editors",
    "matching": "report how often each reason joined or opened tickets, and how often agents undid it",
    "tickets": "list them, accept one that rings, log calls, merge and split them, take that back",
    "actions": "what the wallet's back end is asked to do: list, propose, approve, decline, retry",
    "incidents": "many people, one cause: list, declare, decide, link, tell all, and what the web chat says",
    "contacts": "import contacts, show one, say who is who: link, merge, split, undo; block, held, release; erase one",
    "import": "put messages from a file through intake",
    "export": "write messages or contacts in the formats that import reads",
    "quarantine": "payloads that could not be understood: list, show, replay",
    "dead-letters": "what could not be delivered, and events that could not be decided: list, show, replay",
    "channels": "add one, check them, show how they are, pause, resume and backfill one",
    "user": "add people who answer",
    "token": "make, list and revoke tokens for the API",
    "migrate": "bring the database to this release",
    "doctor": "say in plain words what is wrong and what to do",
}


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare its arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


def _module(name: str) -> Command:
    # Imported one by one, so that `switchboard redact` does not wait for a web server it never starts.
    module: Command = import_module(f"router.cli.{name.replace('-', '_')}_command")
    return module


def run(argv: Sequence[str]) -> int:
    """Parse the command line, run its command, and say in one sentence what stopped it."""
    try:
        return _run(argv)
    except UnicodeEncodeError:
        odd = [word for word in argv if _BROKEN.search(word)]
        if not odd:
            raise
        print(f"switchboard: {odd[0][:_FOUND_CHARS]!r} is not UTF-8, as every name here is", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:  # also while a command's module loads, which takes longest
        return 130


def _run(argv: Sequence[str]) -> int:
    arguments = argparse.Namespace()
    try:
        try:
            arguments = _read(argv)
        except SystemExit:
            sys.stdout.flush()  # help or the version, of which argparse does not say that they could not be written
            raise
        code = EXIT_USAGE if arguments.command is None else _module(arguments.command).run(arguments)
        sys.stdout.flush()  # what cannot be written is told here; the interpreter's own last words are no sentence
        return code
    except RulesError as error:
        _tell(error, getattr(arguments, "lang", None) or of_environment())
        return EXIT_CONFIG
    except ConfigError as error:
        print(f"switchboard: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except Conflict:  # what it says is of rows and keys
        print("switchboard: somebody else changed the same just now; look at it, and do it again", file=sys.stderr)
        return EXIT_FINDINGS
    except (Refused, StoreUnavailable) as error:
        print(f"switchboard: {error}", file=sys.stderr)
        return EXIT_FINDINGS
    except BrokenPipeError:
        _let_go()  # the reader of our output has seen enough
        return EXIT_DONE
    except OSError as error:
        if error.errno not in _NO_ROOM and not error.filename:
            raise
        return _file_failed(error)


def _read(argv: Sequence[str]) -> argparse.Namespace:
    """The command line; without a command it prints what there is."""
    parser = argparse.ArgumentParser(prog="switchboard", description="Omnichannel support router.", epilog=_EXIT_CODES)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('switchboard')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    name = next((word for word in argv if not word.startswith("-")), None)
    for known, summary in _COMMANDS.items():
        sub = commands.add_parser(known, help=summary, description=summary)
        if known == name:
            _module(known).add_arguments(sub)
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
    return arguments


def _let_go() -> None:
    """Close standard output with what was not written: the interpreter would try again, and end with 120."""
    with contextlib.suppress(OSError):
        sys.stdout.close()


def _file_failed(error: OSError) -> int:
    """Say which file; the exit code. A full disk is no wrong usage: the same command works once there is room."""
    if error.errno in _NO_ROOM:
        if not error.filename:  # of standard output, most likely
            _let_go()
        place = error.filename or "a file"
        print(f"switchboard: {place}: cannot be written ({error.strerror}); make room, start again", file=sys.stderr)
        return EXIT_FINDINGS
    print(f"switchboard: {error.filename}: cannot be used ({error.strerror})", file=sys.stderr)
    return EXIT_USAGE


def _tell(error: RulesError, language: Language) -> None:
    print(_RULES_REFUSED[language], file=sys.stderr)
    for found in [found for found in error.problems if found.severity == "error"][:_PROBLEMS_SHOWN]:
        print(f"  {line(found, language)}", file=sys.stderr)
