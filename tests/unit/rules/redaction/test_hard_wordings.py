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
]
HARMLESS = [
    "助记词写在便利贴上被油漆工看到，3个ETH没了",
    "用同一套助记词能在平板上看到同一个钱包吗",
    "Is it risky to store my seed in a password manager?",
    "the password rules (8-16) are odd",
    '{"password":"required","error":"password is missing"}',
    "https://example.org:8080/a@b and https://example.org/x:y",
    "report@2x.png and logo@3x.gif are blurry",
    "tx key: 0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b shows failed",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_secret_is_masked(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_kept(text: str) -> None:
    assert redact(text, visibility="public").text == text
