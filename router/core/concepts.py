"""What people talk about with a wallet's support, in English and Chinese alike: a concept is the same in both.

A thing (withdrawal, card, verification) says what a message is about and weighs much; a state (pending, failed), a coin
or a network is shared by many matters and weighs little. The words (router/core/vocabulary.py) are found in one pass
(Aho and Corasick, 1975).
"""

import re
from functools import cache
from string import ascii_letters, digits
from typing import Final, NamedTuple

import ahocorasick_rs

from router.core.vocabulary import STATES, THINGS
from rules.expression import expression

THING, STATE, PLACE = 1.0, 0.35, 0.5
"""Weights of the three kinds."""

_PLACES: Final[dict[str, str]] = {
    "btc": "_btc_|_bitcoin|比特币|bc1|大饼|_sats_",
    "eth": "_eth_|_ethereum_|_ether_|_erc-20|_erc20|以太|_mainnet|主网",
    "usdt": "_usdt|_tether|泰达|_u没|波场的u",
    "usdc": "_usdc",
    "tron": "_tron_|_trx_|_trc-20|_trc20|波场",
    "bsc": "_bsc_|_bnb_|_bep-20|_bep20",
    "sol": "_sol_|_solana",
    "polygon": "_polygon|_matic",
    "arbitrum": "_arbitrum_|_arb_",
    "optimism": "_optimism",
    "base": "_base_",
    "xrp": "_xrp_|_ripple|瑞波",
    "ada": "_ada_|_cardano",
    "atom": "_atom_|_cosmos",
    "dot": "_dot_|_polkadot",
    "ltc": "_ltc_|_litecoin|莱特",
    "doge": "_doge|狗狗",
    "near": "_near rewards|_near protocol",
    "avax": "_avax",
    "dai": "_dai_",
    "link": "",
    "uni": "",
    "ton": "_ton_|_toncoin",
    "pepe": "_pepe",
    "shib": "_shib",
    "zksync": "_zksync",
    "weth": "_weth",
    "kaspa": "_kaspa|_kas_",
    "linea": "_linea_",
    "scroll": "_scroll_",
    "gnosis": "_gnosis|_xdai_",
    "hbar": "_hbar_|_hedera",
    "xlm": "_xlm_|_stellar",
    "eurc": "_eurc_",
    "paxg": "_paxg_",
    "bch": "_bch_|_bitcoin cash",
    "etc": "_etc_",
    "okb": "_okb_",
    "sui": "_sui_",
    "aptos": "_aptos_|_apt_",
    "fil": "_fil_|_filecoin",
    "eos": "_eos_",
}  # fmt: skip
"""Coins and networks."""
_SPREAD: Final[dict[str, tuple[str, str]]] = {
    "withdrawal": ("提", r"提.{0,3}不出|提[0-9]"),
    "deposit": ("credit", r"credit(?<!\wcredit)(?:ed)?\b.{0,12}\b(?:account|wallet|balance)"),
    "swap": ("换", r"换[a-z0-9]{2,6}失败"),
    "transfer": ("sen", r"sen(?<!\wsen)(?:d|t|ding)\b.{0,24}(?:[0-9]|btc|eth|usd|sol|coin|money|fund|token|crypto)"),
    "fee": ("charge", r"charge(?<!\wcharge)d?\b.{0,10}(?:fee|too|more)"),
    "code": ("code", r"code(?<!\wcode)s?\b.{0,25}\b(?:arriv|receiv|come|sms|email)"),
    "wrong_network": ("erc", r"\bbep-?20\b.{0,40}\berc|\berc-?20\b.{0,40}\bbep"),
    "stolen": ("unknown ", r"unknown (?<!\wunknown ).{0,24}(?:outgoing|transaction|payment|transfer)"),
    "support_network": ("支持", r"支持.{0,8}(?:链|网络|币)吗"),
    "subscription": ("续费", r"(?<!手)续费"),
    "name_change": ("户名", r"(?<!用)户名"),
    "referral": ("下线", r"(?<![踢掉])下线"),
    "pending": ("卡在", r"卡在[^哪]"),
    "usdt": ("u", r"[0-9]\s?u\b"),
    "near": ("near", r"[0-9] near\b"),
    "link": ("link", r"[0-9] link\b"),
    "uni": ("uni", r"[0-9]\s?个?uni\b"),
}
"""What has something in between, or stands in other words, too (续费 in 手续费): the part that is looked for first, and
the whole, which begins with letters where it can: they are found many times faster than a word's edge, which is looked
at behind them."""
_KINDS: Final = ((THINGS, THING), (STATES, STATE), (_PLACES, PLACE))
WEIGHTS: Final[dict[str, float]] = {name: weight for kind, weight in _KINDS for name in kind}
NAMES: Final = tuple(WEIGHTS)
_JOINED: Final = frozenset(ascii_letters + digits + "_")
_LETTERS: Final = _JOINED - frozenset(digits)

_GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    ("withdrawal", "transfer", "sale"),
    ("deposit", "transfer", "missing_token", "balance", "purchase"),
    ("staking", "reward", "earn"),
    ("verification", "source_of_funds", "frozen", "statement", "name_change"),
    ("login", "code", "authenticator", "password", "lost_phone", "frozen", "name_change"),
    ("card", "payment", "purchase", "bind_card", "double_charge", "refund"),
    ("fee", "refund", "double_charge"),
    ("seed", "backup", "missing_token", "address", "lost_phone"),
    ("stolen", "approval", "scam", "statement"),
    ("crash", "device"),
    ("giftcard", "purchase"),
    ("biometric", "password"),
    ("wrong_recipient", "wrong_network", "transfer", "address", "missing_token", "deposit", "withdrawal"),
    ("price", "widget"),
    ("display", "language"),
    ("p2p", "purchase", "sale"),
    ("transfer", "bridge", "nonce", "memo"),
    ("swap", "fee", "refund"),
    ("dapp", "approval"),
    ("invoice", "fee"),
    ("nft", "missing_token", "stolen"),
    ("refund", "purchase", "sale", "card", "deposit", "bridge"),
)  # fmt: skip
"""Things that people use for one another."""
_BESIDE: Final[dict[str, str]] = {
    "futures": "fee price limit",
    "loan": "balance",
    "airtime": "purchase giftcard",
    "redpacket": "transfer",
    "promo": "reward referral airdrop giftcard redpacket",
    "vip": "fee limit",
    "subscription": "fee refund newsletter",
    "registration": "verification login code",
    "country": "verification personal_details postal",
    "qr": "merchant payment scam",
    "merchant": "payment card deposit refund invoice api",
    "bank_link": "bind_card card withdrawal deposit sale",
    "recurring": "purchase",
    "outage": "login crash withdrawal deposit swap transfer purchase website api price",
    "battery": "crash",
    "extension": "dapp seed crash",
    "launchpad": "purchase crash airdrop",
    "statement": "tax history invoice balance",
    "email_change": "code login profile",
    "phone_change": "code login lost_phone profile authenticator",
    "postal": "card address",
    "personal_details": "name_change verification profile",
    "insurance": "stolen lost_phone",
    "wallet_deleted": "seed backup crash device",
    "device": "login lost_phone",
    "spam_token": "airdrop scam missing_token",
    "phone_call": "scam",
    "multisig": "registration",

    "double_charge": "wrong_recipient transfer purchase payment",
    "approval": "scam stolen spam_token",
    "website": "outage crash",
    "api": "notification limit",
    "earn": "loan",
    "gold": "withdrawal",
    "missing_token": "balance nft history",
    "nonce": "withdrawal fee",
    "inheritance": "login seed",
    "frozen": "gdpr",
    "display": "notification",
    "verification": "login code registration",
    "authenticator": "code phone_change",
    "limit": "withdrawal card api",
    "referral": "reward airdrop",
    "deposit": "payment wrong_network double_charge",
    "card": "postal fee limit",
    "invoice": "tax",
}  # fmt: skip
"""Things that often come with another one, without being like each other."""
RELATED: Final[dict[str, frozenset[str]]] = {}
"""By thing: those that do not contradict it."""
for _group in (*_GROUPS, *((_hub, _thing) for _hub, _beside in _BESIDE.items() for _thing in _beside.split())):
    for _name in _group:
        RELATED[_name] = RELATED.get(_name, frozenset()) | frozenset(_group)


class _Word(NamedTuple):
    concept: int
    """Which of `NAMES`."""
    before: frozenset[str]
    """What cannot stand before it: an English word has to begin with it, a coin may follow its number ("0.5ETH")."""
    after: frozenset[str]


class _Finder:
    """All words of all concepts."""

    def __init__(self) -> None:
        words: dict[str, list[_Word]] = {}
        for number, written in enumerate(text for kind, _ in _KINDS for text in kind.values()):
            for word in filter(None, written.split("|")):
                before = frozenset() if word[0] != "_" else _LETTERS if NAMES[number] in _PLACES else _JOINED
                after = _JOINED if word[-1] == "_" else frozenset()
                words.setdefault(word.strip("_"), []).append(_Word(number, before, after))
        self._find = ahocorasick_rs.AhoCorasick(list(words)).find_matches_as_indexes
        self._words = list(words.values())
        self._spread = [
            (NAMES.index(name), part, expression(whole, re.ASCII)) for name, (part, whole) in _SPREAD.items()
        ]

    def __call__(self, folded: str) -> set[int]:
        found: set[int] = set()
        for which, start, end in self._find(folded, True):  # noqa: FBT003 - overlapping
            for concept, before, after in self._words[which]:
                if (
                    concept not in found
                    and folded[start - 1 : start] not in before
                    and folded[end : end + 1] not in after
                ):
                    found.add(concept)
        for concept, part, whole in self._spread:
            if concept not in found and part in folded and whole.search(folded) is not None:
                found.add(concept)
        return found


_finder = cache(_Finder)


def concepts(folded: str) -> tuple[str, ...]:
    """The concepts of a folded text, in the order of `NAMES`."""
    return tuple(NAMES[at] for at in sorted(_finder()(folded)))


def is_thing(concept: str) -> bool:
    """Whether it says what a message is about."""
    return concept in THINGS


def is_coin(concept: str) -> bool:
    """Whether it is a coin or a network."""
    return concept in _PLACES


def contradicts(thing: str, others: frozenset[str]) -> bool:
    """Whether a thing is none of `others` and no other word for one of them."""
    return not (RELATED.get(thing, frozenset((thing,))) | {thing}) & others
