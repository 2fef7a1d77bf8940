"""The guard that keeps tests on this machine: no name is looked up, no packet sent, outside loopback.

It listens to the interpreter's own audit events, so that no library can go round it. Child processes are
out of its reach; Chromium is told the same by its flags.
"""

import ipaddress
import socket
import sys
from typing import Any

_LOCAL_NAMES = {"localhost", "ip6-localhost", ""}
_installed = False


class OutsideLoopbackError(RuntimeError):
    """A test tried to reach another machine."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in _LOCAL_NAMES or name.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        if args[0].family not in {socket.AF_INET, socket.AF_INET6}:
            return
        host = args[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = args[0]
    else:
        return
    if not _is_local(host):
        raise OutsideLoopbackError(f"tests stay on this machine; {event} asked for {host!r}")


def install() -> None:
    """Install the guard for the rest of the process; audit hooks cannot be taken out again."""
    global _installed  # noqa: PLW0603 - the hook belongs to the interpreter, there is one
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)
