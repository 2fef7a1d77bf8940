"""What words, near and expressions match, and where."""

import pytest

from tests.unit.rules.rules_files import hits, judged, one_rule


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("refund", "I want a Refund!", True),
        ("refund", "refunded", False),
        ("refund", "unrefund", False),
        ("refund*", "refunded", True),
        ("refund", "我要退款refund谢谢", True),
        ("refund", "été refund", True),
        ("refund", "érefund", False),
        ("money back", "my money\nback please", True),
        ("money back", "my money\n\nback please", False),
        ("didn't", "i DIDNT do it", True),
        ("didn't", "i didn’t do it", True),
        ("退款", "我要退款", True),
        ("退款", "我要退錢款", False),
        ("轉走", "被转走了", True),
        ("usdt转账", "我的USDT转账没到", True),
        ("usdt转账", "xusdt转账", False),
        ("c++", "I like C++.", True),
        ("card", "[CARD] was here", False),
        ("phrase", "[SEED_PHRASE]", False),
        ("'#'", "pay 1,200 now", True),
        ("'#'", "pay now", False),
        ("no", "no", True),
        ("010", "call 010", True),
        ("010", "call 0100", False),
    ],
)
def test_has(words, text, expected):
    assert hits(one_rule(f"{{message.text|has: {words}}}"), text) is expected


def test_has_all_needs_every_word():
    rules = one_rule("{message.text|has all: [refund, 退款]}")
    assert hits(rules, "退款 please, a refund")
    assert not hits(rules, "a refund")


@pytest.mark.parametrize(
    ("near", "text", "expected"),
    [
        ("{words: [not, arrived], within: 2}", "it has not yet arrived", True),
        ("{words: [not, arrived], within: 0}", "it has not yet arrived", False),
        ("{words: [arrived, not]}", "it has not arrived", True),
        ("{words: [arrived, not], ordered: true}", "it has not arrived", False),
        ("{words: [not, arrived]}", "I did not. It arrived", False),
        ("{words: [not, arrived]}", "I paid 0.5 not 0.6 arrived", True),
        ("{words: [[没收到, 还没], [退款, 钱]], within: 3}", "还没有到账的钱", False),
        ("{words: [[没收到, 还没], [退款, 钱]], within: 4}", "还没有到账的钱", True),
        ("{words: [钱, 没了]}", "钱都在。电没了", False),
        ("{words: [a b, b c]}", "a b c", False),
        ("{words: [x, x]}", "only one x", False),
        ("{words: [x, x]}", "x and x", True),
        ("{words: [stole], unless: movie}", "he stole it", True),
        ("{words: [stole], unless: movie}", "he stole it in a movie", False),
        ("{words: [stole], unless: movie}", "a nice movie. he stole it", True),
        ("{words: [stole], unless: '?'}", "he stole it!? help", False),
        ("{words: [stole], unless: '?'}", "他偷了 stole！？ help", False),
        ("{words: [stole], unless: '?'}", "he stole it! who?", True),
        ("{words: [stole], unless before: nobody}", "he stole it and nobody helps", True),
        ("{words: [stole], unless before: nobody}", "nobody stole it", False),
        ("{words: [stole], unless just before: nobody}", "nobody in this whole big house ever stole it", True),
        ("{words: [wallet, hacked], unless just before: not}", "my wallet was not hacked", False),
        ("{words: [not me, paid], unless: not}", "it was not me who paid", True),
        ("{words: [a, b, c]}", "c then a then b", True),
        ("{words: [a, b, c], ordered: true}", "a c b", False),
    ],
)
def test_near(near, text, expected):
    assert hits(one_rule(f"{{message.text|near: {near}}}"), text) is expected


def test_a_later_hit_counts_when_the_first_is_cancelled():
    rules = one_rule("{message.text|has: {words: stolen, unless just before: not}}")
    assert hits(rules, "my phone was not stolen. My card was stolen")


@pytest.mark.parametrize(
    ("condition", "text", "expected"),
    [
        (r"message.text|matches: '\d{3} usdt'", "sent 250 USDT", True),
        (r"message.text|matches: '^\d+$'", "12x", False),
        (r"message.text|starts: [re, '回复']", "回復：您好", True),
        (r"message.text|starts: hello", "oh hello", False),
        (r"message.text|ends: thanks", "  many THANKS  ", True),
        (r"message.text|is: [hi, 你好]", " 你好 ", True),
        (r"message.text|in: [hi, 你好]", "你好吗", False),
    ],
)
def test_other_text_operators(condition, text, expected):
    assert hits(one_rule(f"{{{condition}}}"), text) is expected


def test_any_covers_subject_and_text_but_spans_are_of_the_text():
    rules = one_rule("{message.any|has: [refund, late]}")
    verdict = judged(rules, "it is late", subject="refund")
    assert verdict.reasons[0].why == "late; refund"
    assert verdict.reasons[0].at == ((6, 10),)


def test_reasons_show_the_words_as_written_and_where():
    rules = one_rule("{message.text|near: {words: [转走, 不是我]}}")
    verdict = judged(rules, "錢被轉走，不是我！")
    assert verdict.reasons[0].why == "near(轉走, 不是我)"
    assert verdict.reasons[0].at == ((2, 4), (5, 8))


def test_a_longer_word_hides_a_shorter_one_inside_it():
    rules = one_rule("{message.text|has: [转走, 转走了]}")
    assert judged(rules, "被转走了").reasons[0].why == "转走了"


def test_hostile_repetition_is_judged_all_the_same():
    rules = one_rule("{message.text|near: {words: [a, a, a, b], within: 50, unless: c, unless before: d}}")
    assert hits(rules, "a " * 30_000) is False
    assert hits(rules, "a a a b " + "a " * 30_000) is True


def test_a_rule_that_puts_endless_hits_together_gives_up_and_the_next_message_does_not():
    near = "{message.text|near: {words: [[a, b], [a, b], [a, b], [a, b]], within: 50, unless: [a]}}"
    rules = one_rule(f"{{any: [{', '.join([near] * 30)}, {{message.text|near: {{words: [x, y]}}}}]}}")
    assert hits(rules, "x y")
    assert not hits(rules, "a b " * 5_000)
