"""Several folders of one account: each its own cursor and connection, by the names that people read."""

import asyncio

import pytest

from connectors.email.backfill import backfill
from connectors.email.folders import decoded, encoded
from connectors.email.simulator import MailServer
from router.clock import SystemClock
from router.model.errors import Refused
from tests.contract.email.test_receiving import Real, Simulated, ids, running, settings
from tests.servers.mail_house import QUICK, MailHouse, mail

FOLDERS = ["INBOX", "Spam", "客户来信"]


class Chests:
    """The folders of one box."""

    def __init__(self, box):
        self.box = box
        if isinstance(box, Real):
            for name in FOLDERS[1:]:
                box.server.make_folder(box.user, encoded(name))

    def put(self, folder, *raws):
        for raw in raws:
            if isinstance(self.box, Real):
                self.box.server.append(self.box.user, raw, mailbox=f'"{encoded(folder)}"')
            else:
                self.box.server.mailboxes.folder(self.box.user, folder).add(raw, SystemClock().now_ms())


@pytest.fixture(params=["simulator", "dovecot"])
async def chests(request):
    if request.param == "dovecot":
        yield Chests(Real(request.getfixturevalue("dovecot")))
        return
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        yield Chests(Simulated(server))


def over(chests, folders=FOLDERS, **more):
    made = settings(chests.box, **more)
    made["imap"]["folders"] = folders
    return made


async def test_all_folders_are_followed_and_each_has_its_cursor(chests):
    house = MailHouse()
    for number, folder in enumerate(FOLDERS):
        chests.put(folder, mail(message_id=f"a{number}@x.example"))
    async with running(house, **over(chests)) as connector:
        await house.until_accepted(3)
        for number, folder in enumerate(reversed(FOLDERS)):
            chests.put(folder, mail(message_id=f"b{number}@x.example"))
            await house.until_accepted(4 + number)
        assert connector.health().state == "ok"
    assert set(house.cursors) == set(FOLDERS)
    assert all(value.endswith(":2") for value in house.cursors.values())
    assert {raw.meta["folder"] for raw in house.raws} == set(FOLDERS)
    chests.put("客户来信", mail(message_id="c@x.example"))
    async with running(house, **over(chests)):
        await house.until_accepted(7)
    assert house.duplicates == 0


async def test_a_mail_that_is_moved_is_one_mail(chests):
    house = MailHouse()
    moved = mail(message_id="moved@x.example")
    chests.put("Spam", moved)
    async with running(house, **over(chests)):
        await house.until_accepted(1)
        chests.put("INBOX", moved)
        await house.until(lambda: house.duplicates == 1)
    assert ids(house) == ["moved@x.example"]


async def test_a_folder_that_is_taken_up_later_starts_from_now(chests):
    house = MailHouse()
    chests.put("Spam", mail(message_id="old@x.example"))
    async with running(house, **over(chests, ["INBOX"], start_from="now")):
        await house.until(lambda: "INBOX" in house.cursors)
    async with running(house, **over(chests, start_from="now")):
        await house.until(lambda: set(FOLDERS) <= set(house.cursors))
        chests.put("Spam", mail(message_id="new@x.example"))
        await house.until_accepted(1)
    assert ids(house) == ["new@x.example"]


async def test_backfill_reads_every_folder(chests):
    house = MailHouse()
    for number, folder in enumerate(FOLDERS):
        chests.put(folder, mail(message_id=f"{number}@x.example"))
    connector = house.connector(**over(chests))
    await backfill(connector._settings, house.context(), house, 0)
    assert ids(house) == [f"{number}@x.example" for number in range(3)]
    assert house.cursors == {}
    await connector.close()


async def test_a_folder_that_is_not_there_is_named_and_the_others_go_on(chests):
    house = MailHouse()
    async with running(house, **over(chests, ["INBOX", "Nowhere"])) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert connector.health().detail.startswith("Nowhere: NO ")
        chests.put("INBOX", mail())
        await house.until_accepted(1)
        assert connector.health().state == "retrying"
        assert (await connector.check()).state != "ok"
        with pytest.raises(Refused):
            await backfill(connector._settings, house.context(), house, 0)


async def test_check_looks_at_every_folder():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        made = over(Chests(Simulated(server)))
        made["smtp"]["port"] = server.smtp_port
        connector = MailHouse().connector(**made)
        assert (await connector.check()).state == "ok"
        server.script("imap.select", "pass", "pass", "NO [NONEXISTENT] no such folder")
        assert (await connector.check()).state == "misconfigured"
        await connector.close()


async def test_one_folder_without_idle_is_asked_and_the_others_too():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        server.capabilities = "IMAP4rev1"
        chests, house = Chests(Simulated(server)), MailHouse()
        async with running(house, **over(chests, timeouts=QUICK | {"poll_s": 0.02})):
            for number, folder in enumerate(FOLDERS):
                chests.put(folder, mail())
                await house.until_accepted(number + 1)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", "INBOX"),
        ("R&D", "R&-D"),
        ("垃圾邮件", "&V4NXPpCuTvY-"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501's own
        ("a😀", "a&2D3eAA-"),
    ],
)
def test_names_on_the_wire(name, wire):
    assert encoded(name) == wire
    assert decoded(wire) == name


@pytest.mark.parametrize("wire", ["a&b", "&", "&V4-x&", "&AAAAA-", "垃圾", "&2D0-"])
def test_what_no_server_may_send(wire):
    with pytest.raises(ValueError, match="no modified UTF-7"):
        decoded(wire)


async def test_a_folder_that_is_renamed_or_deleted_is_missed_and_a_new_one_in_its_place_is_read(dovecot):
    chest, house = Chests(Real(dovecot)), MailHouse()

    def instead(*changes):
        client = dovecot.login(chest.box.user)
        for change, *names in changes:
            status, answer = getattr(client, change)(*names)
            assert status == "OK", answer
        client.logout()

    async with running(house, **over(chest, ["Spam"])) as connector:
        for number, changes in enumerate(
            ([("rename", "Spam", "Older")], [("delete", "Spam")], [("rename", "Spam", "Old"), ("create", "Spam")]), 1
        ):
            await asyncio.to_thread(chest.put, "Spam", mail(message_id=f"{number}@x.example"))
            await house.until_accepted(number)
            await asyncio.to_thread(instead, *changes)
            if len(changes) == 1:
                await house.until(lambda: connector.health().state == "retrying")
                assert "Spam" in connector.health().detail
                await asyncio.to_thread(instead, ("create", "Spam"))
            await house.until(lambda: connector.health().state == "ok")
        await asyncio.to_thread(chest.put, "Spam", mail(message_id="4@x.example"))
        await house.until_accepted(4)
    assert ids(house) == [f"{number}@x.example" for number in range(1, 5)]
