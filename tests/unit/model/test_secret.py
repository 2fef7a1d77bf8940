"""A secret shows nothing of itself, however it is turned."""

import copy
import json
import pickle

import msgspec
import pytest

from connectors.email.settings import Settings
from router.model.secret import Secret


def hook(kind, value):
    assert kind is Secret
    return Secret(value)


SETTINGS = {
    "address": "help@shop.example",
    "imap": {"host": "imap.shop.example", "user": "help", "password": "hunter2"},
    "smtp": {"host": "smtp.shop.example", "user": "help", "password": "hunter2"},
}
OAUTH = {
    "token_url": "https://login.example/token", "client_id": "switchboard", "client_secret": "hunter2",
    "refresh_token": "hunter2",
}  # fmt: skip


def test_it_is_printed_as_stars():
    secret = Secret("hunter2")
    assert [str(secret), repr(secret), f"{secret}", format(secret), f"{[secret]}"] == ["***"] * 4 + ["[***]"]
    assert secret.reveal() == "hunter2"


@pytest.mark.parametrize("turn", [pickle.dumps, json.dumps, msgspec.json.encode, copy.deepcopy])
def test_it_is_not_turned_into_bytes(turn):
    with pytest.raises(TypeError):
        turn(Secret("hunter2"))


def test_it_is_equal_to_itself_only():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")
    assert len({Secret("a"), Secret("a")}) == 1


def test_settings_show_none():
    settings = msgspec.convert(SETTINGS, Settings, dec_hook=hook)
    assert "hunter2" not in repr(settings)
    by_token = {name: {"host": "x", "user": "y"} for name in ("imap", "smtp")} | {"oauth": OAUTH}
    assert "hunter2" not in repr(msgspec.convert(SETTINGS | by_token, Settings, dec_hook=hook))
    assert settings.imap.port_or_default == 993
    assert settings.smtp.port_or_default == 587


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "help"}, "no mail address"),
        ({"adress": "x"}, "adress"),
        ({"imap": {**SETTINGS["imap"], "folders": []}}, "1 to 10 are read"),
        ({"imap": {**SETTINGS["imap"], "folders": ["a\nb"]}}, "none of them a control"),
        ({"imap": {**SETTINGS["imap"], "folders": ["INBOX", "Inbox"]}}, "twice"),
        ({"imap": {**SETTINGS["imap"], "folders": ["&V4NXPpCuTvY-"]}}, "as people read it: 垃圾邮件"),
        ({"imap": {**SETTINGS["imap"], "sent_folder": "inbox"}}, "one of the folders that are read"),
        ({"imap": {"host": "x", "user": "y"}}, "password is missing"),
        ({"oauth": OAUTH}, "both servers are given a password"),
        ({"oauth": OAUTH | {"token_url": "http://login.example/token"}}, "must begin with https"),
        ({"imap": {**SETTINGS["imap"], "tls": "ssl"}}, "ssl"),
        ({"smtp": {"host": "x", "user": "y"}}, "belong together"),
        ({"timeouts": {"idle_s": 0}}, "idle_s"),
    ],
)
def test_wrong_settings_are_named(change, said):
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(SETTINGS | change, Settings, dec_hook=hook)
