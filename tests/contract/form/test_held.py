"""The web form's page of what is held: no number yet, and what happens next."""

import pytest

from tests.servers.form_house import FILLED, customer_of, number_on


@pytest.mark.parametrize(
    ("language", "heading", "later", "then"),
    [
        (
            "en",
            "We have your message",
            "There is no ticket number yet.",
            "One of us looks at it before it gets a number",
        ),
        ("zh", "我们已收到您的消息", "暂时还没有工单编号。", "我们会先人工查看，再分配工单编号，无需重复发送"),
    ],
)
async def test_what_is_held_says_that_there_is_no_number_yet_and_what_happens_next(
    house, http, language, heading, later, then
):
    customer = customer_of(house, http, language)
    page = await customer.open()
    thread = "a" + page.values["token"].partition(".")[0]
    await house.app.abuse.block(None, ("form", thread), "a fraud", "system")
    after = await customer.press_alarm(page, text="send me coins")
    assert await house.tickets() == []
    shown = await customer.open(after.url)
    assert heading in shown.text, "nobody is called by an alarm that is held, and the page says nothing else"
    assert later in shown.text
    assert then in shown.text
    assert 'http-equiv="refresh"' not in shown.text
    assert "fraud" not in shown.text

    ((held,),) = await house.rows("SELECT id FROM held")
    await house.app.abuse.release([held], "system")
    assert len(await house.tickets()) == 1
    shown = await customer.open(after.url)
    assert number_on(shown) == "T-1001"
    assert then not in shown.text


@pytest.mark.parametrize(
    ("language", "then"),
    [("en", "What you wrote last is saved."), ("zh", "您最近写的内容已保存，人工查看后会显示在下方")],
)
async def test_what_is_held_beside_a_ticket_is_said_on_its_page(house, http, language, then):
    customer = customer_of(house, http, language)
    after = await customer.send(await customer.open(), **FILLED)
    ((thread,),) = await house.rows("SELECT peer FROM conversations")
    await house.app.abuse.block(None, ("form", thread), "a fraud", "system")
    added = await customer.send(after, text="send me coins")
    assert len(await house.tickets()) == 1
    shown = await customer.open(added.url)
    assert number_on(shown) == "T-1001"
    assert then in shown.text
    assert "send me coins" not in shown.text
    assert FILLED["text"] in shown.text
