"""A labelled day of traffic: cases of people and their matters as lines of the wire, and how well they were kept apart.

All cases go through one house, each on a day of its own and with addresses of its own. Pairs of a case's messages are
what is counted: two of one matter belong into one ticket, two of different matters do not, whoever wrote them.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from router import beside

HERE = Path(__file__).parent
_FIRST_DAY = date(2026, 1, 5)


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of `day_<name>.ndjson`."""
    lines = (HERE / f"day_{name}.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def wire(place: int, case: dict[str, Any]) -> Iterator[bytes]:
    """The messages of the case at `place` as they come in."""
    day = _FIRST_DAY + timedelta(days=place)
    for number, message in enumerate(case["messages"]):
        parent = message["thread"] if message["channel"] == "email" else None
        parent = parent and f"{place}.{parent}"
        sender = {key: value for key, value in message["sender"].items() if value is not None}
        sender |= {key: _own(place, value) for key, value in sender.items() if key in {"id", "email", "user_id"}}
        said = {
            "channel": message["channel"],
            "message_id": message_id(place, number, message),
            "thread_id": None if message["channel"] == "email" else message["thread"],
            "in_reply_to": parent,
            "references": [parent] if parent else [],
            "visibility": message["visibility"],
            "sent_at": f"{day}T{message['at']}:{number:02d}Z",
            "sender": sender,
            "subject": message["subject"],
            "text": message["text"],
        }
        yield json.dumps(said, ensure_ascii=False).encode()


def message_id(place: int, number: int, message: dict[str, Any]) -> str:
    """The provider's id of a message; the same once more for a redelivery."""
    return f"{place}.{message['message_id'] or number}"


def _own(place: int, value: str) -> str:
    return f"{place}.{value}"


def known(place: int, case: dict[str, Any]) -> list[bytes]:
    """The contacts of the case that are proven to be one person's."""
    rows = []
    for row in case["contacts"]:
        if not row.get("linked"):
            continue
        own = {key: _own(place, value) for key, value in row.items() if isinstance(value, str)}
        own |= {"emails": [_own(place, email) for email in row.get("emails") or ()], "linked": True}
        rows.append(json.dumps(own, ensure_ascii=False).encode())
    return rows


async def measured(name: str) -> "Score":
    """Route the cases of a day through one house and count."""
    labelled, score = cases(name), Score()
    async with beside.rehearsal(None) as rehearsal:
        people = await rehearsal.import_contacts(
            row for place, case in enumerate(labelled) for row in known(place, case)
        )
        assert not people.problems, people.problems
        lines = [line for place, case in enumerate(labelled) for line in wire(place, case)]
        answers = [answer async for answer in rehearsal.decide(lines)]
    at = 0
    for place, case in enumerate(labelled):
        score.add(place, case, answers[at : at + len(case["messages"])])
        at += len(case["messages"])
    return score


class Score:
    """Pairs counted, by family."""

    def __init__(self) -> None:
        self.pairs: dict[str, Counter[str]] = {}
        self.across = 0
        """Pairs of different people in one ticket."""
        self.redelivered = self.dropped = 0
        self.wrong: list[tuple[dict[str, Any], int, int, str]] = []

    def add(self, place: int, case: dict[str, Any], answers: list[Any]) -> None:
        """Count one case by what was decided of it."""
        counted = self.pairs.setdefault(case["family"], Counter())
        seen: set[tuple[str, str]] = set()
        kept: list[int] = []
        for number, message in enumerate(case["messages"]):
            key = (message["channel"], message_id(place, number, message))
            if key in seen:
                self.redelivered += 1
                self.dropped += answers[number].duplicate
            else:
                kept.append(number)
            seen.add(key)
        for one, other in combinations(kept, 2):
            a, b = case["messages"][one], case["messages"][other]
            same = (a["person"], a["matter"]) == (b["person"], b["matter"])
            joined = answers[one].ticket == answers[other].ticket
            counted["hit" if same and joined else "miss" if same else "false" if joined else "apart"] += 1
            self.across += joined and a["person"] != b["person"]
            if same != joined:
                self.wrong.append((case, one, other, "apart" if same else "joined"))

    def precision(self, family: str | None = None) -> float:
        """Of the pairs that were joined, how many belong together."""
        total = self._total(family)
        return total["hit"] / max(1, total["hit"] + total["false"])

    def recall(self, family: str | None = None) -> float:
        """Of the pairs that belong together, how many were joined."""
        total = self._total(family)
        return total["hit"] / max(1, total["hit"] + total["miss"])

    def right(self, family: str | None = None) -> float:
        """Of all pairs, how many were decided as they should be."""
        total = self._total(family)
        return (total["hit"] + total["apart"]) / max(1, total.total())

    def _total(self, family: str | None) -> "Counter[str]":
        chosen = self.pairs.values() if family is None else [self.pairs[family]]
        return sum(chosen, Counter())


def told(name: str, score: Score) -> str:
    """Write a score in a line."""
    families = " ".join(f"{family}:{score.right(family):.3f}" for family in sorted(score.pairs))
    return f"{name} precision {score.precision():.4f} recall {score.recall():.4f} across {score.across}  {families}"


async def main() -> None:
    """Print how well every day is routed."""
    for path in sorted(HERE.glob("day_*.ndjson")):
        name = path.stem.removeprefix("day_")
        print(told(name, await measured(name)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
