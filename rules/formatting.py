"""Formats a rules file: the same meaning, the same comments, one layout, for `switchboard rules fmt`.

Nothing is taken on trust: what was laid out is read again and compared with what was there, value by value and comment
by comment. A formatter on a round-trip library was tried first; it hangs a comment to the key before it, so that keys
that change places take other keys' comments along, and it broke keys over lines that it could not read again.
"""

from rules.document import Listing, Node, Scalar, Table, parse
from rules.layout import lay_out
from rules.problems import FOLLOWING, Problem, Problems, RulesError
from rules.reader import FALSE, TRUE
from rules.remarks import comments
from rules.ruleset import load
from rules.schema import schema
from rules.schema_place import Place
from rules.written import read

_FLAGS = dict.fromkeys(TRUE, "true") | dict.fromkeys(FALSE, "false")


def formatted(name: str, content: bytes) -> bytes:
    """The file as it should look. Raises RulesError for one with mistakes; names that other files define are none."""
    root = _parsed(name, content)
    _refuse_mistakes(name, content)
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    tree = read(text)
    if tree is None or root is None:
        return content
    language = Place(schema())
    laid_out = lay_out(tree, language).encode()
    if not _is_true(name, root, laid_out, language) or comments(text) != comments(laid_out.decode()):
        raise RulesError(
            [
                Problem(
                    file=name,
                    line=1,
                    col=1,
                    code="layout",
                    text="this file cannot be formatted without changing what it says",
                    hint="a defect of ours, please report it; the file is as it was",
                )
            ]
        )
    return laid_out


def _is_true(name: str, root: Table, laid_out: bytes, language: Place) -> bool:
    """Whether what was laid out says what `root` says."""
    try:
        return _same(root, _parsed(name, laid_out), language)
    except RulesError:
        return False


def _parsed(name: str, content: bytes) -> Table | None:
    problems = Problems()
    root = parse(name, content, problems)
    if problems.failed():
        raise RulesError(problems.all())
    return root


def _refuse_mistakes(name: str, content: bytes) -> None:
    try:
        load({name: content})
    except RulesError as error:
        own = [found for found in error.problems if found.severity == "error" and found.code not in FOLLOWING]
        if own:
            raise RulesError(own) from None


def _same(before: Node | None, after: Node | None, place: Place) -> bool:
    """Whether two readings mean the same to the loader; the order of keys in a map means nothing to `_same`."""
    match before, after:
        case Scalar(), Scalar():
            return _same_word(before, after, place)
        case Listing(), Listing():
            pairs = zip(before.items, after.items, strict=False)
            return len(before.items) == len(after.items) and all(_same(a, b, place.item()) for a, b in pairs)
        case Table(), Table():
            first, second = ({key.value: value for key, value in node.entries} for node in (before, after))
            keys = first.keys() == second.keys()
            return keys and all(_same(value, second[key], place.key(key)) for key, value in first.items())
        case _:
            return False


def _same_word(before: Scalar, after: Scalar, place: Place) -> bool:
    if place.takes("boolean") and before.value.lower() in _FLAGS:
        return _FLAGS[before.value.lower()] == _FLAGS.get(after.value.lower())
    if place.takes("integer") and not before.quoted and before.value.lstrip("+-").isdecimal():
        return int(before.value) == int(after.value)
    refers = before.value.startswith("$")
    return before.value == after.value and before.empty == after.empty and (before.quoted == after.quoted or not refers)
