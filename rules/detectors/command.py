"""Passwords on a command line, where only the program says what an option holds: `sshpass -p ...`, `curl -u me:...`."""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.connective import REFERENCE
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_ON: Final = r"(?![0-9a-z])(?:[ \t][^\n|;\x1a]{0,200}?)??[ \t]"
"""From the program to its option; no other command."""
_APART: Final = r"[ \t=]{0,2}"
_REGISTRY: Final = r"(?:docker|podman|helm|skopeo|oc|az)[ \t](?:registry[ \t]|acr[ \t])?login"
_OPTION: Final = "|".join(
    (
        # A name and a password in one.
        rf"(?P<pair>(?:curl|wget|https?|xh|lftp|smbclient){_ON}(?:-[uUa]|--user|--proxy-user|--auth){_APART})",
        # Here a blank behind the option would ask for the password, and name the database.
        rf"(?:mysql|mariadb)[a-z\-]{{0,8}}{_ON}-p(?!\s)",
        rf"(?:sshpass|steghide|{_REGISTRY}|mongo[a-z]{{0,8}}|7z[az]?){_ON}-p{_APART}",
        rf"(?:sqlcmd|unzip|zip|ssh-keygen){_ON}-[PN][ \t]",
        rf"redis-cli{_ON}-a{_APART}",
        rf"ldap[a-z]{{3,8}}{_ON}-w{_APART}",
        rf"keytool{_ON}-(?:store|key)pass{_APART}",
        rf"openssl{_ON}pass:",
    )
)
_PASSWORD = expression(
    rf"(?<![0-9A-Za-z_.])(?:{_OPTION})(?P<mark>[\"'])?(?(pair)[^\s:%\"'\x1a]{{1,64}}[:%])"
    r"(?P<value>(?(mark)[^\"'\n\x1a]{3,100}|[^\s\"'\x1a\-][^\s\"'\x1a]{2,99}))"
)


# `personal_unlockAccount("0x...", "...", 300)`, as a call and as a request.
_CALL = expression(
    r"unlock_?account[\"'\s:,(\[a-z]{1,30}(?:0x[0-9a-f]{40}|\x1a{8,48})[\"']?\s?,\s?[\"'](?P<value>[^\"'\n\x1a]{3,100})[\"']",
    re.IGNORECASE,
)


# What the picture of a network says: `WIFI:T:WPA;S:Home;P:...;;`.
_NETWORK = expression(r"wifi:(?:[^\n\x1a]{0,80}?;)?p:(?P<value>[^;\n\x1a]{4,63})", re.IGNORECASE)


def find(scan: Scan) -> Iterator[Hit]:
    """Yield passwords that an option of a program holds; a variable of the shell holds it elsewhere."""
    for pattern in (_CALL, _NETWORK):
        for match in starting(pattern, scan.text, scan.at["command"]):
            yield Hit(*match.span("value"), "PASSWORD", "argument")
    for match in starting(_PASSWORD, scan.text, scan.at["command"]):
        if match["value"][0] != "$" and REFERENCE.match(match["value"].lower()) is None:
            yield Hit(*match.span("value"), "PASSWORD", "option")
