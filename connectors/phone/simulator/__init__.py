"""A telephone network of our own: a provider's API, callers who press keys, colleagues who answer or do not."""

from connectors.phone.simulator.call import Call
from connectors.phone.simulator.network import Handset, Network, OwnNumber
from connectors.phone.simulator.server import PhoneServer
from connectors.simulated.world import Fault

__all__ = ["Call", "Fault", "Handset", "Network", "OwnNumber", "PhoneServer"]
