"""The static tree as it is served: addresses, order of loading, pages that a strict policy lets work."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from inbox import PAGES, STATIC
from inbox.assets import CSP, Assets, choose_language, choose_theme

ROOT = STATIC.parents[1]
FIRST_FILES_MAX = 12
FIRST_BYTES_MAX = 70_000


@pytest.fixture(scope="module")
def assets():
    return Assets()


def tree(tmp_path: Path, files: dict[str, str]) -> tuple[Path, Path]:
    static, pages = tmp_path / "static", tmp_path / "pages"
    pages.mkdir(parents=True)
    (pages / "index.html").write_text('{{modulepreload}}\n<script type="module" src="{{base}}/app.js"></script>')
    for name, body in files.items():
        path = static / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return static, pages


def preloads(page: str) -> list[str]:
    return [address.split("/", 3)[3] for address in re.findall(r'<link rel="modulepreload"[^>]* href="([^"]+)"', page)]


def test_a_file_is_served_whole_and_compressed_with_its_type(assets):
    asset = assets.get(f"{assets.base}/icons.svg")
    assert asset is not None
    assert asset.body == (STATIC / "icons.svg").read_bytes()
    assert gzip.decompress(asset.gzipped) == asset.body
    assert asset.content_type == "image/svg+xml; charset=utf-8"
    assert re.fullmatch(r'"[0-9a-f]{16}"', asset.etag)


def test_scripts_lose_their_comments_and_types_and_keep_their_lines(tmp_path):
    code = 'const a = "/** kept */; // kept";\nf(/** @type {B} */ (a)); // gone\n/** @type {C} */ let c;\n'
    kept = 'const a = "/** kept */; // kept";\nf((a));\nlet c;\n'
    source = f"/**\n * What it is.\n */\n{code}  /** gone */\n/** gone */\n"
    assets = Assets(*tree(tmp_path, {"app.js": source}))
    served = assets.get(f"{assets.base}/app.js")
    assert served is not None
    assert served.body.decode() == f"\n\n\n{kept}\n\n"


@pytest.mark.parametrize(
    "path",
    [
        "/s/0000000000000000/core/api.js",
        "{base}/../pages/index.html",
        "{base}/core/",
        "{base}",
        "/core/api.js",
        "{base}/core/api.js/",
        "{base}//core/api.js",
        "{base}/core/%61pi.js",
        "{base}/core/types.d.ts",
    ],
)
def test_nothing_else_is_served(assets, path):
    assert assets.get(path.format(base=assets.base)) is None


def test_any_change_gives_the_whole_tree_a_new_address(tmp_path):
    static, pages = tree(tmp_path, {"app.js": "1;\n", "b.css": "a{}\n"})
    before = Assets(static, pages)
    (static / "b.css").write_text("b{}\n")
    after = Assets(static, pages)
    assert before.base != after.base
    assert Assets(static, pages).base == after.base
    assert f'src="{after.base}/app.js"' in after.page("index.html")


def test_moving_bytes_between_files_is_a_change(tmp_path):
    one = Assets(*tree(tmp_path / "1", {"app.js": "ab\n", "b.js": "c\n"}))
    two = Assets(*tree(tmp_path / "2", {"app.js": "a\n", "b.js": "bc\n"}))
    assert one.tree_hash != two.tree_hash


def test_modules_are_announced_nearest_first_and_later_ones_after_them(tmp_path):
    static, pages = tree(
        tmp_path,
        {
            "app.js": 'import { a } from "./core/a.js";\nimport {\n  b,\n} from "./b.js";\nimport("./later.js");\n',
            "core/a.js": 'export { c } from "../c.js";\n// import { x } from "./none.js";\n',
            "b.js": 'import "./c.js";\n/** @type {import("./typed.js").Thing} */\n',
            "c.js": "export const c = 'import(';\n",
            "later.js": 'import { c } from "./c.js";\nimport { d } from "./d.js";\n',
            "d.js": "",
        },
    )
    page = Assets(static, pages).page("index.html")
    assert preloads(page) == ["app.js", "core/a.js", "b.js", "c.js", "later.js", "d.js"]
    assert [line for line in page.splitlines() if 'fetchpriority="low"' in line] == page.splitlines()[4:6]


def test_circles_of_imports_end(tmp_path):
    files = {"app.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./app.js";\n'}
    assert Assets(*tree(tmp_path, files)).module_graph("app.js") == ("app.js", "b.js")


@pytest.mark.parametrize("line", ['import { x } from "./gone.js";\n', 'await import("./gone.js");\n'])
def test_a_missing_module_stops_the_start_and_is_named(tmp_path, line):
    with pytest.raises(FileNotFoundError, match=r"inbox/static/app\.js imports gone\.js"):
        Assets(*tree(tmp_path, {"app.js": line}))


@pytest.mark.parametrize("name", ["index.html", "login.html"])
def test_pages_hold_nothing_that_the_policy_forbids(assets, name):
    page = assets.page(name, "zh-CN", "dark")
    assert '<html lang="zh-CN" data-theme="dark">' in page
    assert "{{" not in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [a for a in addresses if not a.startswith((f"{assets.base}/", "data:image/svg+xml,"))] == []
    assert all(assets.get(a) for a in addresses if a.startswith("/"))


def test_the_policy_is_the_strict_one():
    rules = dict(rule.strip().partition(" ")[::2] for rule in CSP.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["trusted-types"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in CSP


def test_the_inbox_paints_its_list_from_few_small_files(assets):
    page = assets.page("index.html")
    first = [line for line in page.splitlines() if "fetchpriority" not in line]
    addresses = set(re.findall(rf'(?:src|href)="({assets.base}/[^"]+)"', "\n".join(first)))
    addresses.add(f"{assets.base}/icons.svg")
    assert len(addresses) <= FIRST_FILES_MAX
    assert sum(len(assets.get(address).gzipped) for address in addresses) <= FIRST_BYTES_MAX


def test_the_whole_inbox_is_small(assets):
    everything = [*preloads(assets.page("index.html")), "css/base.css", "css/inbox.css", "css/thread.css", "icons.svg"]
    total = sum(len(assets.get(f"{assets.base}/{name}").gzipped) for name in [*everything, "i18n/zh-CN.json"])
    assert total <= FIRST_BYTES_MAX


@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        (None, "zh-TW", "zh-CN"),
        (None, "de-DE,de;q=0.9,en;q=0.7,zh;q=0.8", "zh-CN"),
        (None, "fr", "en"),
        (None, "zh;q=0, en;q=0.1", "en"),
        (None, "zh;q=x,en", "en"),
        (None, "," * 100_000 + "zh", "en"),
        ("en", "zh-CN", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("xx", "zh-CN", "zh-CN"),
        ('"><script>', "en", "en"),
    ],
)
def test_language_is_the_choice_then_the_browsers(cookie, header, expected):
    assert choose_language(cookie, header) == expected


@pytest.mark.parametrize(
    ("cookie", "expected"), [(None, "system"), ("dark", "dark"), ("light", "light"), ('"><script>', "system")]
)
def test_theme_is_the_choice_or_the_systems(cookie, expected):
    assert choose_theme(cookie) == expected


def test_what_was_taken_from_others_is_what_the_lock_says():
    lines = (ROOT / "inbox/vendor.lock").read_text("utf-8").splitlines()
    locked = dict(re.fullmatch(r"file (\S+) sha256:([0-9a-f]{64})", x).groups() for x in lines if x.startswith("file "))
    assert {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in locked} == locked
    vendored = {str(p.relative_to(ROOT)) for place in (STATIC, ROOT / "tests/browser") for p in place.glob("vendor/*")}
    assert vendored <= set(locked)


def test_every_page_has_a_module_and_a_template():
    assert sorted(page.name for page in PAGES.glob("*.html")) == ["index.html", "login.html", "notice.html"]


def test_styles_and_words_travel_without_what_nobody_reads(tmp_path):
    static, pages = tree(tmp_path, {"app.js": "  // gone\n  go();\n", "a.css": "/* gone */\n  b { c: d }\n"})
    (static / "w.json").write_text('{\n "a": "一"\n}\n', encoding="utf-8")
    assets = Assets(static, pages)
    served = {name: assets.get(f"{assets.base}/{name}").body.decode() for name in ("app.js", "a.css", "w.json")}
    assert served == {"app.js": "\ngo();\n", "a.css": "b{c:d }", "w.json": '{"a":"一"}'}
