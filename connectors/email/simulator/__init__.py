"""A mail server of our own: IMAP and SMTP over the same mailboxes, in one event loop, and a strict customer beside it.

For `switchboard demo` and the tests. It believes nothing: a command outside its state or with a wrong argument is
answered with BAD. `server.py` is the way in; sources: RFC 3501, 2177, 5321.
"""

from connectors.email.simulator.customer import Customer, ProtocolError
from connectors.email.simulator.server import MailServer
from connectors.email.simulator.tokens import TokenServer

__all__ = ["Customer", "MailServer", "ProtocolError", "TokenServer"]
