"""What judging a message costs with the shipped pack, and what the worst rule and message cost.

`python -m benchmarks.rules`. Processor time of one core, best of several rounds; a bare loop of the same run tells how
fast this machine is today.
"""

import time
from collections.abc import Callable

from benchmarks import letters
from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import Ruleset, load

ROUNDS = 30
MESSAGES = {
    "English transfer, 300 characters": (
        "Hello team, I hope you are well. Yesterday afternoon I sent 250 USDT from my Binance account to my wallet "
        "using the TRC20 network. The explorer shows the transaction as confirmed with more than 300 confirmations, "
        "but the balance in the app still has not been updated. Could you look into it for me?"
    ),
    "English question, 250 characters": (
        "Good morning. I would like to know whether the desktop version for Linux is planned, and if the dark theme "
        "will come to the browser extension as well. I could not find it on the road map. Otherwise I am very happy "
        "with the app, thank you for the good work."
    ),
    "English incident, 250 characters": (
        "Someone got into my account last night while I was asleep and moved all of my Ethereum to an address that I "
        "do not recognise. I only noticed this morning when I opened the app and the balance was zero. Please freeze "
        "everything immediately and tell me what I can do!"
    ),
    "Chinese identity, 150 characters": (
        "您好，我三天前上传了身份证和自拍照，状态一直显示审核中。昨天客服让我重新拍一次，我已经照做了，"
        "可是今天打开应用还是没有变化。请问还需要补充什么材料，一般要等多长时间？因为下周要出差，希望能在出发之前完成，"
        "如果照片不清楚，麻烦告诉我具体是哪一张，我可以马上再拍，谢谢你们的帮助。"
    ),
    "Chinese incident, 120 characters": (
        "昨天半夜有人登录了我的账户，把里面的以太坊全部转到了一个我完全不认识的地址，我当时在睡觉，今天早上打开应用才发现余额变成了零。"
        "我从来没有把密码告诉过任何人，请你们马上冻结账户，帮我追查对方的地址，这是我全部的积蓄。"
    ),
}
MESSAGES["English mail, 2 KB"] = "\n".join(line for matter in letters.ENGLISH for line in matter.lines)[:2_000]
MESSAGES["Chinese mail, 2 KB"] = "\n".join(line for matter in letters.CHINESE for line in matter.lines)[:700]
FRAME = "version: 1\nqueues: {general: {default: true}}\nrules:\n  - id: worst\n    then: {tag: hit}\n    when:\n"
NEAR = "{message.text|near: {words: [[a, b, c], [a, b, c], [a, b, c], [a, b, c]], within: 50, unless: [a]}}"
WORST = {
    "60 near, every hit cancelled": (f"      any: [{', '.join([NEAR] * 60)}]\n", "a b c " * 4_000),
    "60 near in 2,500 sentences": (f"      any: [{', '.join([NEAR] * 60)}]\n", "a b c a! " * 2_500),
    "four costly expressions": (
        "      message.text|matches: ['(a?){200}b', '((a|b|ab)*c){1,20}d', '[ab]*[bc]*[cd]*x{50}y', '(.*a){12}z']\n",
        "ab" * 10_000,
    ),
    "a text of a million odd characters": ("      message.text|has: refund\n", "ﬁ½我 " * 250_000),
}


def best_s(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the least processor time of one call."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def per_message_us(rules: Ruleset, text: str) -> float:
    facts = Facts(message=MessageFacts(text=text))
    return best_s(lambda: [rules.evaluate(facts) for _ in range(100)]) / 100 * 1e6


def bare_loop() -> None:
    total = 0
    for number in range(1_000_000):
        total += number


def main() -> None:
    pack = load(read())
    print(f"this machine: a loop of a million additions takes {best_s(bare_loop, 5) * 1000:.0f} ms")
    print(f"shipped pack: {len(pack.rules)} rules, loaded in {best_s(lambda: load(read()), 3) * 1000:.0f} ms")
    costs = {name: per_message_us(pack, text) for name, text in MESSAGES.items()}
    for name, cost in costs.items():
        print(f"  {name:36} {cost:7.0f} µs")
    print(f"  {'mean':36} {sum(costs.values()) / len(costs):7.0f} µs")
    print("worst rule and message, at most 50 ms each:")
    for name, (when, text) in WORST.items():
        rules = load({"worst.yaml": (FRAME + when).encode()})
        facts = Facts(message=MessageFacts(text=text))
        cost = best_s(lambda rules=rules, facts=facts: rules.evaluate(facts), 3)
        print(f"  {name:36} {cost * 1000:7.1f} ms")


if __name__ == "__main__":
    main()
