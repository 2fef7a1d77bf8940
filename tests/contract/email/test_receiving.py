"""Receiving mail over IMAP: the same expectations of the real Dovecot and of our own simulator."""

import asyncio
import contextlib
from itertools import count

import pytest

from connectors.email.receive import HEAD_BYTES
from connectors.email.simulator import MailServer
from router.clock import SystemClock
from router.model.limits import RAW_BYTES_MAX
from tests.servers.connector_house import receiving
from tests.servers.mail_house import QUICK, MailHouse, mail

_users = count(1)


class Simulated:
    """A mailbox of the simulator."""

    def __init__(self, server):
        self.server, self.user, self.port = server, "help@shop.example", server.imap_port

    async def deliver(self, *raws):
        for raw in raws:
            self.server.deliver(raw, self.user)

    async def deliver_one(self, raw):
        return self.server.deliver(raw, self.user)

    async def renumber(self):
        self.server.inbox(self.user).renumber()
        self.server.drop_sessions()


class Real:
    """A mailbox of Dovecot."""

    def __init__(self, dovecot):
        self.server, self.user, self.port = dovecot, f"user{next(_users)}", dovecot.imap_port
        dovecot.add_user(self.user, "secret")

    async def deliver(self, *raws):
        await asyncio.to_thread(self._append, raws)

    def _append(self, raws):
        client = self.server.login(self.user)
        for raw in raws:
            status, answer = client.append("INBOX", "", "", raw)
            assert status == "OK", answer
        client.logout()

    async def renumber(self):
        await asyncio.to_thread(self.server.forget_index, self.user)


@pytest.fixture(params=["simulator", "dovecot"])
async def box(request):
    if request.param == "dovecot":
        yield Real(request.getfixturevalue("dovecot"))
        return
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        yield Simulated(server)


def settings(box, *, port=None, password="secret", start_from="all", tls="none", **more):
    imap = {"host": "127.0.0.1", "port": port or box.port, "tls": tls, "user": box.user, "password": password}
    return {
        "address": "help@shop.example", "imap": imap, "start_from": start_from, "timeouts": QUICK,
        "smtp": {"host": "127.0.0.1", "port": 1, "tls": "none"}, **more,
    }  # fmt: skip


@contextlib.asynccontextmanager
async def running(house, **made):
    connector = house.connector(**made)
    async with receiving(connector, house):
        yield connector


def ids(house):
    return [event.message_id for event in house.accepted]


async def test_new_mail_is_pushed_in_order(box):
    house = MailHouse()
    await box.deliver(mail(message_id="1@x.example"))
    async with running(house, **settings(box)) as connector:
        await house.until_accepted(1)
        for number in range(2, 6):
            await box.deliver(mail(message_id=f"{number}@x.example"))
            await house.until_accepted(number)
        assert connector.health().state == "ok"
    assert ids(house) == [f"{number}@x.example" for number in range(1, 6)]
    assert house.duplicates == 0
    assert [raw.meta["address"] for raw in house.raws] == ["help@shop.example"] * 5
    assert all(int(raw.meta["internaldate_ms"]) > 0 for raw in house.raws)


async def test_bytes_arrive_as_they_were_delivered(box):
    house = MailHouse()
    odd = mail() + b"* 3 EXISTS\r\n)\r\nA1 OK FETCH (\r\n" + bytes(range(128, 256)) + b"\r\n* x * y\r\n"
    await box.deliver(odd, mail())
    async with running(house, **settings(box)):
        await house.until_accepted(2)
    assert house.raws[0].body == odd


async def test_from_now_on_leaves_old_mail_alone(box):
    house = MailHouse()
    await box.deliver(mail(message_id="old@x.example"))
    async with running(house, **settings(box, start_from="now")):
        await house.until(lambda: "INBOX" in house.cursors)
        await box.deliver(mail(message_id="new@x.example"))
        await house.until_accepted(1)
    assert ids(house) == ["new@x.example"]


async def test_a_restart_goes_on_where_it_stopped(box):
    house = MailHouse()
    await box.deliver(mail(message_id="1@x.example"))
    async with running(house, **settings(box, start_from="now")):
        await house.until(lambda: "INBOX" in house.cursors)
        await box.deliver(mail(message_id="2@x.example"))
        await house.until_accepted(1)
    await box.deliver(mail(message_id="3@x.example"))
    async with running(house, **settings(box, start_from="now")):
        await house.until_accepted(2)
    assert ids(house) == ["2@x.example", "3@x.example"]
    assert house.duplicates == 0


async def test_nothing_is_marked_as_read(box):
    house = MailHouse()
    await box.deliver(mail())
    async with running(house, **settings(box)):
        await house.until_accepted(1)
    if isinstance(box, Simulated):
        assert [one.flags for one in box.server.inbox(box.user).mails.values()] == [set()]
    else:
        client = box.server.login(box.user)
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1"]
        client.logout()


async def test_the_store_away_moves_no_cursor(box):
    house = MailHouse()
    house.unavailable = 3
    await box.deliver(mail())
    async with running(house, **settings(box)):
        await house.until_accepted(1)
    assert house.calls == 4
    assert house.duplicates == 0
    assert house.names().count("store.unavailable") == 1
    assert house.cursors["INBOX"].endswith(":1")


async def test_a_folder_made_anew_is_read_again_and_nothing_is_missed(box):
    house = MailHouse()
    first = [mail() for _ in range(3)]
    await box.deliver(*first)
    async with running(house, **settings(box)):
        await house.until_accepted(3)
        before = house.cursors["INBOX"].partition(":")[0]
        await box.renumber()
        await box.deliver(mail(message_id="after@x.example"))
        await house.until_accepted(4)
    assert ids(house)[-1] == "after@x.example"
    assert house.duplicates == 3
    assert house.cursors["INBOX"].partition(":")[0] != before
    assert "mailbox.renumbered" in house.names()


@pytest.mark.parametrize("cursor", ["rubbish", "", "1:99999999", "7:x"])
async def test_a_cursor_that_cannot_be_right_skips_nothing(box, cursor):
    house = MailHouse()
    house.cursors["INBOX"] = cursor
    await box.deliver(mail(), mail())
    async with running(house, **settings(box)):
        await house.until_accepted(2)


async def test_a_long_backlog(box):
    house = MailHouse()
    raws = [mail(message_id=f"{number}@x.example") for number in range(3_000)]
    await box.deliver(*raws)
    async with running(house, **settings(box)):
        await house.until_accepted(3_000)
    assert ids(house) == [f"{number}@x.example" for number in range(3_000)]
    assert house.duplicates == 0


async def test_mail_over_the_limit_is_cut_and_does_not_stop_the_folder(box):
    house = MailHouse()
    await box.deliver(mail("x" * (RAW_BYTES_MAX + 1), message_id="big@x.example"), mail(message_id="next@x.example"))
    async with running(house, **settings(box, timeouts=QUICK | {"command_s": 20.0})):
        await house.until_accepted(2)
    assert ids(house) == ["big@x.example", "next@x.example"]
    assert house.raws[0].meta["truncated"] == "1"
    assert len(house.raws[0].body) == HEAD_BYTES
    assert house.accepted[0].text.startswith("[This mail is too large")


@pytest.mark.parametrize("how", ["fin", "rst", "blackhole"])
async def test_cuts_while_mail_arrives(box, fault_proxy, how):
    house = MailHouse()
    proxy = await fault_proxy(box.port)
    sent = []
    async with running(house, **settings(box, port=proxy.port)) as connector:
        await house.until(lambda: connector.health().state == "ok")
        for cut in range(1, 4):
            before = [f"{how}{cut}a{n}@x.example" for n in range(6)]
            after = [f"{how}{cut}b{n}@x.example" for n in range(6)]
            await box.deliver(*(mail(message_id=one) for one in before))
            if how == "blackhole":
                proxy.mode = "blackhole"
                await box.deliver(*(mail(message_id=one) for one in after))
                await house.until(lambda: connector.health().state == "retrying")
                proxy.mode = "pass"
            else:
                await proxy.cut(how)
                await box.deliver(*(mail(message_id=one) for one in after))
            sent += before + after
            await house.until_accepted(len(sent))
    assert ids(house) == sent
    assert house.duplicates == 0
    assert proxy.accepted >= 4


async def test_a_wrong_password_is_told_from_a_full_server(box):
    house = MailHouse()
    async with running(house, **settings(box, password="wrong")) as connector:
        await house.until(lambda: connector.health().state == "auth_failed")
        assert "refuses" in connector.health().detail
        # Told once, however often it is tried again.
        assert house.names().count("mail.auth_failed") == 1


async def test_nobody_listens(box):
    house = MailHouse()
    async with running(house, **settings(box, port=1)) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert "Refused" in connector.health().detail


async def test_leaving_leaves_nothing_behind(dovecot):
    box, house = Real(dovecot), MailHouse()
    tasks = asyncio.all_tasks()
    for _ in range(5):
        async with running(house, **settings(box)) as connector:
            await house.until(lambda connector=connector: connector.health().state == "ok")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - tasks == set()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_over_tls(dovecot, tls):
    box = Real(dovecot)
    house = MailHouse()
    await box.deliver(mail())
    port = dovecot.imaps_port if tls == "tls" else dovecot.imap_port
    made = settings(box, port=port, tls=tls, ca_file=str(dovecot.tls.ca))
    made["imap"]["host"] = "localhost"
    async with running(house, **made):
        await house.until_accepted(1)
        await box.deliver(mail())
        await house.until_accepted(2)


async def test_a_certificate_nobody_signed_is_refused(dovecot):
    box = Real(dovecot)
    house = MailHouse()
    async with running(house, **settings(box, port=dovecot.imaps_port, tls="tls")) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert "ertificate" in connector.health().detail


async def test_a_server_without_idle_is_asked_again_and_again():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        server.capabilities = "IMAP4rev1"
        box, house = Simulated(server), MailHouse()
        async with running(house, **settings(box, timeouts=QUICK | {"poll_s": 0.02})):
            for number in range(1, 4):
                await box.deliver(mail())
                await house.until_accepted(number)
        assert house.names() == ["mail.ok", "mail.stopped"]


@pytest.mark.parametrize("answer", ["pass", "NO not now", "BAD Parse command error"])
async def test_a_server_that_asks_who_we_are_is_told(answer):
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        server.asks_who = answer == "pass"
        server.script("imap.id", answer)
        box, house = Simulated(server), MailHouse()
        async with running(house, **settings(box)) as connector:
            await house.until(lambda: connector.health().state == "ok")
            await box.deliver(mail())
            await house.until_accepted(1)


async def test_a_size_that_is_announced_wrong():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail("small"), mail("x" * (RAW_BYTES_MAX + 1)), mail("last"))
        small, large, _ = server.inbox(box.user).mails.values()
        server.announce(small, RAW_BYTES_MAX + 1)
        server.announce(large, 100)
        async with running(house, **settings(box)):
            await house.until_accepted(3)
    assert [raw.meta.get("truncated") for raw in house.raws] == ["1", "1", None]
    assert "small" in house.accepted[0].text
    assert house.raws[1].meta["size"] == str(len(large.raw))


async def test_a_full_server_is_not_a_wrong_password(dovecot):
    box, house = Real(dovecot), MailHouse()
    others = [await asyncio.to_thread(dovecot.login, box.user) for _ in range(50)]  # its mail_max_userip_connections
    try:
        async with running(house, **settings(box)) as connector:
            await house.until(lambda: connector.health().state == "retrying")
            await asyncio.to_thread(others.pop().logout)
            await house.until(lambda: connector.health().state == "ok")
    finally:
        for client in others:
            await asyncio.to_thread(client.logout)
    assert "mail.auth_failed" not in house.names()


@pytest.mark.parametrize("reply", ["NO [LIMIT] too many connections", "NO [UNAVAILABLE] later", "NO Temporary failure"])
async def test_a_login_refused_for_now_is_tried_again(reply):
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        server.script("imap.login", reply)
        async with running(house, **settings(box)) as connector:
            await house.until(lambda: connector.health().state == "ok")
        assert house.names()[0] == "mail.retrying"
        assert "mail.auth_failed" not in house.names()


@pytest.mark.parametrize("point", ["imap.capability", "imap.login", "imap.select", "imap.uid", "imap.idle"])
async def test_a_connection_lost_at_any_command_is_made_anew(point):
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail())
        server.script(point, "drop", "pass", "drop")
        async with running(house, **settings(box)):
            await house.until_accepted(1)
            await box.deliver(mail())
            await house.until_accepted(2)
        assert house.duplicates == 0
