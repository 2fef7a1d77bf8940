"""Row structs to columns and back: column names are field names, made once per type and column by column.

Text, whole numbers, floats and bytes are stored as they are, bools as 0/1, everything else as JSON text. Encoding walks
columns, not rows, so that plain ones never run Python code per value.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import inspect

from router.model.tables import Row

R = TypeVar("R", bound=Row)
ColumnType = Literal["text", "bigint", "double precision", "bytea"]

_encode_json = msgspec.json.Encoder().encode


def to_json(value: object) -> str:
    """JSON text of any struct or builtin."""
    return _encode_json(value).decode()


def _json_cell(value: object) -> str | None:
    if value == ():
        return "[]"
    return None if value is None else _encode_json(value).decode()


def _raw_cell(value: msgspec.Raw) -> str:
    return bytes(value).decode()


def _optional(decode: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda value: None if value is None else decode(value)


class Column(msgspec.Struct, frozen=True):
    """How one field is stored."""

    name: str
    type: ColumnType
    encode: Callable[[Any], object] | None = None
    decode: Callable[[Any], object] | None = None


def _column(field: msgspec.structs.FieldInfo) -> Column:
    found = inspect.type_info(field.type)
    if isinstance(found, inspect.UnionType):
        inner = [member for member in found.types if not isinstance(member, inspect.NoneType)]
        found = inner[0] if len(inner) == 1 else found
    match found:
        case inspect.StrType() | inspect.LiteralType():
            return Column(field.name, "text")
        case inspect.IntType():
            return Column(field.name, "bigint")
        case inspect.FloatType():
            return Column(field.name, "double precision")
        case inspect.BytesType():
            return Column(field.name, "bytea")
        case inspect.BoolType():
            return Column(field.name, "bigint", int, bool)
        case inspect.RawType():
            return Column(field.name, "text", _raw_cell, msgspec.Raw)
        case _:
            return Column(field.name, "text", _json_cell, _optional(msgspec.json.Decoder(field.type).decode))


class Table(Generic[R]):
    """One row type and its table."""

    def __init__(self, kind: type[R]) -> None:
        self._kind = kind
        self.name = kind.TABLE
        self.key = kind.KEY
        self.columns = tuple(_column(field) for field in msgspec.structs.fields(kind))
        self.names = tuple(column.name for column in self.columns)
        self.versioned = "version" in self.names
        self.quoted = tuple(f'"{name}"' for name in self.names)
        self.listed = ", ".join(f"t.{name}" for name in self.quoted)
        self.select = f"SELECT {self.listed} FROM {self.name} AS t "  # noqa: S608 - names of our own structs
        self._writers = tuple((attrgetter(column.name), column.encode) for column in self.columns)
        self._readers = tuple((at, column.decode) for at, column in enumerate(self.columns) if column.decode)

    def encode_columns(self, rows: Sequence[Row]) -> list[Iterable[object]]:
        """The rows' values, one iterable per column."""
        return [map(encode, map(get, rows)) if encode else map(get, rows) for get, encode in self._writers]

    def encode(self, rows: Sequence[Row]) -> Iterator[tuple[object, ...]]:
        """The rows' values, one tuple per row."""
        return zip(*self.encode_columns(rows), strict=True)

    def decode(self, records: Sequence[Sequence[Any]], *, offset: int = 0) -> list[R]:
        """Structs of records whose columns, from `offset` on, are `names` in order."""
        width = len(self.names)
        return [self._struct(list(record[offset : offset + width])) for record in records]

    def _struct(self, values: list[Any]) -> R:
        for at, decode in self._readers:
            values[at] = decode(values[at])
        return self._kind(**dict(zip(self.names, values, strict=True)))


@cache
def table(kind: type[R]) -> Table[R]:
    """The one Table of a row type."""
    return Table(kind)
