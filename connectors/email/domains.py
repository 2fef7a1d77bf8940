"""Domains beyond ASCII, as every server knows them: 例子.中国 is xn--fsqu00a.xn--fiqs8s (RFC 5890). Pure.

Called by render.py for where a mail goes, by automatic.py for whom a server has proven.
"""

import unicodedata


def in_ascii(domain: str) -> str:
    """The domain in ASCII, lower case; as it is where the codec (IDNA 2003) would make another of it: ss of ß."""
    if domain.isascii():
        return domain.lower()
    if not unicodedata.is_normalized("NFC", domain):
        return domain  # a Kelvin sign would be a k
    try:
        known = domain.encode("idna").decode("ascii")
        return known if known.encode("ascii").decode("idna") == domain.lower() else domain
    except UnicodeError:
        return domain


def deliverable(address: str) -> str:
    """The address as any server takes it, if its local part is ASCII; else only RFC 6531 leads there."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{in_ascii(domain)}" if local.isascii() else address
