"""Which of the languages a page has its reader prefers. Pure."""

from typing import Final

_HEADER_CHARS_MAX: Final = 500


def preferred(accept_language: str, offered: tuple[str, ...]) -> str:
    """The offered language that Accept-Language weighs heaviest (RFC 9110, section 12.5.4), else the first."""
    found = offered[0]
    best = 0.0
    for part in accept_language[:_HEADER_CHARS_MAX].lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        language = tag.strip().partition("-")[0]
        if weight > best and language in offered:
            found, best = language, weight
    return found


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0 <= weight <= 1 else 0.0
