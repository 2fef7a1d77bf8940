"""HTML of strangers: the text it says (for rules, search and redaction), and a copy that is safe to show.

Called by the intake for every event with `html`. Pure, bounded; a document that would cost a parser quadratic time
(measured: depth, attributes of one tag, entities of one text), or that turns into plain text on its way, is read as a
flat run of tags. What is hidden from a reader is hidden from the text too.
"""

import html as entities
import re
from typing import Final

import nh3
from selectolax.lexbor import LexborHTMLParser

from router.core.markup import HIDING, PIECES, VOID, text_of
from rules.expression import expression

HTML_CHARS_MAX: Final = 2_000_000
DEPTH_MAX: Final = 256
"""Elements inside each other; real newsletters stay below 60. Parsers take quadratic time far above this."""
_NODES_MAX: Final = 200_000

_SURROGATE: Final = expression("[\ud800-\udfff]")
_BLANKS: Final = expression(r"\n{3,}")
# A token of markup as browsers cut it (HTML standard, 13.2.5): a comment, or a tag with its quoted values. It always
# matches where it begins, so that the walk is linear.
_TOKEN: Final = expression(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+|</(?P<close>[A-Za-z][^\s/>]*+)[^>]*+|<(?P<open>[A-Za-z][^\s/>]*+)
    (?P<attributes>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+|(?=>)))?+)*+)""",
    re.VERBOSE | re.DOTALL,
)
_RAW_TEXT: Final = {
    name: expression(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_OPTIONAL_END: Final = frozenset({
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot", "colgroup",
})  # fmt: skip
"""Closed by what follows them; they nest only through elements that are counted."""
_PLAIN_REST: Final = expression("<plaintext", re.IGNORECASE)
"""Nothing after it is markup, says the standard; what it stands in goes on all the same."""
_ATTRIBUTES_MAX: Final = 1_000
_ENTITIES_MAX: Final = 20_000
_ANY_TAG: Final = expression(r"<[^<>]{0,20000}>")
_BREAKING_TAG: Final = expression(r"</?(?:p|div|br|tr|li|h[1-6]|table|blockquote)\b[^<>]{0,20000}>", re.IGNORECASE)


def derive_text(html: str) -> str:
    """What a reader sees of `html`, as plain text: blocks are lines, quotes `> ` lines, links show a foreign host."""
    html = _readable(html)
    if _is_hostile(html):
        return _flat_text(html)
    root = LexborHTMLParser(html).body
    return text_of(root.html or "") if root is not None else ""


def sanitise(html: str) -> str:
    """A copy of `html` without scripts, forms and anything else that acts; remote images wait in `data-src`."""
    html = _readable(html)
    if _is_hostile(html):
        return f"<pre>{entities.escape(_flat_text(html), quote=False)}</pre>"
    return _CLEANER.clean(html).replace(f' src="{_PARKED}', ' data-src="')


def unsaid(html: str, safe: str, said: str, *, derived: bool) -> list[str]:
    """What `html` and its safe copy say beside `said`, its plain twin or the text derived from it: nothing, mostly."""
    pieces = PIECES.split(safe)
    tags = [f"<{tag}>" for tag in pieces[1::2] if "=" in tag.replace('=""', "")]
    text = entities.unescape(" ".join(pieces[::2]))
    shown, known = text.split(), said.split()
    if shown == known and not tags and not any(word in html for word in HIDING):
        return []
    words = said if derived else derive_text(html)
    beside = [] if words.split() == known else [words]
    if shown != words.split():
        beside.append(text)  # what is hidden stands in it, without the tags that would touch its words
    beside.append("\n".join(tags))
    return [one for one in beside if one]


def _readable(html: str) -> str:
    """As much of it as is read, in characters that UTF-8 can carry."""
    html = html[:HTML_CHARS_MAX]
    return html if html.isascii() or not _SURROGATE.search(html) else _SURROGATE.sub("\ufffd", html)


def _is_hostile(html: str) -> bool:
    """Whether a parser would take quadratic time: too deep, too many elements, attributes or entities. One pass."""
    if html.count("&") > _ENTITIES_MAX or _PLAIN_REST.search(html):
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
            elif name not in VOID and name not in _OPTIONAL_END:
                opened[name] = opened.get(name, 0) + 1
                depth += 1
                if depth > DEPTH_MAX:
                    return True
    return False


def _flat_text(html: str) -> str:
    text = _ANY_TAG.sub("", _BREAKING_TAG.sub("\n", html))
    return _BLANKS.sub("\n\n", entities.unescape(text)).strip()


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
