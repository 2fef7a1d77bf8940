"""What the conformance suite asks of a connector's simulator: a provider's side of a channel, with faults to order.

A bench outlives the house: the simulator goes on while the house is down, as providers do. One class for each kind, in
`benches/` or offered by a package of its own through the entry point group `switchboard.benches`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from router.connector import Manifest

if TYPE_CHECKING:
    from tests.conformance.house import House

Fault = Literal["busy", "busy_html", "error", "reset", "lost", "refused"]
"""What the provider does with our next call: asks us to wait (with a page instead of JSON), fails, cuts the line before
it took it, cuts it after it took it, refuses it for good."""


@dataclass(frozen=True)
class Said:
    """One thing a customer says."""

    id: str
    """As the house will know it: messages.external_id."""
    text: str
    customer: str = "ann"
    account: str = "default"


class Bench(ABC):
    """The provider's side."""

    kind: ClassVar[str]
    """Of the connector."""
    manifest: ClassVar[Manifest]
    quality: ClassVar[Path]
    """Its quality.yaml: which checks run here, which test proves others, what does not apply and why."""
    secret: ClassVar[str]
    """In the settings, and nowhere else."""
    pulled: ClassVar[bool] = False
    """The house fetches from it: it keeps what it has, and there is no answer of ours to wait for."""
    faults: ClassVar[Sequence[Fault]] = ()
    """Those it can play, other than `refused`."""
    wrong_settings: ClassVar[Sequence[tuple[Mapping[str, object], str]]] = ()
    """Settings that have to be refused, each with a word of the error that names what is wrong."""

    async def open(self, folder: Path) -> None:  # noqa: B027 -- own channels have nobody to start
        """Start the provider."""

    async def close(self) -> None:  # noqa: B027
        """Stop it."""

    @abstractmethod
    def settings(self, account: str) -> Mapping[str, object]:
        """Of a channel that talks to it."""

    async def connect(self, house: "House") -> None:  # noqa: B027
        """The house serves at `house.url` (again)."""

    async def disconnect(self) -> None:  # noqa: B027
        """The house is about to stop."""

    @abstractmethod
    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        """A customer writes; nothing is delivered yet."""

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said | None:
        """The same with a text file beside it; None where customers send no files."""
        return None

    @abstractmethod
    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        """Bring messages to the house, again if need be; whether the house has said that it has them all.

        `together`: in one payload, where the provider has such. `unheard`: the line is cut as soon as the house has
        everything it needs, so that its answer reaches nobody. A provider that is pulled from has no answer: True.
        """

    async def poison(self) -> None:
        """Bring something that nobody can parse."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 6 in its quality.yaml")

    async def forge(self, said: Said) -> list[bool]:
        """Bring it as somebody else would, in every way there is; which of them were taken."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 14 in its quality.yaml")

    def fail(self, *faults: Fault) -> None:
        """What becomes of our next sends, in order."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 22 to 26 in its quality.yaml")

    def mute(self) -> None:  # noqa: B027 -- who shows none makes no such calls; own channels have nobody to call
        """The next calls that show signals are never answered."""

    def lock(self) -> None:
        """The credentials are no longer taken."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 25 in its quality.yaml")

    def unlock(self) -> None:
        """They are again."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 25 in its quality.yaml")

    async def unplug(self) -> None:
        """Nobody listens any more."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 2 and 30 in its quality.yaml")

    async def plug(self) -> None:
        """They listen again, at the same address."""
        raise NotImplementedError(f"{self.kind} cannot; exempt 30 in its quality.yaml")

    @abstractmethod
    def seen(self, customer: str, account: str = "default") -> list[str]:
        """Our texts as the customer sees them, in order; what a client shows once stands here once."""

    def reactions(self, customer: str, account: str = "default") -> list[str]:
        """What stands below each thing that the customer said, in order: our emoji, or nothing."""
        raise NotImplementedError(f"{self.kind} has none; its manifest says so")

    def buttons(self, customer: str, account: str = "default") -> list[tuple[str, str]]:
        """Buttons below those texts: label, and the address that it opens or what it says."""
        # Clients without buttons show none.
        return []

    def sees_typing(self, customer: str, account: str = "default") -> bool:
        """Whether the customer is shown now that somebody of ours writes."""
        # Where nobody can be shown that, nobody is.
        return False

    def seen_up_to(self, customer: str, account: str = "default") -> str | None:
        """The newest message of theirs that the customer is shown to have been read, by its id; None where none is."""
        return None
