"""Write the redaction corpora from their wordings: `python -m tests.corpora.build_redaction`.

Wordings for tuning, for measuring and for hard cases are files that share no line. A line is `en + text` or `zh - text`
(`-`: nothing in it may be touched); `{CARD}` draws a secret, `{txhash}` a harmless value, `\\n` a new line.
`<` and `>` lines are what people write before and after; a wording that is nothing but a value stands alone.
"""

import json
import random
import re
from pathlib import Path

from tests.corpora.hard_values import HARD
from tests.corpora.values import HARMLESS

HERE = Path(__file__).parent
SLOT = re.compile(r"\{([A-Za-z0-9_]+)\}")
COPIES = 5


def build(name: str) -> str:
    """The NDJSON of one corpus, the same at every call."""
    rng = random.Random(f"redaction {name}")
    lines = [
        line.split(" ", 2)
        for line in (HERE / f"redaction_{name}.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    records: dict[str, None] = {}
    for language, kind, wording in lines:
        if kind in "<>":
            continue
        before, after = (
            [text for spoken, side, text in lines if (spoken, side) == (language, wanted)] for wanted in "<>"
        )
        for _ in range(COPIES):
            text, spans = fill(_framed(wording, before, after, rng).replace("\\n", "\n"), rng)
            record = {"language": language, "text": text, "spans": spans}
            records[json.dumps(record, ensure_ascii=False)] = None
    return "\n".join(records) + "\n"


def _framed(wording: str, before: list[str], after: list[str], rng: random.Random) -> str:
    if SLOT.fullmatch(wording):
        return wording
    begin = rng.choice([*before, ""])
    end = rng.choice([*after, ""])
    return f"{begin}{wording}{end}"


def fill(wording: str, rng: random.Random) -> tuple[str, list[dict[str, int | str]]]:
    """The text with values in its slots, and where the secrets are."""
    text, done, spans = "", 0, []
    for slot in SLOT.finditer(wording):
        text += wording[done : slot.start()]
        done = slot.end()
        if slot.group(1) in HARMLESS:
            text += HARMLESS[slot.group(1)](rng)
            continue
        kind, make = HARD[slot.group(1)]
        value = make(rng)
        spans.append({"start": len(text), "end": len(text) + len(value), "type": kind})
        text += value
    return text + wording[done:], spans


if __name__ == "__main__":
    for corpus in ("tuning", "measuring", "hard"):
        (HERE / f"redaction_{corpus}.ndjson").write_text(build(corpus), encoding="utf-8")
