"""Write the redaction corpora from their wordings: `python -m tests.corpora.build_redaction`.

Wordings for tuning and for measuring are two files that share no line. A line is `en + text` or `zh - text`
(`-`: nothing in it may be touched); `{CARD}` draws a secret, `{txhash}` a harmless value, `\\n` a new line.
"""

import json
import random
import re
from pathlib import Path

from tests.corpora.values import HARMLESS, SECRETS

HERE = Path(__file__).parent
SLOT = re.compile(r"\{([A-Za-z0-9_]+)\}")
COPIES_WITH_SECRET = 5
COPIES_HARMLESS = 5


def build(name: str) -> str:
    """The NDJSON of one corpus, the same at every call."""
    rng = random.Random(f"redaction {name}")
    lines: dict[str, None] = {}
    for line in (HERE / f"redaction_{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        language, kind, wording = line.split(" ", 2)
        copies = COPIES_HARMLESS if kind == "-" else COPIES_WITH_SECRET
        for _ in range(copies):
            text, spans = fill(wording.replace("\\n", "\n"), rng)
            record = {"language": language, "text": text, "spans": spans}
            lines[json.dumps(record, ensure_ascii=False)] = None
    return "\n".join(lines) + "\n"


def fill(wording: str, rng: random.Random) -> tuple[str, list[dict[str, int | str]]]:
    """The text with values in its slots, and where the secrets are."""
    text, done, spans = "", 0, []
    for slot in SLOT.finditer(wording):
        text += wording[done : slot.start()]
        done = slot.end()
        if slot.group(1) in HARMLESS:
            text += HARMLESS[slot.group(1)](rng)
            continue
        kind, make = SECRETS[slot.group(1)]
        value = make(rng)
        spans.append({"start": len(text), "end": len(text) + len(value), "type": kind})
        text += value
    return text + wording[done:], spans


if __name__ == "__main__":
    for corpus in ("tuning", "measuring"):
        (HERE / f"redaction_{corpus}.ndjson").write_text(build(corpus), encoding="utf-8")
