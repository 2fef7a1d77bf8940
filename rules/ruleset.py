"""The rules language's front door: files in, a rule set out, verdicts with reasons from it.

`load` reads everything and reports every mistake at once; a `Ruleset` never changes, so the caller
swaps old for new in one assignment.
"""

import hashlib
from collections.abc import Mapping

from rules import acts, checker, override, rule, sections, trial
from rules.book import Book
from rules.candidates import Candidates
from rules.deadlines import Sla
from rules.door import Door
from rules.evaluation import judge
from rules.explanation import Explanation, explain
from rules.facts import MESSAGE_RECEIVED, Facts, Verdict
from rules.fields import Field
from rules.inclusion import Inclusion, is_packed
from rules.links import LinkHosts
from rules.matching import Matching
from rules.policies import RedactPolicy
from rules.problems import Position, Problem, Problems, RulesError
from rules.queues import QueueSpec
from rules.rule import Rule
from rules.scan import Scanner
from rules.scene import Scene
from rules.schedule import Schedule
from rules.sections import Section
from rules.simulation import World
from rules.templates import Template
from rules.treatment import Choice
from rules.trial import TestReport, Trial
from rules.webhooks import Webhook

FILES_MAX = 256
RULES_MAX = 20_000


class Ruleset:
    """A checked, compiled set of rules."""

    def __init__(
        self,
        book: Book,
        rules: tuple[Rule, ...],
        trials: tuple[Trial, ...],
        policies: Mapping[str, RedactPolicy],
        webhooks: Mapping[str, Webhook],
        version: str,
        *,
        hosts: LinkHosts | None,
        matching: Matching,
    ) -> None:
        self.version = version
        """Content hash of the files, short hex."""
        self.queues: Mapping[str, QueueSpec] = dict(book.queues)
        """By id, in the order of the files."""
        self.templates: Mapping[str, Template] = dict(book.templates)
        self.slas: Mapping[str, Sla] = dict(book.slas)
        self.times: Mapping[str, Schedule] = dict(book.times)
        self.fields: Mapping[str, Field] = dict(book.fields)
        """What conditions may ask for, the site's own fields among them."""
        self.webhooks: Mapping[str, Webhook] = dict(webhooks)
        self.logins: frozenset[str] = acts.logins([act for one in rules for act in one.acts])
        """Agents whom rules name."""
        self.matching = matching
        """When a message belongs into one of its writer's own tickets."""
        self.policies: tuple[str, ...] = tuple(book.policy_names)
        self.lists: tuple[str, ...] = tuple(book.list_names)
        self.weights: tuple[str, ...] = tuple(book.weights)
        self.tags: tuple[str, ...] = tuple(sorted(book.tags))
        self.rules = rules
        """In the order they are tried."""
        self.hosts = hosts
        """What answers may link to; None: anything."""
        self.warnings: tuple[Problem, ...] = book.problems.all()
        self.default_queue = next(spec.id for spec in book.queues.values() if spec.default)
        self._templates = dict(book.templates)
        self._trials = trials
        self._scanner = Scanner(book.lexicon)
        waiting: dict[str, list[Rule]] = {MESSAGE_RECEIVED: []}
        for one in rules:
            if not one.redact:
                waiting.setdefault(one.event, []).append(one)
        self._candidates = {event: Candidates(those, self._scanner.finder) for event, those in waiting.items()}
        """By event."""
        self._door = Door(tuple(one for one in rules if one.redact), policies, self._scanner)
        self._nobody = Candidates((), self._scanner.finder)

    def evaluate(self, facts: Facts, *, queue: str = "") -> Verdict:
        """Judge one message, or one event of a ticket, which stays in `queue` where no rule asks for another. Never
        raises, whatever the text."""
        return self._judge(Scene(facts, self._scanner), queue)

    def waits_for(self, event: str) -> bool:
        """Whether any rule is tried when this happens."""
        return event in self._candidates

    def choose(self, facts: Facts) -> Choice:
        """Which redaction policies hold for a message that is not redacted yet. Never raises."""
        return self._door.choose(facts)

    def redacted(self, facts: Facts) -> Facts:
        """A message as it is once it is through the door, for tests and `explain`."""
        return self._door.redacted(facts)

    def explain(self, facts: Facts) -> Explanation:
        """Redact one message as the door does, judge it and tell the whole way."""
        came = Scene(facts, self._scanner)
        scene = Scene(self.redacted(facts), self._scanner)
        return explain(scene, self.rules, self._judge(scene), came=came)

    def render(self, template: str, language: str | None, variables: Mapping[str, str]) -> str:
        """Return a template's text in the nearest language, blanks filled; KeyError if unknown."""
        return self.templates[template].render(language, variables)

    def foreign_links(self) -> tuple[Problem, ...]:
        """An error for each template that links to a host which is none of `hosts`."""
        if self.hosts is None:
            return ()
        return tuple(
            Problem(
                file=at.file,
                line=at.line,
                col=at.col,
                code="foreign-link",
                text=f"the template {template.name} links to a host that is not ours",
                hint="link to one of guard.link_hosts, or add the host there",
            )
            for template in self.templates.values()
            for language, at in template.places.items()
            if self.hosts.foreign(template.texts[language])
        )

    def run_tests(self) -> TestReport:
        """Run the tests that stand in the files."""
        names = tuple(rule.id for rule in self.rules if rule.mode != "off" and not is_packed(rule.at.file))
        world = World(
            queues=self.queues,
            slas=self.slas,
            times=self.times,
            events=frozenset(self._candidates),
            judge=lambda facts, queue: self._judge(Scene(facts, self._scanner), queue),
        )
        return trial.run(self._trials, names, world, self)

    def fired(self, facts: Facts) -> tuple[str, ...]:
        """Ids of the rules that fire behind the door, in order, those that are only observed among them."""
        scene = Scene(facts, self._scanner)
        return tuple(fired.rule.id for fired in self._waiting(scene).fired(scene))

    def fired_at_the_door(self, facts: Facts) -> tuple[str, ...]:
        """Ids of the rules with `redact` that fire, for a message that is not redacted yet."""
        return self._door.fired(facts)

    def _waiting(self, scene: Scene) -> Candidates:
        return self._candidates.get(scene.facts.event, self._nobody)

    def _judge(self, scene: Scene, queue: str = "") -> Verdict:
        """Judge; where no rule asks for a queue it is `queue`, or the default one."""
        return judge(
            scene,
            self._waiting(scene),
            default_queue=queue or self.default_queue,
            templates=self._templates,
            version=self.version,
        )


def load(files: Mapping[str, bytes], *, hosts: LinkHosts | None = None) -> Ruleset:
    """Compile rules files, by name; rules are tried in the order of the file names. `hosts` are what answers may link
    to; `Ruleset.foreign_links` says where they do not.

    Raises RulesError with every error and warning of every file.
    """
    problems = Problems()
    book = Book(problems)
    names = sorted(files)
    top = Position(names[0] if names else "rules", 1, 1)
    if len(names) > FILES_MAX:
        problems.error(top, "limit", f"{len(names)} files", f"at most {FILES_MAX}")
        names = names[:FILES_MAX]
    inclusion = Inclusion({name: files[name] for name in names}, problems)
    read = [sections.read(root, book) for root in inclusion.roots()]
    override.apply(read, book.reader)
    sections.define(read, book)
    _check_default(book, top)
    policies = sections.define_policies(read, book)
    webhooks = sections.define_webhooks(read, book)
    matching = sections.define_matching(read, book)
    rules = tuple(_rules(read, book))
    trials = tuple(_trials(read, book))
    checker.check(book, rules)
    if problems.failed():
        raise RulesError(problems.all())
    return Ruleset(book, rules, trials, policies, webhooks, _version(inclusion.content), hosts=hosts, matching=matching)


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        for piece in (name.encode(), files[name]):
            digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()[:12]


def _check_default(book: Book, top: Position) -> None:
    defaults = [key for key, spec in book.queues.items() if spec.default]
    if not book.queues:
        book.reader.fail(top, "no-default", "no queue is defined", "add queues: with one default: true")
    elif not defaults:
        at = next(iter(book.queue_names.values())).at
        book.reader.fail(at, "no-default", "no queue is the default", "add default: true to one")
    for extra in defaults[1:]:
        at = book.queue_names[extra].at
        text = f"{extra} is a second default queue"
        book.reader.fail(at, "duplicate", text, f"the first is {defaults[0]}; keep one")


def _rules(read: list[Section], book: Book) -> list[Rule]:
    found: list[Rule] = []
    for section in read:
        for node in sections.rule_nodes(section, book):
            compiled = rule.read(node, book)
            if compiled is not None and node.at in book.usable:
                found.append(compiled)
    if len(found) > RULES_MAX:
        book.reader.fail(found[RULES_MAX].at, "limit", f"{len(found)} rules", f"at most {RULES_MAX}")
    return found


def _trials(read: list[Section], book: Book) -> list[Trial]:
    found = []
    for section in read:
        if "tests" in section:
            for node in book.reader.items(section["tests"], "tests"):
                one = trial.read(node, book)
                if one is not None:
                    found.append(one)
    return found
