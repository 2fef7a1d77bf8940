"""Keys outside the database: sealing what must not rest in clear, signing what returns, hashing what was masked.

AES-256-GCM (NIST SP 800-38D), random 96-bit nonce in front; every sealed record names its key, so that keys rotate.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from router.model.errors import ConfigError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_SIGNATURE_BYTES = 16


class Sealed(msgspec.Struct, frozen=True):
    """Ciphertext and the name of the key that opens it."""

    key_id: str
    data: bytes


SEGMENT_BYTES: Final = 65_536
"""Plain bytes of one segment of a sealed file: what a reader who wants a part of it has to open at least."""
HEAD_BYTES: Final = 16
_TAG_BYTES = 16
_MAGIC = b"SBF1"


class FileSeal:
    """Seals one file segment by segment and opens any part of it, so that no file has to be in memory whole.

    A head of 16 bytes names the key. Each segment is sealed by AES-256-GCM under a key of the file's own, derived
    (HKDF, RFC 5869) from the sealing key and the hash of the content: a file opens as the content it is named after,
    or not at all. The nonce is the number of the segment and whether it is the last (the STREAM construction of Hoang,
    Reyhanitabar, Rogaway and Vizar, 2015), so that none can be left out, added or moved. Nothing is random: two
    processes that store the same content write the same bytes.
    """

    def __init__(self, master: bytes, head: bytes, content_hash: str) -> None:
        derived = HKDF(SHA256(), _KEY_BYTES, salt=bytes.fromhex(content_hash), info=b"switchboard file 1")
        self._cipher = AESGCM(derived.derive(master))
        self.head = head

    def seal(self, number: int, segment: bytes, *, last: bool) -> bytes:
        """One segment of `SEGMENT_BYTES`, the last of at most so many."""
        return self._cipher.encrypt(_segment_nonce(number, last=last), segment, self.head)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """The segment in clear. Raises ConfigError when it was altered."""
        try:
            return self._cipher.decrypt(_segment_nonce(number, last=last), sealed, self.head)
        except (InvalidTag, ValueError):
            raise ConfigError(
                "a sealed file does not open: it was altered, or another key has the name of its key now"
            ) from None


def _segment_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def segments_of(size: int) -> int:
    """How many segments a file of `size` bytes has; an empty one has one, too."""
    return max(1, -(-size // SEGMENT_BYTES))


def sealed_size(size: int) -> int:
    """Bytes that a file of `size` bytes rests as."""
    return HEAD_BYTES + size + segments_of(size) * _TAG_BYTES


def segment_at(number: int) -> int:
    """Where in the sealed file a segment begins."""
    return HEAD_BYTES + number * (SEGMENT_BYTES + _TAG_BYTES)


def _head(key_id: str) -> bytes:
    return _MAGIC + hashlib.sha256(key_id.encode()).digest()[: HEAD_BYTES - len(_MAGIC)]


class Keyring:
    """All keys of one installation. Raises ConfigError for a key of the wrong length."""

    def __init__(self, seal_keys: Mapping[str, bytes], seal_key: str, signing_key: bytes) -> None:
        for name, key in seal_keys.items():
            if len(key) != _KEY_BYTES:
                raise ConfigError(
                    f"secrets.seal_keys.{name}: {len(key)} bytes, a sealing key has {_KEY_BYTES}; "
                    "make one with: openssl rand -hex 32"
                )
        if seal_key not in seal_keys:
            raise ConfigError(f"secrets.seal_key: there is no key named {seal_key!r} in secrets.seal_keys")
        if len(signing_key) < _KEY_BYTES:
            raise ConfigError(
                f"secrets.signing_key: {len(signing_key)} bytes, a signing key has at least {_KEY_BYTES}; "
                "make one with: openssl rand -hex 32"
            )
        self._ciphers = {name: AESGCM(key) for name, key in seal_keys.items()}
        self._masters = {_head(name): key for name, key in seal_keys.items()}
        self.active = seal_key
        """The name of the key that seals from now on."""
        self._signing_key = signing_key

    def seal(self, data: bytes, purpose: str) -> Sealed:
        """Encrypt under the active key; `purpose` is authenticated, so that a record opens only as what it is."""
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(self.active, nonce + self._ciphers[self.active].encrypt(nonce, data, purpose.encode()))

    def open(self, sealed: Sealed, purpose: str) -> bytes:
        """Decrypt. Raises ConfigError when the key is gone or the record was altered."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise ConfigError(f"secrets.seal_keys: key {sealed.key_id!r}, which sealed a record, is missing")
        try:
            return cipher.decrypt(sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise ConfigError(
                f"a sealed record does not open with key {sealed.key_id!r}: the record was altered, or another key has "
                "that name now"
            ) from None

    def file_seal(self, content_hash: str, head: bytes | None = None) -> FileSeal:
        """Seals the file whose content has this SHA-256 under the active key; with the `head` of a sealed one, opens
        it. Raises ConfigError when its key is gone, or it is no sealed file."""
        head = _head(self.active) if head is None else head
        master = self._masters.get(head)
        if master is None:
            what = "the key that sealed a file is missing" if head.startswith(_MAGIC) else "a file was not sealed by us"
            raise ConfigError(f"secrets.seal_keys: {what} (its head is {head.hex()})")
        return FileSeal(master, head, content_hash)

    def sign(self, purpose: str, value: str) -> str:
        """URL-safe signature of `value` for `purpose` (HMAC-SHA-256, 128 bits)."""
        return urlsafe_b64encode(self._digest(purpose, value)[:_SIGNATURE_BYTES]).decode().rstrip("=")

    def verify(self, purpose: str, value: str, signature: str) -> bool:
        """Constant-time comparison."""
        return hmac.compare_digest(self.sign(purpose, value).encode(), signature.encode(errors="replace"))

    def fingerprint(self, kind: str, value: str) -> str:
        """Keyed hash of a masked value, so that equal secrets can be seen to be equal without keeping them."""
        return self._digest(f"fingerprint:{kind}", value)[:_SIGNATURE_BYTES].hex()

    def tag(self, value: str) -> str:
        """A short lower-case signature that survives mail systems which fold the case of addresses (80 bits)."""
        return self._digest("reply-token", value)[:10].hex()

    def _digest(self, purpose: str, value: str) -> bytes:
        text = f"{purpose}\x00{value}".encode(errors="surrogatepass")
        return hmac.digest(self._signing_key, text, "sha256")
