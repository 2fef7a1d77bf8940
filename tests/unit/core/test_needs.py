"""What agents have to know: found in texts, forms and the app, asked for once, in the customer's language."""

import msgspec
import pytest

from router.core.needs import needed
from router.core.recognition import told
from router.model.limits import AUTO_REPLIES_PER_HOUR
from rules.problems import RulesError
from rules.ruleset import load
from tests import rulesets
from tests.unit.core.world import World, event

CHAT = {"channel": "webchat", "sender": "77", "thread_id": "77"}
RULES = """\
version: 1
queues: {general: {default: true}}
templates:
  receipt: {en: "We have it as {{ticket.number}}.", zh: "已收到，{{ticket.number}}。"}
  missing-facts: {en: "Please tell us:\\n{{facts.missing}}", zh: "请告诉我们：\\n{{facts.missing}}"}
facts:
  transaction: {kind: transaction, name: {en: Hash}, ask: {en: The hash, zh: 交易哈希}, field: [tx_hash, hash]}
  amount: {kind: amount, ask: {en: How much, zh: 金额}, field: amount}
  account: {kind: account, ask: {en: Which account}}
needs:
  stuck: [transaction, amount]
  login: account
rules:
  - {id: stuck, when: {message.any|has: [stuck, 卡住]}, then: {tag: stuck}}
  - {id: login, when: {message.any|has: login}, then: {tag: login}}
  - {id: theft, when: {message.any|has: stolen}, then: {tag: [stuck], urgency: critical}}
"""
HASH = "0x" + "ab12" * 16


@pytest.fixture
def world():
    world = World()
    world.ruleset = load({"a.yaml": RULES.encode()})
    return world


def ticks(world, decided):
    ticket = world.ticket(decided)
    known = {fact.name: fact.source for fact in ticket.facts}
    return {fact.name: known.get(fact.name) for fact in needed(ticket, world.ruleset)}


def test_what_is_missing_is_asked_for_in_the_receipt_once(world):
    first = world.say("my transfer is stuck", **CHAT)
    (receipt,) = world.replies()
    assert receipt.text.endswith("\n\nPlease tell us:\n- The hash\n- How much")
    assert world.ticket(first).asked == ("transaction", "amount")
    (told,) = [e for e in world.events if e.message_id == receipt.id]
    assert told.data["asked"] == "transaction, amount"
    world.say("still stuck", **CHAT)
    assert len(world.replies()) == 1
    answered = world.say(f"it is {HASH}, 250 USDT", **CHAT)
    assert ticks(world, answered) == {"transaction": "text", "amount": "text"}
    assert {fact.message_id for fact in world.ticket(first).facts} == {answered.outcome.message_id}


def test_in_the_customers_language(world):
    world.say("我的转账卡住了，请帮忙看看", **CHAT)
    assert world.replies()[0].text.endswith("请告诉我们：\n- 交易哈希\n- 金额")


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (["hello", "我的转账卡住了，请帮忙看看", HASH], "zh"),
        (["OK", "转账卡住了", "Error: insufficient funds for gas"], "zh"),
        (["你好", "I have sent it to my other wallet and it is not there"], "en"),
        (["我的转账卡住了", "ok"], "zh"),
    ],
)
def test_a_ticket_speaks_the_language_that_its_customer_wrote_last(world, said, language):
    for text in said:
        decided = world.say(text, **CHAT)
    assert world.ticket(decided).language == language


def test_neither_a_machine_nor_a_short_word_changes_the_language(world):
    world.say("我的转账卡住了", **CHAT)
    decided = world.say("I am out of the office and will be back on Monday", automatic="auto_reply", **CHAT)
    assert world.ticket(decided).language == "zh"
    told = world.say("ok", language="fr", **CHAT)  # the channel knows
    assert world.ticket(told).language == "fr"


def test_a_topic_that_shows_later_is_asked_about_in_one_follow_up(world):
    first = world.say("hello", **CHAT)
    assert len(world.replies()) == 1
    world.say("it is stuck, 5 ETH", **CHAT)
    assert world.replies()[1].text == "Please tell us:\n- The hash"
    world.say("and I cannot login", **CHAT)
    assert len(world.replies()) == 2
    assert ticks(world, first) == {"transaction": None, "amount": "text", "account": None}


def test_what_was_told_is_not_asked_for(world):
    decided = world.say(f"stuck: {HASH}, 3 BTC", **CHAT)
    assert "Please" not in world.replies()[0].text
    assert world.ticket(decided).asked == ()


@pytest.mark.parametrize("value", ["  ", False, True, None, [1]])
def test_a_field_that_says_nothing_is_asked_for(world, value):
    decided = world.say("stuck", ext=msgspec.json.encode({"hash": value}).decode(), **CHAT)
    assert ticks(world, decided) == {"transaction": None, "amount": None}


@pytest.mark.parametrize("value", ["0xabc", 17])
def test_forms_and_the_app_tell_facts_too(world, value):
    decided = world.say("stuck", ext=msgspec.json.encode({"hash": value, "amount": "", "plan": [1]}).decode(), **CHAT)
    assert ticks(world, decided) == {"transaction": "app", "amount": None}


def test_a_proven_account_is_known(world):
    decided = world.say("cannot login", person={"user_id": "u-1", "verified": True}, **CHAT)
    assert ticks(world, decided) == {"account": "contact"}


@pytest.mark.parametrize(
    "said",
    [
        {"visibility": "public"},
        {"automatic": "auto_reply", "channel": "email", "sender": "a@example.org"},
        {"text": "stuck and stolen"},
    ],
)
def test_nobody_is_asked_in_public_of_a_machine_or_in_an_emergency(world, said):
    decided = world.say(said.pop("text", "stuck"), **(CHAT | said))
    assert world.ticket(decided).asked == ()
    assert "Please" not in "".join(m.text for m in world.replies())


def test_once_a_person_answers_the_machine_does_not_ask(world):
    first = world.say("hello", **CHAT)
    world.change(first, first_replied_at_ms=world.now_ms)
    world.say("it is stuck", **CHAT)
    assert len(world.replies()) == 1


def test_an_edit_tells_what_stands_there_now(world):
    first = world.say("it is stuck", message_id="m1", ext='{"amount": 5}', **CHAT)
    edit = {"kind": "edit", "target_id": "m1"} | CHAT
    world.say(f"it is stuck: {HASH}", message_id="e1", **edit)
    assert ticks(world, first) == {"transaction": "text", "amount": "app"}
    world.say("it is stuck", message_id="e2", **edit)
    assert ticks(world, first) == {"transaction": None, "amount": "app"}


def test_what_was_deleted_tells_nothing(world):
    first = world.say("it is stuck", message_id="m1", **CHAT)
    world.say(f"{HASH}, 5 ETH", message_id="m2", **CHAT)
    world.say("6 ETH", message_id="m3", **CHAT)
    world.say("", kind="delete", target_id="m3", message_id="d1", **CHAT)
    assert ticks(world, first) == {"transaction": "text", "amount": "text"}
    world.say("", kind="delete", target_id="m2", message_id="d2", **CHAT)
    assert ticks(world, first) == {"transaction": None, "amount": None}


def test_what_could_not_be_sent_was_not_asked(world):
    world.can_send = False
    assert world.ticket(world.say("stuck", **CHAT)).asked == ()
    world.can_send = True
    for number in range(AUTO_REPLIES_PER_HOUR + 1):  # another amount is another matter
        world.take(event(f"stuck: {number + 2} btc", message_id=world.ids.new(), sender="bob@example.org"))
    assert [t.asked for t in world.snapshot.tickets.values()].count(()) == 2


TOLD = {
    "transaction": [
        HASH,
        "ab" * 32,
        "order no. A1234567",
        "tx: 0x12ab34cd",
        "订单号是 20261102001",
        "交易哈希：9f8e7d6c5b",
        "order A84-229817",
        "ref 7H2-KX1",
        "receipt number is RCP 0098127",
        "WD-7739201 is pending",
        "交易序號880012937465",
        "下的單OD8829910023",
    ],
    "amount": [
        *("$20", "1,200 USDT", "0.5 eth", "300u", "BTC 0.2", "500元", "两次共 1.5 个eth", "￥88", "€1.200,50", "450$"),
        *("12.338 ATOM", "1.5k", "300 quid", "fifty bucks", "twenty usdt", "half an eth", "ten grand", "5 LINK"),
        *(
            "1.2 million SHIB",
            "五百元",
            "一万多U",
            "0.5个比特币",
            "半个比特币",
            "两千五百塊",
            "壹仟元",
            "3.5万",
            "1.5w U",
        ),
        *(
            "十几个U",
            "二十万",
            "1,000顆USDT",
            "三萬台幣",
            "五百蚊",
            "金额1999",
            "扣了我299",
            "八百多没了",
            "charged 1,000.00",
            "took 200",
            "８８元",
        ),
    ],
    "time": [
        *("yesterday", "2026-11-02", "at 14:30", "3 hours ago", "on Monday", "昨天下午", "11月2日", "两小时前", "5 pm"),
        *("on 12/11/2026", "since 30.11.", "on the 24th", "due 11/29", "overnight", "at 2 in the morning", "at 3 a.m."),
        *("quarter past eight", "since Tues", "it has been six hours", "waiting 3 days", "two hours ago", "last nite"),
        *(
            "前晚十一點",
            "禮拜三",
            "兩天前",
            "剛剛",
            "尋日",
            "十月二十五号",
            "三点多",
            "9/2 的刷卡",
            "三天没到",
            "去年十月",
            "半年前",
            "刚转的",
            "unconfirmed 14 hours",
            "18号提的",
        ),
    ],
    "account": [
        *("0x" + "ab" * 20, "my uid is 8812345", "ann@example.org", "[EMAIL]", "用户ID：88123", "账号 ann_2021x"),
        *("帳號是wei_chen88", "用戶ID 7719203", "my handle is @crypto_lena", "account +49 151 2345 6789"),
    ],
    "error": [
        *('it says "insufficient gas"', "error 504", "error code: E1234", "提示网络异常", "app shows: invalid address"),
        *('I get "nonce too low"', "throws 'Invalid address'", "it says wrong password", "swap: execution reverted"),
        *(
            "red banner: Daily limit exceeded",
            "顯示「交易失敗，請聯絡客服」",
            "畫面跳出「憑證無效」",
            "錯誤訊息連線逾時",
        ),
        *("显示发送过于频繁", "一直说验证码错误", "显示502"),
    ],
    "steps": [
        *("I already reinstalled it", "tried restarting", "重启过了", "换了网络也不行", "I have tried everything"),
        *("Already reinstalled twice", "restarted it 3 times", "password reset did not help", "tried another browser"),
        *("cleared the app cache", "followed the steps", "logged out and back in", "重新開機也沒用", "換了wifi也一樣"),
        *("卸载重装了两次", "换手机也不行", "照著教學做了三次", "没到账重启过了"),
    ],
}
UNTOLD = [
    *(
        "hello",
        "my transfer is stuck",
        "please help me",
        "我的转账没到",
        "怎么办",
        "it does not work",
        "我要退款",
        "error",
    ),
    # What is to come, comes every time, or greets.
    *(
        "call me tomorrow at 3pm",
        "the bank wants it by Friday",
        "do you work on Sundays",
        "9am to 5 pm",
        "monday to friday",
    ),
    *("请明天下午三点给我打电话", "早上好", "每周五", "周一到周五", "今天能处理吗", "等了半天"),
    # Numbers of something else.
    *("iPhone 15, app 5.2.1", "24/7", "10/10 service", "ETH 2.0", "TRC20", "转账trc20usdt", "20k followers", "apt 4"),
    *(
        "一起转",
        "一块儿转",
        "千万别发",
        "万一转错了",
        "两万人",
        "我有一个比特币钱包",
        "账户2024年的明细",
        "3 times in a mall",
    ),
    *("lost maybe 15 sales", "sent 3 times", "扣了两次", "订单2026-11"),
    # Asked, not done, or another story.
    *(
        "should I reinstall the app?",
        "how do I restart it",
        "I have not tried it",
        "i have tried to reach you",
        "I did all 5 trades",
    ),
    *(
        "要不要先重启一下手机？",
        "还没重装",
        "换手机了",
        "how after update",
        "报错了怎么办",
        "余额不显示",
        "有没有提示音",
    ),
    *("app gives me an error", "he didn't say, can't he"),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TOLD.items() for text in texts])
def test_a_fact_is_recognised(kind, text):
    assert kind in told(f"hello, {text}, thank you")


@pytest.mark.parametrize("text", UNTOLD)
def test_and_what_is_none_is_not(text):
    assert told(text) == set()


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("facts: {a: {ask: {en: What}}}", "missing"),
        ("facts: {a: {kind: amount}}", "missing"),
        ("facts: {a: {kind: money, ask: {en: What}}}", "value"),
        ("facts: {a: {kind: amount, ask: {english: What}}}", "value"),
        ("facts: {a: {kind: amount, ask: {en: Please send us your recovery phrase}}}", "asks-secret"),
        ("facts: {a: {kind: amount, ask: {en: What}, field: 'a b'}}", "value"),
        ("needs: {stuck: [hash]}", "unknown-fact"),
        ("facts: {a: {kind: amount, ask: {en: What}}}\nneeds: {stick: [a]}", "unknown-tag"),
    ],
)
def test_mistakes(section, code):
    base = "version: 1\nqueues: {general: {default: true}}\ntags: [stuck]\n"
    with pytest.raises(RulesError) as caught:
        load({"a.yaml": (base + section).encode()})
    assert [problem.code for problem in caught.value.problems if problem.severity == "error"] == [code]


def test_the_shipped_pack_asks_and_a_folder_says_it_anew():
    shipped = rulesets.shipped()
    assert shipped.needs["failed-transaction"] == ("transaction", "amount", "time")
    assert all(set(fact.ask) == set(fact.names) == {"en", "zh"} for fact in shipped.facts.values())
    own = "version: 1\ninclude: wallet@1\nneeds: {failed-transaction: amount}\n"
    assert load({"a.yaml": own.encode()}).needs["failed-transaction"] == ("amount",)
