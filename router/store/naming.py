"""Counters, and numbers of contacts.

Who has no key is called C-n, and keys are other people's to choose: no two are called the same.
"""

import re
from collections.abc import Collection
from typing import Final

from router.model.ids import ContactId
from router.store.script import Script, select

_NAME: Final = re.compile(r"[Cc]-([1-9][0-9]{0,14})")


def take(counter: str, count: int) -> Script[int]:
    """The first of `count` fresh values; the counter stays locked until the commit."""
    rows = yield from select(
        "UPDATE counters SET value = value + :count WHERE name = :counter RETURNING value", counter=counter, count=count
    )
    return int(rows[0][0]) - count + 1


def fresh(count: int) -> Script[list[int]]:
    """So many numbers of contacts, without those whose C-n is somebody's key."""
    numbers: list[int] = []
    many = count
    while len(numbers) < count:
        first = yield from take("contact", many)
        names = [(f"C-{number}",) for number in range(first, first + many)]
        keyed = yield from select(
            "SELECT t.key FROM contacts AS t JOIN {each names name} AS n ON {same t.key n.name}", names=names
        )
        keys = {row[0] for row in keyed}
        numbers += [number for number in range(first, first + many) if f"C-{number}" not in keys]
        many *= 2  # keys of another house may go on for long
    return numbers[:count]


def called(keys: Collection[str]) -> Script[dict[str, ContactId]]:
    """Of these keys those by which somebody without a key is called, and who that is, or turned out to be."""
    wanted = {key: int(found[1]) for key in keys if (found := _NAME.fullmatch(key))}
    if not wanted:
        return {}
    rows = yield from select(
        "SELECT t.number, COALESCE(t.merged_into, t.id) FROM contacts AS t "
        "JOIN {each numbers number:bigint} AS n ON t.number = n.number WHERE t.key IS NULL",
        numbers=[(number,) for number in wanted.values()],
    )
    known = {row[0]: ContactId(row[1]) for row in rows}
    return {key: known[number] for key, number in wanted.items() if number in known}
