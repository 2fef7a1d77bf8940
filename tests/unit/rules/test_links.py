"""Where a text links to, and that no way of writing a link hides it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.links import LinkHosts, links

OURS = LinkHosts.of(["ours.example", "*.ours.example"])


@pytest.mark.parametrize(
    "text",
    [
        "https://ours.example/help?a=b#c",
        "HTTPS://OURS.Example:8443/login",
        "see ours.example.",
        "https://help.ours.example.",
        "请访问help.ours.example/x看看",
        "https://help.ours.example，谢谢",
        "https://ours.example请点击这里",
        "[help](https://ours.example/help)",
        "https://ours.example\\@evil.example",
        "https://ours.example#@evil.example",
        "https://evil.example@ours.example",
        "https://𝐨urs.example",
        "https://ours.example/go?to=https://help.ours.example/a",
    ],
)
def test_our_own_hosts_are_known_however_they_are_written(text):
    assert len(links(text)) == 1
    assert OURS.foreign(text) == ()


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("go to https://evil.example/a now", "https://evil.example/a"),
        ("https://ours.example@evil.example", "https://ours.example@evil.example"),
        ("https://ours.example:443@evil.example/", "https://ours.example:443@evil.example/"),
        ("https://оurs.example/", "https://оurs.example/"),
        ("https://xn--urs-red.example", "https://xn--urs-red.example"),
        ("https://ours.example.evil.com/x", "https://ours.example.evil.com/x"),
        ("https://evilours.example", "https://evilours.example"),
        ("https://evil.example.:8080/ours.example", "https://evil.example.:8080/ours.example"),
        ("HTTPS://EVIL.EXAMPLE", "HTTPS://EVIL.EXAMPLE"),
        ("at evil.example/login", "evil.example/login"),
        ("at evil.com, please", "evil.com"),
        ("www.evil.weird", "www.evil.weird"),
        ("ours.example@evil.example/login", "ours.example@evil.example/login"),
        ("t.me/support_agent", "t.me/support_agent"),
        ("[ours.example](https://evil.example)", "https://evil.example"),
        ("[ours](evil.weird)", "evil.weird"),
        ('<a href="//evil.weird/x">ours</a>', "//evil.weird/x"),
        ("<a href=evil.weird>", "evil.weird"),
        ("https:\\\\evil.example", "https:\\\\evil.example"),
        ("https:/evil.example", "https:/evil.example"),
        ("https://evil%2eexample", "https://evil%2eexample"),
        ("http://203.0.113.7/", "http://203.0.113.7/"),
        ("203.0.113.7/login", "203.0.113.7/login"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("ev\u00adil.com/x", "ev\u00adil.com/x"),
        ("go to evil。com now", "evil。com"),
        ("请访问evil｡com谢谢", "evil｡com"),
        ("https://ours.example。com/x", "https://ours.example。com/x"),
        ("evil\u200b.\u200bcom", "evil\u200b.\u200bcom"),
        ("evil\u200e.com", "evil\u200e.com"),
        ("evil\u2024com", "evil\u2024com"),
        ("𝐞𝐯𝐢𝐥.𝐜𝐨𝐦", "𝐞𝐯𝐢𝐥.𝐜𝐨𝐦"),
        ("evil.co\u202emoc", "evil.co"),
        ("https://ours.exam\u200eple", "https://ours.exam\u200eple"),
        ("https://ours.example/go?to=https://evil.example/", "https://ours.example/go?to=https://evil.example/"),
        ("https://ours.example/go?to=%2F%2Fevil.example", "https://ours.example/go?to=%2F%2Fevil.example"),
    ],
)
def test_every_other_host_is_found_with_its_place(text, linked):
    found = [text[start:end] for start, end in OURS.foreign(text)]
    assert found == [linked]


@pytest.mark.parametrize(
    "text",
    [
        "e.g. file.txt and config.yaml, v2.1.3, Node.js, U.S., 10 a.m.",
        "It arrived.Thanks for waiting.It took long",
        "write to ann@gmail.com",
        "version 1.2.3.4 and 3.5 USDT/day, 24/7, and/or",
        "[more](/help) [above](#top) [mail](mailto:ann@gmail.com)",
        "到账了.谢谢您的耐心",
        "OK。me too。in the app。no problem，好的。com是后缀",
    ],
)
def test_what_is_no_link_is_none(text):
    assert links(text) == ()


def test_a_wildcard_means_what_is_below_it():
    below = LinkHosts.of(["*.example.org"])
    assert below.allow("a.b.example.org")
    assert not below.allow("example.org")
    assert not below.allow("badexample.org")
    assert LinkHosts.of(["Bücher.example"]).foreign("https://bücher.example https://xn--bcher-kva.example/") == ()


@pytest.mark.parametrize(
    "name", ["", "https://ours.example", "a b", "ours.example/x", "*", "a.*.example", "x@y.example"]
)
def test_what_is_no_host_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^"):
        LinkHosts.of([name])


@given(st.text(alphabet="aé.:/\\@[]()%-例\u200b www", max_size=200))
def test_whatever_comes_is_read(text):
    found = links(text)
    assert all(0 <= link.start < link.end <= len(text) for link in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
