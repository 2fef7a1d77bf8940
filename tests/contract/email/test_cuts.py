"""Mails and servers on which connections end: what becomes of them, and of all that stands behind them."""

import asyncio

import msgspec
import pytest

from connectors.email.backfill import backfill
from connectors.email.parse import parse
from connectors.email.receive import HEAD_BYTES, PIECE_BYTES
from connectors.email.settings import Settings
from connectors.email.simulator import MailServer
from router.clock import SystemClock
from router.model.errors import InvalidMessage, Refused
from router.model.limits import RAW_BYTES_MAX
from router.model.secret import Secret
from tests.contract.email.test_receiving import Simulated, ids, running, settings
from tests.servers.mail_house import QUICK, MailHouse, mail


async def test_a_server_that_says_goodbye_and_holds_the_line_is_left_at_once():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        for point in ("imap.login", "imap.uid", "imap.idle"):
            server.script(point, "bye")
        await box.deliver(mail())
        slow = QUICK | {"command_s": 60.0, "connect_s": 60.0, "idle_s": 60.0}
        async with asyncio.timeout(10), running(house, **settings(box, timeouts=slow)) as connector:
            await house.until_accepted(1)
            await house.until(lambda: connector.health().state == "ok")
            await box.deliver(mail())
            await house.until_accepted(2)


def always(_first, _count):
    return True


async def test_a_mail_that_cuts_every_connection_is_named_in_quarantine_and_holds_nothing_up():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(*(mail(message_id=f"{number}@x.example") for number in range(1, 6)))
        bad = list(server.inbox(box.user).mails.values())[2]
        server.spoil(bad, always)
        async with running(house, **settings(box)):
            await house.until_accepted(4)
            assert house.cursors["INBOX"].endswith(":2")
            await box.deliver(mail(message_id="6@x.example"))
            await house.until_accepted(5)
            await house.until(lambda: "mail.unreadable" in house.names() and house.cursors["INBOX"].endswith(":6"))
        assert ids(house) == [f"{number}@x.example" for number in (1, 2, 4, 5, 6)]
        assert (house.quarantined, house.duplicates) == (1, 0)
        (raw,) = [raw for raw in house.raws if not raw.body]
        with pytest.raises(InvalidMessage, match=rf"the mail {raw.meta['uid']} of INBOX: the server closed"):
            parse(raw, "default")
        assert raw.meta["uid"] == f"{server.inbox(box.user).uidvalidity}:{bad.uid}"
        async with running(house, **settings(box)):
            await box.deliver(mail(message_id="7@x.example"))
            await house.until_accepted(6)
        assert house.duplicates == 0


async def test_a_mail_that_does_not_come_at_once_comes_in_pieces():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail("x" * 3 * PIECE_BYTES, message_id="slow@x.example"), mail(message_id="2@x.example"))
        slow, _ = server.inbox(box.user).mails.values()
        server.spoil(slow, lambda _first, count: count > PIECE_BYTES)
        async with running(house, **settings(box)):
            await house.until_accepted(2)
        assert ids(house) == ["2@x.example", "slow@x.example"]
        assert house.raws[1].body == slow.raw
        assert house.quarantined == 0


async def test_of_a_mail_that_is_broken_further_down_the_beginning_is_kept():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail("x" * 3 * PIECE_BYTES, message_id="torn@x.example"))
        (torn,) = server.inbox(box.user).mails.values()
        server.spoil(torn, lambda first, count: first + count > 2 * PIECE_BYTES)
        async with running(house, **settings(box)):
            await house.until_accepted(1)
        assert house.raws[0].body == torn.raw[: 2 * PIECE_BYTES]
        assert house.accepted[0].text.startswith("[The mail server does not hand out all of this mail.")


async def test_a_server_that_hands_out_nothing_for_a_while_leads_to_no_quarantine():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(*(mail(message_id=f"{number}@x.example") for number in range(1, 4)))
        mails = list(server.inbox(box.user).mails.values())
        asked = dict.fromkeys(mails, 0)

        def away(one):
            def cuts(_first, _count):
                asked[one] += 1
                return min(asked.values()) < 10

            return cuts

        for one in mails:
            server.spoil(one, away(one))
        async with running(house, **settings(box)):
            await house.until_accepted(3)
        assert sorted(ids(house)) == [f"{number}@x.example" for number in range(1, 4)]
        assert (house.quarantined, "mail.unreadable" in house.names()) == (0, False)


async def test_a_mail_over_the_limit_that_is_refused_at_first_is_not_fetched_whole():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail("x" * 2 * HEAD_BYTES))
        (big,) = server.inbox(box.user).mails.values()
        server.announce(big, RAW_BYTES_MAX + 1)
        server.spoil(big, lambda _first, count: count > HEAD_BYTES)
        server.script("imap.uid", "pass", "pass", "NO [SERVERBUG] later")
        async with running(house, **settings(box)):
            await house.until_accepted(1)
        assert len(house.raws[0].body) == HEAD_BYTES
        assert not {"mail.set_aside", "mail.unreadable"} & set(house.names())


async def test_a_mail_alone_in_its_folder_that_cuts_every_connection_is_named_in_quarantine_at_last():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail())
        (bad,) = server.inbox(box.user).mails.values()
        server.spoil(bad, always)
        async with running(house, **settings(box, timeouts=QUICK | {"retry_s": 0.001, "idle_s": 0.01})):
            await house.until(lambda: house.quarantined == 1)
            await box.deliver(mail())
            await house.until_accepted(1)
        assert house.cursors["INBOX"].endswith(":2")


async def test_a_bad_mail_that_comes_after_others_were_read_is_told_by_them():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        asked = []
        async with running(house, **settings(box)):
            await box.deliver(mail())
            await house.until_accepted(1)
            server.spoil(await box.deliver_one(mail()), lambda first, _count: asked.append(first) or True)
            await house.until(lambda: house.quarantined == 1)
        assert len(asked) < 20


@pytest.mark.parametrize("how", ["[SERVERBUG] cannot read it", "nil"])
async def test_a_mail_that_the_server_refuses_is_named_in_quarantine_and_holds_nothing_up(how):
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(*(mail(message_id=f"{number}@x.example") for number in range(1, 4)))
        bad = list(server.inbox(box.user).mails.values())[1]
        server.spoil(bad, always, how)
        async with running(house, **settings(box)):
            await house.until(lambda: house.quarantined == 1)
            await house.until_accepted(2)
        assert ids(house) == ["1@x.example", "3@x.example"]
        assert house.duplicates == 0


async def test_a_server_that_refuses_all_mails_for_a_while_leads_to_no_quarantine():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(*(mail(message_id=f"{number}@x.example") for number in range(1, 4)))
        asked = 0

        def throttled(_first, _count):
            nonlocal asked
            asked += 1
            return asked < 35

        for one in server.inbox(box.user).mails.values():
            server.spoil(one, throttled, "[OVERQUOTA] Account exceeded command or bandwidth limits")
        async with running(house, **settings(box)):
            await house.until_accepted(3)
        assert (house.quarantined, "mail.unreadable" in house.names()) == (0, False)
        # The pause between two logins grows as long as nothing is handed out: "ok" would begin it anew.
        assert house.names().count("mail.ok") < 9


async def swept(box, house):
    made = msgspec.convert(settings(box), Settings, dec_hook=lambda _kind, value: Secret(value))
    await backfill(made, house.context(), house, 0)


@pytest.mark.parametrize("how", ["cut", "[SERVERBUG] cannot read it", "nil"])
@pytest.mark.parametrize("number", [1, 5])
async def test_a_backfill_goes_past_a_mail_that_is_never_handed_out(number, how):
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(*(mail(message_id=f"{each}@x.example") for each in range(1, number + 1)))
        server.spoil(list(server.inbox(box.user).mails.values())[number // 2], always, how)
        await swept(box, house)
        assert (len(house.accepted), house.quarantined, house.duplicates) == (number - 1, 1, 0)


async def test_a_backfill_of_a_server_that_hands_out_nothing_says_so():
    async with MailServer(SystemClock(), {"help@shop.example": "secret"}) as server:
        box, house = Simulated(server), MailHouse()
        await box.deliver(mail(), mail(), mail())
        for one in server.inbox(box.user).mails.values():
            server.spoil(one, always, "[UNAVAILABLE] later")
        with pytest.raises(Refused, match=r"the mailbox cannot be read: NO \[UNAVAILABLE\] later"):
            await swept(box, house)
        assert house.raws == []
