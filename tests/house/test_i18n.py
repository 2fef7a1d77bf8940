"""The inbox's words: both languages have every key that is used, none that is not, and the same placeholders."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, ours, text

LANGUAGES = ("en", "zh-CN")
_CALL = re.compile(r"\b(t|rich|has|word|choice)\(")
_LITERAL = re.compile(r'"([a-zA-Z]+\.[\w.]+)"')
_PREFIX = re.compile(r"`([a-zA-Z]+\.)\$\{")
_GROUP = re.compile(r'^"([a-zA-Z]+)",')
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LATIN = re.compile(r"[A-Za-z]+")
_HAN = re.compile(r"[㐀-鿿]")
# Said the same in both languages: names of products, units, codes.
_NEUTRAL = {"API", "X", "Facebook", "Instagram", "Telegram", "WhatsApp", "B", "kB", "MB"}


def files(language: str) -> list[Path]:
    """The first words, and those that come with parts loaded later, each part's in a folder of its own."""
    return sorted((ROOT / "inbox/static/i18n").rglob(f"{language}.json"))


def table(language: str) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = {}
    for path in files(language):
        words = json.loads(text(path))
        assert not found.keys() & words.keys(), f"{path} says again what is said elsewhere"
        found |= words
    return found


def sources() -> Iterator[str]:
    for path in ours(".js"):
        if path.as_posix().startswith("inbox/static/"):
            yield text(path)


def arguments(source: str) -> Iterator[tuple[str, str]]:
    """Every call that takes a key: its name, and what stands between its parentheses."""
    for call in _CALL.finditer(source):
        depth, end = 1, call.end()
        while depth and end < len(source):
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
        yield call[1], source[call.end() : end - 1]


def used() -> tuple[set[str], set[str]]:
    """Keys named in full, and beginnings of keys that end in a word of the server."""
    keys: set[str] = set()
    prefixes: set[str] = set()
    for name, inside in (pair for source in sources() for pair in arguments(source)):
        if name in {"word", "choice"}:
            prefixes |= {f"{group}." for group in _GROUP.findall(inside)}
        else:
            keys |= set(_LITERAL.findall(inside))
            prefixes |= set(_PREFIX.findall(inside))
    return keys, prefixes


def forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def test_both_languages_have_the_same_keys():
    english, chinese = table("en"), table("zh-CN")
    assert set(english) == set(chinese)


def test_every_key_that_is_used_is_there():
    keys, _ = used()
    assert len(keys) > 100, "the search finds the calls"
    assert not keys - set(table("en"))


def test_every_view_has_a_name_and_says_so_when_it_is_empty():
    views = re.search(r"VIEWS = \[([^\]]+)\]", text(Path("inbox/static/core/store.js")))
    assert views is not None
    keys = {f"{kind}.{view}" for view in re.findall(r'"(\w+)"', views[1]) for kind in ("view", "empty")}
    assert len(keys) > 10
    assert not keys - set(table("en"))


def test_every_key_that_is_there_is_used():
    keys, prefixes = used()
    unused = [key for key in table("en") if key not in keys and not key.startswith(tuple(prefixes))]
    assert not unused


def test_every_beginning_of_a_key_leads_somewhere():
    _, prefixes = used()
    known = tuple(table("en"))
    assert not [prefix for prefix in prefixes if not any(key.startswith(prefix) for key in known)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_stand_in_order_once_each(language):
    seen: list[str] = []
    for file in files(language):
        pairs = json.loads(text(file), object_pairs_hook=lambda found: found)
        names = [name for name, _ in pairs]
        assert names == sorted(set(names)), file
        seen += names
    assert len(seen) == len(set(seen)), "a word stands in one file"


def test_every_part_has_its_words_in_every_language():
    places = {language: sorted(file.parent for file in files(language)) for language in LANGUAGES}
    assert len(places["en"]) > 1
    assert places["en"] == places["zh-CN"]


def test_placeholders_are_the_same_in_both_languages():
    english, chinese = table("en"), table("zh-CN")
    different = [
        key
        for key in english
        # {n} chooses a plural form and need not be spoken: "The rules file has a mistake".
        if {p for form in forms(english[key]) for p in _PLACEHOLDER.findall(form)}
        != {p for form in forms(chinese[key]) for p in _PLACEHOLDER.findall(form)}
    ]
    assert not different


def test_plural_entries_have_the_form_every_language_ends_in():
    for language in LANGUAGES:
        plural = {key: entry for key, entry in table(language).items() if isinstance(entry, dict)}
        assert plural, language
        assert all("other" in entry for entry in plural.values()), language


def test_chinese_is_chinese_and_english_is_not():
    assert not [key for key, entry in table("en").items() if _HAN.search("".join(forms(entry)))]
    untranslated = [
        key
        for key, entry in table("zh-CN").items()
        if not any(
            _HAN.search(form) or set(_LATIN.findall(_PLACEHOLDER.sub("", form))) <= _NEUTRAL for form in forms(entry)
        )
    ]
    assert not untranslated


def test_chinese_uses_full_width_punctuation_and_a_space_beside_latin_words():
    half_width = re.compile(r"[㐀-鿿][,;:?!]|[㐀-鿿][A-Za-z]|[A-Za-z][㐀-鿿]")
    assert not [key for key, entry in table("zh-CN").items() if half_width.search("".join(forms(entry)))]


def test_words_are_nowhere_else():
    """Chinese text outside the tables would not follow the language; a language's own name is meant to."""
    strings = re.compile(r"[\"'`][^\"'`\n]*[㐀-鿿][^\"'`\n]*[\"'`]")
    found = [hit for source in sources() for hit in strings.findall(_without_comments(source))]
    assert set(found) <= {'"简体中文"'}


def _without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
