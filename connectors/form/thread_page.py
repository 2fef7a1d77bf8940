"""The page of one conversation: that it has arrived, what happens next, what was said, and how to go on. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

import msgspec

from connectors.form.render import Look, alarm, area, email_line, files_line, hidden, page, summary, warning
from connectors.form.settings import Settings
from connectors.form.words import CHIPS, WORDS, word
from router.model.buttons import degraded
from router.model.filetypes import SHOWN
from router.model.threads import ThreadFile, ThreadMessage, ThreadTicket

WAITS_MAX: Final = 5
"""So often the page loads itself again while its number is on its way."""
_WAIT_S: Final = 3
_SPECIAL: Final = re.compile(r"\[([A-Z_]{2,20})\]|\bT-\d+\b")
_HEADINGS: Final = {"new": "received", "alarm": "received_alarm", "added": "added"}


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as its customer sees it."""

    look: Look
    token: str
    messages: Sequence[ThreadMessage]
    ticket: ThreadTicket | None
    expires_at_ms: int
    news: str = ""
    """new, alarm or added: what was done just before."""
    is_held: bool = False
    """Something of it waits until a person has looked at it. Why is no matter of its writer's."""
    waited: int = 0
    """How often the page has loaded itself again."""
    asks_email: bool = False
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    notice: str = ""
    had_files: bool = False
    mails: bool = False

    @property
    def reloads(self) -> bool:
        """Whether it looks again by itself: a few times while the ticket has no number. A person takes longer."""
        is_settled = self.is_held or self.ticket is not None or self.waited >= WAITS_MAX
        return not (is_settled or self.values or self.problems or self.notice)


def thread_page(view: ThreadView, settings: Settings) -> str:
    """The page behind a link."""
    look, language = view.look, view.look.language
    is_answered = any(message.author == "agent" for message in view.messages)
    news = "" if is_answered and view.news != "added" else view.news
    # Nobody is called by an alarm that is held: its page must not say so.
    heading = word(language, _HEADINGS.get("new" if view.is_held and view.ticket is None and news else news, "yours"))
    receipts = [message for message in view.messages if message.author == "system"]
    newest = receipts[-1] if receipts and news in {"new", "alarm"} and not view.is_held else None
    shown = [message for message in view.messages if message is not newest]
    body = f"""
{summary(view.problems, view.notice, language, settings, had_files=view.had_files)}
{_state(view)}
{_next(_what_next(view, newest), language)}
<section aria-labelledby="said"><h2 id="said">{escape(word(language, "conversation"))}</h2>
<ol class="messages">{"".join(_message(message, language) for message in shown)}</ol>
<p class="again"><a href="{escape(look.query())}">{escape(word(language, "reload"))}</a></p></section>
{_continuation(view, settings)}
<p class="keep">{escape(word(language, "keep", date=_date(view.expires_at_ms)))}</p>"""
    return page(look, settings, body, heading=heading, root="../", head=_refresh(view), has_form=True)


def _refresh(view: ThreadView) -> str:
    if not view.reloads:
        return ""
    query = view.look.query(news=view.news, wait=str(view.waited + 1))
    return f'\n<meta http-equiv="refresh" content="{_WAIT_S};url={escape(query)}">'


def _state(view: ThreadView) -> str:
    language, ticket = view.look.language, view.ticket
    if ticket is None:
        told = "number_later" if view.is_held else "number_soon"
        return f'<p class="state" role="status">{escape(word(language, told))}</p>'
    state = f"state.{ticket.state}"
    told = word(language, state) if state in WORDS[language] else ticket.state
    return (
        f'<dl class="state"><div><dt>{escape(word(language, "number"))}</dt><dd class="number">{escape(ticket.number)}'
        f"</dd></div><div><dt>{escape(word(language, 'state'))}</dt>"
        f'<dd><span class="badge {escape(ticket.state)}">{escape(told)}</span></dd></div></dl>'
    )


def _what_next(view: ThreadView, newest: ThreadMessage | None) -> str:
    if view.is_held:
        return word(view.look.language, "held" if view.ticket is None else "held_more")
    return _said(newest) if newest is not None else ""


def _next(text: str, language: str) -> str:
    if not text:
        return ""
    return (
        f'<section class="next" aria-labelledby="next"><h2 id="next">{escape(word(language, "next"))}</h2>'
        f'<p class="text">{_text(text, language)}</p></section>'
    )


def _said(message: ThreadMessage) -> str:
    """The page works without scripts: buttons are lines."""
    return degraded(message.text, message.buttons, None)[0]


def _message(message: ThreadMessage, language: str) -> str:
    author = {"customer": word(language, "you"), "system": word(language, "receipt")}.get(
        message.author, message.author_name or word(language, "team")
    )
    text = escape(word(language, "deleted")) if message.deleted else _text(_said(message), language)
    moment = datetime.fromtimestamp(message.at_ms / 1000, tz=UTC)
    return (
        f'<li class="message {message.author}{" deleted" if message.deleted else ""}"><p class="author">'
        f'<b>{escape(author)}</b> <time datetime="{moment.isoformat(timespec="seconds")}">{moment:%Y-%m-%d %H:%M} UTC'
        f'</time></p><p class="text">{text}</p>{"" if message.deleted else _files(message, language)}</li>'
    )


def _files(message: ThreadMessage, language: str) -> str:
    """What was sent with it: pictures as such, everything else by name."""
    return "".join(_file(file, language) for file in message.files)


def _file(file: ThreadFile, language: str) -> str:
    place, name = escape(f"../{file.path}"), escape(file.name)
    if file.content_type in SHOWN:
        alt = escape(word(language, "picture", name=file.name))
        return f'<p class="file"><a href="{place}"><img src="{place}" alt="{alt}" loading="lazy"></a></p>'
    return f'<p class="file"><a href="{place}?download" download="{name}">{name}</a></p>'


def _continuation(view: ThreadView, settings: Settings) -> str:
    look, language = view.look, view.look.language
    return f"""<form id="form" method="post" action="{escape(look.query())}" enctype="multipart/form-data">
{hidden(view.token, language)}
{alarm(look, settings)}
{"" if view.reloads else _fields(view, settings)}
</form>"""


def _fields(view: ThreadView, settings: Settings) -> str:
    """What can be filled in. A page that loads itself again has none: what was typed would be lost."""
    language, email = view.look.language, ""
    if view.asks_email:
        label = word(language, "add_email")
        email = email_line(view.values, view.problems, language, settings, mails=view.mails, label=label)
    label, hint = word(language, "add"), word(language, "add_hint")
    text = area("text", view.values, view.problems, language, label=label, hint=hint, required=None)
    return f"""{warning(language)}
{text}{email}{files_line(view.problems, language, settings)}
<p class="actions"><button class="primary" type="submit">{escape(word(language, "send"))}</button></p>"""


def _text(text: str, language: str) -> str:
    """A text with what the house has masked as a chip, and ticket numbers stressed."""
    pieces, at = [], 0
    for found in _SPECIAL.finditer(text):
        chip = CHIPS.get(found[1] or "", {}).get(language)
        if found[1] and chip is None:
            continue
        shown = f'<span class="chip">{escape(chip)}</span>' if chip else f"<strong>{escape(found[0])}</strong>"
        pieces += [escape(text[at : found.start()]), shown]
        at = found.end()
    return "".join((*pieces, escape(text[at:])))


def _date(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=UTC):%Y-%m-%d}"
