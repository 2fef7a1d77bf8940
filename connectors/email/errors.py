"""Why a mail server cannot be used just now, named by what to do about it."""

from typing import Final

_REMEDIES: Final = {
    "WRONG_VERSION_NUMBER": "this port begins in clear: it wants tls: starttls, or another port",
    "STARTTLS extension not supported": "nothing is sent in clear: it wants tls: tls, or another port",
    "refused STARTTLS": "nothing is sent in clear: it wants tls: tls, or another port",
    "CERTIFICATE_VERIFY_FAILED": "host must be a name in its certificate; a private authority's goes to ca_file",
}


def told(error: Exception) -> str:
    """What went wrong and, where settings are to blame, which."""
    said = f"{type(error).__name__}: {error}"
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in said), None)
    return said if remedy is None else f"{said}; {remedy}"


class ConnectionLost(Exception):
    """The connection is gone or silent: make a new one."""


class LoginRefused(Exception):
    """The user, the password or the consent is known to be wrong: only a person can mend it."""


class Busy(Exception):
    """No login for now, and nothing is wrong with the credentials: wait long."""


class ServerRefused(Exception):
    """A command was answered with NO or BAD; the text is the server's."""
