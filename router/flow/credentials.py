"""What providers gave a channel account in the place of configured secrets: implements connector.Credentials."""

from router.keys import Keyring, Sealed
from router.model.errors import ConfigError, StoreUnavailable
from router.model.secret import Secret
from router.model.sources import Clock
from router.store import credentials
from router.store.script import Store


class AccountCredentials:
    """Of one account; each opens under its own kind, account and name alone. With a store that does not outlive the
    process (not `keeps`) there is none to be had: a secret whose successor would be lost must not be spent."""

    def __init__(
        self, kind: str, account: str, *, store: Store, keys: Keyring, clock: Clock, keeps: bool = True
    ) -> None:
        self._kind, self._account = kind, account
        self._store, self._keys, self._clock, self._keeps = store, keys, clock, keeps

    async def load(self, name: str) -> Secret | None:
        """What was kept last; None also when its sealing key is gone, for the configured one may still be good."""
        if not self._keeps:
            raise StoreUnavailable("try again beside the service's database: switchboard channels check")
        found = await self._store.read(credentials.load(self._kind, self._account, name))
        if found is None:
            return None
        try:
            return Secret(self._keys.open(Sealed(*found), self._purpose(name)).decode())
        except ConfigError:
            return None

    async def keep(self, name: str, secret: Secret) -> None:
        """Seal it; durable on return."""
        sealed = self._keys.seal(secret.reveal().encode(), self._purpose(name))
        await self._store.write(
            credentials.keep(
                self._kind,
                self._account,
                name,
                key_id=sealed.key_id,
                data=sealed.data,
                now_ms=self._clock.now_ms(),
            )
        )

    def _purpose(self, name: str) -> str:
        return purpose(self._kind, self._account, name)


def purpose(kind: str, account: str, name: str) -> str:
    """What such a record is sealed as."""
    return f"channel-credential:{kind}/{account}:{name}"
