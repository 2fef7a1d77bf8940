"""What goes with the event of one raw payload (`RawEvent.meta`), and the mark on what we send."""

from typing import Final

PAGE: Final = "page"
"""Our page's id."""
NAME: Final = "name"
"""What somebody who wrote to Messenger is called, where that could be looked up."""
LINK: Final = "link"
"""What became of a link of ours that the customer came with: opened, or refused."""
READ: Final = "read"
"""Ids of our messages that a time of reading covers, one after the other, with blanks between them."""
CHANGE: Final = "change"
"""What tells one change of a comment from another in the same second: a keyed digest of what Meta told."""
MARK: Final = "switchboard:"
"""Begins the metadata of what we send, which comes back in its echo."""


def mark_of(key: str, part: int) -> str:
    """The metadata of one part of a reply."""
    return f"{MARK}{key}:{part}"


SAYS: Final = "say:"
"""Begins the payload of our own buttons that say something when they are pressed."""
