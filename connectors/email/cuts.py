"""Mails that were refused, or on which the connection was lost, or the time ran out, again and again: when each is
asked for anew, and how.

Kept by receive.py from one connection to the next. Pure but for the time that it is told.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.email.imap import Listed

_ASIDE: Final = 3
"""So often its turn is kept; then those behind it go first."""
_PIECES: Final = 5
"""From then on it is asked for in pieces."""
_GIVEN_UP: Final = 8
"""From then on what comes of it is all, and of nothing it is enough that another mail is handed out."""
_ALONE: Final = 100
"""From then on it is given up without another mail to prove anything by: some eight hours of a server that lets us in
and lists it."""
_MANY: Final = 3
"""So many mails that failed alone, and none handed out between them: it is the server."""


class Cut(msgspec.Struct, frozen=True):
    """One of them."""

    mail: Listed
    tries: int
    """In a row, none of which brought it."""
    due_s: float
    """When it is asked for again, on the loop's clock."""

    @property
    def is_aside(self) -> bool:
        """Whether those behind it go first."""
        return self.tries >= _ASIDE

    @property
    def in_pieces(self) -> bool:
        """Whether it is asked for in pieces."""
        return self.tries >= _PIECES

    @property
    def is_over(self) -> bool:
        """Whether no more of it is to be expected than what comes now."""
        return self.tries >= _GIVEN_UP

    @property
    def is_hopeless(self) -> bool:
        """Whether it is given up where no other is there to be asked for."""
        return self.tries >= _ALONE


class Cuts:
    """Of one folder, for as long as its UIDs hold."""

    def __init__(self, uidvalidity: int, retry_s: float, retry_max_s: float) -> None:
        self.uidvalidity = uidvalidity
        self.reached = 0
        """The last UID taken in; the cursor stays below what is set aside."""
        self.given_up: set[int] = set()
        """They cannot speak for the server."""
        self._retry_s = retry_s
        self._retry_max_s = retry_max_s
        self._cuts: dict[int, Cut] = {}
        self._alone: set[int] = set()
        """What failed alone since anything was handed out."""

    def __contains__(self, uid: object) -> bool:
        return uid in self._cuts

    def of(self, uid: int) -> Cut | None:
        """What is known of a mail; None: nothing bad."""
        return self._cuts.get(uid)

    def aside(self) -> list[Cut]:
        """Those that wait for their time, the first due first."""
        return sorted((cut for cut in self._cuts.values() if cut.is_aside), key=lambda cut: cut.due_s)

    @property
    def worst(self) -> int:
        """The most tries that any of them took so far."""
        return max((cut.tries for cut in self._cuts.values()), default=0)

    def failed(self, batch: Sequence[Listed], now_s: float) -> None:
        """No connection survived asking for these; which of them was the reason, only asking for each alone tells."""
        for mail in batch:
            before = self._cuts.get(mail.uid)
            tries = 1 if before is None else before.tries + 1
            pause_s = min(self._retry_s * 2.0 ** min(tries, 30), self._retry_max_s)
            self._cuts[mail.uid] = Cut(mail, tries, now_s + pause_s)
        if len(batch) == 1:
            self._alone.add(batch[0].uid)

    def settle(self, batch: Sequence[Listed]) -> None:
        """These are asked for no more."""
        for mail in batch:
            self._cuts.pop(mail.uid, None)

    def handed_out(self) -> None:
        """The server has handed something out."""
        self._alone.clear()

    @property
    def are_of_server(self) -> bool:
        """Whether the server is at fault, or the way to it, and no single mail."""
        return len(self._alone) >= _MANY
