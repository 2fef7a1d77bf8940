"""What is there under ids that messages of one channel account come with."""

from collections.abc import Collection
from typing import NamedTuple

from router.model.tables import Message
from router.store.journal import dedupe_key
from router.store.rows import JournalRow
from router.store.script import Script, fetch


class Holders(NamedTuple):
    """Who came first, by id: the event that was taken in, the message that came of it or that we wrote."""

    rows: dict[str, JournalRow]
    messages: dict[str, Message]


def holders(channel: str, account: str, ids: Collection[str]) -> Script[Holders]:
    """Of each of `ids` that is taken."""
    keys = {dedupe_key(one): one for one in ids}
    rows = yield from fetch(
        JournalRow,
        "WHERE t.dedupe_key {in keys} AND t.channel = :channel AND t.account = :account",
        keys=sorted(keys),
        channel=channel,
        account=account,
    )
    messages = yield from fetch(
        Message,
        "JOIN {each keys channel account external_id} AS k "
        "ON {same t.external_id k.external_id} AND t.channel = k.channel AND t.account = k.account",
        keys=sorted((channel, account, one) for one in ids),
    )
    return Holders(
        {keys[row.dedupe_key]: row for row in rows},
        {one.external_id: one for one in messages if one.external_id is not None},
    )
