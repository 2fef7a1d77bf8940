"""What the made-up rules are judged against: a loop over compiled expressions, and json-logic in its own environment.

Both get each rule's fields first, and expressions that begin with a plain word, which Python's `re` finds quickest.
Their `near` counts characters instead of words, which is less work than what the engine answers.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Final

from rules.facts import Facts

RELEASE: Final = "panzi-json-logic==1.0.1"
_SECONDS: Final = 3.0
_INSTALL_S: Final = 180
_RUN_S: Final = 300

Test = tuple[str, str, object]
"""A field, how it is compared, and with what; `matches` takes an expression."""


def record(facts: Facts) -> dict:
    """A message as a flat record."""
    message, customer, ticket = facts.message, facts.customer, facts.ticket
    return {
        "message.text": message.text,
        "message.any": f"{message.subject}\n{message.text}",
        "message.channel": message.channel,
        "message.visibility": message.visibility,
        "message.lang": message.lang,
        "message.findings": list(message.findings),
        "message.is_first": message.is_first,
        "message.attachments": message.attachments,
        "customer.vip": customer.vip,
        "ticket.urgency": ["low", "normal", "high", "critical"].index(ticket.urgency),
        "ticket.tags": list(ticket.tags),
    }


def tests(when: dict) -> list[Test]:
    """A rule as tests that must all hold, its fields first."""
    found = [test for key, value in when.items() for test in _tests(key, value)]
    return sorted(found, key=lambda test: test[1] in {"matches", "any", "not"})


def _tests(key: str, value: object) -> list[Test]:
    name, _, operator = key.partition("|")
    if key in {"any", "not"}:
        return [("", key, [tests(tree) for tree in (value if isinstance(value, list) else [value])])]
    if operator == "has" and name != "message.findings" and name.startswith("message."):
        return [(name, "matches", list(map(_word, value)))]
    if operator == "has all":
        return [(name, "matches", [_word(word)]) for word in value]
    if operator == "near":
        one, other = value["words"]
        pairs = [*product(one, other)] + ([] if value.get("ordered") else [*product(other, one)])
        gap = f".{{0,{value['within'] * 8}}}?"
        return [(name, "matches", [_word(first) + gap + _word(second) for first, second in pairs])]
    if operator == "matches":
        return [(name, "matches", [value])]
    if operator == "at least":
        ranks = {"low": 0, "normal": 1, "high": 2, "critical": 3}
        return [(name, "at least", ranks.get(value, value))]
    return [(name, "holds" if operator == "has" else "in", value if isinstance(value, list) else [value])]


def _word(word: str) -> str:
    return rf"{word}(?<![0-9a-z_]{word})(?![0-9a-z_])" if word.isascii() else word


def loop(rules: list[dict]) -> Callable[[dict], list[str]]:
    """A loop over the rules, written by hand."""
    compiled = [(rule["id"], _compile(tests(rule["when"]))) for rule in rules]

    def judge(message: dict) -> list[str]:
        return [name for name, wanted in compiled if _hold(wanted, message)]

    return judge


def _compile(wanted: list[Test]) -> list[Test]:
    compiled: list[Test] = []
    for name, kind, value in wanted:
        if kind == "matches":
            compiled.append((name, kind, [re.compile(one).search for one in value]))
        elif kind in {"any", "not"}:
            compiled.append((name, kind, list(map(_compile, value))))
        else:
            compiled.append((name, kind, value))
    return compiled


def _hold(wanted: list[Test], message: dict) -> bool:
    return all(_holds(kind, value, message.get(name), message) for name, kind, value in wanted)


def _holds(kind: str, value: list, held: object, message: dict) -> bool:
    if kind == "matches":
        return any(search(held) for search in value)
    if kind == "in":
        return held in value
    if kind == "holds":
        return any(one in held for one in value)
    if kind == "at least":
        return held >= value
    return any(_hold(one, message) for one in value) is (kind == "any")


def per_second(judge: Callable[[dict], object], messages: list[dict]) -> float:
    """Messages judged in a second of processor time, as many as fit into a few seconds."""
    begun, done = time.process_time(), 0
    for message in messages:
        judge(message)
        done += 1
        if time.process_time() - begun > _SECONDS:
            break
    return done / (time.process_time() - begun)


def json_logic(rules: list[dict], messages: list[dict]) -> float | str:
    """Messages a second of json-logic, or why there is no figure."""
    with tempfile.TemporaryDirectory(prefix="json-logic-") as name:
        directory = Path(name)
        venv.create(directory / "venv", with_pip=True)
        python = directory / "venv" / "bin" / "python"
        print(f"  installing {RELEASE} into a throw-away environment ...", file=sys.stderr)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", RELEASE]
        try:
            subprocess.run(pip, capture_output=True, timeout=_INSTALL_S, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            return f"{RELEASE} could not be installed ({type(error).__name__}); is a package index within reach?"
        work = directory / "work.json"
        logics = [_logic(tests(rule["when"])) for rule in rules]
        work.write_text(json.dumps({"rules": logics, "messages": messages, "seconds": _SECONDS}), encoding="utf-8")
        command = [python, Path(__file__).parent / "json_logic_project.py", work]
        done = subprocess.run(command, capture_output=True, timeout=_RUN_S, check=True)
        return float(done.stdout)


def _logic(wanted: list[Test]) -> dict:
    parts = []
    for name, kind, value in wanted:
        field = {"var": [name]}
        if kind == "matches":
            parts.append({"or": [{"rx": [one, field]} for one in value]})
        elif kind == "in":
            parts.append({"in": [field, value]})
        elif kind == "holds":
            parts.append({"or": [{"in": [one, field]} for one in value]})
        elif kind == "at least":
            parts.append({">=": [field, value]})
        else:
            either = {"or": [_logic(one) for one in value]}
            parts.append(either if kind == "any" else {"!": [either]})
    return parts[0] if len(parts) == 1 else {"and": parts}
