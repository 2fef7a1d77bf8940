"""Settings of a Facebook page: what is refused, with which words, and what a page can do with them."""

import msgspec
import pytest

from connectors.facebook.manifest import MANIFEST
from connectors.facebook.settings import Settings
from router.model.secret import Secret

GOOD = {
    "page_id": 700100300400,
    "page_token": "EAAsimulated0page0token0of0some0length",
    "app_secret": "an-app-secret-of-some-length",
    "verify_token": "a-verify-token-of-some-length",
}


def made(**changes):
    return msgspec.convert({**GOOD, **changes}, Settings, dec_hook=lambda _kind, value: Secret(value))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"page_id": "wallet"}, "page_id"),
        ({"page_id": 0}, "page_id"),
        ({"page_token": "EAA with blanks"}, "page_token"),
        ({"app_secret": "short"}, "app_secret"),
        ({"verify_token": "short"}, "verify_token"),
        ({"api_version": "25"}, "api_version"),
        ({"graph_url": "http://graph.example"}, "https"),
        ({"graph_url": "graph.example"}, "graph_url"),
        ({"media_hosts": []}, "media_hosts"),
        ({"media_hosts": ["https://fbcdn.net/"]}, "media_hosts"),
        ({"timeouts": {"files_s": 60}}, "files_s"),
        ({"page": "1"}, "page"),
    ],
)
def test_bad_settings_are_named(changes, named):
    with pytest.raises(msgspec.ValidationError, match=named):
        made(**changes)


def test_settings_never_print_their_secrets():
    shown = f"{made()!r} {made()!s}"
    assert not [name for name in ("page_token", "app_secret", "verify_token") if GOOD[name] in shown]


def test_what_a_page_can_do_follows_from_its_settings():
    able = MANIFEST.configured(made())
    assert (able.reply_window_s, able.agent_window_s) == (86_400, None)
    assert able.private_link == "https://m.me/700100300400?ref={token}"
    assert MANIFEST.configured(made(human_agent=True)).agent_window_s == 7 * 86_400
