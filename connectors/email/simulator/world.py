"""What the simulated servers share: mailboxes, logins, and the faults they are told to play.

server.py is a World that listens; its sessions in imap.py and smtp.py see only this much of it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.email.simulator.mailboxes import Folder, Mail, Mailboxes
from connectors.email.simulator.tokens import TokenServer
from router.model.sources import Clock


class World:
    """Everybody's mail. `accounts`: address to password of those who may log in; everybody has a mailbox."""

    def __init__(self, clock: Clock, accounts: Mapping[str, str], directory: Path | None) -> None:
        self.clock = clock
        self.accounts = {address.lower(): password for address, password in accounts.items()}
        self.mailboxes = Mailboxes(directory)
        self.tokens: TokenServer | None = None
        """Whose access tokens log in, where somebody's do."""
        self.capabilities = "IMAP4rev1 ID IDLE"
        """Without IDLE a client has to ask again and again."""
        self.asks_who = False
        """Set: no folder is selected for whoever has not said who they are, as NetEase has it."""
        self._faults: dict[str, deque[str]] = {}
        self._sizes: dict[Mail, int] = {}
        self._spoilt: dict[Mail, tuple[Callable[[int, int], bool], str]] = {}

    def deliver(self, raw: bytes, address: str) -> Mail:
        """Put a mail into a mailbox, as its server would; durable on return when there is a directory."""
        return self.inbox(address).add(raw, self.clock.now_ms())

    def inbox(self, address: str) -> Folder:
        """The folder that mail to `address` arrives in."""
        return self.mailboxes.folder(address)

    def mailbox(self, address: str) -> list[bytes]:
        """Everything in the inbox of `address`, oldest first."""
        return [mail.raw for mail in self.inbox(address).mails.values()]

    async def wait_for(self, address: str, count: int) -> list[bytes]:
        """The inbox of `address` once it holds `count` mails."""
        folder = self.inbox(address)
        with folder.watched() as changed:
            while len(folder.mails) < count:
                changed.clear()
                await changed.wait()
        return self.mailbox(address)

    def script(self, point: str, *faults: str) -> None:
        """What happens at the next passages of `point`, in order.

        Points: `imap.<command>`, `smtp.mail`, `smtp.rcpt`, `smtp.data`. A fault is the reply to give ("NO [LIMIT] too
        many", "451 4.3.0 busy"), `drop` (cut the connection), `pass` (let this one go), for IMAP also `bye` (say
        goodbye and hold the line), for `smtp.data` also `lose` (take the mail, then cut the connection).
        """
        self._faults.setdefault(point, deque()).extend(faults)

    def next_fault(self, point: str) -> str | None:
        """The fault to play now, if one is scripted."""
        waiting = self._faults.get(point)
        fault = waiting.popleft() if waiting else None
        return None if fault == "pass" else fault

    def announce(self, mail: Mail, size: int) -> None:
        """Let RFC822.SIZE of a mail be `size`."""
        self._sizes[mail] = size

    def announced_size(self, mail: Mail) -> int:
        """What RFC822.SIZE says."""
        return self._sizes.get(mail, len(mail.raw))

    def spoil(self, mail: Mail, spoils: Callable[[int, int], bool], how: str = "cut") -> None:
        """Do not hand out so much of a mail: told the first byte and how many, `spoils` decides.

        `how` is `cut` (the connection), `nil` (nothing is handed out), or the text of a NO.
        """
        self._spoilt[mail] = (spoils, how)

    def fault_of(self, mail: Mail, first: int, count: int) -> str | None:
        """What becomes of handing out this part; None: nothing bad."""
        spoils, how = self._spoilt.get(mail, (None, ""))
        return how if spoils is not None and spoils(first, count) else None
