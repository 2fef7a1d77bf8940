"""What the telephone network knows: accounts and their numbers, telephones, calls, recordings, text messages."""

from pathlib import Path
from typing import Final, Literal

import msgspec

from connectors.simulated.world import World
from router.model.sources import Clock

How = Literal["answers", "declines", "mailbox", "no-answer", "busy", "failed", "rings"]
AUDIO: Final = b"ID3\x04\x00\x00\x00\x00\x00\x00" + (b"\xff\xf3\x10\xc0" + bytes(22)) * 115
"""What a recording is here: three seconds of silence that players play, in frames of 26 bytes (MPEG-2 Layer III,
8 kbit/s, 22,050 Hz, mono)."""


class OwnNumber(msgspec.Struct, kw_only=True):
    """A number of ours, and where its owner wants to be asked and told."""

    number: str
    account: str
    voice_url: str = ""
    fallback_url: str = ""
    status_url: str = ""
    sms_url: str = ""


class Handset(msgspec.Struct, kw_only=True):
    """The telephone of a colleague."""

    how: How = "no-answer"
    talk_s: int = 60
    """How long they speak before they hang up."""
    heard: list[str] = []
    """What was played to them before they were connected."""
    rang: int = 0


class CallRow(msgspec.Struct, kw_only=True):
    """One call, as the API lists it."""

    sid: str
    account: str
    caller: str
    called: str
    direction: str = "inbound"
    status: str = "in-progress"
    start_ms: int = 0
    end_ms: int = 0
    duration_s: int = 0


class RecordingRow(msgspec.Struct, kw_only=True):
    """One recording."""

    sid: str
    account: str
    call_sid: str
    duration_s: int
    created_ms: int
    audio: bytes = AUDIO


class MessageRow(msgspec.Struct, kw_only=True):
    """One text message."""

    sid: str
    account: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    created_ms: int
    status_url: str = ""
    media: list[str] = []


class _Kept(msgspec.Struct, kw_only=True):
    made: int = 0
    calls: list[CallRow] = []
    recordings: list[RecordingRow] = []
    messages: list[MessageRow] = []


class Network(World):
    """The state."""

    def __init__(self, clock: Clock, accounts: dict[str, str], directory: Path | None = None) -> None:
        """`accounts`: token by SID."""
        super().__init__(clock, "phone", directory)
        self.accounts = dict(accounts)
        self.numbers: dict[str, OwnNumber] = {}
        self.handsets: dict[str, Handset] = {}
        kept = self._load(_Kept) or _Kept()
        self._made = kept.made
        self.calls = {row.sid: row for row in kept.calls}
        self.recordings = {row.sid: row for row in kept.recordings}
        self.messages = {row.sid: row for row in kept.messages}
        self.media: dict[str, bytes] = {}
        """Pictures by path."""
        self.unreachable: set[str] = set()
        """Numbers that take no text messages: 21614."""
        self.stopped: set[str] = set()
        """Numbers that have written STOP: 21610."""
        self.posts: list[tuple[str, int]] = []
        """Requests to webhooks, and how each was answered (0: not at all). None is repeated."""
        self.errors: list[str] = []
        """Documents that could not be carried out, and addresses that nobody answered at."""

    def sid(self, kind: str) -> str:
        """A new id of the provider's form."""
        self._made += 1
        return f"{kind}{self._made:032x}"

    def own(self, number: str, account: str, base: str = "", *, fallback: bool = True) -> OwnNumber:
        """A number of ours whose webhooks are at `base`."""
        found = OwnNumber(number=number, account=account)
        if base:
            found.voice_url, found.status_url, found.sms_url = f"{base}/voice", f"{base}/status", f"{base}/sms"
            found.fallback_url = f"{base}/fallback" if fallback else ""
        self.numbers[number] = found
        return found

    def _state(self) -> _Kept:
        return _Kept(
            made=self._made,
            calls=list(self.calls.values()),
            recordings=list(self.recordings.values()),
            messages=list(self.messages.values()),
        )
