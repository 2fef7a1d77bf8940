"""What was meant by words that other tools use, where the nearest spelling misleads: `has` is near to `not has`."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

from rules.problems import meant

_DENIED: Final = re.compile(r"!|(?:.*\b)?(?:not|isnt|doesnt|excludes|without)\b")
_BRACKETS: Final = re.compile("[【】「」［］〔〕]")
_OPERATORS: Final = {
    "has": ("contain", "contains", "include", "includes", "any", "any of", "has any", "has any of", "has one of"),
    "has all": ("all", "all of", "contains all", "has all of", "has every"),
    "is": ("equals", "equal", "eq", "=", "=="),
    "in": ("one of", "is one of", "is in"),
    "starts": ("begins", "begins with", "starts with", "startswith"),
    "ends": ("ends with", "endswith"),
    "matches": ("match", "regex", "regexp", "re"),
    "above": ("more than", "greater than", "over", "gt", ">"),
    "below": ("less than", "under", "lt", "<"),
    "at least": ("gte", ">=", "min"),
    "at most": ("lte", "<=", "max"),
}
_BY_NAME: Final = {name: ours for ours, names in _OPERATORS.items() for name in names}
_LOGIC: Final = {"or": "any", "and": "all", "unless": "not", "language": "message.lang"}
_LANGUAGES: Final = {
    "cn": "zh",
    "hk": "zh-Hant",
    "chinese": "zh",
    "chinese-traditional": "zh-Hant",
    "mandarin": "zh",
    "cantonese": "zh-Hant",
    "中文": "zh",
    "jp": "ja",
    "english": "en",
    "英文": "en",
}
"""Countries and names, which are no tags."""
_CHANNELS: Final = {
    "twitter": "x",
    "mail": "email",
    "gmail": "email",
    "e-mail": "email",
    "messenger": "facebook",
    "chat": "webchat",
    "web": "webchat",
    "livechat": "webchat",
    "tg": "telegram",
    "邮件": "email",
    "电话": "phone",
}
KINDS: Final = ("email", "webchat", "form", "telegram", "x", "facebook", "phone")
"""Of the channels that are shipped; programs may bring others by the API, and one of them is spelled like ours."""
_OTHERS: Final = frozenset({"wechat"})
_BESIDE: Final = frozenset({"exceptions", "then", "next", "mode", "from", "until", "event"})
"""Keys of a rule."""
ACTIONS: Final = {
    "priority": "did you mean urgency?",
    "answer": "did you mean reply?",
    "response": "did you mean reply?",
    "template": "did you mean reply?",
    "team": "did you mean queue?",
    "label": "did you mean tag?",
    "labels": "did you mean tag?",
}
"""What to write instead, by what stands under `then`."""


def language(found: str) -> str | None:
    """Return the tag of a language that is called otherwise, or None."""
    return _LANGUAGES.get(found.casefold())


def channel(found: str) -> str | None:
    """Return the kind of channel that was meant by a word which is no kind, or None where it may be somebody's own."""
    written = found.casefold()
    near = get_close_matches(written, KINDS, n=1, cutoff=0.8)
    return None if written in {*KINDS, *_OTHERS} else _CHANNELS.get(written.replace(" ", "")) or next(iter(near), None)


def operator_hint(found: str, allowed: Collection[str]) -> str:
    """Say how a field is tested instead of with `found`."""
    written = " ".join(re.sub("['’]", "", found.casefold()).replace("_", " ").split())
    if _DENIED.match(written):
        return "write the condition without it, under not:"
    ours = _BY_NAME.get(written)
    return f"did you mean {ours}?" if ours in allowed else meant(found, allowed)


def field_hint(found: str, known: Iterable[str], operators: Collection[str]) -> str:
    """Say what stands under `when` instead of `found`; `operators` are those of texts."""
    names = list(known)
    written = found.strip().casefold()
    if written in _BESIDE:
        return "write it beside when, not in it"
    if written in operators or written in _BY_NAME:
        return f"a field comes first: message.text|{found.strip()}"
    if _BRACKETS.search(written):
        return "a list stands in [ and ]"
    ours = _LOGIC.get(written) or next((name for name in names if name.endswith(f".{written}")), None)
    return f"did you mean {ours}?" if ours in names else meant(found, names)
