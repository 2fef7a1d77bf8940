"""How fast a bot may write, kept before Telegram has to say so: one a second to a chat, 30 a second in all, 20 a minute
to a group (telegram.constants.FloodLimit). Times are those of the house's clock, in milliseconds.
"""

from collections import OrderedDict, deque
from typing import Final

from connectors.telegram.render import Place

CHAT_GAP_MS: Final = 1_000
ALL_PER_SECOND: Final = 30
GROUP_PER_MINUTE: Final = 20
SIGNALS_PER_SECOND: Final = 5
"""Beside replies, and only while these leave half of a second free: Telegram does not say what a signal counts for."""
_CHATS_MAX: Final = 50_000
"""Chats that are remembered; one that was silent for a minute has nothing to remember."""


class _Window:
    """At most `most` within any `span_ms`."""

    def __init__(self, most: int, span_ms: int) -> None:
        self._most, self._span_ms = most, span_ms
        self._taken: deque[int] = deque(maxlen=most)

    def free_at(self, now_ms: int, places: int = 1) -> int:
        over = len(self._taken) + places - self._most
        if over <= 0 or self._taken[0] > now_ms:  # what was taken later: the clock went back
            return now_ms
        return self._taken[min(over, len(self._taken)) - 1] + self._span_ms

    def take(self, at_ms: int) -> None:
        self._taken.append(at_ms)

    def taken(self, now_ms: int) -> int:
        """How much of it is taken now."""
        return sum(at_ms <= now_ms < at_ms + self._span_ms for at_ms in self._taken)


class _Chat:
    def __init__(self, *, is_group: bool) -> None:
        self.gap = _Window(1, CHAT_GAP_MS)
        self.minute = _Window(GROUP_PER_MINUTE, 60_000) if is_group else None
        self.kept = 0
        """Of the minute, for parts of replies that have begun."""
        self.closed_until_ms = 0


class Budget:
    """What one bot has left."""

    def __init__(self) -> None:
        self._all = _Window(ALL_PER_SECOND, 1_000)
        self._signals = _Window(SIGNALS_PER_SECOND, 1_000)
        self._silent_until_ms = 0
        self._chats: OrderedDict[int, _Chat] = OrderedDict()

    def spares(self, place: Place, now_ms: int) -> bool:
        """Whether a signal may leave now; one that may is counted, and takes no message's place."""
        chat = self._chats.get(place.chat)
        closed_until_ms = max(self._silent_until_ms, 0 if chat is None else chat.closed_until_ms)
        is_busy = self._all.taken(now_ms) * 2 > ALL_PER_SECOND
        if is_busy or closed_until_ms > now_ms or self._signals.free_at(now_ms) > now_ms:
            return False
        self._signals.take(now_ms)
        return True

    def hush(self, until_ms: int) -> None:
        """Telegram had enough of signals."""
        self._silent_until_ms = max(self._silent_until_ms, until_ms)

    def take(self, place: Place, now_ms: int, parts: int = 1, *, own: int = 0) -> int:
        """0: a message to this chat may leave now, and is counted. Else how many milliseconds later to ask again.

        It begins a reply of so many `parts`, which a group has room for in this minute: of the others a place is kept
        until each is taken as the reply's `own`, or let go. A reply that stands there half looks like a whole one.
        """
        chat = self._chat(place)
        parts, others = min(parts, GROUP_PER_MINUTE), chat.kept - own
        free_at_ms = max(chat.closed_until_ms, self._all.free_at(now_ms), chat.gap.free_at(now_ms))
        if chat.minute is not None:
            free_at_ms = max(free_at_ms, chat.minute.free_at(now_ms, parts + others))
        if free_at_ms > now_ms:
            return free_at_ms - now_ms
        for window in filter(None, (self._all, chat.gap, chat.minute)):
            window.take(now_ms)
        chat.kept = others + parts - 1
        return 0

    def let_go(self, place: Place, places: int) -> None:
        """A reply has ended, and needs those that were kept for it no more."""
        chat = self._chat(place)
        chat.kept = max(0, chat.kept - places)

    def close(self, place: Place, until_ms: int) -> None:
        """Telegram asked for a pause in this chat."""
        chat = self._chat(place)
        chat.closed_until_ms = max(chat.closed_until_ms, until_ms)

    def _chat(self, place: Place) -> _Chat:
        chat = self._chats.get(place.chat)
        if chat is None:
            chat = self._chats[place.chat] = _Chat(is_group=place.is_group)
            if len(self._chats) > _CHATS_MAX:
                self._chats.popitem(last=False)
        self._chats.move_to_end(place.chat)
        return chat
