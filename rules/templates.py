"""Answers with blanks: text per language, `{{variable|otherwise}}`, no code.

Templates are checked when loaded; rendering cannot fail on a checked template.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from rules import buttons, intended
from rules.buttons import TemplateButton
from rules.document import Node, Scalar, Table
from rules.problems import Position, Problems, meant
from rules.reader import Reader
from rules.redact import redact
from rules.solicitation import solicitations

VARIABLES: Final = (
    "ticket.number",
    "ticket.reason",
    "ticket.checklist",
    "customer.name",
    "queue.name",
    "facts.missing",
    "private_link",
    "verify_link",
)
TEXT_MAX: Final = 4_000
DEFAULT_RECEIPT: Final = "receipt"
"""The template every rule set may define for tickets whose rules ask for no other."""
CHECKLIST: Final = "safety-checklist"
"""What goes out at once when a customer presses the alarm, where the rule set has it."""
_BLANK = re.compile(r"\{\{([^{}]*)\}\}")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One answer in several languages."""

    name: str
    texts: Mapping[str, str]
    fallback: str
    places: Mapping[str, Position]
    """Where the text of each language stands."""
    buttons: tuple[TemplateButton, ...] = ()

    def text(self, language: str | None) -> str:
        """Return the text in this language, in its nearest relative, or in the fallback."""
        return self.texts[self.spoken(language)]

    def spoken(self, language: str | None) -> str:
        """The language that it has for somebody who speaks this one."""
        return nearest(language, tuple(self.texts)) or self.fallback

    def linking(self) -> Iterator[tuple[str, Position]]:
        """Whatever of it may lead somewhere, and where it stands."""
        for language, at in self.places.items():
            yield self.texts[language], at
        for button in self.buttons:
            yield from ((text, button.at) for text in (button.url, *button.labels.values(), *button.says.values()))

    def asks_for(self, variable: str, language: str | None) -> bool:
        """Whether the text in this language has a blank for it."""
        names = (blank[1].partition("|")[0].strip() for blank in _BLANK.finditer(self.text(language)))
        return variable in names

    def render(self, language: str | None, variables: Mapping[str, str]) -> str:
        """Fill in the blanks; one without a value takes what stands behind `|`, else nothing."""

        def value(blank: re.Match[str]) -> str:
            name, _, otherwise = blank[1].partition("|")
            return variables.get(name.strip()) or otherwise.strip()

        return _BLANK.sub(value, self.text(language))


def nearest(language: str | None, offered: tuple[str, ...]) -> str | None:
    """Return the offered language closest to the wanted one, or None when none is related."""
    if not language:
        return None
    wanted = language.replace("_", "-").lower()
    primary = wanted.split("-")[0]
    for tag in offered:
        if tag.lower() == wanted:
            return tag
    for tag in offered:
        if tag.lower() == primary:
            return tag
    return next((tag for tag in offered if tag.lower().split("-")[0] == primary), None)


def check(text: str, at: Position, problems: Problems) -> None:
    """Record blanks that name no variable, braces left open, texts too long to send, and what nobody may send."""
    if len(text) > TEXT_MAX:
        problems.error(at, "template", f"{len(text)} characters", f"at most {TEXT_MAX}")
    for blank in _BLANK.finditer(text):
        name = blank[1].partition("|")[0].strip()
        if name not in VARIABLES:
            said = f"there is no variable {name or '(empty)'}"
            problems.error(at, "template", said, meant(name, VARIABLES))
    rest = _BLANK.sub("", text)
    if "{{" in rest or "}}" in rest:
        problems.error(at, "template", "a {{ or }} stands alone", "write {{ticket.number}}")
    if solicitations(text):
        said = "this text asks the customer for a secret"
        problems.error(at, "asks-secret", said, "nobody may ask for one; say instead that you never do")
    held = sorted({finding.type for finding in redact(text).findings if finding.masked})
    if held:
        problems.error(at, "holds-secret", f"this text holds {', '.join(held)}", "take it out")


def read(key: Scalar, node: Node, reader: Reader) -> Template:
    """Read one template; problems are recorded, the template exists for references all the same."""
    texts: dict[str, str] = {}
    places: dict[str, Position] = {}
    fallback, fallback_at = "en", node.at
    pressed: Node | None = None
    for name, value in reader.pairs(node, f"the template {key.value}"):
        if name.value == "buttons":
            pressed = value
            continue
        text = reader.text(value, f"the text for {name.value}") or ""
        if name.value == "fallback":
            fallback, fallback_at = text, value.at
        elif LANGUAGE.fullmatch(name.value):
            check(text, value.at, reader.problems)
            if (tag := intended.language(name.value)) is not None:
                said = f"{name.value} is no language tag"
                reader.problems.warn(name.at, "never", said, f"did you mean {tag}?")
            texts[name.value] = text.strip()
            places[name.value] = value.at
        else:
            hint = "use en, zh or another language tag, buttons or fallback"
            reader.fail(name.at, "value", f"{name.value} is no language tag", hint)
    if fallback not in texts and isinstance(node, Table):
        hint = f"write a text for it, or fallback: {next(iter(texts), 'en')}"
        said = f"the template {key.value} has no text for its fallback language {fallback}"
        reader.fail(fallback_at, "template", said, hint)

    def checked(text: str, at: Position) -> None:
        check(text, at, reader.problems)

    found = buttons.read(pressed, texts, key.value, reader, checked) if pressed is not None else ()
    return Template(
        name=key.value, texts=texts or {fallback: ""}, fallback=fallback, places=places, buttons=tuple(found)
    )
