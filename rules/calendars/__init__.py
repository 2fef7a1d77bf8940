"""Holidays and make-up working days that come with Switchboard, as far as they are published."""

from importlib.resources import files


def read() -> dict[str, bytes]:
    """Return the shipped calendars by name."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry.read_bytes() for entry in found}
