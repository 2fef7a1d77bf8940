"""Judges messages by json-logic; run by benchmarks/rules_peers.py with the Python that has it."""

import json
import re
import sys
import time
from pathlib import Path


def main() -> None:
    from json_logic import jsonLogic
    from json_logic.builtins import BUILTINS

    compiled: dict[str, re.Pattern[str]] = {}

    def search(_data, source, text, *_more):
        pattern = compiled.get(source)
        if pattern is None:
            pattern = compiled[source] = re.compile(source)
        return pattern.search(text) is not None

    operations = {**BUILTINS, "rx": search}
    work = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for rule in work["rules"]:
        jsonLogic(rule, _nested(work["messages"][0]), operations)  # compiles the expressions
    begun, done = time.process_time(), 0
    for message in work["messages"]:
        nested = _nested(message)
        [jsonLogic(rule, nested, operations) for rule in work["rules"]]
        done += 1
        if time.process_time() - begun > work["seconds"]:
            break
    print(done / (time.process_time() - begun))


def _nested(flat: dict) -> dict:
    """Names with a dot are looked up in a record within the record."""
    nested: dict = {}
    for key, value in flat.items():
        part, _, name = key.partition(".")
        nested.setdefault(part, {})[name] = value
    return nested


if __name__ == "__main__":
    main()
