"""The static tree as it is served: read, hashed and compressed once at start, then answered from memory.

The router's web layer owns one `Assets` and calls `get` for paths under /s/ and `page` for HTML. Addresses carry the
hash of the whole tree, so that what is under them never changes and relative imports keep working.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NamedTuple

from inbox import PAGES, STATIC

Language = Literal["en", "zh-CN"]
Theme = Literal["system", "light", "dark"]

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; frame-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content-Security-Policy of every page made by `page`: nothing inline, nothing evaluated, nothing from elsewhere."""

LANGUAGE_COOKIE: Final = "switchboard_lang"
THEME_COOKIE: Final = "switchboard_theme"
CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
"""For everything `get` answers."""

_LANGUAGES: Final[dict[str, Language]] = {"en": "en", "zh-CN": "zh-CN"}
_THEMES: Final[dict[str, Theme]] = {"light": "light", "dark": "dark"}
_CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
# Static imports only: what is behind import() is meant to come later.
_IMPORT = re.compile(r"""^(?:import|export)\b[^;"'()]*?["'](\.{1,2}/[^"']+)["'];""", re.MULTILINE)
# `import("./x.js").Type` in a comment names a type and loads nothing.
_LATER_IMPORT = re.compile(r"""\bimport\(["'](\.{1,2}/[^"']+\.js)["']\)(?!\.[A-Z])""")
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)$", re.MULTILINE | re.DOTALL)
_ASIDE = re.compile(r"(?<=[;,{}]) // [^\n\"'`]*$", re.MULTILINE)
_CAST = re.compile(r"/\*\* @type \{(?:(?!\*/)[^\n])*\} \*/ ?")
_CSS_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*$", re.MULTILINE | re.DOTALL)
_CSS_BLANKS = re.compile(r" ?([{};,]) | (?=\{)|(?<=[a-z]:) ")
_CSS_LINES = re.compile(r"^\n+|(?<=[{};,\n])\n+")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_ENTRY = re.compile(r"""<script type="module" src="\{\{base\}\}/([^"]+)">""")


class Asset(NamedTuple):
    """One file, ready to be sent."""

    body: bytes
    gzipped: bytes
    content_type: str
    etag: str


class Assets:
    """All static files and pages. Raises FileNotFoundError at start when a module imports what is not there."""

    def __init__(self, static: Path = STATIC, pages: Path = PAGES) -> None:
        files = {
            path.relative_to(static).as_posix(): _lean(path)
            for path in sorted(static.rglob("*"))
            if path.suffix in _CONTENT_TYPES and path.is_file()
        }
        self.tree_hash = _tree_hash(files)
        self.base = f"/s/{self.tree_hash}"
        self._files = {f"{self.base}/{name}": _asset(name, body) for name, body in files.items()}
        modules = {name: body.decode() for name, body in files.items() if name.endswith(".js")}
        self._graph = {name: _imports(name, _IMPORT, body) for name, body in modules.items()}
        self._later = {name: _imports(name, _LATER_IMPORT, body) for name, body in modules.items()}
        self._require_whole_graph()
        self._pages = {page.name: self._fill(page.read_text("utf-8")) for page in sorted(pages.glob("*.html"))}

    def get(self, path: str) -> Asset | None:
        """The file at `path`, such as /s/<hash>/core/api.js; None for any other path, older hashes included."""
        return self._files.get(path)

    def page(self, name: str, lang: Language = "en", theme: Theme = "system") -> str:
        """The HTML of a template, with addresses, language and theme filled in. Raises KeyError for no such page."""
        return self._pages[name].replace("{{lang}}", lang).replace("{{theme}}", theme)

    def notice(self, lang: Language, theme: Theme, *, title: str, text: str, link: str = "") -> str:
        """A page with one sentence in it; `link` is HTML, the others are not."""
        html = self.page("notice.html", lang, theme).replace("{{title}}", escape(title))
        return html.replace("{{text}}", escape(text)).replace("{{link}}", link)

    def module_graph(self, entry: str) -> tuple[str, ...]:
        """Every module that `entry` needs before it can run, itself first, nearest first."""
        found: dict[str, None] = {entry: None}
        queue = [entry]
        for module in queue:
            for needed in self._graph[module]:
                if needed not in found:
                    found[needed] = None
                    queue.append(needed)
        return tuple(found)

    def _fill(self, template: str) -> str:
        entries = _ENTRY.findall(template)
        first = dict.fromkeys(module for entry in entries for module in self.module_graph(entry))
        # What comes after the first paint waits behind it, but not for one discovery after another.
        later = dict.fromkeys(
            module for entry in entries for start in self._later[entry] for module in self.module_graph(start)
        )
        links = "\n".join(
            [f'<link rel="modulepreload" href="{escape(self.base)}/{escape(name)}">' for name in first]
            + [
                f'<link rel="modulepreload" fetchpriority="low" href="{escape(self.base)}/{escape(name)}">'
                for name in later
                if name not in first
            ]
        )
        return template.replace("{{modulepreload}}", links).replace("{{base}}", escape(self.base))

    def _require_whole_graph(self) -> None:
        for module, needed in self._graph.items():
            for name in (*needed, *self._later[module]):
                if name not in self._graph:
                    message = f"inbox/static/{module} imports {name}, which is not there"
                    raise FileNotFoundError(message)


def choose_language(cookie: str | None, accept_language: str) -> Language:
    """What the visitor chose before, else the first language of Accept-Language (RFC 9110, 12.5.4) that we speak."""
    chosen = _LANGUAGES.get(cookie or "")
    if chosen:
        return chosen
    wanted = sorted(_accepted(accept_language[:200]), key=lambda pair: -pair[1])
    for tag, weight in wanted:
        if weight > 0 and tag.startswith("zh"):
            return "zh-CN"
        if weight > 0 and tag.startswith("en"):
            return "en"
    return "en"


def choose_theme(cookie: str | None) -> Theme:
    """What the visitor chose before; anything else follows the system."""
    return _THEMES.get(cookie or "", "system")


def _accepted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            yield tag, float(weight or 1)
        except ValueError:
            continue


def _imports(name: str, pattern: re.Pattern[str], body: str) -> tuple[str, ...]:
    here = PurePosixPath(name).parent
    return tuple(dict.fromkeys(_resolve(here, target) for target in pattern.findall(body)))


def _resolve(here: PurePosixPath, target: str) -> str:
    parts = list(here.parts)
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _lean(path: Path) -> bytes:
    """The file without indentation, comments and types; lines of scripts keep their numbers."""
    body = path.read_bytes()
    if path.suffix == ".json":
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
    comment = {".js": _COMMENT, ".css": _CSS_COMMENT}.get(path.suffix)
    if comment is None or "vendor" in path.parts:
        return body
    bare = _INDENT.sub("", comment.sub(lambda found: "\n" * found[0].count("\n"), body.decode()))
    if path.suffix == ".css":
        return _CSS_LINES.sub("", _CSS_BLANKS.sub(lambda blanks: blanks[1] or "", bare)).encode()
    return _ASIDE.sub("", _CAST.sub("", bare)).encode()


def _asset(name: str, body: bytes) -> Asset:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, gzip.compress(body, 9, mtime=0), _CONTENT_TYPES[PurePosixPath(name).suffix], etag)


def _tree_hash(files: dict[str, bytes]) -> str:
    tree = hashlib.sha256()
    for name, body in files.items():
        tree.update(f"{name}\0{len(body)}\0".encode())
        tree.update(body)
    return tree.hexdigest()[:16]
