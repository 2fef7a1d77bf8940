"""Replies out, as text messages, where the account has a number that sends them.

The provider takes no key that would make a repetition harmless: what may have arrived is looked for among the messages
that were sent, those that another reply is known to be left out, and held when it is not found there.
"""

from collections import OrderedDict
from typing import Final

from connectors.phone.client import Client
from connectors.phone.parse import is_withheld
from connectors.phone.render import SMS_CHARS_MAX
from connectors.phone.settings import Settings
from router.connector import AuthFailed, Outbound, Rejected, Retry, SendOutcome, Sent, Unknown
from router.failures import Failed, outcome_of

_BEFORE_MS: Final = 300_000
"""The provider's clock and ours may differ by so much."""
_TOLD_MAX: Final = 5_000


class Sender:
    """Sends for one account; `status` is where the provider tells what became of a message."""

    def __init__(self, client: Client, settings: Settings, status: str) -> None:
        self._client, self._settings, self._status = client, settings, status
        self._told: OrderedDict[str, str] = OrderedDict()
        """By the provider's id, which reply it is; of two that say the same, each is one."""

    async def send(self, outbound: Outbound) -> SendOutcome:
        """One text message."""
        problem = self._problem(outbound)
        if problem:
            return Rejected(reason=problem)
        try:
            return self._sent(await self._client.send(outbound.to, outbound.text, self._status), outbound.key)
        except Failed as error:
            return outcome_of(error)

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Whether one with this text went to that number since it was written."""
        if self._problem(outbound):
            return Retry(reason="it cannot have been sent")
        try:
            found = await self._client.sent_to(outbound.to, outbound.created_at_ms - _BEFORE_MS)
        except Failed as error:
            failed = outcome_of(error)
            return failed if isinstance(failed, AuthFailed) else Unknown(reason=str(error))
        key = outbound.key
        same = [row.sid for row in found if row.body == outbound.text and self._told.get(row.sid, key) == key]
        if same:
            return self._sent(same[0], key)
        return Unknown(reason="the provider's list of sent messages does not have it; it may come there later")

    def _sent(self, sid: str, key: str) -> Sent:
        self._told[sid] = key
        if len(self._told) > _TOLD_MAX:
            self._told.popitem(last=False)
        return Sent(provider_id=sid)

    def _problem(self, outbound: Outbound) -> str:
        if self._settings.sms_from is None:
            return "this account sends no text messages; call the customer back"
        if outbound.action != "send" or outbound.visibility != "private":
            return "a telephone has nothing public"
        if is_withheld(outbound.to):
            return "the caller withheld the number: there is nothing to write to"
        if not outbound.text.strip() or len(outbound.text) > SMS_CHARS_MAX:
            return f"a text message has 1 to {SMS_CHARS_MAX} characters, this one {len(outbound.text)}"
        return ""
