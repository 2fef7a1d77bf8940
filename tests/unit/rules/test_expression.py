"""Expressions that wait to be compiled: none is broken, and each does as a compiled one."""

import gc
import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

import router.core
import rules
from rules.expression import Expression, expression


def test_every_expression_compiles() -> None:
    for package in (rules, router.core):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    gc.unfreeze()  # what was there when tests were collected is put out of sight (tests/conftest.py)
    waiting = [each for each in gc.get_objects() if isinstance(each, Expression)]
    assert len(waiting) > 500
    for each in waiting:
        assert each.groups >= 0, each.pattern


def test_it_does_as_a_compiled_one_does() -> None:
    late, early = expression("(?P<word>[a-z])x", re.IGNORECASE), re.compile("(?P<word>[a-z])x", re.IGNORECASE)
    for _ in range(2):
        assert [match["word"] for match in late.finditer("AxbXc")] == ["A", "b"]
        assert late.search("ax", 1) is None
    assert (late.pattern, late.flags, late.groupindex) == (early.pattern, early.flags, early.groupindex)


def test_a_mistake_is_said_when_it_is_used() -> None:
    broken = expression("(")
    with pytest.raises(re.error, match="unterminated"):
        broken.search("")
