"""One JSON object of POST /api/v1/messages to the event it means. Pure; called by intake through the manifest."""

from collections.abc import Sequence

import msgspec

from router.batch import KINDS_KEY
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.message import InboundEvent
from router.model.wire import decode_message


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The event in `raw.body`, which names its own account: `account` is that of the API channel and says nothing.

    Raises InvalidMessage for what breaks the contract, and for a channel kind the sender may not speak for.
    """
    del account
    event = decode_message(raw.body)
    if event.html and event.text is not None and not event.text.strip():
        # Programs with a field for each send the one they have nothing for blank: the HTML is what was said.
        event = msgspec.structs.replace(event, text=None)
    kinds = raw.meta.get(KINDS_KEY)
    if kinds is not None and event.channel not in kinds.split(","):
        allowed = kinds.replace(",", ", ") or "none"
        reason = f"the sender may not speak for {event.channel!r}; it may for: {allowed}"
        raise InvalidMessage(reason, field="channel", message_id=event.message_id)
    return (event,)
