"""The part of the schema (rules/schema.py) about whom the house calls: webhooks, people, the wallet's back end."""

from collections.abc import Callable

from rules import oncall, remedies, webhooks
from rules.schema_parts import DURATION, FLAG, TEXT, Schema, name_part, one_or_many, ordered, table

Known = Callable[[str], Schema]
"""A name of some kind that the files define."""


def called(group: str, parts: dict[str, Schema] | None = None) -> Schema:
    """A place that is called: its address and the secret that signs, and what else there is to say."""
    reference = {"type": "string", "pattern": f"^(?:{webhooks.REFERENCE})$"}
    url = {"type": "string", "pattern": f"^(?:https://.+|{webhooks.REFERENCE})$", "maxLength": webhooks.URL_MAX}
    keys = webhooks.KEYS if parts is None else remedies.KEYS
    return table(group, ordered(keys, {**(parts or {}), "url": url, "secret": reference}), required=webhooks.KEYS)


def action(known: Known) -> Schema:
    """What the wallet's back end can be asked to do."""
    parts = {"name": name_part(), "approval": FLAG, "verified": FLAG}
    return called("action", {**parts, "undo": known("action")})


def rota(known: Known) -> Schema:
    """Who is paged, step by step."""
    address = {"type": "string", "maxLength": oncall.ADDRESS_MAX, "pattern": "^[^@]+@[^@]+$"}
    pages: dict[str, Schema] = {
        "browser": FLAG,
        "agent": one_or_many({**TEXT, "maxLength": oncall.LOGIN_MAX}),
        "webhook": one_or_many(known("webhook")),
        "email": one_or_many(address),
        "telegram": one_or_many({"type": ["string", "integer"], "pattern": f"^{oncall.CHAT}$"}),
        "within": DURATION,
    }
    step = table("rota step", ordered(oncall.STEP_KEYS, pages), required=("within",))
    parts: dict[str, Schema] = {
        "urgency": {"enum": list(oncall.URGENCIES)},
        "queues": one_or_many(known("queue")),
        "steps": {"type": "array", "items": step, "minItems": 1, "maxItems": oncall.STEPS_MAX},
        "repeat": {"type": "integer", "minimum": 0, "maximum": oncall.REPEAT_MAX},
    }
    return table("rota", ordered(oncall.KEYS, parts), required=("steps",))
