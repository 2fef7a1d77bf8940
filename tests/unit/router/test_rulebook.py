"""What a rule set needs to go live, beside compiling."""

import subprocess
import sys

import pytest

from router.flow.rulebook import build, read_directory
from router.model.errors import ConfigError
from rules.links import LinkHosts
from rules.problems import RulesError

FILES = {
    "a.yaml": b"""\
version: 1
queues: {general: {default: true}}
templates:
  receipt:
    en: Read https://help.example.org
    zh: https://help.example.org.evil.example
"""
}


def test_a_set_whose_answers_link_elsewhere_does_not_go_live():
    with pytest.raises(RulesError) as refused:
        build(FILES, LinkHosts.of(["help.example.org"]))
    assert [(p.line, p.col, p.code) for p in refused.value.problems] == [(6, 9, "foreign-link")]


def test_without_hosts_links_are_not_looked_at():
    assert build(FILES, None).hosts is None


@pytest.mark.slow
def test_the_shipped_pack_goes_live_without_its_encoder_in_memory():
    code = (
        "import sys; from router.flow.rulebook import build; from rules import packs; "
        "build(packs.read(), None); print('onnxruntime' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"False\n"


def test_a_file_in_the_place_of_a_folder_is_told_so(tmp_path):
    (tmp_path / "mine.yaml").write_text("version: 1\n", "utf-8")
    with pytest.raises(ConfigError, match="this is a file; name the folder that it is in"):
        read_directory(tmp_path / "mine.yaml")
