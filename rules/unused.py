"""Names that nothing leads to: lists, templates and queues nobody uses, rules that wait for what never comes, tags that
only a rule at rest would set. For the checker, and with the clock for `rules check`.
"""

from collections.abc import Iterable, Iterator

from rules.attributes import Holds, Is
from rules.book import Book
from rules.coverage import leaves
from rules.document import Scalar
from rules.inclusion import is_packed
from rules.needs import ASKING
from rules.oncall import pages_webhook
from rules.period import Until
from rules.problems import Position, Problem
from rules.rule import Rule
from rules.sections import Section
from rules.templates import CHECKLIST, DEFAULT_RECEIPT
from rules.trial import Trial


def check(book: Book, rules: tuple[Rule, ...], trials: tuple[Trial, ...], sections: Iterable[Section]) -> None:
    """Record what is never used, and what refers to a rule at rest."""
    active = [rule for rule in rules if rule.mode != "off"]
    _names(book, rules, active)
    _promises(book, rules)
    _locked(book)
    by_hand = {tag.value for section in sections for tag in _declared(section, book)}
    _tags(book, active, {tag: rule for rule in rules if rule.mode == "off" for tag in rule.tags}, by_hand)
    off = {rule.id for rule in rules if rule.mode == "off"}
    for trial in trials:
        moments = [trial.expect, *(expected for _, expected in trial.sequel.moments)]
        for name in (name for one in moments for key in ("fired", "escalated") for name in one.several.get(key, ())):
            if name.value in off:
                text = f"the test expects {name.value}, which is off"
                book.problems.warn(name.at, "off", text, "switch it on, or take it out of the test")


def _names(book: Book, rules: Iterable[Rule], active: Iterable[Rule]) -> None:
    for name, at in _ours(book.list_names):
        if name not in book.lists_used:
            book.problems.warn(at, "unused", f"no rule uses the list {name}", f"write ${name}")
    steps = [step for spec in book.queues.values() for step in spec.overflow]
    chosen = {name for rule in rules for name in rule.redact}
    paged = {name for name in book.webhook_names if pages_webhook(book.rotas, name)}
    called = paged | book.webhooks_used | {act.value for rule in rules for act in rule.acts if act.kind == "webhook"}
    for what, key, names, used in (
        ("policy", "redact", book.policy_names, chosen),
        ("webhook", "webhook", book.webhook_names, called),
    ):
        for name, at in _ours(names):
            if name not in used:
                hint = f"write then: {{{key}: {name}}}"
                book.problems.warn(at, "unused", f"no rule uses the {what} {name}", hint)
    answers = {rule.reply for rule in rules} | {step.reply for step in steps}
    answers |= {DEFAULT_RECEIPT, ASKING, CHECKLIST} | book.templates_used
    for name, at in _ours(book.template_names):
        if name not in answers:
            book.problems.warn(at, "unused", f"nothing sends the template {name}", f"write reply: {name}, or delete it")
    reached = {rule.queue for rule in active} | {step.to for step in steps} | set(_people_use(active))
    for name, at in _ours(book.queue_names):
        if name not in reached and not (book.queues[name].default or book.queues[name].emergency):
            text = f"no rule and no overflow leads to the queue {name}"
            book.problems.warn(at, "unused", text, f"write queue: {name} in a rule, or delete it")


def _people_use(rules: Iterable[Rule]) -> Iterator[str]:
    """Queues that rules ask for, or send word to: people put tickets there."""
    for rule in rules:
        for leaf in leaves(rule.when):
            if isinstance(leaf, Is) and leaf.field.refers == "queue":
                yield from (name for name in leaf.values if isinstance(name, str))
        yield from (act.value.removeprefix("queue:") for act in rule.acts if act.kind == "notify")


def _ours(names: dict[str, Scalar]) -> Iterator[tuple[str, Position]]:
    """Names of the site's own files: what a shipped pack leaves unused is no concern of the site."""
    yield from ((name, scalar.at) for name, scalar in names.items() if not is_packed(scalar.at.file))


def _locked(book: Book) -> None:
    """What asks for a passed identity check where nobody can pass one."""
    needing = [
        (name, at) for name, at in _ours(book.action_names) if name in book.actions and book.actions[name].verified
    ]
    if book.context_at is not None and not is_packed(book.context_at.file):
        needing.append(("context", book.context_at))
    for name, at in () if book.verifies else needing:
        hint = "write verifying: {webhook: wallet} in lifecycle, with the name of one of `webhooks`"
        book.problems.warn(at, "never", f"{name} needs an identity check, and nothing can check one", hint)


def _promises(book: Book, rules: Iterable[Rule]) -> None:
    """A rule that waits for a deadline which no rule ever sets."""
    given = {rule.sla for rule in rules if rule.mode == "enforce"}
    for rule in rules:
        kind, _, rest = rule.event.partition(".")
        name = rest.rpartition(".")[0]
        if kind == "sla" and rule.mode != "off" and name not in given:
            text = f"{rule.id} waits for the promise {name}, which no rule gives"
            book.problems.warn(rule.at, "never", text, f"write sla: {name} in a rule")


def _tags(book: Book, active: Iterable[Rule], resting: dict[str, Rule], by_hand: set[str]) -> None:
    """A condition on a tag that only a rule at rest sets."""
    given = {tag for rule in active for tag in rule.tags} | by_hand
    for rule in active:
        for leaf in leaves(rule.when):
            if isinstance(leaf, Holds) and leaf.field.refers == "tag":
                for tag in sorted(leaf.values - given):
                    text = f"nothing sets the tag {tag}: {resting[tag].id} is off"
                    hint = "switch that rule on, or list the tag under tags: when people set it"
                    book.problems.warn(leaf.at, "never", text, hint)


def _declared(section: Section, book: Book) -> tuple[Scalar, ...]:
    return book.scalars(section["tags"], "tags") if "tags" in section else ()


def over(rules: Iterable[Rule], now_ms: int) -> tuple[Problem, ...]:
    """A warning for each rule whose last day is past: it never fires again."""
    return tuple(
        Problem(
            file=leaf.at.file,
            line=leaf.at.line,
            col=leaf.at.col,
            code="over",
            text=f"{rule.id} has been over since its last day",
            hint="delete it, or give it a later day",
            severity="warning",
        )
        for rule in rules
        if rule.mode != "off"
        for leaf in leaves(rule.when)
        if isinstance(leaf, Until) and leaf.until_ms <= now_ms
    )
