"""The names that the schema (rules/schema.py) offers: those of one site, which are then held to, or of any."""

from typing import Final

from rules.fields import FIELDS
from rules.ruleset import Ruleset
from rules.schema_parts import Schema, new_name, one_of

REFERENCE: Final = r"^\$[a-z]"
"""How the name of a list is written where words stand."""


class Names:
    """What the files define by name."""

    def __init__(self, site: Ruleset | None) -> None:
        self._by_kind: dict[str, tuple[str, ...]] = {}
        if site is not None:
            self._by_kind = {
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
        self.fields = FIELDS if site is None else site.fields

    @property
    def are_of_site(self) -> bool:
        """Whether they are those of one site."""
        return bool(self._by_kind)

    def known(self, kind: str) -> Schema:
        """A name that the files define."""
        return new_name() if kind not in self._by_kind else one_of(self._by_kind[kind])

    def offered(self, kind: str) -> Schema:
        """A name that may be new: the known ones are offered."""
        known = self._by_kind.get(kind)
        return {"anyOf": [one_of(known), new_name()]} if known else new_name()

    def or_list(self, value: Schema) -> Schema:
        """A value, or a list's name in its place."""
        names = self._by_kind.get("list")
        reference = {"type": "string", "pattern": REFERENCE} if names is None else {"enum": list(names)}
        return {"anyOf": [value, reference]}
