"""Mails as people's programs write them, labelled with what must be read from them, and how much of that was.

`mail/tuning.ndjson` is learned from, the others are measured with; `python -m tests.corpora.letters` prints the rates.
No mail of `measuring` was read when one was read wrongly, but how many were, and what they had in common, was counted
while replies were learned to be cut: its `cut` is a little better than on mails never seen. `unseen` was sealed until
all that was done, and its rates were looked at twice: before (`cut` 87.0 %) and after.

A line is a mail (`mail`: base64 of its deflated bytes) and its labels. `text` is what the person newly wrote, without
quotes and signature; a formula of closing right above a signature that nothing announces is part of it, thanks are not.
Sizes in `bytes` may be null, and so may names of files that have none.
"""

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from connectors.email.parse import parse
from router.connector import RawEvent
from router.core.html import derive_text
from router.core.quotes import words_of
from router.model.message import InboundEvent

HERE = Path(__file__).parent / "mail"
SETS = ("tuning", "measuring", "unseen")
FIELDS = ("from", "name", "subject", "date", "id", "automatic")
_PICTURE = re.compile(r"\[(?:cid:[^\]\n]{1,200}|image: [^\]\n]{0,200})\]")
_RULER = re.compile(r"^[-_=*~ ]{3,}$", re.MULTILINE)
_OTHERS = frozenset({"forward", "automatic"})
"""Families without a text of the writer's own: what is forwarded is the message, and machines write nothing."""


class Letter(msgspec.Struct, frozen=True):
    """One mail and its labels."""

    label: dict[str, Any]
    raw: bytes

    def read(self) -> InboundEvent:
        """What our parser makes of it, in the mailbox that it was sent to."""
        ours = self.label["to"][0].lower() if self.label["to"] else ""
        (event,) = parse(RawEvent(body=self.raw, meta={"address": ours}), "default")
        return event


@cache
def letters(name: str) -> tuple[Letter, ...]:
    """All of a set."""
    lines = (HERE / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines]
    return tuple(Letter(label, zlib.decompress(base64.b64decode(label.pop("mail")))) for label in labels)


class Score:
    """Right answers of all, by what was asked and by family."""

    def __init__(self) -> None:
        self.right: Counter[tuple[str, str]] = Counter()
        self.asked: Counter[tuple[str, str]] = Counter()

    def take(self, what: str, family: str, *, right: bool) -> None:
        """Count one answer."""
        for key in ((what, family), (what, "")):
            self.asked[key] += 1
            self.right[key] += right

    def rate(self, what: str, family: str = "") -> float:
        """Of 100."""
        return 100 * self.right[what, family] / self.asked[what, family]


def scored(name: str) -> Score:
    """How a set is read: each of FIELDS and all `fields`, `files` (names and counts of a mail, both right), and the new
    words, of mails that quote (`cut`) and of others (`whole`)."""
    score = Score()
    for letter in letters(name):
        event, family = letter.read(), letter.label["family"]
        for field, right in _fields(event, letter.label):
            score.take(field, family, right=right)
            score.take("fields", family, right=right)
        if event.kind != "message":
            continue
        score.take("files", family, right=_has_files(event, letter.label))
        if family not in _OTHERS:
            what = "cut" if letter.label["quoted"] else "whole"
            score.take(what, family, right=_says(event, letter.label["text"]))
    return score


def _fields(event: InboundEvent, label: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "from", event.sender.id == label["from"].lower()
    yield "name", (event.sender.name or "") == (label["from_name"] or "")
    sent_at = datetime.fromisoformat(label["date"]) if label["date"] else None
    yield "date", sent_at is None or event.sent_at_ms == int(sent_at.timestamp() * 1000)
    wanted = (label["message_id"] or "").strip("<>")
    yield "id", event.message_id == wanted if wanted else event.message_id.startswith("sha256:")
    yield "automatic", (event.automatic != "none") == label["automatic"]
    if event.kind == "message":
        yield "subject", (event.subject or "") == (label["subject"] or "")


def _has_files(event: InboundEvent, label: dict[str, Any]) -> bool:
    """Every file by its name, and no other; one without a name has any."""
    wanted = Counter(file["name"] for file in (*label["attachments"], *label["inline"]))
    nameless = wanted.pop(None, 0)
    found = Counter(file.name for file in event.attachments)
    return not wanted - found and (found - wanted).total() == nameless


def _says(event: InboundEvent, wanted: str) -> bool:
    """Whether the new words are these. A reply that says nothing new is shown whole: nobody is shown an empty one."""
    text = event.text if event.text is not None else derive_text(event.html or "")
    said = words_of(msgspec.structs.replace(event, text=text))
    return _words(said) == _words(wanted) or (not wanted.strip() and said == text)


def _words(text: str) -> list[str]:
    """Words are compared, not lines, which programs wrap; rulers and the places of pictures are no words."""
    return _RULER.sub("", _PICTURE.sub("", text)).replace("\u200b", "").split()


def main() -> None:
    """Print how well each set is read."""
    for name in SETS:
        score = scored(name)
        for what in ("fields", "files", "cut", "whole"):
            right, asked = score.right[what, ""], score.asked[what, ""]
            print(f"{name:<10} {what:<7} {score.rate(what):5.1f} %   {right} of {asked}")


if __name__ == "__main__":
    main()
