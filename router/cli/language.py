"""In which language a command speaks to its reader: `--lang`, else the locale of the environment."""

import argparse
import os
from collections.abc import Mapping

from rules.translation import Language, language_of

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def of_environment(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the locale, as other programs find it: the first variable that is set counts."""
    return language_of(next((value for name in _VARIABLES if (value := environment.get(name))), None))


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--lang`."""
    parser.add_argument("--lang", choices=["en", "zh"], default=of_environment(), help="default: that of the locale")
