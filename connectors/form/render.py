"""The pages of the form as HTML, whole, without a script. Pure: the same view gives the same bytes."""

from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

import msgspec

from connectors.form.settings import HONEYPOT, TOPIC, Choice, Field, Settings, input_name, told
from connectors.form.words import word

_SHIELD: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3l7.5 3v5.5c0 4.5-3.1 7.9-7.5 9.5-4.4-1.6-7.5-5-7.5-9.5V6'
    'L12 3zM12 8.5v4M12 15.8v.2"/></svg>'
)
_BELL: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3.5 21.5 20h-19L12 3.5zM12 10v4.5M12 17.2v.2"/></svg>'
)
_FIRST: Final = (
    '<div class="unseen" aria-hidden="true"><button type="submit" form="form" tabindex="-1">-</button></div>'
)
"""Enter in a field presses the first button of a form: that must be neither the alarm nor the other language."""
_LONG: Final = frozenset({"long", "steps", "error"})
_INPUT_MODES: Final = {"amount": "decimal"}
_MACHINE_MADE: Final = frozenset({"account", "transaction"})
"""Kinds whose answers are copied from somewhere: no browser shall correct them."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a page is shown: language, theme, and whether within another site's page."""

    language: str
    theme: str = ""
    embedded: bool = False

    def query(self, **more: str) -> str:
        """The query that keeps the look, with what else a page is told."""
        pairs = {"lang": self.language, "theme": self.theme, "embed": "1" if self.embedded else "", **more}
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The form, empty or as it came back."""

    look: Look
    token: str
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    notice: str = ""
    """What is wrong with no field."""
    had_files: bool = False
    """Files were chosen, which a browser forgets."""
    mails: bool = False


def form_page(view: FormView, settings: Settings) -> str:
    """The form."""
    look, language = view.look, view.look.language
    rows = [
        _topics(view, settings),
        area("text", view.values, view.problems, language, hint=word(language, "text_hint"), rows=6, required=True),
        *(_question(field, view) for field in settings.fields),
        line("name", view.values, view.problems, language, autocomplete="name"),
        email_line(view.values, view.problems, language, settings, mails=view.mails),
        files_line(view.problems, language, settings),
    ]
    body = f"""
{summary(view.problems, view.notice, language, settings, had_files=view.had_files)}
<form id="form" method="post" action="{escape(look.query())}" enctype="multipart/form-data">
{hidden(view.token, language)}
{alarm(look, settings)}
{warning(language)}
{"".join(rows)}
<p class="actions"><button class="primary" type="submit">{escape(word(language, "send"))}</button>
<span>{escape(word(language, "closing"))}</span></p>
</form>"""
    lead = f'<p class="lead">{escape(word(language, "lead"))}</p>'
    return page(look, settings, body, heading=_title(settings, language), lead=lead, has_form=True)


def message_page(look: Look, settings: Settings, title: str, text: str, *, root: str) -> str:
    """A page that says one thing, and leads to the form."""
    language = look.language
    form = f"{root or './'}{look.query()}"
    body = f"""<p class="lead">{escape(word(language, text))}</p>
<p class="actions"><a class="primary" href="{escape(form)}">{escape(word(language, "new_form"))}</a></p>"""
    return page(look, settings, body, heading=word(language, title), root=root)


def page(
    look: Look,
    settings: Settings,
    body: str,
    *,
    heading: str,
    lead: str = "",
    root: str = "",
    head: str = "",
    has_form: bool = False,
) -> str:
    """The frame of every page. `root` leads to where the form is; what was typed outlives a change of language."""
    language = look.language
    theme = f' data-theme="{escape(look.theme)}"' if look.theme else ""
    embedded = " data-embedded" if look.embedded else ""
    others = "".join(_switch(look, other, sends=has_form) for other in settings.languages if other != language)
    first = _FIRST if has_form else ""
    return f"""<!doctype html>
<html lang="{word(language, "html_lang")}"{theme}{embedded}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">{head}
<title>{escape(heading)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}form.css">
</head>
<body>
<main class="sheet">
<header class="top">{first}<h1>{escape(heading)}</h1>{others}</header>
{lead}
{body}
</main>
</body>
</html>
"""


def summary(problems: dict[str, str], notice: str, language: str, settings: Settings, *, had_files: bool) -> str:
    """What is wrong, above everything, each point leading to its field."""
    if not problems and not notice:
        return ""
    first = notice or word(language, "problems")
    own = {input_name(field): told(field.label, language) for field in settings.fields}
    order = (TOPIC, "text", *own, "name", "email", "files")
    points = "".join(
        f'<li><a href="#{escape(name)}">{escape(own.get(name) or word(language, name))}</a><br>{_lines(text)}</li>'
        for name in order
        if (text := problems.get(name))
    )
    again = f"<p>{escape(word(language, 'files_again'))}</p>" if had_files else ""
    listed = f"<ul>{points}</ul>" if points else ""
    return f'<div class="summary" role="alert" tabindex="-1" id="summary"><p>{escape(first)}</p>{listed}{again}</div>'


def hidden(token: str, language: str) -> str:
    """What a page proves itself by, and the input that people do not see."""
    return (
        f'<input type="hidden" name="token" value="{escape(token)}">'
        f'<div class="unseen" aria-hidden="true"><label for="{HONEYPOT}">{escape(word(language, "honeypot"))}</label>'
        f'<input id="{HONEYPOT}" name="{HONEYPOT}" type="text" tabindex="-1" autocomplete="off"></div>'
    )


def warning(language: str) -> str:
    """What nobody should ever write."""
    return f'<p class="warning">{_SHIELD}<span>{escape(word(language, "warning"))}</span></p>'


def area(
    name: str,
    values: dict[str, str],
    problems: dict[str, str],
    language: str,
    *,
    hint: str = "",
    label: str = "",
    rows: int = 4,
    required: bool | None = False,
) -> str:
    """A field of several lines; `required` None: it is one of several ways to answer."""
    # HTML drops one line end right after the tag: ours, not the customer's.
    control = (
        f'<textarea id="{name}" name="{name}" rows="{rows}"{" required" if required else ""}'
        f"{_described(name, hint, problems)}>\n{escape(values.get(name, ''))}</textarea>"
    )
    return _row(name, label or word(language, name), control, hint, problems, language, required=required)


def line(
    name: str,
    values: dict[str, str],
    problems: dict[str, str],
    language: str,
    *,
    hint: str = "",
    label: str = "",
    required: bool = False,
    kind: str = "text",
    autocomplete: str = "off",
    more: str = "",
) -> str:
    """A field of one line."""
    control = (
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}"'
        f' value="{escape(values.get(name, ""))}"{" required" if required else ""}{more}'
        f"{_described(name, hint, problems)}>"
    )
    return _row(name, label or word(language, name), control, hint, problems, language, required=required)


def email_line(
    values: dict[str, str], problems: dict[str, str], language: str, settings: Settings, *, mails: bool, label: str = ""
) -> str:
    """The mail address, where it is asked for."""
    if settings.email == "none":
        return ""
    hint = "" if label else word(language, "email_hint_mail" if mails else "email_hint_page")
    return line(
        "email",
        values,
        problems,
        language,
        hint=hint,
        label=label,
        kind="email",
        autocomplete="email",
        required=settings.email == "required" and not label,
    )


def files_line(problems: dict[str, str], language: str, settings: Settings) -> str:
    """The files, where they are taken."""
    files = settings.files
    if not files.most:
        return ""
    hint = word(language, "files_hint", most=files.most, megabytes=files.megabytes, kinds=files.labels)
    control = (
        f'<input id="files" name="files" type="file" accept="{",".join(files.suffixes)}"'
        f"{' multiple' if files.most > 1 else ''}{_described('files', hint, problems)}>"
    )
    return _row("files", word(language, "files"), control, hint, problems, language)


def alarm(look: Look, settings: Settings) -> str:
    """The button for whoever is being robbed. It stands in the form, so that what was typed goes with it."""
    if not settings.alarm:
        return ""
    language, query = look.language, look.query(alarm="1")
    return (
        f'<div class="alarm">{_BELL}<p id="alarm-hint">{escape(word(language, "alarm_hint"))}</p>'
        f'<button class="emergency" type="submit" formaction="{escape(query)}" formnovalidate'
        f' aria-describedby="alarm-hint">{escape(word(language, "alarm"))}</button></div>'
    )


def _topics(view: FormView, settings: Settings) -> str:
    if not settings.topics:
        return ""
    language = view.look.language
    return _select(TOPIC, word(language, TOPIC), settings.topics, view, required=True)


def _question(field: Field, view: FormView) -> str:
    language, name = view.look.language, input_name(field)
    label, hint = told(field.label, language), told(field.hint, language) if field.hint else ""
    if field.kind == "choice":
        return _select(name, label, field.choices, view, required=field.required, hint=hint)
    if field.kind in _LONG:
        return area(name, view.values, view.problems, language, hint=hint, label=label, rows=3, required=field.required)
    more = f' inputmode="{_INPUT_MODES[field.kind]}"' if field.kind in _INPUT_MODES else ""
    if field.kind in _MACHINE_MADE:
        more = ' autocapitalize="none" autocorrect="off" spellcheck="false"'
    return line(name, view.values, view.problems, language, hint=hint, label=label, required=field.required, more=more)


def _select(name: str, label: str, choices: Sequence[Choice], view: FormView, *, required: bool, hint: str = "") -> str:
    language, chosen = view.look.language, view.values.get(name, "")
    options = "".join(
        f'<option value="{escape(one.id)}"{" selected" if one.id == chosen else ""}>'
        f"{escape(told(one.name, language))}</option>"
        for one in choices
    )
    control = (
        f'<select id="{name}" name="{name}"{" required" if required else ""}{_described(name, hint, view.problems)}>'
        f'<option value="">{escape(word(language, "choose"))}</option>{options}</select>'
    )
    return _row(name, label, control, hint, view.problems, language, required=required)


def _row(
    name: str,
    label: str,
    control: str,
    hint: str,
    problems: dict[str, str],
    language: str,
    *,
    required: bool | None = False,
) -> str:
    mark = "" if required is not False else f' <span class="optional">{escape(word(language, "optional"))}</span>'
    told_hint = f'<p class="hint" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    problem = problems.get(name)
    wrong = f'<p class="problem" id="{name}-problem">{_lines(problem)}</p>' if problem else ""
    return (
        f'<div class="field{" wrong" if problem else ""}"><label for="{name}">{escape(label)}{mark}</label>'
        f"{told_hint}{wrong}{control}</div>\n"
    )


def _described(name: str, hint: str, problems: dict[str, str]) -> str:
    wrong = name in problems
    ids = [f"{name}-problem"] * wrong + [f"{name}-hint"] * bool(hint)
    described = f' aria-describedby="{" ".join(ids)}"' if ids else ""
    return described + (' aria-invalid="true"' if wrong else "")


def _lines(text: str) -> str:
    return "<br>".join(escape(one) for one in text.split("\n"))


def _title(settings: Settings, language: str) -> str:
    return told(settings.title, language) if settings.title else word(language, "title")


def _switch(look: Look, other: str, *, sends: bool) -> str:
    """The way to the same page in another language; where there is a form, what it holds comes along."""
    there = msgspec.structs.replace(look, language=other)
    tag, shown = word(other, "html_lang"), word(other, "own_name")
    if sends:
        query = escape(there.query(switch="1"))
        return (
            f'<button class="quiet" type="submit" form="form" formaction="{query}" formnovalidate lang="{tag}">'
            f"{shown}</button>"
        )
    return f'<a class="quiet" href="{escape(there.query())}" hreflang="{tag}" lang="{tag}">{shown}</a>'
