"""The schema of `lifecycle` and of `facts`, for rules/schema.py."""

from collections.abc import Callable

from rules import lifecycle, needs
from rules.schema_parts import DURATION, TEXT, Schema, one_or_many, ordered, table, texts


def lifecycle_part(known: Callable[[str], Schema]) -> Schema:
    """The section; `known` gives the names of a kind that the files define."""
    span = {"anyOf": [DURATION, {"type": "string", "pattern": f"^{lifecycle.WORKING_DAYS}$"}]}
    patience = table("patience", dict.fromkeys(lifecycle.PATIENCE_KEYS, span))
    unread: dict[str, Schema] = {"after": DURATION, "channels": one_or_many(TEXT), "webhook": known("webhook")}
    check: dict[str, Schema] = {
        "webhook": known("webhook"),
        "page": {"type": "string", "pattern": "^https://"},
        "expires": DURATION,
        "attempts": {"type": "integer", "minimum": 1, "maximum": lifecycle.ATTEMPTS_MAX},
        "lasts": DURATION,
    }
    parts: dict[str, Schema] = {
        "clock": known("time"),
        **dict.fromkeys(lifecycle.PATIENT, patience),
        "tell": table("tell", dict.fromkeys(lifecycle.TOLD, known("template"))),
        "silent": one_or_many(TEXT),
        "unread": table("unread", ordered(lifecycle.UNREAD_KEYS, unread), required=("after", "webhook")),
        "verifying": table("verifying", ordered(lifecycle.VERIFYING_KEYS, check), required=("webhook",)),
    }
    return table("lifecycle", ordered(lifecycle.KEYS, parts))


def fact_part() -> Schema:
    """One of `facts`."""
    parts: dict[str, Schema] = {
        "kind": {"enum": list(needs.KINDS)},
        "name": texts(needs.ASK_MAX),
        "ask": texts(needs.ASK_MAX),
        "field": one_or_many(TEXT),
    }
    return table("fact", ordered(needs.KEYS, parts), required=("kind", "ask"))
