"""The time in X's ids, and ids that stand for a time. Pure.

Source: docs.x.com, "X IDs": milliseconds since the epoch of X, then 22 bits.
"""

from typing import Final

_EPOCH_MS: Final = 1_288_834_974_657
_BITS: Final = 22


def time_ms(item_id: int) -> int:
    """When an id was given."""
    return (item_id >> _BITS) + _EPOCH_MS


def first_id(at_ms: int) -> str:
    """The smallest id of a moment; what was given since then is larger."""
    return str(max(1, (at_ms - _EPOCH_MS) << _BITS))
