"""Files and folders as commands read them."""

import argparse
from pathlib import Path
from typing import Final


def named(text: str) -> str:
    """One that has a name, or `-`. An empty one, as of a shell's variable that is not set, means no file and no folder:
    neither the one here nor none at all."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; name a file or folder, or leave it out")
    return text


def named_path(text: str) -> Path:
    """The same, for what cannot be `-`."""
    return Path(named(text))


DEFAULT_CONFIG: Final = Path("switchboard.yaml")


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config`, for every command that works on the service's own database."""
    parser.add_argument(
        "--config", type=named_path, default=DEFAULT_CONFIG, metavar="F", help="default: switchboard.yaml"
    )
