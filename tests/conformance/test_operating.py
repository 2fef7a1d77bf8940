"""What an operator meets: settings, checks, starting and stopping, what is told and what never is."""

import asyncio

import pytest

from router.config import ChannelConfig, load
from router.discovery import settings_of
from router.model.errors import ConfigError


async def test_01_wrong_settings_are_named_and_secrets_never_printed(bench):
    good = settings_of(bench.manifest, ChannelConfig(kind=bench.kind, settings=dict(bench.settings("default"))))
    assert bench.secret not in f"{good!r} {good!s}"
    assert bench.wrong_settings
    for settings, named in bench.wrong_settings:
        with pytest.raises(ConfigError, match=named):
            settings_of(bench.manifest, ChannelConfig(kind=bench.kind, settings=dict(settings)))


async def test_02_a_check_tells_well_from_wrong_from_away(house, bench):
    (channel,) = house.app.channels.all()
    assert (await channel.connector.check()).state == "ok"
    bench.lock()
    refused = await channel.connector.check()
    assert refused.state == "auth_failed"
    assert bench.secret not in refused.detail
    bench.unlock()
    await bench.unplug()
    assert (await channel.connector.check()).state == "retrying"


async def test_03_the_same_account_twice_is_refused(bench, tmp_path):
    config = tmp_path / "switchboard.yaml"
    keys = f"seal_keys: {{k1: '{'11' * 32}'}}, seal_key: k1, signing_key: '{'22' * 32}'"
    one = f"  - {{kind: {bench.kind}, account: a}}\n"
    config.write_text(f"secrets: {{{keys}}}\nchannels:\n{one}{one}")
    with pytest.raises(ConfigError, match=f"{bench.kind}/a is configured twice"):
        load(config)


async def test_29_a_stop_leaves_nothing_behind(house, bench):
    await house.stop()
    before = asyncio.all_tasks()
    for _ in range(3):
        await house.start()
        said = await bench.said("hello")
        await bench.deliver(said)
        await house.stop()
        # The provider's side, in this process too, sees a moment later that we have gone.
        await house.until(lambda: asyncio.all_tasks() <= before)
    await house.start()


async def test_39_what_operators_read_holds_no_secret(house, bench):
    said = await bench.said("hello")
    await bench.deliver(said)
    await house.until_inbound(1)
    told = [str(line) for line in house.log]
    told += [str(one) for one in house.app.health.current]
    told += [repr(channel.connector.health()) for channel in house.app.channels.all()]
    told.append(house.app.metrics.expose().decode())
    assert told
    assert not [line for line in told if bench.secret in line]
