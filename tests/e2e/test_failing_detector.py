"""A detector that fails: its message waits in quarantine, or is told as a bad line, and what is behind it goes on."""

import asyncio
import json

import pytest

from router import beside
from router.connector import RawEvent
from rules.detectors import registry
from tests.e2e.command_desk import line

FAILING = "my meter reads 4711 today"


@pytest.fixture
def broken(monkeypatch):
    """The detectors as shipped, and one that cannot bear a certain text and says so with the text in its mouth."""

    def find(scan):
        if "4711" in scan.low:
            raise ZeroDivisionError(scan.text)
        return ()

    failing = registry.Detector(frozenset({"CARD"}), ("digit",), find)
    monkeypatch.setattr(registry, "DETECTORS", (*registry.DETECTORS, failing))
    registry.plan.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    registry.plan.cache_clear()


def test_route_tells_the_line_and_goes_on(broken):
    async def decided():
        async with beside.rehearsal(None) as rehearsal:
            lines = [line("m1", "hello 1"), line("m2", FAILING), line("m3", "hello 3"), line("m4", FAILING)]
            return [answer async for answer in rehearsal.decide(lines)]

    one, two, three, four = asyncio.run(decided())
    assert (one.message_id, three.message_id) == ("m1", "m3")
    assert (two.line, four.line) == (2, 4)
    assert two.error == "looking for secrets failed (ZeroDivisionError): a defect of ours, please report it"


def test_the_service_keeps_it_sealed_in_quarantine_and_takes_the_rest(desk, broken):
    async def accept(app):
        inlet = app.door.inlet(app.channels.all()[0].manifest, "default")
        bodies = [line("m1", "hello 1"), line("m2", FAILING), line("m3", "hello 3")]
        return await inlet.accept([RawEvent(body=body, meta={"kinds": "telegram"}) for body in bodies])

    told = [(one.outcome, one.message_id) for (one,) in desk.serve(accept)]
    assert told == [("new", "m1"), ("quarantined", "m2"), ("new", "m3")]
    assert desk.look("SELECT text FROM messages ORDER BY external_id") == [("hello 1",), ("hello 3",)]
    (waiting,) = desk.rows("quarantine list", "--json")
    assert waiting["cause"] == "cleaning_failed"
    assert "meter" not in json.dumps(waiting)
    for file in desk.folder.glob("house.db*"):
        assert b"meter" not in file.read_bytes()

    broken.undo()  # it was mended
    registry.plan.cache_clear()
    desk("quarantine replay", waiting["id"])
    desk.serve()
    assert (FAILING,) in desk.look("SELECT text FROM messages")
