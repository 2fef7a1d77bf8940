"""From the configuration to channels: each account's connector made, and made anew when its secrets have changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from router import discovery
from router.bus import Bus
from router.config import ChannelConfig, Config, read_again, references
from router.connector import Connector, Context, Manifest
from router.flow.absent import AbsentConnector
from router.flow.banners import HouseBanners
from router.flow.channels import Channel
from router.flow.credentials import AccountCredentials
from router.flow.feed import Feed
from router.flow.hours import HouseHours
from router.flow.links import AccountLinks
from router.flow.rulebook import Rulebook
from router.flow.signals import AccountSignals, SignalBoard
from router.flow.threads import AccountCursors, AccountThreads
from router.keys import Keyring
from router.model.errors import ConfigError
from router.model.sources import Clock, Ids
from router.store.script import Store
from router.telemetry import Logger


class Accounts:
    """Opens the channels of a configuration; `base` is what paths in it are relative to."""

    def __init__(
        self, config: Config, base: Path, *, store: Store, bus: Bus, feed: Feed, board: SignalBoard, keys: Keyring,
        clock: Clock, ids: Ids, rulebook: Callable[[], Rulebook], log: Logger, keeps: bool,
    ) -> None:  # fmt: skip
        self._config, self._base = config, base
        self._store, self._bus, self._feed, self._board = store, bus, feed, board
        self._keys, self._clock, self._ids, self._log, self._keeps = keys, clock, ids, log, keeps
        self._hours = HouseHours(rulebook, clock)

    def opened(self) -> list[Channel]:
        """In the order of the configuration. Raises ConfigError with all that is wrong with any of them."""
        opened: list[Channel] = []
        mistakes: list[str] = []
        for configured in self._config.channels:
            try:
                opened.append(self._open(configured))
            except ConfigError as error:
                mistakes += error.told
        if mistakes:
            raise ConfigError(*mistakes)
        return opened

    def _open(self, configured: ChannelConfig) -> Channel:
        manifest = discovery.manifest_of(configured.kind, configured.place)
        if configured.missing:
            return self._wait(configured, manifest)
        settings = discovery.settings_of(manifest, configured)
        context = self._context(configured.kind, configured.account)
        return Channel(
            account=configured.account,
            manifest=manifest,
            capabilities=discovery.capabilities_of(manifest, settings),
            connector=manifest.create(settings, context),
            renew=_Renewal(configured, self._base, manifest, context).renewed,
            backfill=None if manifest.backfill is None else partial(manifest.backfill, settings, context),
            remedy=remedy(configured),
        )

    def _wait(self, configured: ChannelConfig, manifest: Manifest) -> Channel:
        """A channel whose secrets are not there: it goes on when they are, and meanwhile keeps no other out."""
        try:
            able = discovery.capabilities_of(manifest, discovery.settings_of(manifest, configured))
        except ConfigError:  # of what is not there
            able = manifest.capabilities
        renewal = _Renewal(configured, self._base, manifest, self._context(configured.kind, configured.account))
        reason = renewal.why
        self._log.error("channel.secrets_missing", channel=configured.kind, account=configured.account, reason=reason())
        return Channel(
            account=configured.account,
            manifest=manifest,
            capabilities=able,
            connector=AbsentConnector(reason),
            renew=renewal.renewed,
            remedy=remedy(configured),
        )

    def _context(self, kind: str, account: str) -> Context:
        store, bus, clock, keys = self._store, self._bus, self._clock, self._keys
        credentials = AccountCredentials(kind, account, store=store, keys=keys, clock=clock, keeps=self._keeps)
        return Context(
            account=account,
            clock=clock,
            ids=self._ids,
            log=self._log,
            signer=self._keys,
            cursors=AccountCursors(store, kind, account),
            credentials=credentials,
            threads=AccountThreads(kind, account, store=store, signer=keys, bus=bus, feed=self._feed, clock=clock),
            links=AccountLinks(kind, account, store=store, bus=bus, keys=self._keys, clock=clock, ids=self._ids),
            banners=HouseBanners(store=store, feed=self._feed),
            public_url=self._config.server.public_url,
            proxies=self._config.server.proxies,
            signals=AccountSignals(kind, account, self._board),
            hours=self._hours,
            answers_by_mail=any(other.kind == "email" for other in self._config.channels),
        )


class _Renewal:
    """Makes one connector anew when what its secrets refer to has changed."""

    def __init__(self, configured: ChannelConfig, base: Path, manifest: Manifest, context: Context) -> None:
        self._configured, self._base, self._manifest, self._context = configured, base, manifest, context
        self._missing = configured.missing

    def why(self) -> str:
        """Why there is none yet."""
        return "; ".join(self._missing)

    def renewed(self) -> Connector | None:
        """None when nothing changed, or what stands there now is of no use."""
        try:
            found = read_again(self._configured, self._base)
            if found.settings == self._configured.settings:
                return None
            made = self._manifest.create(discovery.settings_of(self._manifest, found), self._context)
        except ConfigError as error:
            self._missing = error.told
            return None  # a file that is being written: the next look finds it whole
        self._configured = found
        return made


def remedy(configured: ChannelConfig) -> str:
    """Where the credentials of a channel are mended."""
    named = references(configured.written)
    files = [name for name in named if name.startswith("file:")]
    if files:
        return f"put the right ones into {', '.join(files)}: they are read again within seconds"
    where = ", ".join(named) or "its settings in the configuration"
    return f"mend {where} and restart the service"
