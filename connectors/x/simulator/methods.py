"""The endpoints of API v2 that a support desk needs, each with exactly the parameters it has."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from connectors.x.simulator.lists import Lists
from connectors.x.simulator.refusals import Refusal, forbidden, invalid, only
from connectors.x.simulator.uploads import Uploads
from connectors.x.simulator.world import Account, Json, World
from connectors.x.weigh import POST_WEIGHT_MAX, weight

_MESSAGE_CHARS_MAX: Final = 10_000
_ID: Final = r"(\d{1,20})"


Handler = Callable[..., Awaitable[Json]]


class Methods:
    """Answers calls; one instance for each server."""

    def __init__(self, world: World, uploads: Uploads) -> None:
        self._world, self._uploads = world, uploads
        lists = Lists(world)
        self._routes: tuple[tuple[str, str, re.Pattern[str], Handler], ...] = tuple(
            (method, name, re.compile(path), handler)
            for method, name, path, handler in (
                ("GET", "me", "/2/users/me", self._me),
                ("GET", "mentions", f"/2/users/{_ID}/mentions", lists.mentions),
                ("GET", "own posts", f"/2/users/{_ID}/tweets", lists.own_posts),
                ("GET", "shown", f"/2/tweets/{_ID}", lists.shown),
                ("GET", "messages", "/2/dm_events", lists.messages),
                ("GET", "messages", f"/2/dm_conversations/with/{_ID}/dm_events", lists.messages_with),
                ("GET", "messages", f"/2/dm_conversations/{_ID}/dm_events", lists.messages_in),
                ("POST", "initialize", "/2/media/upload/initialize", uploads.initialize),
                ("POST", "append", f"/2/media/upload/{_ID}/append", uploads.append),
                ("POST", "finalize", f"/2/media/upload/{_ID}/finalize", uploads.finalize),
                ("GET", "status", "/2/media/upload", uploads.status),
                ("POST", "post", "/2/tweets", self._post),
                ("POST", "write", f"/2/dm_conversations/with/{_ID}/messages", self._write_to),
                ("POST", "write", f"/2/dm_conversations/{_ID}/messages", self._write_in),
                ("DELETE", "delete", f"/2/tweets/{_ID}", self._delete),
                ("PUT", "hide", f"/2/tweets/{_ID}/hidden", self._hide),
            )
        )

    def find(self, method: str, path: str) -> tuple[str, Handler, tuple[str, ...]] | None:
        """The endpoint's name, who answers, and the ids in its path."""
        for known, name, pattern, handler in self._routes:
            found = pattern.fullmatch(path)
            if known == method and found is not None:
                return name, handler, found.groups()
        return None

    async def answer(
        self,
        account: Account,
        name: str,
        handler: Handler,
        ids: tuple[str, ...],
        given: Json,
    ) -> Json:
        """The result of a call; `given` is the query or the body. Raises Refusal."""
        # Segments are counted, not kept: there may be many.
        told = {**given, "media": len(str(given.get("media", "")))} if name == "append" else given
        self._world.calls.append((name, told))
        await self._world.wake()
        return await handler(account, *ids, given)

    async def _me(self, account: Account, given: Json) -> Json:
        only(given, {"user.fields"})
        return {"data": self._world.state.users[account.id]}

    # --- posts -----------------------------------------------------------------------------------------------------

    async def _post(self, account: Account, given: Json) -> Json:
        only(given, {"text", "reply", "media"})
        ids = given.get("media", {}).get("media_ids", [])
        text = _text(given, is_needed=not ids)
        if weight(text) > POST_WEIGHT_MAX:
            raise invalid(f"Your Tweet text is too long: {weight(text)} of {POST_WEIGHT_MAX}")
        answered = self._answered(given)
        shown, _ = self._world.shown(text)
        posts = self._world.state.posts.values()
        if any(post["author_id"] == account.id and _bare(post["text"]) == _bare(shown) for post in posts):
            raise forbidden("You are not allowed to create a Tweet with duplicate content.")
        more: Json = {}
        if answered is not None:
            author = self._world.state.users[answered["author_id"]]["username"]
            more = {
                "referenced_tweets": [{"type": "replied_to", "id": answered["id"]}],
                "conversation_id": answered["conversation_id"],
                "in_reply_to_user_id": answered["author_id"],
                "text": shown if answered["author_id"] == account.id else f"@{author} {shown}",
            }
        if ids:
            more |= self._uploads.use(account, "tweet", ids)
            more["text"] = f"{more.get('text', shown)} {self._world.address_of(more['_media'][0])}".strip()
        post = await self._world.put_post(account.id, text, **more)
        return {"data": {"id": post["id"], "text": post["text"], "edit_history_tweet_ids": [post["id"]]}}

    def _answered(self, given: Json) -> Json | None:
        reply = given.get("reply")
        if reply is None:
            return None
        only(reply, {"in_reply_to_tweet_id"})
        found = self._world.state.posts.get(reply["in_reply_to_tweet_id"])
        if found is None:
            raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        return found

    async def _delete(self, account: Account, post_id: str, given: Json) -> Json:
        if given:
            raise invalid("a deletion has no body")
        post = self._world.state.posts.get(post_id)
        if post is None:
            raise Refusal(404, "Not Found Error", f"Could not find tweet with id: [{post_id}].")
        if post["author_id"] != account.id:
            raise forbidden("You are not permitted to delete this Tweet.")
        del self._world.state.posts[post_id]
        await self._world.tell()
        return {"data": {"deleted": True}}

    async def _hide(self, account: Account, post_id: str, given: Json) -> Json:
        if given.keys() != {"hidden"} or not isinstance(given["hidden"], bool):
            raise invalid("hidden must be true or false")
        post = self._world.state.posts.get(post_id)
        if post is None:
            raise Refusal(404, "Not Found Error", f"Could not find tweet with id: [{post_id}].")
        root = self._world.state.posts.get(post["conversation_id"])
        if root is None or root["author_id"] != account.id or root is post:
            raise forbidden("You are not permitted to hide this reply: it is not in a conversation of yours.")
        hidden = [each for each in self._world.state.hidden if each != post_id]
        self._world.state.hidden = [*hidden, post_id] if given["hidden"] else hidden
        await self._world.tell()
        return {"data": {"hidden": given["hidden"]}}

    # --- direct messages -------------------------------------------------------------------------------------------

    async def _write_to(self, account: Account, person: str, given: Json) -> Json:
        if person not in self._world.state.users:
            raise invalid("One or more parameters to your request was invalid: participant_id")
        conversation = self._world.conversation(account.id, person)
        known = any(m["dm_conversation_id"] == conversation for m in self._world.state.messages)
        if person in self._world.state.closed and not known:
            raise forbidden("You cannot send messages to this user.")
        return await self._write(account, conversation, given)

    async def _write_in(self, account: Account, conversation: str, given: Json) -> Json:
        if not any(m["dm_conversation_id"] == conversation for m in self._world.state.messages):
            raise forbidden("You are not a participant in this conversation.")
        return await self._write(account, conversation, given)

    async def _write(self, account: Account, conversation: str, given: Json) -> Json:
        only(given, {"text", "attachments"})
        ids = [one["media_id"] for one in given.get("attachments", [])]
        text = _text(given, is_needed=not ids)
        if len(text) > _MESSAGE_CHARS_MAX:
            raise invalid("The text is too long.")
        more: Json = {}
        if ids:
            more = self._uploads.use(account, "dm", ids)
            shown, _ = self._world.shown(text)
            more["text"] = f"{shown} {self._world.address_of(more['_media'][0])}".strip()
        message = await self._world.put_message(account.id, conversation, text, **more)
        return {"data": {"dm_conversation_id": conversation, "dm_event_id": message["id"]}}


def _text(given: Json, *, is_needed: bool = True) -> str:
    text = given.get("text")
    if text is None and not is_needed:
        return ""
    if not isinstance(text, str) or not text.strip():
        raise invalid("text is required")
    return text


def _bare(text: str) -> str:
    """What makes two posts the same, whomever they answer."""
    return re.sub(r"\A(?:@\w+\s+)+", "", text).strip()
