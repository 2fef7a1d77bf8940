"""What the simulated X knows: accounts, people, posts, direct messages, files, and how much each account has asked for.

Kept in a file where there is a directory, so that a killed demo loses none.
"""

import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.simulated import world as simulated
from connectors.simulated.shelf import Shelf
from connectors.simulated.world import Fault
from connectors.x.snowflake import first_id
from router.model.sources import Clock

Json = dict[str, Any]
WINDOW_MS: Final = 900_000
_LIMITS: Final = {
    "me": 75, "mentions": 300, "own posts": 900, "messages": 300, "shown": 900, "post": 100, "write": 100, "hide": 50,
    "delete": 50, "initialize": 1_000, "append": 1_000, "finalize": 1_000, "status": 1_000,
}  # fmt: skip
"""Calls of one account in a window, about what a paid plan has."""
_URL: Final = re.compile(r"https?://[^\s]+")
_NAMED: Final = re.compile(r"(?<!\w)@(\w{1,15})")
_KEPT: Final = 500
"""Posts."""
_KEPT_MESSAGES: Final = 10_000
"""In the file."""


def busy(reset_s: int | None = None) -> Fault:
    """429: with the time (Unix seconds) at which the next window begins, or as a page of some proxy."""
    if reset_s is None:
        return Fault(status=429, body=b"<html>Too Many Requests</html>", content_type="text/html")
    body = b'{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}'
    headers = {"x-rate-limit-limit": "1", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset_s)}
    return Fault(status=429, body=body, headers=headers)


class Hook(msgspec.Struct, kw_only=True):
    """Where an account's activities are posted."""

    url: str
    valid: bool = False


class Account(msgspec.Struct, kw_only=True):
    """An account whose keys a program has."""

    id: str
    username: str
    token: str
    secret: str
    hook: Hook | None = None


class State(msgspec.Struct, kw_only=True):
    """What is kept."""

    users: dict[str, Json] = {}
    posts: dict[str, Json] = {}
    messages: list[Json] = []
    """By id, ascending."""
    hidden: list[str] = []
    closed: list[str] = []
    """People who take no direct messages of strangers."""


class World(simulated.World):
    """All of one simulator."""

    def __init__(self, clock: Clock, accounts: Iterable[Account], directory: Path | None = None) -> None:
        super().__init__(clock, "x", directory)
        self.accounts = {account.token: account for account in accounts}
        self.state = self._load(State) or State()
        self.limits = dict(_LIMITS)
        self.calls: list[tuple[str, Json]] = []
        """Every call that was understood, by endpoint."""
        self.files = Shelf(directory / "files" if directory is not None else None)
        """By path at the file server."""
        self.missing: set[str] = set()
        """Paths that have expired."""
        self.unlisted: set[str] = set()
        """Ids that lists do not show yet."""
        self._sequence = itertools.count()
        self._last_id = 0
        self._used: dict[tuple[str, str], tuple[int, int]] = {}
        """By account and endpoint: when the window began, and the calls in it."""
        for account in self.accounts.values():
            self.user(account.id, account.username, account.username)

    def only_account(self) -> Account:
        """The account, where there is one."""
        (account,) = self.accounts.values()
        return account

    def user(self, user_id: str, name: str, username: str) -> Json:
        """Somebody on X."""
        return self.state.users.setdefault(user_id, {"id": user_id, "name": name, "username": username})

    def new_id(self) -> str:
        """Larger than all before."""
        self._last_id = max(self._last_id + 1, int(first_id(self.clock.now_ms())) + next(self._sequence) % 4_096)
        return str(self._last_id)

    def now(self) -> str:
        """As X tells the time."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    # --- what is there ---------------------------------------------------------------------------------------------

    async def put_post(self, author_id: str, text: str, /, **more: Any) -> Json:  # noqa: ANN401 -- JSON
        """A post, whoever wrote it; `more` overrides what X makes of it."""
        number = self.new_id()
        shown, entities = self.shown(text)
        post: Json = {
            "id": number, "text": shown, "author_id": author_id, "created_at": self.now(), "conversation_id": number,
            "edit_history_tweet_ids": [number], "lang": "und", "entities": entities, **more,
        }  # fmt: skip
        self.state.posts[number] = post
        for old in list(self.state.posts)[:-_KEPT]:
            del self.state.posts[old]
        await self.tell()
        return post

    async def put_message(self, sender_id: str, conversation: str, text: str, /, **more: Any) -> Json:  # noqa: ANN401
        """A direct message."""
        shown, entities = self.shown(text)
        message: Json = {
            "id": self.new_id(), "event_type": "MessageCreate", "text": shown, "sender_id": sender_id,
            "dm_conversation_id": conversation, "created_at": self.now(), "entities": entities, **more,
        }  # fmt: skip
        self.state.messages.append(message)
        await self.tell()
        return message

    @staticmethod
    def address_of(media: Json) -> str:
        """The short address that X puts behind the words of what has a file."""
        return f"https://t.co/{hashlib.sha256(media['media_key'].encode()).hexdigest()[:10]}"

    def shown(self, text: str) -> tuple[str, Json]:
        """A text as X gives it back, escaped and with short addresses, and what it found in it."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        urls: list[Json] = []

        def short(match: re.Match[str]) -> str:
            made = f"https://t.co/{hashlib.sha256(match[0].encode()).hexdigest()[:10]}"
            urls.append({"url": made, "expanded_url": match[0].replace("&amp;", "&"), "display_url": match[0][:30]})
            return made

        text = _URL.sub(short, text)
        by_name = {user["username"].casefold(): user["id"] for user in self.state.users.values()}
        named = [name for name in _NAMED.findall(text) if name.casefold() in by_name]
        mentions = [{"username": name, "id": by_name[name.casefold()]} for name in named]
        return text, {"urls": urls, "mentions": mentions}

    def includes(self, items: Sequence[Json]) -> Json:
        """What items name, if it is still there."""
        posts = [
            self.state.posts[other["id"]]
            for item in items
            for other in item.get("referenced_tweets", ())
            if other["id"] in self.state.posts
        ]
        people = {item.get("author_id") or item.get("sender_id") for item in (*items, *posts)}
        files = [media for item in items for media in item.get("_media", ())]
        users = [self.state.users[one] for one in sorted(filter(None, people))]
        found = {
            "users": users,
            "tweets": [{k: v for k, v in post.items() if not k.startswith("_")} for post in posts],
            "media": files,
        }
        return {key: value for key, value in found.items() if value}

    def conversation(self, one: str, two: str) -> str:
        """The id of two people's direct messages."""
        return "-".join(sorted((one, two), key=int))

    # --- limits ----------------------------------------------------------------------------------------------------

    def spend(self, account: Account, endpoint: str) -> tuple[bool, dict[str, str]]:
        """Whether a call is within the limit, and what the headers say of it."""
        now_ms, limit = self.clock.now_ms(), self.limits[endpoint]
        began_ms, used = self._used.get((account.id, endpoint), (now_ms, 0))
        if now_ms - began_ms >= WINDOW_MS:
            began_ms, used = now_ms, 0
        self._used[account.id, endpoint] = (began_ms, used + 1)
        return used < limit, {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used - 1)),
            "x-rate-limit-reset": str((began_ms + WINDOW_MS) // 1_000 + 1),
        }

    def _state(self) -> State:
        del self.state.messages[:-_KEPT_MESSAGES]
        return self.state
