"""A value alone in its message, which the messages before it name."""

import pytest

from rules.announced import announces, masked_beside, may_be_value, may_be_word, names, names_parts, says_password
from rules.redact import DEFAULT_POLICY

KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


@pytest.mark.parametrize("text", [
    KEY, "sure, Kite#2207", "777 ", "no. is E12345678", "就是Kite_2207", "6217 0000", "ｋｉｔｅ２２０７",
])  # fmt: skip
def test_a_message_that_is_a_digit_and_little_else_may_be_a_value(text):
    assert may_be_value(text)


@pytest.mark.parametrize("text", [
    "", "ok", "my key please", "i changed it 3 times since yesterday and still nothing", "1 " * 150,
])  # fmt: skip
def test_others_are_told_by_their_own_sentence(text):
    assert not may_be_value(text)


@pytest.mark.parametrize(("texts", "kind"), [
    (["you wanted my private key", KEY], "PRIVATE_KEY"),
    (["my private key?", "hold on", f"0x{KEY}"], "PRIVATE_KEY"),
    (["私钥在下面", KEY], "PRIVATE_KEY"),
    (["密码", "Kite_2207"], "PASSWORD"),
])  # fmt: skip
def test_what_those_before_name_is_masked(texts, kind):
    *before, own = masked_beside(texts, "private", DEFAULT_POLICY)
    assert not any(before)
    assert own == [(0, len(texts[-1]), kind)]


def test_a_value_over_two_messages_is_masked_in_both():
    spans = masked_beside(["card: 4012 8888", "8888 1881 thx"], "private", DEFAULT_POLICY)
    assert spans == [[(6, 15, "CARD")], [(0, 9, "CARD")]]


@pytest.mark.parametrize("texts", [
    ["i lost my private key", f"tx {KEY}"],
    ["the private key export is greyed out", "version 5.12.3"],
    ["what hash do you need", KEY],
    ["密码错误", "错误码10029"],
    ["验证码一直收不到", "订单号20261103948201"],
])  # fmt: skip
def test_what_has_a_name_of_its_own_stays(texts):
    assert not any(masked_beside(texts, "private", DEFAULT_POLICY))


def test_what_is_masked_depends_on_who_reads_it():
    texts = ["passport number?", "E12345678"]
    assert masked_beside(texts, "public", DEFAULT_POLICY) == [[], [(0, 9, "PASSPORT")]]
    assert masked_beside(texts, "private", DEFAULT_POLICY) == [[], []]


@pytest.mark.parametrize("text", [
    "thats my wallet's private key btw", "that was the old pin i had", "those are the codes you wanted",
    "↑ my password", "上面那串就是我的私钥，麻烦看看", "呢個就係驗證碼", "刚才那个是密码",
])  # fmt: skip
def test_a_message_may_name_the_one_before_it(text):
    assert names(text)


@pytest.mark.parametrize("text", [
    "", "is that my password?", "that's not my password", "this is the key point", "it is about the password",
    "this is why i need my pin reset", "that is a private key problem", "这是密码错误", "那不是我的私钥", "ok",
    "that was before i changed my password", "it was taken from my card",
    "that is my key " * 20,
])  # fmt: skip
def test_others_speak_of_something_else(text):
    assert not names(text)


@pytest.mark.parametrize("texts", [
    ["the password of my wallet comes in the next message"],
    ["typing my passphrase now"], ["pwd:"], ["my pw is", "hm wait"],
    ["我把密码发在下面"], ["錢包密碼係"], ["下一句就是登入密碼"],
])  # fmt: skip
def test_some_words_leave_no_doubt_that_a_password_comes_next(texts):
    assert announces(texts)


@pytest.mark.parametrize("texts", [
    [], ["my password is wrong"], ["i will change my password now and then"], ["my pw is", "no idea"], ["密码不对"],
    ["密码忘了"], ["where do i type my password below the name"], ["next message"],
])  # fmt: skip
def test_others_leave_some(texts):
    assert not announces(texts)


@pytest.mark.parametrize(("text", "sure"), [
    ("↑ wallet password", True), ("thats my old pw", True), ("上面那個係我錢包密碼", True),
    ("thats my password manager", False), ("is that my password", False), ("那个不是密码", False),
])  # fmt: skip
def test_a_message_may_leave_no_doubt_about_the_one_before_it(text, sure):
    assert says_password(text) is sure


@pytest.mark.parametrize(("text", "word"), [
    ("mangotree", True), (" Sunflower ", True), ("thanks!", False), ("what?", False), ("two words", False),
    ("[PASSWORD]", False), ("4471", False), ("ok", False), ("好的", False),
])  # fmt: skip
def test_one_word_may_be_a_password(text, word):
    assert may_be_word(text) is word


def test_a_name_may_be_of_several():
    assert names_parts("those two pieces are my private key")
    assert not names_parts("that is my private key")
