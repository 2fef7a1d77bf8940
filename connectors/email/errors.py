"""Why a mail server cannot be used just now, named by what to do about it."""


class ConnectionLost(Exception):
    """The connection is gone or silent: make a new one."""


class LoginRefused(Exception):
    """The user, the password or the consent is known to be wrong: only a person can mend it."""


class Busy(Exception):
    """No login for now, and nothing is wrong with the credentials: wait long."""


class ServerRefused(Exception):
    """A command was answered with NO or BAD; the text is the server's."""
