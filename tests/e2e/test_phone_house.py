"""The telephone in the whole house on SQLite: calls are tickets, alarms ring, callers are called back or written to."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.phone.simulator import Handset, PhoneServer
from router.clock import SystemClock
from router.config import ChannelConfig
from router.model.errors import Refused
from tests.servers.phone_house import AGENTS, CALLER, CHINESE_LINE, LEE, LINE, MEI, SID, TOKEN
from tests.servers.process import free_port
from tests.servers.whole_house import answer_as_agent, rows, running_house, until


@pytest.fixture
async def network():
    async with PhoneServer(SystemClock(), {SID: TOKEN}) as server:
        server.handsets |= {number: Handset() for number in (MEI, LEE)}
        yield server


def channel(network, **settings):
    found = {
        "account_sid": SID, "auth_token": TOKEN, "base_url": network.url, "agents": AGENTS[:2],
        "lines": [{"number": LINE}, {"number": CHINESE_LINE, "language": "zh"}],
        "timeouts": {"look_s": 1.0, "settle_s": 0.0},
    }  # fmt: skip
    return ChannelConfig(kind="phone", settings=found | settings)


def _another_day():
    """A day of the week that is neither today nor about to begin."""
    today = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    return f"{today + timedelta(days=3):%a}".lower()


def plugged(network, port):
    for number in (LINE, CHINESE_LINE):
        network.own(number, SID, f"http://127.0.0.1:{port}/channels/phone/default")


async def test_the_emergency_key_rings_in_the_house_and_a_colleague_is_connected(tmp_path, network):
    port = free_port()
    plugged(network, port)
    network.handsets[LEE] = Handset(how="answers", talk_s=95)
    async with running_house(tmp_path, channel(network), port=port) as app:
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("9")
        assert call.talked_with == LEE
        await until(app, "SELECT text FROM messages ORDER BY id", [
            ("[telephone: emergency key]",), ("[taken by Lee, for 1 min 35 s]",)
        ])  # fmt: skip
        assert await rows(app, "SELECT urgency, queue, channel FROM tickets") == [("critical", "emergency", "phone")]
        assert await rows(app, "SELECT COUNT(*) FROM tickets WHERE alarm_since_ms IS NOT NULL") == [(1,)]
        assert await rows(app, "SELECT COUNT(*) FROM outbox") == [(0,)], "the machine answers no caller id"
        assert await rows(app, "SELECT kind, value FROM identities") == [], "a caller id proves nobody"


async def test_a_caller_without_sms_is_called_back_and_that_is_said_before(tmp_path, network):
    port = free_port()
    plugged(network, port)
    async with running_house(tmp_path, channel(network), port=port) as app:
        call = await network.call(CALLER, CHINESE_LINE)
        for keys in ("1", "2", "2"):
            await call.press(keys)
        await until(app, "SELECT text FROM messages ORDER BY id", [
            ("[telephone: 转账、充值与提现]",), ("[call back wanted: 在上午九点到十二点]",)
        ])  # fmt: skip
        assert await rows(app, "SELECT queue, language FROM tickets") == [("transfers", "zh")]
        with pytest.raises(Refused) as refused:
            await answer_as_agent(app, "您好", "reply-1")
        assert (refused.value.code, refused.value.data) == ("cannot_reply", {"reason": "call_back"})


async def test_a_voicemail_rests_without_its_secrets_and_is_answered_by_sms(tmp_path, network):
    port = free_port()
    plugged(network, port)
    async with running_house(tmp_path, channel(network, sms_from=LINE), port=port) as app:
        call = await network.call(CALLER, LINE)
        for keys in ("1", "2", "1"):
            await call.press(keys)
        await call.speak("my card is 4111 1111 1111 1111 and it was declined", seconds=20)
        await until(app, "SELECT text FROM messages WHERE external_id LIKE 'RE%'", [
            ("[voicemail, written down by a machine]\nmy card is [CARD] and it was declined",)
        ])  # fmt: skip
        ((files,),) = await rows(app, "SELECT attachments FROM messages WHERE external_id LIKE 'RE%'")
        assert "audio/mpeg" in str(files)
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]
        await answer_as_agent(app, "Your card works again.", "reply-1")
        await until(app, "SELECT state FROM outbox", [("sent",)])
        assert network.inbox(CALLER) == ["Your card works again."]
        (sent,) = [row for row in network.messages.values() if row.direction == "outbound-api"]
        await network.deliver(sent)
        await until(app, "SELECT state FROM outbox", [("delivered",)])


async def test_two_calls_of_one_number_are_two_tickets_and_a_restart_doubles_nothing(tmp_path, network):
    port = free_port()
    plugged(network, port)
    async with running_house(tmp_path, channel(network), port=port) as app:
        for _ in range(2):
            await (await network.call(CALLER, LINE)).hang_up()
        await until(app, "SELECT COUNT(*) FROM tickets", [(2,)])
        assert await rows(app, "SELECT COUNT(DISTINCT contact_id) FROM tickets") == [(2,)]
    missed = await network.call(CALLER, LINE)
    assert missed.heard == ["We are sorry, an application error has occurred. Goodbye."]
    async with running_house(tmp_path, channel(network), port=port) as app:
        await until(app, "SELECT COUNT(*) FROM tickets", [(3,)])
        await until(app, "SELECT text FROM messages ORDER BY id DESC LIMIT 1", [("[call, 0 s: noted afterwards]",)])
        await until(app, "SELECT COUNT(*) FROM tickets", [(3,)])


async def test_the_hours_of_the_queue_say_whether_anybody_is_rung(tmp_path, network):
    port = free_port()
    plugged(network, port)
    network.handsets[LEE] = Handset(how="answers")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "rules.yaml").write_text(
        "version: 1\n"
        "times: {never: {zone: UTC, open: {DAY: 00:00-00:01}}}\n"
        "queues: {general: {default: true}, phones: {hours: never}}\n"
        "fields: {topic: word}\n"
        "rules:\n"
        "  - {id: by-topic, when: {custom.topic: transfer}, then: {tag: by-phone, queue: phones}}\n"
        "templates: {}\n".replace("DAY", _another_day())
    )
    async with running_house(tmp_path, channel(network, queue="phones"), port=port) as app:
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("1")
        assert call.rung == []
        assert "Nobody is at the phones at this time." in call.heard
        await until(app, "SELECT queue, tags FROM tickets", [("phones", '["by-phone"]')])


async def test_whoever_withheld_the_number_cannot_be_written_to_and_that_is_said_before(tmp_path, network):
    port = free_port()
    plugged(network, port)
    async with running_house(tmp_path, channel(network, sms_from=LINE), port=port) as app:
        await (await network.call("anonymous", LINE)).hang_up()
        await until(app, "SELECT COUNT(*) FROM tickets", [(1,)])
        with pytest.raises(Refused) as refused:
            await answer_as_agent(app, "hello", "reply-1")
        assert refused.value.data == {"reason": "no_address"}
        assert await rows(app, "SELECT COUNT(*) FROM outbox") == [(0,)]
