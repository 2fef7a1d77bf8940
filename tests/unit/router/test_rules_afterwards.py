"""Compiled words on disk: kept, taken again, made anew when they are damaged or of other rules."""

import pytest

from router.flow.rules_afterwards import accelerate
from rules import accelerator
from rules.ruleset import load

pytestmark = pytest.mark.skipif(accelerator.missing() is not None, reason=str(accelerator.missing()))


def finder(word):
    rule = f"{{id: one, when: {{message.text|has: {word}}}, then: {{tag: hit}}}}"
    found = load({"a.yaml": f"version: 1\nqueues: {{q: {{default: true}}}}\nrules: [{rule}]".encode()}).finder
    assert found is not None
    return found


def test_the_second_process_takes_what_the_first_compiled(tmp_path):
    assert accelerate(finder("refund"), tmp_path) is False
    second = finder("refund")
    assert accelerate(second, tmp_path) is True
    assert second.accelerator.find("my refund") == {" refund "}


def test_a_damaged_file_is_made_anew(tmp_path):
    accelerate(finder("refund"), tmp_path)
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    file.write_bytes(good[:-10] + b"0123456789")
    third = finder("refund")
    assert accelerate(third, tmp_path) is False
    assert third.accelerator.find("my refund") == {" refund "}
    assert accelerate(finder("refund"), tmp_path) is True


def test_only_the_newest_words_stay(tmp_path):
    accelerate(finder("refund"), tmp_path)
    accelerate(finder("chargeback"), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"rules-{accelerator.key(finder('chargeback'))}.words"]


def test_a_folder_that_takes_no_files_keeps_nobody_from_being_quick(tmp_path):
    one = finder("refund")
    with pytest.raises(OSError):
        accelerate(one, tmp_path / "missing")
    assert one.accelerator.find("my refund") == {" refund "}


def test_without_a_folder_nothing_is_kept():
    assert accelerate(finder("refund"), None) is False
