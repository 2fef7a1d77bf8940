"""Values in forms that programs write: fields of objects and markup, columns under a label, links that let one in."""

import pytest

from rules.redact import redact

ONCE = "Jt5rWq82LmXz0PdVh3Kc"
MINT = "So11111111111111111111111111111111111111112"
DIGEST = "b1946ac92492d2347c6235b4d2611184" * 2

MASKED = [
    # The name of a field is a label, whatever the notation.
    ('{"brand":"visa","cvc":"302","zip":"10115"}', '{"brand":"visa","cvc":"[CVV]","zip":"10115"}'),
    ("{'cvv2': 302}", "{'cvv2': [CVV]}"),
    ("<CVV>302</CVV>", "<CVV>[CVV]</CVV>"),
    ('<input id="cvc" value="302">', '<input id="cvc" value="[CVV]">'),
    ('"securityCode":"302"', '"securityCode":"[CVV]"'),
    ('{"verificationCode": "604417"}', '{"verificationCode": "[OTP]"}'),
    ("{&quot;verificationCode&quot;:&quot;604417&quot;}", "{&quot;verificationCode&quot;:&quot;[OTP]&quot;}"),
    ("login_code=604417&lang=en", "login_code=[OTP]&lang=en"),
    ('"pin":"604417"', '"pin":"[PASSWORD]"'),
    ("备用码：60441752\n39027715", "备用码：[OTP]\n[OTP]"),
    ("備份驗證碼 60441752", "備份驗證碼 [OTP]"),
    # A label heads a column.
    ("site,login,password\na.example,anna,Fjord;2020\n", "site,login,password\na.example,anna,[PASSWORD]\n"),
    ('id;pin;note\n1;604417;"a;b"\n2;;x\n3;7731;y', 'id;pin;note\n1;[PASSWORD];"a;b"\n2;;x\n3;[PASSWORD];y'),
    ("| 姓名 | 安全码 |\n|---|---|\n| 甲 | 302 |", "| 姓名 | 安全码 |\n|---|---|\n| 甲 | [CVV] |"),
    ("user\totp\r\nanna\t604417\r\n", "user\totp\r\nanna\t[OTP]\r\n"),
    # A link lets in whoever opens it.
    (f"https://my.example/set?l=en&reset_token={ONCE} old", "https://my.example/set?l=en&reset_token=[API_KEY] old"),
    (f"点不开https://my.example/#code={ONCE}，过期", "点不开https://my.example/#code=[API_KEY]，过期"),
    (f"https://my.example/confirm-mail/{ONCE}.", "https://my.example/confirm-mail/[API_KEY]."),
]  # fmt: skip
MASKED_IN_PUBLIC = [
    ("登录地址：2001:db8:0:7::41f，陌生", "登录地址：[IP]，陌生"),
    ("source:2a01:4f8:c17:b8f::2 denied", "source:[IP] denied"),
    ("mail d'angelo.p@post.example or 'p@post.example'", "mail [EMAIL] or '[EMAIL]'"),
    ("call me, my numbers: 06 98 41 07 35", "call me, my numbers: [PHONE]"),
    ("I stand before A123456(3)", "I stand before [NATIONAL_ID]"),
    ("tel (030) 901820", "tel [PHONE]"),
    ("Remitter: Ana Prado\nAmount: 20", "Remitter: [PERSON_NAME]\nAmount: 20"),
    ('{"fullName":"Ana Prado","sender":"Ivo Brandt"}', '{"fullName":"[PERSON_NAME]","sender":"[PERSON_NAME]"}'),
]
HARMLESS = [
    '{"error_code":604417,"otp_length":6,"pinned":true}',
    "error_code=604417&cvv_required=1",
    "name,password policy\nwallet,min12\n",
    "user,password\nanna,********\nbob,\n",
    # Coins, pages and vouchers.
    f"https://swap.example/?token={MINT}",
    "https://help.example/reset/how-to-reset-a-wallet-in-2026",
    "https://shop.example/?code=SUMMER2026",
    # What a number or a digest is of stands right before it.
    "epoch 604417, validator 39027",
    "纪元604417，验证人39027",
    "SKU TX-NANO-B-2025, lot 604417B",
    f"APK的SHA256是{DIGEST}，对吗",
    "I stand before gate A1234563",
    "I'm Fond Of Your App",
    "from 12:30:45:00 to std::a1",
    "number 0000123456",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_secret_is_masked_in_private(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize(("text", "masked"), MASKED_IN_PUBLIC)
def test_personal_data_is_masked_in_public(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_looks_like_it_is_kept(text: str) -> None:
    assert redact(text, visibility="public").text == text


def test_of_a_row_with_other_cells_nothing_is_read_as_a_column() -> None:
    text = "name,pin,note\nanna,604417\n"
    assert redact(text, visibility="private").text == text
