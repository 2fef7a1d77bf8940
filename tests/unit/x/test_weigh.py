"""How X counts, against the examples that X and twitter-text publish, and how a long text is broken."""

import pytest

from connectors.x.weigh import POST_WEIGHT_MAX, split, weight


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("", 0),
        ("a" * 280, 280),
        ("你" * 140, 280),
        ("한국어", 6),
        ("日本語", 6),
        ("café", 4),
        ("cafe\u0301", 4),
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨‍🎤", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇨🇳", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("“quoted” – dash", 15),
        ("محفظتي", 6),
        ("…", 2),
        ("https://wallet.example/" + "x" * 300, 23),
        ("http://a.co", 23),
        ("see https://a.example/b, please", 35),
        ("网址https://a.example/b。", 29),
        ("example.com/help", 23),
        ("访问wallet.com吧", 29),
        ("someone@example.com", 19),
        ("3.5 and 1.2.3", 13),
        ("©", 1),
    ],
)
def test_weights(text, weighs):
    assert weight(text) == weighs


def test_a_text_that_fits_is_one_piece():
    assert split("  hello \n") == ["hello"]
    assert split("你" * 140) == ["你" * 140]
    assert split("   ") == []


@pytest.mark.parametrize(
    "text",
    [
        "word " * 400,
        "你" * 1_000,
        "第一句话很长。" * 120,
        "👨‍👩‍👧‍👦" * 400,
        ("https://wallet.example/" + "x" * 60 + " ") * 40,
        "x" * 1_000,
        "a\n\nb" * 300,
    ],
)
def test_pieces_are_posts_and_lose_nothing(text):
    pieces = split(text)
    assert len(pieces) > 1
    assert all(0 < weight(piece) <= POST_WEIGHT_MAX for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_an_address_and_an_emoji_are_never_broken():
    address = "https://wallet.example/" + "y" * 100
    pieces = split("a" * 270 + " " + address + " " + "b" * 20)
    assert pieces == ["a" * 270, f"{address} {'b' * 20}"]
    family = "👨‍👩‍👧‍👦"
    assert split("a" * 279 + family) == ["a" * 279, family]


def test_a_break_is_where_a_sentence_ends():
    first = "One sentence of some length that ends here. " * 6
    pieces = split(first + "And " + "more " * 30)
    assert pieces[0].endswith("here.")
