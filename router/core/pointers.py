"""What an event points at: messages it answers or names, tickets it quotes, the thread it is in. Pure."""

from router.core.identity import SenderView
from router.model.message import InboundEvent
from router.model.snapshot import ConversationKey, ExternalKey
from rules.expression import expression

MAILED = ("form",)
"""Channels that know only a typed address: their answers travel by mail (Capabilities.mails_answers)."""
_QUOTED_NUMBER = expression(r"(?<![0-9A-Za-z])T-(\d{1,12})(?![0-9A-Za-z])")
_NUMBERS_MAX = 5


def quoted_numbers(event: InboundEvent) -> frozenset[int]:
    """Ticket numbers the writer mentions, such as T-1001: hints only."""
    text = f"{event.subject or ''}\n{(event.text or '')[:2000]}"
    if "T-" not in text:
        return frozenset()
    return frozenset(int(n) for n in _QUOTED_NUMBER.findall(text)[:_NUMBERS_MAX])


def answered_ids(event: InboundEvent) -> list[str]:
    """Message-IDs this one answers, most telling first (RFC 5322, section 3.6.4: the last reference is the parent)."""
    ids = [event.in_reply_to] if event.in_reply_to else []
    return list(dict.fromkeys([form for each in (*ids, *reversed(event.references)) for form in forms_of(each)]))


def forms_of(message_id: str) -> tuple[str, str]:
    """As it is, and with or without its angle brackets: programs may send them, our mailboxes leave them out."""
    return message_id, message_id[1:-1] if message_id[:1] == "<" else f"<{message_id}>"


def is_mail(event: InboundEvent) -> bool:
    """Whether it came by mail, where only an answer shares a thread."""
    return event.channel == "email"


def own_thread(event: InboundEvent, sender: SenderView) -> str:
    """The thread of an event that answers nothing known."""
    if event.thread_id and not sender.denied:
        return event.thread_id
    if is_mail(event) or not sender.proven:
        return event.message_id  # every new mail, and everything from an unproven sender, stands alone
    return sender.peer


def target_keys(event: InboundEvent) -> list[ExternalKey]:
    """Where the message stands that an event names; a bounced mail may carry an answer that a form shows."""
    if event.target_id is None:
        return []
    carried = MAILED if event.kind == "receipt" and is_mail(event) else ()
    return [(channel, event.account, event.target_id) for channel in (event.channel, *carried)]


def conversation_key_of(event: InboundEvent, thread: str, peer: str) -> ConversationKey:
    """The conversation that an event of this thread is in."""
    return (event.channel, event.account, event.visibility, thread, peer)
