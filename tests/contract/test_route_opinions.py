"""Where words leave a doubt, an encoder is asked in a thread: whoever waits for the event loop does not wait for it."""

import asyncio
import json
import threading

import pytest

from router import beside
from rules.encoder import Encoder

RULES = b"""\
version: 1
queues: {general: {default: true}}
weights:
  incident:
    start: -1
    words: |
      +1 coins
    opinion: {encoder: incident, from: -1, start: 0, counts: 1}
rules:
  - {id: it, when: {message.text|weighs: {of: incident, at least: 2}}, then: {urgency: critical}}
"""
THEFT = "someone emptied my wallet last night and took the coins"


def line(number: int, text: str) -> bytes:
    found = {"channel": "telegram", "message_id": f"m{number}", "visibility": "private", "sender": {"id": str(number)}}
    return json.dumps(found | {"sent_at": f"2026-11-02T08:00:{number:02}Z", "text": text}).encode()


async def urgencies(lines, rules=RULES):
    async with beside.rehearsal({"rules.yaml": rules}) as rehearsal:
        return [getattr(answer, "urgency", "failed") async for answer in rehearsal.decide(lines)]


@pytest.fixture
def asked(monkeypatch):
    """What the encoder was asked, and by which thread."""
    found: list[tuple[str, bool]] = []
    score = Encoder.score

    def noted(self, text):
        found.append((text, threading.current_thread() is threading.main_thread()))
        return score(self, text)

    monkeypatch.setattr(Encoder, "score", noted)
    return found


def test_a_doubt_is_settled_in_a_thread_and_once(asked):
    texts = [THEFT, "How do I change my picture?", f"{THEFT}!"]
    assert asyncio.run(urgencies([line(number, text) for number, text in enumerate(texts)])) == [
        "critical", "normal", "critical",
    ]  # fmt: skip
    assert [text for text, _ in asked] == [THEFT, texts[1].lower(), f"{THEFT}!"]
    assert not any(on_the_loop for _, on_the_loop in asked)


def test_words_decide_alone_where_the_encoder_fails(monkeypatch):
    score = Encoder.score

    def broken(self, text):
        if "picture" in text:
            raise RuntimeError(text)
        return score(self, text)

    monkeypatch.setattr(Encoder, "score", broken)
    texts = ["How do I change my picture this week?", f"{THEFT} again", "coins coins coins, says my picture"]
    rules = RULES.replace(b"+1 coins", b"+4 coins")
    assert asyncio.run(urgencies([line(number, text) for number, text in enumerate(texts)], rules)) == [
        "normal", "critical", "critical",
    ]  # fmt: skip


def test_words_decide_alone_where_there_is_no_encoder(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr("rules.opinion._encoder", absent)
    rules = RULES.replace(b"+1 coins", b"+4 coins")
    assert asyncio.run(urgencies([line(1, "he took all those coins, all")], rules)) == ["critical"]
