"""What our own mail server says of a sender, and what others can make stand in the same field."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent

META = {"address": "help@shop.example", "trusted_authserv_id": "mx.shop.example"}


def proven(results, sender="ann@example.org"):
    """Whether a mail from `sender` is proven to be hers by what the server says."""
    field = f"Authentication-Results: mx.shop.example; {results}\r\n"
    mail = f"{field}From: {sender}\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n"
    (event,) = parse(RawEvent(body=mail.encode(), meta=META), "default")
    return event.sender.verified


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=pass (p=none) header.from=example.org",
        "dkim=pass header.d=example.org header.s=a",
        'dkim=pass header.i="ann; at home"@example.org',
        'dkim=pass header.d="example.org"',
        "spf=pass (mx: domain of ann@example.org (checked; twice) is fine) smtp.mailfrom=ann@example.org",
        'spf=pass smtp.mailfrom="ann@example.org"',
        "spf=pass smtp.helo=example.org",
        'spf=pass smtp.mailfrom="; x"@other.example; dkim=pass header.i=@mail.example.org; dmarc=pass',
    ],
)
def test_what_the_server_says_of_the_sender_proves_them(results):
    assert proven(results)


@pytest.mark.parametrize(
    "results",
    [
        'spf=pass smtp.mailfrom="example.org"@evil.example',
        'spf=pass smtp.mailfrom="example.org x"@evil.example',
        r'spf=pass smtp.mailfrom="\"@example.org"@evil.example',
        "spf=pass smtp.helo=example.org smtp.mailfrom=a@evil.example",
        'dkim=pass header.i="example.org"@evil.example header.s=a',
        'spf=pass smtp.mailfrom="x;dmarc=pass"@evil.example',
        r'spf=pass smtp.mailfrom="\";dmarc=pass"@evil.example',
        'spf=pass (mx: domain of "(x);dmarc=pass;"@evil.example) smtp.mailfrom=a@evil.example',
        "spf=pass (never closed (x); dmarc=pass",
        'spf=pass smtp.mailfrom="never closed; dmarc=pass',
        "dmarc=pass header.from=evil.example",
    ],
)
def test_what_a_stranger_writes_into_their_address_proves_nothing(results):
    assert not proven(results)


@pytest.mark.parametrize("sender", ["ann@例子.中国", "ann@xn--fsqu00a.xn--fiqs8s"])
@pytest.mark.parametrize("domain", ["例子.中国", "xn--fsqu00a.xn--fiqs8s"])
def test_a_chinese_domain_is_the_same_in_either_spelling(sender, domain):
    assert proven(f"dkim=pass header.d={domain}", sender)
    assert proven("dkim=pass header.d=evil.example", sender) is False


@pytest.mark.parametrize("domain", ["ban\u212a.example", "ｂａｎｋ.example", "banſ.example"])
def test_letters_that_only_look_like_others_prove_nothing(domain):
    assert proven(f"dkim=pass header.d={domain}", f"ann@{'bans' if 'ſ' in domain else 'bank'}.example") is False
