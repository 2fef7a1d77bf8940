"""What our own mail server says of a sender, and what others can make stand in the same field."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent

META = {"address": "help@shop.example", "trusted_authserv_id": "mx.shop.example"}


def proven(results):
    """Whether a mail from ann@example.org is proven to be hers by what the server says."""
    field = f"Authentication-Results: mx.shop.example; {results}\r\n"
    mail = f"{field}From: ann@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n"
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
