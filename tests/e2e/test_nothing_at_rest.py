"""No secret rests in clear anywhere: a thousand are told by every channel, then the disk and Redis are searched.

Beside each way in which secrets are told goes a canary, a harmless word that the same search has to find: a search in
the wrong place fails.
"""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import redis

from router.keys import Keyring
from router.store.script import select
from tests.e2e import looking, telling
from tests.e2e.haystack import files
from tests.e2e.load import receiver_of_replies
from tests.e2e.mailbox import mail_channel
from tests.e2e.telling import House
from tests.e2e.test_main_job import put_file
from tests.e2e.told import Teller
from tests.servers.process import free_port
from tests.servers.redis import RedisServer
from tests.servers.service import Service

KEYS = Keyring({"k1": bytes.fromhex("11" * 32)}, "k1", bytes.fromhex("22" * 32))
"""What the configuration of `Service` names."""


@asynccontextmanager
async def followed(house: House):
    """An inbox that is open all the while; its frames."""
    frames: list[bytes] = []

    async def follow(socket: aiohttp.ClientWebSocketResponse) -> None:
        frames.extend([frame.data.encode() async for frame in socket])

    async with house.http.ws_connect(f"{house.service.url}/api/v1/feed") as socket:
        following = asyncio.create_task(follow(socket))
        try:
            yield frames
            await following  # to the end: the server closes it
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


@asynccontextmanager
async def monitored(redis: RedisServer | None):
    """Every command that Redis is given, publications too."""
    if redis is None:
        yield None
        return
    reader, writer = await asyncio.open_connection("127.0.0.1", redis.port)
    heard = bytearray()

    async def listen() -> None:
        while piece := await reader.read(65_536):
            heard.extend(piece)

    writer.write(b"MONITOR\r\n")
    listening = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        writer.close()
        await asyncio.gather(listening, return_exceptions=True)


def keys_of(server: RedisServer) -> bytes:
    """Every key that is there, and what the streams still hold."""
    with redis.Redis(port=server.port) as client:
        held = {
            key: client.xrange(key) if client.type(key) == b"stream" else client.dump(key) for key in client.scan_iter()
        }
    return repr(held).encode()


async def metrics(http: aiohttp.ClientSession, ports: Sequence[int]) -> bytes:
    """What each process tells Prometheus."""
    told = []
    for port in ports:
        async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
            told.append(await response.read())
    return b"".join(told)


UNCOMPRESSED = """
DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('text', 'bytea') LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STORAGE EXTERNAL', c.table_name, c.column_name);
  END LOOP;
END $$
"""
"""PostgreSQL compresses long rows, in which nothing could be searched for."""


class Place:
    """A house on one kind of storage, and the servers it stands on."""

    def __init__(self, folder, roles, dovecot, sink, *, postgres=None, storage="sqlite:house.db", redis_server=None):
        self.folder, self.roles, self.dovecot, self.sink = folder, roles, dovecot, sink
        self.postgres, self.storage, self.redis = postgres, storage, redis_server
        self.user = f"atrest-{storage.partition(':')[0]}"

    def put(self, name: str, mail: bytes) -> None:
        """Into the mailbox."""
        put_file(self.dovecot, self.user, name, mail)

    def prepare(self) -> None:
        """Once there are tables: let the files hold what is written as it is written."""
        if self.postgres is not None:
            self.postgres.execute(UNCOMPRESSED, database=self.storage.rpartition("/")[2])

    def disk(self) -> dict[str, bytes]:
        """Every file of the house and its servers; the mail server keeps what customers wrote, as theirs does."""
        if self.postgres is not None:
            self.postgres.execute("CHECKPOINT")
        servers = [server.directory for server in (self.postgres, self.redis) if server is not None]
        return files(self.folder, *servers)

    async def search_words(self, store) -> bytes:
        """What the search index knows."""
        if self.postgres is None:
            return looking.index_of_sqlite(self.folder / "house.db")
        return "\n".join(row[0] for row in await store.read(select(looking.INDEX_OF_POSTGRES))).encode()


async def nothing_rests(place: Place, seed: int) -> None:
    """The whole walk: start, tell, look while it runs, stop, look again."""
    async with (
        receiver_of_replies() as (receiver, address),
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
        monitored(place.redis) as heard,
    ):
        bus = "local" if place.redis is None else place.redis.url
        mail = mail_channel(place.dovecot, place.user, place.sink)
        service = Service(place.folder, storage=place.storage, bus=bus, channels=telling.channels(address, mail))
        ports = [service.port, *(free_port() for _ in place.roles[1:])]
        workers = [service.worker(role, port=port) for role, port in zip(place.roles, ports, strict=True)]
        try:
            for worker in workers:
                await worker.start()
            place.prepare()
            token = await service.api_token(*telling.PRIVATE, *telling.PUBLIC)
            await service.sign_in(http)
            house = House(service, http, Teller(seed), token)
            async with service.store() as store:
                async with followed(house) as frames:
                    await telling.tell_everywhere(house, store, receiver, place.sink, place.put)
                    await telling.ask_for_everything(house)
                    parts = {f"while it runs {name}": held for name, held in place.disk().items()}
                    parts["metrics"] = await metrics(http, ports)
                    for worker in workers:
                        assert await worker.stop() == 0
                        assert not worker.troubles()
                parts |= place.disk() | await looking.tables(store, place.storage.partition(":")[0])
                parts["words of the search index"] = await place.search_words(store)
                leaks = await looking.in_rows(house, store) + await looking.in_sealed(house, store, KEYS)
        finally:
            await service.end()
    parts["logs"] = "\n".join(line for worker in workers for line in worker.log).encode()
    parts |= {"feed": b"\n".join(frames), "answers": b"\n".join(house.said_back)}
    parts["webhooks"] = msgspec.json.encode(list(receiver.taken.values()))
    parts["mails"] = b"\n".join(sent.raw for sent in place.sink.accepted)
    if place.redis is not None:
        parts |= {"redis": keys_of(place.redis), "commands of redis": bytes(heard)}
        assert b"XADD" in parts["commands of redis"]
        assert b"PUBLISH" in parts["commands of redis"]
    assert b'"app.started"' in parts["logs"]
    assert parts["metrics"].count(b"switchboard_routed_total") == 3 * len(ports)
    looking.assert_canaries_found(house, parts)
    leaks += looking.in_parts(house, parts)
    assert not leaks, "\n".join(map(str, leaks))


async def test_on_sqlite(tmp_path, dovecot, smtp_sink):
    await nothing_rests(Place(tmp_path, ["intake,route,deliver,web"], dovecot, smtp_sink), seed=8)


async def test_on_postgresql_and_redis(tmp_path, dovecot, smtp_sink, postgres, fresh_postgres, redis_server):
    servers = {"postgres": postgres, "storage": fresh_postgres, "redis_server": redis_server}
    await nothing_rests(Place(tmp_path, ["web", "intake", "route", "deliver"], dovecot, smtp_sink, **servers), seed=11)
