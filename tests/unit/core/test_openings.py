"""Who first opened a file that nobody could check: told once, of what customers sent; nothing else is changed by it."""

import msgspec
import pytest

from router.core.openings import open_file, unopened
from router.model.changes import Record, Save
from router.model.message import Opening, StoredAttachment
from router.model.tables import Message
from tests.contract.store_suite.make import NOW, Case

PICTURE = StoredAttachment(id="f1", name="a.png", content_type="image/png", size=3, blob="b1")
OTHER = msgspec.structs.replace(PICTURE, id="f2", name="b.png", blob="b2")


def sent(*files: StoredAttachment, **fields) -> Message:
    return msgspec.structs.replace(Case("Ann").message, attachments=files, **fields)


def test_the_first_opening_is_kept_with_the_file_and_told_once():
    message = sent(PICTURE, OTHER)
    save, record = open_file(message, OTHER.id, "mei", now_ms=NOW)
    assert isinstance(save, Save)
    assert isinstance(save.row, Message)
    seen = msgspec.structs.replace(OTHER, opened=Opening(by="mei", at_ms=NOW))
    assert save.row == msgspec.structs.replace(message, attachments=(PICTURE, seen), version=message.version + 1)
    assert isinstance(record, Record)
    event = record.event
    assert (event.kind, event.actor, event.message_id, event.data) == (
        "file.opened", "agent:mei", message.id, {"file": "f2"},
    )  # fmt: skip
    assert (event.ticket_id, event.conversation_id) == (message.ticket_id, None), "customers follow conversations"
    assert open_file(save.row, OTHER.id, "ann", now_ms=NOW + 1) == []
    assert len(open_file(save.row, PICTURE.id, "ann", now_ms=NOW + 1)) == 2


@pytest.mark.parametrize(
    "message",
    [
        sent(msgspec.structs.replace(PICTURE, checked="clean")),
        sent(msgspec.structs.replace(PICTURE, checked="masked")),
        sent(msgspec.structs.replace(PICTURE, state="remote", blob=None, url="https://x.example/a")),
        sent(PICTURE, kind="reply"),
        sent(OTHER),
        sent(),
    ],
    ids=["clean", "masked", "not there yet", "ours", "another", "none"],
)
def test_nothing_else_waits_for_somebody_to_look(message):
    assert unopened(message, PICTURE.id) is None
    assert open_file(message, PICTURE.id, "mei", now_ms=NOW) == []
