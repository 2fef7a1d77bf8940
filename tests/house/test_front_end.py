"""Rules of the front end that no linter here knows: text stays text, layout follows the direction of writing."""

import re

import pytest

from tests.house.tree import ours, text

# Ways to turn text into markup or code, and to put style past the policy.
_DANGEROUS = re.compile(
    r"\.(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc)\b|dangerouslySetInnerHTML|document\.write|\beval\("
    r"|new Function\(|DOMParser|createContextualFragment|javascript:|setAttribute\(\"on"
)
_PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height|min-width"
    r"|max-width|min-height|max-height|text-align:\s*(?:left|right)|float)\s*:"
)
# Media and container features keep their physical names.
_MEDIA = re.compile(r"@media[^{]*\{")
_ABROAD = re.compile(r"[\"'`(](?:https?:)?//[a-z0-9]")


def front_end(*suffixes: str) -> list:
    return [path for path in ours(*suffixes) if path.as_posix().startswith("inbox/static/")]


def hits(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in front_end(*suffixes)
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(_MEDIA.sub("", line))
    ]


def test_text_from_outside_never_becomes_markup():
    assert front_end(".js")
    assert hits(_DANGEROUS, ".js") == []


def test_styles_follow_the_direction_of_writing():
    assert front_end(".css")
    assert hits(_PHYSICAL, ".css") == []


def test_nothing_is_fetched_from_elsewhere():
    assert hits(_ABROAD, ".js", ".css", ".json") == []


def test_modules_are_imported_by_relative_path():
    bare = re.compile(r"^(?:import|export)\b.*\bfrom\s+[\"'](?!\.{1,2}/)")
    assert hits(bare, ".js") == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (_DANGEROUS, "box.innerHTML = text"),
        (_PHYSICAL, ".a { margin-left: 2px; }"),
        (_PHYSICAL, ".a { color: red; top: 0 }"),
        (_ABROAD, 'fetch("https://cdn.example/x.js")'),
    ],
)
def test_the_searches_find_what_they_look_for(pattern, line):
    assert pattern.search(line)
