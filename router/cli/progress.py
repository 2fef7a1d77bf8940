"""Progress of long work: one line that overwrites itself on a terminal, silence elsewhere."""

import sys


class Progress:
    """Counts to standard error."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        """Show how far it is."""
        if self._shown:
            print(f"\r{self._what}: {done:,}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._shown:
            print(file=sys.stderr)
