"""From a delivery to payloads the house takes: one for each event, names looked up, files fetched, links opened.

Called by webhook.py, which answers Meta only after the commit.
"""

import asyncio
import hashlib
import hmac
from collections import Counter, OrderedDict, deque
from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.facebook import payloads
from connectors.facebook.client import Client
from connectors.facebook.meta import CHANGE, LINK, MARK, NAME, PAGE, READ
from connectors.facebook.parse import link_token
from connectors.facebook.payloads import Messaging, One, at_ms
from connectors.facebook.sending import Echoes
from connectors.facebook.settings import Settings
from router.connector import Context, RawEvent
from router.failures import Failed, Later
from router.model.errors import StoreUnavailable
from router.model.limits import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, RAW_BYTES_MAX
from router.model.parcel import Fetched, pack

_HEAD_BYTES: Final = 262_144
"""Kept free beside the files of one payload."""
_NAMES_MAX: Final = 10_000
_PEOPLE_MAX: Final = 5_000
_UNREAD_MAX: Final = 20
"""Our newest messages to one person: what a time of reading may cover."""
_FILES_AT_ONCE: Final = 4
_DELIVERY_BYTES_MAX: Final = 4 * RAW_BYTES_MAX
"""Files of one delivery: what comes with more of them is told without."""
_TOO_LARGE: Final = "not kept, the message is too large"
_TOO_MANY: Final = "not kept, too much came at once; ask for it again"
_encode: Final = msgspec.json.Encoder().encode


class Taker:
    """Makes payloads of deliveries."""

    def __init__(self, client: Client, settings: Settings, context: Context, echoes: Echoes) -> None:
        self._client, self._settings, self._context, self._echoes = client, settings, context, echoes
        self._names: OrderedDict[str, str] = OrderedDict()
        self._ours: OrderedDict[str, deque[tuple[int, str]]] = OrderedDict()
        """By person, when our newest messages were sent and their ids."""
        self._fetching = asyncio.Semaphore(_FILES_AT_ONCE)
        self.counted: Counter[str] = Counter()
        """What came and is nobody's message: echoes, what the page wrote elsewhere, standby, another page's."""

    async def raw_events(self, body: bytes) -> list[RawEvent]:
        """The payloads of one delivery, in order. Raises StoreUnavailable (a link)."""
        tasks: list[asyncio.Task[RawEvent | None]] = []
        is_away = False
        room = _Room(deadline_s=asyncio.get_running_loop().time() + self._settings.timeouts.files_s)
        try:
            async with asyncio.TaskGroup() as group:
                tasks += [group.create_task(self._raw_event(one, room)) for one in self._split(body)]
        except* StoreUnavailable:
            is_away = True
        if is_away:
            raise StoreUnavailable("a link cannot be looked at")
        return [raw for task in tasks if (raw := task.result()) is not None]

    def _split(self, body: bytes) -> list[bytes]:
        """A notification for each event; one that cannot be read stays as it is, and is set aside."""
        try:
            notification = payloads.decode_notification(body)
        except payloads.UNREADABLE:
            return [body]
        found: list[bytes] = []
        for raw in notification.entry:
            try:
                entry = payloads.decode_entry(raw)
            except payloads.UNREADABLE:
                found.append(_encode({"object": notification.object, "entry": [raw]}))
                continue
            self.counted["standby"] += len(entry.standby)
            head = {"id": entry.id, "time": entry.time}
            for kind, events in (("messaging", entry.messaging), ("changes", entry.changes)):
                found += [
                    _encode({"object": notification.object, "entry": [{**head, kind: [event]}]}) for event in events
                ]
        return found

    async def _raw_event(self, body: bytes, room: "_Room") -> RawEvent | None:
        """One payload; None for what is nobody's message. Raises StoreUnavailable."""
        meta = {PAGE: self._settings.page}
        try:
            one = payloads.read(body)
        except payloads.UNREADABLE:
            return RawEvent(body=pack([body], []) if _is_json(body) else body, meta=meta)
        if self._is_nobodys(one):
            return None
        said = one.messaging
        if said is not None and (said.message or said.postback or said.referral) and said.sender.id:
            meta[NAME] = await self._name(said.sender.id)
            token = link_token(said)
            if token is not None:
                is_open = await self._context.links.open(token, said.sender.id)
                meta[LINK] = "opened" if is_open else "refused"
        if said is not None and said.read is not None:
            read_at_ms = at_ms(said.read.watermark)
            meta[READ] = " ".join(
                mid for sent_at_ms, mid in self._ours.get(said.sender.id, ()) if sent_at_ms <= read_at_ms
            )
        if one.feed is not None:
            # Keyed, for it becomes part of an id: of a plain one, short words could be guessed.
            secret = self._settings.app_secret.reveal().encode()
            meta[CHANGE] = hmac.new(secret, body, hashlib.sha256).hexdigest()[:12]
        return RawEvent(body=pack([body], await self._files(one, room)), meta=meta)

    def _is_nobodys(self, one: One) -> bool:
        """Count what the page itself said, and what is another page's."""
        said = one.messaging
        message = said.message if said is not None else None
        if one.page != self._settings.page:
            if not self.counted["other_page"]:
                remedy = "an app has one callback address: give each page an app of its own"
                self._context.log.warning("facebook.other_page", account=self._context.account, remedy=remedy)
            self.counted["other_page"] += 1
            return True
        if said is not None and message is not None and message.is_echo:
            is_ours = message.metadata.startswith(MARK)
            self.counted["echo" if is_ours else "page"] += 1
            if is_ours and message.mid:
                self._echoes.note(message.metadata, message.mid)
                self._note(said, message.mid)
            return True
        if one.feed is not None and one.feed.sender.id == one.page:
            self.counted["echo" if self._echoes.knows(one.feed.comment_id) else "page"] += 1
            return True
        return False

    def _note(self, echo: Messaging, mid: str) -> None:
        """Remember a message of ours: that it was read is told by a time."""
        theirs = self._ours.setdefault(echo.recipient.id, deque(maxlen=_UNREAD_MAX))
        theirs.append((at_ms(echo.timestamp), mid))
        self._ours.move_to_end(echo.recipient.id)
        if len(self._ours) > _PEOPLE_MAX:
            self._ours.popitem(last=False)

    # --- names and files -------------------------------------------------------------------------------------------

    async def _name(self, psid: str) -> str:
        """What somebody is called; empty where nobody says. Asked once."""
        if not self._settings.names:
            return ""
        if psid not in self._names:
            self._names[psid] = ""  # whoever comes meanwhile does not ask as well
            if len(self._names) > _NAMES_MAX:
                self._names.popitem(last=False)
            try:
                self._names[psid] = await self._client.name_of(psid)
            except Later:
                self._names.pop(psid, None)  # the next message asks again
            except Failed:
                pass  # nobody may know: the app lacks the permission, or they have left
        return self._names.get(psid, "")

    async def _files(self, one: One, room: "_Room") -> list[Fetched]:
        """The files of an event; what is not here in time is told in its place."""
        addresses = [address for _, address in payloads.files_of(one)][:ATTACHMENTS_MAX]
        fetched = await asyncio.gather(*(self._fetched(str(at), one, room) for at, one in enumerate(addresses)))
        total, kept = 0, []
        for file in fetched:
            total += len(file.data or b"")
            over = file.data is not None and total > RAW_BYTES_MAX - _HEAD_BYTES
            kept.append(Fetched(file_id=file.file_id, problem=_TOO_LARGE) if over else file)
        return kept

    async def _fetched(self, file_id: str, address: str, room: "_Room") -> Fetched:
        most = min(ATTACHMENT_BYTES_MAX, RAW_BYTES_MAX - _HEAD_BYTES)
        try:
            async with asyncio.timeout_at(room.deadline_s), self._fetching:
                if room.left <= 0:
                    return Fetched(file_id=file_id, problem=_TOO_MANY)
                data = await self._client.file(address, most)
                room.left -= len(data)
                return Fetched(file_id=file_id, data=data)
        except Failed as error:
            reason = str(error)
        except TimeoutError:
            reason = "the file server gave no answer in time"
        self._context.log.warning("facebook.file_not_fetched", account=self._context.account, reason=reason)
        return Fetched(file_id=file_id, problem=f"could not be fetched ({reason}); ask for it again")


class _Room:
    """What is left of time and space for the files of one delivery."""

    def __init__(self, *, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self.left = _DELIVERY_BYTES_MAX


def _is_json(body: bytes) -> bool:
    """Whether it can be packed: a payload is a line of JSON."""
    try:
        msgspec.json.decode(body)
    except payloads.UNREADABLE:
        return False
    return True


def names(counted: Counter[str]) -> Sequence[str]:
    """What was counted, in words for an operator."""
    words = {
        "echo": "{} echoes of ours",
        "page": "{} by the page itself",
        "standby": "{} left to another app",
        "other_page": "{} of another page",
    }
    return [words[kind].format(counted[kind]) for kind in words if counted[kind]]
