"""A Bot API server of our own, with the people who write to its bots: strict, stateful, failing as told.

For `switchboard demo` and the tests. `server.py` is the way in. Sources: Bot API 9 (core.telegram.org/bots/api);
tdlib/telegram-bot-api, WebhookActor.cpp, for the order and the pace of webhook deliveries.
"""

from connectors.simulated.world import Fault
from connectors.telegram.simulator.people import Person
from connectors.telegram.simulator.server import BotApiServer

__all__ = ["BotApiServer", "Fault", "Person"]
