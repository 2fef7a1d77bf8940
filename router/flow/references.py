"""What rules name instead of saying it: `env:NAME` and `file:PATH`, read when they are used."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from router.model.errors import ConfigError

SECRET_CHARS_MIN: Final = 16


class References:
    """Reads them."""

    def __init__(self, base: Path, environment: Mapping[str, str] = os.environ) -> None:
        """`base` is where `file:` paths start."""
        self._base, self._environment = base, environment

    def address(self, url: str) -> str:
        """Where a place is, said or named. Raises ConfigError, which never repeats a value."""
        return self._resolved(url) if url.startswith(("env:", "file:")) else url

    def secret(self, reference: str, what: str) -> bytes:
        """What signs the words to a place, which people know as `what`. Raises ConfigError."""
        secret = self._resolved(reference)
        if len(secret) < SECRET_CHARS_MIN:
            raise ConfigError(f"the secret of {what} has fewer than {SECRET_CHARS_MIN} characters")
        return secret.encode()

    def _resolved(self, reference: str) -> str:
        kind, _, name = reference.partition(":")
        if kind == "env":
            if name not in self._environment:
                raise ConfigError(f"the environment has no variable {name}")
            return self._environment[name].strip()
        try:
            return (self._base / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the file {name} cannot be read ({getattr(error, 'strerror', None) or 'it is no text'})"
            ) from None
