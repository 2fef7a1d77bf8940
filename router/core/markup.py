"""The text of a page as a reader sees it, from what a parser wrote: blocks are lines, quotes `> ` lines.

Called by html.py, which keeps away what is too deep or too large. Pure; one pass over the tags, without recursion.
"""

import html as entities
import re
from typing import Final
from urllib.parse import urlsplit

from rules.expression import expression

_QUOTE_DEPTH_MAX: Final = 20

_SKIPPED: Final = frozenset({
    "head", "script", "style", "title", "template", "noscript", "object", "embed", "iframe", "svg", "math",
    "select", "textarea", "option", "audio", "video", "applet", "canvas", "map",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_PARAGRAPHS: Final = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "table", "ul", "ol",
})  # fmt: skip
VOID: Final = frozenset({
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link",
    "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_HIDDEN_STYLE: Final = expression(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|font-size\s{0,9}:\s{0,9}0(?:\.0*)?(?:px|pt|em|%)?\s{0,9}(?:;|!|$)"
    r"|mso-hide\s{0,9}:\s{0,9}all|max-height\s{0,9}:\s{0,9}0(?:px)?\s{0,9}(?:;|!|$)|opacity\s{0,9}:\s{0,9}0(?:\.0*)?\s{0,9}(?:;|!|$)",
    re.IGNORECASE,
)
HIDING: Final = ("display", "visibility", "font-size", "mso-hide", "max-height", "opacity", "hidden")
_SIGNATURE: Final = expression(r'\b(?:id|class|name)="[^"]{0,200}signature(?!_prefix)', re.IGNORECASE)
"""How programs name the element of a signature: gmail_signature, moz-signature, Signature, AppleMailSignature ..."""
_FILE_NAME: Final = expression(r"[^\s<>]{1,80}\.(?:png|jpe?g|gif|bmp|webp|heic|svg|tiff?)", re.IGNORECASE)
"""Of a picture, it says no words (Outlook): it is written as Gmail writes it, as the place of the picture."""
_BLANKS: Final = expression(r"\n{3,}")
_INVISIBLE: Final = expression("[\u200b\u200c\u2060\ufeff\u00ad\u034f]")
# What a parser writes is regular: every element but the void ones is closed, every value stands in double quotes, and
# no "<" or ">" is in a text or a value. Only a comment, and the text of these elements, stands there as it came.
PIECES: Final = expression(r"<([^>]*)>")
_RAW_SCRIPT: Final = r"""<script(?=[ >])[^>]*>
    (?:[^<]++|<(?!!--|/script[\s/>])
    |<!(?=--)(?:[^<-]++|-(?!->)|<(?!/?script[\s/>])
        |<script[\s/>](?:[^<-]++|-(?!->)|<(?!/script[\s/>]))*+(?:</script)?)*+(?:-->)?
    )*+(?:</script>|\Z)"""
"""Within a comment, a script may hold another whole script (HTML standard, 13.2.5.15 to 31), and may never end."""
_RAW: Final = expression(
    rf"""<!--.*?-->|{_RAW_SCRIPT}|<(style|iframe)(?=[ >])[^>]*>.*?</\1>
    |<(?P<shown>xmp|noembed|noframes)(?=[ >])[^>]*>(?P<text>.*?)</(?P=shown)>|(?P<tag><[^>]*>)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_RAW_BEGINS: Final = expression("<(?:!--|script|style|iframe|xmp|noembed|noframes)")
_ATTRIBUTE: Final = expression(r' (=?[^ =]*)="([^"]*)"')
_BLANK: Final = " \t\r\n\f"
_SPACE: Final = expression(f"[{_BLANK}]+")
_BREAKS: Final = {f"{end}{name}": name in _PARAGRAPHS for name in _BLOCKS for end in ("", "/")}
"""The tags that end a line, and whether an empty line belongs there."""
_NUMBER: Final = expression(r"[0-9]{1,6}")
_NESTED: Final = frozenset({"blockquote", "/blockquote", "pre", "/pre", "ol", "/ol", "ul", "/ul", "li"})
_PLAIN_PARAGRAPHS: Final = frozenset(tag for tag, paragraph in _BREAKS.items() if paragraph) - _NESTED


def text_of(written: str) -> str:
    """What a reader sees of the page that `written` is, an element with all it holds, as a parser writes it."""
    return _Writer().write(_cut(written))


def _cut(written: str) -> list[str]:
    """What a parser wrote, cut: a text, the inside of a tag, a text and so on. Texts are still escaped."""
    if _RAW_BEGINS.search(written):
        written = _RAW.sub(_spoken, written)
    return PIECES.split(written)


def _spoken(found: re.Match[str]) -> str:
    """A tag as it is; of what stood raw in the markup, the text that a reader sees."""
    return found["tag"] or entities.escape(found["text"] or "")


class _Writer:
    """Goes over the pieces of clean markup, a text, a tag, a text and so on, and writes what they say."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._mark = self._bare_mark = ""
        self._pre = 0
        self._items: list[int | None] = []
        """Of each open list the number of its next item; None where it has none."""
        self._ended = 0
        """How many lines were ended."""
        self._links: list[tuple[str, int, int]] = []
        """Of each open link its address, its line, and where in that line its words begin."""
        self._unseen = ""
        """The element that is not shown, and how many of its name are open."""
        self._depth = 0

    def write(self, pieces: list[str]) -> str:
        line = self._line
        if pieces[0]:
            line.append(pieces[0])
        for tag, text in zip(pieces[1::2], pieces[2::2], strict=True):
            if self._unseen:
                self._skip(tag)
            elif tag in _PLAIN_PARAGRAPHS:
                self._break(paragraph=True)
            else:
                self._tag(tag)
            if self._unseen:
                continue
            if self._pre:
                self._preformatted(text)
            elif text and (line or text.strip(_BLANK)):
                line.append(text)
        return self._finished()

    def _skip(self, tag: str) -> None:
        if tag.partition(" ")[0] == self._unseen:
            self._depth += 1
        elif tag == f"/{self._unseen}":
            self._depth -= 1
            if self._depth == 0:
                self._unseen = ""

    def _finished(self) -> str:
        self._break()
        while self._lines and not self._lines[-1].strip("> "):
            self._lines.pop()
        text = "\n".join(self._lines)
        if not text.isascii():
            text = _INVISIBLE.sub("", text)
        return (_BLANKS.sub("\n\n", text) if "\n\n\n" in text else text).strip()

    def _tag(self, tag: str) -> None:
        name = tag
        if " " in tag:
            name = tag.partition(" ")[0]
            if _is_hidden(tag):
                self._hide(name)
                return
            if "ignature" in tag and _SIGNATURE.search(tag):
                self._sign()
        paragraph = _BREAKS.get(name)
        if paragraph is None:
            self._inline(name, tag)
            return
        if self._line or paragraph:
            self._break(paragraph=paragraph)
        if name in _NESTED:
            self._nest(name, tag)

    def _sign(self) -> None:
        """The delimiter of a signature (RFC 3676, section 4.3), where the page names its element."""
        self._break()
        said = [line for line in self._lines[-2:] if line.strip("> ")]
        if said and said[-1].strip("> ") != "--":
            self._lines.append(f"{self._mark}-- ")

    def _hide(self, name: str) -> None:
        if name not in VOID:
            self._unseen, self._depth = name, 1

    def _nest(self, name: str, tag: str) -> None:
        if name == "li":
            number = self._items[-1] if self._items else None
            self._line.append("- " if number is None else f"{number}. ")
            if number is not None:
                self._items[-1] = number + 1
        elif name in {"ol", "ul"}:
            start = _attributes(tag).get("start", "")
            self._items.append((int(start) if _NUMBER.fullmatch(start) else 1) if name == "ol" else None)
        elif name in {"/ol", "/ul"}:
            del self._items[-1:]
        elif name == "pre":
            self._pre += 1
        elif name == "/pre":
            self._pre -= 1
        else:
            self._quotes += 1 if name == "blockquote" else -1
            self._mark = "> " * min(self._quotes, _QUOTE_DEPTH_MAX)
            self._bare_mark = self._mark.rstrip()

    def _inline(self, name: str, tag: str) -> None:
        if name == "br":
            self._end_line()
        elif name == "a":
            self._links.append((_attributes(tag).get("href", ""), self._ended, len(self._line)))
        elif name == "/a":
            self._link()
        elif name in {"td", "th"}:
            self._line.append(" ")
        elif name == "img":
            said = _attributes(tag).get("alt", "")
            self._line.append(f"[image: {said}]" if _FILE_NAME.fullmatch(said) else said)
        elif name in _SKIPPED:
            self._hide(name)

    def _preformatted(self, text: str) -> None:
        first, *rest = text.split("\n")
        self._line.append(first)
        for line in rest:
            self._end_line()
            self._line.append(line)

    def _link(self) -> None:
        """Add the host of a link whose text does not show it: what a phishing mail hides."""
        href, begun, first = self._links.pop() if self._links else ("", 0, 0)
        if not href.startswith(("http://", "https://")):
            return
        try:
            host = urlsplit(href).hostname or ""
        except ValueError:
            return
        shown = entities.unescape("".join(self._line[first if begun == self._ended else 0 :]))
        if host and shown.strip() and host.removeprefix("www.") not in shown.lower():
            self._line.append(f" ({host})")

    def _break(self, *, paragraph: bool = False) -> None:
        """End the line when something stands in it; an empty line round a paragraph."""
        if self._line:
            self._end_line(forced=False)
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._bare_mark)

    def _end_line(self, *, forced: bool = True) -> None:
        line = "".join(self._line)
        self._line.clear()
        self._ended += 1
        if not self._pre:
            line = (_SPACE.sub(" ", line) if "  " in line or not line.isprintable() else line).strip(" ")
        elif not forced:
            line = line.rstrip(" ")
        if line:
            self._lines.append(self._mark + (entities.unescape(line) if "&" in line else line))
        elif forced:
            self._lines.append(self._bare_mark)


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a clean tag, still escaped."""
    return dict(_ATTRIBUTE.findall(tag))


def _is_hidden(tag: str) -> bool:
    if not any(word in tag for word in HIDING):
        return False
    attributes = _attributes(tag)
    style = entities.unescape(attributes.get("style", ""))
    return "hidden" in attributes or _HIDDEN_STYLE.search(style[:2_000]) is not None
