"""The configuration file: every mistake is named by file, line and column, with what was meant."""

import pytest

from router.config import Config, link_hosts, load, read_again
from router.discovery import judge
from router.model.errors import ConfigError

KEY = "ab" * 32
SECRETS = f"""\
secrets:
  seal_keys: {{k1: {KEY}}}
  seal_key: k1
  signing_key: {KEY}
"""


@pytest.fixture
def write(tmp_path):
    path = tmp_path / "switchboard.yaml"

    def written(text: str | bytes):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def refusal(path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def test_the_least_file_has_every_default(write):
    config = load(write(SECRETS))
    assert (config.server.port, config.storage.url, config.bus.url) == (8080, "sqlite:data/switchboard.db", "local")
    assert (config.rules.source, config.rules.path, config.channels) == ("files", "rules", ())
    assert isinstance(config, Config)


def test_a_slash_behind_the_public_address_is_none_too_many(write):
    assert load(write(SECRETS + "server: {public_url: 'https://help.example.org/'}\n")).server.public_url == (
        "https://help.example.org"
    )


def test_a_whole_file(write):
    text = SECRETS + (
        "server: {host: 0.0.0.0, port: 80, public_url: https://help.example.org}\n"
        "storage: {url: postgresql://db/switchboard, pool_size: 9}\n"
        "bus: {url: redis://bus:6379/0}\n"
        "rules: {source: database}\n"
        "channels:\n"
        "  - {kind: email, account: support, settings: {address: support@example.org}}\n"
        "  - {kind: email, account: sales}\n"
    )
    config = load(write(text))
    assert (config.server.port, config.storage.pool_size, config.rules.source) == (80, 9, "database")
    assert [(c.kind, c.account) for c in config.channels] == [("email", "support"), ("email", "sales")]
    assert config.channels[0].settings == {"address": "support@example.org"}


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("server:\n  prot: 80\n", "6:3", "did you mean 'port'?"),
        ("serve: {port: 1}\n", "5:1", "did you mean 'server'?"),
        ("server: {port: 1, nonsense: 2}\n", "5:19", "known here: host, port, public_url"),
        ("server:\n  host: h\n  port: many\n", "7:3", "int"),
        ("server: {port: 70000}\n", "5:10", "`int` <= 65535"),
        ("server: {proxies: 6}\n", "5:10", "`int` <= 5"),
        ("server: 5\n", "5:1", "object"),
        ("server: {public_url: support.example.org}\n", "5:10", "no address such as https://support.example.org"),
        ("server: {public_url: 'https://'}\n", "5:10", "no address"),
        ("server: {public_url: 'https://[::1'}\n", "5:10", "no address"),
        ("server: {public_url: 'https://example.org/?a=b'}\n", "5:10", "no address"),
        ("server: {host: '[::1]'}\n", "5:10", "without brackets"),
        ("storage: {url: mysql://x}\n", "5:11", "'mysql' is no storage"),
        ("media: {paht: x}\n", "5:9", "did you mean 'path'?"),
        (
            "media: {path: x, s3: {endpoint: http://s, bucket: abc, access_key: a, secret_key: s}}\n",
            "5:1",
            "two places",
        ),
        ("media: {s3: {endpoint: s3.example, bucket: abc, access_key: a, secret_key: b}}\n", "5:14", "is no address"),
        ("media: {s3: {endpoint: http://s, bucket: A, access_key: a, secret_key: b}}\n", "5:34", "no name of a bucket"),
        ("media: {s3: {endpoint: http://s, bucket: abc, access_key: '', secret_key: b}}\n", "5:9", "are needed"),
        (
            "media: {s3: {endpoint: http://s, bucket: abc, secret_key: b}}\n",
            "5:9",
            "missing required field `access_key`",
        ),
        ("bus: {url: amqp://x}\n", "5:7", "redis://host:port/0 was meant"),
        ("rules: {source: git}\n", "5:9", "git"),
        ("channels: email\n", "5:1", "array"),
        ("oncall: {telegram: {tokn: t}}\n", "5:21", "did you mean 'token'?"),
        ("oncall: {telegram: {token: secret words}}\n", "5:21", "no token of a bot"),
        (
            "oncall:\n  telegram: {token: '1:AAF4abcdefghijklmnopqrst', base_url: x}\n",
            "6:51",
            "https://api.telegram.org",
        ),
        ("guard: {link_host: []}\n", "5:9", "did you mean 'link_hosts'?"),
        ("guard:\n  link_hosts: [a.example, 'https://b.example']\n", "6:27", "is no host name"),
        ("channels:\n  - {kind: email}\n  - {kind: x, acount: a}\n", "7:15", "did you mean 'account'?"),
        ("channels:\n  - {kind: email}\n  - {account: b}\n", "7:5", "missing required field `kind`"),
        ("channels:\n  - {kind: email}\n  - {kind: email}\n", "7:5", "email/default is configured twice"),
        ("server: {port: 1}\nserver: {port: 2}\n", "6:1", "server stands here twice; first at"),
        ("server: {port: 1, port: 2}\n", "5:19", "port stands here twice"),
        ("server: {public_url: env:SWITCHBOARD_NOT_SET}\n", "5:10", "no variable SWITCHBOARD_NOT_SET"),
        ("server: {public_url: file:nowhere}\n", "5:10", "nowhere cannot be read"),
        ("server: [1\n", "6:1", "expected"),
    ],
)
def test_a_mistake_is_named_by_its_place(write, text, at, says):
    path = write(SECRETS + text)
    said = refusal(path)
    assert said.startswith(f"{path}:{at}: "), said
    assert says in said


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(write):
    path = write(
        "server: {port: many, hots: h}\n"
        "storage: {url: mysql://x, pool_size: [1]}\n"
        f"secrets: {{seal_keys: {{k1: env:NOT_SET, k2: zz, k3: {KEY}}}, seal_key: k9, signing_key: file:nowhere}}\n"
        "bus: {url: amqp://x}\n"
        "rules: {source: git}\n"
        "channels:\n"
        "  - {kind: api, settings: {kindz: [x], webhook_url: 5}}\n"
        "  - {kind: emial}\n"
        "  - {kind: email, settings: {address: nobody, imap: {host: h, user: u, port: x}, smtp: {hots: h}}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load(path, judge=judge)
    told = [text.removeprefix(f"{path}:") for text in caught.value.told]
    wanted = [
        ("1:10", "server.port: Expected `int`, got `str` (found 'many')"),
        ("1:22", "did you mean 'host'?"),
        ("2:11", "'mysql' is no storage"),
        ("2:27", "storage.pool_size: Expected `int`"),
        ("3:23", "no variable NOT_SET"),
        ("3:40", "secrets.seal_keys.k2: not hex digits"),
        ("3:119", "no key is named 'k9'"),
        ("3:133", "nowhere cannot be read"),
        ("4:7", "redis://host:port/0"),
        ("5:9", "rules.source: Invalid enum value 'git'; one of files, database was meant"),
        ("7:28", "api/default: Object contains unknown field `kindz`; did you mean 'kinds'?"),
        ("7:40", "api/default: webhook_url: Expected `str | null`, got `int`"),
        ("8:6", "did you mean 'email'?"),
        ("9:72", "email/default: imap.port: Expected `int | null`, got `str` (found 'x')"),
        ("9:89", "email/default: smtp: Object contains unknown field `hots`; did you mean 'host'?"),
    ]
    assert len(told) == len(wanted), told
    for (at, says), text in zip(wanted, told, strict=True):
        assert text.startswith(f"{at}: "), text
        assert says in text


def test_what_a_channel_lacks_keeps_no_other_out(write, monkeypatch, tmp_path):
    path = write(
        SECRETS + "channels:\n"
        "  - {kind: api}\n"
        "  - {kind: telegram, settings: {token: env:NOT_SET, webhook_secret: file:nowhere}}\n"
    )
    api, telegram = load(path, judge=judge).channels
    assert api.missing == ()
    assert telegram.missing == (
        f"{path}:7:33: the environment has no variable NOT_SET; set it, or use file:PATH",
        f"{path}:7:53: the secret file {tmp_path / 'nowhere'} cannot be read (No such file or directory)",
    )
    path.write_text(path.read_text().replace("token:", "tokne:"))
    with pytest.raises(ConfigError, match="did you mean 'token'"):
        load(path, judge=judge)
    with pytest.raises(ConfigError, match="no variable NOT_SET"):
        read_again(telegram, tmp_path)


@pytest.mark.parametrize("text", ["rules: {path: 2026-13-45}\n", "rules: &a [*a]\n"])
def test_what_yaml_cannot_make_is_refused(write, text):
    assert refusal(write(SECRETS + text)).startswith(str(write(SECRETS + text)))


@pytest.mark.parametrize(
    ("secrets", "at", "says"),
    [
        (
            f"seal_keys: {{k1: zz}}\n  seal_key: k1\n  signing_key: {KEY}",
            "2:15",
            "secrets.seal_keys.k1: not hex digits",
        ),
        (f"seal_keys: {{k1: abcd}}\n  seal_key: k1\n  signing_key: {KEY}", "2:15", "2 bytes, a key has 32"),
        (f"seal_keys: {{k1: {KEY}}}\n  seal_key: k2\n  signing_key: {KEY}", "3:3", "no key is named 'k2'"),
        (f"seal_keys: {{k1: {KEY}}}\n  seal_key: k1\n  signing_key: ''", "4:3", "0 bytes"),
        (f"seal_keys: {{k1: {KEY}}}\n  seal_key: k1", "1:1", "signing_key"),
    ],
)
def test_keys_are_checked_where_they_stand_and_never_repeated(write, secrets, at, says):
    path = write(f"secrets:\n  {secrets}\n")
    said = refusal(path)
    assert said.startswith(f"{path}:{at}: ")
    assert says in said
    assert "zz" not in said
    assert KEY not in said


def test_secrets_come_from_the_environment_and_from_files_beside_it(write, monkeypatch, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "seal").write_text(KEY + "\n")
    monkeypatch.setenv("SWITCHBOARD_SIGNING", "cd" * 32)
    text = "secrets: {seal_keys: {k1: file:keys/seal}, seal_key: k1, signing_key: env:SWITCHBOARD_SIGNING}\n"
    secrets = load(write(text)).secrets
    assert (secrets.seal_keys["k1"], secrets.signing_key) == (KEY, "cd" * 32)


def test_a_file_that_is_not_there_says_where_to_start(tmp_path):
    said = refusal(tmp_path / "none.yaml")
    assert said.startswith(str(tmp_path / "none.yaml"))
    assert "deploy/config.example.yaml" in said
    assert "--config" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "a configuration is a mapping"),
        (b"- 1\n", "a configuration is a mapping"),
        (b"{}", "missing required field `secrets`"),
        (b"\xff\xfe\x00", ""),
        (b"x" * 1_048_577, "at most 1048576"),
        (b"a: !!python/object:os.system x", "could not determine a constructor"),
    ],
)
def test_what_is_no_configuration_is_refused(write, text, says):
    assert says in refusal(write(text))


def test_links_are_judged_only_when_the_file_names_hosts(write):
    server = "server: {public_url: https://help.example.org:8443}\n"
    assert link_hosts(load(write(SECRETS + server))) is None
    hosts = link_hosts(load(write(SECRETS + server + "guard: {link_hosts: ['*.example.com']}\n")))
    assert hosts is not None
    assert [hosts.allow(host) for host in ("help.example.org", "a.example.com", "example.com")] == [True, True, False]
