"""Keys, passwords, phrases, names and addresses as people write them, and what stands in the same words, harmless."""

import pytest

from rules.redact import redact

HEX = "98e475bbcfc6b136ffa280c92d7ad1e0639fa2f0cb76b09513e89da355bf9290"
UUID = "a75adefb-3870-433f-a494-dc8c1d0ff097"
TOKEN = "mAlqXcqvvvqgVVJwgQnKHrHkE8XA4cHI"
PADDED = "fPUT96l7EbVjMfFKv0hpLDboGLPj5Aq/KZ90jkYUIneUu+zoJK09LivPbIQlpGTs1IeVZYXRUjcM6H4rkKI6WFw=="
ROUTER = "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D"

MASKED = [
    # Keys of services: by their prefix, beside their id, in a link.
    ("AccessKey ID：LTAI5tqNqCpiMG5OdGd09x9E", "AccessKey ID：[API_KEY]"),
    ("阿里云的 LTAI5tqNqCpiMG5OdGd09x9E 和 U2zXCot2PoPUtg3SUunWZTRTpysCW9", "阿里云的 [API_KEY] 和 [API_KEY]"),
    ("accessKeyId: abcd1234efgh5678ijkl x", "accessKeyId: [API_KEY] x"),
    ("access_key_secret='U2zXCot2PoPUtg3SUunWZTRTpysCW9'", "access_key_secret='[API_KEY]'"),
    ("SecretId=AKIDWIdJEbbsZ0JWVmYdPjW9X2uJiDKrRlgE", "SecretId=[API_KEY]"),
    ("volc AKLT6vMrhobKnqmNLNPbeo9YIKFLQ6P6cMpCbEIQsGcdOi", "volc [API_KEY]"),
    (f"my rpc mainnet.infura.io/v3/{HEX[:32]}.", "my rpc mainnet.infura.io/v3/[API_KEY]."),
    (f"wss://polygon-mainnet.g.alchemy.com/v2/{TOKEN} 429", "wss://polygon-mainnet.g.alchemy.com/v2/[API_KEY] 429"),
    (f"https://rpc.ankr.com/eth/{HEX}", "https://rpc.ankr.com/eth/[API_KEY]"),
    (f"hooks.slack.com/services/T0/B1/{TOKEN}", "hooks.slack.com/services/T0/B1/[API_KEY]"),
    (f"qyapi.weixin.qq.com/cgi-bin/webhook/send?key={UUID}", "qyapi.weixin.qq.com/cgi-bin/webhook/send?key=[API_KEY]"),
    (f"https://open.feishu.cn/open-apis/bot/v2/hook/{UUID}", "https://open.feishu.cn/open-apis/bot/v2/hook/[API_KEY]"),
    ("bscscan key 58E541W5ITPS4JQUMLEFEPM7ZDZKXES1BM", "bscscan key [API_KEY]"),
    (f"kraken private key: {PADDED}", "kraken private key: [API_KEY]"),
    ("bot i97Gz0tuulo1ckF5IgVtl4Gr.SAuYRv.kN9c5feKhGY5cuca9SRq7aNrjMIM", "bot [API_KEY]"),
    # Passwords with Chinese in them, and labels that are one word with what they open.
    ("登录密码：红豆88生南国", "登录密码：[PASSWORD]"),
    ("解锁口令：春江花月夜2018", "解锁口令：[PASSWORD]"),
    ("密码：Wo爱吃鱼99", "密码：[PASSWORD]"),
    ("密碼係我愛你2014，登唔到", "密碼係[PASSWORD]，登唔到"),
    ('{"密码":"pl0k9ij8"}', '{"密码":"[PASSWORD]"}'),
    ("密碼:Taipei-101!!", "密碼:[PASSWORD]"),
    ("fundspass: Kl0nd1ke", "fundspass: [PASSWORD]"),
    ("tradepw Qx7!malta is refused", "tradepw [PASSWORD] is refused"),
    # Phrases with their label behind them, or only their number.
    ("睡喷州猪纤雄纸醇锅割所瑞，这是我的助记词", "[SEED_PHRASE]，这是我的助记词"),
    ("炸正拔优泼字弃番诗齿氧货 是不是助记词", "[SEED_PHRASE] 是不是助记词"),
    ("請睇吓呢12隻字 針轉旋女所順教吹陪藝稻禍", "請睇吓呢12隻字 [SEED_PHRASE]"),
    ("这12个字帮我看看：胶个祸勤仓覆招膜艰足宝粗", "这12个字帮我看看：[SEED_PHRASE]"),
    # Keys that were kept.
    (f"截图发不了，我手打了一遍：{HEX}", "截图发不了，我手打了一遍：[PRIVATE_KEY]"),
    (f"助记词没了，只有 0x{HEX} 还能恢复吗", "助记词没了，只有 [PRIVATE_KEY] 还能恢复吗"),
    (f"a brainwallet gave {HEX}", "a brainwallet gave [PRIVATE_KEY]"),
    (f"{HEX} is what my paper backup says", "[PRIVATE_KEY] is what my paper backup says"),
    # The second of two codes.
    ("備用驗證碼 4829-1306 同 7715-0942 用得未", "備用驗證碼 [OTP] 同 [OTP] 用得未"),
    ("the code's 4 8 2 0 1 6 she said", "the code's [OTP] she said"),
    # The mask reaches from the first to the last word, and to the end of what was cut off.
    (
        "metal plate 1.equip 2.gauge 3.correct 4.problem 5.first 6.citizen 7.reveal 8.invest 9.term 10.agent 11.fine "
        "12.illness",
        "metal plate 1.[SEED_PHRASE]",
    ),
    (
        "my backup phrase, insect live yellow hen toss eight excess remove exotic and then water damage",
        "my backup phrase, [SEED_PHRASE] and then water damage",
    ),
    ('{"version":3,"crypto":{"ciphertext":"aa11bb22cc33dd44","kdfparams":{"dk then nothing', "[KEYSTORE] then nothing"),
]  # fmt: skip

MASKED_IN_PUBLIC = [
    ("her name is Teresa Quintana", "her name is [PERSON_NAME]"),
    ("my daughter's name is Hannah Weiss", "my daughter's name is [PERSON_NAME]"),
    ("The name on my ID is Ng Ka Yan but", "The name on my ID is [PERSON_NAME] but"),
    ("Name on card: JOHN P HARTLEY", "Name on card: [PERSON_NAME]"),
    ("my name is Ingrid Sørensen", "my name is [PERSON_NAME]"),
    ("Name as on passport: LI XIAOMING", "Name as on passport: [PERSON_NAME]"),
    ("他名叫司徒文軒，", "他名叫[PERSON_NAME]，"),
    ("户名叫李什么，", "户名叫李什么，"),
    ("Signed, Wilhelmina Foster", "Signed, [PERSON_NAME]"),
    ("小姓黃，全名黃志豪", "小姓黃，全名[PERSON_NAME]"),
    ("我太太叫梁淑儀，", "我太太叫[PERSON_NAME]，"),
    ("at Flat 9A, 21/F, Block 3, Whampoa Garden, Hung Hom and", "at [STREET_ADDRESS] and"),
    ("to Flat 5, 12/F, 88 Nathan Road", "to [STREET_ADDRESS]"),
    ("ship to: PO Box 4417, Nairobi 00100", "ship to: [STREET_ADDRESS]"),
    ("送去 新界沙田大圍美林邨美楓樓1208室", "送去 [STREET_ADDRESS]"),
    ("通訊地址：屯門兆康苑兆恆閣12樓C室", "通訊地址：[STREET_ADDRESS]"),
    ("地址改成上海市徐汇区漕溪北路88号2栋1504室", "地址改成[STREET_ADDRESS]"),
    ("地址改为成都市武侯区人民南路四段27号", "地址改为[STREET_ADDRESS]"),
    ("Passport No: C4VK21H7P", "Passport No: [PASSPORT]"),
    ("Reisepass CFGH1234X", "Reisepass [PASSPORT]"),
    ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "[PASSPORT]"),
    (f"I sent it to {ROUTER} but the contract failed", "I sent it to [WALLET_ADDRESS] but the contract failed"),
    (f"my sui address 0x{HEX}", "my sui address [WALLET_ADDRESS]"),
]  # fmt: skip

HARMLESS = [
    # Pages about keys, and hashes beside words about them.
    "https://docs.alchemy.com/reference/alchemy-sdk-quickstart-2023-version-3",
    "https://docs.stripe.com/webhooks/signatures-and-how-to-verify-2024",
    f"https://rpc.example.com/tx/{HEX}",
    "my order key 2026110200012345678901234",
    "SecretId is required, where do I find it?",
    # What is said of a password.
    "密码：输错3次了",
    "登录密码：提示10分钟后再试",
    "密码是2014年设的",
    "支付密码：错误代码1002",
    "bypass: error404x",
    # Chinese sentences as long as a phrase.
    "请问有十二个字：请问怎么才能找到我的助记词",
    "我的手机今天早上突然坏了，这是我的助记词问题",
    # Hashes stay, whatever was kept and lost besides.
    f"@help my deposit 0x{HEX} is missing 5 hours now",
    f"充值 0x{HEX} 没到",
    f"withdrawal from my wallet 0x{HEX}",
    f"手打了一遍交易哈希：0x{HEX}",
    f"我换了旧手机，这笔 0x{HEX} 一直没到账",
    f"0x{HEX} sent from my old phone",
    # Contracts are nobody's wallet.
    "is 0xdAC17F958D2ee523a2206206994597C13D831ec7 the real one?",
    f"is {ROUTER} the official router contract?",
    f"which is the right contract for PEPE on base: {ROUTER}",
    f"{ROUTER} 是不是官方的合约",
    # Numbers with another name, and names of no person.
    "policy number 3308871204 claim denied",
    "电表读数 004829 不对",
    "UTC--2019-03-02 file opens but says wrong",
    "the app's name is Trust Wallet",
    "Signed In Successfully",
    "他叫我把钱打过去",
    "unit 3 Building blocks",
    "passport upload error E4003",
]  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_secret_is_masked_in_private(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize(("text", "masked"), MASKED_IN_PUBLIC)
def test_personal_data_is_masked_in_public(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_stands_in_the_same_words_is_kept(text: str) -> None:
    assert redact(text, visibility="public").text == text
