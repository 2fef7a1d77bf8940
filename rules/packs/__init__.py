"""The rules that come with Switchboard."""

from importlib.resources import files


def read() -> dict[str, bytes]:
    """Return the shipped files by name, ready for `rules.ruleset.load`."""
    return {entry.name: entry.read_bytes() for entry in files(__name__).iterdir() if entry.name.endswith(".yaml")}
