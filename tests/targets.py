"""Files, folders and tests that a command line names and that are not there, with what may have been meant.

pytest says it, too, but where it works with several processes it says it in those, which nobody hears.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

_HOW = "T is a file or folder of the checkout, or a test as file.py::test_name; make t T=name finds one by its name."


def missing_place(named: Sequence[str], root: Path) -> str | None:
    """The first of these files and folders that is not there; None: all are."""
    for one in named:
        place = one.partition("::")[0]
        if not (root / place).exists():
            return f"{place} is not there. {_nearest_place(Path(place), root)} {_HOW}"
    return None


def missing_tests(named: Sequence[str], root: Path) -> str:
    """Of what nothing was collected, though its files are there."""
    told = [f"{one}: no test ran. {_nearest_test(one, root)}".rstrip() for one in named]
    return "\n".join([*told, _HOW])


def _nearest_place(place: Path, root: Path) -> str:
    there = [path.relative_to(root) for path in (root / "tests").rglob("*") if path.is_dir() or path.suffix == ".py"]
    namesakes = [str(path) for path in there if path.name == place.name]
    likely = get_close_matches(str(place), namesakes, 3, 0) or get_close_matches(str(place), map(str, there), 1, 0.8)
    if likely:
        return f"Was {' or '.join(likely)} meant?"
    parent = next(above for above in (root / place).parents if above.is_dir())
    return f"The nearest that is there: {parent}."


def _nearest_test(named: str, root: Path) -> str:
    place, _, test = named.partition("::")
    if not test or not (root / place).is_file():
        return ""
    there = re.findall(r"def (test_\w+)", (root / place).read_text("utf-8"))
    likely = get_close_matches(test.rpartition("::")[2].partition("[")[0], there, 1)
    return f"Was {likely[0]} meant?" if likely else ""
