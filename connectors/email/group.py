"""Mail that comes by a group of our own (Google Groups): customers write to the group's address, which is ours.

Called by parse.py. Pure. What the group writes into a mail as any list does says nothing of the mail. Where the domain
of a customer lets no list send under its name (DMARC), the group puts its own address in From, the customer elsewhere.
"""

import re
from typing import Final

from connectors.email import headers
from connectors.email.headers import Address, Headers, unfold
from connectors.email.recipients import Own
from router.model.limits import ADDRESS_CHARS_MAX

_LIST: Final = re.compile(r"list\s+([^\s;<>]+)", re.IGNORECASE)
_MARKS: Final = frozenset({"mailing-list", "precedence"})


def is_ours(fields: Headers, own: Own) -> bool:
    """Whether it came by a group whose address is ours."""
    found = _LIST.match(unfold(headers.first(fields, "mailing-list")))
    return found is not None and own.is_ours(found[1].lower())


def without_marks(fields: Headers) -> Headers:
    """What the writer's own program wrote."""
    return {name: values for name, values in fields.items() if not name.startswith("list-") and name not in _MARKS}


def writer(fields: Headers, own: Own) -> Address | None:
    """Whom the group names in its own place; None where that is nobody else, or a writer has put in a second one."""
    senders = {one.address for one in headers.addresses(fields.get("x-original-sender", []))}
    if len(senders) != 1:
        return None
    (address,) = senders
    if own.is_ours(address) or len(address) > ADDRESS_CHARS_MAX:
        return None
    shown = headers.addresses(fields.get("x-original-from", [])[:1])
    return next((one for one in shown if one.address == address), Address("", address))
