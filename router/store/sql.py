"""SQL text for two databases: named parameters and six tokens, compiled once per statement and dialect.

`:name` is a parameter; `{in xs}` is `IN (...)` over a list; `{each xs a b:bigint}` is a table of a list of tuples with
these columns (text unless said); `{pg ...}` and `{sqlite ...}` hold text for one dialect only. Ids that others give us
may be longer than an index entry of PostgreSQL (2,704 bytes): there `{digest a}` indexes them, `{same a b}` compares.
"""

import re
from functools import cache
from typing import NamedTuple

from router.store.codec import Table, to_json

_TOKEN = re.compile(r"\{(in|each|same|digest|pg|sqlite) ([^{}]*)\}")
_PARAM = re.compile(r"(?<![:\w]):([a-z]\w*)")
_LISTED = re.compile(r"\{(?:in|each) (\w+)")


class Compiled(NamedTuple):
    """Text for a driver, its parameters in order, and which of them travel as JSON."""

    text: str
    names: tuple[str, ...]
    as_json: frozenset[str]


@cache
def compile_sqlite(sql: str) -> Compiled:
    """For sqlite3, which binds names itself; lists travel as JSON."""
    text = _TOKEN.sub(_sqlite_token, sql)
    lists = frozenset(_LISTED.findall(sql))
    return Compiled(text, tuple(dict.fromkeys(_PARAM.findall(text))), lists)


@cache
def compile_postgres(sql: str) -> Compiled:
    """For asyncpg: `$n` in order of first use; lists of scalars are arrays, lists of tuples JSON."""
    text = _TOKEN.sub(_postgres_token, sql)
    names = tuple(dict.fromkeys(_PARAM.findall(text)))
    numbered = {name: f"${at}" for at, name in enumerate(names, 1)}
    text = _PARAM.sub(lambda match: numbered[match[1]], text)
    return Compiled(text, names, frozenset(re.findall(r"\{each (\w+)", sql)))


def bind(compiled: Compiled, params: dict[str, object]) -> list[object]:
    """The parameters in order, lists encoded where the statement wants them so."""
    return [to_json(params[name]) if name in compiled.as_json else params[name] for name in compiled.names]


def _sqlite_token(match: re.Match[str]) -> str:
    kind, body = match[1], match[2]
    if kind == "in":
        return f"IN (SELECT value FROM json_each(:{body}))"  # noqa: S608 - text of our own statements
    if kind == "each":
        name, *columns = body.split()
        picked = ", ".join(
            f"json_extract(value, '$[{at}]') AS {column.partition(':')[0]}" for at, column in enumerate(columns)
        )
        return f"(SELECT {picked} FROM json_each(:{name}))"  # noqa: S608 - text of our own statements
    if kind == "same":
        return body.replace(" ", " = ")
    return body if kind in {"digest", "sqlite"} else ""


def _postgres_token(match: re.Match[str]) -> str:
    kind, body = match[1], match[2]
    if kind == "in":
        return f"= ANY(:{body})"
    if kind == "each":
        name, *columns = body.split()
        picked = []
        for at, column in enumerate(columns):
            label, _, type_ = column.partition(":")
            picked.append(f"CAST(value->>{at} AS {type_ or 'text'}) AS {label}")
        return f"(SELECT {', '.join(picked)} FROM jsonb_array_elements(CAST(:{name} AS jsonb)))"  # noqa: S608
    if kind == "same":
        left, right = body.split()
        return f"md5({left}) = md5({right}) AND {left} = {right}"
    if kind == "digest":
        return f"md5({body})"
    return body if kind == "pg" else ""


@cache
def insert_sqlite(table: Table, conflict: str, count: int) -> str:  # type: ignore[type-arg]  # any table
    """`count` rows of `?`."""
    marks = ", ".join([f"({', '.join('?' * len(table.names))})"] * count)
    ending = " ON CONFLICT DO NOTHING" if conflict == "ignore" else ""
    return f"INSERT INTO {table.name} ({', '.join(table.quoted)}) VALUES {marks}{ending}"  # noqa: S608


@cache
def update_sqlite(table: Table) -> str:  # type: ignore[type-arg]  # any table
    """One row of numbered parameters: all columns, then the expected version.

    The key is not set: where it is, SQLite looks for children of the old one, which is a scan for each of their tables
    that has no index on it.
    """
    listed = zip(table.names, table.quoted, strict=True)
    sets = ", ".join(f"{quoted} = ?{at}" for at, (name, quoted) in enumerate(listed, 1) if name != table.key)
    last = len(table.names) + 1
    version = f"version = ?{last}" if table.versioned else f"?{last} IS NOT NULL"
    key = table.names.index(table.key) + 1
    return f"UPDATE {table.name} SET {sets} WHERE {table.key} = ?{key} AND {version}"  # noqa: S608


def _arrays(table: Table) -> str:  # type: ignore[type-arg]  # any table
    return ", ".join(f"${at}::{column.type}[]" for at, column in enumerate(table.columns, 1))


@cache
def insert_postgres(table: Table, conflict: str) -> str:  # type: ignore[type-arg]  # any table
    """One array per column."""
    ending = " ON CONFLICT DO NOTHING" if conflict == "ignore" else ""
    listed = ", ".join(table.quoted)
    return f"INSERT INTO {table.name} ({listed}) SELECT * FROM unnest({_arrays(table)}){ending}"  # noqa: S608


@cache
def lock_postgres(table: Table) -> str:  # type: ignore[type-arg]  # any table
    """Locks rows in id order, so that two writers of the same rows wait instead of dying of a deadlock."""
    return f"SELECT 1 FROM {table.name} WHERE {table.key} = ANY($1) ORDER BY {table.key} FOR NO KEY UPDATE"  # noqa: S608


@cache
def update_postgres(table: Table) -> str:  # type: ignore[type-arg]  # any table
    """One array per column, then the expected versions."""
    sets = ", ".join(f"{name} = v.{name}" for name in table.quoted)
    last = len(table.names) + 1
    version = "t.version = v.expected" if table.versioned else "v.expected IS NOT NULL"
    values = f"unnest({_arrays(table)}, ${last}::bigint[]) AS v ({', '.join(table.quoted)}, expected)"
    return f"UPDATE {table.name} AS t SET {sets} FROM {values} WHERE t.{table.key} = v.{table.key} AND {version}"  # noqa: S608
