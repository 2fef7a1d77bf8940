"""What the wallet's back end can be asked to do about an account, who has to agree, and where it answers questions.

Addresses and secrets are references, as with webhooks (rules/webhooks.py); here nobody reads them.
"""

from collections.abc import Mapping
from typing import Final

from rules import names, webhooks
from rules.backend import ActionSpec, ContextSpec
from rules.document import Node, Scalar, Table
from rules.reader import Reader

KEYS: Final = ("name", "url", "secret", "approval", "verified", "undo")
CONTEXT_KEYS: Final = ("url", "secret")


def read(key: Scalar, node: Node, reader: Reader) -> ActionSpec | None:
    """Read one action; None when it cannot be used."""
    keys = reader.keys(node, KEYS, f"the action {key.value}")
    called = {name: value for name, value in keys.items() if name in webhooks.KEYS}
    there = webhooks.read(key, _table(node, called), reader, what="action")
    if there is None:
        return None
    undo = reader.scalar(keys["undo"], "undo") if "undo" in keys else None
    return ActionSpec(
        name=key.value,
        names=names.read(key, keys, reader, "an action"),
        url=there.url,
        secret=there.secret,
        approval=_flag(keys, "approval", reader, default=True),
        verified=_flag(keys, "verified", reader, default=False),
        undo=undo.value if undo is not None else None,
    )


def _table(node: Node, keys: Mapping[str, Node]) -> Node:
    """The part of an action that webhooks have too."""
    if not isinstance(node, Table):
        return node
    return Table(tuple(entry for entry in node.entries if entry[0].value in keys), node.at)


def _flag(keys: Mapping[str, Node], key: str, reader: Reader, *, default: bool) -> bool:
    found = reader.flag(keys[key], key) if key in keys else None
    return default if found is None else found


def complete(found: Mapping[str, ActionSpec], nodes: Mapping[str, Node], reader: Reader) -> dict[str, ActionSpec]:
    """Hold what undoes something to stricter terms, a passed identity check and two people: whoever wants an account
    opened again that was frozen for a theft may be the thief."""
    undone_by = {spec.undo: spec.name for spec in found.values() if spec.undo is not None}
    made: dict[str, ActionSpec] = {}
    for name, spec in found.items():
        node = nodes[name]
        at = {key.value: value for key, value in node.entries} if isinstance(node, Table) else {}
        if spec.undo is not None and reader.known(_scalar(at["undo"]), "action", found) is not None:
            target = found[spec.undo]
            if target.undo is not None or spec.undo == name:
                hint = "name an action that has no undo of its own"
                reader.fail(at["undo"].at, "value", f"{spec.undo} cannot undo {name}", hint)
        if name in undone_by:
            for key in ("approval", "verified"):
                if key in at and not _flag(at, key, reader, default=True):
                    text = f"{name} undoes {undone_by[name]}: it needs an identity check and two people"
                    reader.fail(at[key].at, "value", text, f"delete {key}")
        made[name] = spec.strict(undone_by[name]) if name in undone_by else spec
    return made


def _scalar(node: Node) -> Scalar:
    assert isinstance(node, Scalar), "it was read as one"
    return node


def read_context(node: Node, reader: Reader) -> ContextSpec | None:
    """Read where the wallet's back end answers questions; None when it cannot be used."""
    reader.keys(node, CONTEXT_KEYS, "context")
    there = webhooks.read(Scalar("context", quoted=False, at=node.at), node, reader, what="section")
    return None if there is None else ContextSpec(url=there.url, secret=there.secret)
