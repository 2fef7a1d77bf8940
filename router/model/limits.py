"""Every bound of the house, with its unit. Over a limit is a named outcome that someone sees, never a silent cut."""

from typing import Final

RAW_BYTES_MAX: Final = 26_214_400
"""One provider payload (25 MiB, what large mail providers take); a larger mail arrives as its headers and a notice."""
TEXT_CHARS_MAX: Final = 200_000
"""Text of one message, in code points; the rest is kept as an attachment."""
SUBJECT_CHARS_MAX: Final = 1_000
NAME_CHARS_MAX: Final = 200
ADDRESS_CHARS_MAX: Final = 320
"""RFC 5321: 64 octets, an @, 255 octets."""
ID_CHARS_MAX: Final = 998
"""A provider's message or thread id; RFC 5322 lets a Message-ID fill a line of 998 octets."""
REFERENCES_MAX: Final = 100
ATTACHMENTS_MAX: Final = 100
URL_CHARS_MAX: Final = 2_048
ATTACHMENT_BYTES_MAX: Final = 26_214_400
REPLY_FILES_MAX: Final = 10
UPLOAD_MS: Final = 72 * 3_600_000
"""How long a file waits for the reply that it was attached to."""
UPLOADS_MAX: Final = 50
"""Files of one agent that wait for their replies."""
TEXT_FILES_BYTES_MAX: Final = 4_194_304
"""Attached text of one message that is looked through for secrets; what is beyond rests as it came, told apart."""
EXT_BYTES_MAX: Final = 65_536
"""Unknown fields of one message or contact, as JSON."""
API_BATCH_MAX: Final = 1_000
"""Messages in one POST /api/v1/messages."""
API_BODY_BYTES_MAX: Final = 52_428_800
PARSE_SECONDS_MAX: Final = 20
"""A parser that takes longer has met hostile input: its payload goes to quarantine."""
INTAKE_BATCH_MAX: Final = 500
ROUTE_BATCH_MAX: Final = 50
"""Journal rows decided in one transaction: intake of another process on the same SQLite file waits for it to end."""
ROUTE_ATTEMPTS_MAX: Final = 5
"""After so many failures a journal row becomes a dead letter and what is behind it goes on."""
PARK_MS_MAX: Final = 30_000
"""How long a journal row that failed is left alone at most."""
PARTITIONS: Final = 64
"""Fixed for the life of a database: the unit of ownership among route workers."""
LEASE_MS: Final = 3_000
"""How long a route worker owns a partition without renewing; bounds the take-over of a killed worker's work."""
LEASE_RENEW_MS: Final = 1_000
CLOCKS_APART_MS_MAX: Final = 60_000
"""So far the clocks of processes may differ. A lease that ends later than the longest one plus this was taken by a
clock that was wrong, and counts as over; so does what was put off for longer than anything is."""
SWEEP_AFTER_MS: Final = 2_000
"""A journal row unprocessed for so long is announced again."""
FETCH_ATTEMPTS_MAX: Final = 5
"""A file that came as an address is given up after so many failures."""
FETCH_SECONDS_MAX: Final = 120
"""One download."""
FETCH_MESSAGE_SECONDS_MAX: Final = 300
"""One attempt at all files of a message; those it did not suffice for failed once more."""
SEND_ATTEMPTS_MAX: Final = 12
ERROR_CHARS_MAX: Final = 300
"""Of why an attempt failed."""
SEND_LEASE_MS: Final = 80_000
"""How long a claimed row is its worker's: longer than all that it may take together, so that two never send it."""
READY_SECONDS_MAX: Final = 20
"""To make a reply ready: its files, links and text."""
SEND_SECONDS_MAX: Final = 45
"""One provider call."""
LOOK_UP_SECONDS_MAX: Final = 10
"""To see whether what got no answer has arrived, beside a call that took all of its time."""
SEND_PAUSE_MS_MAX: Final = 86_400_000
"""How long a reply that failed is put off at most: however long a provider asks us to wait, a day later somebody has
to be told how it stands."""
SEND_CONCURRENCY: Final = 16
CALL_PAUSE_MS_MAX: Final = 4_500_000
"""How long a call to a webhook, a pager or the wallet's back end is put off at most, jitter and all. What seems to
wait for longer was put off before the clock went back, and is due."""
SEALED_TTL_MS: Final = 72 * 3_600_000
"""How long a raw payload rests, encrypted, for a second look."""
PRIVATE_LINK_MS: Final = 72 * 3_600_000
"""How long a link into a private conversation may be opened."""
AUTO_REPLIES_PER_HOUR: Final = 5
"""Automatic answers to one contact; the loop breaker that needs no header."""
REOPEN_WINDOW_MS: Final = 14 * 86_400_000
"""A customer's answer to a solved ticket reopens it for so long; later it opens a follow-up."""
SNOOZE_MAX_MS: Final = 366 * 86_400_000
"""How long a ticket can be put aside."""
CHECKLIST_MAX: Final = 20
"""Points of what a customer is to supplement."""
CHECKPOINT_CHARS_MAX: Final = 300
AGENT_CAPACITY: Final = 8
"""Open tickets an agent is given unless the agent's row says otherwise."""
FEED_BACKLOG_MAX: Final = 5_000
"""Events replayed to a returning reader; further back it takes a fresh snapshot."""
FEED_CLIENT_BUFFER: Final = 1_000
PAGE_MAX: Final = 100
REGROUPED_MAX: Final = 500
"""Messages of one ticket that is merged or split."""
INCIDENT_TITLE_CHARS_MAX: Final = 300
BANNER_CHARS_MAX: Final = 300
"""What the web chat shows of one incident, in one language."""
BANNERS_MAX: Final = 3
"""Incidents that the web chat tells of at once, the newest first."""
REPLY_CHARS_MAX: Final = 50_000
PRIVATE_MESSAGES_MAX: Final = 200
"""Private messages of a customer that a public reply to them is compared with, the newest first."""
COMPACT_BYTES_MAX: Final = 268_435_456
"""A larger database file is not written anew after an erasure unless an operator asks for it: nobody can write
meanwhile, and 256 MiB take a second or two."""
CIRCLE_MAX: Final = 2_000
"""Conversations, or tickets, of a contact that one act about who is who moves; a larger contact is refused by name."""
CALL_SECONDS_MAX: Final = 86_400
"""A call that an agent logs."""
REASON_CHARS_MAX: Final = 500
HINTS_MAX: Final = 10
"""Contacts shown as possibly the same person, the strongest reason first."""
MARKS_MAX: Final = 5
"""Newest tickets loaded per strong value."""
CONFIRMED_MAX: Final = 100
"""Places in one reply that its author can confirm."""
EDITS_MAX: Final = 10
"""Edits of one message that are judged and told as they come; later ones are folded."""
CORRECTIONS_MAX: Final = 20
"""How often one answer of ours is corrected; each of its wordings is kept."""
EDITS_PAUSE_MS: Final = 60_000
"""Edits over that, or over their sender's quota, are judged once for so long: the newest text."""
REPEATS_MAX: Final = 8
"""Different messages of one sender that the next ones are compared with, the newest."""
BLOCK_MAX_MS: Final = 10 * 366 * 86_400_000
"""How long a block with an end can last; one without lasts until it is lifted."""
SAME_TEXT_MAX: Final = 1_000
"""People counted who wrote the very same text; beyond it is "1,000 or more"."""
RELEASED_MAX: Final = 100
"""Held messages that one request lets through."""
SIGNAL_EVERY_MS: Final = 4_000
"""One signal of a kind from one agent about one ticket, or from one visitor, and one to one customer of a provider, in
so long; the others are dropped. Telegram shows that somebody types for 5 s."""
SIGNAL_SECONDS_MAX: Final = 3
"""One provider call for a signal; later it is no news."""
SIGNAL_CONCURRENCY: Final = 4
"""Signals of one channel on their way to its provider; what comes meanwhile is dropped."""
SIGNALS_WAITING_MAX: Final = 200
"""Signals that one listener has not taken yet; what comes meanwhile is dropped."""
SIGNAL_BYTES_MAX: Final = 8_192
"""One signal on the bus; a thread's and a customer's name may fill a line each."""
SESSION_MS: Final = 12 * 3_600_000
LOGIN_TOKEN_MS: Final = 24 * 3_600_000
RULES_BYTES_MAX: Final = 5_242_880
TOLD_FIRST: Final = 2
TOLD_LAST: Final = 4
"""Messages of a customer's ticket, from its beginning and from its end, that a new one is read beside."""
