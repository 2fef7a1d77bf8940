"""Which of a person's own tickets a message belongs into: the pure decision, value by value and word by word."""

import pytest

from router.core import placement
from router.core.concepts import is_coin
from router.core.entities import entities, meets
from router.core.evidence import Candidate, cues, points
from router.core.likeness import departs, hear, likeness, things
from router.core.matters import Own, Scene, belongs
from router.core.signals import signals
from tests.unit.core.world import DAY_MS, World

HASH = "0x3f9a52cd1be7008fa64c93d21e5b7790ab34cdef8812fe60557d9ab1e04fc21b"
OTHER_HASH = "0x74f19762cdcf07b5ac324969e583854d68b755bac4780e68969eb61b3b8372a0"
TRON = "9274f72313a3de0e832c807998dffbdf77c344a946b0a9ad5a2cce88e9c0a153"
SOLANA = "3fHMimaePTLvmCTYNWVEuk6ohSmRwRP48T7Mj85jR33w9g7rVA1A5Ftrho5wcw9zX3TejqXqyimwXBnk7MBVHZ7Y"
MAIL = {"channel": "email", "sender": "ann@example.org"}
CHAT = {"channel": "telegram", "sender": "77", "message_id": ""}


@pytest.fixture
def world():
    return World()


def only(text):
    (found,) = entities(text)
    return found


@pytest.mark.parametrize("value", [HASH, TRON, SOLANA, "bc1qfd4kc4zdwwapsvpnh6kdvglcx0f33s7zgr22k9", "W20240709-3301"])
def test_a_value_is_the_same_wherever_it_stands(value):
    assert meets(only(f"about {value}, please"), only(f"这笔:{value}。"))


@pytest.mark.parametrize(
    ("short", "whole"),
    [("0x3f9a…c21b", HASH), ("0x3f9a52...4fc21b", HASH), ("9274f723...c0a153", TRON), ("3fHMim…BVHZ7Y", SOLANA)],
)
def test_a_short_form_is_known_by_its_ends(short, whole):
    assert meets(only(short), only(whole))
    assert not meets(only(short), only(OTHER_HASH))


@pytest.mark.parametrize(
    ("one", "other"),
    [("2,400 USDC", "2400 usdc"), ("500U", "500 USDT"), ("85,000 naira", "85k naira"), ("R$ 2.150,00", "2,150 reais")],
)
def test_amounts_are_the_same_however_they_are_written(one, other):
    assert meets(only(one), only(other))


def test_what_is_no_value_is_none():
    assert entities("version 5.8.1 at 17:32 on my iPhone 12") == ()


@pytest.mark.parametrize("text", ["安卓版 8.11", "app version 8.0", "iOS 17.4", "since update 4.2", "升级到 6.3 之后"])
def test_the_number_of_a_version_is_no_amount(text):
    assert entities(text) == ()
    assert [one.kind for one in entities(f"{text}, 8.11 USDT")] == ["amount"]


@pytest.mark.parametrize(("text", "coins"), [("0.7ETH还没到", ["eth"]), ("3btc", ["btc"]), ("method", [])])
def test_a_coin_may_stand_right_behind_its_number(text, coins):
    assert [name for name in hear("", text).sketch.concepts if is_coin(name)] == coins


def test_english_and_chinese_meet_in_concepts():
    one, other = hear("", "my withdrawal is still pending").sketch, hear("", "提现一直待确认").sketch
    assert likeness(one, other) > 0.5
    assert departs(hear("", "my card was declined").sketch, one)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("手续费好贵", {"fee"}),
        ("自动续费了", {"subscription"}),
        ("每天被踢下线", {"login"}),
        ("下线的返利没发", {"referral", "reward"}),
        ("想改用户名", {"profile"}),
        ("户名写错了", {"name_change"}),
        ("the csv is empty", {"history"}),
    ],
)
def test_a_word_that_stands_inside_another_is_not_read(text, about):
    assert things(hear("", text).sketch) == about


def test_signals_tell_thanks_from_a_request_that_ends_with_thanks():
    assert signals("solved, thank you!", "solved, thank you!").settled
    assert not signals("it has not arrived, thanks", "it has not arrived, thanks").settled
    assert signals("另外想问一个事", "另外想问一个事").other
    assert signals("now something else about fees", "now something else about fees").other
    assert not signals("the page says something else than the app", "the page says something else than the app").other


def say(world, text, number, **where):
    return world.say(text, **(where | {"message_id": str(number)}))


def test_a_hash_holds_a_matter_together_for_weeks(world):
    first = say(world, f"transfer {HASH} not arrived", 1, **CHAT)
    world.now_ms += 20 * DAY_MS
    again = say(world, "0x3f9a…c21b ?", 2, **CHAT)
    assert (again.outcome.ticket_id, again.outcome.why.joined) == (first.outcome.ticket_id, "transaction")


def test_another_hash_is_another_matter_a_minute_later(world):
    first = say(world, f"transfer {HASH} not arrived", 1, **CHAT)
    other = say(world, f"transfer {OTHER_HASH} not arrived", 2, **CHAT)
    assert other.outcome.ticket_id != first.outcome.ticket_id
    assert other.outcome.why.joined_detail == "transaction_conflict"
    back = say(world, "the 0x3f9a…c21b one came", 3, **CHAT)
    assert back.outcome.ticket_id == first.outcome.ticket_id


def test_what_a_stranger_quotes_is_related_and_never_joined(world):
    first = say(world, f"transfer {HASH} not arrived", 1, **CHAT)
    stranger = say(world, f"transfer {HASH} not arrived", 2, **(CHAT | {"sender": "78"}))
    assert stranger.outcome.ticket_id != first.outcome.ticket_id
    assert stranger.outcome.why.related == (first.outcome.ticket_id,)
    assert stranger.outcome.why.related_by == ("transaction",)


def test_an_own_ticket_number_joins_and_a_guessed_one_does_not(world):
    first = say(world, "my card was declined", 1, **MAIL)
    number = world.ticket(first).number
    own = say(world, f"T-{number}: bank statement", 2, **MAIL)
    assert (own.outcome.ticket_id, own.outcome.why.joined) == (first.outcome.ticket_id, "number")
    guess = say(world, f"T-{number}: let me in", 3, **(MAIL | {"sender": "eve@example.org"}))
    assert guess.outcome.ticket_id != first.outcome.ticket_id
    assert guess.outcome.why.related_by == ("number",)


def test_an_answer_to_our_question_is_never_too_late(world):
    first = say(world, "my card was declined", 1, **CHAT)
    world.change(first, state="waiting")
    world.now_ms += 9 * DAY_MS
    answer = say(world, "yes it is", 2, **CHAT)
    assert (answer.outcome.ticket_id, world.ticket(first).state) == (first.outcome.ticket_id, "open")


def test_nobody_elses_ticket_can_be_given_to_the_decision(world):
    mine = world.ticket(say(world, "one", 1, **CHAT))
    theirs = world.ticket(say(world, "two", 2, **(CHAT | {"sender": "78"})))
    sketch = hear("", "one").sketch
    with pytest.raises(ValueError, match="is not one of contact"):
        Own(mine.contact_id, [Candidate(ticket=mine, sketch=sketch), Candidate(ticket=theirs, sketch=sketch)])


@pytest.mark.parametrize(
    ("one", "other"),
    [("448213", "订单 20251106448213"), ("66120397", "BR-66120397"), ("GC-4471-9920-0553", "card GC-4471-9920-0553,")],
)
def test_an_order_is_known_by_its_end(one, other):
    assert meets(only(one), only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("INV-2025-10563", "INV-2025-10417"), ("GC-4471-9920-0553", "GC-4471-9920-0018"), ("448213", "448214")],
)
def test_orders_that_begin_alike_are_two(one, other):
    assert not meets(only(one), only(other))


def test_a_word_after_a_shortened_hash_is_no_end_of_it():
    assert meets(only(f"{HASH[:12]}... still pending"), only(HASH))
    assert only(f"{HASH[:6]}.. {HASH[-4:]}").tail == HASH[-4:]


def test_no_points_join_two_transactions(world):
    first = say(world, f"my withdrawal {HASH} is still pending, please help", 1, **CHAT)
    again = say(world, f"still waiting, my withdrawal {OTHER_HASH} is still pending, please help", 2, **CHAT)
    assert (again.outcome.why.joined_detail, again.outcome.why.points) == ("transaction_conflict", -300)
    assert again.outcome.ticket_id != first.outcome.ticket_id


def test_what_nothing_holds_together_is_apart_however_soon_it_comes(world):
    first = say(world, "my withdrawal is pending", 1, **CHAT)
    bubble = say(world, "hello??", 2, **CHAT)
    assert bubble.outcome.ticket_id == first.outcome.ticket_id
    mails = [say(world, text, number, **MAIL) for number, text in enumerate(("one", "two"), start=3)]
    assert mails[0].outcome.ticket_id != mails[1].outcome.ticket_id
    assert mails[1].outcome.why.points == world.ruleset.matching.join_at - 1


def test_the_same_trouble_with_another_amount_by_mail_is_another_matter(world):
    first = say(world, "My withdrawal of 200 USDT is pending", 1, **MAIL)
    other = say(world, "My withdrawal of 950 USDT is pending", 2, **MAIL)
    assert other.outcome.ticket_id != first.outcome.ticket_id
    assert other.outcome.why.joined_detail == "amount_conflict"


def test_what_a_message_says_of_itself_speaks_for_a_new_ticket_in_any_place():
    assert "cue ^ another question" in cues("another question: how do i change my nickname?")
    assert "cue # usdt ?" in cues("2,400 usdt ???")
    worth = points()
    assert worth["new other"] > 0 > worth["value anew amount"]
    assert not [name for name in worth if name.startswith(("value shared transaction", "value shared order"))]


@pytest.fixture
def scenes(monkeypatch):
    """Each decision as it was met."""
    met = []

    def meet(said, own, matching):
        met.append(Scene(said, own.candidates, matching, {}, None))
        return belongs(said, own, matching)

    monkeypatch.setattr(placement, "belongs", meet)
    return met


def test_all_matters_of_one_chat_stand_in_it_and_no_other_ones(world, scenes):
    for number, text in enumerate((HASH, OTHER_HASH, "hello?"), start=1):
        say(world, text, number, thread_id="77", **CHAT)
    say(world, "hello?", 4, thread_id="group", **CHAT)
    assert [[one.same_chat for one in scene.candidates] for scene in scenes[-2:]] == [[True, True], [False, False]]


def test_matters_that_were_told_by_turns_are_known_by_it(world, scenes):
    for number, text in enumerate((HASH, OTHER_HASH, HASH, "so what now?"), start=1):
        say(world, text, number, **CHAT)
        world.now_ms += 60_000
    latest, older = map(scenes[-1].evidence, scenes[-1].open)
    assert {"turns here latest", "rested 2 latest"} <= set(latest)
    assert {"turns there older", "rested 4 older"} <= set(older)


def test_an_answer_in_the_same_words_belongs_to_the_mail_it_answers(world):
    told = "Since the update the app asks for a password that I never set. I moved to a new phone last week."
    first = say(world, told, "<1@x>", **MAIL)
    again = say(
        world, f"{told} The fee was 8.11 EUR, by the way not the trouble.", "<2@x>", in_reply_to="<1@x>", **MAIL
    )
    assert again.outcome.ticket_id == first.outcome.ticket_id


@pytest.mark.parametrize(
    ("texts", "is_other"),
    [
        (("my transfer is stuck", "how do I change my nickname?", "Separate issue: the app crashes on my iPad"), True),
        (
            ("my transfer is stuck", "how do I change my nickname?", "ok thanks. Another thing, does it work on iPad?"),
            True,
        ),
        (("转账卡住了", "昵称怎么改", "另外一个问题：软件在平板上老是闪退"), True),
        (("转账卡住了", "昵称怎么改", "换个话题，平板上老是闪退"), True),
        (("my transfer is stuck", "Another question: is it still in review, the same transfer as I said?"), False),
    ],
)
def test_another_matter_that_is_announced_as_one_is_one(world, texts, is_other):
    *earlier, last = [say(world, text, number, **CHAT) for number, text in enumerate(texts)]
    known = {one.outcome.ticket_id for one in earlier}
    assert (last.outcome.ticket_id not in known) is is_other
    assert (last.outcome.why.joined_detail == "said_to_be_other") is is_other


@pytest.mark.parametrize(
    ("hello", "what_for"),
    [
        (("你好", "客服在吗？"), "我想把绑定的银行卡换掉"),
        (("上周五晚上", "十点左右"), "有两枚sol从我这里转出去了"),
        (("轉人工！",), "提現一直審核中"),
        (("gm", "quick question"), "whats the min deposit for avax"),
        (("good morning sir", "please help me"), "my verification is rejected again"),
        (("Hello", "is anyone there?", "i want to talk to a human"), "my top up from chase never showed up"),
    ],
)
def test_who_only_said_hello_is_still_to_say_what_for(world, hello, what_for):
    said = [say(world, text, number, **CHAT) for number, text in enumerate((*hello, what_for))]
    assert len({one.outcome.ticket_id for one in said}) == 1
    world.now_ms += DAY_MS
    later = say(world, "how do I close my savings account", 9, **CHAT)
    assert later.outcome.ticket_id != said[0].outcome.ticket_id


def test_what_for_names_the_ticket_and_its_queue(world):
    hello = say(world, "你好", 1, **CHAT)
    assert (world.ticket(hello).subject, world.ticket(hello).queue) == ("你好", "general")
    what_for = say(world, "the fee of my withdrawal is too high", 2, **CHAT)
    ticket = world.ticket(what_for)
    assert (ticket.subject, ticket.queue, ticket.urgency) == ("the fee of my withdrawal is too high", "fees", "normal")
    assert [event.data["queue_to"] for event in world.events if event.kind == "ticket.updated"] == ["fees"]


def test_a_greeting_long_ago_is_no_beginning(world):
    hello = say(world, "你好", 1, **CHAT)
    world.now_ms += 2 * 3_600_000
    assert say(world, "请问提现手续费是多少", 2, **CHAT).outcome.ticket_id != hello.outcome.ticket_id


@pytest.mark.parametrize(
    "first", ["my card was declined at a petrol station", "一点理财就闪退", "where do I see my limit?"]
)
@pytest.mark.parametrize("call", ["在吗", "喂，有人没有", "hey, anyone around?", "Hello"])
def test_who_calls_again_after_hours_means_what_they_said_last(world, first, call):
    say(world, "how do I change my nickname?", 1, **CHAT)
    last = say(world, f"Another question: {first}", 2, **CHAT)
    world.now_ms += 9 * 3_600_000
    assert say(world, call, 3, **CHAT).outcome.ticket_id == last.outcome.ticket_id
    world.now_ms += DAY_MS
    assert say(world, "另外一个问题，怎么注销", 4, **CHAT).outcome.ticket_id != last.outcome.ticket_id


@pytest.mark.parametrize(
    ("first", "second", "about_first", "about_second"),
    [
        ("尾号1234的卡被锁了", "另外尾号5678的卡还没寄到", "1234那张解锁了吗", "5678还没到"),
        ("BTC提现没到", "另外SOL的充值也没到", "BTC还是没到", "SOL的充值呢"),
        (
            "my card ending 2210 was declined at a petrol station",
            "my other card, ending 9034, never arrived in the post",
            "so the 2210 one, still declined today",
            "9034 still not in my letterbox",
        ),
    ],
)
def test_of_two_alike_what_only_one_has_tells_which(world, first, second, about_first, about_second):
    one, other = (say(world, text, number, **CHAT) for number, text in enumerate((first, second)))
    assert one.outcome.ticket_id != other.outcome.ticket_id
    world.now_ms += 4 * 3_600_000
    assert say(world, about_first, 7, **CHAT).outcome.ticket_id == one.outcome.ticket_id
    assert say(world, about_second, 8, **CHAT).outcome.ticket_id == other.outcome.ticket_id


@pytest.mark.parametrize(
    ("text", "reminds"),
    [
        ("following up on my question about a business account", True),
        ("昨天咨询的两位股东共同审批付款一事,请问有答复吗?", True),
        ("有什么消息吗", True),
        ("this is my fourth email about the frozen gift voucher", True),
        ("writing once more, the seller has still not sent the coins", True),
        ("nobody ever replied to what i said on whatsapp", True),
        ("就那张汇票,我在微信里问过了", True),
        ("第三次来信,请尽快处理", True),
        ("客服窗口突然关了,只好到这里说", True),
        ("my transfer failed yesterday", False),
        ("昨天转的500没到", False),
        ("my second card was never delivered", False),
        ("the third time it failed with the same code", False),
        ("my second email address is the one to keep", False),
        ("waiting for someone to take my offer", False),
        ("客服电话是多少", False),
        ("第二次发生了", False),
    ],
)
def test_who_asks_about_what_they_asked_reminds(text, reminds):
    assert signals(text, text).reminds is reminds


@pytest.mark.parametrize(
    ("first", "hours", "again"),
    [
        ("my voucher from the petrol station is refused", 7, "Third message now: that giftcard code does nothing"),
        ("我的工资流水交了还在审核", 6, "第二次来信，贵司的身份认证何时有结果？"),
        ("the csv has every line twice", 5, "I asked in the chat: why is my transaction history doubled?"),
    ],
)
def test_who_writes_of_the_same_once_more_hours_later_joins_it(world, first, hours, again):
    asked = say(world, first, 1, **CHAT)
    world.now_ms += hours * 3_600_000
    assert say(world, again, 2, **CHAT).outcome.ticket_id == asked.outcome.ticket_id


@pytest.mark.parametrize(
    ("first", "second", "joins"),
    [
        ("提到火币的0.7btc卡住了", "又一单也卡了，55个sol", False),
        ("my 0.7 btc never arrived", "one more pending: 55 sol", False),
        ("my withdrawal of 0.7 BTC is stuck", "I mean the withdrawal of 0.8 BTC", True),
    ],
)
def test_another_of_the_same_kind_in_a_chat_is_another_matter(world, first, second, joins):
    one = say(world, first, 1, **CHAT)
    world.now_ms += 20 * 60_000
    assert (say(world, second, 2, **CHAT).outcome.ticket_id == one.outcome.ticket_id) is joins
