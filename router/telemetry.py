"""What operators see: structured logs without content, and the metrics behind /metrics.

Log events are one JSON object a line on standard error. Fields are ids, names, counts and times; never text of people.
"""

import contextlib
import logging
import sys
from typing import IO, Literal

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from router.model.errors import StoreUnavailable
from router.model.sources import Clock

Level = Literal["info", "warning", "error"]
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class StructuredLog:
    """Events as JSON lines, one write each."""

    def __init__(self, clock: Clock, stream: IO[str] | None = None) -> None:
        self._clock = clock
        self._stream = stream if stream is not None else sys.stderr
        self._encoder = msgspec.json.Encoder()

    def _write(self, level: Level, event: str, fields: dict[str, str | float | None]) -> None:
        line = {"at_ms": self._clock.now_ms(), "level": level, "event": event, **fields}
        # Whoever listened may be gone (ValueError) or out of room (OSError): a log never stops the house.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(self._encoder.encode(line).decode() + "\n")
            self._stream.flush()

    def info(self, event: str, /, **fields: str | float | None) -> None:
        """A fact worth keeping."""
        self._write("info", event, fields)

    def warning(self, event: str, /, **fields: str | float | None) -> None:
        """Somebody should look some time."""
        self._write("warning", event, fields)

    def error(self, event: str, /, **fields: str | float | None) -> None:
        """Somebody has to look now; says what failed and never with which content."""
        self._write("error", event, fields)


class SilentLog:
    """Drops everything: for commands whose output is their answer."""

    def info(self, event: str, /, **fields: str | float | None) -> None:
        """Nothing."""

    def warning(self, event: str, /, **fields: str | float | None) -> None:
        """Nothing."""

    def error(self, event: str, /, **fields: str | float | None) -> None:
        """Nothing."""


Logger = StructuredLog | SilentLog


def why(error: Exception) -> dict[str, str | None]:
    """Fields that tell of an error: its type, and where the database is away its own words, which are ours and hold no
    content. What a conflict or a defect says may name values."""
    return {"error": type(error).__name__, "reason": str(error) if isinstance(error, StoreUnavailable) else None}


class LibraryLog(logging.Handler):
    """What libraries log, as events of ours: who, where, which error. Never their words, which may hold content."""

    def __init__(self, log: Logger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it. An error of asyncio is a defect of ours; one of a driver is handled by whoever called it."""
        kind = record.exc_info[0] if record.exc_info else None
        fields = {
            "library": record.name,
            "place": f"{record.module}:{record.lineno}",
            "error": kind.__name__ if kind else None,
        }
        if record.name == "asyncio" and record.levelno >= logging.ERROR:
            self._log.error("library.error", **fields)
        else:
            self._log.warning("library.warning", **fields)


class Metrics:
    """All series of one process, in a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.accepted = Counter(
            "switchboard_messages", "Events that crossed the door", ["channel", "outcome"], registry=registry
        )
        self.routed = Counter("switchboard_routed", "Journal rows decided", registry=registry)
        self.matched = Counter(
            "switchboard_matched",
            "Messages given to a ticket of their writer's, or to one of their own beside it",
            ["what", "reason"],
            registry=registry,
        )
        self.match_undone = Counter(
            "switchboard_match_undone", "Of those, undone by agents", ["what", "reason"], registry=registry
        )
        self.route_failures = Counter(
            "switchboard_route_failures", "Batches that failed", ["reason"], registry=registry
        )
        self.sweep_failures = Counter(
            "switchboard_sweep_failures",
            "Timers, alarms and steps of the sweeper that failed",
            ["what"],
            registry=registry,
        )
        for what in ("timers", "ladders"):  # a series that begins at 1 has not increased
            self.sweep_failures.labels(what)
        self.sent = Counter("switchboard_deliveries", "Provider calls", ["channel", "outcome"], registry=registry)
        self.signals = Counter(
            "switchboard_signals",
            "Signals for customers, by what became of them: told, dropped, late, failed",
            ["channel", "outcome"],
            registry=registry,
        )
        self.hooks = Counter("switchboard_webhooks", "Calls of webhooks", ["outcome"], registry=registry)
        self.actions = Counter("switchboard_actions", "Calls of the wallet's back end", ["outcome"], registry=registry)
        self.redactions = Counter("switchboard_redactions", "Spans masked at the door", ["type"], registry=registry)
        self.stage_seconds = Histogram(
            "switchboard_stage_seconds", "Time per stage", ["stage"], buckets=_BUCKETS, registry=registry
        )
        self.oldest_unrouted_seconds = Gauge(
            "switchboard_oldest_unrouted_seconds", "Age of the oldest undecided message", registry=registry
        )
        self.oldest_unsent_seconds = Gauge(
            "switchboard_oldest_unsent_seconds", "Age of the oldest reply that could leave", registry=registry
        )
        self.dead_letters = Gauge(
            "switchboard_dead_letters", "Replies, edits and reactions that could not be delivered", registry=registry
        )
        self.undecided = Gauge(
            "switchboard_undecided", "Events that could not be decided and that no ticket shows", registry=registry
        )
        self.alarms_ringing = Gauge("switchboard_alarms_ringing", "Tickets nobody has accepted yet", registry=registry)
        self.alarms_unanswered = Gauge(
            "switchboard_alarms_unanswered", "Of these, past the end of their on-call ladder", registry=registry
        )
        self.pages_failed = Counter(
            "switchboard_pages_failed", "Pages to people on call that were given up", ["way"], registry=registry
        )
        for way in ("telegram", "email", "webhook"):  # a series that begins at 1 has not increased
            self.pages_failed.labels(way)
        self.held = Gauge(
            "switchboard_held",
            "Messages of blocked senders and of floods that wait to be let through, at most 1,000",
            registry=registry,
        )
        self.channel_over_quota = Gauge(
            "switchboard_channel_over_quota",
            "1 while a channel is over its quota and answers nothing by itself",
            ["channel", "account"],
            registry=registry,
        )
        self.kept = Counter(
            "switchboard_kept",
            "Messages held, of blocked senders and of floods",
            ["channel", "reason"],
            registry=registry,
        )
        self.replies_withheld = Counter(
            "switchboard_replies_withheld", "Automatic answers that a quota held back", ["channel"], registry=registry
        )
        self.quarantined = Gauge("switchboard_quarantined", "Payloads that could not be parsed", registry=registry)
        self.queue_waiting = Gauge("switchboard_queue_waiting", "Tickets waiting for us", ["queue"], registry=registry)
        self.queue_oldest_seconds = Gauge(
            "switchboard_queue_oldest_seconds", "Longest wait in a queue", ["queue"], registry=registry
        )
        self.channel_up = Gauge(
            "switchboard_channel_up", "1 when the channel works", ["channel", "account"], registry=registry
        )
        self.channel_lag_seconds = Gauge(
            "switchboard_channel_lag_seconds",
            "Since the provider last answered",
            ["channel", "account"],
            registry=registry,
        )
        self.channel_paused = Gauge(
            "switchboard_channel_paused", "1 while an operator has it paused", ["channel", "account"], registry=registry
        )
        self.channel_quota_left = Gauge(
            "switchboard_channel_quota_left",
            "What the provider still allows in its current window",
            ["channel", "account"],
            registry=registry,
        )
        self.channel_last_event = Gauge(
            "switchboard_channel_last_event_timestamp_seconds",
            "When something last came in, at any process, as a Unix time",
            ["channel", "account"],
            registry=registry,
        )
        self.rules_version = Gauge("switchboard_rules_version", "Active version of the rules", registry=registry)
        self.rules_last_reload_ok = Gauge(
            "switchboard_rules_last_reload_ok", "0 while the rules on disk are broken", registry=registry
        )
        self.bus_up = Gauge("switchboard_bus_up", "1 while wake-ups travel", registry=registry)
        self.store_writable = Gauge(
            "switchboard_store_writable", "1 while the database takes writes", registry=registry
        )
        self.feed_clients = Gauge("switchboard_feed_clients", "Connected inboxes", registry=registry)

    def expose(self) -> bytes:
        """The registry in Prometheus' text format, version 0.0.4."""
        return generate_latest(self.registry)
