"""Activities on their way to webhooks: signed, waited for ten seconds, repeated three times within five minutes.

Source: docs.x.com, webhooks (signature, challenge) and X Activity API event payloads (shapes).
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
from typing import Any, Final

import aiohttp
import msgspec

from connectors.x.simulator.world import Account, Hook, Json, World

HEADER: Final = "x-twitter-webhooks-signature"
_ACK_S: Final = 10
_REPETITIONS: Final = 3


class Couriers:
    """Delivers for all accounts of one world."""

    def __init__(self, world: World, consumer_secret: str, retry_s: float) -> None:
        self._world, self._secret, self._retry_s = world, consumer_secret.encode(), retry_s
        self.deliveries: list[tuple[str, int]] = []
        """Kind of each delivery, and how it was answered (0: not at all)."""
        self.given_up: list[Json] = []
        self._running: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Be ready."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ACK_S))

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def register(self, account: Account, url: str) -> bool:
        """Set a webhook; whether its challenge was met."""
        account.hook = Hook(url=url)
        token = f"crc-{self._world.new_id()}"
        assert self._http is not None, "not started"
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
            async with self._http.get(url, params={"crc_token": token}) as response:
                found = msgspec.json.decode(await response.read(), type=dict[str, str])
                account.hook.valid = response.status == 200 and found == {"response_token": self.sign(token.encode())}
        return account.hook.valid

    def sign(self, body: bytes) -> str:
        """As X signs."""
        digest = hmac.new(self._secret, body, hashlib.sha256).digest()
        return f"sha256={base64.b64encode(digest).decode()}"

    # --- what is told ----------------------------------------------------------------------------------------------

    async def mention(self, account: Account, post: Json) -> None:
        """post.mention.create."""
        shown = {key: value for key, value in post.items() if not key.startswith("_")}
        # Of files an activity tells the keys alone.
        includes = {key: value for key, value in self._world.includes([post]).items() if key != "media"}
        await self.tell(account, self.activity(account, "post.mention.create", shown, includes))

    async def message(self, account: Account, message: Json) -> None:
        """dm.received; conversations of several are not told of."""
        if "-" in message["dm_conversation_id"]:
            await self.tell(account, self.activity(account, "dm.received", self.legacy(account, message)))

    async def cipher(self, account: Account, sender_id: str, chat_id: str) -> None:
        """chat.received."""
        payload = {
            "id": chat_id, "created_at_msec": str(self._world.clock.now_ms()), "sender_id": sender_id,
            "conversation_id": f"{sender_id}:{account.id}", "encoded_event": "CwABAAAAEzIwODA0MDA4",
            "conversation_key_version": "1768236281331", "conversation_token": "eyJhbGciOiJIUzI1NiJ9.x.y",
        }  # fmt: skip
        await self.tell(account, self.activity(account, "chat.received", payload))

    def activity(self, account: Account, kind: str, payload: Json, includes: Json | None = None) -> Json:
        """The envelope."""
        data: Json = {
            "event_uuid": self._world.new_id(), "filter": {"user_id": account.id}, "event_type": kind, "tag": "desk",
            "payload": payload,
        }  # fmt: skip
        if includes:
            data["includes"] = includes
        return {"data": data}

    def legacy(self, account: Account, *messages: Json) -> Json:
        """Direct messages in the shape that activities still have."""
        events: list[Json] = []
        users: Json = {}
        for message in messages:
            said: Json = {"text": message["text"], "entities": message["entities"]}
            for media in message.get("_media", ()):
                said["attachment"] = {"type": "media", "media": _legacy_media(media)}
            sender = message["sender_id"]
            users[sender] = {"data": self._world.state.users[sender]}
            created = {"target": {"recipient_id": account.id}, "sender_id": sender, "message_data": said}
            events.append({
                "type": "message_create", "id": message["id"], "created_timestamp": str(self._world.clock.now_ms()),
                "message_create": created,
            })  # fmt: skip
        return {"direct_message_events": events, "users": users}

    # --- on the way ------------------------------------------------------------------------------------------------

    async def tell(self, account: Account, activity: Json) -> None:
        """Send a courier off, where there is a webhook."""
        if account.hook is None or not account.hook.valid:
            return
        task = asyncio.create_task(self._deliver(account.hook, activity), name="x webhook")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, hook: Hook, activity: Json) -> None:
        for attempt in range(_REPETITIONS + 1):
            if attempt:
                await asyncio.sleep(self._retry_s * 2.0 ** (attempt - 1))
            if 200 <= await self.post(hook.url, msgspec.json.encode(activity)) < 300:
                return
        self.given_up.append(activity)
        await self._world.wake()

    async def post(self, url: str, body: bytes, signature: str | None = None) -> int:
        """One delivery; the status it was answered with, 0 for none."""
        headers = {"Content-Type": "application/json", HEADER: self.sign(body) if signature is None else signature}
        if signature == "":
            del headers[HEADER]
        assert self._http is not None, "not started"
        status = 0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._http.post(url, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
        self.deliveries.append((_kind(body), status))
        await self._world.wake()
        return status


def _legacy_media(media: Json) -> Json:
    found: Json = {"id_str": media["media_key"].partition("_")[2], "type": media["type"], "url": "https://t.co/file"}
    if media["type"] == "photo":
        return found | {"media_url_https": media["url"]}
    films: list[Any] = [
        {key.replace("bit_rate", "bitrate"): value for key, value in film.items()} for film in media["variants"]
    ]
    return found | {"video_info": {"variants": films}}


def _kind(body: bytes) -> str:
    with contextlib.suppress(msgspec.DecodeError, KeyError, TypeError):
        return str(msgspec.json.decode(body)["data"]["event_type"])
    return "other"
