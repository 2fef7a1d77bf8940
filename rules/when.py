"""Reads the `when` of a rule: a map is "and", a list is "or"."""

import math
import re

import re2

from rules import changed, hours, intended
from rules.attributes import Between, Exists, Holds, Is, Key
from rules.book import Book
from rules.conditions import All, AnyOf, Condition, Not
from rules.document import Listing, Node, Scalar, Table
from rules.facts import MESSAGE_RECEIVED
from rules.fields import LANGUAGE_FIELDS, TEXT_PARTS, Field
from rules.near import Unless
from rules.problems import Position
from rules.reader import FALSE, TRUE
from rules.required import required_of
from rules.several import Several, Word
from rules.text import fold_word
from rules.weighing import Weighs
from rules.wording import Has, HasAll, Matches, Near, Whole, compile_regex
from rules.words import bounded

CONDITIONS_MAX = 64
"""Conditions of one rule."""
REGEX_MAX, REGEX_PROGRAM_MAX, REGEXES_MAX = 512, 1_500, 4
"""Characters and compiled size of an expression, and how many one rule may hold."""
WITHIN_DEFAULT, WITHIN_MAX = 8, 50
GROUPS_MAX, UNORDERED_MAX = 6, 4
"""Groups of `near`, in order and in any order."""
NUMBER_MAX = 1_000_000

OPERATORS = {
    "text": ("has", "has all", "has at least", "near", "weighs", "is", "in", "starts", "ends", "matches", "exists"),
    "word": ("is", "in", "exists"),
    "flag": ("is",),
    "number": ("is", "in", "at least", "above", "below", "at most", "between"),
    "set": ("has", "has all", "exists"),
}
RANKED = ("at least", "above", "below", "at most", "between")
EXACT = ("has", "has all", "has at least")
"""What `exact case` may follow."""
_COUNTED = re.compile(r"has at least ([0-9]{1,3})")
LOGIC = ("any", "all", "not")
HOURS = ("during", "outside")
NEAR = ("words", "within", "ordered")
WEIGHS = ("of", "at least")
UNLESS = ("unless", "unless before", "unless just before")


class WhenReader:
    """Reads the condition trees of one rule; problems go to the book."""

    def __init__(self, book: Book, event: str = MESSAGE_RECEIVED) -> None:
        """`event` is what the rule waits for."""
        self._book = book
        self._event = event
        self._read = book.reader
        self._count = 0
        self._regexes = 0

    def tree(self, node: Node) -> Condition | None:
        """Read one tree. None when nothing usable was found (a problem says why)."""
        if not isinstance(node, Table):
            self._read.wrong(node, "when must be a map such as message.text|has: [refund, 退款]")
            return None
        found = [self._entry(key, value) for key, value in node.entries]
        conditions = tuple(condition for condition in found if condition is not None)
        if not node.entries:
            self._read.fail(node.at, "empty", "the condition is empty", "delete it or fill it in")
        if len(conditions) == 1:
            return conditions[0]
        return All(label="all", at=node.at, conditions=conditions) if conditions else None

    def _entry(self, key: Scalar, value: Node) -> Condition | None:
        self._count += 1
        if self._count == CONDITIONS_MAX + 1:
            self._read.fail(
                key.at,
                "limit",
                f"more than {CONDITIONS_MAX} conditions in one rule",
                "split the rule, or put words into a list",
            )
        if key.value in LOGIC:
            trees = tuple(tree for item in self._branches(value) if (tree := self.tree(item)) is not None)
            kinds: dict[str, type[AnyOf | All | Not]] = {"any": AnyOf, "all": All, "not": Not}
            return kinds[key.value](label=key.value, at=key.at, conditions=trees)
        if key.value in HOURS:
            return hours.read(key, value, self._book)
        return self._field(key, value)

    def _branches(self, value: Node) -> tuple[Node, ...]:
        return value.items if isinstance(value, Listing) else (value,)

    def _field(self, key: Scalar, value: Node) -> Condition | None:
        """Read a test of one field."""
        name, _, operator = key.value.partition("|")
        field = self._book.fields.get(name.strip())
        if field is None:
            known = [*self._book.fields, *LOGIC, *HOURS]
            code = "unknown-custom" if name.startswith("custom.") else "unknown-field"
            self._read.fail(
                key.at, code, f"there is no field {name}", intended.field_hint(name, known, OPERATORS["text"])
            )
            return None
        operator = operator.strip() or default_operator(field)
        operator, exact = operator.removesuffix(" exact case"), operator.endswith(" exact case")
        counted = _COUNTED.fullmatch(operator)
        operator = "has at least" if counted else operator
        allowed = operators(field)
        if operator not in allowed:
            text = f"{field.name} cannot be tested with {operator}"
            self._read.fail(key.at, "unknown-operator", text, intended.operator_hint(operator, allowed))
            return None
        if (exact and (field.kind != "text" or operator not in EXACT)) or (operator == "has at least" and not counted):
            known = [*EXACT[:-1], "has at least 2"]
            hint = f"exact case may follow {', '.join(known)}" if exact else "write how many: has at least 2"
            self._read.fail(key.at, "unknown-operator", f"{field.name} cannot be tested so", hint)
            return None
        if operator in changed.OPERATORS:
            if self._event != changed.EVENT:
                said = f"{key.value} means nothing for {self._event}"
                self._read.fail(key.at, "changed", said, f"write event: {changed.EVENT}")
            field, operator = changed.derived(field, operator)
        if counted or exact:
            return self._several(TEXT_PARTS[field.name], int(counted[1]) if counted else None, key, value, exact=exact)
        if field.kind == "text" and operator != "exists":
            return self._wording(field, operator, key, value)
        return self._attribute(field, operator, key, value)

    # What the message says.

    def _wording(self, field: Field, operator: str, key: Scalar, value: Node) -> Condition | None:
        sources = TEXT_PARTS[field.name]
        if operator == "near" or (operator == "has" and isinstance(value, Table)):
            return self._near(key, value, sources, several=operator == "near")
        if operator == "matches":
            return self._matches(key, value, sources)
        if operator == "weighs":
            return self._weighs(key, value, sources)
        words = self._book.words(value, key.value)
        if not words:
            return None
        label, at, lexicon = key.value, key.at, self._book.lexicon
        if operator == "has":
            return Has(label=label, at=at, sources=sources, words=lexicon.group(words))
        if operator == "has all":
            groups = tuple(lexicon.group([word]) for word in words)
            return HasAll(label=label, at=at, sources=sources, words=groups)
        texts = tuple(map(fold_word, words))
        kind = "is" if operator == "in" else operator
        stands = [bounded(text, left=kind != "ends", right=kind != "starts") for text in texts]
        group = lexicon.literal_group(stands)
        return Whole(label=label, at=at, sources=sources, operator=kind, texts=texts, words=group)

    def _several(
        self, sources: tuple[str, ...], least: int | None, key: Scalar, value: Node, *, exact: bool
    ) -> Condition | None:
        """Read words of which some number must be there, or whose capitals count."""
        written = self._book.words(value, key.value)
        if not written:
            return None
        group = self._book.lexicon.group
        words = tuple(dict.fromkeys(Word(group([word]), word if exact else "") for word in written))
        if least is None:
            least = len(words) if "has all" in key.value else 1
        if not 1 <= least <= len(words):
            hint = f"a number from 1 to {len(words)}"
            self._read.fail(key.at, "value", f"{key.value} has {len(words)} different words", hint)
            return None
        return Several(label=key.value, at=key.at, sources=sources, words=words, any_of=group(written), least=least)

    def _near(self, key: Scalar, value: Node, sources: tuple[str, ...], *, several: bool) -> Condition | None:
        known = [*NEAR, *UNLESS] if several else [NEAR[0], *UNLESS]
        keys = self._read.keys(value, known, key.value)
        if not isinstance(value, Table):
            return None
        if "words" not in keys:
            self._read.fail(
                value.at,
                "missing",
                f"{key.value} has no words",
                "for example words: [[not, never], [arrived, received]]",
            )
            return None
        ordered = bool("ordered" in keys and self._read.flag(keys["ordered"], "ordered"))
        within: int | None = WITHIN_DEFAULT
        if "within" in keys:
            within = self._read.number(keys["within"], "within", 0, WITHIN_MAX)
        columns = [keys["words"]] if not several else list(self._branches(keys["words"]))
        most = GROUPS_MAX if ordered else UNORDERED_MAX
        if len(columns) > most:
            self._read.fail(
                keys["words"].at,
                "limit",
                f"near has {len(columns)} words",
                f"at most {most}" + ("" if ordered else ", or 6 with ordered: true"),
            )
            return None
        alone = len(columns) == 1
        words = [self._book.words(column, "words", alone=alone) for column in columns]
        unless = self._unless(keys)
        if within is None or not all(words) or not words:
            return None
        groups = tuple(self._book.lexicon.group(group) for group in words)
        return Near(
            label=key.value,
            at=key.at,
            sources=sources,
            groups=groups,
            within=within,
            ordered=ordered,
            unless=unless,
        )

    def _unless(self, keys: dict[str, Node]) -> Unless | None:
        anywhere, before, just_before = (
            self._book.lexicon.group(self._book.words(keys[key], key, alone=False)) if key in keys else None
            for key in UNLESS
        )
        return Unless(anywhere, before, just_before) if keys.keys() & set(UNLESS) else None

    def _weighs(self, key: Scalar, value: Node, sources: tuple[str, ...]) -> Condition | None:
        keys = self._read.keys(value, WEIGHS, key.value)
        for needed in WEIGHS if isinstance(value, Table) else ():
            if needed not in keys:
                hint = "for example {of: incident, at least: 0}"
                self._read.fail(value.at, "missing", f"{key.value} does not say {needed}", hint)
        if len(keys) < len(WEIGHS):
            return None
        name, least = self._read.scalar(keys["of"], "of"), self._read.decimal(keys["at least"], "at least")
        if name is None or least is None:
            return None
        if self._read.known(name, "weights", self._book.weight_names) is None or name.value not in self._book.weights:
            return None
        scales = self._book.weights[name.value]
        return Weighs(label=key.value, at=key.at, sources=sources, name=name.value, scales=scales, least=least)

    def _matches(self, key: Scalar, value: Node, sources: tuple[str, ...]) -> Condition | None:
        patterns = []
        expressions: list[str] = []
        for source in self._read.scalars(value, key.value):
            self._regexes += 1
            if self._regexes > REGEXES_MAX:
                self._read.fail(
                    source.at,
                    "limit",
                    f"more than {REGEXES_MAX} expressions in a rule",
                    "join them with | or use has and near",
                )
                return None
            if len(source.value) > REGEX_MAX:
                self._read.fail(
                    source.at,
                    "regex",
                    f"{len(source.value)} characters",
                    f"at most {REGEX_MAX}; use has or near with a list",
                )
                continue
            try:
                pattern = compile_regex(source.value)
            except re2.error as error:
                said = error.args[0]
                text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
                self._read.fail(source.at, "regex", text, "RE2 syntax: no look-around, no back-references")
                continue
            if pattern.programsize > REGEX_PROGRAM_MAX:
                self._read.fail(
                    source.at, "regex", "the expression is too costly", "fewer or smaller repeats such as {1,20}"
                )
                continue
            patterns.append(pattern)
            expressions.append(source.value)
        if not patterns:
            return None
        words = tuple(self._book.lexicon.literal_group(needed) for needed in required_of(expressions))
        return Matches(label=key.value, at=key.at, sources=sources, patterns=tuple(patterns), words=words)

    # What is known about it.

    def _attribute(self, field: Field, operator: str, key: Scalar, value: Node) -> Condition | None:
        label, at = key.value, key.at
        if operator == "exists":
            wanted = self._read.flag(value, label)
            if wanted is None:
                return None
            return Exists(label=label, at=at, field=field, wanted=wanted)
        if operator in RANKED:
            return self._between(field, operator, key, value)
        values = self._values(field, value, label)
        if not values:
            return None
        if field.kind == "set":
            names = frozenset(value for value in values if isinstance(value, str))
            every = operator == "has all"
            return Holds(label=label, at=at, field=field, values=names, every=every)
        return Is(label=label, at=at, field=field, values=frozenset(values))

    def _values(self, field: Field, value: Node, what: str) -> list[Key]:
        found: list[Key] = []
        for scalar in self._book.scalars(value, what):
            one = self._value(field, scalar)
            if one is not None:
                found.append(one)
        return found

    def _value(self, field: Field, scalar: Scalar) -> Key | None:
        if field.kind == "flag":
            if scalar.value.lower() in TRUE | FALSE:
                return scalar.value.lower() in TRUE
            return self._read.flag(scalar, field.name)
        if field.kind == "number":
            return self._amount(field, scalar)
        if field.choices:
            return self._read.chosen(scalar, field.name, field.choices)
        if field.refers == "queue":
            return self._read.known(scalar, "queue", self._book.queues)
        if field.refers == "tag":
            return self._read.known(scalar, "tag", self._book.tags)
        if field.name in LANGUAGE_FIELDS:
            if (tag := intended.language(scalar.value)) is not None:
                said = f"{scalar.value} is no language tag"
                self._book.problems.warn(scalar.at, "never", said, f"did you mean {tag}?")
            return fold_word(scalar.value).replace("_", "-")
        if field.name == "message.channel" and (kind := intended.channel(scalar.value)) is not None:
            said = f"no connector speaks for {scalar.value}"
            self._book.problems.warn(scalar.at, "never", said, f"did you mean {kind}?")
        return fold_word(scalar.value)

    def _between(self, field: Field, operator: str, key: Scalar, value: Node) -> Condition | None:
        scalars = self._read.scalars(value, key.value)
        wanted = 2 if operator == "between" else 1
        if len(scalars) != wanted:
            hint = "two values: [low, high]" if wanted == 2 else "one value"
            self._read.fail(value.at, "value", f"{key.value} has {len(scalars)} values", hint)
            return None
        bounds = [self._bound(field, scalar) for scalar in scalars]
        low, high = bounds[0], bounds[-1]
        if low is None or high is None:
            return None
        if low > high:
            self._read.fail(value.at, "value", "the first bound is above the second", "swap them")
        # Both bounds are included; what lies above 5 begins at the next number there is.
        lows = {"at least": low, "above": math.nextafter(low, math.inf), "between": low}
        highs = {"at most": high, "below": math.nextafter(high, -math.inf), "between": high}
        return Between(
            label=key.value,
            at=key.at,
            field=field,
            low=lows.get(operator, -math.inf),
            high=highs.get(operator, math.inf),
        )

    def _amount(self, field: Field, scalar: Scalar) -> float | None:
        if field.decimal:
            return self._read.decimal(scalar, field.name)
        return self._read.number(scalar, field.name, 0, NUMBER_MAX)

    def _bound(self, field: Field, scalar: Scalar) -> float | None:
        if not field.ranked:
            return self._amount(field, scalar)
        choice = self._read.chosen(scalar, field.name, field.choices)
        return None if choice is None else field.choices.index(choice)


def operators(field: Field) -> tuple[str, ...]:
    """How a field may be tested."""
    return OPERATORS[field.kind] + (RANKED if field.ranked else ()) + changed.operators(field)


def default_operator(field: Field) -> str:
    """What a field without an operator is tested with."""
    return "has" if field.kind == "set" else "is"


def always(at: Position) -> Condition:
    """Return what stands for a rule without `when`: it fires on every message."""
    return All(label="always", at=at, conditions=())
