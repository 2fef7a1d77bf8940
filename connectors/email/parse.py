"""One raw mail to events of the house: pure, total under limits, fast for the ordinary mail.

The manifest's `parse`; intake runs it before it commits. `raw.meta` brings what the transport knows: `address` (the
mailbox we read), `trusted_authserv_id`, `forwarders` (agents' addresses between blanks), `forms` (those of programs
that mail for a customer), `internaldate_ms`, and `truncated` = "1" with `size` when only the beginning of an over-long
mail was fetched, and `unreadable` with the reason when the server handed out no more than this.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from connectors.email import automatic, body, bounce, dates, forwarded, group, headers, thread_index, webform
from connectors.email.headers import Address, Headers
from connectors.email.mime import Mail
from connectors.email.recipients import Own, participants, reply_token
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ADDRESS_CHARS_MAX, ID_CHARS_MAX, RAW_BYTES_MAX, REFERENCES_MAX
from router.model.message import InboundEvent, Sender

CHANNEL: Final = "email"
_MAIL_FIELDS: Final = (
    "from", "to", "subject", "date", "message-id", "received", "return-path", "content-type", "sender", "cc",
)  # fmt: skip


class Ext(msgspec.Struct, frozen=True, omit_defaults=True):
    """What only mail knows, kept as `ext` of the event."""

    limits: tuple[str, ...] = ()
    """Bounds the mail met; the whole of it is attached or, for `size`, still on the server."""
    signature: str = ""
    """`unverified`: it is signed, and nobody has checked by whom."""


_encode_ext = msgspec.json.Encoder().encode


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The message in `raw`, or the receipt when it reports what became of a message of ours; nothing of a copy of ours.

    Raises InvalidMessage for what is no mail: no header field at the beginning, or more than RAW_BYTES_MAX.
    """
    mail, own = _mail(raw), Own(raw.meta.get("address", ""))
    root, fields = mail.root, mail.root.headers
    author, message_id = _author(fields), _message_id(fields, raw.body)
    if own.is_ours(author.address) and bounce.has_key(fields, message_id):
        return ()  # a copy of what we wrote, as Gmail keeps it under All Mail
    sender = _sender(author, message_id, fields, raw.meta)
    if group.is_ours(fields, own):
        writer = _by_group(author, sender, fields, own, raw.meta)
        if writer is not None:
            author, sender = writer, Sender(id=writer.address, name=writer.name or None, email=writer.address)
        fields = group.without_marks(fields)
    subject = headers.decode_text(fields["subject"][0]) if "subject" in fields else None
    report = root.params.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    made = automatic.classify(fields, author.address, subject or "", root.content_type, report)
    form = webform.customer(fields, author, own, made, raw.meta)
    if form is not None:
        made = "none"
    elif made == "none" and own.is_ours(author.address):
        made = "auto_reply"  # our own words coming back: never answered, so that no loop begins
    event = InboundEvent(
        channel=CHANNEL,
        account=account,
        message_id=message_id,
        sent_at_ms=_sent_at_ms(fields, raw.meta),
        sender=sender,
        automatic=made,
    )
    if form is not None:
        event = msgspec.structs.replace(
            event, sender=Sender(id=form.address, name=form.name or None, email=form.address), subject=subject,
            participants=participants(fields, own), forwarded_by=author.address,
        )  # fmt: skip
        return (_with_contents(event, mail, own, raw.meta),)
    told = bounce.read(mail, own.domain) if made == "bounce" else None
    if told is not None and told.proven:
        receipt = msgspec.structs.replace(
            event,
            kind="receipt",
            target_id=told.target_id,
            delivery=told.state,
            delivery_detail=told.detail or None,
            delivery_status=told.status or None,
        )
        return (receipt,)
    answered = headers.message_ids(headers.first(fields, "in-reply-to"))
    if told is not None:
        answered = [told.target_id]  # anybody may have written it: agents read it where it belongs, and judge
    threaded = msgspec.structs.replace(
        event,
        in_reply_to=answered[0][:ID_CHARS_MAX] if answered else None,
        references=_references(fields),
        subject=subject,
        mailing=automatic.is_mailing(fields),
        reply_token=reply_token(fields, own),
        # An automatic mail's Reply-To is often a person's list or a trap, never where its sender reads answers.
        reply_to=_reply_to(fields, author, own) if made == "none" else None,
        participants=participants(fields, own),
        thread_index=thread_index.read(headers.first(fields, "thread-index")),
    )
    return (_with_contents(threaded, mail, own, raw.meta),)


def _mail(raw: RawEvent) -> Mail:
    """The mail in its parts. Raises InvalidMessage for what is none."""
    if len(raw.body) > RAW_BYTES_MAX:
        raise InvalidMessage(f"the mail has {len(raw.body)} bytes; the limit is {RAW_BYTES_MAX}", field="body")
    if not raw.body and "unreadable" in raw.meta:
        raise InvalidMessage(
            f"the server does not hand out the mail {raw.meta['uid']} of {raw.meta['folder']}: {raw.meta['unreadable']}"
        )
    mail = Mail(raw.body)
    if mail.root.headers.keys().isdisjoint(_MAIL_FIELDS):
        raise InvalidMessage("no header field of a mail stands at the beginning of the payload", field="body")
    return mail


def _with_contents(event: InboundEvent, mail: Mail, own: Own, meta: Mapping[str, str]) -> InboundEvent:
    """The event with what its mail says; of one whose end is missing neither files nor a mail that is passed on."""
    contents = body.read(mail)
    text, files, relay = contents.text, contents.attachments, None
    if meta.get("truncated") == "1":
        mail.notice("size")
        text, files = f"{_truncation_notice(meta)}\n\n{text or ''}".rstrip(), ()
    elif event.automatic == "none" and event.forwarded_by is None:
        relay = forwarded.relay(mail, contents, event.subject or "", event.sender.email or "", own, meta)
    return msgspec.structs.replace(
        event, text=text, html=contents.html, attachments=tuple(files), relay=relay, ext=_ext(mail)
    )


def _ext(mail: Mail) -> str | None:
    if not mail.notices and not mail.signed:
        return None
    return _encode_ext(Ext(tuple(mail.notices), "unverified" if mail.signed else "")).decode()


def _message_id(fields: Headers, raw: bytes) -> str:
    """The Message-ID without brackets, or the hash of the mail: the same whenever the same mail comes again."""
    for value in fields.get("message-id", ()):
        # Of what is no id the whole: `<>` and a common first word are those of many mails, and each would be the other.
        found = (headers.message_ids(value) or ["".join(headers.decode_text(value).strip("<> ").split())])[0]
        if found and len(found) <= ID_CHARS_MAX:
            return found
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _references(fields: Headers) -> tuple[str, ...]:
    """All ids, oldest first; of too many the first, which began the thread, and the newest."""
    found = dict.fromkeys(
        one[:ID_CHARS_MAX] for value in fields.get("references", ()) for one in headers.message_ids(value)
    )
    ids = tuple(found)
    return ids if len(ids) <= REFERENCES_MAX else ids[:1] + ids[1 - REFERENCES_MAX :]


def _author(fields: Headers) -> Address:
    """Whom the mail is from; an empty address when no field names one."""
    for name in ("from", "sender", "return-path"):
        if name in fields:
            found = headers.addresses(fields[name][:1])
            if found and len(found[0].address) <= ADDRESS_CHARS_MAX:
                return found[0]
    return Address(headers.decode_text(headers.first(fields, "from")), "")


def _sender(author: Address, message_id: str, fields: Headers, meta: Mapping[str, str]) -> Sender:
    name = author.name or None
    if not author.address:
        # Nobody: an identity of its own for every such mail, or strangers would share one contact.
        return Sender(id=f"unknown:{message_id}"[:ID_CHARS_MAX], name=name, verified=False)
    trusted = meta.get("trusted_authserv_id", "")
    proven = automatic.verified(fields, author.address, trusted) if trusted else None
    return Sender(id=author.address, name=name, email=author.address, verified=proven)


def _by_group(author: Address, sender: Sender, fields: Headers, own: Own, meta: Mapping[str, str]) -> Address | None:
    """In whose place a group of ours wrote. Where proofs are looked at, one that it did is wanted: else anybody would
    get past that of the writer's own domain."""
    if not own.is_ours(author.address) or (meta.get("trusted_authserv_id") and not sender.verified):
        return None
    return group.writer(fields, own)


def _sent_at_ms(fields: Headers, meta: Mapping[str, str]) -> int:
    """The Date field, else when our server took the mail in, else 0: unknown."""
    found = dates.read(headers.unfold(headers.first(fields, "date")))
    if found is not None:
        return found
    received = meta.get("internaldate_ms", "")
    return int(received) if received.isdecimal() and received.isascii() else 0


def _reply_to(fields: Headers, author: Address, own: Own) -> str | None:
    """Where answers go instead of to the author; never to ourselves, as forms that mail for a customer ask for."""
    found = headers.addresses(fields.get("reply-to", [])[:1])
    wanted = next((one.address for one in found if not own.is_ours(one.address)), author.address)
    return None if wanted == author.address or len(wanted) > ADDRESS_CHARS_MAX else wanted


def _truncation_notice(meta: Mapping[str, str]) -> str:
    if "unreadable" in meta:
        return "[The mail server does not hand out all of this mail. Its beginning was kept; all is in the mailbox.]"
    size = meta.get("size", "")
    shown = f"{int(size) / 1_048_576:.0f} MB" if size.isdecimal() else f"more than {RAW_BYTES_MAX // 1_048_576} MB"
    return f"[This mail is too large to be taken in: {shown}. Its beginning was kept; all of it is in the mailbox.]"
