"""Gather the facts one batch of decisions reads: a few queries for the whole batch, on one committed snapshot."""

from collections.abc import Collection, Sequence
from typing import Final

from router.model.abuse import Traffic
from router.model.grouping import Mark, Matter
from router.model.ids import MessageId, TicketId
from router.model.limits import MARKS_MAX, TOLD_FIRST, TOLD_LAST
from router.model.returned import mail_address, returned_id
from router.model.snapshot import ConversationKey, ExternalKey, Snapshot, SnapshotKeys, thread_root
from router.model.tables import Agent, Contact, Conversation, Identity, Message, OutboxEntry, Participant, Ticket
from router.store import actions, blocks, channel_load, returned
from router.store.codec import table
from router.store.script import Script, fetch, select
from rules.pieces import PIECES_MAX

OPEN_TICKETS_MAX: Final = 20
"""Newest not-closed tickets loaded per contact."""
THREADED_MAX: Final = 10
"""Newest conversations loaded per Outlook thread."""


def gather(keys: SnapshotKeys) -> Script[Snapshot]:
    """Rows for `keys`, and what they point to: conversations and tickets of found messages, all not-closed tickets of
    found contacts, participants of found tickets, outbox rows of found replies.
    """
    snapshot = Snapshot()
    yield from _messages(snapshot, keys)
    yield from _conversations(snapshot, keys)
    if keys.identities:
        _put(snapshot, (yield from fetch(
            Identity,
            "JOIN {each keys kind value} AS k ON {same t.value k.value} AND t.kind = k.kind",
            keys=sorted(keys.identities),
        )))  # fmt: skip
    if keys.logins:
        _put(snapshot, (yield from fetch(Agent, "WHERE t.login {in logins}", logins=sorted(keys.logins))))
    yield from _earlier(snapshot, keys)
    yield from _marks(snapshot, keys)
    yield from _tickets(snapshot, keys)
    yield from _pointed_to(snapshot)
    yield from _returned(snapshot, keys)
    yield from _abuse(snapshot, keys)
    if keys.actions and snapshot.tickets:
        _put(snapshot, (yield from actions.of_tickets(sorted(snapshot.tickets))))
    return snapshot


def _abuse(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    """Blocks that may hold, and how much the senders and their channels brought lately."""
    if keys.traffic:
        _put(snapshot, (yield from fetch(Traffic, "WHERE t.id {in ids}", ids=sorted(keys.traffic))))
    for load in (yield from channel_load.of_accounts(keys.accounts)) if keys.accounts else []:
        snapshot.loads[load.channel, load.account] = load
    if keys.blocked:
        for key, block in (yield from blocks.that_may_hold(keys.blocked, snapshot.contacts)):
            snapshot.blocks.setdefault(key, []).append(block)


def _returned(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    """What came back from where mail would go."""
    addresses = filter(None, map(mail_address, snapshot.conversations_by_id.values()))
    wanted = {*keys.returned, *map(returned_id, addresses)}
    if wanted:
        _put(snapshot, (yield from returned.of_ids(wanted)))


def _put(snapshot: Snapshot, rows: Collection[object]) -> None:
    for row in rows:
        snapshot.put(row)


def _marks(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    """The newest few of each value: thousands of people may quote one public transaction."""
    if keys.marks:
        _put(snapshot, (yield from fetch(
            Mark,
            "JOIN {each keys value} AS k ON t.value = k.value AND t.id >= COALESCE("
            "(SELECT m.id FROM marks AS m WHERE m.value = k.value ORDER BY m.id DESC LIMIT 1 OFFSET :skipped), '')",
            keys=[(value,) for value in sorted(keys.marks)],
            skipped=MARKS_MAX - 1,
        )))  # fmt: skip


def _messages(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    wanted: set[ExternalKey] = {*keys.external_ids, *(key for key, _ in keys.thread_peers)}
    if not wanted:
        return
    messages = yield from fetch(
        Message,
        "JOIN {each keys channel account external_id} AS k "
        "ON {same t.external_id k.external_id} AND t.channel = k.channel AND t.account = k.account",
        keys=sorted(wanted),
    )
    _put(snapshot, messages)
    replies = [message.id for message in messages if message.kind == "reply"]
    if replies:
        _put(snapshot, (yield from fetch(OutboxEntry, "WHERE t.message_id {in ids}", ids=replies)))


def _conversations(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    ids = {*keys.conversation_ids, *(id_ for id_, _ in keys.token_peers)}
    ids.update(message.conversation_id for message in snapshot.messages.values())
    if ids:
        _put(snapshot, (yield from fetch(Conversation, "WHERE t.id {in ids}", ids=sorted(ids))))
    yield from _threaded(snapshot, keys)
    wanted = {*keys.conversations, *_same_thread(snapshot, keys)}
    if wanted:
        _put(snapshot, (yield from fetch(
            Conversation,
            "JOIN {each keys channel account visibility thread peer} AS k "
            "ON {same t.thread k.thread} AND {same t.peer k.peer} "
            "AND t.channel = k.channel AND t.account = k.account AND t.visibility = k.visibility",
            keys=sorted(wanted),
        )))  # fmt: skip


def _threaded(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    """The newest few of each Outlook thread: some programs put the same Thread-Index into every mail."""
    if keys.thread_roots:
        _put(snapshot, (yield from fetch(
            Conversation,
            "JOIN {each keys channel account root} AS k ON substr(t.thread_index, 1, 44) = k.root "
            "AND t.channel = k.channel AND t.account = k.account AND t.thread_index IS NOT NULL "
            "AND t.id >= COALESCE((SELECT c.id FROM conversations AS c WHERE substr(c.thread_index, 1, 44) = k.root "
            "AND c.channel = k.channel AND c.account = k.account AND c.thread_index IS NOT NULL "
            "ORDER BY c.id DESC LIMIT 1 OFFSET :skipped), '')",
            keys=sorted({key[:3] for key in keys.thread_roots}),
            skipped=THREADED_MAX - 1,
        )))  # fmt: skip


_CUSTOMERS: Final = "t.kind = 'inbound'"
_AGENTS: Final = "t.kind = 'reply' AND t.author_id IS NOT NULL AND t.external_id IS NOT NULL"


def _earlier(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    """The newest messages of the customer in the tickets that conversations point to, and the agent's newest."""
    for key in sorted(keys.earlier & snapshot.conversations.keys()):
        conversation = snapshot.conversations[key]
        for which, most in ((_CUSTOMERS, PIECES_MAX), (_AGENTS, 1)):
            _put(snapshot, (yield from fetch(
                Message,
                "WHERE t.ticket_id = :ticket AND t.conversation_id = :conversation AND t.state = 'live' "
                f"AND {which} ORDER BY t.id DESC LIMIT :most",
                ticket=conversation.ticket_id,
                conversation=conversation.id,
                most=most,
            )))  # fmt: skip


def told(tickets: Sequence[TicketId]) -> Script[list[Message]]:
    """What customers said first and last in some tickets."""
    found: dict[MessageId, Message] = {}
    for ticket in tickets:
        for order, most in (("ASC", TOLD_FIRST), ("DESC", TOLD_LAST)):
            messages = yield from fetch(
                Message,
                "WHERE t.ticket_id = :ticket AND t.kind = 'inbound' AND t.state = 'live' "
                f"ORDER BY t.id {order} LIMIT :most",
                ticket=ticket,
                most=most,
            )
            found.update((message.id, message) for message in messages)
    return list(found.values())


def _same_thread(snapshot: Snapshot, keys: SnapshotKeys) -> list[ConversationKey]:
    """Keys of the conversations that other peers have, or would have, in the threads of known ones."""
    pairs = [
        (snapshot.messages[key].conversation_id, peer) for key, peer in keys.thread_peers if key in snapshot.messages
    ]
    known = snapshot.conversations_by_id
    pairs += [
        (conversation.id, peer)
        for channel, account, root, peer in keys.thread_roots
        for conversation in known.values()
        if (conversation.channel, conversation.account) == (channel, account)
        and thread_root(conversation.thread_index or "") == root
    ]
    return [
        (found.channel, found.account, found.visibility, found.thread, peer)
        for id_, peer in (*pairs, *keys.token_peers)
        if (found := known.get(id_)) is not None
    ]


def _tickets(snapshot: Snapshot, keys: SnapshotKeys) -> Script[None]:
    ids = {conversation.ticket_id for conversation in snapshot.conversations_by_id.values()}
    ids.update(message.ticket_id for message in snapshot.messages.values())
    ids.discard(None)
    if ids:
        _put(snapshot, (yield from fetch(Ticket, "WHERE t.id {in ids}", ids=sorted(filter(None, ids)))))
    if keys.ticket_numbers:
        numbers = sorted(keys.ticket_numbers)
        _put(snapshot, (yield from fetch(Ticket, "WHERE t.number {in numbers}", numbers=numbers)))
    contacts = {row.contact_id for row in snapshot.identities.values()}
    contacts.update(row.contact_id for row in snapshot.conversations_by_id.values())
    if contacts:
        _put(snapshot, table(Ticket).decode((yield from select(_OPEN, ids=sorted(contacts), most=OPEN_TICKETS_MAX))))


_COLUMNS = ", ".join(table(Ticket).quoted)
_OPEN = (
    f"SELECT {_COLUMNS} FROM (SELECT {_COLUMNS}, "  # noqa: S608 - names of our own structs
    "ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY id DESC) AS place "
    "FROM tickets WHERE contact_id {in ids} AND state <> 'closed') AS ranked WHERE place <= :most"
)


def _pointed_to(snapshot: Snapshot) -> Script[None]:
    """Contacts of everything found, the conversations tickets began in, their participants."""
    tickets = snapshot.tickets.values()
    missing = {ticket.conversation_id for ticket in tickets} - snapshot.conversations_by_id.keys()
    if missing:
        _put(snapshot, (yield from fetch(Conversation, "WHERE t.id {in ids}", ids=sorted(missing))))
    contacts = {row.contact_id for row in snapshot.identities.values()}
    contacts.update(row.contact_id for row in snapshot.conversations_by_id.values())
    contacts.update(ticket.contact_id for ticket in tickets)
    if contacts:
        _put(snapshot, (yield from fetch(Contact, "WHERE t.id {in ids}", ids=sorted(contacts))))
    if tickets:
        ids = sorted(snapshot.tickets)
        _put(snapshot, (yield from fetch(Participant, "WHERE t.ticket_id {in ids}", ids=ids)))
        _put(snapshot, (yield from fetch(Matter, "WHERE t.ticket_id {in ids}", ids=ids)))
