"""The web form over a real house: one page is one message, the alarm, the conversation behind its link."""

import asyncio
import re
from urllib.parse import urlsplit

import aiohttp
import pytest

from connectors.form.simulator import ChosenFile, encoded
from router.config import ChannelConfig
from router.connector import RawEvent
from router.store import people
from tests.e2e.test_webchat_house import answer_as_agent
from tests.servers.form_house import FILLED, customer_of, number_on, running_house

PHRASE = "abandon " * 11 + "about"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def test_a_message_is_filed_and_its_page_says_the_number_and_what_comes_next(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    after = await customer.send(page, **FILLED, f_tx_hash="0x" + "ab" * 32, f_device="ios", name="Ann")
    assert after.status == 200
    assert number_on(after) == "T-1001"
    assert "We have your message" in after.text
    assert "A person reads it today." in after.text
    ((channel, visibility, text, subject, ext, external),) = await house.rows(
        "SELECT channel, visibility, text, subject, ext, external_id FROM messages WHERE kind = 'inbound'"
    )
    assert (channel, visibility, subject) == ("form", "private", "Something else")
    assert text == f"{FILLED['text']}\n\nTransaction hash: 0x{'ab' * 32}\nDevice: iPhone"
    assert ext == f'{{"topic":"other","tx_hash":"0x{"ab" * 32}","device":"ios"}}'
    assert page.values["token"].partition(".")[0] in external
    ((facts, tags),) = await house.rows("SELECT facts, tags FROM tickets")
    assert '"name":"transaction"' in facts.replace(" ", "")
    assert '"app"' in facts
    assert "access" not in tags


async def test_the_topic_is_what_the_rules_read(house, http):
    customer = customer_of(house, http, "zh")
    after = await customer.send(await customer.open(), **FILLED | {"topic": "access", "text": "登录不了，一直转圈"})
    assert "已收到，工单号为" in after.text.replace("\n", "")
    assert "无法登录" in (await house.rows("SELECT subject FROM messages WHERE kind = 'inbound'"))[0]
    assert "access" in (await house.rows("SELECT tags FROM tickets"))[0][0]


async def test_sent_twice_reloaded_or_at_once_it_is_one_ticket_with_one_receipt(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    both = await asyncio.gather(customer.send(page, **FILLED), customer.send(page, **FILLED))
    again = await customer.send(page, **FILLED)
    assert {answer.url for answer in both} == {again.url}
    assert number_on(again) == "T-1001"
    assert len(await house.tickets()) == 1
    assert await house.rows("SELECT kind, COUNT(*) FROM messages GROUP BY kind ORDER BY kind") == [
        ("inbound", 1),
        ("reply", 1),
    ]


async def test_the_same_page_with_other_words_adds_to_its_conversation_and_loses_nothing(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    await customer.send(page, **FILLED)
    again = await customer.send(page, **FILLED | {"text": "and the amount was 7, not 5"})
    assert "and the amount was 7, not 5" in again.text
    assert len(await house.tickets()) == 1


async def test_a_restart_keeps_pages_links_and_the_one_time(tmp_path, http):
    async with running_house(tmp_path) as house:
        customer = customer_of(house, http)
        page = await customer.open()
        unsent = await customer.open()
        after = await customer.send(page, **FILLED)
        port = urlsplit(house.base).port
    async with running_house(tmp_path, port=port) as house:
        customer = customer_of(house, http)
        again = await customer.send(page, **FILLED)
        assert again.url == after.url
        assert number_on(await customer.open(after.url)) == "T-1001"
        assert number_on(await customer.send(unsent, **FILLED | {"text": "another matter"})) == "T-1002"
        assert len(await house.tickets()) == 2


async def test_a_store_that_is_away_is_said_and_everything_stays_with_the_customer(tmp_path, http):
    async with running_house(tmp_path) as house:
        port = urlsplit(house.base).port
        customer = customer_of(house, http)
        page = await customer.open()
        after = await customer.send(await customer.open(), **FILLED)
        await house.app.store.close()
        refused = await customer.send(page, **FILLED | {"text": "kept < & > with care\n\nsecond line"})
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "2"
        assert "Nothing was sent" in refused.text
        assert refused.values["text"] == "kept < & > with care\n\nsecond line"
        assert refused.values["token"] == page.values["token"]
        assert (await customer.open(after.url)).status == 503
        alarm = await customer.press_alarm(page)
        assert (alarm.status, "press the red button again at once" in alarm.text) == (503, True)
        kept = await customer.send(after, text="also kept")
        assert (kept.status, kept.values["text"]) == (503, "also kept")
    async with running_house(tmp_path, port=port) as house:
        customer = customer_of(house, http)
        sent = await customer.send(refused)
        assert sent.status == 200
        await house.tickets()  # the house that lost its store left its work locked for a moment
        assert number_on(await customer.open(sent.url)) == "T-1002"


async def test_the_alarm_is_one_press_and_takes_along_what_was_typed(house, http):
    customer = customer_of(house, http)
    after = await customer.press_alarm(await customer.open())
    assert "Alarm raised" in after.text
    assert "move what is left to a new wallet" in after.text
    typed = await customer.press_alarm(
        await customer.open(), ChosenFile(name="a.exe", data=b"MZ" + bytes(9)), text="half a sent", email="no address"
    )
    assert number_on(typed) == "T-1002"
    assert await house.tickets() == [(1001, 3, "rescue", "new"), (1002, 3, "rescue", "new")]
    texts = [row[0] for row in await house.rows("SELECT text FROM messages WHERE kind = 'inbound' ORDER BY id")]
    assert texts == ["My wallet is being emptied", "My wallet is being emptied\n\nhalf a sent"]
    # Nothing was asked before; now the way to reach them is.
    assert "email" in after.values
    reached = await customer.send(after, text="", email="ann@post.example")
    assert reached.status == 422
    reached = await customer.send(after, text="it began at nine", email="ann@post.example")
    assert reached.status == 200
    assert await house.rows("SELECT reply_to FROM conversations ORDER BY id") == [("ann@post.example",), (None,)]


async def test_an_alarm_is_not_kept_waiting_by_an_upload_or_an_old_page(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    house.clock.ahead_ms += 13 * 3_600_000
    after = await customer.press_alarm(page, ChosenFile(name="v.mp4", data=bytes(8_000_000)), website="filled")
    assert "Alarm raised" in after.text
    assert await house.tickets() == [(1001, 3, "rescue", "new")]
    again = await customer.press_alarm(page)
    assert again.url == after.url, "pressed in panic, it is one alarm"


async def test_an_alarm_within_a_conversation_raises_its_ticket(house, http):
    customer = customer_of(house, http)
    after = await customer.send(await customer.open(), **FILLED)
    raised = await customer.press_alarm(after)
    assert "Alarm raised" in raised.text
    assert await house.tickets() == [(1001, 3, "rescue", "new")]


async def test_an_alarm_without_a_page_of_ours_asks_for_one_more_press(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    refused = await customer.press_alarm(page, token="made up")
    assert refused.status == 422
    assert "press the red button once more" in refused.text
    assert "Alarm raised" in (await customer.press_alarm(refused)).text


async def test_the_conversation_is_read_continued_and_answered_on_its_page(house, http):
    customer = customer_of(house, http)
    after = await customer.send(await customer.open(), **FILLED)
    reply_id = await answer_as_agent(house.app, "We are looking for it.", "reply-1")
    await house.until("SELECT state FROM outbox WHERE state = 'queued' OR state = 'sending'", lambda rows: not rows)
    seen = await customer.open(after.url)
    assert "We are looking for it." in seen.text
    assert "Mei" in seen.text
    assert "Waiting for your answer" in seen.text
    assert await house.rows("SELECT state FROM outbox WHERE message_id = :id", id=reply_id) == [("read",)]
    added = await customer.send(seen, ChosenFile(name="screen.png", data=PNG), text="here is the screen")
    assert "Added. We have it." in added.text
    assert "here is the screen" in added.text
    assert len(await house.tickets()) == 1
    assert (await house.tickets())[0][3] == "open"
    alone = await customer.send(added, ChosenFile(name="b.png", data=PNG + b"b"), text="")
    assert alone.status == 200, "a file says enough"


async def test_what_is_added_after_the_end_opens_a_follow_up_that_the_page_shows(house, http):
    customer = customer_of(house, http)
    after = await customer.send(await customer.open(), **FILLED)
    await answer_as_agent(house.app, "It has arrived.", "reply-1")
    mei = await house.app.store.read(people.agent_by_login("mei"))
    ((ticket_id,),) = await house.rows("SELECT id FROM tickets")
    await house.app.commands.set_state(ticket_id, "closed", "done with", mei)
    assert "Closed" in (await customer.open(after.url)).text
    later = await customer.send(after, text="And now my card does not work at all")
    assert number_on(later) == "T-1002"
    assert "It has arrived." in later.text


async def test_notes_of_agents_never_stand_on_the_page(house, http):
    customer = customer_of(house, http)
    after = await customer.send(await customer.open(), **FILLED)
    await answer_as_agent(house.app, "Hello Ann", "reply-1")
    mei = await house.app.store.read(people.agent_by_login("mei"))
    ((ticket_id,),) = await house.rows("SELECT id FROM tickets")
    await house.app.commands.note(ticket_id, "she is lying", "note-1", mei)
    assert "lying" not in (await customer.open(after.url)).text


async def test_a_link_opens_its_own_conversation_for_its_time_and_no_other(tmp_path, http):
    async with running_house(tmp_path, link_days=3) as house:
        customer = customer_of(house, http)
        mine = await customer.send(await customer.open(), **FILLED)
        other = await customer.send(await customer.open(), **FILLED | {"text": "the other one's secret matter"})
        assert mine.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in mine.html
        assert mine.headers["Referrer-Policy"] == "same-origin"
        assert mine.headers["Cache-Control"] == "no-store"
        assert "secret matter" not in mine.text
        own, others = (re.search(r"/t/([^?]+)", page.url)[1].split(".") for page in (mine, other))
        for forged in ([others[0], *own[1:]], [own[0], "9999999999999", own[2]], own[:2], ["x"]):
            gone = await customer.open(f"{house.form_url}t/{'.'.join(forged)}?lang=en")
            assert (gone.status, "can no longer be opened" in gone.text) == (404, True)
            assert (await customer.send(mine, token=mine.values["token"])).status == 422
        # A page of one conversation cannot be sent into another.
        crossed = await customer.send(other, text="crossed", token=mine.values["token"])
        assert (crossed.status, crossed.values["text"]) == (422, "crossed")
        house.clock.ahead_ms += 3 * 86_400_000 + 1
        assert (await customer.open(mine.url)).status == 410
        assert (await customer.send(mine, text="too late")).status == 410
        assert len(await house.rows("SELECT id FROM messages WHERE kind = 'inbound'")) == 2


async def test_two_accounts_do_not_see_each_other(tmp_path, http):
    other = ChannelConfig(kind="form", account="shop", settings={"fill_seconds_min": 0})
    async with running_house(tmp_path, more=[other]) as house:
        customer = customer_of(house, http)
        page = await customer.open()
        after = await customer.send(page, **FILLED)
        there = after.url.replace("/form/default/", "/form/shop/")
        assert (await customer.open(there)).status == 404
        shop = await customer.open(f"{house.base}/channels/form/shop/?lang=en")
        assert (await customer.send(shop, **FILLED, token=page.values["token"])).status == 422
        assert await house.rows("SELECT account FROM conversations") == [("default",)]


async def test_a_recovery_phrase_is_masked_at_the_door_in_every_field(house, http):
    customer = customer_of(house, http)
    after = await customer.send(await customer.open(), **FILLED | {"text": f"my words: {PHRASE}"}, f_tx_hash=PHRASE)
    assert after.text.count("Recovery phrase hidden") == 2
    found = await house.rows("SELECT text, ext FROM messages WHERE kind = 'inbound'")
    assert "abandon" not in str(found)
    assert "abandon" not in str(await house.rows("SELECT entry FROM journal"))


async def test_a_page_that_was_open_too_long_asks_once_more_and_knows_what_it_sent_before(house, http):
    customer = customer_of(house, http)
    sent, late = await customer.open(), await customer.open()
    after = await customer.send(sent, **FILLED)
    house.clock.ahead_ms += 12 * 3_600_000 + 1
    assert (await customer.send(sent, **FILLED)).url == after.url
    asked = await customer.send(late, **FILLED)
    assert (asked.status, asked.values["text"]) == (422, FILLED["text"])
    assert "open for a long time" in asked.text
    assert asked.values["token"] != late.values["token"]
    assert number_on(await customer.send(asked)) == "T-1002"


async def test_without_a_token_of_ours_nothing_is_taken(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    other = page.values["token"].replace("-", "_", 1)
    for token in ("", "x", "a.b.c", other, "\N{PILE OF POO}.1.2", "x" * 100_000):
        refused = await customer.send(page, **FILLED, token=token)
        assert (refused.status, refused.values["text"]) == (422, FILLED["text"])
    assert await house.rows("SELECT id FROM journal") == []


async def test_the_page_speaks_the_readers_language_and_can_be_switched(house, http):
    for header, language in (
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB, zh;q=0.5", "en"),
        ("de, fr;q=0.9", "en"),
        ("de, zh-TW;q=0.3", "zh-CN"),
        (";;;q=x,zh;q=nan,en;q=0", "en"),
        ("", "en"),
    ):
        customer = customer_of(house, http, **{"Accept-Language": header})
        page = await customer.open(house.form_url)
        assert f'<html lang="{language}">' in page.html, header
    chosen = await customer.open(f"{house.form_url}?lang=zh&theme=dark&embed=1")
    assert '<html lang="zh-CN" data-theme="dark" data-embedded>' in chosen.html
    assert chosen.action == "?lang=zh&theme=dark&embed=1"
    assert 'formaction="?lang=en&amp;theme=dark&amp;embed=1&amp;switch=1"' in chosen.html
    odd = await customer.open(f"{house.form_url}?lang=%22%3E%3Cscript%3E&theme=%22%3E")
    assert "<script" not in odd.html


async def test_a_change_of_language_keeps_what_was_typed_and_sends_nothing(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    body, boundary = encoded({**page.values, **FILLED, "email": "half"}, (ChosenFile(name="a.png", data=PNG),))
    there = f"{house.form_url}?lang=zh&switch=1"
    switched = await customer.post(there, body, f"multipart/form-data; boundary={boundary}")
    assert (switched.status, "联系客服" in switched.text) == (200, True)
    assert 'role="alert"' not in switched.html
    assert {name: switched.values[name] for name in ("text", "email", "topic", "token")} == {
        **FILLED,
        "email": "half",
        "token": page.values["token"],
    }
    assert await house.rows("SELECT id FROM journal") == []
    after = await customer.send(switched, email="ann@post.example")
    assert (after.status, "工单编号" in after.text) == (200, True)
    body, boundary = encoded({**after.values, "text": "halb"}, ())
    thread = await customer.post(
        after.url.replace("lang=zh&news=new", "lang=en&switch=1"), body, f"multipart/form-data; boundary={boundary}"
    )
    assert (thread.status, thread.values["text"], "Ticket number" in thread.text) == (200, "halb", True)


async def test_what_customers_type_is_never_markup(house, http):
    customer = customer_of(house, http)
    bad = '"><script>alert(1)</script>'
    refused = await customer.send(await customer.open(), text=bad, name=bad, email=bad, topic=bad, f_tx_hash=bad)
    assert "<script" not in refused.html
    after = await customer.send(refused, ChosenFile(name=bad, data=b"MZ\0"), **FILLED | {"text": bad, "topic": "other"})
    assert "<script" not in after.html
    assert after.values["text"] == bad


async def test_only_sites_that_are_named_may_frame_it_or_send_it(tmp_path, http):
    async with running_house(tmp_path, allowed_origins=["https://shop.example"]) as house:
        page = await customer_of(house, http).open()
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://shop.example")
        for origin, status in (
            ("https://evil.example", 403),
            ("http://[", 403),
            ("https://shop.example", 200),
            ("null", 200),
        ):
            answer = await customer_of(house, http, Origin=origin).send(page, **FILLED)
            assert answer.status == status, origin
        after = await customer_of(house, http).send(page, **FILLED)
        foreign = await customer_of(house, http, Origin="https://evil.example").send(after, text="not mine")
        assert foreign.status == 403
        assert len(await house.rows("SELECT id FROM messages WHERE kind = 'inbound'")) == 1


async def test_it_waits_goes_when_told_and_says_how_it_is(house):
    (channel,) = house.app.channels.all()
    connector = channel.connector
    assert (await connector.check()).state == "ok"
    running = asyncio.create_task(connector.run(house.app.door.inlet(channel.manifest, "default")))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert connector.health().state == "stopped"


async def test_a_payload_that_is_no_message_of_the_form_is_quarantined_and_the_next_is_taken(house, http):
    (channel,) = house.app.channels.all()
    inlet = house.app.door.inlet(channel.manifest, "default")
    ((bad,),) = await inlet.accept([RawEvent(body=b'{"thread":"x"')])
    assert bad.outcome == "quarantined"
    customer = customer_of(house, http)
    assert (await customer.send(await customer.open(), **FILLED)).status == 200


async def test_its_style_is_served_once(house):
    async with aiohttp.ClientSession() as http, http.get(f"{house.form_url}form.css") as first:
        assert (first.status, first.content_type) == (200, "text/css")
        again = {"If-None-Match": first.headers["ETag"]}
        async with http.get(f"{house.form_url}form.css", headers=again) as second:
            assert second.status == 304
