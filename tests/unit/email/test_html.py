"""HTML of strangers: the text a reader sees, and a copy that cannot act."""

import pytest

from router.core.html import derive_text, sanitise

TEXTS = {
    "blocks are lines": ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
    "paragraphs stand apart": ("<p>one</p><p>two</p>", "one\n\ntwo"),
    "blanks collapse": ("<p>a\n  b &nbsp; c</p>", "a b \xa0 c"),
    "lists": ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
    "cells": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    "preformatted": ("<pre>a\n  b</pre>", "a\n  b"),
    "quotes": ("new<blockquote>old<blockquote>older</blockquote></blockquote>", "new\n\n> old\n>\n> > older"),
    "a link that lies": ('<a href="https://evil.example/x">Your bank</a>', "Your bank (evil.example)"),
    "a link that does not": ('<a href="https://www.shop.example/x">shop.example/x</a>', "shop.example/x"),
    "hidden": ('a<span style="display: none">b</span><i hidden>c</i><p style="font-size:0">d</p>e', "ae"),
    "not hidden": ('<p style="font-size:0.9em">a</p>', "a"),
    "never shown": ("<style>p{}</style><script>x</script><title>t</title><!-- c -->seen", "seen"),
    "alt text": ('<img src="cid:1" alt="screenshot">', "screenshot"),
    "invisible characters": ("pay\u200bpal", "paypal"),
    "entities": ("&lt;b&gt; &amp; &#20320;", "<b> & 你"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_of_html(name):
    html, text = TEXTS[name]
    assert derive_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<iframe src=https://evil.example></iframe>",
        "<form action=https://evil.example><input name=p></form>",
        '<p style="background:url(https://evil.example/x)">x</p>',
        '<style>@import "https://evil.example";</style>',
        '<meta http-equiv=refresh content="0;url=https://evil.example">',
        "<base href=https://evil.example>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_acts(html):
    safe = sanitise(html).lower()
    for word in (
        "<script",
        "onerror",
        "onload",
        "javascript:",
        "<iframe",
        "<form",
        "url(",
        "@import",
        "<meta",
        "<base",
        "data:",
    ):
        assert word not in safe


def test_remote_images_wait_and_own_ones_stay():
    safe = sanitise(
        '<img src="https://t.example/p.gif?u=1&amp;v=2" alt="a"><img src="cid:p1"><img src="/x"><img src="data:x">'
    )
    assert safe == '<img data-src="https://t.example/p.gif?u=1&amp;v=2" alt="a"><img src="cid:p1"><img><img>'


def test_an_image_cannot_pose_as_parked():
    assert sanitise('<img src="cid:remote-https://t.example/p.gif">') == "<img>"


def test_links_give_nothing_away():
    assert (
        sanitise('<a href="https://x.example">x</a>') == '<a href="https://x.example" rel="noopener noreferrer">x</a>'
    )


def test_only_harmless_styles_stay():
    assert (
        sanitise('<p style="color: red; position: fixed; display: none">x</p>')
        == '<p style="color:red;display:none">x</p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "deep",
        "<div></x>" * 50_000 + "deep",
        "<div><!--</div>-->" * 30_000 + "deep",
        "<div><script></div></script>" * 30_000 + "deep",
        "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">deep",
        "<div " + " ".join(f"a{n}='>'" for n in range(100_000)) + ">deep",
        "&nbsp;a" * 100_000 + "deep",
    ],
    ids=["nested", "closed in vain", "closed in comments", "closed in scripts", "attributes", "quoted", "entities"],
)
def test_a_hostile_document_is_read_flat(html):
    assert "deep" in derive_text(html)
    safe = sanitise(html)
    assert safe.startswith("<pre>")
    assert "deep" in safe
    assert safe.count("<") == 2
