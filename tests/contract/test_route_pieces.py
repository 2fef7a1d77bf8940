"""`route`: whoever completes a recovery phrase reads it masked in the decision, as it is stored."""

import asyncio
import json

import pytest

from router import beside
from router.store.script import select

WORDS = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "legal", "winner", "thank", "yellow"]
MASK = "[SEED_PHRASE]"


async def _history(texts):
    """The decisions, and what is stored of each message."""
    asked = [
        {"channel": "telegram", "message_id": f"m{number}", "thread_id": "t", "visibility": "private",
         "sent_at": f"2026-11-02T08:00:{number:02}Z", "sender": {"id": "7"}, "text": text}
        for number, text in enumerate(texts)
    ]  # fmt: skip
    async with beside.rehearsal(None) as rehearsal:
        answers = [answer async for answer in rehearsal.decide(json.dumps(one).encode() for one in asked)]
        kept = await rehearsal._store.read(select("SELECT text, redactions FROM messages ORDER BY external_id"))
    return answers, [(text, json.loads(redactions)) for text, redactions in kept]


@pytest.mark.parametrize("sizes", [(4, 4, 4), (6, 6), (7, 5)])
def test_the_message_that_completes_a_phrase_is_decided_as_it_is_stored(sizes):
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    texts = [" ".join(WORDS[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    answers, kept = asyncio.run(_history(texts))
    assert [text for text, _ in kept] == [MASK] * len(sizes)
    last = answers[-1]
    spans = [(one.field, one.start, one.end, one.type) for one in last.redactions]
    assert (last.text, spans) == (MASK, [("text", 0, len(texts[-1]), "SEED_PHRASE")])
    assert [(one["start"], one["end"]) for one in kept[-1][1]] == [(0, len(texts[-1]))]
    assert "leaked-secret" in {reason.rule for reason in last.reasons}


def test_what_was_masked_in_it_before_is_told_too_as_the_text_came_in():
    card, words = "card 4111 1111 1111 1111", " ".join(WORDS[6:])
    answers, kept = asyncio.run(_history([" ".join(WORDS[:6]), f"{words}. {card}"]))
    assert answers[-1].text == kept[-1][0] == f"{MASK}. card [CARD]"
    spans = [(one.start, one.end, one.type) for one in answers[-1].redactions]
    behind = len(words) + len(". card ")
    assert spans == [(0, len(words), "SEED_PHRASE"), (behind, behind + 19, "CARD")]
    assert [(one["start"], one["end"], one["type"]) for one in kept[-1][1]] == spans
