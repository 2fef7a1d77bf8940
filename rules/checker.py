"""Doubts about rules that work but are probably not meant, and tickets that they would strand. Runs at load."""

from rules import oncall, overflow
from rules.book import Book
from rules.conditions import Condition
from rules.document import Scalar
from rules.rule import Rule
from rules.text import WIDE_FROM, fold_word
from rules.wording import Has

OVERLAP_WORDS_MAX = 2_000
"""Words of one list that are compared with each other."""


def check(book: Book, rules: tuple[Rule, ...]) -> None:
    """Record every doubt."""
    for word in book.alone:
        _one_character(word, book)
    for name, node in book.lists.items():
        words = book.scalars(node, f"the list {name}")
        _contained(name, words, book)
        if name not in book.lists_used:
            at = book.list_names[name].at
            book.problems.warn(at, "unused", f"no rule uses the list {name}", f"write ${name}")
    _unused(rules, book)
    _shadowed(rules, book)
    default = next((name for name, spec in book.queues.items() if spec.default), "")
    overflow.check(book, [(one.queue or default, one.at, one.id) for one in rules if one.skills])


def _unused(rules: tuple[Rule, ...], book: Book) -> None:
    """A policy that no rule chooses masks nothing, and a webhook that no rule calls hears nothing."""
    chosen = {name for one in rules for name in one.redact}
    called = {act.value for one in rules for act in one.acts if act.kind == "webhook"}
    called |= {name for name in book.webhook_names if oncall.pages_webhook(book.rotas, name)}
    for what, names, used in (("policy", book.policy_names, chosen), ("webhook", book.webhook_names, called)):
        for name, scalar in names.items():
            if name not in used:
                hint = f"write then: {{{'redact' if what == 'policy' else what}: {name}}}"
                book.problems.warn(scalar.at, "unused", f"no rule uses the {what} {name}", hint)


def _one_character(word: Scalar, book: Book) -> None:
    folded = fold_word(word.value)
    if len(folded) == 1 and folded >= WIDE_FROM:
        book.problems.warn(
            word.at,
            "one-character",
            f"{word.value} is found inside many words",
            "write the longer words that are meant",
        )


def _contained(name: str, words: tuple[Scalar, ...], book: Book) -> None:
    """Chinese is found inside longer text, so a longer word adds nothing to a shorter one."""
    folded = [(fold_word(word.value), word) for word in words[:OVERLAP_WORDS_MAX]]
    short = sorted({text for text, _ in folded if text and text[0] >= WIDE_FROM}, key=len)
    seen: set[str] = set()
    for text, word in folded:
        if text in seen:
            book.problems.warn(word.at, "overlap", f"{word.value} is twice in {name}", "keep one")
        seen.add(text)
        inner = next((other for other in short if other != text and other in text), None)
        if inner is not None and text[0] >= WIDE_FROM and text[-1] >= WIDE_FROM:
            book.problems.warn(
                word.at,
                "overlap",
                f"{word.value} holds {inner}, also in {name}",
                "the shorter word already finds it; keep one",
            )


def _shadowed(rules: tuple[Rule, ...], book: Book) -> None:
    """A rule below one that takes every message, or all of its words, can never set the queue."""
    takers: list[tuple[Rule, Condition]] = []
    for rule in rules:
        if rule.mode != "enforce":
            continue
        if rule.queue is not None and not rule.force:
            for taker, when in takers:
                if taker.event == rule.event and taker.queue is not None and _implied(rule.when, when):
                    text = f"{rule.id} never decides the queue"
                    hint = f"{taker.id} (line {taker.at.line}) takes all its messages first"
                    book.problems.warn(rule.at, "shadowed", text, hint)
                    break
        if rule.stop:
            takers.append((rule, rule.when))


def _implied(later: Condition, earlier: Condition) -> bool:
    """Tell whether `earlier` surely holds wherever `later` does; a simple proof or none."""
    if earlier.label == "always":
        return True
    if not isinstance(earlier, Has):
        return False
    parts = (later, *later.parts) if later.label == "all" else (later,)
    return any(
        isinstance(part, Has)
        and set(part.sources) <= set(earlier.sources)
        and part.words.literals <= earlier.words.literals
        for part in parts
    )
