"""What providers gave in the place of configured secrets: the newest alone, sealed, and opening as itself only."""

import pytest

from router.clock import SystemClock
from router.flow.credentials import AccountCredentials
from router.flow.seals import check_seals
from router.keys import Keyring
from router.model.errors import StoreUnavailable
from router.model.secret import Secret
from router.store import credentials
from router.store.script import Store, run, select

_KEYS = {"old": b"1" * 32, "new": b"2" * 32}


def of(store, account="default", *, keys=_KEYS, active="old", keeps=True):
    ring = Keyring(keys, active, b"s" * 32)
    return AccountCredentials("email", account, store=store, keys=ring, clock=SystemClock(), keeps=keeps)


class CredentialsSuite:
    async def test_the_newest_is_kept_and_rests_sealed(self, store: Store):
        assert await of(store).load("refresh_token") is None
        await of(store).keep("refresh_token", Secret("first-secret"))
        await of(store, active="new").keep("refresh_token", Secret("second-secret"))
        assert (await of(store).load("refresh_token")).reveal() == "second-secret"
        ((key_id, data),) = await store.read(select("SELECT key_id, data FROM channel_credentials"))
        assert key_id == "new"
        assert b"secret" not in bytes(data)

    async def test_it_opens_for_its_own_account_and_name_alone(self, store: Store):
        await of(store).keep("refresh_token", Secret("mine"))
        assert await of(store, "other").load("refresh_token") is None
        assert await of(store).load("another") is None
        await store.write(run("UPDATE channel_credentials SET account = 'other'"))
        assert await of(store, "other").load("refresh_token") is None

    async def test_without_its_key_there_is_none(self, store: Store):
        await of(store).keep("refresh_token", Secret("lost"))
        assert await of(store, keys={"new": b"2" * 32}, active="new").load("refresh_token") is None
        (problem,) = (await check_seals(store, Keyring({"new": b"2" * 32}, "new", b"s" * 32))).problems
        assert "'old'" in problem
        assert (await check_seals(store, Keyring(_KEYS, "new", b"s" * 32))).problems == ()

    async def test_a_store_that_ends_with_the_process_keeps_none(self, store: Store):
        with pytest.raises(StoreUnavailable, match="channels check"):
            await of(store, keeps=False).load("refresh_token")
        assert await store.read(credentials.load("email", "default", "refresh_token")) is None
