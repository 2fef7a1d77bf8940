"""What `switchboard doctor` found, one line each."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at."""

    state: Literal["ok", "warning", "error"]
    about: str
    text: str
    remedy: str = ""
