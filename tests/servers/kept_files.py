"""Files of customers as the house keeps them."""

from router.app import App
from router.model.tables import Message
from router.store.script import fetch


async def kept_files(app: App) -> list[tuple[Message, bytes]]:
    """Every message of a customer that came with a file, and the file's content."""
    messages = await app.store.read(fetch(Message, "WHERE t.kind = 'inbound' AND t.attachments <> '[]'"))
    found = []
    for message in messages:
        (file,) = message.attachments
        found.append((message, await app.media.read(file) or b""))
    return found
