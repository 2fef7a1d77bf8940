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
from rules.fields import FIELDS
from rules.hints import HINTS
from rules.own_finds import TYPE as OWN_TYPE
from rules.ruleset import Ruleset
from rules.schedule import WEEKDAYS
from rules.schema_conditions import near_part, value_part, when_part
from rules.schema_lifecycle import fact_part, lifecycle_part
from rules.schema_names import REFERENCE, Names
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


def schema(site: Ruleset | None = None) -> Schema:
    """The schema of one file; of any site, or of one whose names are offered and held to."""
    return _Writer(Names(site)).file()


class _Writer:
    """Writes each part of the language once."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def file(self) -> Schema:
        sections: dict[str, Schema] = {
            "version": {"const": LANGUAGE_VERSION, "type": "integer"},
            "pack": {"type": "string", "pattern": f"^(?:{inclusion.OWN_PACK})$"},
            "requires": table("requires", {"engine": {"type": "string", "pattern": "^>= ?[0-9]+([.][0-9]+)?$"}}),
            "include": one_or_many({"type": "string"}),
            "redact": named(self._policy()),
            "webhooks": named(called("webhook")),
            "lifecycle": lifecycle_part(self._names.known),
            "facts": named(fact_part()),
            "needs": named(one_or_many(new_name())),
            "oncall": named(rota(self._names.known)),
            "actions": named(action(self._names.known)),
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
            "near": near_part(when.NEAR),
            "unless": near_part(when.NEAR[:1]),
            "when": when_part(self._names),
            "rule": self._rule(),
            "test": self._test(),
        }

    # Names and words.

    def _word(self) -> Schema:
        word = {"type": ["string", "number", "boolean"], "maxLength": WORD_MAX}
        return self._names.or_list({**word, "not": {"type": "string", "pattern": REFERENCE}})

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
            "hours": self._names.known("time"),
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
            "to": self._names.known("queue"),
            "reply": self._names.known("template"),
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
        parts = {"first_reply": DURATION, "solve": DURATION, "clock": self._names.known("time")}
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
            "queue": self._names.known("queue"),
            "agent": {**TEXT, "maxLength": acts.LOGIN_MAX},
            "text": {**TEXT, "maxLength": acts.TEXT_MAX},
        }
        return table("notify", ordered(acts.NOTIFY_KEYS, parts), required=("text",))

    def _rule(self) -> Schema:
        actions: dict[str, Schema] = {
            "tag": one_or_many(self._names.offered("tag")),
            "urgency": {"enum": list(URGENCY_ORDER)},
            "queue": self._names.known("queue"),
            "reply": self._names.known("template"),
            "untag": one_or_many(self._names.known("tag")),
            "skills": one_or_many(SKILL),
            "sla": self._names.known("sla"),
            "note": {**TEXT, "maxLength": rule.NOTE_MAX},
            "redact": one_or_many(self._names.known("policy")),
            "assign": {**TEXT, "maxLength": acts.LOGIN_MAX},
            "close": {**TEXT, "maxLength": acts.TEXT_MAX},
            "snooze": {"anyOf": [DURATION, table("snooze", {"until": self._names.known("time")}, required=("until",))]},
            "notify": one_or_many(self._notice()),
            "webhook": one_or_many(self._names.known("webhook")),
            "propose": one_or_many(self._names.known("action")),
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
        value = value_part(field, self._names)
        return with_hint(one_or_many(value) if field.kind == "set" else value, HINTS[name])

    def _expected(self) -> dict[str, Schema]:
        reply = {"anyOf": [{"enum": ["none"]}, self._names.known("template")]}
        tags, rules = one_or_many(self._names.known("tag")), one_or_many(self._names.known("rule"))
        one: dict[str, Schema] = {
            "urgency": {"enum": list(URGENCY_ORDER)},
            "queue": self._names.known("queue"),
            "reply": reply,
            "language": TEXT,
        }
        sla = {"anyOf": [{"enum": ["none"]}, self._names.known("sla")]}
        several = {"tags": tags, "tags_not": tags, "fired": rules, "quiet": rules, "escalated": rules}
        acted: dict[str, Schema] = {**dict.fromkeys(acts.SINGLE, TEXT), "notify": one_or_many(TEXT)}
        for key, kind in (("webhook", "webhook"), ("propose", "action")):
            acted[key] = one_or_many({"anyOf": [{"enum": ["none"]}, self._names.known(kind)]})
        return one | several | acted | {"sla": sla, "note": TEXT, "redacted": TEXT, "skills": one_or_many(SKILL)}
