"""A Graph API of our own, with the people who write to its pages: strict, stateful, failing as told.

For `switchboard demo` and the tests. `server.py` is the way in. Sources: Messenger Platform (Send API, Private Replies,
Webhook Events, Error Codes) and Graph API (Comment, Webhooks for Pages, Rate Limits), as of v25.0.
"""

from connectors.facebook.simulator.people import Person
from connectors.facebook.simulator.server import GraphServer
from connectors.facebook.simulator.world import Page
from connectors.simulated.world import Fault

__all__ = ["Fault", "GraphServer", "Page", "Person"]
