"""Whether a mail may be somebody else's that its sender passes on, and the mail that is attached to it.

Called by parse.py. Pure. Whether the sender is an agent, and what a forward in the text says, the house decides
(router/core/forwards), on the text that it stores.
"""

import re
from collections.abc import Mapping
from typing import Final

from connectors.email import body, headers
from connectors.email.body import Contents
from connectors.email.mime import Mail
from connectors.email.recipients import Own
from router.model.limits import ADDRESS_CHARS_MAX, NAME_CHARS_MAX, SUBJECT_CHARS_MAX
from router.model.message import AttachedMail, Relay, Sender

_SUBJECT: Final = re.compile(r"\s*(?:fwd?|wg|tr|i|rv|enc|转发|轉寄|轉發)\s*[:：]", re.IGNORECASE)
_MARKS: Final = (
    "forwarded message", "original message", "forwarded by", "weitergeleitete", "message transf", "转发邮件",
    "转发的邮件", "轉寄", "原始邮件", "原始郵件",
)  # fmt: skip
_LOOK_CHARS: Final = 20_000
"""Of a text: agents write short words above what they forward."""
_MESSAGE_TYPES: Final = frozenset({"message/rfc822", "message/global"})


def relay(mail: Mail, contents: Contents, subject: str, sender: str, own: Own, meta: Mapping[str, str]) -> Relay | None:
    """What is known of a mail that looks like a forward; None of any other, and of what we wrote ourselves."""
    if own.is_ours(sender):
        return None
    attached = _attached(mail)
    said = contents.text if contents.text is not None else contents.html or ""
    if attached is None and not _SUBJECT.match(subject) and not _is_marked(said):
        return None
    return Relay(mailbox=own.address, trusted=_is_named(sender, meta.get("forwarders", "")), attached=attached)


def _is_marked(said: str) -> bool:
    folded = said[:_LOOK_CHARS].casefold()
    return any(mark in folded for mark in _MARKS)


def _is_named(sender: str, forwarders: str) -> bool:
    """Whether the settings name an address, or its domain."""
    named = forwarders.lower().split()
    return sender in named or f"@{sender.rpartition('@')[2]}" in named


def _attached(mail: Mail) -> AttachedMail | None:
    """What the only attached mail says; of several, none is the one."""
    found = [part for part in mail.leaves() if part.content_type in _MESSAGE_TYPES]
    if len(found) != 1 or found[0] is mail.root:
        return None
    inner = Mail(mail.body(found[0]), outer=mail)
    fields = inner.root.headers
    authors = headers.addresses(fields["from"][:1]) if "from" in fields else []
    if not authors or len(authors[0].address) > ADDRESS_CHARS_MAX:
        return None
    contents = body.read(inner)
    subject = headers.decode_text(fields["subject"][0])[:SUBJECT_CHARS_MAX] if "subject" in fields else None
    sender = Sender(id=authors[0].address, name=authors[0].name[:NAME_CHARS_MAX] or None, email=authors[0].address)
    return AttachedMail(sender=sender, subject=subject, text=contents.text, html=contents.html)
