"""Pages lead somewhere: every link, anchor, picture and `make` command in our Markdown is there."""

import re
from pathlib import Path
from urllib.parse import unquote

from tests.house.tree import ROOT, ours, text

# [text](target) and ![alt](target "title"); code spans and fences are taken out first.
_LINK = re.compile(r"!?\[[^\]\n]{0,300}\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def prose(path: Path) -> str:
    return _CODE.sub("", _FENCE.sub("", text(path)))


def anchors(path: Path) -> set[str]:
    """The ids a forge gives to headings: lower case, punctuation gone, blanks to hyphens, repeats numbered."""
    seen: dict[str, int] = {}
    found = set()
    for heading in _HEADING.findall(_FENCE.sub("", text(path))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.add(slug if count == 0 else f"{slug}-{count}")
    return found


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in _LINK.findall(prose(page)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (ROOT / page.parent / unquote(name)).resolve() if name else ROOT / page
        if not place.exists():
            broken.append(f"{page}: {target} leads nowhere")
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            broken.append(f"{page}: {target} names a heading that {place.name} does not have")
    return broken


def test_every_relative_link_resolves():
    broken = [problem for page in ours(".md") for problem in broken_links(page)]
    assert not broken, "\n" + "\n".join(broken)


def test_every_make_command_in_the_docs_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = [
        f"{page}: make {target}"
        for page in ours(".md")
        for target in re.findall(r"(?:`|^|\$ )make ([a-z]+)", text(page), re.MULTILINE)
        if target not in targets
    ]
    assert not unknown, "\n" + "\n".join(unknown)


def test_a_dead_link_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Über `uns`, etc.\n[a](#über-uns-etc) [b](gone.md) `[c](code.md)` [d](#none)\n")
    assert broken_links(page) == [
        f"{page}: gone.md leads nowhere",
        f"{page}: #none names a heading that page.md does not have",
    ]
