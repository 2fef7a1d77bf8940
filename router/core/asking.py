"""What the decisions of a batch will look up, asked for before it is gathered. Pure."""

from router.core.blocks import addresses_of
from router.core.forwards import as_if, rewritten
from router.core.identity import read_sender
from router.core.matters import said
from router.core.pieces import may_go_on
from router.core.pointers import (
    MAILED,
    answered_ids,
    conversation_key_of,
    is_mail,
    own_thread,
    quoted_numbers,
    target_keys,
)
from router.model.abuse import sender_key
from router.model.ids import ConversationId
from router.model.message import InboundEvent, JournalEntry
from router.model.returned import returned_id
from router.model.snapshot import SnapshotKeys, thread_root

_SAID = frozenset({"message", "edit"})


def ask(entry: JournalEntry, token_conversation: ConversationId | None, keys: SnapshotKeys) -> None:
    """Add to `keys` what `place` will look up for this event."""
    event = entry.event
    if (passed := as_if(entry)) is not None:
        keys.logins.add(read_sender(event).peer)
        keys.logins.add(passed.sender.id)
        ask(rewritten(entry, passed), None, keys)
    sender = read_sender(event)
    peer = sender.peer
    if event.kind in _SAID:
        keys.marks.update(said(entry, frozenset()).marks)
    keys.identities.update([identity.key for identity in sender.proven])
    keys.blocked.update([*addresses_of(event, sender), *(identity.key for identity in sender.proven)])
    keys.traffic.add(sender_key(event.channel, event.account, peer, is_proven=bool(sender.proven)))
    keys.accounts.add((event.channel, event.account))
    keys.identities.update(sender.hints)
    keys.conversations.add(conversation_key_of(event, own_thread(event, sender), peer))
    if token_conversation:
        keys.conversation_ids.add(token_conversation)
        keys.token_peers.add((token_conversation, peer))
    keys.returned.update(_answered_at(event, peer))
    answered = [(event.channel, event.account, external) for external in answered_ids(event)] if is_mail(event) else []
    for key in (*answered, *target_keys(event)):
        keys.external_ids.add(key)
        keys.thread_peers.add((key, peer))
    if event.thread_index is not None:
        keys.thread_roots.add((event.channel, event.account, thread_root(event.thread_index), peer))
    keys.ticket_numbers.update(quoted_numbers(event))
    if event.kind == "message" and may_go_on(event.text or ""):
        keys.earlier.add(conversation_key_of(event, own_thread(event, sender), peer))


def _answered_at(event: InboundEvent, peer: str) -> list[str]:
    """Where mail would go in answer, as `returned_id` has it."""
    if not is_mail(event) and event.channel not in MAILED:
        return []
    addresses = [event.reply_to, peer if is_mail(event) else None]
    return [returned_id(address) for address in addresses if address is not None]
