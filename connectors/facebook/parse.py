"""One raw payload to the events it means. Pure; called by intake through the manifest.

A message keeps Messenger's `mid`, a comment its comment id, so that a repeated delivery is a duplicate, whatever batch
it comes in. What changes one of them adds what it does, and when.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from connectors.facebook import payloads
from connectors.facebook.contents import files, text_of
from connectors.facebook.meta import CHANGE, LINK, NAME, PAGE, READ, SAYS
from connectors.facebook.payloads import Feed, Messaging, One, at_ms, whole
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import NAME_CHARS_MAX
from router.model.message import DeliveryState, InboundEvent, Kind, Sender
from router.model.parcel import Fetched, unpack

CHANNEL: Final = "facebook"
_LINK: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{16,64}")
_REFUSED: Final = "[came with a link that opens nothing any more]"
_SILENT: Final = frozenset({
    "account_linking", "app_roles", "delivery", "optin", "pass_thread_control", "policy_enforcement",
    "referral", "request_thread_control", "take_thread_control", "hop_context", "is_echo",
})  # fmt: skip
"""What tells nothing that a customer says."""
_POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link", "note", "album"})
"""What visitors write on the page itself."""
_VERBS: Final[Mapping[str, Kind]] = {
    "add": "message",
    "edited": "edit",
    "edit": "edit",
    "update": "edit",
    "remove": "delete",
    "delete": "delete",
}


def link_token(messaging: Messaging) -> str | None:
    """The token of our link that a customer came with (`m.me/<page>?ref=…`)."""
    return messaging.ref if _LINK.fullmatch(messaging.ref) else None


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The events of `raw.body`: none for what no customer says (echoes, likes, our own comments).

    Raises InvalidMessage for what is no notification with one event.
    """
    bodies, fetched = unpack(raw.body)
    if len(bodies) != 1:
        raise InvalidMessage(f"{len(bodies)} notifications where one belongs")
    try:
        one = payloads.read(bodies[0])
    except payloads.UNREADABLE as error:
        raise InvalidMessage(f"no notification of Meta: {error}") from None
    if one.page != raw.meta.get(PAGE, ""):
        return ()  # another page's; the adapter says so
    if one.messaging is not None:
        return _Private(one, one.messaging, fetched, raw.meta, account, bodies[0]).events()
    if one.feed is not None:
        return _public(one, one.feed, fetched, raw.meta, account)
    return ()


class _Private:
    """One event of Messenger."""

    def __init__(
        self,
        one: One,
        messaging: Messaging,
        fetched: Mapping[str, Fetched],
        meta: Mapping[str, str],
        account: str,
        body: bytes,
    ) -> None:
        self._one, self._said, self._fetched, self._meta = one, messaging, fetched, meta
        self._account, self._body = account, body

    def events(self) -> Sequence[InboundEvent]:
        """What it means. Raises InvalidMessage for what names no message where one is changed."""
        said = self._said
        if not said.sender.id or said.sender.id == self._one.page:
            return ()
        if said.delivery is not None:
            return self._receipts("delivered", said.delivery.mids)
        if said.read is not None:
            return self._receipts("read", self._meta.get(READ, "").split())
        if said.message is not None:
            return self._message()
        changed = said.message_edit or said.reaction
        if changed is not None and not changed.mid:
            raise InvalidMessage("a change of no message")
        if said.message_edit is not None:
            edit = said.message_edit
            own_id = f"{edit.mid}:edit:{whole(edit.num_edit)}"
            return (self._event("edit", own_id, target_id=edit.mid, text=edit.text),)
        if said.reaction is not None:
            change = said.reaction
            shown = change.emoji or f"[{change.reaction}]" if change.action == "react" else ""
            own_id = f"{change.mid}:reaction:{at_ms(said.timestamp)}"
            return (self._event("reaction", own_id, target_id=change.mid, text=shown),)
        return self._other()

    def _receipts(self, state: DeliveryState, mids: Sequence[str]) -> Sequence[InboundEvent]:
        return [
            self._event("receipt", f"{mid}:{state}", target_id=mid, delivery=state)
            for mid in dict.fromkeys(mids)
            if mid
        ]

    def _message(self) -> Sequence[InboundEvent]:
        message = self._said.message
        assert message is not None
        if message.is_echo:
            return ()
        if not message.mid:
            raise InvalidMessage("a message without an id")
        kept, notices = files(self._one, self._fetched, "messenger")
        text = "\n".join(filter(None, (text_of(message), *notices)))
        if not text and not kept:
            return (self._event("unsupported", message.mid, text="[a message that Messenger does not hand over]"),)
        event = self._event("message", message.mid, text=text)
        answered = message.reply_to.mid if message.reply_to is not None else ""
        return (msgspec.structs.replace(event, attachments=tuple(kept), in_reply_to=answered or None),)

    def _other(self) -> Sequence[InboundEvent]:
        """Links, buttons, and what nobody here has heard of."""
        said, pressed = self._said, self._said.postback
        if link_token(said) is not None:
            # What a link opened is told by the house.
            return () if self._meta.get(LINK) != "refused" else (self._event("message", self._own_id(), text=_REFUSED),)
        if pressed is not None and pressed.payload.startswith(SAYS):
            return (self._event("message", self._own_id(), text=pressed.payload.removeprefix(SAYS)),)
        if pressed is not None:
            return (self._event("unsupported", self._own_id(), text=f"[pressed a button: {pressed.title}]"),)
        unknown = [kind for kind in self._one.kinds if kind not in _SILENT]
        if not unknown:
            return ()
        return (self._event("unsupported", self._own_id(), text=f"[{', '.join(unknown)[:NAME_CHARS_MAX]}]"),)

    def _own_id(self) -> str:
        """Of an event that has no id: the same bytes are the same event."""
        pressed = self._said.postback
        if pressed is not None and pressed.mid:
            return pressed.mid
        return f"event:{hashlib.sha256(self._body).hexdigest()[:32]}"

    def _event(self, kind: Kind, message_id: str, **said: object) -> InboundEvent:
        sender = Sender(id=self._said.sender.id, name=self._meta.get(NAME, "")[:NAME_CHARS_MAX] or None)
        event = InboundEvent(
            kind=kind,
            channel=CHANNEL,
            account=self._account,
            message_id=message_id,
            visibility="private",
            sent_at_ms=at_ms(self._said.timestamp),
            sender=sender,
            # Nobody presses a button to be answered by another machine.
            automatic="auto_reply" if kind == "unsupported" else "none",
        )
        return msgspec.structs.replace(event, **said)


# --- under the page's posts ----------------------------------------------------------------------------------------


def _public(
    one: One, feed: Feed, fetched: Mapping[str, Fetched], meta: Mapping[str, str], account: str
) -> Sequence[InboundEvent]:
    """A comment, or what a visitor writes on the page. Hiding and showing again, likes and shares say nothing."""
    own_id = feed.comment_id if feed.item == "comment" else feed.post_id if feed.item in _POSTS else ""
    kind = _VERBS.get(feed.verb)
    if not own_id or kind is None or feed.sender.id == one.page:
        return ()
    kept, notices = files(one, fetched, "comment")
    is_shown = feed.link in feed.message or (bool(kept) and any(address == feed.link for _, address in feed.files))
    link = "" if is_shown else feed.link
    text = "\n".join(filter(None, (feed.message, link, *notices)))
    if kind == "delete":
        text, kept = "", []
    elif not text and not kept:
        text = "[a comment without words]"
    event = InboundEvent(
        kind=kind,
        channel=CHANNEL,
        account=account,
        message_id=own_id if kind == "message" else _change_id(own_id, one, feed, meta),
        target_id=None if kind == "message" else own_id,
        thread_id=feed.post_id or own_id,
        in_reply_to=feed.parent_id if feed.parent_id not in {"", feed.post_id} else None,
        visibility="public",
        sent_at_ms=at_ms(feed.created_time if kind == "message" else one.time_s),
        sender=_commenter(feed, own_id),
        text=text,
        attachments=tuple(kept),
    )
    return (event,)


def _change_id(own_id: str, one: One, feed: Feed, meta: Mapping[str, str]) -> str:
    """Of what is done to a comment: Meta tells the second alone, and two edits may come in one."""
    return ":".join(filter(None, (own_id, feed.verb, str(one.time_s), meta.get(CHANGE, ""))))


def _commenter(feed: Feed, own_id: str) -> Sender:
    """Who wrote; where Meta leaves it out (a permission is missing), somebody known by this one comment."""
    if not feed.sender.id:
        return Sender(id=f"comment:{own_id}")
    return Sender(id=feed.sender.id, name=feed.sender.name[:NAME_CHARS_MAX] or None)
