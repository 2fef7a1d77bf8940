"""docs/connectors.md: the connector it builds is taken from the page, installed, conforms, and serves a house."""

import asyncio
import os
import re
import subprocess
import sys

import aiohttp
import pytest

from tests.e2e.desk import Desk
from tests.house.tree import ROOT, text
from tests.servers.service import Service

_FILE = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY, SECRET = "the key of our account", "signs for us"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that holds nothing but the installed package of the page."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for name, content in _FILE.findall(text(ROOT / "docs" / "connectors.md")):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(content)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--no-warn-script-location", "--target", site, source],
        check=True,
    )  # fmt: skip
    return site


@pytest.fixture
def installed(site, monkeypatch):
    """It is found by this process and by those it starts."""
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(ROOT)]))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "parcel_sms"]:
        del sys.modules[name]


def test_it_conforms(installed):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/conformance", "-k", "sms", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    from parcel_sms.bench import SmsBench

    from tests.conformance.answers import answers, number_of

    answered = answers(SmsBench.quality)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "conformance").glob("test_*.py"))
    tests = re.findall(r"^(?:async )?def (test_\d\d_\w+)", sources, re.MULTILINE)
    in_suite = [name for name in tests if answered[number_of(name)] == "suite"]
    assert f"{len(in_suite)} passed" in done.stdout


async def test_a_house_takes_and_answers_a_message_through_it(installed, tmp_path, monkeypatch):
    from parcel_sms.simulator import Parcel

    monkeypatch.setenv("PARCEL_SECRET", SECRET)
    parcel = Parcel(KEY, SECRET)
    await parcel.start()
    (tmp_path / "key").write_text(KEY)
    settings = {"url": parcel.url, "key": "file:key", "signing_secret": "env:PARCEL_SECRET"}
    service = Service(tmp_path, channels=[{"kind": "sms", "settings": settings}])
    worker = service.worker()
    try:
        await worker.start()
        assert (await service.command("channels", "check")).split() == ["sms/default", "ok"]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            desk = await Desk.open(service, http)
            event = {"id": "e1", "from": "+41446681800", "text": "Where is my transfer? 你好", "at": 1_793_606_403}
            webhook = f"{service.url}/channels/sms/default/events"
            assert await parcel.push(webhook, event) == 200
            ticket = await desk.until("T-1001", lambda _: True)
            assert [one["text"] for one in ticket["messages"] if one["kind"] == "inbound"] == [event["text"]]
            # Its key changes while the house runs.
            parcel.key = "a new key"
            await desk.reply("T-1001", "It is on its way.")
            while not [line for line in worker.log if "channel.credentials_refused" in line]:
                await asyncio.sleep(0.05)
            (tmp_path / "key").write_text("a new key")
            while "It is on its way." not in [one["text"] for one in parcel.messages.values()]:
                await asyncio.sleep(0.05)
        assert {one["to"] for one in parcel.messages.values()} == {"+41446681800"}
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()
        await parcel.stop()


def test_its_entry_is_written_with_its_own_words(installed, command, tmp_path):
    config = tmp_path / "switchboard.yaml"
    key = "11" * 32
    config.write_text(f"secrets: {{seal_keys: {{k: '{key}'}}, seal_key: k, signing_key: '{key}'}}\n")
    code, out, _ = command("channels", "add", "sms", "--config", config, "--set", "url=https://parcel.example")
    assert code == 1
    assert "set the secret SMS_KEY" in out
    assert "set the secret SMS_SIGNING_SECRET" in out
    assert "# What Parcel signs its events with." in config.read_text()
