"""Payloads as providers send them, kept beside the events they mean: read, and compared."""

import json
from pathlib import Path
from typing import Any

import msgspec

from router.model.message import InboundEvent


def payloads(name: str) -> list[dict[str, Any]]:
    """The cases of one file."""
    lines = (Path(__file__).parent / f"{name}.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def shown(event: InboundEvent) -> dict[str, Any]:
    """The fields that say something, as the files have them."""
    blank = InboundEvent(channel="x", message_id="x", sent_at_ms=0, sender=event.sender)
    told, usual = (json.loads(msgspec.json.encode(one)) for one in (event, blank))
    told["sender"] = {key: value for key, value in told["sender"].items() if value is not None}
    return {key: value for key, value in told.items() if key == "sender" or value != usual[key]}
