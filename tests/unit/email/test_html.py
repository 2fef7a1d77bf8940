"""HTML of strangers: the text a reader sees, and a copy that cannot act."""

import pytest

from router.core.html import derive_text, sanitise, unsaid

TEXTS = {
    "blocks are lines": ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
    "paragraphs stand apart": ("<p>one</p><p>two</p>", "one\n\ntwo"),
    "blanks collapse": ("<p>a\n  b &nbsp; c</p>", "a b \xa0 c"),
    "lists": ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
    "numbered lists": (
        "<ol start=3><li>yes<li>no</ol><ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
        "3. yes\n4. no\n\n1. a\n\n- b\n\n2. c",
    ),
    "cells": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    "preformatted": ("<pre>a\n  b</pre>", "a\n  b"),
    "quotes": ("new<blockquote>old<blockquote>older</blockquote></blockquote>", "new\n\n> old\n>\n> > older"),
    "a link that lies": ('<a href="https://evil.example/x">Your bank</a>', "Your bank (evil.example)"),
    "a link that does not": ('<a href="https://www.shop.example/x">shop.example/x</a>', "shop.example/x"),
    "hidden": ('a<span style="display: none">b</span><i hidden>c</i><p style="font-size:0">d</p>e', "ae"),
    "not hidden": ('<p style="font-size:0.9em">a</p>', "a"),
    "never shown": ("<style>p{}</style><script>x</script><title>t</title><!-- c -->seen", "seen"),
    "the place of a picture": ('a<br><img src="cid:1" alt="image001.png"><br>b', "a\n[image: image001.png]\nb"),
    "alt text": ('<img src="cid:1" alt="screenshot">', "screenshot"),
    "invisible characters": ("pay\u200bpal", "paypal"),
    "entities": ("&lt;b&gt; &amp; &#20320;", "<b> & 你"),
    "escaped twice": ("&amp;lt;<b>&amp;</b>lt;", "&lt;&lt;"),
    "nothing": ("", ""),
    "a link over lines": ('a <a href="https://x.example">b<br>c </a>d', "a b\nc (x.example)d"),
    "a link in a link": (
        '<a href="https://x.example">b<table><td><a>c</a></table>d</a>',
        "b\n\nc\n\nd (x.example)",
    ),
    "hidden within hidden": ('a<div hidden>b<div>c</div>d</div>e<img hidden alt="f"><keygen hidden>g', "aeg"),
    "a hidden name is no hidden attribute": ('<p title="a hidden=">b</p>', "b"),
    "never shown within never shown": ("a<svg><desc>b<svg>c</svg></desc>d</svg>e<select><option>f</select>g", "aeg"),
    "raw text that is shown": ("<xmp><b>&amp;</xmp><noembed><!-- a --></noembed>", "<b>&amp;<!-- a -->"),
    "a script within a script": ("a<script><!--<script></script><p hidden>--></script>b", "ab"),
    "a script without an end": ("a<script><!--<script></script><p hidden>b", "a"),
    "a page that becomes plain text": ("a<plaintext><p hidden>b</plaintext>c", "a\nbc"),
    "a script in pieces": ("a<script><!--><script></script>b<script><!-- </script>c<SCRIPT><!--x--></SCRIPT>d", "abcd"),
    "a comment in a name": ("<p><b<!-- >a</b><p><i<style>b</i>", "a\n\nb"),
    "a quote in a name": ("<p a\"b='c>d' =e ='f'>h</p>", "h"),
    "preformatted in a quote": ("<blockquote><pre>a\n  b  \n\nc</pre></blockquote>", "> a\n>   b  \n>\n> c"),
    "deep quotes": (
        "<blockquote>" * 25 + "a" + "</blockquote>" * 5 + "b",
        "> " * 20 + "a\n" + "> " * 19 + ">\n" + "> " * 20 + "b",
    ),
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


UNSAID = {
    "a plain twin": ('<p style="margin:0">one</p>\n<p>two &amp; <b>three</b></p>', "one\n\ntwo & three", []),
    "more words": ("<p>one</p><p>two</p>", "one", ["one\n\ntwo"]),
    "words out of sight": (
        "<p>one <i hidden>two</i></p>",
        "one two",
        ["one", " one  two  "],
    ),
    "words in a tag": ('<p title="two">one</p>', "one", ['<p title="two">']),
    "words in an image": ('one<img alt="two" src="cid:x">', "one", ["onetwo", "one ", '<img alt="two" src="cid:x">']),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_markup_says_beside_its_twin(name):
    html, said, beside = UNSAID[name]
    assert unsaid(html, sanitise(html), said, derived=False) == beside


def test_derived_text_leaves_only_tags_unsaid():
    html = '<p dir="ltr">one</p>'
    assert unsaid(html, sanitise(html), derive_text(html), derived=True) == ['<p dir="ltr">']
