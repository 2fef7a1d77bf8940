"""Forms in which a secret is seldom seen, one by one, and what only looks like them."""

import pytest

from rules.redact import redact

MASKED = [
    (
        "I typed my recovery phrase index runway home diet what head about airport jaguar into buterfly when truck "
        "ceiling vault into a page",
        "I typed my recovery phrase [SEED_PHRASE] into a page",
    ),
    ("密码是Ａbc！23，登不上", "密码是[PASSWORD]，登不上"),
    ("密码是abc123！请帮忙", "密码是[PASSWORD]！请帮忙"),
    ("密码：abc１２３＠ｘ", "密码：[PASSWORD]"),
    ('{"user":"anna","password":"Tiger5862","lang":"en"}', '{"user":"anna","password":"[PASSWORD]","lang":"en"}'),
    ('{\\"password\\":\\"Tiger5862\\"}', '{\\"password\\":\\"[PASSWORD]\\"}'),
    ('<input type="password" value="Tiger5862">', '<input type="password" value="[PASSWORD]">'),
    ("user=anna&password=Tiger5862&lang=en", "user=anna&password=[PASSWORD]&lang=en"),
    ("the password i set yesterday (Tiger5862) fails", "the password i set yesterday ([PASSWORD]) fails"),
    ("<td>4111111111111111</td><td>123</td> cvv", "<td>[CARD]</td><td>[CVV]</td> cvv"),
    (
        "<li>few</li><li>hen</li><li>reform</li><li>zebra</li><li>oxygen</li><li>cabin</li><li>blouse</li>"
        "<li>lunar</li><li>pistol</li><li>gadget</li><li>river</li><li>lamp</li>",
        "<li>[SEED_PHRASE]</li>",
    ),
    ("<password>Tiger5862</password>", "<password>[PASSWORD]</password>"),
    ("https://bob:Tiger5862@example.org/", "https://bob:[PASSWORD]@example.org/"),
    ("OTP-482913", "OTP-[OTP]"),
    ("code (sms) 482913", "code (sms) [OTP]"),
    ("Authorization: Basic Ym9iOlRpZ2VyNTg2Mg==", "Authorization: Basic [API_KEY]"),
    (f"seed hex: {'4c0883a6' * 8}", "seed hex: [PRIVATE_KEY]"),
    ("卡片背面三碼是449", "卡片背面三碼是[CVV]"),
    (f"私匙:{'4c0883a6' * 8}", "私匙:[PRIVATE_KEY]"),
    (f"{'4c0883a6' * 8} this is my private key", "[PRIVATE_KEY] this is my private key"),
    (f"private key {' '.join(['4c08', '83a6'] * 8)}", "private key [PRIVATE_KEY]"),
    ("谷歌驗證器金鑰：JBSWY3DPEHPK3PXP", "谷歌驗證器金鑰：[API_KEY]"),
    ("psw Sunny2024", "psw [PASSWORD]"),
    ("pasword: Sunny2024", "pasword: [PASSWORD]"),
    ("my passowrd is Sunny2024", "my passowrd is [PASSWORD]"),
    ("密码写的Sunny2024", "密码写的[PASSWORD]"),
    ("密碼打咗Sunny2024都話錯", "密碼打咗[PASSWORD]都話錯"),
    ("Sunny2024 係我密碼", "[PASSWORD] 係我密碼"),
    ("帳密 anna / Sunny2024", "帳密 anna / [PASSWORD]"),
    ("验证码收到了，482917", "验证码收到了，[OTP]"),
    ("收到的码是482917", "收到的码是[OTP]"),
    ("一次性密碼482917", "一次性密碼[OTP]"),
    ("验证码输入482917提示错误", "验证码输入[OTP]提示错误"),
    ("cvv号123", "cvv号[CVV]"),
    ("卡背面三个数字 123", "卡背面三个数字 [CVV]"),
    ("4111~1111~1111~1111", "[CARD]"),
    ("4111:1111:1111:1111", "[CARD]"),
    ("**4111** **1111** **1111** **1111**", "**[CARD]**"),
    ("卡号4111、1111、1111、1111", "卡号[CARD]"),
]
HARMLESS = [
    "助记词写在便利贴上被油漆工看到，3个ETH没了",
    "用同一套助记词能在平板上看到同一个钱包吗",
    "Is it risky to store my seed in a password manager?",
    "the password rules (8-16) are odd",
    '{"password":"required","error":"password is missing"}',
    "https://example.org:8080/a@b and https://example.org/x:y",
    "report@2x.png and logo@3x.gif are blurry",
    "验证码收到了，5分钟后又过期",
    "很多人还在用123456当密码",
    "limits 4111、1111、1111、1111 and 4111+1111+1111+1111",
    "密码输入错误2024次",
    "tx key: 0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b shows failed",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_secret_is_masked(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_kept(text: str) -> None:
    assert redact(text, visibility="public").text == text
