"""From folder to inlet: what is new, in chunks, the cursor moving only with what it covers.

Called by watch.py, once for each connection. Nothing is marked on the server: other people and phones may
read the same folder. Whatever is fetched twice is dropped behind the inlet by its Message-ID.
"""

import asyncio
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from connectors.email import folders
from connectors.email.cuts import Cut, Cuts
from connectors.email.errors import ConnectionLost, ServerRefused
from connectors.email.imap import Listed, Session
from connectors.email.settings import Settings
from router.backoff import Backoff
from router.connector import Context, Cursor, Inlet, RawEvent
from router.model.limits import RAW_BYTES_MAX

CHUNK_UIDS: Final = 200
"""In one FETCH: aioimaplib recurses once per line of an answer."""
BATCH_MAILS: Final = 100
BATCH_BYTES: Final = 8_388_608
"""Of bodies in memory at once; a single larger mail comes alone."""
HEAD_BYTES: Final = 262_144
"""Of a mail over the limit: its headers and its beginning."""
PIECE_BYTES: Final = 65_536
"""Of a mail that does not come at once."""
_SWEEP_TRIES_MAX: Final = 12
"""Of one mail; at the ninth it is known whether it is the mail or the server."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Receiver:
    """Reads one folder into one inlet; `heard` is told whenever the server answered."""

    def __init__(
        self,
        settings: Settings,
        context: Context,
        inlet: Inlet,
        folder: str,
        heard: Callable[[], None],
        backoff: Backoff,
    ) -> None:
        self._settings = settings
        self._context = context
        self._inlet = inlet
        self._heard = heard
        self._backoff = backoff
        self._scope = folders.same(folder)
        self._since_scope = f"{self._scope}:since"
        self._cuts = self._no_cuts(0)
        self._is_sweep = False

    def _no_cuts(self, uidvalidity: int) -> Cuts:
        timeouts = self._settings.timeouts
        return Cuts(uidvalidity, timeouts.retry_s, timeouts.idle_s)

    async def follow(self, session: Session) -> None:
        """Take in what is new, wait for more, for as long as the connection lives."""
        last = await self._position(session)
        if _is_other(session, self._cuts.uidvalidity, self._cuts.reached):
            self._cuts = self._no_cuts(session.uidvalidity)
        last = max(last, self._cuts.reached)
        selected_s = _now_s()
        while True:
            uids = await session.search_after(last)
            if not self._cuts.are_of_server:  # that it lists mails is no news of one that hands none out
                self._heard()
            for start in range(0, len(uids), CHUNK_UIDS):
                last = await self._take(session, uids[start : start + CHUNK_UIDS])
            next_s = await self._again(session)
            if not uids:
                await session.wait(next_s)
            if _now_s() - selected_s >= self._settings.timeouts.idle_s:
                await self._select_again(session)
                selected_s = _now_s()

    async def _select_again(self, session: Session) -> None:
        """A folder that is renamed takes its connections along: nobody would hear that its name is gone, or anew."""
        before = session.uidvalidity
        await session.select(self._scope)
        if session.uidvalidity != before:
            raise ConnectionLost("another folder has the name now")

    # --- where to begin --------------------------------------------------------------------------------------------

    async def _position(self, session: Session) -> int:
        """The last UID taken in; of a folder that was made anew, the one before our first (RFC 3501, 2.3.1.1)."""
        known = _cursor(await self._context.cursors.load(self._scope))
        if known is None:
            return await self._first_start(session)
        if not _is_other(session, *known):
            return known[1]
        self._context.log.warning("mailbox.renumbered", account=self._context.account, mailbox=self._scope)
        return await self._before_our_time(session)

    async def _first_start(self, session: Session) -> int:
        if self._settings.start_from == "all":
            return 0
        last = session.uidnext - 1 if session.uidnext is not None else max(await session.search("ALL"), default=0)
        today = datetime.fromtimestamp(self._context.clock.now_ms() / 1000, UTC).date().isoformat()
        # When the folder is renumbered one day, what is older than this stays out.
        await self._accept([], Cursor(scope=self._since_scope, value=today))
        await self._accept([], self._at(session, last))
        return last

    async def _before_our_time(self, session: Session) -> int:
        """The UID to begin after in a renumbered folder: 0, or what arrived before the account was set up."""
        since = await self._context.cursors.load(self._since_scope)
        if since is None:
            return 0
        try:
            day = datetime.fromisoformat(since)
        except ValueError:
            return 0
        wanted = await session.search(_since(day))
        return wanted[0] - 1 if wanted else (session.uidnext or 1) - 1

    async def sweep(self, session: Session, since_ms: int) -> None:
        """Hand over everything that arrived since then, oldest first, without moving the cursor. After a failure that
        `is_of_mail` it goes on, on another connection, where it stopped."""
        self._is_sweep = True
        if session.uidvalidity != self._cuts.uidvalidity:
            self._cuts = self._no_cuts(session.uidvalidity)
        found = await session.search(_since(datetime.fromtimestamp(since_ms / 1000, UTC)))
        uids = [uid for uid in found if uid > self._cuts.reached]
        for start in range(0, len(uids), CHUNK_UIDS):
            sizes = await session.sizes(uids[start : start + CHUNK_UIDS])
            wanted = [one for one in sizes if one.received_ms is None or one.received_ms >= since_ms]
            for batch in _batches(wanted, alone=self._cuts):
                await self._accept(await self._asked(session, batch), None)
                self._cuts.settle(batch)
                self._cuts.reached = batch[-1].uid

    @property
    def is_of_mail(self) -> bool:
        """Whether a sweep failed on mails, so that it is worth going on: one that
        goes on failing is the server's."""
        return 0 < self._cuts.worst <= _SWEEP_TRIES_MAX

    # --- taking in -------------------------------------------------------------------------------------------------

    async def _take(self, session: Session, uids: Sequence[int]) -> int:
        """Hand over the mails of one chunk in order; return its last UID."""
        sizes = await session.sizes(uids)
        for batch in _batches(sizes, alone=self._cuts):
            cut = self._cuts.of(batch[0].uid)
            if cut is None or not cut.is_aside:
                await self._hand_over(session, batch, await self._tried(session, batch))
        return uids[-1]

    async def _again(self, session: Session) -> float:
        """Ask for what was set aside, as far as its time has come; return how long nothing else is due."""
        for cut in self._cuts.aside():
            if cut.due_s <= _now_s():
                await self._hand_over(session, [cut.mail], await self._asked(session, [cut.mail]))
        idle_s = self._settings.timeouts.idle_s
        return min([idle_s, *(max(cut.due_s - _now_s(), 0) for cut in self._cuts.aside())])

    async def _hand_over(self, session: Session, batch: Sequence[Listed], raws: Sequence[RawEvent]) -> None:
        """The cursor goes on, unless a mail is set aside: what was taken in beyond it comes again after a restart."""
        self._cuts.settle(batch)
        reached = max(self._cuts.reached, batch[-1].uid)
        await self._accept(raws, None if self._cuts.aside() else self._at(session, reached))
        self._cuts.reached = reached

    async def _asked(self, session: Session, batch: Sequence[Listed]) -> list[RawEvent]:
        """The mails of a batch, or its one mail in the way that it has come to."""
        cut = self._cuts.of(batch[0].uid)
        if cut is not None and cut.in_pieces:
            return await self._in_pieces(session, cut)
        return await self._tried(session, batch)

    async def _tried(self, session: Session, batch: Sequence[Listed]) -> list[RawEvent]:
        """The mails of a batch. What the server refuses, or a connection does not survive, is noted: next time each is
        asked for alone."""
        try:
            return await self._fetch(session, batch)
        except (ConnectionLost, ServerRefused):
            self._failed(batch)
            raise

    def _failed(self, batch: Sequence[Listed]) -> None:
        was_aside = len(self._cuts.aside())
        self._cuts.failed(batch, _now_s())
        if len(self._cuts.aside()) > was_aside:
            self._context.log.warning("mail.set_aside", account=self._context.account, uid=batch[0].uid)

    async def _in_pieces(self, session: Session, cut: Cut) -> list[RawEvent]:
        """The mail, or at last what comes of it before the server refuses more, or the connection is lost."""
        mail, body = cut.mail, bytearray()
        count = PIECE_BYTES
        wanted = HEAD_BYTES if mail.size > RAW_BYTES_MAX else RAW_BYTES_MAX + 1
        is_lost = False
        try:
            is_lost = cut.is_over and await self._is_of_mail(session, cut)
            while count == PIECE_BYTES and len(body) < wanted:
                found = await session.fetch([mail.uid], first=len(body), count=PIECE_BYTES)
                count = len(found[0].body) if found else 0
                body.extend(found[0].body if found else b"")
        except (ConnectionLost, ServerRefused) as error:
            self._failed([mail])
            if not (cut.is_over if body else is_lost):
                raise
            return [self._given_up(session, mail, bytes(body), str(error))]
        self._cuts.handed_out()
        return [self._raw(session, mail, bytes(body))] if body else []

    async def _is_of_mail(self, session: Session, cut: Cut) -> bool:
        """Whether it is the mail, and neither the server nor the way to it: another mail of the folder is handed out
        right now. Where there is no other, it takes long to believe that."""
        known = self._cuts
        others = [uid for uid in await session.search("ALL") if uid != cut.mail.uid and uid not in known.given_up]
        if not others:
            return cut.is_hopeless or self._is_sweep  # which only counts it
        asked = [uid for uid in others if uid not in known] or others
        found = await session.fetch([asked[cut.tries % len(asked)]], count=1)
        known.handed_out()
        return bool(found)

    async def _fetch(self, session: Session, batch: Sequence[Listed]) -> list[RawEvent]:
        fetched = await session.fetch([one.uid for one in batch], count=_count(batch[0]))
        self._cuts.handed_out()
        self._heard()
        bodies = {one.uid: one.body for one in fetched}
        return [self._raw(session, one, bodies[one.uid]) for one in batch if one.uid in bodies]

    def _given_up(self, session: Session, one: Listed, body: bytes, reason: str) -> RawEvent:
        """What there is of a mail that the server does not hand out; of nothing, the quarantine keeps the name."""
        self._context.log.warning("mail.unreadable", account=self._context.account, uid=one.uid, reason=reason)
        self._cuts.given_up.add(one.uid)
        raw = self._raw(session, one, body)
        return msgspec.structs.replace(raw, meta={**raw.meta, "truncated": "1", "unreadable": reason})

    def _raw(self, session: Session, one: Listed, body: bytes) -> RawEvent:
        meta = {
            "folder": self._scope,
            "uid": f"{session.uidvalidity}:{one.uid}",
            "address": self._settings.address,
            "trusted_authserv_id": self._settings.trusted_authserv_id,
            "forwarders": " ".join(self._settings.forwarders),
            "forms": " ".join(self._settings.forms),
        }
        if one.received_ms is not None:
            meta["internaldate_ms"] = str(one.received_ms)
        if one.size > RAW_BYTES_MAX or len(body) > RAW_BYTES_MAX:  # some servers announce wrong sizes
            meta |= {"truncated": "1", "size": str(max(one.size, len(body)))}
            body = body[:HEAD_BYTES]
        return RawEvent(body=body, meta=meta)

    async def _accept(self, raws: Sequence[RawEvent], cursor: Cursor | None) -> None:
        """Hand over and return when it is durable; while the store is away, try again and stand still."""
        await self._backoff.until_stored(lambda: self._inlet.accept(raws, cursor))

    def _at(self, session: Session, uid: int) -> Cursor:
        return Cursor(scope=self._scope, value=f"{session.uidvalidity}:{uid}")


def _since(at: datetime) -> str:
    """The search for what arrived on that day and later; SINCE counts days in the server's time zone."""
    day = at - timedelta(days=1)
    return f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _cursor(value: str | None) -> tuple[int, int] | None:
    """`uidvalidity:uid`; what cannot be read counts as another folder, so that nothing is skipped."""
    if value is None:
        return None
    validity, _, uid = value.partition(":")
    return (int(validity), int(uid)) if validity.isdecimal() and uid.isdecimal() else (-1, 0)


def _is_other(session: Session, uidvalidity: int, last: int) -> bool:
    """Whether the folder is another than the one whose UIDs were read up to `last`."""
    return uidvalidity != session.uidvalidity or (session.uidnext is not None and last >= session.uidnext)


def _count(one: Listed) -> int | None:
    """How much of a mail is fetched; None: all."""
    return HEAD_BYTES if one.size > RAW_BYTES_MAX else None


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _batches(sizes: Sequence[Listed], alone: Container[int] = ()) -> Iterator[list[Listed]]:
    """Mails that are fetched together: few, not too large together; alone one over the limit, or that is to be."""
    batch: list[Listed] = []
    total = 0
    for one in sizes:
        if batch and (
            len(batch) >= BATCH_MAILS
            or total + one.size > BATCH_BYTES
            or any(each.size > RAW_BYTES_MAX or each.uid in alone for each in (one, batch[-1]))
        ):
            yield batch
            batch, total = [], 0
        batch.append(one)
        total += one.size
    if batch:
        yield batch
