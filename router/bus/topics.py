"""Who watches which topic inside this process; both buses wake their watchers here."""

import asyncio

from router.bus import Topic


class Topics:
    """The watchers of one bus. For one event loop."""

    def __init__(self) -> None:
        self._watchers: dict[Topic, set[TopicWatch]] = {}

    def watch(self, topic: Topic) -> "TopicWatch":
        """A watcher that is woken by every later `wake` of its topic."""
        watchers = self._watchers.setdefault(topic, set())
        watch = TopicWatch(watchers)
        watchers.add(watch)
        return watch

    def wake(self, topic: Topic) -> None:
        """Wake all who watch `topic`."""
        for watch in self._watchers.get(topic, ()):
            watch.wake()

    def wake_all(self) -> None:
        """Wake everybody, for when a notification may have been missed."""
        for topic in self._watchers:
            self.wake(topic)


class TopicWatch:
    """One waiter. Notifications between two calls of `wait` count as one."""

    def __init__(self, watchers: "set[TopicWatch]") -> None:
        self._watchers = watchers
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Let the running or else the next `wait` return."""
        self._news.set()

    async def wait(self, timeout_s: float) -> bool:
        """True when notified since the last call, False after `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def close(self) -> None:
        """Stop watching."""
        self._watchers.discard(self)
