"""How alike two texts are, short ones and English beside Chinese among them: shared concepts, then shared words. Pure.

An English mail and a Chinese chat about one withdrawal share the concepts, hardly a word; two wordings of one complaint
in one language share some stems or pairs of characters besides.
"""

from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from operator import add
from typing import Final, NamedTuple
from zlib import crc32

from router.core.concepts import WEIGHTS, concepts, contradicts, is_coin, is_thing
from router.core.entities import entities, marks
from router.core.signals import settled
from router.model.matter import Sketch
from rules.expression import expression
from rules.text import fold

CHARS_MAX: Final = 6_000
_MARKED_CHARS: Final = 24
"""A shorter text is anybody's."""
_WORDS_MAX: Final = 120
_TROUBLE: Final = frozenset({"missing", "pending", "failed"})
_PARALLEL: Final = 0.6
_WORD_WEIGHT: Final = 0.3
_STEM: Final = 6
"""Characters of an English word that count: withdrawal and withdrawing are one."""
_ENGLISH = expression(r"[a-z][a-z'\-]{3,24}")
_CHINESE = expression(r"[\u4e00-\u9fff]{2,60}")
_MARKED = expression(r"(?<![0-9a-z.,:/\-])(?=[a-z]{0,9}[0-9])[0-9a-z]{2,12}(?![0-9a-z]|[.,:/\-][0-9a-z])")
_STOP: Final = frozenset(
    [
        "about",
        "after",
        "again",
        "also",
        "another",
        "anyone",
        "anything",
        "because",
        "been",
        "before",
        "being",
        "could",
        "does",
        "doing",
        "done",
        "dont",
        "else",
        "even",
        "ever",
        "from",
        "good",
        "have",
        "hello",
        "here",
        "http",
        "https",
        "into",
        "itself",
        "just",
        "know",
        "like",
        "maybe",
        "more",
        "most",
        "much",
        "must",
        "need",
        "only",
        "other",
        "over",
        "please",
        "really",
        "same",
        "should",
        "since",
        "some",
        "someone",
        "something",
        "still",
        "support",
        "such",
        "sure",
        "tell",
        "than",
        "thank",
        "thanks",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "this",
        "those",
        "through",
        "today",
        "together",
        "under",
        "until",
        "very",
        "want",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "will",
        "with",
        "would",
        "wrote",
        "your",
        "yours",
        "yesterday",
        "morning",
        "evening",
        "hours",
        "dear",
        "regards",
        "kind",
        "team",
        "wallet",
        "app",
        "walletsupport",
        "help",
        "anybody",
        "happened",
        "tried",
        "trying",
        "look",
        "looks",
        "show",
        "shows",
        "says",
        "said",
        "this",
    ]
)
_STOP_CHINESE: Final = frozenset(
    [
        "你好",
        "您好",
        "我的",
        "请问",
        "谢谢",
        "一下",
        "怎么",
        "什么",
        "可以",
        "现在",
        "今天",
        "昨天",
        "没有",
        "还是",
        "一直",
        "已经",
        "这个",
        "那个",
        "就是",
        "不是",
        "但是",
        "因为",
        "所以",
        "我们",
        "你们",
        "他们",
        "帮忙",
        "麻烦",
        "客服",
        "钱包",
        "有人",
        "人吗",
        "在吗",
        "为什",
        "什么",
        "知道",
        "能不",
        "不能",
        "是不",
        "今早",
        "早上",
        "晚上",
        "下午",
        "刚才",
        "刚刚",
        "可是",
        "然后",
        "时候",
        "这么",
        "那么",
        "不知",
        "有点",
    ]
)


class Heard(NamedTuple):
    """A text as it is compared."""

    folded: str
    body: str
    """The same without the subject, which goes on to say what the trouble was once it is over."""
    sketch: Sketch
    plain: str
    """Subject and text as they came."""
    marks: tuple[str, ...]
    """What tickets of other people are related by: strong values, and the whole text where it is long enough."""
    settled: bool
    """It says that the matter is settled, or nothing but thanks."""


def hear(subject: str, text: str, addresses: tuple[str, ...] = ()) -> Heard:
    """The form a redacted message is compared in; `addresses` are the door's keyed hashes of wallet addresses."""
    return _hear(subject, text[:CHARS_MAX], addresses)


@lru_cache(maxsize=256)  # a batch asks for what it looks up with, then decides by it
def _hear(subject: str, body: str, addresses: tuple[str, ...]) -> Heard:
    text = f"{subject}\n{body}" if subject else body
    folded = fold(text).text
    sketch = Sketch(entities=entities(text, addresses), concepts=concepts(folded), words=_digests(folded))
    heard = fold(body).text if subject else folded
    return Heard(folded, heard, sketch, text, _marks(folded, sketch), settled(heard))


def _digests(folded: str) -> tuple[int, ...]:
    words = [word[:_STEM] for word in _ENGLISH.findall(folded) if word not in _STOP]
    for run in _CHINESE.findall(folded):
        words += [pair for pair in map(add, run, run[1:]) if pair not in _STOP_CHINESE]
    words += _MARKED.findall(folded)
    return tuple([_digest(word) for word in islice(dict.fromkeys(words), _WORDS_MAX)])


def marked(folded: str) -> frozenset[int]:
    """The digests of numbers and the like in a folded text, by which people tell two matters of one kind apart."""
    return frozenset(map(_digest, _MARKED.findall(folded)))


def _digest(word: str) -> int:
    return crc32(word.encode())


def _marks(folded: str, sketch: Sketch) -> tuple[str, ...]:
    found = marks(sketch.entities)
    plain = "".join(folded.split())
    if len(plain) >= _MARKED_CHARS:
        found.append(f"text:{blake2b(plain.encode(), digest_size=9).hexdigest()}")
    return tuple(dict.fromkeys(found))


def things(one: Sketch) -> frozenset[str]:
    """The concepts that say what it is about."""
    return frozenset(filter(is_thing, one.concepts))


def likeness(one: Sketch, other: Sketch) -> float:
    """0 to 1: how much of the smaller one is in the other, concepts by their weight."""
    mine, theirs = _weighed(one), _weighed(other)
    if not mine or not theirs:
        return 0.0
    shared = sum(weight for what, weight in mine.items() if what in theirs)
    return shared / max(min(sum(mine.values()), sum(theirs.values())), 1.0)


def departs(one: Sketch, other: Sketch) -> bool:
    """Whether what `one` is about is something else than anything `other` was about."""
    mine, theirs = things(one), things(other)
    return bool(mine and theirs) and all(contradicts(thing, theirs) for thing in mine)


def reports(one: Sketch) -> bool:
    """Whether it tells of trouble with a thing, as a matter begins, and not only of a value."""
    return any(map(is_thing, one.concepts)) or not _TROUBLE.isdisjoint(one.concepts)


def other_coin(one: Sketch, other: Sketch) -> bool:
    """Whether both name coins or networks and none is in both, or two that read alike name another one each."""
    mine, theirs = ({name for name in each.concepts if is_coin(name)} for each in (one, other))
    return bool(mine - theirs and theirs - mine) and (not mine & theirs or likeness(one, other) >= _PARALLEL)


def _weighed(one: Sketch) -> dict[str | int, float]:
    found: dict[str | int, float] = {concept: WEIGHTS[concept] for concept in one.concepts if concept in WEIGHTS}
    found.update(dict.fromkeys(one.words, _WORD_WEIGHT))
    return found
