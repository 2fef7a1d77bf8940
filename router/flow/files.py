"""Files rest sealed under the hash of their content; this opens them again."""

from router.keys import Keyring, Sealed
from router.model.message import StoredAttachment
from router.store import blobs
from router.store.script import Store


async def open_file(store: Store, keys: Keyring, file: StoredAttachment) -> bytes | None:
    """The content of a stored file; None when it is kept elsewhere, was too big, or has expired."""
    row = await store.read(blobs.get(file.blob)) if file.blob is not None else None
    return None if row is None else keys.open(Sealed(row.key_id, row.data), f"blob:{row.hash}")
