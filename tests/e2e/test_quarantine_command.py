"""`switchboard quarantine`: why payloads could not be understood, and a second chance for one, or for all."""

import json

import pytest

from router.connector import RawEvent
from tests.e2e.command_desk import line

CARD = "4111 1111 1111 1111"


@pytest.fixture
def quarantined(desk):
    """Two payloads that the API channel could not read."""

    async def accept(app):
        inlet = app.door.inlet(app.channels.all()[0].manifest, "default")
        await inlet.accept([RawEvent(body=b"{broken"), RawEvent(body=line("m1", f"card {CARD}"), meta={"kinds": "x"})])

    desk.serve(accept)
    return desk.rows("quarantine list", "--json")


def test_quarantine_shows_why_and_replays(desk, quarantined):
    broken, denied = quarantined
    assert (broken["channel"], broken["cause"], denied["cause"]) == ("api", "invalid", "invalid")
    assert "may not speak for 'telegram'" in denied["detail"]
    listed = desk("quarantine list")
    assert [row.split()[0] for row in listed.splitlines()] == [broken["id"], denied["id"]]
    assert f"api/default  invalid: {broken['detail']}" in listed
    assert json.loads(desk("quarantine show", broken["id"], "--json"))["id"] == broken["id"]
    assert desk("quarantine show", broken["id"], "--raw") == "{broken"
    assert "not JSON" in desk("quarantine show", broken["id"])
    said = desk("quarantine replay", broken["id"], code=1)
    assert said.startswith(f"{broken['id']}: quarantined (not JSON")
    told = [{"outcome": "quarantined", "message_id": None, "reason": broken["detail"]}]
    assert desk.rows("quarantine replay", broken["id"], "--json", code=1) == [{"id": broken["id"], "results": told}]
    both = desk.rows("quarantine replay", "all", "--json", code=1)
    assert [(row["id"], len(row["results"])) for row in both] == [(broken["id"], 1), (denied["id"], 1)]
    assert desk.rows("quarantine list", "--json") == [broken, denied], "what is still unreadable waits on as it is"
    for action in ("show", "replay"):
        desk(f"quarantine {action}", "nothing", code=1)
        assert "nothing named nothing" in desk.err


def test_of_all_a_payload_whose_key_is_gone_keeps_no_other_from_being_replayed(desk, quarantined):
    broken, denied = quarantined
    desk.settings["secrets"] |= {"seal_keys": {"k1": "11" * 32, "k2": "33" * 32}, "seal_key": "k2"}
    desk.write()

    async def accept(app):
        await app.door.inlet(app.channels.all()[0].manifest, "default").accept([RawEvent(body=b"[broken")])

    desk.serve(accept)
    del desk.settings["secrets"]["seal_keys"]["k1"]
    desk.write()
    newest = desk.rows("quarantine list", "--json")[-1]
    assert [row["id"] for row in desk.rows("quarantine replay", "all", "--json", code=1)] == [newest["id"]]
    told = desk.err.splitlines()
    assert [line.split(": ")[1] for line in told] == [broken["id"], denied["id"]]
    assert "key 'k1', which sealed a record, is missing" in told[0]
    desk("quarantine replay", broken["id"], code=78)


def test_a_secret_where_a_name_was_meant_is_told_and_kept_masked(desk):
    bodies = [line("m1", kind=f"card {CARD}"), line("m2", sent_at="pw: Tr0ub4dor&3zz")]
    told = []

    async def accept(app):
        inlet = app.door.inlet(app.channels.all()[0].manifest, "default")
        told.extend(result.reason for (result,) in await inlet.accept([RawEvent(body=body) for body in bodies]))

    desk.serve(accept)
    assert [row["detail"] for row in desk.rows("quarantine list", "--json")] == told
    assert told[0].startswith("kind: found 'card [CARD]'; expected one of")
    assert told[1].startswith("sent_at: found 'pw: [PASSWORD]'")


def test_the_payload_rests_sealed(desk, quarantined):
    for file in desk.folder.glob("house.db*"):
        content = file.read_bytes()
        assert b"4111" not in content
        assert b"{broken" not in content
