"""`channels add`: one more entry in a file that people keep, and nothing else of it changed."""

import json
import os
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from router.config import load
from tests.e2e.test_command_streams import shell

HOUSE = """\
# Ours. Do not touch without telling Mei.
server: {port: 8080}
storage: {url: "sqlite:house.db"}   # on the fast disk
secrets:
  seal_keys: {k1: "%s"}
  seal_key: k1
  signing_key: "%s"
channels:
  # The chat on our site.
  - kind: webchat
    account: default     # the only one

rules: {path: rules}   # reviewed on Mondays
""" % ("11" * 32, "22" * 32)  # noqa: UP031

IMAP = {
    "host": "127.0.0.1",
    "port": 1,
    "tls": "none",
    "user": "help@shop.example",
    "password": "env:EMAIL_IMAP_PASSWORD",
}
SMTP = {"host": "127.0.0.1", "port": 1, "tls": "none"}
SET = {"address": "help@shop.example"}
SET |= {f"imap.{name}": value for name, value in IMAP.items() if name != "password"}
SET |= {f"smtp.{name}": value for name, value in SMTP.items()}
MAIL = [f"--set={name}={value}" for name, value in SET.items()]


@pytest.fixture
def kept(tmp_path):
    config = tmp_path / "switchboard.yaml"
    config.write_text(HOUSE)
    return config


def test_a_channel_is_added_with_comments_and_the_rest_stays(command, kept, monkeypatch):
    code, out, _ = command("channels", "add", "email", "--config", kept, *MAIL)
    assert code == 1
    assert "set the secret EMAIL_IMAP_PASSWORD" in out
    text = kept.read_text()
    before, after = HOUSE.split("\nrules:")
    assert text.startswith(before)
    assert text.endswith("\nrules:" + after)
    assert "# Ours: customers write to it, answers come from it." in text
    assert '# folders: ["INBOX"]' in text
    added = yaml.safe_load(text)["channels"][1]
    assert added["kind"] == "email"
    assert added["settings"]["imap"] == IMAP
    monkeypatch.setenv("EMAIL_IMAP_PASSWORD", "secret")
    assert [(one.kind, one.account) for one in load(kept).channels] == [("webchat", "default"), ("email", "default")]


def test_a_mail_channel_that_logs_in_by_token_asks_for_its_own_secrets(command, kept, monkeypatch):
    given = [one for one in MAIL if not one.startswith("--set=smtp.")]
    given += ["--set=smtp.host=127.0.0.1", "--set=smtp.user=help@shop.example", "--set=oauth.client_id=switchboard",
              "--set=oauth.token_url=http://127.0.0.1:1/token"]  # fmt: skip
    code, out, _ = command("channels", "add", "email", "--config", kept, *given)
    assert code == 1
    assert "set the secret EMAIL_OAUTH_REFRESH_TOKEN" in out
    assert "EMAIL_IMAP_PASSWORD" not in out
    (added,) = (one for one in yaml.safe_load(kept.read_text())["channels"] if one["kind"] == "email")
    assert added["settings"]["oauth"]["refresh_token"] == "env:EMAIL_OAUTH_REFRESH_TOKEN"
    assert "password" not in added["settings"]["imap"]
    # Checked before there is a database: no refresh token is spent where its successor could not be kept.
    monkeypatch.setenv("EMAIL_OAUTH_REFRESH_TOKEN", "refresh")
    code, out, _ = command("channels", "add", "email", "--account", "b", "--config", kept, *given,
                           "--set=oauth.refresh_token=env:EMAIL_OAUTH_REFRESH_TOKEN")  # fmt: skip
    assert (code, out.splitlines()[-1].split()[:2]) == (1, ["email/b", "retrying"])
    assert "switchboard channels check" in out


NEEDED = {
    "api": [], "form": [], "webchat": [], "telegram": [], "x": [], "facebook": ["--set=page_id=700100300400"],
    "phone": [f"--set=account_sid=AC{'1' * 32}", '--set=lines=[{"number": "+15550100001"}]'], "email": MAIL,
}  # fmt: skip
SECRETS = {
    "telegram": {"TELEGRAM_TWO_TOKEN"}, "email": {"EMAIL_TWO_IMAP_PASSWORD"}, "phone": {"PHONE_TWO_AUTH_TOKEN"},
    "x": {"X_TWO_CONSUMER_KEY", "X_TWO_CONSUMER_SECRET", "X_TWO_ACCESS_TOKEN", "X_TWO_ACCESS_SECRET"},
    "facebook": {"FACEBOOK_TWO_PAGE_TOKEN", "FACEBOOK_TWO_APP_SECRET", "FACEBOOK_TWO_VERIFY_TOKEN"},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_every_kind_is_added_before_its_secrets_are_there(command, kept, kind):
    code, out, err = command("channels", "add", f"{kind}/two", "--config", kept, *NEEDED[kind])
    wanted = SECRETS.get(kind, set())
    assert (code, err) == (1 if wanted else 0, "")
    assert {line.split()[3] for line in out.splitlines() if line.startswith("set the secret")} == wanted
    found = [(one["kind"], one.get("account")) for one in yaml.safe_load(kept.read_text())["channels"]]
    assert found == [("webchat", "default"), (kind, "two")]


def test_one_more_is_added_while_secrets_of_another_are_still_to_come(command, kept):
    code, out, _ = command("channels", "add", "telegram", "--config", kept, "--set=token=file:secrets/bot")
    assert (code, "put the secret into the file secrets/bot, where the service can read it" in out) == (1, True)
    assert command("channels", "add", "telegram/two", "--config", kept)[0] == 1
    code, out, _ = command("channels", "add", "webchat/shop", "--config", kept)
    assert (code, out.splitlines()[-1].split()[:2]) == (0, ["webchat/shop", "ok"])
    # Nor does an operator beside the service need them; a check says what is missing, channel by channel.
    whole = kept.with_name("whole.yaml")
    whole.write_text(HOUSE)
    assert command("migrate", "--config", whole)[0] == 0
    assert command("channels", "pause", "telegram/two", "--config", kept)[0] == 0
    assert command("channels", "resume", "telegram/two", "--config", kept)[0] == 0
    assert command("channels", "status", "--config", kept)[0] == 0
    code, out, _ = command("channels", "check", "--config", kept)
    assert (code, out.count("auth_failed"), out.count(f"{kept}:"), out.count(" ok")) == (1, 2, 2, 2)
    assert "secrets/bot cannot be read (No such file or directory); put the right ones into file:secrets/bot" in out
    code, out, _ = command("doctor", "--config", kept)
    assert (code, "ERROR   channel telegram/default: auth_failed" in out, "ok      channel webchat" in out) == (1, 1, 1)


def test_a_secret_that_is_there_and_wrong_is_refused_and_so_is_all_else(command, kept, monkeypatch):
    monkeypatch.setenv("TELEGRAM_TOKEN", "no token at all, though it is long enough for one")
    code, _, err = command("channels", "add", "telegram", "--config", kept)
    assert code == 78
    assert err.startswith("switchboard: telegram/default is not written: token: not a bot token;")
    monkeypatch.delenv("TELEGRAM_TOKEN")
    code, _, err = command("channels", "add", "telegram", "--config", kept, "--set=mode=carrier")
    assert (code, "mode" in err) == (78, True)
    code, _, err = command("channels", "add", "phone", "--config", kept, "--set=lines=[{number: +1555}]")
    assert (code, "lists and objects are JSON" in err) == (78, True)
    assert kept.read_text() == HOUSE


def test_a_setting_of_older_versions_is_named_with_what_is_written_now(command, kept, monkeypatch):
    monkeypatch.setenv("EMAIL_IMAP_PASSWORD", "secret")
    command("channels", "add", "email", "--config", kept, *MAIL)
    kept.write_text(kept.read_text().replace('# folders: ["INBOX"]', "mailbox: Support"))
    command("migrate", "--config", kept)
    code, _, err = command("channels", "check", "--config", kept)
    assert code == 78
    assert "mailbox" in err
    assert "it is written folders: [INBOX] now" in err


def test_it_is_checked_when_its_secrets_are_there(command, kept, monkeypatch):
    monkeypatch.setenv("EMAIL_IMAP_PASSWORD", "secret")
    code, out, _ = command("channels", "add", "email", "--config", kept, *MAIL)
    assert code == 1  # nobody listens there
    assert out.splitlines()[-1].split()[:2] == ["email/default", "retrying"]
    code, out, _ = command("channels", "add", "webchat", "--account", "shop", "--config", kept)
    assert (code, out.splitlines()[-1].split()[:2]) == (0, ["webchat/shop", "ok"])
    assert [file.name for file in kept.parent.iterdir()] == ["switchboard.yaml"]


def test_lists_of_settings_are_given_as_json(command, kept, monkeypatch):
    monkeypatch.setenv("PHONE_AUTH_TOKEN", "0123456789abcdef")
    sets = (f"--set=account_sid=AC{'1' * 32}", '--set=lines=[{"number": "+15550100001", "language": "zh"}]')
    command("channels", "add", "phone", "--config", kept, *sets, "--set=base_url=http://127.0.0.1:9")
    (added,) = [one for one in load(kept).channels if one.kind == "phone"]
    assert added.settings["lines"] == [{"number": "+15550100001", "language": "zh"}]


def test_what_is_needed_and_what_is_unknown_is_named(command, kept):
    code, _, err = command("channels", "add", "email", "--config", kept)
    assert code == 78
    assert "--set address=… --set imap.host=… --set imap.user=… --set smtp.host=…" in err
    code, _, err = command("channels", "add", "webchat", "--config", kept, "--set", "titel=x")
    assert (code, "webchat has no such setting; did you mean 'title'?" in err) == (78, True)
    code, _, err = command("channels", "add", "telegram", "--config", kept, "--set", "colour=red")
    assert (code, "it has: base_url, mode, " in err) == (78, True)
    code, _, err = command("channels", "add", "webchat", "--config", kept)
    assert (code, f"webchat/default is there already ({kept}:10:5)" in err) == (78, True)
    code, _, err = command(
        "channels", "add", "telegram", "--config", kept, "--set=token=700100200:A2C4E6G8I0K2M4O6Q8S0"
    )
    assert (code, "--set token: a secret does not stand in the configuration; token=env:NAME" in err) == (78, True)
    code, _, err = command("channels", "add", "mail", "--config", kept)
    assert (code, "did you mean 'email'" in err) == (78, True)
    assert kept.read_text() == HOUSE
    assert [file.name for file in kept.parent.iterdir()] == ["switchboard.yaml"]


def test_the_old_file_is_whole_until_the_new_one_is_in_its_place_with_its_mode_and_owner(command, kept, tmp_path):
    place = tmp_path / "contents" / "version-2.yaml"
    place.parent.mkdir()
    kept.rename(place)
    kept.symlink_to("contents/version-2.yaml")
    (place.parent / ".version-2.yaml.new").write_text("what a killed run left")
    place.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(place, 1234, 2345)
    before = place.stat()
    with place.open() as old:
        assert command("channels", "add", "webchat/shop", "--config", kept)[0] == 0
        assert old.read() == HOUSE, "whoever reads the old file meanwhile has all of it"
    after = place.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert [one.account for one in load(kept).channels] == ["default", "shop"]
    assert kept.is_symlink()
    assert [path.name for path in place.parent.iterdir()] == ["version-2.yaml"]


def test_on_a_full_disk_the_old_file_stays_as_it_is(kept):
    kept.write_text(text := HOUSE + "# more\n" * 100)
    code, out, err = shell("ulimit -f 1; $SB channels add webchat/shop", cwd=kept.parent)
    assert (code, out) == (2, "")
    assert err == "switchboard: switchboard.yaml.new: cannot be used (File too large)\n"
    assert kept.read_text() == text
    assert [path.name for path in kept.parent.iterdir()] == ["switchboard.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_whose_owner_cannot_be_kept_is_left_to_its_owner():
    script = "; ".join([
        "import os, sys, pathlib", "from router.cli.replacing import replace",
        "os.setgroups([]), os.setgid(2345), os.setuid(1234)", "replace(pathlib.Path(sys.argv[1]), b'other')",
    ])  # fmt: skip
    with TemporaryDirectory() as folder:  # not below pytest's, which is for its owner alone
        config = Path(folder) / "switchboard.yaml"
        config.write_text(HOUSE)
        config.chmod(0o666)
        config.parent.chmod(0o777)
        code, _, err = shell(f"{sys.executable} -c {shlex.quote(script)} {config}")
        assert code == 1
        told = "belongs to another user or group; do this as its owner"
        assert err.splitlines()[-1] == f"router.model.errors.ConfigError: {config} {told}"
        assert config.read_text() == HOUSE
        assert list(config.parent.iterdir()) == [config]


@pytest.mark.parametrize("channels", ["", "channels: []\n"])
def test_a_file_without_channels_gets_its_first(command, kept, channels):
    head = HOUSE.partition("channels:")[0]
    kept.write_text(head + channels)
    assert command("channels", "add", "webchat", "--config", kept)[0] == 0
    assert [one.kind for one in load(kept).channels] == ["webchat"]
    assert kept.read_text().startswith(head)


@pytest.mark.parametrize("channels", ["channels: [{kind: webchat}]\n", None])
def test_a_list_in_one_line_is_refused(command, kept, channels):
    text = json.dumps(yaml.safe_load(HOUSE)) if channels is None else HOUSE.partition("channels:")[0] + channels
    kept.write_text(text)
    code, _, err = command("channels", "add", "webchat", "--account", "b", "--config", kept)
    assert (code, "one item a line" in err) == (78, True)
    assert kept.read_text() == text
