"""A house whose files are in a bucket: in, out, by parts, and what happens while the store of files is away."""

import time

import aiohttp
import msgspec
import pytest

from router.app import App
from router.cli.people import add_login_token
from router.clock import SystemClock
from router.config import (
    ChannelConfig,
    Config,
    MediaConfig,
    RulesConfig,
    S3Config,
    SecretsConfig,
    ServerConfig,
    StorageConfig,
)
from router.connector import RawEvent
from router.model.errors import StoreUnavailable
from router.store.script import select
from router.telemetry import SilentLog
from tests.contract.http.calls import HOOK, add_agent, decided, message
from tests.contract.http.test_files import OGG, sent_file
from tests.servers.s3 import ACCESS, REGION, SECRET, S3Server
from tests.servers.service import RULES


@pytest.fixture
async def bucket():
    async with S3Server("support-files", time.time) as server:
        yield server


@pytest.fixture
async def app(tmp_path, bucket):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    s3 = S3Config(
        endpoint=bucket.endpoint, bucket="support-files", region=REGION, access_key=ACCESS, secret_key=SECRET,
        prefix="house/",
    )  # fmt: skip
    config = Config(
        server=ServerConfig(port=0),
        storage=StorageConfig(url="sqlite:house.db"),
        media=MediaConfig(s3=s3),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=(ChannelConfig(kind="api", settings={"kinds": ["telegram"], **HOOK}),),
    )
    app = App(config, base=tmp_path, roles=("intake", "route", "web"), log=SilentLog(), clock=SystemClock())
    await app.start()
    yield app
    await app.stop()


async def tell(app, *files):
    inlet = app.door.inlet(app.channels.find("api", "default").manifest, "default")
    return await inlet.accept([RawEvent(body=msgspec.json.encode(message(attachments=list(files))))])


async def test_a_recording_goes_in_and_comes_out_by_parts(app, bucket, tmp_path):
    await tell(app, sent_file(OGG, "voice.ogg", "audio/ogg"))
    await decided(app)
    ((name,),) = await app.store.read(select("SELECT hash FROM media"))
    sealed = bucket.objects[f"house/{name}"][0]
    assert len(sealed) > len(OGG)
    assert OGG[:64] not in sealed
    assert not (tmp_path / "media").exists()
    mei = await add_agent(app, "mei")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}", cookie_jar=jar) as agent:
        token = await add_login_token(app.store, mei, app.clock)
        assert (await agent.post("/api/v1/login", json={"token": token})).status == 200
        ((message_id, files),) = await app.store.read(
            select("SELECT id, attachments FROM messages WHERE kind = 'inbound'")
        )
        path = f"/api/v1/attachments/{message_id}/{msgspec.json.decode(files)[0]['id']}"
        async with agent.get(path, headers={"Range": "bytes=70000-70009"}) as answer:
            assert (answer.status, await answer.read()) == (206, OGG[70_000:70_010])
        async with agent.get(path) as answer:
            assert (answer.status, await answer.read()) == (200, OGG)
        bucket.faults = [503] * 9
        async with agent.get(path) as answer:
            assert answer.status == 503
            assert (await answer.json())["code"] == "store_unavailable"


async def test_while_the_bucket_is_away_files_wait_with_their_provider_and_texts_come(app, bucket):
    bucket.faults = [500] * 9
    with pytest.raises(StoreUnavailable, match="answered 500"):
        await tell(app, sent_file(OGG))
    assert await app.store.read(select("SELECT COUNT(*) FROM journal")) == [(0,)]
    await tell(app)
    assert await app.store.read(select("SELECT COUNT(*) FROM journal")) == [(1,)]
    bucket.faults = []
    ((accepted,),) = await tell(app, sent_file(OGG))
    assert accepted.outcome == "new"
    assert list(await app.media.check()) == []
