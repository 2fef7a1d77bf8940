"""What judging a message costs: with the shipped pack, with made-up sets of 10 to 10,000 rules, and at its worst.

`python -m benchmarks.rules`. Processor time of one core, best of several rounds. The made-up sets are judged on folded
facts, answering rule ids, and the answers are held against `benchmarks/plain_rules.py`, message by message.
"""

import gc
import time
from collections.abc import Callable

from benchmarks import corpus, letters, machine, plain_rules, rules_live, rules_peers
from benchmarks.made_rules import Maker, as_file
from connectors.email.manifest import MANIFEST
from router.connector import RawEvent
from rules import accelerator
from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import Ruleset, load

ROUNDS = 30
MAIL_US, SHORT_US, SHORT = 45, 20, 130
"""Aims for a mail and for a short message, and the characters of one."""
SIZES, MESSAGES_MADE, PEERS_AT = (10, 100, 1_000, 10_000), 2_000, 1_000
CHUNK = 50
FLOORS = {1_000: 25_000, 10_000: 5_000}
"""Messages a second, by number of rules."""
SWIFT_FLOORS = {1_000: 70_000, 10_000: 12_000}
"""The same with hyperscan."""
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
    "100 words inside each other": (
        f"      message.text|has: [{', '.join('啊' * n for n in range(1, 101))}]\n",
        "啊" * 20_000,
    ),
    "near 100 words inside each other": (
        f"      message.text|near: {{words: [[{', '.join('啊' * n for n in range(1, 101))}], [b]]}}\n",
        "啊啊啊b" * 5_000,
    ),
    "60 near that must not be": (f"      not: [{', '.join([NEAR] * 60)}]\n", "a b c a! " * 2_500),
    "near 5,000 words": (
        f"      message.text|near: {{words: [[{', '.join(f'w{n}' for n in range(5_000))}], [x]]}}\n",
        " ".join(f"w{n}" for n in range(4_000)) + " x",
    ),
    "phrases inside longer words": (
        f"      message.text|near: {{words: [[{', '.join(('a bx x' * 17)[:n] for n in range(4, 100, 6))}], [z]]}}\n",
        "xa bx " * 3_000 + "a b z",
    ),
}


def best_s(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the least processor time of one call."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def per_second(judge: Callable[[Facts], object], messages: list[Facts], rounds: int = 9) -> float:
    """Messages judged in a second of processor time: best of several rounds for every 50 of them, so that others on the
    machine disturb less."""
    chunks = [messages[first : first + CHUNK] for first in range(0, len(messages), CHUNK)]
    seconds = sum(best_s(lambda chunk=chunk: [judge(one) for one in chunk], rounds) for chunk in chunks)
    return len(messages) / seconds


def per_message_us(rules: Ruleset, text: str) -> float:
    facts = Facts(message=MessageFacts(text=text))
    return best_s(lambda: [rules.evaluate(facts) for _ in range(100)]) / 100 * 1e6


def shipped_pack() -> None:
    pack = load(read())
    print(f"  {len(pack.rules)} rules of the shipped pack, loaded in {best_s(lambda: load(read()), 3) * 1000:.0f} ms")
    costs = {name: per_message_us(pack, text) for name, text in MESSAGES.items()}
    for name, cost in costs.items():
        print(f"    {name:36} {cost:7.0f} µs")
    raws = [RawEvent(body=mail, meta={"address": "support@desk.example"}) for mail in corpus.mails()]
    mails = [
        Facts(message=MessageFacts(text=event.text or "", subject=event.subject or "", channel="email"))
        for raw in raws
        for event in MANIFEST.parse(raw, "default")
    ]
    short = [Facts(message=MessageFacts(text=cut(facts.message.text), channel="email")) for facts in mails]
    gc.collect()
    gc.freeze()  # as the house does once it has loaded
    for name, facts, aim in (("the mails of intake", mails, MAIL_US), ("their first 130 characters", short, SHORT_US)):
        each = best_s(lambda facts=facts: [pack.evaluate(one) for one in facts], 9) / len(facts) * 1e6
        print(f"    {name:36} {each:7.1f} µs    {machine.verdict(aim / each, 1)} of {aim} µs")


def cut(text: str) -> str:
    """The first words of a message; Chinese says as much in a third of the characters."""
    return text[:SHORT] if text.isascii() else text[: SHORT // 3]


def made_up_sets() -> None:
    reason = accelerator.missing()
    print(f"  made-up sets, {MESSAGES_MADE:,} messages:    rules    messages/s    fire    load, s")
    if reason is not None:
        print(f"    no figures with hyperscan: {reason}")
    for many in SIZES:
        maker = Maker()
        rules = maker.rules(many)
        messages = maker.facts(MESSAGES_MADE)
        begun = time.process_time()
        ruleset = load({"made.yaml": as_file(rules)})
        loaded_s = time.process_time() - begun
        gc.collect()
        gc.freeze()
        ours = per_second(ruleset.fired, messages)
        answers = [ruleset.fired(one) for one in messages]
        fired = sum(map(len, answers)) / len(messages)
        floor = FLOORS.get(many)
        said = f"    {machine.verdict(ours / floor, 1)} of {floor:,}/s" if floor else ""
        print(f"    {'':32} {many:6,}  {ours:12,.0f}  {fired:6.2f}  {loaded_s:9.2f}{said}")
        if many == PEERS_AT:
            plainly = len(messages) / best_s(lambda: [ruleset.fired(one) for one in messages], 3)  # noqa: B023
            peers(rules, [rules_peers.record(one) for one in messages], plainly)
        if reason is None:
            swiftly(ruleset, messages, answers, many)
        wrong = sum(plain_rules.fired(rules, one) != answer for one, answer in zip(messages, answers, strict=True))
        assert not wrong, f"{wrong} of {len(messages)} messages are answered otherwise by the definition"


def swiftly(ruleset: Ruleset, messages: list[Facts], answers: list[tuple[str, ...]], many: int) -> None:
    """The same messages with hyperscan, whose answers are the same."""
    finder = ruleset.finder
    if finder is None:
        return
    begun = time.process_time()
    finder.accelerator = accelerator.compiled(finder)
    compiled_s = time.process_time() - begun
    rate = per_second(ruleset.fired, messages)
    assert [ruleset.fired(one) for one in messages] == answers
    floor = SWIFT_FLOORS.get(many)
    said = f"    {machine.verdict(rate / floor, 1)} of {floor:,}/s" if floor else ""
    print(f"    {'with hyperscan':32} {many:6,}  {rate:12,.0f}          {compiled_s:9.2f}{said}")


def peers(rules: list[dict], records: list[dict], ours: float) -> None:
    loop = rules_peers.per_second(rules_peers.loop(rules), records)
    print(f"      a loop over compiled expressions {loop:12,.0f}/s    {machine.verdict(ours / loop, 25)}")
    logic = rules_peers.json_logic(rules, records)
    if isinstance(logic, str):
        print(f"      {logic}")
    else:
        print(f"      {rules_peers.RELEASE:32} {logic:12,.0f}/s    {machine.verdict(ours / logic, 250)}")


def worst() -> None:
    print("  worst rule and message, at most 50 ms each")
    for name, (when, text) in WORST.items():
        rules = load({"worst.yaml": (FRAME + when).encode()})
        facts = Facts(message=MessageFacts(text=text))
        cost = best_s(lambda rules=rules, facts=facts: rules.evaluate(facts), 3)
        print(f"    {name:36} {cost * 1000:7.1f} ms    {machine.verdict(0.05 / cost, 1)}")


def main() -> None:
    machine.header("rules")
    shipped_pack()
    worst()
    rules_live.measure()
    made_up_sets()


if __name__ == "__main__":
    main()
