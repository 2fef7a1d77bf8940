"""`switchboard rules explain`: why a message is judged as it is, rule by rule."""

import argparse
import errno
import os
import re
import sys
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from router.cli.command import EXIT_DONE
from router.cli.paths import named_path
from router.clock import SystemClock
from router.core.alarm import raised
from router.core.facts import texts_of
from router.core.html import derive_text
from router.core.identity import read_sender
from router.model.errors import InvalidMessage, Refused
from router.model.message import InboundEvent, Sender
from router.model.wire import decode_message
from rules.facts import CustomerFacts, Facts, MessageFacts
from rules.ruleset import Ruleset
from rules.translation import Language

_A_PATH = re.compile(r"(?!\S*://)(?:\S+\.(?:json|ndjson|jsonl|txt|eml|ya?ml)|(?:\.{0,2}|~)/\S*/\S*|\.{1,2}/\S*)")
"""One word that means a file: by its ending, or by where it begins. `/start` and addresses of pages are texts."""

_ALARM: Final[dict[Language, str]] = {
    "en": "The customer pressed the alarm: critical, whatever the rules below ask for.",
    "zh": "客户触发了警报：无论以下规则要求什么，一律为紧急。",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.add_argument(
        "message", help="a text, a file with one JSON message (docs/formats.md), or - for standard input"
    )
    parser.add_argument("--rules", type=named_path, metavar="DIR", help="default: the shipped pack")
    parser.add_argument("--all", action="store_true", help="every rule with every condition")


def run(ruleset: Ruleset, arguments: argparse.Namespace) -> int:
    """Tell it."""
    event = _event(arguments.message)
    explanation = ruleset.explain(_facts(event), words=lambda text: texts_of(replace(event, text=text))[0])
    told = explanation.lines(arguments.lang, everything=arguments.all)
    if event.alarm:
        explanation = replace(explanation, verdict=raised(explanation.verdict, ruleset))
        told = [explanation.lines(arguments.lang)[0], _ALARM[arguments.lang], *told[1:]]
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(explanation) + b"\n")
    else:
        print("\n".join(told))
    return EXIT_DONE


def _event(said: str) -> InboundEvent:
    """A JSON message in a file, on the command line or from standard input, else the words themselves."""
    path = Path(said)
    is_file = os.path.isfile(said)  # noqa: PTH113 - `Path.is_file` fails on a text longer than a name may be
    if not is_file and _A_PATH.fullmatch(said):
        why = "it is a folder" if path.is_dir() else f"{os.strerror(errno.ENOENT)}; a text that looks like one: -"
        raise FileNotFoundError(errno.ENOENT, why, said)
    raw = sys.stdin.buffer.read() if said == "-" else path.read_bytes() if is_file else said.encode(errors="replace")
    if not raw.lstrip().startswith(b"{"):
        text = raw.decode(errors="replace")
        now_ms = SystemClock().now_ms()
        return InboundEvent(channel="", message_id="", sent_at_ms=now_ms, sender=Sender(id=""), text=text)
    try:
        event = decode_message(raw)
    except InvalidMessage as error:
        raise Refused("invalid", f"{path if is_file else 'the message'}: {error}", status=400) from None
    words = event.text or ""
    # A program that has HTML alone often says so with an empty text beside it.
    return replace(event, text=words if words.strip() or not event.html else derive_text(event.html))


def _facts(event: InboundEvent) -> Facts:
    """What the rules see of the first message of somebody who is not known (`core.facts.facts_of`)."""
    return Facts(
        message=MessageFacts(
            text=event.text or "",
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            is_automatic=event.automatic != "none",
            alarm=event.alarm,
            attachments=len(event.attachments),
            ext=event.ext or "",
        ),
        customer=CustomerFacts(verified=bool(read_sender(event).proven)),
        now_ms=event.sent_at_ms,
    )
