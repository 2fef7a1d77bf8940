"""Row structs to columns and back: column names are field names, made once per type and column by column.

Text, whole numbers, floats and bytes are stored as they are, bools as 0/1, everything else as JSON text. Rows are laid
out in one flat list, in which a column is a stride: plain ones never run Python code per value.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
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


_NOTHING: tuple[()] = ()


def _json_column(values: list[Any]) -> list[object]:
    return ["[]" if v is _NOTHING else None if v is None else _encode_json(v).decode() for v in values]


def _raw_column(values: list[Any]) -> list[object]:
    return [bytes(value).decode() for value in values]


def _bool_column(values: list[Any]) -> list[object]:
    return list(map(int, values))


def _optional(decode: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda value: None if value is None else decode(value)


class Column(msgspec.Struct, frozen=True):
    """How one field is stored."""

    name: str
    type: ColumnType
    encode: Callable[[list[Any]], list[object]] | None = None
    """All of its values at once."""
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
            return Column(field.name, "bigint", _bool_column, bool)
        case inspect.RawType():
            return Column(field.name, "text", _raw_column, msgspec.Raw)
        case _:
            return Column(field.name, "text", _json_column, _optional(msgspec.json.Decoder(field.type).decode))


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
        self._writers = tuple((at, column.encode) for at, column in enumerate(self.columns) if column.encode)
        self._readers = tuple((at, column.decode) for at, column in enumerate(self.columns) if column.decode)

    def encode(self, rows: Sequence[Row]) -> list[object]:
        """The rows' values, row after row; `[n::len(names)]` is the n-th column."""
        values: list[object] = list(chain.from_iterable(map(msgspec.structs.astuple, rows)))
        width = len(self.names)
        for at, encode in self._writers:
            values[at::width] = encode(values[at::width])
        return values

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
