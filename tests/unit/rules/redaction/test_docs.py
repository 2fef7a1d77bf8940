"""The examples of docs/redaction.md do what the page says."""

import re
from pathlib import Path

import pytest

from rules.detectors.hit import TYPES
from rules.redact import redact
from rules.solicitation import solicitations

PAGE = (Path(__file__).parents[4] / "docs" / "redaction.md").read_text(encoding="utf-8")
EXAMPLES = [
    (visibility, given, wanted)
    for visibility, block in re.findall(r"```redaction (public|private)\n(.*?)```", PAGE, re.DOTALL)
    for given, wanted in re.findall(r"in:  (.*)\nout: (.*)\n", block)
]


@pytest.mark.parametrize(("visibility", "given", "wanted"), EXAMPLES)
def test_an_example_of_the_page_holds(visibility: str, given: str, wanted: str) -> None:
    assert redact(given, visibility=visibility).text == wanted


def test_the_page_names_every_type_and_no_example_is_overlooked() -> None:
    listed = re.search(r"Types, the gravest first.*?: (SEED_PHRASE.*?)\.\n", PAGE, re.DOTALL)
    assert listed is not None
    assert tuple(re.split(r",\s+", listed.group(1))) == TYPES
    assert len(EXAMPLES) == PAGE.count("\nin:  ") == PAGE.count("\nout: ") >= 10


def test_what_the_page_says_of_asking_holds() -> None:
    (block,) = re.findall(r"```guard\n(.*?)```", PAGE, re.DOTALL)
    told = [re.fullmatch(r"(blocked|passes): +(.*)", line) for line in block.splitlines()]
    assert len(told) >= 8
    for line in told:
        assert line is not None
        assert bool(solicitations(line[2])) is (line[1] == "blocked"), line[2]
