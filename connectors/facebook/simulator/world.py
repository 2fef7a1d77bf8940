"""What the simulated Facebook knows: pages with their people, posts, comments, and events that wait to be delivered.

Kept in a file where there is a directory, so that a killed demo loses none.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from connectors.simulated import world as simulated
from connectors.simulated.shelf import Shelf
from connectors.simulated.world import Fault
from router.model.sources import Clock

EVENT_TTL_MS: Final = 36 * 3_600_000
"""How long an event waits to be taken."""
WINDOW_MS: Final = 24 * 3_600_000
AGENT_WINDOW_MS: Final = 7 * 24 * 3_600_000
_KEPT_MESSAGES: Final = 200
"""Of one person, in the file."""

Json = dict[str, Any]


def error(
    code: int, message: str = "made up", *, status: int = 400, subcode: int | None = None, **headers: str
) -> Fault:
    """An error as the Graph API words it; headers with _ for -."""
    told: Json = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
    if subcode is not None:
        told["error_subcode"] = subcode
    return Fault(
        status=status,
        body=msgspec.json.encode({"error": told}),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


class Said(msgspec.Struct, kw_only=True):
    """One message of Messenger."""

    mid: str
    sender: str
    text: str
    at_ms: int
    metadata: str = ""
    files: list[str] = []
    """Their names on the file server."""
    called: str = ""
    """What they are called by who sent them."""
    buttons: list[Json] = []
    reaction: str = ""
    """The page's."""


class Someone(msgspec.Struct, kw_only=True):
    """A person as one page knows them."""

    id: str
    first_name: str
    last_name: str = ""
    messages: list[Said] = []
    heard_at_ms: int | None = None
    """When they last wrote, or came by a link: the reply window counts from here."""
    gone: bool = False
    """They have blocked the page."""
    typing_until_ms: int = 0
    """So long the page is shown to be writing to them."""
    seen: str | None = None
    """The newest message of theirs that the page has seen."""


class Comment(msgspec.Struct, kw_only=True):
    """A comment below a post, or below another comment."""

    id: str
    post_id: str
    parent_id: str
    sender: str
    name: str
    message: str
    at_ms: int
    photo: str = ""
    """The name of its picture on the file server."""
    is_hidden: bool = False
    is_edited: bool = False
    is_answered: bool = False
    """It has had its private reply."""
    is_removed: bool = False


class Pending(msgspec.Struct, kw_only=True):
    """An event that was not taken."""

    kind: Literal["messaging", "changes"]
    event: Json
    at_ms: int
    failures: int = 0
    due_ms: int = 0


class Page(msgspec.Struct, kw_only=True):
    """A page, its app, and everything that is theirs."""

    id: str
    name: str
    token: str
    app_secret: str
    verify_token: str
    people: dict[str, Someone] = {}
    posts: dict[str, str] = {}
    """Text by id."""
    comments: dict[str, Comment] = {}
    known_as: dict[str, str] = {}
    """What people who comment are called on Messenger, where that is another number."""
    pending: list[Pending] = []
    fields: list[str] = []
    """What its app is subscribed to."""
    human_agent: bool = True
    """The app may use the tag HUMAN_AGENT."""
    next_id: int = 100_001

    def number(self) -> int:
        """The next number of something on this page."""
        self.next_id += 1
        return self.next_id

    def mid(self) -> str:
        """The id of the next message of Messenger; no other page has it."""
        return f"m_{self.id}{self.number():08d}"


class World(simulated.World):
    """All pages of one simulator, and what is wrong with it for now."""

    def __init__(self, clock: Clock, pages: Sequence[Page], directory: Path | None = None) -> None:
        super().__init__(clock, "facebook", directory)
        self.pages = {page.id: page for page in pages}
        kept = self._load(dict[str, Page]) or {}
        self.pages.update({number: page for number, page in kept.items() if number in self.pages})
        self.calls: list[tuple[str, str, Json]] = []
        """Every call that was understood: method, what, parameters."""
        self.files = Shelf(directory / "files" if directory is not None else None)
        """By name, on the file server."""
        self.usage: Json | None = None
        """What X-App-Usage says, if anything."""

    def only_page(self) -> Page:
        """The page, where there is one."""
        (page,) = self.pages.values()
        return page

    async def push(self, page: Page, kind: Literal["messaging", "changes"], event: Json, field: str) -> None:
        """An event for a page's app, unless it is not subscribed to its kind."""
        if field in page.fields:
            now_ms = self.clock.now_ms()
            page.pending.append(Pending(kind=kind, event=event, at_ms=now_ms, due_ms=now_ms))
        await self.tell()

    def _state(self) -> dict[str, Page]:
        for page in self.pages.values():
            for someone in page.people.values():
                del someone.messages[:-_KEPT_MESSAGES]
        return self.pages
