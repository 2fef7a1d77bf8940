"""The files of the house as git sees them: kept or new, never ignored. House tests read the tree by this."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Written elsewhere, or kept byte for byte because a test is about their bytes.
_FOREIGN = ("inbox/static/vendor/", "tests/browser/vendor/", "tests/corpora/", "LICENSE")
_TEXT = {".py", ".js", ".css", ".html", ".sql", ".sh", ".md", ".toml", ".yaml", ".yml", ".json", ""}


@functools.cache
def files() -> tuple[Path, ...]:
    """Return every file of the repository that exists now, sorted, relative to ROOT."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return tuple(sorted(Path(name) for name in listed if name and (ROOT / name).is_file()))


def ours(*suffixes: str) -> list[Path]:
    """Return our own text files, those with one of the suffixes, or all of them."""
    wanted = set(suffixes) or _TEXT
    return [path for path in files() if path.suffix in wanted and not path.as_posix().startswith(_FOREIGN)]


def text(path: Path) -> str:
    """Return a file's text; one that is no UTF-8 fails the test that asked."""
    return (ROOT / path).read_text(encoding="utf-8")
