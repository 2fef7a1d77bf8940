"""The lists of API v2: newest first, in pages, with the fields that were asked for and what the items name."""

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
        return self._listed([post for post in found if int(post["id"]) > since], given, asked)

    async def messages(self, account: Account, given: Json) -> Json:
        """Direct messages of the account, its own as well."""
        own = f"-{account.id}-"
        found = [
            message
            for message in self._world.state.messages
            if own in f"-{message['dm_conversation_id']}-" or "-" not in message["dm_conversation_id"]
        ]
        return self._messages(found, given)

    async def messages_with(self, account: Account, person: str, given: Json) -> Json:
        """Those with one person."""
        return await self.messages_in(account, self._world.conversation(account.id, person), given)

    async def messages_in(self, account: Account, conversation: str, given: Json) -> Json:
        """Those of one conversation."""
        del account
        found = [message for message in self._world.state.messages if message["dm_conversation_id"] == conversation]
        return self._messages(found, given)

    def _messages(self, found: list[Json], given: Json) -> Json:
        # There is no since_id.
        _only(given, _FIELDS | {"dm_event.fields", "event_types"})
        asked = _asked(given, "dm_event.fields", _MESSAGE_FIELDS) | {"id", "event_type"}
        return self._listed(found, given, asked)

    def _listed(self, found: list[Json], given: Json, asked: set[str]) -> Json:
        most = int(given.get("max_results", str(_PAGE_MAX)))
        if not 5 <= most <= _PAGE_MAX:
            raise BadList("max_results must be between 5 and 100")
        shown = [item for item in found if item["id"] not in self._world.unlisted]
        shown.sort(key=lambda item: int(item["id"]), reverse=True)
        token = given.get("pagination_token")
        if token is not None:
            if not token.startswith("before"):
                raise BadList("pagination_token is none of ours")
            shown = [item for item in shown if int(item["id"]) < int(token.removeprefix("before"))]
        page, rest = shown[:most], shown[most:]
        if not page:
            return {"meta": {"result_count": 0}}
        meta: Json = {"result_count": len(page), "newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if rest:
            meta["next_token"] = f"before{page[-1]['id']}"
        items = [{key: value for key, value in item.items() if key in asked} for item in page]
        return {"data": items, "includes": self._world.includes(page), "meta": meta}


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
