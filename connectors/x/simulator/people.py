"""People on X: they post, answer, quote and write direct messages, and see what is answered.

Everything returned is as X has it. What they do is listed at once, and posted to webhooks.
"""

from typing import Any
from urllib.parse import urlsplit

from connectors.x.simulator.server import XServer
from connectors.x.simulator.world import Account, Json


class Person:
    """Somebody with an account, who has to do with one of ours."""

    def __init__(
        self, server: XServer, user_id: str, name: str = "Ann", username: str = "", *, account: Account | None = None
    ) -> None:
        self._server = server
        self._account = account or server.only_account()
        self.user = server.user(user_id, name, username or f"{name.casefold()}{user_id}"[:15])
        self.id = user_id
        self._read = 0

    def rename(self, name: str) -> None:
        """Call themselves otherwise."""
        self.user["name"] = name

    # --- in public -------------------------------------------------------------------------------------------------

    async def post(
        self,
        text: str,
        *,
        answers: Json | None = None,
        quotes: Json | None = None,
        media: tuple[Json, ...] = (),
        **more: Any,  # noqa: ANN401 -- JSON
    ) -> Json:
        """Post something; it reaches us where it names us or answers us."""
        references: list[Json] = []
        if answers is not None:
            references.append({"type": "replied_to", "id": answers["id"]})
            more = {
                "conversation_id": answers["conversation_id"], "in_reply_to_user_id": answers["author_id"], **more,
            }  # fmt: skip
        if quotes is not None:
            references.append({"type": "quoted", "id": quotes["id"]})
        if references:
            more["referenced_tweets"] = references
        post = await self._server.put_post(self.id, text, **self.with_files(text, media), **more)
        await self._mentioned(post)
        return post

    async def edit(self, post: Json, text: str) -> Json:
        """Change a post: it gets a new id and names the old one."""
        history = [*post["edit_history_tweet_ids"]]
        edited = await self._server.put_post(
            self.id, text, conversation_id=post["conversation_id"],
            **{key: post[key] for key in ("referenced_tweets", "in_reply_to_user_id") if key in post},
        )  # fmt: skip
        edited["edit_history_tweet_ids"] = [*history, edited["id"]]
        self._server.state.posts.pop(post["id"], None)
        await self._mentioned(edited)
        return edited

    async def _mentioned(self, post: Json) -> None:
        own = self._account.id
        names_us = any(mention.get("id") == own for mention in post["entities"].get("mentions", ()))
        if names_us or post.get("in_reply_to_user_id") == own:
            await self._server.mention(self._account, post)

    def answers(self) -> list[Json]:
        """Our posts under theirs, oldest first, with what follows under each."""
        own = self._account.id
        posts = self._server.state.posts
        theirs = {post["id"] for post in posts.values() if post["author_id"] == self.id}
        found: list[Json] = []
        for post in sorted(posts.values(), key=lambda post: int(post["id"])):
            answered = {one["id"] for one in post.get("referenced_tweets", ()) if one["type"] == "replied_to"}
            if post["author_id"] == own and answered & theirs:
                found.append(post)
                theirs.add(post["id"])
        return found

    def is_hidden(self, post: Json) -> bool:
        """Whether we have taken a post of theirs out of sight."""
        return post["id"] in self._server.state.hidden

    # --- in private ------------------------------------------------------------------------------------------------

    @property
    def conversation(self) -> str:
        """Their direct messages with us."""
        return self._server.conversation(self._account.id, self.id)

    async def write(self, text: str, *, media: tuple[Json, ...] = (), group: str = "") -> Json:
        """Write a direct message, to us alone or into a conversation of several."""
        message = await self._server.put_message(
            self.id, group or self.conversation, text, **self.with_files(text, media)
        )
        await self._server.message(self._account, message)
        return message

    async def chat(self) -> str:
        """Write in the encrypted chat, which no list shows; its id."""
        chat_id = f"chat-{self._server.new_id()}"
        await self._server.cipher(self._account, self.id, chat_id)
        return chat_id

    def seen(self) -> list[Json]:
        """What we wrote them in private, oldest first."""
        return [
            message
            for message in self._server.state.messages
            if message["sender_id"] == self._account.id and message["dm_conversation_id"] == self.conversation
        ]

    async def answer(self) -> Json:
        """Our next direct message, waited for; bound it with a timeout."""
        await self._server.until(lambda: len(self.seen()) > self._read)
        self._read += 1
        return self.seen()[self._read - 1]

    # --- files -----------------------------------------------------------------------------------------------------

    def photo(self, data: bytes, *, private: bool = False, host: str = "") -> Json:
        """Upload a picture; what a post or a message shows it by."""
        key = f"3_{self._server.new_id()}"
        path = f"/1.1/ton/data/dm/{key}/a.jpg" if private else f"/media/{key}.jpg"
        where = host or ("ton.twitter.com" if private else "pbs.twimg.com")
        self._server.files[path] = data
        return {"media_key": key, "type": "photo", "url": f"https://{where}{path}"}

    def with_files(self, text: str, media: tuple[Json, ...]) -> Json:
        """What a post or a message with these says: a short address behind the words leads to them."""
        if not media:
            return {}
        shown, entities = self._server.shown(text)
        address = self._server.address_of(media[0])
        leads = f"https://x.com/{self.user['username']}/status/{self._server.new_id()}/photo/1"
        entities["urls"].append({"url": address, "expanded_url": leads, "media_key": media[0]["media_key"]})
        return {
            "text": f"{shown} {address}".strip(), "entities": entities, "_media": list(media),
            "attachments": {"media_keys": [one["media_key"] for one in media]},
        }  # fmt: skip

    def media(self, data: bytes, kind: str, *, private: bool) -> Json:
        """Upload what it is: a picture or a film."""
        return self.video((832_000, data)) if kind == "video/mp4" else self.photo(data, private=private)

    def video(self, *films: tuple[int, bytes]) -> Json:
        """Upload a video in several forms, by their bit rates."""
        key = f"7_{self._server.new_id()}"
        variants: list[Json] = [{"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/a.m3u8"}]
        for rate, data in films:
            path = f"/ext_tw_video/{key}/{rate}.mp4"
            self._server.files[path] = data
            variants.append({"content_type": "video/mp4", "bit_rate": rate, "url": f"https://video.twimg.com{path}"})
        return {
            "media_key": key,
            "type": "video",
            "preview_image_url": "https://pbs.twimg.com/a.jpg",
            "variants": variants,
        }


def path_of(media: Json) -> str:
    """Where a file lies at the file server."""
    films = [each["url"] for each in media.get("variants", ()) if each["content_type"] == "video/mp4"]
    return urlsplit(str((*films, media.get("url", ""))[0])).path
