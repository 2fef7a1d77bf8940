"""Every awkward mail of tests/corpora/mail reads as its JSON says, with CRLF and with bare LF."""

import json
from pathlib import Path

import msgspec
import pytest

from connectors.email.parse import parse
from router.connector import RawEvent
from router.core.html import derive_text
from router.core.quotes import words_of

CORPUS = Path(__file__).parents[2] / "corpora" / "mail"
META = {"address": "help@shop.example"}
NAMES = sorted(path.stem for path in CORPUS.glob("*.eml"))


def shown(event):
    """The event in the words of the corpus."""
    return {
        "attachments": [[a.name, a.content_type, a.size, a.content_id] for a in event.attachments],
        "references": list(event.references),
        "participants": list(event.participants),
        "ext": None if event.ext is None else json.loads(event.ext),
        "sender": {name: getattr(event.sender, name) for name in ("id", "name", "email", "verified")},
        **{
            name: getattr(event, name)
            for name in event.__struct_fields__
            if name not in {"attachments", "references", "participants", "ext", "sender"}
        },
    }


def check(raw, wanted):
    wanted = dict(wanted)
    (event,) = parse(RawEvent(body=raw, meta=META | wanted.pop("meta", {})), "default")
    found = shown(event)
    if "words" in wanted:
        text = event.text if event.text is not None else derive_text(event.html)
        assert words_of(msgspec.structs.replace(event, text=text)).split() == wanted.pop("words").split()
    prefix = wanted.pop("message_id_prefix", None)
    if prefix is not None:
        assert found["message_id"].startswith(prefix)
    if "attachments" in wanted:
        for one, expected in zip(found["attachments"], wanted["attachments"], strict=True):
            if expected[2] is None:
                one[2] = None
    assert {name: found[name] for name in wanted} == wanted
    for attachment in event.attachments:
        assert attachment.size == len(attachment.data)


def test_the_corpus_is_there():
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_awkward_mail(name):
    wanted = json.loads((CORPUS / f"{name}.json").read_text())
    check((CORPUS / f"{name}.eml").read_bytes(), wanted)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "utf16-with-bom"])
def test_awkward_mail_with_bare_line_feeds(name):
    wanted = json.loads((CORPUS / f"{name}.json").read_text())
    raw = (CORPUS / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n")
    check(raw, wanted)
