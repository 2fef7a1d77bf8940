"""Everything a mailbox holds since a day, once more: for whoever compares it with what the house has."""

import asyncio
import ssl

from connectors.email.imap import Busy, ConnectionLost, LoginRefused, ServerRefused, Session
from connectors.email.receive import Receiver
from connectors.email.settings import Settings
from router.connector import Context, Inlet
from router.model.errors import Refused


async def backfill(
    settings: Settings, context: Context, tls: ssl.SSLContext | None, inlet: Inlet, since_ms: int
) -> None:
    """Hand over what arrived since then, by a connection of its own. Raises Refused when the server does not let us."""
    receiver = Receiver(settings, context, inlet, _nothing, _pause)
    session: Session | None = None
    try:
        session = await Session.open(settings.imap, settings.timeouts, tls)
        await receiver.sweep(session, since_ms)
    except (LoginRefused, Busy, ConnectionLost, ServerRefused) as error:
        raise Refused(
            "unreachable", f"email/{context.account}: the mailbox cannot be read: {error}", status=503
        ) from None
    finally:
        if session is not None:
            await session.close()


def _nothing() -> None:
    pass


async def _pause(attempt: int) -> None:
    await asyncio.sleep(min(2**attempt, 30))
