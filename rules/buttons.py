"""Buttons of templates: a label for each language of the text, and what pressing one does."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from rules.document import Node
from rules.problems import Position
from rules.reader import Reader

BUTTONS_MAX: Final = 10
LABEL_MAX: Final = 40
SAYS_MAX: Final = 200
URL_MAX: Final = 1_000
KEYS: Final = ("url", "says")

Check = Callable[[str, Position], None]
"""Records what no text of a template may hold."""


class TemplateButton(msgspec.Struct, frozen=True, kw_only=True):
    """One button in several languages."""

    labels: Mapping[str, str]
    url: str = ""
    """Where it leads; empty: pressing it says something."""
    says: Mapping[str, str] = {}
    """What it says, where that is not its label."""
    at: Position

    def shown(self, language: str) -> tuple[str, str, str]:
        """Label, address and what it says, in a language that the template has."""
        label = self.labels.get(language, "")
        return label, self.url, "" if self.url else self.says.get(language, label)


def read(node: Node, languages: Mapping[str, str], name: str, reader: Reader, check: Check) -> list[TemplateButton]:
    """Read the buttons of the template `name`, whose texts are in these languages; problems are recorded."""
    items = reader.items(node, f"the buttons of {name}")
    if len(items) > BUTTONS_MAX:
        reader.fail(node.at, "button", f"the template {name} has {len(items)} buttons", f"at most {BUTTONS_MAX}")
    return [_button(item, tuple(languages), reader, check) for item in items[:BUTTONS_MAX]]


def _button(node: Node, languages: tuple[str, ...], reader: Reader, check: Check) -> TemplateButton:
    keys = reader.keys(node, (*KEYS, *languages), "the button")
    url = _url(keys["url"], reader) if "url" in keys else ""
    says = _texts(keys["says"], languages, "the text that it sends", SAYS_MAX, reader, check) if "says" in keys else {}
    if "url" in keys and "says" in keys:
        reader.fail(node.at, "button", "the button has url and says", "keep one")
    labels = {
        tag: _text(keys[tag], f"the label for {tag}", LABEL_MAX, reader, check) for tag in languages if tag in keys
    }
    for missing in [tag for tag in languages if tag not in keys]:
        reader.fail(node.at, "button", f"the button has no label for {missing}", f"write {missing}: and a label")
    return TemplateButton(labels=labels, url=url, says=says, at=node.at)


def _texts(
    node: Node, languages: tuple[str, ...], what: str, most: int, reader: Reader, check: Check
) -> dict[str, str]:
    keys = reader.keys(node, languages, what)
    for missing in [tag for tag in languages if tag not in keys]:
        reader.fail(node.at, "button", f"{what} is missing for {missing}", f"write {missing}: and a text")
    return {tag: _text(value, f"{what} for {tag}", most, reader, check) for tag, value in keys.items()}


def _text(node: Node, what: str, most: int, reader: Reader, check: Check) -> str:
    text = (reader.text(node, what) or "").strip()
    if len(text) > most:
        reader.fail(node.at, "button", f"{what} has {len(text)} characters", f"at most {most}")
    if "{{" in text or "}}" in text:
        reader.fail(node.at, "button", f"{what} has a blank", "buttons take none; write it into the text")
    else:
        check(text, node.at)
    return text


def _url(node: Node, reader: Reader) -> str:
    url = reader.text(node, "url") or ""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme == "https" and bool(parts.hostname) and len(url) <= URL_MAX
    except ValueError:
        is_whole = False
    if not is_whole or any(char.isspace() for char in url):
        hint = "a whole address such as https://example.com/help, not longer than 1000"
        reader.fail(node.at, "button", f"url is {url}", hint)
    return url
