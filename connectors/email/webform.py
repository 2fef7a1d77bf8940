"""Mail that a web form sends in a customer's place: from our address, or from a program's, the customer in Reply-To.

Called by parse.py. Pure. Whoever filled in the form only typed the address: it is a hint and no proof.
"""

from collections.abc import Mapping
from typing import Final

from connectors.email import headers
from connectors.email.headers import Address, Headers, unfold
from connectors.email.recipients import Own
from router.model.limits import ADDRESS_CHARS_MAX
from router.model.message import Automatic

_THREAD_FIELDS: Final = ("in-reply-to", "references")


def customer(fields: Headers, author: Address, own: Own, made: Automatic, meta: Mapping[str, str]) -> Address | None:
    """Who filled in the form; None of any other mail.

    From our own address only what begins a thread and is written to us counts: copies of our answers come
    back, too.
    """
    forms = meta.get("forms", "").lower().split()
    is_own = own.is_ours(author.address)
    if not (is_own or author.address in forms) or made == "bounce" or _answers_by_itself(fields):
        return None
    if is_own and (not fields.keys().isdisjoint(_THREAD_FIELDS) or not _is_to(fields, own)):
        return None
    found = headers.addresses(fields.get("reply-to", [])[:1])
    wanted = next((one for one in found if not own.is_ours(one.address) and one.address not in forms), None)
    return wanted if wanted is not None and len(wanted.address) <= ADDRESS_CHARS_MAX else None


def _answers_by_itself(fields: Headers) -> bool:
    """Forms say that they are programs (`auto-generated`); a vacation program answers (RFC 3834, section 5)."""
    return unfold(headers.first(fields, "auto-submitted")).lower().startswith("auto-replied")


def _is_to(fields: Headers, own: Own) -> bool:
    return any(own.is_ours(one.address) for name in ("to", "cc") for one in headers.addresses(fields.get(name, [])))
