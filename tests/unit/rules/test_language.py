"""Language from script and common words."""

import pytest

from rules.language import SAMPLE_MAX, detect, tells


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("I cannot log in", "en"),
        ("我的币被人转走了", "zh"),
        ("我的幣被人轉走了", "zh"),
        ("我的 MetaMask wallet 登录不了 please help", "zh"),
        ("转账 USDT TRC20 pending failed", "zh"),
        ("Hi, I sent 0.5 ETH to 币安 yesterday but it hasn't arrived", "en"),
        ("你好 my wallet is locked, please help me", "en"),
        ("コインが盗まれました。助けてください", "ja"),
        ("비밀번호를 잊었어요", "ko"),
        ("Мой кошелёк взломали", "ru"),
        ("Мій гаманець зламали", "uk"),
        ("محفظتي سُرقت", "ar"),
        ("กระเป๋าเงินของฉัน", "th"),
        ("hola, no puedo entrar en mi cuenta", "es"),
        ("bonjour, je ne peux pas me connecter", "fr"),
        ("ich kann mich nicht einloggen", "de"),
        ("tôi không đăng nhập được", "vi"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "en"),
        ("", "en"),
        ("🙂🙂", "en"),
        ("[SEED_PHRASE] 怎么办", "zh"),
        ("no code arriving", "en"),
        ("still no btc", "en"),
        ("He said he'd double my eth, now blocked", "en"),
        ("deposited 100 eur by sepa, arrived as 99.80?", "en"),
        ("no puedo retirar", "es"),
        ("waar is mijn geld", "nl"),
        ("nie mogę się zalogować", "pl"),
        ("merhaba param hesabıma gelmedi", "tr"),
        ("mot de passe oublié", "fr"),
        ("dove sono i miei soldi", "it"),
        ("wo ist mein geld", "de"),
        ("dana belum masuk kak", "id"),
        ("mera paisa nahi aaya bhai", "hi"),
    ],
)
def test_detect(text, tag):
    assert detect(text) == tag


def test_only_the_beginning_is_looked_at():
    assert detect("a" * SAMPLE_MAX + "中文" * 1000) == "en"


@pytest.mark.parametrize(
    "text", ["提现卡住了", "Мой кошелёк взломали", "ich kann mich nicht in mein Konto einloggen", "it is not there yet"]
)
def test_what_tells_a_language(text):
    assert tells(text)


@pytest.mark.parametrize(
    "text", ["", "OK", "hello", "0xabc", "Error: insufficient funds for gas", "T-1001", "po", "🙂"]
)
def test_what_tells_none(text):
    assert not tells(text)
