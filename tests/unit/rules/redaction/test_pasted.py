"""What people paste as it is: command lines, files of settings, pages of codes, mails, chats and logs."""

import pytest

from rules.redact import redact

WHOLE = "a3f1" * 16
PHRASE = "凡換別帽病呆律療課糾懷推"

MASKED = [
    # The option of a program holds a password.
    ("curl -s --user ana:fjord-2020 https://pay.example", "curl -s --user ana:[PASSWORD] https://pay.example"),
    ("wget -U x; curl -u 'ana:a b c' -k x", "wget -U x; curl -u 'ana:[PASSWORD]' -k x"),
    ("mysqldump -h db -pfjord2020 shop", "mysqldump -h db -p[PASSWORD] shop"),
    ('sshpass -p "fjord;2020" scp a b:', 'sshpass -p "[PASSWORD]" scp a b:'),
    ("podman login -u ana -p fjord-2020 hub.example", "podman login -u ana -p [PASSWORD] hub.example"),
    ("redis-cli -h cache -a fjordfjord ping", "redis-cli -h cache -a [PASSWORD] ping"),
    ("openssl rsa -in a.pem -passin pass:fjord", "openssl rsa -in a.pem -passin pass:[PASSWORD]"),
    ('cli walletpassphrase "three red boats 20" 60', 'cli walletpassphrase "[PASSWORD]" 60'),
    ("ssh-keygen -t rsa -N 'a b c' -f key", "ssh-keygen -t rsa -N '[PASSWORD]' -f key"),
    (f'unlockAccount("0x{WHOLE[:40]}", "fjord.sea", 300)', f'unlockAccount("0x{WHOLE[:40]}", "[PASSWORD]", 300)'),
    # A link and a connection keep what is no secret.
    ("amqp://ana:fj0rd!x@mq.example.org:5672", "amqp://ana:[PASSWORD]@mq.example.org:5672"),
    ("redis://:fjord2020@10.0.0.4:6379", "redis://:[PASSWORD]@10.0.0.4:6379"),
    ("Uid=ana;Pwd=fjord2020;Pooling=true;", "Uid=ana;Pwd=[PASSWORD];Pooling=true;"),
    ("APP_SECRET=base64:" + "Qx7" * 14 + "=", "APP_SECRET=base64:[API_KEY]"),
    # A page says it with emphasis.
    ("cvv: <b>302</b>", "cvv: <b>[CVV]</b>"),
    ("<strong>Password:</strong> fjord2020", "<strong>Password:</strong> [PASSWORD]"),
    ("密码：<span class=x>fjord2020</span>", "密码：<span class=x>[PASSWORD]</span>"),
    ("PIN: **7731**", "PIN: **[PASSWORD]**"),
    # Codes stand under a heading.
    ("Recovery codes (keep):\n\n1. ab12-cd34\n2. ef56-gh78", "Recovery codes (keep):\n\n1. [OTP]\n2. [OTP]"),
    ("My backup codes, none works\n70441752\n39027715\n", "My backup codes, none works\n[OTP]\n[OTP]\n"),
    ("備用碼\n1、AB2CD-EF3GH\n2、JK4LM-NP5QR", "備用碼\n1、[OTP]\n2、[OTP]"),
    ("authenticator manual key: abcd 2fgh ijkl m3op", "authenticator manual key: [API_KEY]"),
    # A field whose name says that its value lets in, whatever it is a field of.
    ("Cookie: lang=en; JSESSIONID=Qx7Lm2Tz90PdVh3K; a=b", "Cookie: lang=en; JSESSIONID=[API_KEY]; a=b"),
    ("name=store;accountKey=Qx7/Lm2+Tz90PdVh3KQx7Lm2==;v=1", "name=store;accountKey=[API_KEY];v=1"),
    ("webhook_secret = Qx7Lm2Tz90PdVh3K", "webhook_secret = [API_KEY]"),
    ('"Authorization": "Basic YW5hOmZqb3JkMjAyMA=="', '"Authorization": "Basic [API_KEY]"'),
    ("setup key (typed by hand): ABCDEFGH2345IJKL", "setup key (typed by hand): [API_KEY]"),
    ("card[cvc]=302&a=b", "card[cvc]=[CVV]&a=b"),
    ("密語(passphrase)：fjord*Sea", "密語(passphrase)：[PASSWORD]"),
    ("卡號末四碼1187 檢查碼302", "卡號末四碼1187 檢查碼[CVV]"),
    (f"privateKeys: ['0x{WHOLE}', '0x{WHOLE[::-1]}']", "privateKeys: ['[PRIVATE_KEY]', '[PRIVATE_KEY]']"),
    (f'accounts: ["{WHOLE}"]', 'accounts: ["[PRIVATE_KEY]"]'),
    ("Your code to log on is:\n\n604417", "Your code to log on is:\n\n[OTP]"),
    ("604417 (login code) came twice", "[OTP] (login code) came twice"),
    ("604417（登录验证码）", "[OTP]（登录验证码）"),
    ("Enter 604417 to log in on a new phone", "Enter [OTP] to log in on a new phone"),
    ("Emergency codes\n[ ] ab12-cd34\n[x] ef56-gh78", "Emergency codes\n[ ] [OTP]\n[x] [OTP]"),
    ("備用碼（每次一個）\n① 60441752\n② 39027715", "備用碼（每次一個）\n① [OTP]\n② [OTP]"),
    ("復原碼\nab12-cd34\nef56-gh78", "復原碼\n[OTP]\n[OTP]"),
    ("name,totp\nana,ABCDEFGH2345IJKL", "name,totp\nana,[OTP]"),
    ("TOTP from the picture: ABCDEFGH2345IJKL", "TOTP from the picture: [API_KEY]"),
    ("一次性恢复代码\n1) 60441752\n2) 39027715", "一次性恢复代码\n1) [OTP]\n2) [OTP]"),
    ("AUTH PLAIN AGFuYQBmam9yZDIwMjA=", "AUTH PLAIN [API_KEY]"),
    # A chat asks in one line and answers in the next.
    ("[1/12, 14:02] P: which pin\n[1/12, 14:03] Me: 7731", "[1/12, 14:02] P: which pin\n[1/12, 14:03] Me: [PASSWORD]"),
    ("弟弟：驗證碼多少\n我：604417\n弟弟：收到", "弟弟：驗證碼多少\n我：[OTP]\n弟弟：收到"),
    ("4111 1111 1111 1111 exp 0630 sec 302", "[CARD] exp 0630 sec [CVV]"),
    ('{"kind":"cvc","value":"302"}', '{"kind":"cvc","value":"[CVV]"}'),
    (f"web.setPrivateKey('{WHOLE}')", "web.setPrivateKey('[PRIVATE_KEY]')"),
    ("router admin / fjord-7-sea", "router admin / [PASSWORD]"),
    ("Recovery codes\n$ cat them\nAB2CD-EF3GH\nJK4LM-NP5QR", "Recovery codes\n$ cat them\n[OTP]\n[OTP]"),
    ("Backup (spare) codes\n------\n6044 1752\n3902 7715", "Backup (spare) codes\n------\n[OTP]\n[OTP]"),
    ("code 1: ab12-cd34 code 2: ef56-gh78", "code 1: [OTP] code 2: [OTP]"),
    ("【验证】您的代码：604417（3分钟）", "【验证】您的代码：[OTP]（3分钟）"),
    ("row;4111111111111111;0729;302;ok", "row;[CARD];0729;[CVV];ok"),
    ("WIFI:T:WPA;S:Home;P:fjord2020;;", "WIFI:T:WPA;S:Home;P:[PASSWORD];;"),
    ('"credentials":{"type":"password","value":"fjord.7"}', '"credentials":{"type":"password","value":"[PASSWORD]"}'),
    ("20:11 客服 請傳驗證碼\n20:12 我 604417\n", "20:11 客服 請傳驗證碼\n20:12 我 [OTP]\n"),
    ("Ivo 21:04\nsend ur password\nAna 21:05\nfjord2020", "Ivo 21:04\nsend ur password\nAna 21:05\n[PASSWORD]"),
    (f"註記詞{PHRASE}幫我看", "註記詞[SEED_PHRASE]幫我看"),
]  # fmt: skip
MASKED_IN_PUBLIC = [
    ("psql postgres://ana:fj0rd!x@db.example.org/shop", "psql postgres://ana:[PASSWORD]@db.example.org/shop"),
    ("nr,邮箱,密码\n1,ana@post.example,fjord_20\n", "nr,邮箱,密码\n1,[EMAIL],[PASSWORD]\n"),
    (
        "Full name | Paper | Passport\nAna de Brito | x | U1234567",
        "Full name | Paper | Passport\n[PERSON_NAME] | x | [PASSPORT]",
    ),
    ('{"realName":"陈国栋"}', '{"realName":"[PERSON_NAME]"}'),
    ("FN:Ana Brito\nFull name,Ivo Brandt", "FN:[PERSON_NAME]\nFull name,[PERSON_NAME]"),
    ('{"first_name":"Ana","last-name":"Brito"}', '{"first_name":"[PERSON_NAME]","last-name":"[PERSON_NAME]"}'),
    ("英文姓名：Chan Tai Man", "英文姓名：[PERSON_NAME]"),
    ("[14:20] 他：密碼\n[14:21] 我：等等", "[14:20] 他：密碼\n[14:21] 我：等等"),
    ("账号13800138000登不上", "账号[PHONE]登不上"),
    ("IP203.0.113.77登录", "IP[IP]登录"),
    ("Flat 12B, Block 3, Kornhill, Quarry Bay, Hong Kong", "[STREET_ADDRESS]"),
    ("请给验证码\n[2026/11/30 21:13] 我：等等", "请给验证码\n[2026/11/30 21:13] 我：等等"),
    ("2026-12-01 10:23 收到短信", "2026-12-01 10:23 收到短信"),
    ("會員號碼 29184661", "會員號碼 29184661"),
]
HARMLESS = [
    # Where a value is kept is no value.
    "DB_PASSWORD=${DB_PASSWORD:?missing}",
    "const password = process.env.WALLET_PASSWORD;",
    "login(user.password)",
    "export API_KEY=YOUR_API_KEY_HERE",
    "amqp://ana:${MQ_PASS}@mq.example.org",
    'curl -u "$USER:$PASS" https://pay.example',
    "mysql -u root -p shop",
    "docker run -p 8080:80 login",
    "primary_key=Qx7Lm2Tz90PdVh3K&continuation-token=Lm2Tz90PdVh3KQx7",
    "token: 0xdAC17F958D2ee523a2206206994597C13D831ec7",
    "session=b699da46-7368-40ad-a463-20203bd3cf7a 200 OK",
    "14:02 Pa: why does the pin pad shuffle\n14:03 Me: version 4.11",
    "basic features and basic understanding",
    "Merge: 24fc077 7fd8260\nindex 24fc077..7fd8260 100644",
    "2026-12-01T08:11:02Z DEBUG retry in 3s",
    '"GET /api HTTP/1.1" 403 153',
    "密码字段加密方式：AES256/CBC",
    "rm-bp1.db.example 连不上",
    "postgres://user:password@host:5432/shop",
    "password: !vault |",
    "Build: S928BXXU4AXK",
    "他：密码几位\n我：8到16位",
    "用户root 端口3306",
    "card ending 1187 exp 0630, order 302",
    # Digests, names of files, ids and algorithms.
    f"{WHOLE}  wallet-desktop-4.11.2-x86_64.AppImage",
    f"SHA256 (wallet-4.11.2.dmg) = {WHOLE}",
    f'etag: "{WHOLE[:32]}"',
    f'Content-Type: multipart/mixed; boundary="{WHOLE[:28]}"',
    "do you accept ed25519 or secp256k1 for signing",
    "my backup codes are in a drawer\nand order 29184661 is late",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_what_is_pasted_loses_its_secrets_and_nothing_else(text: str, masked: str) -> None:
    assert redact(text).text == masked


@pytest.mark.parametrize(("text", "masked"), MASKED_IN_PUBLIC)
def test_what_is_pasted_in_public_loses_its_secrets_and_nothing_else(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_says_where_a_secret_is_or_is_none_stays(text: str) -> None:
    assert redact(text, visibility="public").text == text
