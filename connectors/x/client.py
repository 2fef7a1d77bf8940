"""X through tweepy: calls in, and every way a call can end as one of a few errors.

tweepy reads the body of an answer as JSON before it looks at its status, and X answers with pages of HTML, too: so its
session is ours (`_Session`), which looks first. `wait_on_rate_limit` stays off: it crashes, or asks without a pause.
"""

import io
import logging
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from oauthlib.oauth1 import Client as Signer
from tweepy.asynchronous import AsyncClient

from connectors.x import hosts
from connectors.x.failures import Problem, failed, told
from connectors.x.quota import Quota
from connectors.x.settings import Settings
from router.bounded import read_bounded
from router.failures import Later, Refused, Uncertain
from router.model.limits import ATTACHMENT_BYTES_MAX
from router.model.sources import Clock

FILE_BYTES_MAX: Final = 20 * 1_048_576
"""Of one file that is fetched."""
PAGE_MAX: Final = 100
"""Items of one answer."""
_ANSWER_BYTES_MAX: Final = 16 * 1_048_576
_SIGNATURES_MAX: Final = 1_000
_NUMBERS: Final = re.compile(r"/\d+(?=/|$)")
_POST_FIELDS: Final = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,note_tweet,referenced_tweets"
)
_MESSAGE_FIELDS: Final = (
    "attachments,created_at,dm_conversation_id,entities,event_type,id,referenced_tweets,sender_id,text"
)
_MEDIA_FIELDS: Final = "alt_text,media_key,type,url,variants"
_USER_FIELDS: Final = "id,name,username"
_EXPANDED: Final = "attachments.media_keys,author_id,referenced_tweets.id,referenced_tweets.id.author_id"
assert FILE_BYTES_MAX <= ATTACHMENT_BYTES_MAX


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, newest first."""

    items: tuple[bytes, ...]
    """As X sent them."""
    includes: bytes
    next_token: str | None


class _Meta(msgspec.Struct, frozen=True, kw_only=True):
    next_token: str | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    """Missing where a list is empty."""
    includes: msgspec.Raw = msgspec.Raw(b"{}")
    meta: _Meta = _Meta()
    errors: tuple[Problem, ...] = ()


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a call has made: a post, or a direct message."""

    id: str | None = None
    dm_event_id: str | None = None


class _Account(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    username: str = ""


_decode_answer: Final = msgspec.json.Decoder(_Answer).decode
_decode_made: Final = msgspec.json.Decoder(_Made).decode
_decode_account: Final = msgspec.json.Decoder(_Account).decode
_decode_list: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Looked(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of success, as far as tweepy looks at it."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    async def read(self) -> bytes:
        """The body, which is here already."""
        return self.body


class Client:
    """One account's calls."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        # Below this level they log headers, which hold signatures, and what customers write.
        for chatty in ("tweepy", "oauthlib", "requests_oauthlib"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._settings, self._times, self._clock = settings, settings.timeouts, clock
        self.own_id = settings.account_id
        self.quota = Quota()
        keys = {
            "consumer_key": settings.consumer_key.reveal(),
            "consumer_secret": settings.consumer_secret.reveal(),
            "access_token": settings.access_token.reveal(),
            "access_token_secret": settings.access_secret.reveal(),
        }
        self._signer = Signer(
            keys["consumer_key"],
            client_secret=keys["consumer_secret"],
            resource_owner_key=keys["access_token"],
            resource_owner_secret=keys["access_token_secret"],
        )
        self._x = AsyncClient(**keys, return_type=aiohttp.ClientResponse, wait_on_rate_limit=False)
        self._x.session = _Session(self)
        self._http: aiohttp.ClientSession | None = None

    # --- reading ---------------------------------------------------------------------------------------------------

    async def me(self) -> str:
        """The handle of the account. Raises Failed."""
        answer = await self._ask("me", self._x.get_me(user_auth=True))
        try:
            return _decode_account(answer.data).username
        except msgspec.DecodeError:
            raise Later("X gave no account") from None

    async def mentions(self, since_id: str | None, token: str | None = None) -> Page:
        """Posts that name us, and replies to ours. Raises Failed."""
        asked = _given(since_id=since_id, pagination_token=token)
        return _page(
            await self._ask(
                "mentions",
                self._x.get_users_mentions(
                    self.own_id, user_auth=True, max_results=PAGE_MAX, tweet_fields=_POST_FIELDS,
                    expansions=_EXPANDED, media_fields=_MEDIA_FIELDS, user_fields=_USER_FIELDS, **asked,
                ),
            )
        )  # fmt: skip

    async def messages(self, token: str | None = None, **where: str) -> Page:
        """Direct messages of all conversations, or of one (`participant_id`, `dm_conversation_id`). Raises Failed."""
        expanded = "attachments.media_keys,referenced_tweets.id,sender_id"
        return _page(
            await self._ask(
                "messages",
                self._x.get_direct_message_events(
                    user_auth=True, max_results=PAGE_MAX, dm_event_fields=_MESSAGE_FIELDS, expansions=expanded,
                    media_fields=_MEDIA_FIELDS, user_fields=_USER_FIELDS, tweet_fields=_POST_FIELDS,
                    **_given(pagination_token=token), **where,
                ),
            )
        )  # fmt: skip

    async def shown(self, post_id: str) -> Page:
        """One post with all that it names. Raises Failed."""
        answer = await self._ask(
            "post",
            self._x.get_tweet(
                post_id, user_auth=True, tweet_fields=_POST_FIELDS, expansions=_EXPANDED, media_fields=_MEDIA_FIELDS,
                user_fields=_USER_FIELDS,
            ),
        )  # fmt: skip
        return Page(items=(bytes(answer.data),), includes=bytes(answer.includes), next_token=None)

    async def own_posts(self, since_id: str | None, token: str | None = None) -> Page:
        """What we have posted. Raises Failed."""
        return _page(
            await self._ask(
                "own posts",
                self._x.get_users_tweets(
                    self.own_id, user_auth=True, max_results=PAGE_MAX, tweet_fields=_POST_FIELDS,
                    **_given(since_id=since_id, pagination_token=token),
                ),
            )
        )  # fmt: skip

    async def file(self, url: str) -> tuple[bytes, str]:
        """The bytes of a file and the type it is said to have. Raises Failed: Refused when it cannot be had."""
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc not in hosts.PUBLIC_FILES | hosts.PRIVATE_FILES:
            raise Refused("its address is none of X")
        headers: Mapping[str, str] = {}
        if parts.netloc in hosts.PRIVATE_FILES:
            url, headers, _ = self._signer.sign(url, "GET")
        timeout = aiohttp.ClientTimeout(total=self._times.file_s, sock_connect=self._times.connect_s)
        try:
            async with self._session().get(url, headers=headers, allow_redirects=False, timeout=timeout) as response:
                if response.status in {429, *range(500, 600)}:
                    raise Later(f"the file server answered {response.status}")
                if response.status != 200:
                    raise Refused(f"the file server answered {response.status}")
                data = await read_bounded(response.content, FILE_BYTES_MAX, _too_large(FILE_BYTES_MAX))
                return data, response.content_type
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Later(f"the file server: {type(error).__name__}") from None

    # --- doing -----------------------------------------------------------------------------------------------------

    async def call(self, what: str, method: str, path: str, **given: str | int) -> bytes:
        """What a call that tweepy has no name for is answered with (`data`, as JSON). Raises Failed."""
        query, body = (given, None) if method == "GET" else ({}, given or None)
        answer = await self._ask(what, self._x.request(method, path, params=query, json=body, user_auth=True))
        return bytes(answer.data)

    async def post(self, text: str, answers: str, files: Sequence[str] = ()) -> str:
        """Post a reply, with what was uploaded for it; its id. Raises Failed."""
        said = {"text": text or None, "media_ids": list(files) or None}
        made = await self._ask("post", self._x.create_tweet(**said, in_reply_to_tweet_id=answers, user_auth=True))
        return _made(_read_made(made).id)

    async def write(self, text: str, file: str | None = None, **where: str) -> str:
        """Send a direct message (`participant_id` or `dm_conversation_id`); its id. Raises Failed."""
        said = {"text": text or None, "media_id": file}
        made = await self._ask("write", self._x.create_direct_message(**said, user_auth=True, **where))
        return _made(_read_made(made).dm_event_id)

    async def hide(self, post_id: str, *, hidden: bool) -> None:
        """Take a reply to one of our posts out of sight, or show it again. Raises Failed."""
        call = self._x.hide_reply if hidden else self._x.unhide_reply
        await self._ask("hide", call(post_id, user_auth=True))

    async def delete(self, post_id: str) -> None:
        """Delete a post of ours; of others X refuses it. Raises Failed."""
        await self._ask("delete", self._x.delete_tweet(post_id, user_auth=True))

    async def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    # --- one call --------------------------------------------------------------------------------------------------

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            times = aiohttp.ClientTimeout(total=self._times.call_s, sock_connect=self._times.connect_s)
            try:
                connector = hosts.connector(self._settings.connect_to, self._settings.ca)
            except OSError as error:
                raise Later(f"ca: {self._settings.ca} cannot be used: {type(error).__name__}") from None
            self._http = aiohttp.ClientSession(
                connector=connector,
                timeout=times,
                middlewares=(_Once(),),
                # A proxy from the environment would see customers' conversations unasked.
                trust_env=False,
            )
        return self._http

    async def _ask(self, what: str, call: Any) -> _Answer:  # noqa: ANN401 -- tweepy has no types
        try:
            looked: _Looked = await call
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Later(f"no connection to X: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Uncertain(f"X gave no answer: {type(error).__name__}") from None
        try:
            answer = _decode_answer(looked.body or b"{}")  # of an upload, X may have nothing to say
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Uncertain("X answered with something that cannot be read") from None
        if bytes(answer.data) == b"null" and answer.errors:
            raise Uncertain(f"{what}: {told(answer.errors)}")
        return answer

    @asynccontextmanager
    async def request(self, method: str, url: Any, **named: Any) -> AsyncIterator[_Looked]:  # noqa: ANN401 -- passed on
        """One request, looked at before tweepy sees it. Raises Failed for every status that is none of success."""
        endpoint = _endpoint(method, urlsplit(str(url)).path)
        wait_ms = self.quota.spend(endpoint, self._clock.now_ms())
        if wait_ms:
            raise Later("X's limit for this is reached", wait_ms / 1_000)
        if (given := named.pop("json", None)) is not None:  # a file is not to be written in one go
            named["data"] = io.BytesIO(msgspec.json.encode(given))
        async with self._session().request(method, url, allow_redirects=False, **named) as response:
            now_ms = self._clock.now_ms()
            self.quota.note(endpoint, response.headers, now_ms)
            body = await read_bounded(response.content, _ANSWER_BYTES_MAX, _too_large(_ANSWER_BYTES_MAX))
            if not 200 <= response.status < 300:
                raise failed(response.status, body, self.quota.wait_ms(endpoint, now_ms))
            looked = _Looked(status=response.status, reason=response.reason or "", headers=response.headers, body=body)
        yield looked


def _endpoint(method: str, path: str) -> str:
    """What X counts calls of: method and path, ids left out; the first number is the version."""
    return f"{method} {path[:2]}{_NUMBERS.sub('/:id', path[2:])}"


class _Once:
    """Keeps aiohttp from sending a request again after a lost connection: X takes a signature once, and would answer
    the second one as it answers wrong keys."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, None] = OrderedDict()

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Let a signature pass once."""
        signature = request.headers.get("Authorization", "")
        if signature in self._used:
            raise aiohttp.ServerDisconnectedError
        if signature:
            self._used[signature] = None
            if len(self._used) > _SIGNATURES_MAX:
                self._used.popitem(last=False)
        return await handler(request)


class _Session:
    """What tweepy takes for its session."""

    def __init__(self, client: Client) -> None:
        self.request = client.request


def _given(**asked: str | None) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value is not None}


def _page(answer: _Answer) -> Page:
    items: Sequence[msgspec.Raw] = ()
    if bytes(answer.data) != b"null":
        try:
            items = _decode_list(answer.data)
        except msgspec.DecodeError:
            raise Uncertain("X gave no list") from None
    return Page(
        items=tuple(bytes(item) for item in items), includes=bytes(answer.includes), next_token=answer.meta.next_token
    )


def _read_made(answer: _Answer) -> _Made:
    try:
        return _decode_made(answer.data)
    except msgspec.DecodeError:
        raise Uncertain("X answered with something that cannot be read") from None


def _made(found: str | None) -> str:
    if found is None or not found.isascii() or not found.isdecimal():
        raise Uncertain("X answered without the id of what it made")
    return found


def _too_large(most: int) -> Refused:
    return Refused(f"it is larger than {most // 1_048_576} MB")
