"""Keys outside the database: sealing what must not rest in clear, signing what returns, hashing what was masked.

AES-256-GCM (NIST SP 800-38D), random 96-bit nonce in front; every sealed record names its key, so that keys rotate.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from router.model.errors import ConfigError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_SIGNATURE_BYTES = 16


class Sealed(msgspec.Struct, frozen=True):
    """Ciphertext and the name of the key that opens it."""

    key_id: str
    data: bytes


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
        self._active = seal_key
        self._signing_key = signing_key

    def seal(self, data: bytes, purpose: str) -> Sealed:
        """Encrypt under the active key; `purpose` is authenticated, so that a record opens only as what it is."""
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(self._active, nonce + self._ciphers[self._active].encrypt(nonce, data, purpose.encode()))

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
        return hmac.new(self._signing_key, text, hashlib.sha256).digest()
