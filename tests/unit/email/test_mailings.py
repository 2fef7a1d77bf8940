"""What can be unsubscribed from gets no automatic answer, and is a customer's word all the same."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent


def read(*fields):
    """The event of a mail with these fields besides."""
    head = "".join(f"{field}\r\n" for field in fields)
    mail = f"{head}From: ann@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n"
    (event,) = parse(RawEvent(body=mail.encode(), meta={"address": "help@shop.example"}), "default")
    return event


@pytest.mark.parametrize("field", ["List-Unsubscribe: <https://n.example/out>", "List-Help: <mailto:help@n.example>"])
def test_a_mailing_is_told_by_its_list_fields_alone(field):
    event = read(field, "Reply-To: desk@example.org")
    assert (event.mailing, event.automatic, event.reply_to) == (True, "none", "desk@example.org")


def test_an_ordinary_mail_is_none():
    assert not read("X-List-Unsubscribe: <https://n.example/out>").mailing


@pytest.mark.parametrize(
    ("reply_to", "wanted"),
    [
        ("Help <HELP@shop.example>", None),
        ("help+tag@shop.example", None),
        ("help@shop.example, Ann <ann@home.example>", "ann@home.example"),
        ("ann@example.org, help@shop.example", None),
    ],
)
def test_answers_never_go_to_ourselves(reply_to, wanted):
    assert read(f"Reply-To: {reply_to}").reply_to == wanted


@pytest.mark.parametrize(
    "subject",
    [
        "Автоматический ответ: отпуск", "自動応答: 不在", "부재중 자동 응답: 휴가", "Otomatik yanıt: x",
        "Automatikus válasz: x", "Αυτόματη απάντηση: x", "رد تلقائي: x", "ตอบกลับอัตโนมัติ: x", "Trả lời tự động: x",
        "Auto: Anna is out of the office (back 2 Nov)", "【自动回复】Re: 提现", "休假自动回复：提现",
        "自动回复", "自动回复-张三", "Abwesenheit: Re: x", "Außer Haus: x", "Out of Office Re: x",
        "Out of Office AutoReply: x",
        "Automatisk svar: x", "I am away until 2 Nov", "Afwezig tot 3 dec", "Auto response from desk@x.example",
    ],
)  # fmt: skip
def test_who_is_away_is_told_by_the_subject(subject):
    assert read(f"Subject: {subject}").automatic == "auto_reply"


@pytest.mark.parametrize(
    "subject",
    [
        "自動応答が動かない", "Автоматический ответ не работает", "Auto: brakes do not work",
        "自动回复没有用，请转人工", "自动回复功能怎么关闭？", "Automatic reply is useless, I need a human",
        "Automatische Antwort hilft mir nicht", "Out of office card lost",
        "I am away from home and my card is gone", "Auto-reply loop with your bot",
        "Abwesend seit Mai, Karte weg", "Fuori sede non posso accedere",
    ],
)  # fmt: skip
def test_a_question_about_such_answers_is_a_person_s(subject):
    assert read(f"Subject: {subject}").automatic == "none"
