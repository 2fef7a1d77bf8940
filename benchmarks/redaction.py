"""What redaction costs: ordinary messages, messages with secrets, long texts, and inputs made to be slow.

`python -m benchmarks.redaction`. Processor time of one core, the best of several rounds, so that a busy machine does
not speak for the code; the regular expression beside it is how fast this machine reads the same messages at all.
"""

import json
import random
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rules.facts import Visibility
from rules.redact import redact

CORPUS = Path(__file__).parents[1] / "tests" / "corpora" / "redaction_measuring.ndjson"
ROUNDS = 5
REPEATS = 500
VISIBILITIES: tuple[Visibility, ...] = ("private", "public")
HOSTILE_CHARS = 100_000
ORDINARY: dict[str, str] = {
    "English, 300 characters": (
        "Hello, I tried to withdraw some money from my wallet yesterday and the app says the transfer is still "
        "pending. I have restarted my phone and installed the newest version but nothing changed. Could you please "
        "check what is wrong with my account and tell me how long it usually takes? Thank you very much."
    ),
    "Chinese, 150 characters": (
        "你好，我昨天从钱包提现，应用显示转账还在处理中。我已经重启了手机，也装了最新版本，但是没有变化。"
        "麻烦帮我看一下账户出了什么问题，一般需要多长时间？我在等这笔钱付房租，"
        "之前客服说二十四小时内会到账，可是现在已经过去两天了，页面上还是显示处理中，请尽快回复我，非常感谢。"
    ),
}
LOOK_ALIKES = (
    "Hi team, I cannot get into my account since the login page asks for a code that never comes. My name on "
    "the account is the same as before, and the best time to reach me is the evening; please pass on that the "
    "key to the office is not the problem. I paid 1,249.50 on 2026-10-28 and 89.90 on 03/11/2026 at 14:05, "
    "order no. 4821193306 and order 51645031, ticket T-20931, invoice 2026-1107-33. The transaction hash is "
    "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b and the second one, tx "
    "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060, is still pending. I use version "
    "8.27.1 on Android 14, error code 4031, and I have changed my password twice because it is wrong every "
    "time. The reset email arrives after 10 minutes, the token in the link has expired by then. Is there a "
    "place in the settings where I can close a session, or a way to check the address? I am at work during "
    "the day. This is the third message; thanks for your patience. Kind regards"
)
ORDINARY["nothing but look-alikes"] = LOOK_ALIKES


def _lines(count: int, line: Callable[[random.Random], str]) -> str:
    rng = random.Random(3)
    return "\n".join(line(rng) for _ in range(count))


def _uuid(rng: random.Random) -> str:
    raw = _hex(rng, 32)
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def _hex(rng: random.Random, count: int) -> str:
    return f"{rng.getrandbits(4 * count):0{count}x}"


def _digits(rng: random.Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


ORDINARY |= {
    "a log": _lines(
        80,
        lambda rng: (
            f"2026-11-0{rng.randrange(1, 9)}T08:12:33.{_digits(rng, 3)}Z INFO [pool-{rng.randrange(9)}] "
            f"request {_uuid(rng)} took {rng.randrange(999)} ms status=200 bytes={_digits(rng, 5)}"
        ),
    ),
    "hashes": _lines(90, lambda rng: f"tx 0x{_hex(rng, 64)} block {_digits(rng, 8)} confirmed"),
    "links": _lines(70, lambda rng: f"https://explorer.example.org/tx/0x{_hex(rng, 64)}?page=3&ref={_uuid(rng)}"),
    "long numbers": _lines(
        120, lambda rng: f"order {_digits(rng, 12)} amount {_digits(rng, 3)}.{_digits(rng, 2)} ref {_digits(rng, 18)}"
    ),
    "a table": _lines(
        160,
        lambda rng: f"{_digits(rng, 8)},{_digits(rng, 4)}-{_digits(rng, 2)}-{_digits(rng, 2)},{_digits(rng, 5)},USDT",
    ),
    "code": _lines(
        70,
        lambda rng: (
            f"def get_{_hex(rng, 4)}(self, key: str, token: int = {rng.randrange(99)}) -> dict:  # #{_digits(rng, 4)}"
        ),
    ),
}
HOSTILE = (
    "4", "4 ", "4111 ", "-", "a.", "a@", "a@b.co ", "abandon ", "abandon ability you will ", "abandon xyz ", "man/x.",
    "password ", "password is ", "password:", "code is ", "cvv ", "{", '"ciphertext":', '{"crypto":{"ciphertext":"ab',
    "-----begin private key-----", "0xab", "0x" + "ab" * 32 + " ", "5K", "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcC ",
    "我的助记词是", "的 一 ", "的", "密码是", "密码abc123", "我叫王", "北京市", "地址北京路",
    "12 Maple ", "my name is Al ",
    "1.1.", "a:", "+1 415 ", "13812345678 ", "(415) 555-", "DE89 ", "DE89370400440532013000 ", "110101199003077758 ",
    "5" * 88 + " ", "S" + "A" * 55 + " ", "eyJ", "api key ", " ", "\n", "[CARD]", "4\u200b", "①", "ﷺ", "1,", "[1,",
    "a dot ",
    "1. abandon ",
    "a at b dot ", "bc1q", "r" * 34 + " ", "12/27 ", "4111 12/27 ", "user/pass: a ", "1234567890:", '"',
    "abcd ef01 ", "private key abcd ", "order ", "tx " + "4111111111111111 ", "abandonability",
    "curl -u ", "mysql -p", "docker login -", "backup codes\nab12-cd34\n", "sid=", "12:30 code?\n",
    "totp ABCDEFGHIJKLMNO2 ",
    # Words and shapes that make a detector look; each look has to be short.
    "pass", "pw ", "pin", "pin 4", "key", "key ab", "key abcd", "secret", "token ", "api", "seed ", "code", "otp",
    "2fa", "2fa-abcd", "code my", "code for a", "is my code ", "is my password ", "user and pass ", "login a/",
    "密码", "密码 abc", "密码a", "是密码", "验证码", "123是验证码", "三位", "cvv", "cvv 1", "背面", "助记词",
    "中文词", "的" * 12 + "\n", "name", "name A", "Regards, Al ", "i am", "Mr A", "Mr Al ", "我叫", "holder A",
    "12 Maple St ", "1 A ", "路1", "Q", "EQ", "x" * 20 + " ", "a" * 64 + " ", "nsec1", "sk-", "otpauth://",
    "secret " + "aB3" * 12 + " ", "护照 A1234567 ", "passport", "1234567 ", "phone 1234567 ", "call 1-2-3-4-5-6-7",
    "number 1234567, ", "+1", "+1234567 ", "00", "001234567 ", "86", "86 138", "123-45-6789 ", "123456789 ",
    "A123456(", "A123456789 ", "1-2.3(4)", "12345678:", "[1,2", "(at)", " dot ", "a.b@c.d", "salt", "salt:",
    "-----begin", "\x1a", "\n\x1a\n", "first six ", "4111 1111 1111 1111 302\n", "[CARD] 302 ",
    "".join(f"number {number}, " for number in range(1_000_000, 1_007_000)),
)  # fmt: skip


def filled(piece: str) -> str:
    """The piece again and again."""
    return (piece * (HOSTILE_CHARS // len(piece) + 1))[:HOSTILE_CHARS]


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def redact_all(texts: list[str], visibility: Visibility) -> None:
    for text in texts:
        redact(text, visibility=visibility)


def search_all(pattern: re.Pattern[str], texts: list[str]) -> None:
    for text in texts:
        pattern.findall(text)


def main() -> None:
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    secret = [row["text"] for row in rows if row["spans"]]
    harmless = [row["text"] for row in rows if not row["spans"]]
    count = min(len(secret), len(harmless))
    half = random.Random(1).sample(secret, count) + random.Random(2).sample(harmless, count)
    plain = re.compile(r"[0-9](?:[ -]?[0-9]){12,18}")
    for visibility in VISIBILITIES:
        print(visibility)
        for name, texts in (("half with a secret", half), ("harmless only", harmless)):
            spent = seconds(partial(redact_all, texts, visibility))
            one = seconds(partial(search_all, plain, texts))
            size = sum(map(len, texts)) / 1000
            print(
                f"  {name:24} {len(texts) / spent:9,.0f} messages/s  {spent / size * 1e6:6.0f} us per 1,000 characters"
                f"  (one expression alone: {len(texts) / one:11,.0f}/s)"
            )
        times = sorted(seconds(partial(redact, text, visibility=visibility)) * 1e6 for text in half)
        print(f"  {'99 of 100 within':24} {times[len(times) * 99 // 100]:9,.0f} us, all within {times[-1]:,.0f} us")
        for name, text in ORDINARY.items():
            repeats = max(1, REPEATS * 300 // len(text)) if len(text) > 300 else REPEATS
            spent = seconds(partial(redact_all, [text] * repeats, visibility)) / repeats
            print(f"  {name:24} {spent * 1e6:9.1f} us, {spent / len(text) * 1e9:.0f} us per 1,000 characters")
    print(f"hostile inputs of {HOSTILE_CHARS:,} characters, public")
    slow = sorted((seconds(partial(redact, filled(piece), visibility="public")), piece) for piece in HOSTILE)
    for spent, piece in reversed(slow[-5:]):
        print(f"  {spent:6.2f} s  {piece[:40]!r}")


if __name__ == "__main__":
    main()
