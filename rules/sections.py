"""The sections of rules files, and the names they define.

Everything that a file names may be used in all of them, so names are gathered before anything that refers to them is
read: first what stands alone, then what needs calendars, queues or times.
"""

from rules import (
    abuse,
    custom,
    deadlines,
    inclusion,
    lifecycle,
    matching,
    oncall,
    policies,
    queues,
    remedies,
    rule,
    templates,
    times,
    webhooks,
    weights,
    working,
)
from rules.abuse import Abuse
from rules.backend import ActionSpec
from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.lifecycle import Lifecycle
from rules.matching import Matching
from rules.policies import RedactPolicy
from rules.webhooks import Webhook

LANGUAGE_VERSION = 1

Section = dict[str, Node]
"""What stands in one file, by key."""

SECTIONS = (
    "version",
    "pack",
    "requires",
    "include",
    "lists",
    "weights",
    "calendars",
    "times",
    "fields",
    "tags",
    "queues",
    "sla",
    "templates",
    "redact",
    "webhooks",
    "lifecycle",
    "facts",
    "needs",
    "oncall",
    "actions",
    "context",
    "matching",
    "abuse",
    "override",
    "rules",
    "tests",
)


def read(root: Table, book: Book) -> Section:
    """Take a file apart."""
    reader = book.reader
    found = reader.keys(root, SECTIONS, "a rules file")
    if "version" not in found:
        reader.fail(root.at, "missing", "the file does not say its version", "write version: 1")
    else:
        reader.choice(found["version"], "version", (str(LANGUAGE_VERSION),))
    if "pack" in found:
        inclusion.check_pack(found["pack"], reader)
    if "requires" in found:
        inclusion.check_requires(found["requires"], reader)
    return found


def define(sections: list[Section], book: Book) -> None:
    """Make every name known before anything refers to it."""
    for section in sections:
        _define_words(section, book)
        _define_queues(section, book)
        for table in rule_nodes(section, book):
            _define_rule(table, book)
    for section in sections:
        _define_times(section, book)
        _define_weights(section, book)
    for section in sections:
        _complete(section, book)


def _define_words(section: Section, book: Book) -> None:
    reader = book.reader
    for key, node in _named(section, "lists", book):
        if book.define("list", key, book.list_names):
            book.lists[key.value] = node
    for tag in reader.scalars(section["tags"], "tags") if "tags" in section else ():
        if reader.name(tag, "the tag") is not None:
            book.tags.add(tag.value)
    for key, node in _named(section, "templates", book):
        if book.define("template", key, book.template_names):
            book.templates[key.value] = templates.read(key, node, reader)


def _define_queues(section: Section, book: Book) -> None:
    for key, node in _named(section, "fields", book):
        custom.define(key, node, book)
    for key, node in _named(section, "calendars", book):
        times.define(key, node, book)
    for key, _ in _named(section, "sla", book):
        book.define("sla", key, book.sla_names)
    for key, node in _named(section, "queues", book):
        if book.define("queue", key, book.queue_names):
            book.queues[key.value] = queues.read(key, node, book.reader)


def define_policies(sections: list[Section], book: Book) -> dict[str, RedactPolicy]:
    """Read the redaction policies of all files, by name."""
    found: dict[str, RedactPolicy] = {}
    for section in sections:
        for key, node in _named(section, "redact", book):
            if book.define("policy", key, book.policy_names):
                found[key.value] = policies.read(key, node, book)
    return found


def define_webhooks(sections: list[Section], book: Book) -> dict[str, Webhook]:
    """Read the webhooks of all files, by name."""
    found: dict[str, Webhook] = {}
    for section in sections:
        for key, node in _named(section, "webhooks", book):
            if book.define("webhook", key, book.webhook_names):
                webhook = webhooks.read(key, node, book.reader)
                if webhook is not None:
                    found[key.value] = webhook
    return found


def define_lifecycle(sections: list[Section], webhooks: dict[str, Webhook], book: Book) -> Lifecycle:
    """Read the life cycle; it stands in one file, which comes before that of a pack."""
    nodes = [section["lifecycle"] for section in sections if "lifecycle" in section]
    own = [node for node in nodes if not inclusion.is_packed(node.at.file)] or nodes
    for node in own[1:]:
        book.reader.fail(node.at, "duplicate", "another file says lifecycle already", "keep one of them")
    found = lifecycle.read(own[0], webhooks, book) if own else Lifecycle()
    book.verifies = found.verifying is not None
    return found


def define_backend(sections: list[Section], book: Book) -> None:
    """Read what the wallet's back end can be asked for, and where it answers questions."""
    found: dict[str, ActionSpec] = {}
    nodes: dict[str, Node] = {}
    for section in sections:
        for key, node in _named(section, "actions", book):
            if book.define("action", key, book.action_names):
                action = remedies.read(key, node, book.reader)
                if action is not None:
                    found[key.value], nodes[key.value] = action, node
        if "context" in section:
            node = section["context"]
            if book.context_at is not None:
                hint = f"the first is in {book.context_at.file} line {book.context_at.line}; keep one"
                book.reader.fail(node.at, "duplicate", "context stands in the files twice", hint)
            book.context, book.context_at = remedies.read_context(node, book.reader), node.at
    book.actions = remedies.complete(found, nodes, book.reader)


def define_rotas(sections: list[Section], book: Book) -> None:
    """Read who is on call, once queues and webhooks are known."""
    for section in sections:
        for key, node in _named(section, "oncall", book):
            if book.define("rota", key, book.rota_names) and (rota := oncall.read(key, node, book)) is not None:
                book.rotas[key.value] = rota


def define_matching(sections: list[Section], book: Book) -> Matching:
    """Read `matching` of all files: what a later one says counts, key by key."""
    found = matching.DEFAULT
    for section in sections:
        if "matching" in section:
            found = matching.read(section["matching"], found, book)
    return found


def define_abuse(sections: list[Section], book: Book) -> Abuse:
    """Read `abuse` of all files: what a later one says counts, key by key."""
    found = abuse.DEFAULT
    for section in sections:
        if "abuse" in section:
            found = abuse.read(section["abuse"], found, book)
    return found


def _define_times(section: Section, book: Book) -> None:
    for key, node in _named(section, "times", book):
        if book.define("time", key, book.time_names) and (schedule := times.read(key, node, book)) is not None:
            book.times[key.value] = schedule


def _define_weights(section: Section, book: Book) -> None:
    for key, node in _named(section, "weights", book):
        if book.define("weights", key, book.weight_names) and (scales := weights.read(key, node, book)) is not None:
            book.weights[key.value] = scales


def _complete(section: Section, book: Book) -> None:
    """Read what refers to times, queues and templates."""
    for key, node in _named(section, "sla", book):
        if book.sla_names.get(key.value) is key:
            book.slas[key.value] = deadlines.read(key, node, book.time_names, book.reader)
    for key, node in _named(section, "queues", book):
        if book.queue_names.get(key.value) is key:
            working.read(key, node, book)


def _named(section: Section, name: str, book: Book) -> tuple[tuple[Scalar, Node], ...]:
    return book.reader.pairs(section[name], name) if name in section else ()


def _define_rule(table: Table, book: Book) -> None:
    identity = table.get("id")
    if not isinstance(identity, Scalar) or identity.empty:
        book.reader.fail(table.at, "missing", "the rule has no id", "write id: a-short-name")
    elif book.define("rule", identity, book.rules):
        book.usable.add(table.at)
    rule.tags_of(table, book)


def rule_nodes(section: Section, book: Book) -> list[Table]:
    """Return the rules of a file that are maps."""
    nodes = section.get("rules")
    items = book.reader.items(nodes, "rules") if nodes is not None else ()
    for item in items:
        if not isinstance(item, Table):
            book.reader.wrong(item, "a rule must be a map with id, when and then")
    return [item for item in items if isinstance(item, Table)]
