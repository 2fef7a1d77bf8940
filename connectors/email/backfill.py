"""Everything the folders hold since a day, once more: for whoever compares it with what the house has."""

import asyncio

from connectors.email.account import Account
from connectors.email.errors import Busy, ConnectionLost, LoginRefused, ServerRefused
from connectors.email.receive import Receiver
from connectors.email.settings import Settings
from router.backoff import Backoff
from router.connector import Context, Inlet
from router.model.errors import Refused


async def backfill(settings: Settings, context: Context, inlet: Inlet, since_ms: int) -> None:
    """Hand over what arrived since then, one folder after the other, by connections of its own.

    Raises Refused when the server does not let us.
    """
    account, backoff = Account(settings, context), Backoff(context, settings.timeouts)
    try:
        for folder in settings.imap.folders:
            await _sweep(account, Receiver(settings, context, inlet, folder, lambda: None, backoff), folder, since_ms)
    except (LoginRefused, Busy, ConnectionLost, ServerRefused) as error:
        raise Refused(
            "unreachable", f"email/{context.account}: the mailbox cannot be read: {error}", status=503
        ) from None
    finally:
        await account.close()


async def _sweep(account: Account, receiver: Receiver, folder: str, since_ms: int) -> None:
    """One folder, by as many connections as its bad mails cost."""
    while True:
        session = await account.session(folder)
        try:
            return await receiver.sweep(session, since_ms)
        except (ConnectionLost, ServerRefused):
            if not receiver.is_of_mail:
                raise
        finally:
            await session.close()
        await asyncio.sleep(account.settings.timeouts.retry_s)
