"""X asked for what is new: nothing lost, nothing twice, no more asked than it allows."""

import asyncio

import aiohttp
import pytest

from connectors.x.simulator import Fault, busy
from connectors.x.snowflake import first_id
from router.clock import SystemClock
from router.failures import Refused
from router.model.errors import Refused as HouseRefused
from tests.servers.x_house import OWN, XHouse, account, person, running, server, texts

HTML = Fault(status=502, body=b"<html>Bad Gateway</html>", content_type="text/html")


@pytest.fixture
def x(x):
    x.limits = dict.fromkeys(x.limits, 1_000_000)
    return x


async def settled(house, number):
    async with asyncio.timeout(60):
        await house.until_accepted(number)


async def asked(x, endpoint, more):
    """Wait until an endpoint was asked so many times more."""
    before = sum(name == endpoint for name, _ in x.calls)
    async with asyncio.timeout(60):
        await x.until(lambda: sum(name == endpoint for name, _ in x.calls) >= before + more)


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
async def test_pages_of_every_size(x, number):
    ann, house = person(x), XHouse()
    for at in range(number):
        await ann.write(f"message {at}")
        await ann.post(f"@wallet post {at}")
    async with running(house, x):
        await settled(house, 2 * number)
        await asked(x, "messages", 3)
    found = texts(house)
    assert [text for text in found if text.startswith("message")] == [f"message {at}" for at in range(number)]
    assert [text for text in found if text.startswith("post")] == [f"post {at}" for at in range(number)]
    assert (house.duplicates, x.refusals) == (0, [])


async def test_what_comes_between_two_pages_is_not_lost(x):
    ann, house = person(x), XHouse()
    for at in range(150):
        await ann.post(f"@wallet post {at}")
    house.unavailable = 1
    async with running(house, x):
        await settled(house, 100)
        await ann.post("@wallet in between")
        await settled(house, 151)
    assert sorted(texts(house)) == sorted([*(f"post {at}" for at in range(150)), "in between"])
    assert "store.unavailable" in house.names()


async def test_at_the_first_start_old_things_stay_where_they_are(x):
    ann, house = person(x), XHouse()
    await ann.write("long ago")
    await ann.post("@wallet long ago")
    for item in (*x.state.messages, *x.state.posts.values()):
        item["id"] = str(int(item["id"]) - (3_600_000 << 22))
    async with running(house, x, start_from="now"):
        async with asyncio.timeout(60):
            await house.until(lambda: {"mentions", "messages"} <= house.cursors.keys())
        await ann.write("now")
        await ann.post("@wallet now")
        await settled(house, 2)
    assert texts(house) == ["now", "now"]


async def test_what_was_said_while_we_were_away_arrives_though_nothing_was_there_before(x):
    ann, house = person(x), XHouse()
    async with running(house, x, start_from="now"):
        async with asyncio.timeout(60):
            await house.until(lambda: {"mentions", "messages"} <= house.cursors.keys())
    await ann.write("while you were away")
    async with running(house, x, start_from="now"):
        await settled(house, 1)
    assert texts(house) == ["while you were away"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "9" * 19, "-1", "1" * 30])
async def test_a_cursor_that_cannot_be_right_skips_nothing(x, cursor):
    ann, house = person(x), XHouse()
    await ann.write("one")
    await ann.post("@wallet two")
    house.cursors = {"mentions": cursor, "messages": cursor}
    async with running(house, x, start_from="now"):
        await settled(house, 2)
    assert sorted(texts(house)) == ["one", "two"]


async def test_what_is_listed_late_is_found_within_the_overlap(x):
    ann, house = person(x), XHouse()
    late = await ann.post("@wallet late")
    x.unlisted.add(late["id"])
    await ann.post("@wallet early")
    async with running(house, x):
        await settled(house, 1)
        x.unlisted.clear()
        await settled(house, 2)
    assert texts(house) == ["early", "late"]


async def test_the_cursor_never_goes_backwards_and_stands_for_what_is_kept(x):
    ann, house = person(x), XHouse()
    for at in range(45):
        await ann.write(f"message {at}")
    house.unavailable = 2
    async with running(house, x):
        await settled(house, 45)
        async with asyncio.timeout(60):
            await house.until(lambda: house.cursors.get("messages") == x.state.messages[-1]["id"])
    assert texts(house) == [f"message {at}" for at in range(45)]


async def test_our_own_words_are_no_payload_and_move_the_cursor(x):
    ann, house = person(x), XHouse()
    await ann.write("hello")
    async with running(house, x):
        await settled(house, 1)
        ours = await x.put_message(OWN, ann.conversation, "we look")
        async with asyncio.timeout(60):
            while house.cursors["messages"] != ours["id"]:
                await asked(x, "messages", 1)
    assert (texts(house), len(house.raws)) == (["hello"], 1)


async def test_a_poisoned_item_is_quarantined_once_and_blocks_nothing(x):
    ann, house = person(x), XHouse()
    await ann.write("before")
    await x.put_message(ann.id, ann.conversation, "", text=7)
    await x.put_post(ann.id, "@wallet hi", author_id=None)
    await ann.write("after")
    async with running(house, x):
        await settled(house, 2)
        await asked(x, "messages", 3)
    assert texts(house) == ["before", "after"]
    assert house.quarantined == 2


@pytest.mark.parametrize("which", ["mentions", "messages"])
async def test_every_sort_of_trouble_is_waited_out_and_loses_nothing(x, which):
    ann, house = person(x), XHouse()
    x.faults[which].extend([
        HTML, Fault(how="reset_before"), Fault(how="reset_after"), Fault(status=200, body=b"{]"),
        Fault(status=200, body=b'{"errors":[{"title":"x","detail":"not now"}]}'), Fault(status=503), busy(),
        Fault(status=200, body=b'{"data":7}'), Fault(how="silence"),
    ])  # fmt: skip
    await ann.write("one")
    await ann.post("@wallet two")
    async with running(house, x, timeouts={"call_s": 0.3, "retry_s": 0.01, "retry_max_s": 0.05}) as connector:
        await settled(house, 2)
        async with asyncio.timeout(60):
            while connector.health().state != "ok":
                await asyncio.sleep(0.01)
    assert sorted(texts(house)) == ["one", "two"]
    assert house.names().count("x.retrying") <= 2, "once for each time it went wrong, not for each attempt"


async def test_it_is_away_and_comes_back(x):
    ann, house = person(x), XHouse()
    async with running(house, x) as connector:
        await ann.write("one")
        await settled(house, 1)
        await x.stop()
        async with asyncio.timeout(60):
            await house.until(lambda: "x.retrying" in house.names())
        assert "no connection" in connector.health().detail
        await ann.write("two")
        await x.start()
        await settled(house, 2)
    assert texts(house) == ["one", "two"]
    assert house.names().count("x.retrying") == 1


async def test_dead_keys_are_said_once_with_the_remedy_and_come_back(x):
    ann, house = person(x), XHouse()
    async with running(house, x) as connector:
        await ann.write("one")
        await settled(house, 1)
        own = x.only_account()
        own.secret, kept = "changed", own.secret
        async with asyncio.timeout(60):
            await house.until(lambda: "x.auth_failed" in house.names())
        assert "developer.x.com" in connector.health().detail
        await ann.write("two")
        own.secret = kept
        await settled(house, 2)
    assert house.names().count("x.auth_failed") == 1


async def test_an_app_without_permission_is_told_what_to_do(x):
    body = (
        b'{"title":"Client Forbidden","detail":"Your client app is not configured with the appropriate permissions."}'
    )
    x.faults["messages"].append(Fault(status=403, body=body))
    house = XHouse()
    async with running(house, x) as connector:
        async with asyncio.timeout(60):
            await house.until(lambda: "x.misconfigured" in house.names())
        assert "appropriate permissions" in connector.health().detail
        assert "direct message permission" in connector.health().detail


async def test_no_more_is_asked_than_x_allows(x):
    x.limits |= {"messages": 4, "mentions": 3}
    ann, house = person(x), XHouse()
    await ann.write("one")
    await ann.post("@wallet two")
    async with running(house, x, every_s=0.01) as connector:
        await settled(house, 2)
        await asked(x, "mentions", 0)
        await asyncio.sleep(0.5)
        left = connector.health().quota_left
    calls = [name for name, _ in x.calls]
    assert (calls.count("messages"), calls.count("mentions")) <= (4, 3)
    assert calls.count("mentions") == 1, "what is left of the window is for a quarter of an hour"
    assert left is not None
    assert left <= 3
    assert x.refusals == []


async def test_a_window_that_is_used_up_is_waited_for_and_is_no_trouble(x):
    reset_s = SystemClock().now_ms() // 1_000 + 1
    x.faults["messages"].append(busy(reset_s))
    ann, house = person(x), XHouse()
    await ann.write("one")
    async with running(house, x) as connector:
        await asked(x, "mentions", 2)
        assert connector.health().state in {"ok", "starting"}
        await settled(house, 1)
    assert "x.retrying" not in house.names()


async def test_a_list_that_is_longer_than_a_window_is_gone_on_with(x):
    ann, house = person(x), XHouse()
    for at in range(350):
        await ann.write(f"message {at}")
    reset_s = SystemClock().now_ms() // 1_000 + 1
    x.faults["messages"].extend([Fault(how="none"), Fault(how="none"), busy(reset_s), HTML, Fault(how="none")])
    async with running(house, x):
        await settled(house, 350)
    assert texts(house) == [f"message {at}" for at in range(350)]
    pages = [given.get("pagination_token") for name, given in x.calls if name == "messages"]
    assert [token is None for token in pages[:4]] == [True, False, False, False], "no page is asked for twice"


async def test_a_place_in_a_list_that_x_forgot_is_begun_anew(x):
    ann, house = person(x), XHouse()
    for at in range(150):
        await ann.write(f"message {at}")
    x.faults["messages"].extend([Fault(how="none"), HTML, Fault(status=400, body=b'{"detail":"pagination_token"}')])
    async with running(house, x):
        await settled(house, 150)
    assert texts(house) == [f"message {at}" for at in range(150)]


async def test_two_accounts_do_not_see_each_other(tmp_path):
    ours, theirs = account(), account("3333333333333333333", "second")
    async with server(tmp_path, SystemClock(), ours, theirs) as x:
        from connectors.x.simulator import Person

        one, two = XHouse(), XHouse()
        await Person(x, "22", "Ann", account=ours).write("to the first")
        await Person(x, "22", "Ann", account=theirs).write("to the second")
        await Person(x, "22", "Ann", account=theirs).post("@second hello")
        second = {**x.keys(theirs)}
        async with running(one, x), running(two, x, **second):
            await settled(one, 1)
            await settled(two, 2)
        assert (texts(one), sorted(texts(two))) == (["to the first"], ["hello", "to the second"])


async def test_backfill_brings_what_x_lists_since_a_time(x):
    ann, house = person(x), XHouse()
    await ann.write("long ago")
    x.state.messages[0]["id"] = str(int(x.state.messages[0]["id"]) - (3_600_000 << 22))
    for at in range(120):
        await ann.write(f"message {at}")
    await ann.post("@wallet a post")
    from connectors.x.manifest import MANIFEST

    connector = house.connector(x)
    settings, since_ms = connector._settings, SystemClock().now_ms() - 600_000
    await MANIFEST.backfill(settings, house.context(), house, since_ms)
    assert sorted(texts(house)) == sorted(["a post", *(f"message {at}" for at in range(120))])
    assert house.cursors == {}
    x.only_account().secret = "changed"
    with pytest.raises(HouseRefused, match="X refuses the keys"):
        await MANIFEST.backfill(settings, house.context(), house, since_ms)
    await connector.close()


async def test_check_says_who_we_are(x):
    house = XHouse()
    connector = house.connector(x)
    assert (await connector.check()).detail == "@wallet"
    hooked = house.connector(x, mode="webhook")
    assert "http://127.0.0.1/channels/x/default/webhook" in (await hooked.check()).detail
    x.faults["me"].append(Fault(status=403, body=b'{"title":"Forbidden"}'))
    assert (await connector.check()).state == "misconfigured"
    await connector.close()
    await hooked.close()


async def test_a_host_that_is_none_of_x_is_not_reached(x):
    connector = XHouse().connector(x)
    with pytest.raises(aiohttp.ClientConnectorError, match="elsewhere"):
        await connector._client._session().get("https://elsewhere.example/")
    with pytest.raises(Refused):
        await connector._client.file("https://elsewhere.example/a.jpg")
    await connector.close()


def test_ids_stand_for_times():
    assert first_id(1_793_606_403_000) == str((1_793_606_403_000 - 1_288_834_974_657) << 22)
