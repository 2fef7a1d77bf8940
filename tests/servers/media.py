"""Files in a folder of the test, for houses that are put together by hand."""

from pathlib import Path

from router.blobs.folder import FolderBlobs
from router.flow.media import Media
from router.keys import Keyring
from router.model.sources import Clock, Ids
from router.store.script import Store


def media_in(folder: Path, *, store: Store, keys: Keyring, clock: Clock, ids: Ids) -> Media:
    """Files of this store, in `media` below the folder; not synced, for no power is cut there."""
    blobs = FolderBlobs(folder / "media", sync=False)
    return Media(store=store, blobs=blobs, keys=keys, clock=clock, ids=ids)
