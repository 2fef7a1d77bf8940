"""`override`: parts of rules that another file defines, changed in place.

Maps are merged key by key, whatever else is written replaces what was there, and a list of the rule may be edited:
`append`, `remove`, `replace`.
"""

from typing import Final

from rules.document import Listing, Node, Scalar, Table
from rules.problems import meant
from rules.reader import Reader
from rules.sections import Section

_EDITS: Final = ("append", "remove", "replace")


def apply(sections: list[Section], reader: Reader) -> None:
    """Put the overrides of all files into the rules they name, in the order of the files."""
    changes = [
        change
        for section in sections
        if "override" in section
        for change in reader.pairs(section["override"], "override")
    ]
    if not changes:
        return
    places = {
        identity.value: (section, number)
        for section in sections
        if isinstance(rules := section.get("rules"), Listing)
        for number, item in enumerate(rules.items)
        if isinstance(item, Table) and isinstance(identity := item.get("id"), Scalar)
    }
    for name, partial in changes:
        if name.value not in places:
            reader.fail(name.at, "unknown-rule", f"there is no rule {name.value}", meant(name.value, places))
        elif not isinstance(partial, Table):
            reader.wrong(partial, "an override must be a map with parts of the rule")
        elif (identity := partial.get("id")) is not None:
            reader.fail(identity.at, "value", "an override cannot rename a rule", "delete the id")
        else:
            section, number = places[name.value]
            _put(section, number, partial, reader)


def _put(section: Section, number: int, partial: Table, reader: Reader) -> None:
    rules = section["rules"]
    if isinstance(rules, Listing):
        items = list(rules.items)
        items[number] = _merged(items[number], partial, reader)
        section["rules"] = Listing(tuple(items), rules.at)


def _merged(old: Node, new: Node, reader: Reader) -> Node:
    if not isinstance(new, Table):
        return new
    if new.entries and all(key.value in _EDITS for key, _ in new.entries):
        return _edited(old, new, reader)
    if not isinstance(old, Table):
        return new
    entries = {key.value: (key, value) for key, value in old.entries}
    for key, value in new.entries:
        was = entries.get(key.value)
        if was is not None:
            entries[key.value] = (was[0], _merged(was[1], value, reader))
        elif isinstance(value, Table) and value.entries and all(edit.value in _EDITS for edit, _ in value.entries):
            hint = meant(key.value, entries)
            reader.fail(key.at, "unknown-key", f"the rule has no {key.value} to edit", hint)
        else:
            entries[key.value] = (key, value)
    return Table(tuple(entries.values()), old.at)


def _edited(old: Node, new: Table, reader: Reader) -> Node:
    """A list with some of its items added, taken out, or all of them replaced."""
    if isinstance(old, Table):
        reader.wrong(new, "only a list can be edited")
        return old
    items = _items(old)
    for key, value in new.entries:
        given = _items(value)
        if key.value == "replace":
            items = given
        elif key.value == "append":
            items += given
        else:
            items = _without(items, given, reader)
    return Listing(tuple(items), old.at)


def _items(node: Node) -> list[Node]:
    return list(node.items) if isinstance(node, Listing) else [node]


def _without(items: list[Node], given: list[Node], reader: Reader) -> list[Node]:
    for one in given:
        words = [item.value for item in items if isinstance(item, Scalar)]
        if not isinstance(one, Scalar) or one.value not in words:
            what = one.value if isinstance(one, Scalar) else "this"
            reader.fail(one.at, "unknown-value", f"the list does not hold {what}", meant(what, words))
        else:
            items = [item for item in items if not (isinstance(item, Scalar) and item.value == one.value)]
    return items
