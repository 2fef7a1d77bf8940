"""YAML with the place of everything in it, and what is wrong there: gathered, so that all of it is said at once."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
import yaml

from router.model.errors import ConfigError

_FOUND_CHARS: Final = 40
_WITHOUT_WORDS: Final = re.compile(r"Expected `(?:int|float|bool)")
"""What was meant holds no text: then what was found is no secret and may be repeated, as it is written."""


class Places:
    """Where each path of a file (such as `$.server.port`) stands."""

    def __init__(self, path: Path, node: yaml.Node | None) -> None:
        self._path = path
        self._lines: dict[str, tuple[int, int]] = {}
        self._words: dict[str, str] = {}
        self.twice: list[tuple[str, str]] = []
        """Keys that stand in one mapping twice: paths, and what to say of the second one."""
        if node is not None:
            self._walk(node, "$")

    def _walk(self, node: yaml.Node, at: str) -> None:
        self._lines.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                child = f"{at}.{key.value}"
                if child in self._lines:
                    again = f"{self._path}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
                    self.twice.append((child, f"{again}: {key.value} stands here twice; first at {self.of(child)}"))
                    continue
                self._lines[child] = (key.start_mark.line + 1, key.start_mark.column + 1)
                self._walk(value, child)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, f"{at}[{index}]")
        elif isinstance(node, yaml.ScalarNode):
            self._words[at] = node.value

    def of(self, at: str) -> str:
        """`file:line:col` of a path or of its nearest parent that stands in the file."""
        line, col = self.line(at)
        return f"{self._path}:{line}:{col}"

    def line(self, at: str) -> tuple[int, int]:
        """The same as numbers, for an order."""
        while at and at not in self._lines:
            at = at[: max(at.rfind("."), at.rfind("["), 0)]
        return self._lines.get(at or "$", (1, 1))

    def written(self, at: str) -> str | None:
        """What stands at a path, references as they are; None where no single value does."""
        return self._words.get(at)


def read_yaml(path: Path, raw: bytes) -> tuple[object, Places]:
    """What a file says, and where. Raises ConfigError for what is not YAML."""
    try:
        places = Places(path, yaml.compose(raw, Loader=yaml.CSafeLoader))
        return yaml.load(raw, Loader=yaml.CSafeLoader), places
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:{_yaml_mistake(error)}") from None
    except ValueError as error:  # PyYAML makes dates of what looks like one
        raise ConfigError(f"{path}: {error}; put quotation marks around what looks like a date") from None
    except RecursionError:
        raise ConfigError(f"{path}: an anchor holds itself, or the file is nested too deep") from None


def _yaml_mistake(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "this is not YAML"
    return f"{mark.line + 1}:{mark.column + 1}: {problem}" if mark is not None else f" {problem}"


class Mistakes:
    """What is wrong with a file, in the order in which it stands there."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._told: dict[str, tuple[int, int]] = {}
        for at, text in places.twice:
            self._told[text] = places.line(at)

    def tell(self, at: str, text: str) -> None:
        """Say what is wrong at a path."""
        self._told[f"{self.places.of(at)}: {text}"] = self.places.line(at)

    def add(self, at: str, error: ConfigError) -> None:
        """Take over an error that names its own place."""
        self._told.update({text: self.places.line(at) for text in error.told})

    def refuse(self) -> None:
        """Raise ConfigError with all of them, when there are some."""
        if self._told:
            raise ConfigError(*sorted(self._told, key=lambda text: self._told[text]))


class Shape:
    """Holds values against types and tells every mistake, not the first alone; msgspec judges what is not nested.

    UNSET stands for a value that could not be read, of which enough was said.
    """

    def __init__(
        self, mistakes: Mistakes, *, root: str = "$", label: str = "",
        hook: Callable[[type, Any], Any] | None = None, renamed: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`root` is left out of names of fields, `label` stands before them; `renamed` says what is written today in
        place of fields that are no more."""
        self._mistakes, self._root, self._label = mistakes, root, label
        self._hook, self._renamed = hook, renamed or {}

    def parts(self, value: object, kind: type[msgspec.Struct], at: str) -> dict[str, Any]:
        """The fields of a mapping that are as they have to be."""
        if not isinstance(value, dict):
            if value is not msgspec.UNSET:
                self._convert(value, kind, at)
            return {}
        fields = msgspec.structs.fields(kind)
        known = [field.encode_name for field in fields if not field.encode_name.startswith("@")]
        unknown = [name for name in value if name not in known] if kind.__struct_config__.forbid_unknown_fields else []
        for name in unknown:
            self._tell(f"{at}.{name}", at, f"Object contains unknown field `{name}`{self._meant(name, known)}")
        good: dict[str, Any] = {}
        for field in fields:
            if field.encode_name in value:
                found = self.fitted(value[field.encode_name], field.type, f"{at}.{field.encode_name}")
                if found is not msgspec.UNSET:
                    good[field.name] = found
            elif field.required and not get_close_matches(field.encode_name, unknown, n=1):  # a slip is one mistake
                self._tell(at, at, f"Object missing required field `{field.encode_name}`")
        return good

    def fitted(self, value: object, kind: Any, at: str) -> Any:  # noqa: ANN401 - any type, any value of it
        """The value as its type, or UNSET once it was said what is wrong with it."""
        if value is msgspec.UNSET:
            return value
        inner = _inner(kind)
        if _is_struct(inner) and value is not None:
            return self._struct(value, inner, at)
        args = get_args(inner)
        if isinstance(value, dict) and get_origin(inner) is dict:
            items = {key: self.fitted(item, args[1], f"{at}.{key}") for key, item in value.items()}
            return msgspec.UNSET if msgspec.UNSET in items.values() else items
        if isinstance(value, list) and get_origin(inner) in {tuple, list} and args and _is_struct(_inner(args[0])):
            made = [self.fitted(item, args[0], f"{at}[{index}]") for index, item in enumerate(value)]
            return tuple(one for one in made if one is not msgspec.UNSET)
        return self._convert(value, kind, at)

    def _struct(self, value: object, kind: type[msgspec.Struct], at: str) -> Any:  # noqa: ANN401 - a struct, or UNSET
        good = self.parts(value, kind, at)
        if any(field.required and field.name not in good for field in msgspec.structs.fields(kind)):
            return msgspec.UNSET
        if isinstance(value, dict) and len(good) < len(value) and self._hook is not None:
            return msgspec.UNSET  # what a connector says of fields that belong together needs all of them
        try:
            return kind(**good)
        except ValueError as error:
            self._tell(f"{self._root}.{str(error).partition(':')[0]}", self._root, str(error))
            return msgspec.UNSET

    def _convert(self, value: object, kind: Any, at: str) -> Any:  # noqa: ANN401 - as for `fitted`
        if _holds_unset(value):
            return msgspec.UNSET
        try:
            return msgspec.convert(value, kind, strict=False, dec_hook=self._hook)
        except (msgspec.ValidationError, ValueError) as error:
            text, _, inside = str(error).rpartition(" - at `$")
            at, text = (at + inside.rstrip("`"), text) if text else (at, str(error))
            found = self._mistakes.places.written(at)
            if get_origin(_inner(kind)) is Literal:
                text += f"; one of {', '.join(map(str, get_args(_inner(kind))))} was meant"
            elif found is not None and _WITHOUT_WORDS.match(text):
                text += f" (found {found[:_FOUND_CHARS]!r})"
            self._tell(at, at, text)
            return msgspec.UNSET

    def _tell(self, place: str, at: str, text: str) -> None:
        named = [self._label, at.removeprefix(self._root).lstrip(".")]
        self._mistakes.tell(place, ": ".join([part for part in named if part] + [text]))

    def _meant(self, name: str, known: list[str]) -> str:
        if name in self._renamed:
            return f"; it is written {self._renamed[name]} now"
        near = get_close_matches(name, known, n=1)
        return f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"


def _inner(kind: Any) -> Any:  # noqa: ANN401 - types have no common one
    """A type without what is said about it, and without None."""
    if get_origin(kind) is Annotated:
        return _inner(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        others = [one for one in get_args(kind) if one is not type(None)]
        return _inner(others[0]) if len(others) == 1 else kind
    return kind


def _is_struct(kind: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_config__.tag is None


def _holds_unset(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_unset, value.values() if isinstance(value, dict) else value))
    return value is msgspec.UNSET
