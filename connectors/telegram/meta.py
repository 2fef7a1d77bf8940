"""What goes with the updates of one raw payload."""

from typing import Final

BOT_ID: Final = "bot_id"
"""`RawEvent.meta`: the id of our own bot."""
BOT_NAME: Final = "bot_name"
"""Its user name, by which groups address it."""
LINK: Final = "link"
"""What became of a link of ours that the customer came with: opened, or refused."""

GROWN: Final = "grown"
"""Set when all updates but the last are here already: it adds to the message that they are."""
SAYS: Final = "say:"
"""Begins the data of our own buttons that say something when they are pressed."""
PRESSED: Final = ":pressed:"
"""In the id of what a button said: behind the message that it stands below."""
