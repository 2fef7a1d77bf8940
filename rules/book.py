"""Everything the files define by name, so that a reference works from any file, above or below.

The loader fills it before it reads rules and tests.
"""

from dataclasses import dataclass, field

from rules import signs
from rules.backend import ActionSpec, ContextSpec
from rules.deadlines import Sla
from rules.document import Node, Scalar
from rules.fields import FIELDS, Field
from rules.problems import Position, Problems
from rules.queues import QueueSpec
from rules.reader import Reader
from rules.rotas import Rota
from rules.scales import Lists, Scales
from rules.schedule import Days, Schedule
from rules.templates import Template
from rules.text import fold_word
from rules.words import Lexicon

WORD_MAX = 100
"""Characters of one word or phrase."""
WORDS_MAX, USES_MAX = 100_000, 2_000_000
"""Words of a rule set in all its different lists, and how often rules name a word."""


@dataclass(slots=True)
class Book:
    """Names defined anywhere in the files, and the one lexicon of their words."""

    problems: Problems
    reader: Reader = field(init=False)
    packs: dict[str, None] = field(default_factory=dict)
    """What the files call themselves."""
    lexicon: Lexicon = field(default_factory=Lexicon)
    lists: dict[str, Node] = field(default_factory=dict)
    list_names: dict[str, Scalar] = field(default_factory=dict)
    lists_used: set[str] = field(default_factory=set)
    queues: dict[str, QueueSpec] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    slas: dict[str, Sla] = field(default_factory=dict)
    sla_names: dict[str, Scalar] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=lambda: dict(FIELDS))
    """What conditions may ask for: what every message has, and what the files declare."""
    weights: dict[str, Scales] = field(default_factory=dict)
    """Those that could be read."""
    weighed_lists: dict[tuple[str, ...], Lists] = field(default_factory=dict)
    weight_names: dict[str, Scalar] = field(default_factory=dict)
    calendars: dict[str, Days] = field(default_factory=dict)
    calendar_names: dict[str, Scalar] = field(default_factory=dict)
    times: dict[str, Schedule] = field(default_factory=dict)
    """Those that could be read."""
    time_names: dict[str, Scalar] = field(default_factory=dict)
    queue_names: dict[str, Scalar] = field(default_factory=dict)
    webhook_names: dict[str, Scalar] = field(default_factory=dict)
    webhooks_used: set[str] = field(default_factory=set)
    templates_used: set[str] = field(default_factory=set)
    """Those that sections name, not rules."""
    actions: dict[str, ActionSpec] = field(default_factory=dict)
    """What the wallet's back end can be asked to do."""
    action_names: dict[str, Scalar] = field(default_factory=dict)
    context: ContextSpec | None = None
    context_at: Position | None = None
    verifies: bool = False
    """`lifecycle` names where customers prove who they are."""
    rotas: dict[str, Rota] = field(default_factory=dict)
    """On-call rotas that could be read."""
    rota_names: dict[str, Scalar] = field(default_factory=dict)
    policy_names: dict[str, Scalar] = field(default_factory=dict)
    template_names: dict[str, Scalar] = field(default_factory=dict)
    rules: dict[str, Scalar] = field(default_factory=dict)
    usable: set[Position] = field(default_factory=set)
    """Where rules stand whose id is good."""
    odd: dict[Scalar, None] = field(default_factory=dict)
    """Words with signs that may not be meant to be looked for, for the checker."""
    alone: dict[Scalar, None] = field(default_factory=dict)
    """Words that hit without another beside them, for the checker."""
    _expanded: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _groups: set[frozenset[str]] = field(default_factory=set)
    _words: int = 0
    _uses: int = 0

    def __post_init__(self) -> None:
        self.reader = Reader(self.problems)

    def define(self, kind: str, name: Scalar, known: dict[str, Scalar]) -> bool:
        """Check a new name of a list, queue, template or rule; False when it is no good."""
        if self.reader.name(name, f"the {kind}") is None:
            return False
        first = known.get(name.value)
        if first is not None:
            self.problems.error(
                name.at,
                "duplicate",
                f"the {kind} {name.value} exists already",
                f"the first is in {first.at.file} line {first.at.line}; rename or delete one",
            )
            return False
        known[name.value] = name
        return True

    def scalars(self, node: Node, what: str) -> tuple[Scalar, ...]:
        """Read one value or a list of them; `$name` stands for the values of a list."""
        found: list[Scalar] = []
        for scalar in self.reader.scalars(node, what):
            if scalar.value.startswith("$") and not scalar.quoted:
                found.extend(self.listed(Scalar(scalar.value[1:], scalar.quoted, scalar.at)))
            else:
                found.append(scalar)
        return tuple(found)

    def words(self, node: Node, what: str, *, alone: bool = True) -> list[str]:
        """Read words to search for, checked; `alone` when one of them is enough to hit."""
        found: list[str] = []
        for scalar in self.scalars(node, what):
            if not fold_word(scalar.value).strip("*"):
                self.problems.error(scalar.at, "empty", f"{what} holds an empty word", "delete it")
            elif len(scalar.value) > WORD_MAX:
                self.problems.error(
                    scalar.at,
                    "limit",
                    f"a word of {len(scalar.value)} characters",
                    f"at most {WORD_MAX}; choose its telling part",
                )
            else:
                found.append(scalar.value)
                if signs.ODD.search(scalar.value):
                    self.odd.setdefault(scalar)
                if alone:
                    self.alone.setdefault(scalar)
        return found if self._bounded(found, node) else []

    def _bounded(self, words: list[str], node: Node) -> bool:
        """Equal sets of words cost memory once, however many rules use them, and a little reading each time."""
        self._uses += len(words)
        if (group := frozenset(words)) not in self._groups:
            self._groups.add(group)
            self._words += len(group)
        for count, most, what in (
            (self._words, WORDS_MAX, "different words"),
            (self._uses, USES_MAX, "uses of words"),
        ):
            if count > most:
                self.problems.error(
                    node.at, "limit", f"more than {most:,} {what} in all rules", "use fewer or shorter lists"
                )
                return False
        return True

    def listed(self, reference: Scalar) -> tuple[Scalar, ...]:
        """Return the words of the list that is named, those of lists in it among them."""
        name = reference.value
        if self.reader.known(reference, "list", self.lists) is None:
            return ()
        self.lists_used.add(name)
        if name in self._open:
            self.problems.error(reference.at, "circle", f"the list {name} holds itself", "take the reference out")
            return ()
        if name not in self._expanded:
            self._open.append(name)
            self._expanded[name] = self.scalars(self.lists[name], f"the list {name}")
            self._open.pop()
        return self._expanded[name]
