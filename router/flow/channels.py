"""The configured channels of this installation: who speaks for which kind, what each can carry, how each is."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec

from router.connector import Capabilities, Connector, Inlet, Manifest
from router.core.private_answers import Doors
from router.core.replies import ChannelView
from router.model.capabilities import PublicFiles
from router.model.limits import REPLY_FILES_MAX
from router.model.tables import Conversation

_MAIL = "email"


def _nothing_new() -> Connector | None:
    return None


class Channel(msgspec.Struct, kw_only=True):
    """One configured account of a connector kind."""

    account: str
    manifest: Manifest
    capabilities: Capabilities
    connector: Connector
    """Made anew when the provider refuses its secrets and there are new ones: ask for it, do not keep it."""
    renew: Callable[[], Connector | None] = _nothing_new
    """A connector with the secrets as they are now; None when they are those of the last one."""
    backfill: Callable[[Inlet, int], Awaitable[None]] | None = None
    """Hand everything its provider has since a time (ms) to an inlet."""
    remedy: str = ""
    """What an operator does about refused credentials."""

    @property
    def kind(self) -> str:
        """Of its connector."""
        return self.manifest.kind


class Channels:
    """Finds the channel that carries messages of (kind, account)."""

    def __init__(self, channels: Iterable[Channel] = ()) -> None:
        self._channels: Sequence[Channel] = tuple(channels)
        self._by_key: dict[tuple[str, str], Channel] = {}
        for channel in self._channels:
            for kind in channel.capabilities.speaks_for:
                self._by_key.setdefault((kind, channel.account), channel)
        for channel in self._channels:  # a channel of its own kind comes before one that merely speaks for it
            self._by_key[channel.kind, channel.account] = channel

    @property
    def opens_links(self) -> bool:
        """Whether a page of ours opens links into private conversations."""
        return any(channel.capabilities.opens_links for channel in self._channels)

    def all(self) -> Sequence[Channel]:
        """In the order of the configuration."""
        return self._channels

    def find(self, kind: str, account: str) -> Channel | None:
        """The channel that carries (kind, account)."""
        return self._by_key.get((kind, account))

    def first(self, kind: str) -> Channel | None:
        """The first channel of a kind that can send, for what belongs to no conversation."""
        return next((c for c in self._channels if c.kind == kind and c.capabilities.can_send), None)

    def mail_for(self, channel: Channel) -> Channel | None:
        """The mail channel that carries this channel's answers to typed addresses: of its account, else the first."""
        if not channel.capabilities.mails_answers:
            return None
        own = self._by_key.get((_MAIL, channel.account))
        return own if own is not None and own.capabilities.can_send else self.first(_MAIL)

    def can_send(self, kind: str, account: str) -> bool:
        """Whether a reply to (kind, account) has a way out."""
        channel = self.find(kind, account)
        return channel is not None and channel.capabilities.can_send

    def view(self, where: Conversation) -> ChannelView:
        """What decisions about replies need to know."""
        channel = self.find(where.channel, where.account)
        if channel is None:
            return ChannelView(can_send=False, reason="no_channel")
        if not channel.capabilities.can_send:
            reason = "call_back" if channel.capabilities.answered_by_call else "receive_only"
            return ChannelView(can_send=False, reason=reason, calls=channel.capabilities.answered_by_call)
        able = channel.capabilities
        if able.unwritable and where.peer.startswith(able.unwritable):
            return ChannelView(can_send=False, reason="no_address", calls=able.answered_by_call)
        is_public = where.visibility == "public"
        files = _files(able, is_public=is_public)
        return ChannelView(
            can_send=True,
            text_max=able.public_text_max if is_public and able.public_text_max else able.text_max,
            name=channel.manifest.name,
            calls=able.answered_by_call,
            signals=able.signals,
            files=able.attachments and files.most > 0,
            files_in_private=able.attachments,
            file_bytes_max=files.bytes_max,
            files_bytes_max=able.attachments_bytes_max,
            files_most=min(files.most, REPLY_FILES_MAX),
            file_types=files.types,
            lone_files=able.lone_files,
            window_s=able.reply_window_s,
            agent_window_s=able.agent_window_s,
            moderates=able.moderates,
            takes_back=able.takes_back,
            edits=able.edits,
            reactions=able.reactions,
            doors=Doors(
                answer=able.private_answer,
                links=bool(able.private_link) or (self.opens_links and not able.opens_links),
            ),
        )

    def keys_of(self, channel: Channel) -> list[tuple[str, str]]:
        """Every (kind, account) whose replies this channel carries."""
        if not channel.capabilities.can_send:
            return []
        return [key for key, found in self._by_key.items() if found is channel]


def _files(able: Capabilities, *, is_public: bool) -> PublicFiles:
    """Which files an answer carries there."""
    if is_public and able.public_files is not None:
        return able.public_files
    most = able.attachments_most or REPLY_FILES_MAX
    return PublicFiles(most=most, bytes_max=able.attachment_bytes_max, types=able.attachment_types)
