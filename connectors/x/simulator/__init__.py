"""An X of our own, with the people on it: strict, stateful, failing as told, behind TLS under X's own names.

For `switchboard demo` and the tests. `server.py` is the way in. Sources: docs.x.com (API v2: Posts, Direct Messages,
rate limits, webhooks, X Activity API event payloads); RFC 5849 for the signatures it checks.
"""

from connectors.simulated.world import Fault
from connectors.x.simulator.people import Person
from connectors.x.simulator.server import XServer
from connectors.x.simulator.world import Account, busy

__all__ = ["Account", "Fault", "Person", "XServer", "busy"]
