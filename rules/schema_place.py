"""Walks the schema of the rules language beside a file: what is meant where a value stands."""

from collections.abc import Iterable

from rules.schema_parts import Schema


class Place:
    """Where in the language a value stands, for whoever walks a file beside the schema."""

    def __init__(self, whole: Schema, here: Iterable[Schema] | None = None) -> None:
        self._whole = whole
        self._here = tuple(self._resolved([whole] if here is None else here))

    def _resolved(self, parts: Iterable[Schema]) -> Iterable[Schema]:
        for part in parts:
            if "$ref" in part:
                yield from self._resolved([self._whole["definitions"][part["$ref"].rpartition("/")[2]]])
                continue
            yield part
            yield from self._resolved([*part.get("anyOf", ()), *part.get("allOf", ())])

    def key(self, name: str) -> "Place":
        """The value of a key."""
        found = [part["properties"][name] for part in self._here if name in part.get("properties", {})]
        rest = [part["additionalProperties"] for part in self._here if part.get("additionalProperties")]
        return Place(self._whole, found or rest)

    def item(self) -> "Place":
        """An item of a list."""
        return Place(self._whole, [part["items"] for part in self._here if "items" in part])

    def takes(self, kind: str) -> bool:
        """Whether a `boolean`, `integer` or `number` is meant here, and not a word that may look like one."""
        return any(part.get("type") == kind for part in self._here)

    def keys(self) -> tuple[str, ...]:
        """The keys of the language here, in its order."""
        return tuple(key for part in self._here for key in part.get("properties", ()))
