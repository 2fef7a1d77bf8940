"""Rules judged from the definition of the language, every condition of every rule: slow, and simple enough to believe.

Takes rules as the data that a file would hold, and shares nothing with the engine but folding. Knows the part of the
language that `benchmarks/made_rules.py` writes.
"""

import json
import re
from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise, permutations, product
from zoneinfo import ZoneInfo

from benchmarks.made_rules import TIMES
from rules.facts import Facts
from rules.text import fold, fold_but_case

Rule = dict
Span = tuple[int, int]

URGENCIES = ("low", "normal", "high", "critical")


def fired(rules: list[Rule], facts: Facts) -> tuple[str, ...]:
    """Ids of the rules that fire, in order."""
    texts = {"message.text": fold(facts.message.text).text, "message.subject": fold(facts.message.subject).text}
    return tuple(rule["id"] for rule in rules if _tree(rule["when"], texts, facts))


def _tree(tree: dict, texts: dict[str, str], facts: Facts) -> bool:
    return all(_entry(key, value, texts, facts) for key, value in tree.items())


def _entry(key: str, value: object, texts: dict[str, str], facts: Facts) -> bool:
    trees = value if isinstance(value, list) else [value]
    if key in {"any", "all", "not"}:
        held = [_tree(tree, texts, facts) for tree in trees]
        return any(held) if key == "any" else all(held) if key == "all" else not any(held)
    if key in {"during", "outside"}:
        return facts.now_ms is not None and any(_open(TIMES[one], facts.now_ms) for one in trees) is (key == "during")
    name, _, operator = key.partition("|")
    if name in {"message.text", "message.subject", "message.any"}:
        if operator.endswith("exact case"):
            return _exactly(operator, trees, name, facts)
        searched = [texts["message.text"]] if name == "message.text" else [texts["message.subject"]]
        if name == "message.any":
            searched = [texts["message.text"], texts["message.subject"]]
        if not facts.message.subject and name != "message.text":
            searched = searched[:-1]
        return _says(operator, value, trees, searched)
    return _known(name, operator or "is", trees, facts)


def _open(hours: dict, now_ms: int) -> bool:
    """Whether a day's hours, or those that began the day before, hold the moment."""
    local = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(hours["zone"])).replace(tzinfo=None)
    for begun in (local.date(), local.date() - timedelta(days=1)):
        named = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][begun.weekday()]
        if begun.isoformat() in hours.get("closed", []):
            continue
        if begun.isoformat() in hours.get("opened", []):
            named = next(iter(hours["open"]))
        ranges = hours["open"].get(named, [])
        for written in ranges if isinstance(ranges, list) else [ranges]:
            first, last = (
                datetime.combine(begun, time()) + timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
                for clock in written.split("-")
            )
            if first <= local < (last if last > first else last + timedelta(days=1)):
                return True
    return False


def _known(name: str, operator: str, wanted: list, facts: Facts) -> bool:
    part, _, field = name.partition(".")
    value = (
        json.loads(facts.message.ext or "{}").get(field) if part == "custom" else getattr(getattr(facts, part), field)
    )
    if value is None:
        return False
    if operator == "is" and isinstance(value, tuple):
        operator = "has"
    if operator == "has":
        return any(one in value for one in wanted)
    if operator == "has all":
        return all(one in value for one in wanted)
    if operator == "is":
        return value in wanted
    if value in URGENCIES:
        value, wanted = URGENCIES.index(value), [URGENCIES.index(one) for one in wanted]
    return {"at least": value >= wanted[0], "below": value < wanted[0], "above": value > wanted[0]}[operator]


def _says(operator: str, value: object, wanted: list, texts: list[str]) -> bool:
    if operator == "has":
        return any(_places(word, text) for word in wanted for text in texts)
    if operator == "has all":
        return all(any(_places(word, text) for text in texts) for word in wanted)
    if operator.startswith("has at least "):
        there = {_spellings(word) for word in wanted if any(_places(word, text) for text in texts)}
        return len(there) >= int(operator.split()[3])
    if operator == "near":
        return any(
            _near(value, text, *sentence) for text in texts if _may(value, text) for sentence in _sentences(text)
        )
    if operator == "matches":
        # What RE2 means by these: letters of \w and \b are ASCII, and $ is the very end.
        found = [re.compile(one.replace("$", r"\Z"), re.IGNORECASE | re.ASCII) for one in wanted]
        return any(one.search(text) for one in found for text in texts)
    folded = [fold(one).text.strip() for one in wanted]
    stripped = [text.strip() for text in texts]
    if operator == "starts":
        return any(text.startswith(one) for one in folded for text in stripped)
    if operator == "ends":
        return any(text.endswith(one) for one in folded for text in stripped)
    return any(text == one for one in folded for text in stripped)


def _exactly(operator: str, wanted: list, name: str, facts: Facts) -> bool:
    """Words that stand somewhere with the capitals of the rule."""
    sources = [] if name == "message.subject" else [facts.message.text]
    if name != "message.text" and facts.message.subject:
        sources.append(facts.message.subject)
    there = [word for word in wanted if any(_written(word, source) for source in sources)]
    if operator == "has all exact case":
        return len(there) == len(wanted)
    return bool(there) if operator == "has exact case" else len(set(there)) >= int(operator.split()[3])


def _written(word: str, source: str) -> bool:
    folded = fold(source)
    quoted = [source[slice(*folded.span(*place))] for place in _places(word, folded.text)]
    shape = fold_but_case(word.rstrip("*"))
    return any(word == "#" or fold_but_case(one) in {shape, shape.replace("'", "")} for one in quoted)


def _letter(char: str) -> bool:
    """Of a script that is written with blanks between words."""
    return char < "\u2e80" and (char.isalnum() or char == "_")


@cache
def _spellings(word: str) -> tuple[str, ...]:
    """Folded, and also without apostrophes; `*` at the end stays."""
    folded = fold(word).text.strip()
    return tuple({folded, folded.replace("'", "")})


def _places(word: str, text: str) -> list[Span]:
    """Everywhere a word of a rule stands."""
    if word == "#":
        return [number.span() for number in re.finditer(r"[0-9][0-9.,]*", text)]
    found = []
    for spelling in _spellings(word):
        sought = spelling.rstrip("*")
        start = text.find(sought)
        while start >= 0:
            end = start + len(sought)
            longer_left = _letter(sought[0]) and start > 0 and _letter(text[start - 1])
            longer_right = _letter(sought[-1]) and end < len(text) and _letter(text[end])
            if not longer_left and (not longer_right or spelling.endswith("*")):
                found.append((start, end))
            start = text.find(sought, start + 1)
    return found


@lru_cache(maxsize=64)
def _sentences(text: str) -> list[Span]:
    """Cut after each run of ! ? ; 。 and line ends, and after a lone full stop before white space or Chinese."""
    found: list[Span] = []
    begun = 0
    for at, char in enumerate(text):
        following = text[at + 1 : at + 2]
        stop = char == "." and text[at - 1 : at] != "." and (following.isspace() or following >= "\u2e80")
        if stop or (char in "!?;。\n" and not (following and following in "!?;。\n")):
            found.append((begun, at + 1))
            begun = at + 1
    return [*found, (begun, len(text))]


def _between(text: str, start: int, end: int) -> int:
    """How many words, or Chinese characters, stand between two offsets."""
    return len(re.findall(r"[⺀-⻿぀-鿿가-힯豈-﫿]|[^\W⺀-⻿぀-鿿가-힯豈-﫿]+(?:'[^\W\d_]+)?", text[start:end]))


def _may(near: dict, text: str) -> bool:
    """Whether the text holds a word of each group at all; without it no sentence does."""
    return all(any(_places(word, text) for word in group) for group in near["words"])


def _near(near: dict, text: str, low: int, high: int) -> bool:
    """Whether words of each group stand near each other in a sentence; a phrase is where it begins."""

    def begin(words: list[str]) -> list[Span]:
        return [span for word in words for span in _places(word, text) if low <= span[0] < high]

    columns = list(map(begin, near["words"]))
    against = begin(near.get("unless", []))
    within = near.get("within", 8)
    for order in [columns] if near.get("ordered") else permutations(columns):
        for chain in product(*order):
            pairs = list(pairwise(chain))
            if any(one[1] > other[0] or _between(text, one[1], other[0]) > within for one, other in pairs):
                continue
            if all(any(word[0] <= start and end <= word[1] for word in chain) for start, end in against):
                return True
    return False
