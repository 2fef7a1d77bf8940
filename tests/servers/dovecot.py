"""A real Dovecot, IMAP in clear and over TLS, with maildirs the test may look into.

It runs without privileges whoever starts it, with a configuration of its own (2.3 or 2.4 syntax); nothing
of /etc/dovecot is read.
"""

import contextlib
import grp
import imaplib
import pwd
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import (
    ServerProcess,
    free_port,
    run_as,
    server_directory,
    unprivileged_user,
)
from tests.servers.tls import TlsFiles, issue

_COMMON = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
auth_failure_delay = 0 secs
protocol imap {{
  mail_max_userip_connections = 50
}}
service anvil {{
  chroot =
  # No growing delay after a wrong password: a test of refused logins would slow down all others.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
"""

_V23 = """
disable_plaintext_auth = no
ssl_cert = <{tls.certificate}
ssl_key = <{tls.key}
mail_location = maildir:{dir}/mail/%u
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {dir}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {dir}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/home/%u
}}
"""

# Who logs in by token is asked of the provider (RFC 7662), which the test runs at that port.
_OAUTH2 = """
introspection_url = http://127.0.0.1:{port}/introspect
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""

# Dovecot 2.4 renamed most settings and wants its version first (doc.dovecot.org, "Upgrading from 2.3 to 2.4").
# Written from that page; Debian 12 brings 2.3, so only that half has been run.
_V24_HEAD = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""
_V24 = """
auth_allow_cleartext = yes
ssl_server_cert_file = {tls.certificate}
ssl_server_key_file = {tls.key}
mail_driver = maildir
mail_path = {dir}/mail/%{{user}}
auth_mechanisms = plain login xoauth2
oauth2_introspection_url = http://127.0.0.1:{introspection_port}/introspect
oauth2_introspection_mode = post
oauth2_username_attribute = username
oauth2_active_attribute = active
oauth2_active_value = true
passdb passwd-file {{
  passwd_file_path = {dir}/users/%{{user}}
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {dir}/home/%{{user}}
  }}
}}
"""


class DovecotServer:
    """A running IMAP server; users are made by the test."""

    host = "127.0.0.1"

    def __init__(self, program: Path, *, directory: Path, user: str) -> None:
        self._directory = directory
        self._user = user
        self._passwords: dict[str, str] = {}
        self.imap_port = free_port()
        self.imaps_port = free_port()
        self.tls: TlsFiles = issue(directory)
        (directory / "users").mkdir()
        for name in ("mail", "home"):
            run_as(user, ["mkdir", directory / name], cwd=directory)
        for path in (self.tls.key, self.tls.certificate):
            shutil.chown(path, user)
        self.introspection_port = free_port()
        """Where `connectors.email.simulator.TokenServer` answers for those who log in by XOAUTH2."""
        (directory / "oauth2.conf").write_text(_OAUTH2.format(port=self.introspection_port))
        config = directory / "dovecot.conf"
        config.write_text(self._configuration(run_as(user, [program, "--version"], cwd=directory)))
        self.process = ServerProcess([program, "-F", "-c", config], user=user, directory=directory)

    def _configuration(self, version: str) -> str:
        old = version.startswith("2.3")
        text = _COMMON + _V23 if old else _V24_HEAD + _COMMON + _V24
        account = pwd.getpwnam(self._user)
        return text.format(
            dir=self._directory, tls=self.tls, user=self._user,
            uid=account.pw_uid, gid=account.pw_gid, group=grp.getgrgid(account.pw_gid).gr_name,
            imap_port=self.imap_port, imaps_port=self.imaps_port, introspection_port=self.introspection_port,
        )  # fmt: skip

    def start(self) -> None:
        """Start, or start again with the same mail."""
        self.process.start(self._ready)

    def stop(self) -> None:
        """Stop the master; live IDLE sessions may survive it for a while (cut those by a fault proxy)."""
        self.process.stop()

    def kill(self) -> None:
        """Kill the master and every session."""
        self.process.kill()

    def restart(self) -> None:
        """Kill everything and start again."""
        self.kill()
        self.start()

    def add_user(self, name: str, password: str) -> None:
        """Create a mailbox, or change its password."""
        assert not set(name) & set(":/\n"), name
        changed = self._passwords.get(name, password) != password
        self._passwords[name] = password
        # One file each: Dovecot looks for changes of a known file only once a second.
        (self._directory / "users" / name).write_text(f"{name}:{{PLAIN}}{password}\n")
        if changed:
            self.restart()

    def maildir(self, user: str) -> Path:
        """Return the directory of a user's INBOX."""
        return self._directory / "mail" / user

    def login(self, user: str) -> imaplib.IMAP4:
        """Return a plain synchronous client, logged in, for what the test itself does."""
        client = self._connect()
        client.login(user, self._passwords[user])
        return client

    def _connect(self) -> imaplib.IMAP4:
        """Dovecot closes its port for some seconds when a login process could not be started in time."""
        for wait_s in (0.5, 1.0, 2.0, 4.0):
            with contextlib.suppress(ConnectionRefusedError):
                return imaplib.IMAP4(self.host, self.imap_port, timeout=20)
            time.sleep(wait_s)
        return imaplib.IMAP4(self.host, self.imap_port, timeout=20)

    def make_folder(self, user: str, name: str) -> None:
        """Create a folder, by its name on the wire."""
        client = self.login(user)
        try:
            status, answer = client.create(f'"{name}"')
            assert status == "OK", answer
        finally:
            client.logout()

    def append(self, user: str, raw: bytes, *, mailbox: str = "INBOX", flags: str = "") -> None:
        """Put a mail into a mailbox, as the delivery of a mail server does."""
        client = self.login(user)
        try:
            status, answer = client.append(mailbox, flags, "", raw)
            assert status == "OK", answer
        finally:
            client.logout()

    def mails(self, user: str, mailbox: str = "INBOX") -> list[bytes]:
        """Return every mail of a mailbox, oldest first, without marking any as seen."""
        client = self.login(user)
        try:
            client.select(mailbox, readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            answers = [client.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers]
            return [answer[1] for answer in answers if isinstance(answer, tuple)]
        finally:
            client.logout()

    def forget_index(self, user: str) -> None:
        """Change UIDVALIDITY and every UID, as the loss of the index files does; the mails stay."""
        self.kill()
        uids = self.maildir(user) / "dovecot-uidlist"
        # Dovecot takes the time in seconds as UIDVALIDITY; here it must differ within the same second.
        version, validity, *_ = uids.read_text().split()
        uids.write_text(f"{version} V{int(validity[1:]) + 1} N1\n")
        # A killed session leaves its locks behind, and the next one would wait until they have grown old.
        for path in (*self.maildir(user).glob("dovecot.index*"), *self.maildir(user).glob("*.lock")):
            path.unlink(missing_ok=True)
        self.start()

    def _ready(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((self.host, self.imap_port), timeout=5.0) as connection,
        ):
            return connection.recv(64).startswith(b"* OK")
        return False


@contextlib.contextmanager
def running_dovecot(program: Path) -> Iterator[DovecotServer]:
    """A started IMAP server without users."""
    user = unprivileged_user()
    with server_directory("imap", user) as directory:
        server = DovecotServer(program, directory=directory, user=user)
        server.start()
        try:
            yield server
        finally:
            server.kill()
