"""A channel's entry for `switchboard.yaml`, from its connector's own settings: what is needed, what may be said.

Nothing is known here of any connector: names, defaults and comments are those of its settings type.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from itertools import pairwise

import msgspec

from router.model.secret import Secret

_INDENT = "  "
_ONE_LINE = "channels is written in one line; write it as a list with one item a line"


class Stanza(msgspec.Struct, frozen=True, kw_only=True):
    """What `compose` made."""

    lines: tuple[str, ...]
    """An item of the list `channels`, not indented."""
    missing: tuple[str, ...]
    """Settings that have to be given, by path (`imap.host`)."""
    unknown: tuple[str, ...]
    """Given ones that it does not have."""
    known: tuple[str, ...]
    """All that it has."""
    secrets: Mapping[str, str]
    """What its secrets are written as, by path (`imap.password`: `env:EMAIL_IMAP_PASSWORD`)."""


def compose(kind: str, name: str, account: str, settings: type[msgspec.Struct], given: Mapping[str, str]) -> Stanza:
    """The entry of a channel. `given` values stand as they are, secrets that were not given as references to the
    environment, what may be left out as a comment with its default."""
    walk = _Walk(kind, account, given)
    inner = walk.fields(settings, "")
    head = [f"- kind: {kind}" + (f"          # {name}" if name.lower() != kind else "")]
    if account != "default":
        head.append(f"  account: {_scalar(account)}")
    lines = [*head, "  settings:" if any(not line.lstrip().startswith("#") for line in inner) else "  # settings:"]
    lines += [f"    {line}" for line in inner]
    return Stanza(
        lines=tuple(lines),
        missing=tuple(walk.missing),
        unknown=tuple(sorted(set(given) - walk.known)),
        known=tuple(sorted(walk.known)),
        secrets=walk.secrets,
    )


class _Walk:
    """Goes through a settings type once."""

    def __init__(self, kind: str, account: str, given: Mapping[str, str]) -> None:
        self._prefix = kind if account == "default" else f"{kind}_{account}"
        self._given = given
        self.known: set[str] = set()
        self.missing: list[str] = []
        self.secrets: dict[str, str] = {}

    def fields(self, settings: type[msgspec.Struct], at: str) -> list[str]:
        """Its fields: the needed ones first, as they are declared."""
        told = _docstrings(settings)
        lines: list[str] = []
        optional: list[str] = []
        for field in msgspec.structs.fields(settings):
            path = f"{at}{field.encode_name}"
            self.known.add(path)
            inner = _struct_in(field.type)
            if inner is not None:
                wanted = field.required or any(name.startswith(f"{path}.") for name in self._given)
                nested = self.fields(inner, f"{path}.") if wanted else []
                if wanted:
                    lines += _comment(told.get(field.name))
                    lines += [f"{field.encode_name}:", *(f"{_INDENT}{line}" for line in nested)]
                else:
                    self._note(inner, f"{path}.")
                continue
            if path in self._given:
                if _is_secret(field.type):
                    self.secrets[path] = self._given[path]
                lines += [*_comment(told.get(field.name)), f"{field.encode_name}: {_value(self._given[path])}"]
            elif _is_secret(field.type) and (field.required or self._is_meant(_unless(field.type))):
                variable = re.sub(r"\W", "_", f"{self._prefix}_{path}").upper()
                self.secrets[path] = f"env:{variable}"
                lines += [*_comment(told.get(field.name)), f"{field.encode_name}: env:{variable}"]
            elif field.required:
                self.missing.append(path)
            else:
                optional += _comment(told.get(field.name))
                optional.append(f"# {field.encode_name}: {_default(field.default)}")
        return [*lines, *optional]

    def _is_meant(self, unless: str | None) -> bool:
        """Whether an optional secret is the usual way in, and nothing is given for the other way."""
        return unless is not None and not any(name.startswith(f"{unless}.") for name in self._given)

    def _note(self, settings: type[msgspec.Struct], at: str) -> None:
        """Know the names inside what is left out."""
        for field in msgspec.structs.fields(settings):
            self.known.add(f"{at}{field.encode_name}")
            inner = _struct_in(field.type)
            if inner is not None:
                self._note(inner, f"{at}{field.encode_name}.")


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    for one in (kind, *getattr(kind, "__args__", ())):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one
    return None


def _is_secret(kind: object) -> bool:
    return kind is Secret or any(map(_is_secret, getattr(kind, "__args__", ())))


def _unless(kind: object) -> str | None:
    """Of an optional secret: the settings that take its place (`Meta(extra={"unless": ...})`)."""
    extras = (meta.extra or {} for meta in getattr(kind, "__metadata__", ()) if isinstance(meta, msgspec.Meta))
    return next((extra["unless"] for extra in extras if "unless" in extra), None)


def _value(text: str) -> str:
    """As it was given: `[a, b]`, `true`, numbers and JSON mean what YAML says; what would be no YAML is quoted."""
    return text if stands_as_it_is(text) else _scalar(text)


def stands_as_it_is(text: str) -> bool:
    """Whether a value is YAML already: `[a, b]`, `true`, a number, JSON."""
    return re.fullmatch(r"\[[^\[\]#:]*\]|true|false|-?\d+(\.\d+)?", text) is not None or _is_json(text)


def _is_json(text: str) -> bool:
    """A list or an object on one line: every JSON is YAML."""
    try:
        return text[:1] in {"[", "{"} and "\n" not in text and msgspec.json.decode(text) is not None
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False


def _scalar(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z/][\w./@+-]*(:[\w./@+-]+)*", text) and text.lower() not in {
        "true", "false", "yes", "no", "on", "off", "null",
    }  # fmt: skip
    return text if plain else msgspec.json.encode(text).decode()


def _default(value: object) -> str:
    if value is msgspec.NODEFAULT:
        return ""
    found = list(value) if isinstance(value, tuple | frozenset) else value
    return _scalar(found) if isinstance(found, str) and found else msgspec.json.encode(found).decode()


def _comment(text: str | None) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 100)] if text else []


def _docstrings(settings: type[msgspec.Struct]) -> dict[str, str]:
    """What is said under each field of a settings type, where its source is at hand."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(settings)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
    told: dict[str, str] = {}
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            told[field.target.id] = " ".join(after.value.value.split())
    return told


def inserted(text: str, lines: tuple[str, ...]) -> str:
    """`text` of a configuration with one more item under `channels`; everything else of it as it was.

    Raises ValueError where the list is written in one line, as JSON has it.
    """
    rows = text.splitlines()
    start = next((number for number, row in enumerate(rows) if re.match(r"channels\s*:", row)), None)
    if start is None:
        if text.lstrip().startswith("{"):
            raise ValueError(_ONE_LINE)
        gap = [""] if rows and rows[-1].strip() else []
        return "\n".join([*rows, *gap, "channels:", *(f"{_INDENT}{line}" for line in lines), ""])
    rest = re.sub(r"\s#.*", "", rows[start].partition(":")[2]).strip()
    if rest not in {"", "[]"}:
        raise ValueError(_ONE_LINE)
    rows[start] = rows[start].replace("[]", "", 1).rstrip()
    last, indent = start, None
    for number in range(start + 1, len(rows)):
        if re.match(r"[^\s#-]", rows[number]):
            break  # the next key of the file
        item = re.match(r"(\s*)- ", rows[number])
        if item is not None and indent is None:
            indent = item[1]
        if rows[number].strip() and not rows[number].startswith("#"):
            last = number
    gap = [""] if last > start else []
    added = [f"{_INDENT if indent is None else indent}{line}" for line in lines]
    return "\n".join([*rows[: last + 1], *gap, *added, *rows[last + 1 :], ""])
