"""Parts of a phrase that are told by their count, and codes that stand beside a card or before their own name."""

import pytest

from rules.redact import redact


@pytest.mark.parametrize(("text", "masked"), [
    ("the last five are kiwi hen reform zebra lamp", "the last five are [SEED_PHRASE]"),
    ("remaining 4 words: zebra, lamp, oxygen, hen. thats it", "remaining 4 words: [SEED_PHRASE]. thats it"),
    ("first 6 of my recovery words are key lamp reform zebra oxygen cabin",
     "first 6 of my recovery words are [SEED_PHRASE]"),
    ("最後五個字：hen reform zebra lamp oxygen，之後唔記得", "最後五個字：[SEED_PHRASE]，之後唔記得"),
    ("剩下四个是zebra lamp oxygen hen", "剩下四个是[SEED_PHRASE]"),
    ("words 5-8 are zebra lamp oxygen hen", "words 5-8 are [SEED_PHRASE]"),
    ("one to four: zebra, lamp, oxygen, hen", "one to four: [SEED_PHRASE]"),
    ("第九到第十二個：zebra lamp oxygen hen", "第九到第十二個：[SEED_PHRASE]"),
    ("the other half: zebra lamp oxygen hen reform cabin", "the other half: [SEED_PHRASE]"),
])  # fmt: skip
def test_as_many_words_as_were_counted_are_part_of_a_phrase(text, masked):
    assert redact(text).text == masked
    assert redact(masked).text == masked


@pytest.mark.parametrize("text", [
    "the first four people that come will get this prize",
    "the last five update notice just bring more problem",
    "the first six zebra lamp oxygen hen",
    "the last four digits are on the card",
    "steps 1-4: open the app, pay",
    "it takes 1 to 4 days until that money",
    "前六个月 the app was fine again",
    "the first half year there was no issue with any order",
])  # fmt: skip
def test_a_sentence_about_so_many_things_stays(text):
    assert redact(text).text == text


@pytest.mark.parametrize("words", [
    "zebra seed secret lamp oxygen hen reform cabin blouse lunar pistol gadget",
    "lamp oxygen hen seed secret zebra reform cabin blouse lunar pistol gadget",
    "lamp secret key oxygen hen zebra reform cabin blouse lunar pistol gadget",
])  # fmt: skip
def test_words_of_the_list_that_are_labels_too_stand_anywhere_in_a_phrase(words):
    assert redact(f"it is {words}").text == "it is [SEED_PHRASE]"


@pytest.mark.parametrize("label", ["my old metal seed phrase", "laptop secret key", "the original seed words"])
def test_a_label_behind_a_word_of_the_list_is_one_all_the_same(label):
    words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    assert redact(f"{label} {words}").text == f"{label} [SEED_PHRASE]"


@pytest.mark.parametrize(("text", "masked"), [
    ("4012 8888 8888 1881 771", "[CARD] [CVV]"),
    ("4012888888881881, 771, 09/29", "[CARD], [CVV], 09/29"),
    ("3782 822463 10005 7712", "[CARD] [CVV]"),
    ("4012 8888 8888 1881 771 到期 09/29", "[CARD] [CVV] 到期 09/29"),
    ("the back of my card says 771", "the back of my card says [CVV]"),
    ("on it is 771, i think thats the cvc", "on it is [CVV], i think thats the cvc"),
    ("661094 that was the sms code", "[OTP] that was the sms code"),
    ("its about the password and i think it was Kite_2207 or Kite_2208",
     "its about the password and i think it was [PASSWORD] or [PASSWORD]"),
])  # fmt: skip
def test_what_stands_beside_says_what_it_is(text, masked):
    assert redact(text).text == masked
    assert redact(masked).text == masked


@pytest.mark.parametrize(("text", "masked"), [
    ("4012 8888 8888 1881 771 usd twice", "[CARD] 771 usd twice"),
    ("4012 8888 8888 1881 2026", "[CARD] 2026"),
    ("4012 8888 8888 1881 扣了771元", "[CARD] 扣了771元"),
    ("i was at the back of the queue 771", "i was at the back of the queue 771"),
    ("the back of the card says 0800 123 456", "the back of the card says 0800 123 456"),
    ("i need my password back 44190233", "i need my password back 44190233"),
    ("忘記密碼 44190233", "忘記密碼 44190233"),
    ("找回密码 44190233", "找回密码 44190233"),
])  # fmt: skip
def test_amounts_years_and_account_numbers_stay(text, masked):
    assert redact(text).text == masked


@pytest.mark.parametrize(("text", "masked"), [
    ("[CARD]\n11/28\n402", "[CARD]\n11/28\n[CVV]"),
    ("[CARD]\nexpires 1128\nand the code 402", "[CARD]\nexpires 1128\nand the code [CVV]"),
    ("[CARD]\n11/28", "[CARD]\n11/28"),
    ("[CARD] was charged\n402 euros", "[CARD] was charged\n402 euros"),
    ("cvc?\n402", "cvc?\n[CVV]"),
    ("what is a cvc for? 402 people ask", "what is a cvc for? 402 people ask"),
])  # fmt: skip
def test_a_card_is_told_line_by_line(text, masked):
    assert redact(text).text == masked


@pytest.mark.parametrize(("text", "masked"), [
    ("一次密碼 5521", "一次密碼 [OTP]"),
    ("短訊碼係5521", "短訊碼係[OTP]"),
    ("驗證簡訊裡的數字是 5521", "驗證簡訊裡的數字是 [OTP]"),
    ("銀行傳給我的碼 5521", "銀行傳給我的碼 [OTP]"),
    ("短信上写的5521", "短信上写的[OTP]"),
    ("the digits in the text were 5521", "the digits in the text were [OTP]"),
    ("卡背三碼 402", "卡背三碼 [CVV]"),
    ("vault passcode 552109", "vault passcode [PASSWORD]"),
    ("簡訊 3 則", "簡訊 3 則"),
    ("my text number is 07911123456", "my text number is 07911123456"),
    ("the pin fails, card last four: 5521", "the pin fails, card last four: 5521"),
])  # fmt: skip
def test_what_was_texted_is_a_code(text, masked):
    assert redact(text).text == masked


@pytest.mark.parametrize("text", ["NI number {}", "my nino is {}", "N.I. no: {}"])
@pytest.mark.parametrize("number", ["AB 12 34 56 C", "JK654321D"])
def test_a_national_insurance_number_goes_by_several_names(text, number):
    assert redact(text.format(number), visibility="public").text == text.format("[NATIONAL_ID]")


@pytest.mark.parametrize(("text", "masked"), [
    ("my old phone was 07911 123456, the new one is 07911 654321", "my old phone was [PHONE], the new one is [PHONE]"),
    ("從 0912345678 換成 0987654321", "從 [PHONE] 換成 [PHONE]"),
    ("moved from 0912345678 to 0987654321", "moved from [PHONE] to [PHONE]"),
    ("moved from 10000000 to 12000000", "moved from 10000000 to 12000000"),
])  # fmt: skip
def test_an_old_number_and_a_new_one_are_phones(text, masked):
    assert redact(text, visibility="public").text == masked
