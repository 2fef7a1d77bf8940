"""A JSON Schema (draft 7) of the rules language for editors, made from the definitions that the loader itself reads.

With a compiled set, its own queues, tags, lists, templates and rules are what is offered. YAML 1.2, as editors read it,
takes `12315` for a number and `no` for a word; wherever words are meant both are valid here, for the loader takes what
was typed. `switchboard rules check` stays the judge: it knows more than any schema can say.
"""

from typing import Final

from rules import (
    acts,
    custom,
    deadlines,
    expectations,
    inclusion,
    overflow,
    policies,
    queues,
    rule,
    times,
    trial,
    weights,
    when,
)
from rules.book import WORD_MAX
from rules.buttons import BUTTONS_MAX
from rules.detectors.hit import TYPES
from rules.facts import URGENCY_ORDER, CustomerFacts, TicketFacts
from rules.fields import FIELDS, Field
from rules.hints import HINTS
from rules.own_finds import TYPE as OWN_TYPE
from rules.ruleset import Ruleset
from rules.schedule import WEEKDAYS
from rules.schema_lifecycle import fact_part, lifecycle_part
from rules.schema_outside import action, called, rota
from rules.schema_parts import (
    COUNT,
    DECIMAL,
    DURATION,
    EVENT,
    FLAG,
    LANGUAGE_TAG,
    MOMENT,
    SKILL,
    TEXT,
    Schema,
    button_part,
    closed,
    name_part,
    named,
    new_name,
    one_of,
    one_or_many,
    ordered,
    override_part,
    ref,
    table,
    with_hint,
)  # fmt: skip
from rules.schema_thresholds import abuse_part, matching_part
from rules.sections import LANGUAGE_VERSION, SECTIONS
from rules.templates import TEXT_MAX

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_COUNTED: Final = r"^message\.(?:text|subject|any)\|has at least [0-9]{1,3}(?: exact case)?$"
_REFERENCE: Final = r"^\$[a-z]"
"""How the name of a list is written where words stand."""


def schema(site: Ruleset | None = None) -> Schema:
    """The schema of one file; of any site, or of one whose names are offered and held to."""
    return _Writer(site).file()


class _Writer:
    """Writes each part of the language once."""

    def __init__(self, site: Ruleset | None) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        if site is not None:
            self._names = {
                "queue": tuple(site.queues),
                "template": tuple(site.templates),
                "tag": site.tags,
                "rule": tuple(known.id for known in site.rules),
                "list": tuple(f"${name}" for name in site.lists),
                "time": tuple(site.times),
                "weights": tuple(site.weights),
                "sla": tuple(site.slas),
                "policy": site.policies,
                "webhook": tuple(site.webhooks),
                "action": tuple(site.actions),
            }
        self._fields = FIELDS if site is None else site.fields

    def file(self) -> Schema:
        sections: dict[str, Schema] = {
            "version": {"const": LANGUAGE_VERSION, "type": "integer"},
            "pack": {"type": "string", "pattern": f"^(?:{inclusion.OWN_PACK})$"},
            "requires": table("requires", {"engine": {"type": "string", "pattern": "^>= ?[0-9]+([.][0-9]+)?$"}}),
            "include": one_or_many({"type": "string"}),
            "redact": named(self._policy()),
            "webhooks": named(called("webhook")),
            "lifecycle": lifecycle_part(self._known),
            "facts": named(fact_part()),
            "needs": named(one_or_many(new_name())),
            "oncall": named(rota(self._known)),
            "actions": named(action(self._known)),
            "context": called("context"),
            "matching": matching_part(),
            "abuse": abuse_part(),
            "override": {"type": ["object", "null"], "additionalProperties": override_part(rule.KEYS)},
            "lists": named(ref("words")),
            "weights": named(self._weights()),
            "calendars": named(table("calendar", dict.fromkeys(times.CALENDAR_KEYS, one_or_many(TEXT)))),
            "times": named(self._time()),
            "fields": {"type": ["object", "null"], "additionalProperties": self._declared()},
            "tags": one_or_many(new_name()),
            "queues": named({"anyOf": [{"type": "null"}, self._queue()]}),
            "sla": named(self._sla()),
            "templates": named(self._template()),
            "rules": {"type": ["array", "null"], "items": ref("rule")},
            "tests": {"type": ["array", "null"], "items": ref("test")},
        }
        return {
            "$schema": DRAFT,
            "title": "Switchboard rules",
            **table("section", ordered(SECTIONS, sections), required=("version",)),
            "definitions": self._definitions(),
        }

    def _definitions(self) -> Schema:
        return {
            "word": self._word(),
            "words": one_or_many(ref("word")),
            "near": self._near(when.NEAR),
            "unless": self._near(when.NEAR[:1]),
            "when": self._when(),
            "rule": self._rule(),
            "test": self._test(),
        }

    # Names and words.

    def _known(self, kind: str) -> Schema:
        """A name that the files define."""
        return new_name() if kind not in self._names else one_of(self._names[kind])

    def _word(self) -> Schema:
        word = {"type": ["string", "number", "boolean"], "maxLength": WORD_MAX}
        return self._or_list({**word, "not": {"type": "string", "pattern": _REFERENCE}})

    def _or_list(self, value: Schema) -> Schema:
        """A value, or a list's name in its place."""
        names = self._names.get("list")
        reference = {"type": "string", "pattern": _REFERENCE} if names is None else {"enum": list(names)}
        return {"anyOf": [value, reference]}

    def _weights(self) -> Schema:
        parts: dict[str, Schema] = {
            "lists": one_or_many(new_name()),
            "start": DECIMAL,
            "long": DECIMAL,
            "words": {"type": "string"},
            "whole": {"type": "string"},
        }
        of = {**dict.fromkeys(weights.OPINION, DECIMAL), "encoder": new_name()}
        parts["opinion"] = table("opinion", of, required=weights.OPINION)
        some = {"anyOf": [{"required": [key]} for key in weights.RUNS]}
        return table("weights", ordered(weights.KEYS, parts)) | some

    def _queue(self) -> Schema:
        parts: dict[str, Schema] = {
            "name": name_part(),
            "default": FLAG,
            "emergency": FLAG,
            "skills": one_or_many(SKILL),
            "pick": {"enum": list(queues.PICKS)},
            "hours": self._known("time"),
            "max_waiting": {"type": "integer", "minimum": 1},
            "overflow": {"type": "array", "items": self._step()},
        }
        return table("queue", ordered(queues.KEYS, parts))

    def _step(self) -> Schema:
        crowd = closed({key: with_hint(COUNT, HINTS["step.when"]) for key in overflow.CROWD})
        parts: dict[str, Schema] = {
            "after": DURATION,
            "when": crowd,
            "relax": one_or_many(SKILL),
            "add_skill": one_or_many(SKILL),
            "urgency": {"enum": ["up"]},
            "to": self._known("queue"),
            "reply": self._known("template"),
        }
        return table("step", ordered(overflow.KEYS, parts))

    def _time(self) -> Schema:
        days = "(?:" + "|".join(WEEKDAYS) + ")"
        week = {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^{days}(?:-{days})?(?:, ?{days}(?:-{days})?)*$": one_or_many(TEXT)},
        }
        parts: dict[str, Schema] = dict.fromkeys((*times.CALENDAR_KEYS, "calendar"), one_or_many(TEXT))
        parts |= {"zone": {"type": "string"}, "open": week}
        return table("time", ordered(times.KEYS, parts), required=("zone", "open"))

    def _declared(self) -> Schema:
        kind: Schema = {"enum": list(custom.KINDS)}
        parts = {"type": kind, "values": one_or_many(TEXT)}
        return {"anyOf": [kind, table("field", ordered(custom.KEYS, parts), required=("type",))]}

    def _sla(self) -> Schema:
        parts = {"first_reply": DURATION, "solve": DURATION, "clock": self._known("time")}
        return table("sla", ordered(deadlines.KEYS, parts))

    def _template(self) -> Schema:
        text = {**TEXT, "maxLength": TEXT_MAX}
        return {
            **table(
                "template",
                {
                    "fallback": {"type": "string", "pattern": LANGUAGE_TAG},
                    "buttons": {"type": ["array", "null"], "maxItems": BUTTONS_MAX, "items": button_part()},
                },
            ),
            "patternProperties": {LANGUAGE_TAG: text},
        }

    def _policy(self) -> Schema:
        own = {
            "words": ref("words"),
            "matches": {"type": "string", "maxLength": policies.PATTERN_MAX},
            "keep_last": {"type": "integer", "minimum": 0, "maximum": policies.KEEP_LAST_MAX},
        }
        mode = {"enum": list(policies.MODES)}
        modes = closed({key: with_hint(mode, HINTS["policy.mode"]) for key in policies.VISIBILITIES})
        viewers = {viewer: {"enum": list(sights)} for viewer, sights in policies.VIEWERS.items()}
        found = [{"enum": [name for name in TYPES if name != OWN_TYPE]}, table("find", ordered(policies.OWN_KEYS, own))]
        parts: dict[str, Schema] = {
            "find": one_or_many({"anyOf": found}),
            "mode": {"anyOf": [mode, modes]},
            "seal_for": DURATION,
            "viewers": table("viewers", viewers),
        }
        return table("policy", ordered(policies.KEYS, parts), required=("find",))

    # Rules.

    def _notice(self) -> Schema:
        parts: dict[str, Schema] = {
            "queue": self._known("queue"),
            "agent": {**TEXT, "maxLength": acts.LOGIN_MAX},
            "text": {**TEXT, "maxLength": acts.TEXT_MAX},
        }
        return table("notify", ordered(acts.NOTIFY_KEYS, parts), required=("text",))

    def _rule(self) -> Schema:
        actions: dict[str, Schema] = {
            "tag": one_or_many(self._offered("tag")),
            "urgency": {"enum": list(URGENCY_ORDER)},
            "queue": self._known("queue"),
            "reply": self._known("template"),
            "untag": one_or_many(self._known("tag")),
            "skills": one_or_many(SKILL),
            "sla": self._known("sla"),
            "note": {**TEXT, "maxLength": rule.NOTE_MAX},
            "redact": one_or_many(self._known("policy")),
            "assign": {**TEXT, "maxLength": acts.LOGIN_MAX},
            "close": {**TEXT, "maxLength": acts.TEXT_MAX},
            "snooze": {"anyOf": [DURATION, table("snooze", {"until": self._known("time")}, required=("until",))]},
            "notify": one_or_many(self._notice()),
            "webhook": one_or_many(self._known("webhook")),
            "propose": one_or_many(self._known("action")),
            **dict.fromkeys(("hide", "force"), FLAG),
        }
        parts: dict[str, Schema] = {
            "event": EVENT,
            **dict.fromkeys(("from", "until"), MOMENT),
            "id": new_name(),
            **dict.fromkeys(("name", "owner"), TEXT),
            "mode": {"enum": list(rule.MODES)},
            "when": ref("when"),
            "exceptions": {"type": "array", "items": ref("when")},
            "then": {**table("then", ordered(rule.ACTIONS, actions)), "minProperties": 1},
            "next": {"enum": list(rule.NEXT)},
        }
        return table("rule", ordered(rule.KEYS, parts), required=("id", "then"))

    def _offered(self, kind: str) -> Schema:
        """A name that may be new: the known ones are offered."""
        known = self._names.get(kind)
        return {"anyOf": [one_of(known), new_name()]} if known else new_name()

    def _when(self) -> Schema:
        parts: dict[str, Schema] = {}
        for field in self._fields.values():
            about = HINTS.get(field.name, HINTS["message.custom"])
            default = when.default_operator(field)
            parts[field.name] = with_hint(self._test_of(field, default), f"{about} {HINTS[f'operator.{default}']}")
            for operator in when.operators(field):
                value = self._test_of(field, operator)
                parts[f"{field.name}|{operator}"] = with_hint(value, f"{about} {HINTS[f'operator.{operator}']}")
                if field.kind == "text" and operator in when.EXACT:
                    parts[f"{field.name}|{operator} exact case"] = with_hint(ref("words"), HINTS["operator.exact case"])
        for logic in when.LOGIC:
            parts[logic] = with_hint(one_or_many(ref("when"), least=0), HINTS[f"when.{logic}"])
        for key in when.HOURS:
            parts[key] = with_hint(one_or_many(self._known("time")), HINTS[f"when.{key}"])
        counted: Schema = {_COUNTED: ref("words")}
        if "time" not in self._names:
            counted[rf"^{custom.PREFIX[:-1]}\."] = {}
        return {**closed(parts), "patternProperties": counted, "minProperties": 1}

    def _test_of(self, field: Field, operator: str) -> Schema:
        """What may stand behind a field and an operator."""
        if operator in {"exists", "changed"}:
            return FLAG
        if operator == "near":
            return ref("near")
        if operator == "weighs":
            return table(
                "weighs",
                ordered(when.WEIGHS, {"of": self._known("weights"), "at least": DECIMAL}),
                required=when.WEIGHS,
            )
        if operator == "matches":
            return one_or_many({"type": "string", "maxLength": when.REGEX_MAX})
        if operator in when.RANKED:
            bound = self._value(field)
            pair = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
            return pair if operator == "between" else bound
        if field.kind == "text":
            words = ref("words")
            return {"anyOf": [words, ref("unless")]} if operator == "has" else words
        return one_or_many(self._or_list(self._value(field)))

    def _value(self, field: Field) -> Schema:
        """One value of a field."""
        if field.kind == "flag":
            return FLAG
        if field.decimal:
            return DECIMAL
        if field.kind == "number":
            return {"type": "integer", "minimum": 0, "maximum": when.NUMBER_MAX}
        if field.choices:
            return one_of(field.choices)
        return self._known(field.refers) if field.refers else TEXT

    def _near(self, own: tuple[str, ...]) -> Schema:
        alternatives = {"anyOf": [ref("word"), {"type": "array", "items": ref("word"), "minItems": 1}]}
        parts: dict[str, Schema] = {
            "words": {"anyOf": [ref("word"), {"type": "array", "items": alternatives, "minItems": 1}]},
            "within": {"type": "integer", "minimum": 0, "maximum": when.WITHIN_MAX},
            "ordered": FLAG,
            **dict.fromkeys(when.UNLESS, ref("words")),
        }
        return table("near", ordered((*own, *when.UNLESS), parts), required=("words",))

    # Tests.

    def _test(self) -> Schema:
        message = {key: self._fact(f"message.{key}") for key in trial.MESSAGE if key != "custom"}
        message["custom"] = with_hint({"type": "object"}, HINTS["message.custom"])
        crowd = table("crowd", {"available": COUNT, "waiting": COUNT})
        later = table("expect", ordered(expectations.EXPECT_LATER, self._expected()))
        parts: dict[str, Schema] = {
            "name": TEXT,
            "message": {"anyOf": [{"type": [*TEXT["type"], "null"]}, closed(message)]},
            "customer": closed({key: self._fact(f"customer.{key}") for key in CustomerFacts.__struct_fields__}),
            "ticket": closed({key: self._fact(f"ticket.{key}") for key in TicketFacts.__struct_fields__}),
            "ticket_before": closed({key: self._fact(f"ticket.{key}") for key in trial.TICKET_BEFORE}),
            "event": EVENT,
            "at": MOMENT,
            "queues": named(crowd),
            "expect": {**table("expect", ordered(expectations.EXPECT, self._expected())), "minProperties": 1},
            "then_after": {"type": "object", "propertyNames": DURATION, "additionalProperties": later},
            "known_gap": FLAG,
        }
        return table("test", ordered(trial.KEYS, parts), required=("expect",))

    def _fact(self, name: str) -> Schema:
        field = FIELDS[name]
        value = self._value(field)
        return with_hint(one_or_many(value) if field.kind == "set" else value, HINTS[name])

    def _expected(self) -> dict[str, Schema]:
        reply = {"anyOf": [{"enum": ["none"]}, self._known("template")]}
        tags, rules = one_or_many(self._known("tag")), one_or_many(self._known("rule"))
        one: dict[str, Schema] = {
            "urgency": {"enum": list(URGENCY_ORDER)}, "queue": self._known("queue"), "reply": reply, "language": TEXT,
        }  # fmt: skip
        sla = {"anyOf": [{"enum": ["none"]}, self._known("sla")]}
        several = {"tags": tags, "tags_not": tags, "fired": rules, "quiet": rules, "escalated": rules}
        acted: dict[str, Schema] = {**dict.fromkeys(acts.SINGLE, TEXT), "notify": one_or_many(TEXT)}
        for key, kind in (("webhook", "webhook"), ("propose", "action")):
            acted[key] = one_or_many({"anyOf": [{"enum": ["none"]}, self._known(kind)]})
        return one | several | acted | {"sla": sla, "note": TEXT, "redacted": TEXT, "skills": one_or_many(SKILL)}
