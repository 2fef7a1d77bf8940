"""The look of the pages on which one plays a customer: plain HTML that works without scripts, in light and dark.

A page is a head, a line that says who one is, and panels. What was said in a panel is an own small document in a frame,
which asks for itself again while the page, with what is being written, stays.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from connectors.simulated.files import Takes
from router.model.buttons import Button

NAME_CHARS_MAX: Final = 60
_EVERY_S: Final = 2
_STYLE: Final = (Path(__file__).parent / "page.css").read_text("utf-8")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; frame-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one provider's page from another's. `accent`: a dark colour, as CSS writes it."""

    title: str
    title_zh: str
    accent: str

    def page(self, about: str, body: str, *, status: int = 200) -> web.Response:
        """A whole page; `about` is a line of HTML on who one writes to."""
        name = f'{escape(self.title)} <span lang="zh-CN">{escape(self.title_zh)}</span>'
        return self._document(f"<body><header><h1>{name}</h1><p>{about}</p></header><main>{body}</main></body>", status)

    def said(self, title: str, lines: str, before: str = "") -> web.Response:
        """What fills a frame: list items, the newest first. It looks for news by itself."""
        listed = f'<ol aria-live="polite" aria-label="The newest first">{lines}</ol>'
        head = f'<h1 class="unseen">{escape(title)}</h1>'
        answer = self._document(f'<body class="inner">{head}{before}{listed}</body>')
        answer.headers["Refresh"] = str(_EVERY_S)
        return answer

    def _document(self, body: str, status: int = 200) -> web.Response:
        text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(self.title)}</title><style>:root{{--accent:{self.accent}}}{_STYLE}</style></head>{body}</html>"""
        return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)


def hidden(**fields: object) -> str:
    """Fields of a form that nobody sees."""
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">' for name, value in fields.items()
    )


EDITED: Final = "<small> edited 已编辑</small>"
"""Below what was corrected."""


def item(text: str, *kinds: str) -> str:
    """One thing that was said; `text` is HTML, `kinds` are its classes."""
    return f'<li class="{" ".join(kinds)}">{text}</li>'


def writing(label: str, button: str, fields: str, chars_max: int, text: str = "", takes: Takes | None = None) -> str:
    """A form to write with, and to send the files that are taken. `text` is what already stands there."""
    how, needed = (' enctype="multipart/form-data"', "") if takes is not None else ("", " required")
    return f"""<form method="post" action="/"{how}>{fields}<label>{escape(label)}
<textarea name="text" rows="3" maxlength="{chars_max}"{needed}>{escape(text)}</textarea></label>
{takes.picker() if takes is not None else ""}<button class="do">{escape(button)}</button></form>"""


def typing(*, is_shown: bool) -> str:
    """Above what was said: that the other side is writing."""
    return '<p class="typing">is typing… 正在输入…</p>' if is_shown else ""


def pressable(buttons: Sequence[Button], fields: str) -> str:
    """What is below a message, in its frame: links, and buttons that say something; one that is pressed is told by its
    label (`press`)."""
    links = "".join(
        f'<a href="{escape(each.url)}" target="_top">{escape(each.label)}</a> ' for each in buttons if each.url
    )
    labels = [escape(each.label) for each in buttons if not each.url]
    if not labels:
        return links
    keys = "".join(f'<button name="press" value="{label}">{label}</button> ' for label in labels)
    return f'<form method="post" action="/" target="_top">{fields}{keys}{links}</form>'


def somebody(number: int, name: str) -> str:
    """Who one is, to be changed."""
    return f"""<form class="who" method="get" action="/">{hidden(id=number)}
<label>Your name 姓名<input name="name" value="{escape(name)}" maxlength="{NAME_CHARS_MAX}" required></label>
<button>Change 改名</button><a href="/?id={number + 1}&amp;name=Kim">another customer 换一个客户</a></form>"""


def named(given: Mapping[str, object], default: int) -> tuple[int, str]:
    """Who a request speaks for: a number of at most 15 digits, and a name."""
    number, name = str(given.get("id", "")), str(given.get("name", ""))
    is_one = number.isascii() and number.isdecimal() and len(number) <= 15 and int(number) > 0
    return (int(number) if is_one else default), (name.strip()[:NAME_CHARS_MAX] or "Kim")


def written(text: str, chars_max: int) -> str:
    """A form's text as people mean it."""
    return text.replace("\r\n", "\n").strip()[:chars_max]


def refuse_strangers(request: web.Request) -> None:
    """Only the page itself may send its forms. Raises HTTPForbidden."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden(text="only this page may write here\n")


def back(request: web.Request, **query: object) -> web.HTTPSeeOther:
    """To the page, as the same customer. To be raised."""
    told = {name: str(value) for name, value in query.items()}
    return web.HTTPSeeOther(str(request.url.with_path("/").with_query(told).relative()))
