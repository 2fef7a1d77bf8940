"""Links into private conversations: written into replies as they leave, opened by the visitors they bring.

The token is the link's id with our signature. It is made when the reply is sent and checked when it comes back; what is
stored opens nothing.
"""

import re
from contextlib import suppress

from router.bus import Bus
from router.core.links import Guest, open_link, reach
from router.flow.channels import Channels
from router.flow.persistence import persist
from router.flow.verification import PURPOSE as CHECK_PURPOSE
from router.keys import Keyring
from router.model.changes import LINK_PLACEHOLDER, VERIFY_PLACEHOLDER
from router.model.errors import Refused
from router.model.ids import LinkId
from router.model.sources import Clock, Ids
from router.model.tables import Conversation, Message
from router.store import changes as store_changes
from router.store import checks, links
from router.store.script import Store

_PURPOSE = "private-link"
_PART = re.compile(r"\{(?:token|id|signature)\}")


def page_of(channels: Channels, public_url: str) -> str | None:
    """The page that opens private links; None when no channel has one."""
    for channel in channels.all():
        if channel.capabilities.opens_links:
            return f"{public_url.rstrip('/')}/channels/{channel.kind}/{channel.account}/"
    return None


class LinkWriter:
    """Puts the link into a reply that is about to be sent."""

    def __init__(self, *, store: Store, keys: Keyring, page: str | None, public_url: str) -> None:
        """`page` opens private links; None when no channel has one."""
        self._store, self._keys, self._page, self._public_url = store, keys, page, public_url.rstrip("/")

    async def filled(self, message: Message, text: str, own: str = "") -> str | None:
        """The text with its link; None when there is no page that could open it any more.

        `own` is the address that leads to the private side of the channel itself (Capabilities.private_link), if any.
        """
        if VERIFY_PLACEHOLDER in text and (check := await self._store.read(checks.of_message(message.id))) is not None:
            token = f"{check.id}.{self._keys.sign(CHECK_PURPOSE, check.id)}"
            return text.replace(VERIFY_PLACEHOLDER, f"{self._public_url}/verify/{token}")
        if LINK_PLACEHOLDER not in text:
            return text
        link = await self._store.read(links.of_message(message.id))
        if link is None:  # nobody promised one: our own words, which only look like it
            return text
        signed = self._keys.sign(_PURPOSE, link.id)
        token = f"{link.id}.{signed}"
        if own:
            parts = {"{token}": token, "{id}": link.id, "{signature}": signed}
            return text.replace(LINK_PLACEHOLDER, _PART.sub(lambda part: parts[part[0]], own))
        if self._page is None:
            return None
        # Behind #, so that no server, proxy or preview on the way sees it.
        return text.replace(LINK_PLACEHOLDER, f"{self._page}#private={token}")


class AccountLinks:
    """Implements connector.Links for one channel account."""

    def __init__(
        self, kind: str, account: str, *, store: Store, bus: Bus, keys: Keyring, clock: Clock, ids: Ids
    ) -> None:
        self._kind, self._account = kind, account
        self._store, self._bus, self._keys, self._clock, self._ids = store, bus, keys, clock, ids

    async def open(self, token: str, visitor: str) -> bool:
        """Let the visitor into the private conversation that `token` leads to; False when it opens nothing (more)."""
        name, _, signature = token.partition(".")
        if not self._keys.verify(_PURPOSE, name, signature):
            return False

        async def attempt() -> bool:
            found = await self._store.read(links.get(LinkId(name)))
            if found is None:
                return False
            guest = await guest_of(self._store, self._kind, self._account, visitor)
            now_ms = self._clock.now_ms()
            if changes := open_link(*found, guest, now_ms=now_ms, ids=self._ids):
                await self._store.write(store_changes.apply(changes, now_ms=now_ms))
            await self._bus.notify("events")
            return True

        try:
            return await persist(attempt)
        except Refused:
            return False


async def guest_of(store: Store, kind: str, account: str, visitor: str) -> Guest:
    """Who that is, on a channel. Raises StoreUnavailable."""
    return Guest(
        channel=kind,
        account=account,
        visitor=visitor,
        identity=await store.read(links.identity(kind, visitor)),
        conversation=await store.read(links.conversation(kind, account, visitor)),
    )


class Reached:
    """Opens the private conversation that a private answer to a public post has begun."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def note(self, message: Message, where: Conversation, visitor: str) -> None:
        """`message`, an answer in `where`, went to `visitor`. Raises StoreUnavailable."""

        async def attempt() -> None:
            ticket, contact = await self._store.read(links.whose(message.id))
            guest = await guest_of(self._store, where.channel, where.account, visitor)
            now_ms = self._clock.now_ms()
            if changes := reach(message.id, ticket, contact, guest, now_ms=now_ms, ids=self._ids):
                await self._store.write(store_changes.apply(changes, now_ms=now_ms))

        with suppress(Refused):  # then they are known as anybody who writes there
            await persist(attempt)
