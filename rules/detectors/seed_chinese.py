"""Recovery phrases in Chinese, whose 2,048 characters are the commonest of the language.

Nearly every harmless sentence is made of list characters and one in sixteen passes the check sum, so
a phrase needs separated characters, a label, or a line of its own with a check sum and no common word.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rules.detectors.checksums import bip39
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.wordlists import CHINESE, common_chinese_pairs, indexes

_HAN: Final = "\u4e00-\u9fff"
_RUN = expression(f"[{_HAN}]{{8,400}}")
_NUMBERING: Final = r"第\s?[0-9]{1,2}\s?[个個]?[字词詞]?[是为為]?"
_JOINER: Final = r"[\s0-9.,;:、·|/\-_()\[\]\"']"
_GAP: Final = rf"(?:{_JOINER}{{1,8}}(?:{_NUMBERING}{_JOINER}{{0,4}})?|{_NUMBERING}{_JOINER}{{0,4}})"
_SEPARATED = expression(
    rf"(?:(?<![{_HAN}])|(?<=[是为為係词詞])(?!(?<=[词詞])[是为為係]))(?!(?<=[0-9])[个個字])(?![词詞字][\s:])(?![前后後共这這的][0-9一二两兩三四五六七八九十]{{1,2}}[个個])[{_HAN}](?:{_GAP}[{_HAN}]){{7,}}(?![{_HAN}])"
)
# A character with a joiner on either side; a phrase has six between its first and its last.
_ALONE = expression(rf"[\s0-9.,;:、·|/\-_()\[\]\"'字词詞个個是为為][{_HAN}](?=[\s0-9.,;:、·|/\-_()\[\]\"'第])")
_ALONE_MIN: Final = 6
_LINE = expression(rf"[^\S\n]*[{_HAN}]{{12,24}}[^\S\n]*(?:\n|\Z)")
_NEXT_LINE = expression(rf"\n{_LINE.pattern}")
_LETTER = expression(rf"{_NUMBERING}|(?P<letter>[{_HAN}])")
_LABEL = expression(
    "助记词|助記詞|助记|助記|注记词|註記詞|助忆词|助憶詞|恢复短语|恢復短語|恢复词|种子词|種子詞|种子短语|备份短语|備份短語|备份词|中文词|"
    "(?<![a-z])(?:seed|mnemonic|recovery phrase|seed phrase)(?![a-z])"
)
_NO_ANCHOR: Final = "中文词"
_CONNECTIVE = expression("就是|分别是|依次是|如下|是|为|為|给你|发你")
_LEADS_TO_LABEL = expression("(?:就是|这是|這是|是|为|為)?(?:我的|我们的|我家的|他的|她的)?(?:钱包|錢包)?(?:的)?\\Z")
# What leads from a phrase to the label behind it, in the next clause: `...，这是我的助记词`, `... 是不是助记词`.
_ON_TO_LABEL = expression(
    rf"[\s,;:.!?\"'」』)]{{1,4}}(?:[这這那以呢][{_HAN}0-9]{{0,8}})?(?:是不是|就是|[是係]|[为為])?[{_HAN}]{{0,6}}?(?:{_LABEL.pattern})"
)
# How many characters there are: `一共24个字：`, `呢12隻字`.
_COUNT = expression(
    r"(?:12|15|18|21|24|十二|十五|十八|二十一|二十四|廿四)\s?[个個隻只]\s?(?:汉|漢|中文|單|单)?[字词詞](?:[^\n:,.;]{1,8}(?=:))?[\s:,是係为為\"'「『(]{0,4}\Z"
)
_COUNT_CHARS: Final = 24
_LABEL_CHARS: Final = 40
_PARTICLES: Final = frozenset("的了我不是在有吗么这那你他她们个就也都要会能没到把被给让和很说去吧呢嗎這們個會沒給讓說")
# What numbers, dates and amounts are written with: a row of them is a table.
_COUNTED: Final = frozenset(
    "零一二三四五六七八九十百千万萬亿億两兩年月日号號时時点點分秒天周週元块塊角个個次人台件条條张張位度米克斤岁歲页頁楼樓室"
)
_LENGTHS: Final = (24, 21, 18, 15, 12)
_LABEL_REACH: Final = 16
_GROUPED = expression(f"(?<![{_HAN}])[{_HAN}]{{2,6}}(?:[ ,.、/\\-\n]{{1,3}}[{_HAN}]{{2,6}}){{1,11}}(?![{_HAN}])")
_GROUP: Final = expression(f"[{_HAN}]+")
_EACH_HAN: Final = expression(f"[{_HAN}]")
_IS_HAN: Final = expression(f"[{_HAN}]").match


def find_separated(scan: Scan) -> Iterator[Hit]:
    """Yield phrases whose characters stand apart from each other."""
    if len(_ALONE.findall(scan.low)) < _ALONE_MIN:
        return
    for match in _SEPARATED.finditer(scan.low):
        yield from _separated(scan.low, match)


def may_be_labelled(scan: Scan) -> bool:
    """Whether there are Chinese characters and a label that announces a phrase."""
    low = scan.low
    return "not ascii" in scan.at and (
        _NO_ANCHOR in low or any(_LABEL.match(low, at) is not None for at in scan.at["seed"])
    )


def find_labelled(scan: Scan) -> Iterator[Hit]:
    """Yield unspaced phrases after a word that announces one."""
    low = scan.low
    for run in _RUN.finditer(low):
        labels = list(_LABEL.finditer(low, max(0, run.start() - _LABEL_REACH), run.end()))
        if labels:
            yield from _labelled(low, max(run.start(), labels[-1].end()), run.end())
            yield from _before_label(low, run.start(), max(run.start(), labels[-1].start()))


def find_told(scan: Scan) -> Iterator[Hit]:
    """Yield unspaced phrases that stand by themselves, with their number before them or a label in the next clause."""
    low = scan.low
    for run in _RUN.finditer(low) if "not ascii" in scan.at else ():
        letters, (begin, end) = run.group(), run.span()
        if (
            len(letters) in _LENGTHS
            and (
                _COUNT.search(low, max(0, begin - _COUNT_CHARS), begin) is not None
                or _ON_TO_LABEL.match(low, end, end + _LABEL_CHARS) is not None
            )
            and _phrase(letters, len(letters))
            and not is_ordinary(letters)
        ):
            yield Hit(begin, end, "SEED_PHRASE", "checksum and label")


def may_be_lines(scan: Scan) -> bool:
    """Whether a line is nothing but as many Chinese characters as a phrase can have."""
    low = scan.low
    return _LINE.match(low) is not None or _NEXT_LINE.search(low) is not None


def find_lines(scan: Scan) -> Iterator[Hit]:
    """Yield unspaced phrases that are a whole line, hold their check sum and no ordinary pair."""
    start = 0
    for line in scan.low.split("\n"):
        letters = line.strip()
        if len(letters) in _LENGTHS and _phrase(letters, len(letters)) and not is_ordinary(letters):
            begin = start + line.index(letters)
            yield Hit(begin, begin + len(letters), "SEED_PHRASE", "checksum on a line")
        start += len(line) + 1


def find_grouped(scan: Scan) -> Iterator[Hit]:
    """Yield phrases in groups of characters, as they are read aloud, which a label announces."""
    low = scan.low
    for match in _GROUPED.finditer(low):
        if _LABEL.search(low, max(0, match.start() - 2 * _LABEL_REACH), match.start()) is None:
            continue
        sizes = [len(group) for group in _GROUP.findall(match.group())]
        if len(set(sizes[:3])) > 1:
            continue
        letters = [letter.start() for letter in _EACH_HAN.finditer(low, *match.span())]
        for size in _LENGTHS:
            words = "".join([low[at] for at in letters[:size]])
            if len(words) == size and _phrase(words, size) and not is_ordinary(words):
                yield Hit(letters[0], letters[size - 1] + 1, "SEED_PHRASE", "checksum and label")
                break


def _separated(low: str, match: re.Match[str]) -> Iterator[Hit]:
    """Single characters with joiners between them; every one of at least twelve must be on one list."""
    offsets = [letter.start() for letter in _LETTER.finditer(low, *match.span()) if letter.group("letter")]
    letters = [low[offset] for offset in offsets]
    labelled = _LABEL.search(low, max(0, match.start() - 2 * _LABEL_REACH), match.start()) is not None
    enough = len(letters) >= 8 if labelled else len(letters) >= 12 and not is_ordinary("".join(letters))
    if enough and on_a_list(letters) and not is_counted(letters):
        yield Hit(offsets[0], offsets[-1] + 1, "SEED_PHRASE", "separated list characters")


def _labelled(low: str, begin: int, end: int) -> Iterator[Hit]:
    """The phrase that begins at `begin` or after a word such as `是`, which may be its first word as well."""
    connective = _CONNECTIVE.match(low, begin, end)
    # Right behind the label stand the words of a sentence as often.
    led_to = connective is not None or not _IS_HAN(low[begin - 1 : begin])
    for first in (begin if connective is None else connective.end(), begin):
        size = next((n for n in _LENGTHS if first + n <= end and _phrase(low[first : first + n], n)), 0)
        if size and (led_to or not is_ordinary(low[first : first + size])):
            yield Hit(first, first + size, "SEED_PHRASE", "checksum and label")
            return
        if led_to and end - first in _LENGTHS and not is_ordinary(low[first:end]):
            yield Hit(first, end, "SEED_PHRASE", "label")
            return


def _before_label(low: str, begin: int, end: int) -> Iterator[Hit]:
    """The phrase that ends where words such as `是我的` lead to a label; its check sum must hold."""
    connective = _LEADS_TO_LABEL.search(low, begin, end)
    end = end if connective is None else connective.start()
    size = next((n for n in _LENGTHS if end - n >= begin and _phrase(low[end - n : end], n)), 0)
    if size:
        yield Hit(end - size, end, "SEED_PHRASE", "checksum and label")


def _phrase(letters: str, size: int) -> bool:
    """Whether exactly `size` characters are a phrase whose check sum holds."""
    for name in CHINESE if len(letters) == size else ():
        index_of = indexes(name)
        if all(letter in index_of for letter in letters) and bip39([index_of[letter] for letter in letters]):
            return True
    return False


def is_counted(letters: Sequence[str]) -> bool:
    """Whether characters that stand apart are the units of dates, times and amounts, or always the same few."""
    return len(set(letters)) * 3 < len(letters) * 2 or sum(map(_COUNTED.__contains__, letters)) * 2 >= len(letters)


def on_a_list(letters: Sequence[str]) -> bool:
    """Whether all `letters` but one are on one of the Chinese lists."""
    return min(sum(letter not in indexes(name) for letter in letters) for name in CHINESE) <= 1


def is_ordinary(letters: str) -> bool:
    """Whether `letters` read as a sentence: a common pair, or more particles than chance gives a phrase."""
    common = common_chinese_pairs()
    return sum(map(_PARTICLES.__contains__, letters)) > len(letters) / 6 or any(
        letters[place : place + 2] in common for place in range(len(letters) - 1)
    )
