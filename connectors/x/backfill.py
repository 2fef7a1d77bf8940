"""`switchboard channels backfill`: what X still lists since a time, beside the running channel and its cursors."""

import asyncio
from typing import Final

from connectors.x.client import Client
from connectors.x.failures import Denied, Failed
from connectors.x.polling import List, Poller
from connectors.x.sending import KEYS_REMEDY
from connectors.x.settings import Settings
from connectors.x.snowflake import first_id
from connectors.x.take import Taker
from router.connector import Context, Inlet
from router.model.errors import Refused

_BATCH: Final = 20
"""Items whose files are in memory at once."""
_LISTS: Final[tuple[List, ...]] = ("mentions", "messages")


async def backfill(settings: Settings, context: Context, inlet: Inlet, since_ms: int) -> None:
    """Hand over mentions (X lists the last 800) and direct messages (of 30 days), oldest first. Raises Refused."""
    client = Client(settings, context.clock)
    taker = Taker(client, context, _pause)
    try:
        for which in _LISTS:
            items = await Poller(which, client, context, taker, settings, _pause, _nothing).items(
                int(first_id(since_ms))
            )
            for start in range(0, len(items), _BATCH):
                raws = [
                    await taker.raw_event(parcel) for _, parcel in items[start : start + _BATCH] if parcel is not None
                ]
                await taker.commit(inlet, raws, None)
    except Denied as error:
        raise Refused("unreachable", f"x/{context.account}: {error}: {KEYS_REMEDY}", status=503) from None
    except Failed as error:
        raise Refused("unreachable", f"x/{context.account}: X cannot be read: {error}", status=503) from None
    finally:
        await client.close()


def _nothing() -> None:
    pass


async def _pause(attempt: int) -> None:
    await asyncio.sleep(min(2**attempt, 30))
