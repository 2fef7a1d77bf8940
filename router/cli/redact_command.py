"""`switchboard redact`: text in, redacted text (or the redactions) out. The whole input is one text."""

import argparse
import sys
from pathlib import Path

import msgspec

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.paths import named
from router.model.filetypes import marked_encoding
from router.model.message import Redaction
from rules.redact import redact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.add_argument(
        "file", nargs="?", type=named, default="-", metavar="FILE", help="UTF-8 text; - is standard input"
    )
    parser.add_argument("--visibility", choices=["public", "private"], default="private")
    parser.add_argument("--json", action="store_true", help="the redactions as a JSON array instead")


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing was found, 1 when something was masked."""
    raw = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
    # Windows writes UTF-16: read as UTF-8, its secrets stand between NULs and nobody finds them.
    text = raw.decode(marked_encoding(raw) or "utf-8", errors="replace")
    found = redact(text, visibility=arguments.visibility)
    masked = [Redaction(field=f.field, start=f.start, end=f.end, type=f.type) for f in found.findings if f.masked]
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(masked) + b"\n")
    else:
        sys.stdout.buffer.write(found.text.encode(errors="replace"))
    sys.stdout.buffer.flush()
    return EXIT_FINDINGS if masked else EXIT_DONE
