"""What the checker proves of two conditions is so: no message is a counter-example."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.conditions import Condition
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts
from rules.implication import Proof
from rules.ruleset import Ruleset, load
from rules.scene import Scene

WORDS = [
    "lost",
    "lost card",
    "card",
    "cards",
    "card*",
    "my",
    "退款",
    "退款失败",
    "失败",
    "#",
    "don't",
    "a.b",
    "轉帳",
    "US",
]
SPOKEN = [*WORDS[:4], *WORDS[5:9], "12", "dont", "don't", "a.b", "转账", "us", "US", "carding", ".", "!", "\n\n", "，"]
CHANNELS = ["x", "email", "telegram"]
LANGUAGES = ["en", "zh", "zh-Hant", "zh-TW"]
URGENCIES = ["low", "normal", "high", "critical"]
FINDINGS = ["CARD", "IBAN", "PHONE"]


def listed(values: list[str], most: int = 3) -> st.SearchStrategy[str]:
    """A YAML list of some of the values."""
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)
    return chosen.map(lambda found: "[" + ", ".join(f'"{value}"' for value in found) + "]")


TEXT = st.sampled_from(["message.text", "message.subject", "message.any"])
NEAR = st.builds(
    "{{words: [{}, {}], within: {}{}{}}}".format,
    listed(WORDS),
    listed(WORDS),
    st.integers(0, 4),
    st.sampled_from(["", ", ordered: true"]),
    st.sampled_from(["", ", unless: [失败, my]", ", unless just before: [my]"]),
)
LEAF = st.one_of(
    st.builds("{}|has: {}".format, TEXT, listed(WORDS)),
    st.builds("{}|has all: {}".format, TEXT, listed(WORDS)),
    st.builds("{}|has at least 1: {}".format, TEXT, listed(WORDS)),
    st.builds("{}|has exact case: {}".format, TEXT, listed(["US", "us", "card"])),
    st.builds("{}|near: {}".format, TEXT, NEAR),
    st.builds("{}|{}: {}".format, TEXT, st.sampled_from(["is", "starts", "ends"]), listed(WORDS)),
    st.builds("{}|matches: {}".format, TEXT, st.sampled_from(["'lost.card'", "'退款'", "'cards?'", "'[0-9]+'"])),
    st.builds("{}|exists: {}".format, TEXT, st.sampled_from(["true", "false"])),
    st.builds("message.channel: {}".format, listed(CHANNELS)),
    st.builds("message.lang: {}".format, listed(LANGUAGES)),
    st.builds("customer.language: {}".format, listed(LANGUAGES)),
    st.builds("customer.language|exists: {}".format, st.sampled_from(["true", "false"])),
    st.builds("customer.vip: {}".format, st.sampled_from(["true", "false"])),
    st.builds(
        "message.attachments|{}: {}".format,
        st.sampled_from(["is", "at least", "above", "below", "at most"]),
        st.integers(0, 4),
    ),
    st.builds("message.attachments|between: [{}, {}]".format, st.integers(0, 2), st.integers(2, 4)),
    st.builds("ticket.urgency: {}".format, listed(URGENCIES)),
    st.builds(
        "ticket.urgency|{}: {}".format, st.sampled_from(["at least", "above", "below"]), st.sampled_from(URGENCIES)
    ),
    st.builds("message.findings|{}: {}".format, st.sampled_from(["has", "has all"]), listed(FINDINGS)),
).map("{{{}}}".format)
TREE = st.recursive(
    LEAF,
    lambda inner: st.builds(
        "{{{}: [{}]}}".format,
        st.sampled_from(["any", "all", "not"]),
        st.lists(inner, min_size=1, max_size=3).map(", ".join),
    ),
    max_leaves=5,
)
MESSAGE = st.builds(
    lambda text, subject, channel, lang, attachments, findings, vip, language, urgency: Facts(
        message=MessageFacts(
            text=" ".join(text), subject=subject, channel=channel, lang=lang, attachments=attachments,
            findings=tuple(findings),
        ),
        customer=CustomerFacts(vip=vip, language=language),
        ticket=TicketFacts(urgency=urgency),
    ),
    st.lists(st.sampled_from(SPOKEN), max_size=6),
    st.sampled_from(["", "", *SPOKEN]),
    st.sampled_from(CHANNELS),
    st.sampled_from(LANGUAGES),
    st.integers(0, 4),
    st.lists(st.sampled_from(FINDINGS), unique=True),
    st.booleans(),
    st.sampled_from([*LANGUAGES, None]),
    st.sampled_from(URGENCIES),
)  # fmt: skip


def conditions(trees: list[str]) -> tuple[Ruleset, list[Condition]]:
    """Rules of these conditions, and all conditions in them."""
    rules = "".join(f"  - {{id: r{number}, when: {tree}, then: {{tag: t}}}}\n" for number, tree in enumerate(trees))
    ruleset = load({"a.yaml": f"version: 1\nqueues: {{q: {{default: true}}}}\nrules:\n{rules}".encode()})
    found: list[Condition] = []
    for rule in ruleset.rules:
        ahead = [rule.when]
        while ahead:
            found.append(ahead.pop())
            ahead += found[-1].parts
    return ruleset, found


@given(st.lists(TREE, min_size=2, max_size=6), st.lists(MESSAGE, min_size=1, max_size=8))
@settings(max_examples=settings.default.max_examples * 2)
def test_no_message_contradicts_a_proof(trees, messages):
    ruleset, found = conditions(trees)
    proof = Proof()
    scenes = [Scene(facts, ruleset._scanner) for facts in messages]
    held = {id(one): [one.test(scene) for scene in scenes] for one in found}
    for one in found:
        for other in found:
            both = list(zip(held[id(one)], held[id(other)], strict=True))
            if proof.implies(one, other):
                assert (True, False) not in both, (one, other)
            if proof.excludes(one, other):
                assert (True, True) not in both, (one, other)


def test_many_pairs_are_proved():
    """The test above is not empty: of conditions made in the same way a good part says something of another."""
    lists = ["[card]", "[card, my]", "[lost card, my]", "[退款, card]", "[退款失败]"]
    texts = [f"{{{part}|has: {words}}}" for part in ("message.text", "message.any") for words in lists]
    fields = ["{message.channel: x}", "{message.channel: [x, email]}", "{message.channel: telegram}"]
    _, found = conditions([*texts, *fields])
    proof = Proof()
    assert sum(proof.implies(one, other) for one in found for other in found if one is not other) == 18
    assert sum(proof.excludes(one, other) for one in found for other in found) == 4


@given(TREE, st.lists(MESSAGE, min_size=1, max_size=20))
@settings(max_examples=settings.default.max_examples * 2)
def test_a_rule_of_which_all_alternatives_are_contradictory_fires_for_nobody(tree, messages):
    ruleset, _ = conditions([tree])
    doubts = {warning.code for warning in ruleset.warnings}
    whole = [warning for warning in ruleset.warnings if warning.code in {"contradiction", "never"}]
    if whole and tree.count("any") == tree.count("not") == 0:
        assert not any(ruleset.fired(facts) for facts in messages), doubts
