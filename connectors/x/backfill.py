"""`switchboard channels backfill`: what X still lists since a time, beside the running channel and its cursors."""

from connectors.x.client import Client
from connectors.x.polling import BATCH, LISTS, Poller
from connectors.x.sending import KEYS_REMEDY
from connectors.x.settings import Settings
from connectors.x.snowflake import first_id
from connectors.x.take import Taker
from router.backoff import Backoff
from router.connector import Context, Inlet
from router.failures import Denied, Failed
from router.model.errors import Refused


async def backfill(settings: Settings, context: Context, inlet: Inlet, since_ms: int) -> None:
    """Hand over mentions (X lists the last 800) and direct messages (of 30 days), oldest first. Raises Refused."""
    client, backoff = Client(settings, context.clock), Backoff(context, settings.timeouts)
    taker = Taker(client, context, backoff)
    try:
        for which in LISTS:
            items = await Poller(which, client, context, taker, settings, backoff, lambda: None).items(
                int(first_id(since_ms))
            )
            for start in range(0, len(items), BATCH):
                raws = [
                    await taker.raw_event(parcel) for _, parcel in items[start : start + BATCH] if parcel is not None
                ]
                await taker.commit(inlet, raws, None)
    except Denied as error:
        raise Refused("unreachable", f"x/{context.account}: {error}: {KEYS_REMEDY}", status=503) from None
    except Failed as error:
        raise Refused("unreachable", f"x/{context.account}: X cannot be read: {error}", status=503) from None
    finally:
        await client.close()
