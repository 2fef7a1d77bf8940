"""The rules language's front door: files in, a rule set out, verdicts with reasons from it.

`load` reads everything and reports every mistake at once; a `Ruleset` never changes, so the caller
swaps old for new in one assignment.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from rules import acts, checker, needs, oncall, override, rule, sections, trial
from rules.abuse import Abuse
from rules.backend import ActionSpec, ContextSpec
from rules.book import Book
from rules.candidates import Candidates
from rules.coverage import Coverage
from rules.deadlines import Sla
from rules.document import Shelf
from rules.door import Door
from rules.evaluation import judge
from rules.explanation import Explanation, explain
from rules.facts import MESSAGE_RECEIVED, Facts, Urgency, Verdict
from rules.fields import Field
from rules.inclusion import Inclusion, is_packed, pack_names
from rules.lifecycle import Lifecycle
from rules.links import LinkHosts
from rules.literals import Finder
from rules.matching import Matching
from rules.needs import Fact
from rules.policies import RedactPolicy
from rules.problems import Position, Problem, Problems, RulesError
from rules.queues import QueueSpec
from rules.rotas import Rota
from rules.rule import Rule
from rules.scales import Scales
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
        read: list[Section],
        rules: tuple[Rule, ...],
        trials: tuple[Trial, ...],
        policies: Mapping[str, RedactPolicy],
        webhooks: Mapping[str, Webhook],
        *,
        version: str,
        hosts: LinkHosts | None,
        lifecycle: Lifecycle,
        facts: Mapping[str, Fact],
        needs: Mapping[str, tuple[str, ...]],
        matching: Matching,
        abuse: Abuse,
    ) -> None:
        self.version = version
        """Content hash of the files, short hex."""
        self.packs = tuple(book.packs)
        """What the files call themselves, with versions: wallet@1.1.0."""
        self.queues: Mapping[str, QueueSpec] = dict(book.queues)
        """By id, in the order of the files."""
        self.templates: Mapping[str, Template] = dict(book.templates)
        self.slas: Mapping[str, Sla] = dict(book.slas)
        self.times: Mapping[str, Schedule] = dict(book.times)
        self.fields: Mapping[str, Field] = dict(book.fields)
        """What conditions may ask for, the site's own fields among them."""
        self.webhooks: Mapping[str, Webhook] = dict(webhooks)
        self.lifecycle = lifecycle
        self.facts: Mapping[str, Fact] = dict(facts)
        """What agents may have to know, by name."""
        self.needs: Mapping[str, tuple[str, ...]] = dict(needs)
        """Names of facts, by topic: a tag."""
        self.logins: frozenset[str] = acts.logins([act for one in rules for act in one.acts])
        """Agents whom rules name."""
        self.matching = matching
        """When a message belongs into one of its writer's own tickets."""
        self.abuse = abuse
        """How much one sender, and one channel, may bring."""
        self.policies: tuple[str, ...] = tuple(book.policy_names)
        self.lists: tuple[str, ...] = tuple(book.list_names)
        self.weights: Mapping[str, Scales] = dict(book.weights)
        self.tags: tuple[str, ...] = tuple(sorted(book.tags))
        self.rules = rules
        """In the order they are tried."""
        self.hosts = hosts
        """What answers may link to; None: anything."""
        self._doubtful: tuple[Book, list[Section]] | None = (book, read)
        self._warnings: tuple[Problem, ...] = ()
        self.default_queue = next(spec.id for spec in book.queues.values() if spec.default)
        self.actions: Mapping[str, ActionSpec] = dict(book.actions)
        """What the wallet's back end can be asked to do about an account."""
        self.context: ContextSpec | None = book.context
        """Where it tells what it knows of one."""
        self.proposes = any(act.kind == "propose" for one in rules for act in one.acts)
        self.rotas: Mapping[str, Rota] = dict(book.rotas)
        """On call, in the order of the files."""
        self.emergency_queue = next((s.id for s in book.queues.values() if s.emergency), self.default_queue)
        """Where the alarm leads."""
        self._trials = trials
        self._compile(book, rules, policies)

    def _compile(self, book: Book, rules: tuple[Rule, ...], policies: Mapping[str, RedactPolicy]) -> None:
        self._scanner = Scanner(book.lexicon)
        waiting: dict[str, list[Rule]] = {MESSAGE_RECEIVED: []}
        for one in rules:
            if not one.redact:
                waiting.setdefault(one.event, []).append(one)
        self._candidates = {event: Candidates(those, self._scanner.finder) for event, those in waiting.items()}
        """By event."""
        self._door = Door(tuple(one for one in rules if one.redact), policies, self._scanner)
        self._nobody = Candidates((), self._scanner.finder)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is probably not meant. Looked for when first asked, since a set works without; takes a while."""
        if self._doubtful is not None:
            book, read = self._doubtful
            checker.doubt(book, self.rules, self._trials, read)
            self._warnings = book.problems.all()
            self._doubtful = None
        return self._warnings

    @property
    def finder(self) -> Finder | None:
        """What an accelerator would help (`rules.accelerator`); None without words, or if sentences always matter."""
        finder = self._scanner.finder
        needs_sentences = any(those.needs_sentences for those in self._candidates.values())
        return None if needs_sentences or not finder.has_words else finder

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Read texts and subjects of messages that are judged next; that costs less for all of them at once."""
        self._scanner.read_ahead(texts, self._candidates[MESSAGE_RECEIVED].weighed)

    def evaluate(self, facts: Facts, *, queue: str = "") -> Verdict:
        """Judge one message, or one event of a ticket, which stays in `queue` where no rule asks for another. Never
        raises, whatever the text."""
        return self._judge(Scene(facts, self._scanner), queue)

    def rota_for(self, urgency: Urgency, queue: str) -> Rota | None:
        """Who is paged about such a ticket."""
        return oncall.matching(self.rotas, urgency, queue)

    def waits_for(self, event: str) -> bool:
        """Whether any rule is tried when this happens."""
        return event in self._candidates

    def choose(self, facts: Facts) -> Choice:
        """Which redaction policies hold for a message that is not redacted yet. Never raises."""
        return self._door.choose(facts)

    def redacted(self, facts: Facts) -> Facts:
        """A message as it is once it is through the door, for tests and `explain`."""
        return self._door.redacted(facts)

    def explain(self, facts: Facts, *, words: Callable[[str], str] = str) -> Explanation:
        """Redact one message as the door does, judge it and tell the whole way; `words` are what of the text its writer
        newly wrote, which is all that rules behind the door read."""
        came, stored = Scene(facts, self._scanner), self.redacted(facts)
        message = replace(stored.message, text=words(stored.message.text))
        scene = Scene(replace(stored, message=message), self._scanner)
        return explain(scene, self.rules, self._judge(scene), came=came)

    def render(self, template: str, language: str | None, variables: Mapping[str, str]) -> str:
        """Return a template's text in the nearest language, blanks filled; KeyError if unknown."""
        return self.templates[template].render(language, variables)

    def buttons(self, template: str, language: str | None) -> tuple[tuple[str, str, str], ...]:
        """Label, address and what it says of each button of a template, in the language of its text."""
        found = self.templates[template]
        return tuple(button.shown(found.spoken(language)) for button in found.buttons)

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
            for text, at in template.linking()
            if self.hosts.foreign(text)
        )

    def run_tests(self, *, conditions: bool = False) -> TestReport:
        """Run the tests that stand in the files; `conditions`: also note which conditions they made true and false."""
        own = [rule for rule in self.rules if rule.mode != "off" and not is_packed(rule.at.file)]
        coverage = Coverage(own if conditions else ())

        def judged(facts: Facts, queue: str = "") -> Verdict:
            scene = Scene(facts, self._scanner)
            coverage.see(scene)
            return self._judge(scene, queue)

        world = World(
            queues=self.queues,
            slas=self.slas,
            times=self.times,
            events=frozenset(self._candidates),
            judge=judged,
        )
        report = trial.run(self._trials, tuple(rule.id for rule in own), world, self)
        for one in self._trials if conditions else ():
            coverage.see(Scene(one.facts, self._scanner), at_the_door=True)
            coverage.see(Scene(self.redacted(one.facts), self._scanner))
        return replace(report, conditions=coverage.found())

    def fired(self, facts: Facts) -> tuple[str, ...]:
        """Ids of the rules that fire behind the door, in order, those that are only observed among them."""
        scene = Scene(facts, self._scanner)
        return tuple([fired.rule.id for fired in self._waiting(scene).fired(scene)])

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
            templates=self.templates,
            version=self.version,
            packs=self.packs,
        )


def load(
    files: Mapping[str, bytes],
    *,
    hosts: LinkHosts | None = None,
    shelf: Shelf | None = None,
    was_live: bool = False,
) -> Ruleset:
    """Compile rules files, by name; rules are tried in the order of the file names. `hosts` are what answers may link
    to; `Ruleset.foreign_links` says where they do not. A `shelf` spares reading files that have not changed. In a set
    that `was_live` nobody looks for mistakes that change nothing: it goes on after an upgrade.

    Raises RulesError with every error and warning of every file.
    """
    problems = Problems()
    book = Book(problems)
    names = sorted(files)
    top = Position(names[0] if names else "rules", 1, 1)
    if len(names) > FILES_MAX:
        problems.error(top, "limit", f"{len(names)} files", f"at most {FILES_MAX}")
        names = names[:FILES_MAX]
    inclusion = Inclusion({name: files[name] for name in names}, problems, shelf or Shelf())
    read = [sections.read(root, book) for root in inclusion.roots()]
    book.packs.update(pack_names(read))
    override.apply(read, book.reader)
    sections.define(read, book)
    _check_default(book, top)
    policies = sections.define_policies(read, book)
    webhooks = sections.define_webhooks(read, book)
    lifecycle = sections.define_lifecycle(read, webhooks, book)
    facts = needs.facts(read, book)
    needed = needs.needs(read, facts, book)
    sections.define_rotas(read, book)
    sections.define_backend(read, book)
    matching = sections.define_matching(read, book)
    abuse = sections.define_abuse(read, book)
    rules = tuple(_rules(read, book))
    trials = tuple(_trials(read, book))
    checker.refuse(book, rules)
    if not was_live:
        checker.read_unused(book)
    if problems.failed():
        checker.doubt(book, rules, trials, read)
        raise RulesError(problems.all())
    return Ruleset(
        book,
        read,
        rules,
        trials,
        policies,
        webhooks,
        version=content_hash(inclusion.content),
        hosts=hosts,
        matching=matching,
        abuse=abuse,
        lifecycle=lifecycle,
        facts=facts,
        needs=needed,
    )


def content_hash(files: Mapping[str, bytes]) -> str:
    """What `Ruleset.version` is of these files, if they include no others."""
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
    emergencies = [key for key, spec in book.queues.items() if spec.emergency]
    for what, those in (("default", defaults), ("emergency", emergencies)):
        for extra in those[1:]:
            at = book.queue_names[extra].at
            text = f"{extra} is a second {what} queue"
            first = f"{those[0]} ({book.queue_names[those[0]].at.file})"
            book.reader.fail(at, "duplicate", text, f"the first is {first}; keep one")


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
