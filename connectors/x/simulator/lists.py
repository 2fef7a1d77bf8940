"""The lists of API v2: newest first, in pages, with the fields that were asked for and what the items name."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from connectors.x.simulator.world import Account, Json, World

_PAGE_MAX: Final = 100
_MENTIONS_MAX: Final = 800
_POST_FIELDS: Final = frozenset({
    "attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "note_tweet",
    "referenced_tweets", "in_reply_to_user_id", "lang",
})  # fmt: skip
_MESSAGE_FIELDS: Final = frozenset({
    "attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "referenced_tweets", "sender_id",
    "text",
})  # fmt: skip
_FIELDS: Final = {"tweet.fields", "user.fields", "media.fields", "expansions", "max_results", "pagination_token"}


class BadList(Exception):
    """A list that cannot be given; the message says why."""


class Lists:
    """What is listed, and how."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def mentions(self, account: Account, user_id: str, given: Json) -> Json:
        """Posts of others that name the account or answer it."""
        _only(given, _FIELDS | {"since_id"})
        found = [
            post
            for post in self._world.state.posts.values()
            if post["author_id"] != user_id and (post.get("in_reply_to_user_id") == user_id or _names(post, user_id))
        ]
        return self._posts(account, user_id, found[-_MENTIONS_MAX:], given)

    async def shown(self, account: Account, post_id: str, given: Json) -> Json:
        """One post."""
        del account
        _only(given, _FIELDS)
        post = self._world.state.posts.get(post_id)
        if post is None:
            return {"errors": [{"title": "Not Found Error", "detail": f"Could not find tweet with id: [{post_id}]."}]}
        asked = _asked(given, "tweet.fields", _POST_FIELDS) | {"id", "text", "edit_history_tweet_ids"}
        return {
            "data": {key: value for key, value in post.items() if key in asked},
            "includes": self._world.includes([post]),
        }

    async def own_posts(self, account: Account, user_id: str, given: Json) -> Json:
        """Posts of the account."""
        _only(given, _FIELDS | {"since_id"})
        found = [post for post in self._world.state.posts.values() if post["author_id"] == user_id]
        return self._posts(account, user_id, found, given)

    def _posts(self, account: Account, user_id: str, found: list[Json], given: Json) -> Json:
        if user_id != account.id:
            raise BadList("this list is somebody else's")
        since = int(given.get("since_id", "0"))
        asked = _asked(given, "tweet.fields", _POST_FIELDS) | {"id", "text", "edit_history_tweet_ids"}
        new = sorted((post for post in found if _number(post) > since), key=_number)
        return self._listed(_newest_first(new, given), given, asked)

    async def messages(self, account: Account, given: Json) -> Json:
        """Direct messages of the account, its own as well."""
        own = f"-{account.id}-"

        def is_own(message: Json) -> bool:
            where = message["dm_conversation_id"]
            return own in f"-{where}-" or "-" not in where

        return self._messages(is_own, given)

    async def messages_with(self, account: Account, person: str, given: Json) -> Json:
        """Those with one person."""
        return await self.messages_in(account, self._world.conversation(account.id, person), given)

    async def messages_in(self, account: Account, conversation: str, given: Json) -> Json:
        """Those of one conversation."""
        del account
        return self._messages(lambda message: message["dm_conversation_id"] == conversation, given)

    def _messages(self, is_wanted: Callable[[Json], bool], given: Json) -> Json:
        # There is no since_id.
        _only(given, _FIELDS | {"dm_event.fields", "event_types"})
        asked = _asked(given, "dm_event.fields", _MESSAGE_FIELDS) | {"id", "event_type"}
        # Looked at from the end until a page is full: an account may have any number of them.
        return self._listed(filter(is_wanted, _newest_first(self._world.state.messages, given)), given, asked)

    def _listed(self, newest_first: Iterator[Json], given: Json, asked: set[str]) -> Json:
        most = int(given.get("max_results", str(_PAGE_MAX)))
        if not 5 <= most <= _PAGE_MAX:
            raise BadList("max_results must be between 5 and 100")
        shown = (item for item in newest_first if item["id"] not in self._world.unlisted)
        page = list(islice(shown, most))
        if not page:
            return {"meta": {"result_count": 0}}
        meta: Json = {"result_count": len(page), "newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if next(shown, None) is not None:
            meta["next_token"] = f"before{page[-1]['id']}"
        items = [{key: value for key, value in item.items() if key in asked} for item in page]
        return {"data": items, "includes": self._world.includes(page), "meta": meta}


def _number(item: Json) -> int:
    return int(item["id"])


def _newest_first(items: Sequence[Json], given: Json) -> Iterator[Json]:
    """Items that are in order of their ids, from the end, or from where the page before ended."""
    token, end = given.get("pagination_token"), len(items)
    if token is not None:
        if not token.startswith("before"):
            raise BadList("pagination_token is none of ours")
        end = bisect_left(items, int(token.removeprefix("before")), key=_number)
    return (items[at] for at in range(end - 1, -1, -1))


def _names(post: Json, user_id: str) -> bool:
    return any(mention.get("id") == user_id for mention in post["entities"].get("mentions", ()))


def _asked(given: Json, name: str, known: frozenset[str]) -> set[str]:
    asked = {part for part in str(given.get(name, "")).split(",") if part}
    if asked - known - {"id", "text"}:
        raise BadList(f"{name}: {min(asked - known)} is none of {sorted(known)}")
    return asked


def _only(given: Any, known: set[str]) -> None:  # noqa: ANN401 -- JSON
    unknown = given.keys() - known
    if unknown:
        raise BadList(f"The query parameter [{min(unknown)}] is not one of {sorted(known)}")
