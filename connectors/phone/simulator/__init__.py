"""A telephone network of our own: a provider's API, callers who press keys, colleagues who answer or do not."""

from connectors.phone.simulator.call import Call
from connectors.phone.simulator.network import Fault, Handset, Network, OwnNumber
from connectors.phone.simulator.server import PhoneServer

__all__ = ["Call", "Fault", "Handset", "Network", "OwnNumber", "PhoneServer"]
