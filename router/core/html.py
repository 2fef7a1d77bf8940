"""HTML of strangers: the text it says (for rules, search and redaction), and a copy that is safe to show.

Called by the intake for every event with `html`. Pure, bounded; a document that would cost a parser quadratic time
(measured: depth, attributes of one tag, entities of one text) is read as a flat run of tags. What is hidden from a
reader is hidden from the text too.
"""

import html as markup
import re
from typing import Final
from urllib.parse import urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

HTML_CHARS_MAX: Final = 2_000_000
DEPTH_MAX: Final = 256
"""Elements inside each other; real newsletters stay below 60. Parsers take quadratic time far above this."""
_NODES_MAX: Final = 200_000
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
_VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})  # fmt: skip
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_HIDDEN_STYLE: Final = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|font-size\s{0,9}:\s{0,9}0(?:\.0*)?(?:px|pt|em|%)?\s{0,9}(?:;|!|$)"
    r"|mso-hide\s{0,9}:\s{0,9}all|max-height\s{0,9}:\s{0,9}0(?:px)?\s{0,9}(?:;|!|$)|opacity\s{0,9}:\s{0,9}0(?:\.0*)?\s{0,9}(?:;|!|$)",
    re.IGNORECASE,
)
_HIDING: Final = ("display", "visibility", "font-size", "mso-hide", "max-height", "opacity", "hidden")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\n{3,}")
_INVISIBLE: Final = re.compile("[\u200b\u200c\u2060\ufeff\u00ad\u034f]")
# A token of markup as browsers cut it (HTML standard, 13.2.5): a comment, or a tag with its quoted values. It always
# matches where it begins, so that the walk is linear.
_TOKEN: Final = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+|</(?P<close>[A-Za-z][^\s/>]*+)[^>]*+|<(?P<open>[A-Za-z][^\s/>]*+)
    (?P<attributes>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+|(?=>)))?+)*+)""",
    re.VERBOSE | re.DOTALL,
)
_RAW_TEXT: Final = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_OPTIONAL_END: Final = frozenset({
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot", "colgroup",
})  # fmt: skip
"""Closed by what follows them; they nest only through elements that are counted."""
_ATTRIBUTES_MAX: Final = 1_000
_ENTITIES_MAX: Final = 20_000
_ANY_TAG: Final = re.compile(r"<[^<>]{0,20000}>")
_BREAKING_TAG: Final = re.compile(r"</?(?:p|div|br|tr|li|h[1-6]|table|blockquote)\b[^<>]{0,20000}>", re.IGNORECASE)


def derive_text(html: str) -> str:
    """What a reader sees of `html`, as plain text: blocks are lines, quotes `> ` lines, links show a foreign host."""
    html = _readable(html)
    if _is_hostile(html):
        return _flat_text(html)
    root = LexborHTMLParser(html).body
    return _Writer(styled=any(word in html for word in _HIDING)).write(root) if root is not None else ""


def sanitise(html: str) -> str:
    """A copy of `html` without scripts, forms and anything else that acts; remote images wait in `data-src`."""
    html = _readable(html)
    if _is_hostile(html):
        return f"<pre>{markup.escape(_flat_text(html), quote=False)}</pre>"
    return _CLEANER.clean(html).replace(f' src="{_PARKED}', ' data-src="')


def _readable(html: str) -> str:
    """As much of it as is read, in characters that UTF-8 can carry."""
    html = html[:HTML_CHARS_MAX]
    return html if html.isascii() or not _SURROGATE.search(html) else _SURROGATE.sub("\ufffd", html)


def _is_hostile(html: str) -> bool:
    """Whether a parser would take quadratic time: too deep, too many elements, attributes or entities. One pass."""
    if html.count("&") > _ENTITIES_MAX:
        return True
    if html.count("<") < DEPTH_MAX and len(html) < _ATTRIBUTES_MAX * 20:
        return False
    opened: dict[str, int] = {}
    depth = nodes = position = 0
    while (token := _TOKEN.search(html, position)) is not None:
        position = token.end()
        nodes += 1
        name = (token["close"] or token["open"] or "").lower()
        if token["close"] and opened.get(name):
            opened[name] -= 1
            depth -= 1
        elif token["open"]:
            attributes = token["attributes"]
            if nodes > _NODES_MAX or (len(attributes) > _ATTRIBUTES_MAX and len(attributes.split()) > _ATTRIBUTES_MAX):
                return True
            if name in _RAW_TEXT:
                end = _RAW_TEXT[name].search(html, position)
                position = end.start() if end is not None else len(html)
            elif name not in _VOID and name not in _OPTIONAL_END:
                opened[name] = opened.get(name, 0) + 1
                depth += 1
                if depth > DEPTH_MAX:
                    return True
    return False


def _flat_text(html: str) -> str:
    text = _ANY_TAG.sub("", _BREAKING_TAG.sub("\n", html))
    return _BLANKS.sub("\n\n", markup.unescape(text)).strip()


# --- text ----------------------------------------------------------------------------------------------------------


class _Writer:
    """Walks a tree without recursion and writes its text."""

    def __init__(self, *, styled: bool) -> None:
        self._styled = styled
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._pre = 0
        self._gap = False
        """The line so far ends in a blank, or nothing stands in it yet."""
        self._links: list[tuple[str, int]] = []

    def write(self, root: LexborNode) -> str:
        node, depth = root, 0
        while True:
            if self._enter(node):
                child = node.first_child
                if child is not None:
                    node, depth = child, depth + 1
                    continue
                self._leave(node)
            following = node.next if depth else None
            while following is None and depth:
                parent = node.parent
                assert parent is not None
                node, depth = parent, depth - 1
                self._leave(node)
                following = node.next if depth else None
            if following is None:
                return self._finished()
            node = following

    def _finished(self) -> str:
        self._break()
        while self._lines and not self._lines[-1].strip("> "):
            self._lines.pop()
        return _INVISIBLE.sub("", _BLANKS.sub("\n\n", "\n".join(self._lines))).strip()

    def _enter(self, node: LexborNode) -> bool:
        """Write what stands before the children; whether to go into them."""
        tag = node.tag or ""
        if tag == "-text":
            self._text(node.text_content or "")
            return False
        if tag in _SKIPPED or tag.startswith("-") or (self._styled and _is_hidden(node)):
            return False
        if tag in _BLOCKS:
            self._open_block(tag)
        elif tag == "br":
            self._break(forced=True)
        elif tag == "a":
            self._links.append((node.attributes.get("href") or "", len(self._line)))
        elif tag in {"td", "th"}:
            self._text(" ")
        elif tag == "img":
            self._text(node.attributes.get("alt") or "")
        return True

    def _open_block(self, tag: str) -> None:
        self._break(paragraph=tag in _PARAGRAPHS)
        if tag == "blockquote" and self._quotes < _QUOTE_DEPTH_MAX:
            self._quotes += 1
        elif tag == "li":
            self._text("- ")
        elif tag == "pre":
            self._pre += 1

    def _leave(self, node: LexborNode) -> None:
        """Write what stands after the children."""
        tag = node.tag or ""
        if tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag == "pre":
            self._pre -= 1
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
            if tag == "blockquote" and self._quotes:
                self._quotes -= 1

    def _text(self, text: str) -> None:
        if self._pre:
            first, *rest = text.split("\n")
            self._line.append(first)
            for line in rest:
                self._break(forced=True)
                self._line.append(line)
            return
        text = _SPACE.sub(" ", text)
        if text.startswith(" ") and (self._gap or not self._line):
            text = text[1:]
        if text:
            self._line.append(text)
            self._gap = text.endswith(" ")

    def _link(self, href: str, first: int) -> None:
        """Add the host of a link whose text does not show it: what a phishing mail hides."""
        if not href.startswith(("http://", "https://")):
            return
        try:
            host = urlsplit(href).hostname or ""
        except ValueError:
            return
        shown = "".join(self._line[first:])
        if host and shown.strip() and host.removeprefix("www.") not in shown.lower():
            self._line.append(f" ({host})")
            self._gap = False

    def _break(self, *, forced: bool = False, paragraph: bool = False) -> None:
        """End the line: always for <br>, else when something stands in it; an empty line round a paragraph."""
        line = "".join(self._line)
        if not self._pre:
            line = line.rstrip(" ")
        if line or forced:
            mark = "> " * self._quotes
            self._lines.append(f"{mark}{line}" if line else mark.rstrip())
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * self._quotes).rstrip())
        self._line.clear()
        self._gap = False


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN_STYLE.search(style[:2_000]) is not None)


# --- safe copy -----------------------------------------------------------------------------------------------------

_PARKED: Final = "cid:remote-"
"""Stands before a remote image's address until it becomes `data-src`, which the inbox may load on a click."""
_TAGS: Final = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start", "type"},
    "font": {"color"},
}
_STYLES: Final = frozenset({"color", "display", "font-style", "font-weight", "text-align", "text-decoration"})
_CELLS_MAX: Final = 100


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        if value.startswith("cid:") and not value.startswith(_PARKED):
            return value
        return _PARKED + value if value.startswith(("http://", "https://")) else None
    if attribute in {"colspan", "rowspan"}:
        return value if value.isdecimal() and len(value) < 4 and int(value) <= _CELLS_MAX else None
    if attribute == "href" and value.startswith("cid:"):
        return None
    return value


_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math", "object", "iframe"},
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    filter_style_properties=set(_STYLES),
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel="noopener noreferrer",
)
