"""Files of messages, sealed, kept once under the hash of their content. Written by router.store.journal.append."""

from collections.abc import Sequence

from router.model.ids import BlobHash
from router.store.rows import BlobRow
from router.store.script import Script, fetch, fetch_one, insert


def get(blob_hash: BlobHash) -> Script[BlobRow | None]:
    """The sealed file; None when it was erased."""
    return fetch_one(BlobRow, "WHERE t.hash = :hash", hash=blob_hash)


def sample() -> Script[list[BlobRow]]:
    """Any one file, if there is one."""
    return fetch(BlobRow, "LIMIT 1")


def put(rows: Sequence[BlobRow]) -> Script[int]:
    """Keep files that are not kept yet; how many were new."""
    return insert(rows, conflict="ignore")
