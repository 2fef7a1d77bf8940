"""Phrases whose words stand in pages, records and exported chats; and tables that only look like them."""

import pytest

from rules.redact import redact

WORDS = ["few", "hen", "reform", "zebra", "oxygen", "cabin", "blouse", "lunar", "pistol", "gadget", "river", "lamp"]
CHINESE = ["刊", "汽", "汗", "斜", "邵", "拨", "锻", "莱", "骂", "枢", "炭", "谐"]


def _each(row: str, joiner: str, words: list[str]) -> str:
    return joiner.join(row.format(n=n, word=word) for n, word in enumerate(words, 1))


@pytest.mark.parametrize(
    ("row", "joiner"),
    [
        ('<tr><td>{n}</td><td class="w">{word}</td></tr>', ""),
        ('<span class="seed-word" data-index="{n}">{word}</span>', "\n"),
        ('{{"index":{n},"word":"{word}"}}', ","),
        ('"{n}": "{word}"', ", "),
        ("[30.11.26, 10:{n:02}] Anna: {word}", "\n"),
        ("{word}", "&nbsp;"),
        ("{word}", "\\n"),
        ("{word}", " \U0001f511 "),
        ("`{word}`", " "),
        ("**{word}**", " "),
        ("| {n} | {word} |", "\n"),
        ("Word {n}: {word}", "\n"),
    ],
)
@pytest.mark.parametrize("words", [WORDS, CHINESE], ids=["english", "chinese"])
def test_a_phrase_in_a_frame_is_masked(row: str, joiner: str, words: list[str]) -> None:
    left = redact(_each(row, joiner, words)).text
    assert "[SEED_PHRASE]" in left
    assert not any(word in left for word in words)


def test_a_phrase_numbered_by_words_is_masked() -> None:
    text = "first is few, second is hen, third is reform, fourth is zebra, fifth is oxygen, sixth is cabin, "
    text += "seventh is blouse, eighth is lunar, ninth is pistol, tenth is gadget, eleventh is river, twelfth is lamp"
    assert redact(text).text == "first is [SEED_PHRASE]"


def test_one_word_of_a_frame_may_be_mistyped() -> None:
    words = [*WORDS[:5], "cabbin", *WORDS[6:]]
    assert redact(_each('{{"index":{n},"word":"{word}"}}', ",", words)).text == '{"index":1,"word":"[SEED_PHRASE]"}'


@pytest.mark.parametrize(
    "text",
    [
        "充值记录：2026年11月30日 100元 2026年12月1日 200元 2026年12月2日 300元 2026年12月3日 400元",
        "2026年11月30日10时05分 2026年12月1日11时30分 2026年10月1日9时2分",
        "星期 日 一 二 三 四 五 六，日 一 二 三 四 五 六",
        "我 真 的 好 生 气 你 们 怎 么 回 事 啊 钱 没 了",
        '[{"type":"transfer","state":"pending"},{"type":"deposit","state":"done"},{"type":"swap","state":"failed"}]',
    ],
)
def test_what_stands_apart_but_is_no_phrase_is_kept(text: str) -> None:
    assert redact(text, visibility="public").text == text
