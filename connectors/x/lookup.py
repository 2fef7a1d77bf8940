"""Whether X has what we sent and heard nothing of: looked for among our own posts and messages.

X takes no key that would make a repetition harmless. A post of ours under the same post with the same words is that
post: X takes the same words once. A message of ours with the same words to the same person since the reply was written,
which no other reply has been told to be, is that message. What is not found there is not known to be missing: it may be
listed in a moment.
"""

import re
from collections import OrderedDict
from typing import Final

import msgspec

from connectors.x import wire
from connectors.x.client import Client, Page
from connectors.x.contents import unescaped
from connectors.x.parse import sent_at_ms
from connectors.x.render import Place
from connectors.x.snowflake import first_id
from connectors.x.weigh import composed
from router.failures import Uncertain

_SKEW_MS: Final = 60_000
"""Between X's clock and ours."""
_PAGES_MAX: Final = 3
_TOLD_MAX: Final = 5_000
_URL: Final = re.compile(r"(?:https?://|(?<![\w@.-])[\w-]+(?:\.[\w-]+)+(?=/))\S*")
_CALLED: Final = re.compile(r"\A(?:@\w{1,50}\s+)+")
_BLANKS: Final = re.compile(r"\s+")


class Lookup:
    """Finds one account's own posts and messages."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: OrderedDict[str, None] = OrderedDict()
        """Ids that replies were told to be."""

    def told(self, provider_id: str) -> None:
        """A reply is this post or message; no other one can be."""
        self._told[provider_id] = None
        if len(self._told) > _TOLD_MAX:
            self._told.popitem(last=False)

    async def find(self, place: Place, text: str, since_ms: int, *, with_file: bool = False) -> str | None:
        """The id of what was sent; None when it is not among what X lists now. Raises Failed."""
        if with_file:  # X puts its address behind the words
            text = f"{text} https://t.co/file"
        try:
            if place.post is not None:
                return await self._post(place.post, text, since_ms)
            return await self._message(place, text, since_ms)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Uncertain("X's list of our own messages cannot be read") from None

    async def _post(self, answered: str, text: str, since_ms: int) -> str | None:
        wanted, since_id = _plain(text), first_id(since_ms - _SKEW_MS)
        token: str | None = None
        for _ in range(_PAGES_MAX):
            page = await self._client.own_posts(since_id, token)
            for post in map(wire.decode_post, page.items):
                said = post.note_tweet.text if post.note_tweet is not None else post.text
                if post.refers("replied_to") == answered and _plain(said) == wanted and post.id not in self._told:
                    return post.id
            token = page.next_token
            if token is None:
                break
        return None

    async def _message(self, place: Place, text: str, since_ms: int) -> str | None:
        wanted = _plain(text)
        page = await self._messages(place)
        for message in map(wire.decode_message, page.items):
            if (
                message.sender_id == self._client.own_id
                and message.id not in self._told
                and sent_at_ms(message.created_at) >= since_ms - _SKEW_MS
                and _plain(message.text) == wanted
            ):
                return message.id
        return None

    async def _messages(self, place: Place) -> Page:
        if place.person is not None:
            return await self._client.messages(participant_id=place.person)
        assert place.conversation is not None, "a place is one of three"
        return await self._client.messages(dm_conversation_id=place.conversation)


def _plain(text: str) -> str:
    """A text without what X changes in it: addresses, escapes, blanks, whom an answer calls by name first."""
    text = _CALLED.sub("", composed(unescaped(text)).strip())
    return _BLANKS.sub(" ", _URL.sub("§", text)).strip()
