"""Where a text links to, however the link is written, and whether that host is one of our own.

What a browser or a chat would make a link of counts: with a scheme and without, in Markdown, in HTML. Hosts are
compared in the form the name system uses (IDNA, RFC 3490), so that letters which only look alike never make one ours.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

import msgspec

from rules.expression import expression
from rules.facts import Span

_CJK: Final = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""What the name system leaves out of a name; what else cannot be seen has no place in one."""
_TURNS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LABEL: Final = rf"[^\W_{_CJK}](?:[^\W{_CJK}]|-){{0,62}}"
_DOT: Final = "[.]"
_WIDE_DOT: Final = "[\u3002\uff61]"
"""The full stop of Chinese, which the name system takes for a dot (RFC 3490, 3.1)."""
_KEPT: Final = frozenset("，。；：！？、（）“”‘’【】《》")
_WIDE_TOPS: Final = "(?i:com|org|net|info|biz|xyz|icu|vip|top|io|cn|cc|co|app)"
"""Endings behind a full stop of Chinese that are hardly the first word of a sentence."""
_GOES_ON: Final = rf"(?:{_WIDE_DOT}{_WIDE_TOPS}(?![^\W{_CJK}]))"
_REST: Final = r"[^\s<>\"'`()\[\]{}，。｡；！？、）】》」]*"
_LINK: Final = expression(
    rf"""(?P<scheme>(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{{1,20}}:[/\\]{{1,4}}|(?<![:/\\\w])[/\\]{{2}}(?={_LABEL}{_DOT}\w))(?P<target>{_REST}(?:{_GOES_ON}{_REST})*)
    | (?P<script>(?<!\w)(?i:javascript|vbscript|data):(?=[^\s]){_REST})
    | (?:\]\(\s*<?|\b(?i:href|src|action|formaction)\s*=\s*["']?\s*)(?P<marked>[^\s"'<>)]+)
    | (?<![@./\\-])(?<![^\W{_CJK}])(?P<bare>(?:[\w.+-]{{1,64}}@)?(?:{_LABEL}{_DOT}){{1,8}}
        (?P<top>[^\W\d_{_CJK}]{{2,24}}|(?i:xn--[a-z0-9-]{{2,59}}))\.?
        (?P<port>:\d{{1,5}})?(?P<path>[/\\?\#]{_REST})?)(?![^\W{_CJK}]|@)
    | (?<![@./\\-])(?<![^\W{_CJK}])(?P<wide>(?:{_LABEL}(?:{_DOT}|{_WIDE_DOT})){{0,7}}{_LABEL}{_GOES_ON}{_REST})
    | (?<![\w.])(?P<number>(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?::\d{{1,5}})?/[A-Za-z]{_REST})""",
    re.VERBOSE,  # letters of either case are asked for where they count: over all of Unicode that takes long to compile
)
_HINT: Final = expression(rf"\w{_DOT}\w|[:/\\][/\\\w]|\]\(|=|\w{_GOES_ON}")
"""What most texts have nothing of, and every link has."""
_NO_LINK: Final = expression(r"(?:mailto|tel|sms|cid):|[#?]|/(?![/\\])", re.IGNORECASE)
_SCHEME: Final = expression(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:[/\\]{0,4}|[/\\]{2,}")
_ONWARD: Final = expression(r"(?:\bhttps?:[/\\]{1,4}|=[/\\]{2,4})([^/\\?#&\s]+)", re.IGNORECASE)
_AUTHORITY: Final = expression(r"[^/\\?#]*")
_HAN_TAIL: Final = expression(rf"(?<=[A-Za-z0-9])[{_CJK}]+$")
"""Chinese goes on without a blank behind a host."""

_TOPS: Final = expression(
    "com|org|net|info|biz|name|pro|edu|gov|mil|int|app|dev|io|co|xyz|top|site|online|shop|store|club|live|"
    "life|world|today|cloud|tech|space|website|page|link|click|help|support|center|network|digital|finance|"
    "exchange|wallet|bank|money|cash|trade|trading|pay|capital|fund|crypto|global|group|agency|media|news|"
    "blog|wiki|host|email|chat|social|team|tools|vip|win|bid|loan|work|icu|cyou|cfd|sbs|buzz|rest|bond|fun|"
    "lol|wtf|asia|onion|example|test|invalid|localhost"
)
"""Endings that make a link of a bare name; with a path behind it, any ending does."""
_COUNTRIES: Final = expression(
    "ac|ad|ae|af|ag|al|ao|aq|ar|au|aw|ax|az|ba|bb|bd|bf|bg|bh|bi|bj|bm|bn|bo|br|bs|bt|bv|bw|bz|ca|cc|cd|cf|cg|"
    "ch|ci|ck|cl|cm|cn|cr|cu|cv|cw|cx|cy|cz|de|dj|dk|dm|dz|ec|ee|er|es|et|eu|fi|fj|fk|fm|fo|fr|ga|gb|gd|ge|gf|"
    "gg|gh|gi|gl|gm|gn|gp|gq|gr|gs|gt|gu|gw|gy|hk|hm|hn|hr|ht|hu|id|ie|il|im|iq|ir|je|jm|jo|jp|ke|kg|kh|ki|km|"
    "kn|kp|kr|kw|ky|kz|la|lb|lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|mg|mh|mk|ml|mm|mn|mo|mp|mq|mr|ms|mt|mu|mv|mw|mx|"
    "mz|na|nc|ne|nf|ng|ni|nl|np|nr|nu|nz|om|pa|pe|pf|pg|ph|pk|pl|pn|pr|pt|pw|qa|re|ro|ru|rw|sa|sb|sc|sd|se|sg|"
    "si|sj|sk|sl|sm|sn|sr|ss|st|su|sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|tm|tn|tr|tt|tv|tw|tz|ua|ug|uk|uy|uz|va|"
    "vc|ve|vg|vi|vn|vu|wf|ws|ye|yt|za|zm|zw|ai|me|gl|ly"
)
_FILES: Final = expression("pl|sh|md|py|rs|ps|cc|so|ai|zip|mov|app|ms|ml|st")
"""Endings that files have too: a bare name with one of them is a link only when it says so otherwise."""


_NAME: Final = expression(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


class Link(msgspec.Struct, frozen=True):
    """A link in a text, in code points."""

    start: int
    end: int
    host: str
    """Where it leads to; empty when that is no name at all."""
    onward: str = ""
    """The host that it names in its query or path for whoever follows it: where a redirect would end."""


class LinkHosts(msgspec.Struct, frozen=True):
    """Hosts that may be linked to: exact names, and names below which all are ours (`*.example.org`)."""

    names: frozenset[str]
    parents: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "LinkHosts":
        """Raises ValueError, naming the one that is no host name."""
        names: set[str] = set()
        parents: set[str] = set()
        for pattern in patterns:
            name = pattern.strip().removeprefix("*.")
            host = _name(name)
            if _NAME.fullmatch(host) is None:
                raise ValueError(pattern)
            if pattern.strip().startswith("*."):
                parents.add(f".{host}")
            else:
                names.add(host)
        return cls(frozenset(names), tuple(sorted(parents)))

    def allow(self, host: str) -> bool:
        """Whether a host, as `links` gives it, is one of them."""
        return host in self.names or any(host.endswith(parent) and host != parent for parent in self.parents)

    def foreign(self, text: str) -> tuple[Span, ...]:
        """Where `text` links to a host that is none of them."""
        return tuple((link.start, link.end) for link in links(text) if not self._is_ours(link))

    def _is_ours(self, link: Link) -> bool:
        return self.allow(link.host) and (not link.onward or self.allow(link.onward))


def links(text: str) -> tuple[Link, ...]:
    """Every link of a text, in order, disjoint. Total and linear."""
    plain, source = _plainly(text)
    if _HINT.search(plain) is None:
        return ()
    found = (link for match in _LINK.finditer(plain) if (link := _link(match)) is not None)
    return tuple(found if source is None else (_as_written(link, text, source) for link in found))


def _plainly(text: str) -> tuple[str, list[int] | None]:
    """The text as the name system would read it, without what cannot be seen and with plain letters and dots for
    decorated ones, and where each character stood; None when that is the same."""
    if text.isascii():
        return text, None
    parts = [char if char.isascii() or char in _KEPT else _plain(char) for char in text]
    if all(len(part) == 1 for part in parts):
        return "".join(parts), None
    return "".join(parts), [at for at, part in enumerate(parts) for _ in part]


def _plain(char: str) -> str:
    if char in _TURNS:
        return " "  # no name goes on behind it
    if unicodedata.category(char) == "Cf":
        return ""
    alike = unicodedata.normalize("NFKC", char)
    return alike if alike == "." or (alike.isascii() and alike.isalnum()) else char


def _as_written(link: Link, text: str, source: list[int]) -> Link:
    start, end = source[link.start], source[link.end - 1] + 1
    turned = any(char not in _UNSEEN and unicodedata.category(char) == "Cf" for char in text[start:end])
    return Link(start, end, "" if turned else link.host, link.onward)


def _link(match: re.Match[str]) -> Link | None:
    kind = match.lastgroup if match.lastgroup in {"target", "script", "marked", "number", "wide"} else "bare"
    start, end = match.span(kind)
    said = match[kind]
    match kind:
        case "target":
            return _placed(match.start("scheme"), end, said)
        case "script":
            return Link(start, end, "")
        case "marked":
            target = html.unescape(said)
            if _NO_LINK.match(target):
                return None
            scheme = _SCHEME.match(target)
            return (
                _placed(start, end, target[scheme.end() :] if scheme else target) if scheme or "." in target else None
            )
        case "bare" if not _is_link(match):
            return None
    return _placed(start, end, said)


def _is_link(match: re.Match[str]) -> bool:
    """Whether a name with dots, and without a scheme, is a link and no file, abbreviation or forgotten blank."""
    if match["path"] or match["port"]:
        return not ("@" in match["bare"] and match["path"] is None)
    if "@" in match["bare"]:
        return False  # an address of mail
    top = match["top"].lower()
    labels = re.split(_DOT, match["bare"].rstrip("."))
    if labels[0].lower() == "www" or top.startswith("xn--"):
        return True
    if _FILES.fullmatch(top) and len(labels) == 2:
        return False
    if match["top"] != match["top"].lower() and match["bare"] != match["bare"].upper() and len(labels) == 2:
        return False  # "arrived.Me too": a sentence begins
    return len(labels[-2]) > 1 and bool(_TOPS.fullmatch(top) or _COUNTRIES.fullmatch(top))


def _placed(start: int, end: int, target: str) -> Link:
    authority = _AUTHORITY.match(target)
    assert authority is not None, "it matches the empty text"
    host = unquote(authority[0]).rpartition("@")[2]
    host = re.sub(r":\d*$", "", host).rstrip(".,;:!?*_~")
    shorter = _HAN_TAIL.sub("", host)
    if authority[0] == target and shorter != host:
        end -= len(host) - len(shorter)
        host = shorter
    trailing = len(target) - len(target.rstrip(".,;:!?*_~"))
    onward = _ONWARD.search(unquote(unquote(target)), authority.end())
    return Link(start, max(start + 1, end - trailing), _name(host), _host_of(onward[1]) if onward else "")


def _host_of(authority: str) -> str:
    return _name(re.sub(r":\d*$", "", authority.rpartition("@")[2]).rstrip(".,;:!?*_~")) or "?"


def _name(host: str) -> str:
    """A host's name as the name system knows it, lower case; empty when it has none."""
    try:
        return host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
