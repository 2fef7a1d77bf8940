"""Every bench there is: those of the shipped connectors, and those of packages that bring a connector of their own."""

from importlib.metadata import entry_points

from tests.conformance.bench import Bench
from tests.conformance.benches.api import ApiBench
from tests.conformance.benches.email import EmailBench
from tests.conformance.benches.facebook import FacebookBench
from tests.conformance.benches.phone import PhoneBench
from tests.conformance.benches.telegram import TelegramBench
from tests.conformance.benches.webchat import WebchatBench
from tests.conformance.benches.x import XBench


def all_benches() -> list[type[Bench]]:
    """One for each kind."""
    brought = [point.load() for point in entry_points(group="switchboard.benches")]
    return [ApiBench, EmailBench, FacebookBench, PhoneBench, TelegramBench, WebchatBench, XBench, *brought]
