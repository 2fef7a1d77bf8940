"""`switchboard export`: messages or contacts, in the formats that import reads."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import House, opened
from router.cli.paths import add_config, named
from router.cli.progress import Progress
from router.flow.abuse import held_entry
from router.model.contact import PROVIDERS
from router.model.message import AttachmentIn, InboundEvent, Sender, StoredAttachment
from router.model.tables import Contact, Conversation, Identity, Message
from router.model.wire import encode_message
from router.store import blocks, contacts, inbox, journal

_PAGE = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("--contacts", action="store_true", help="contacts instead of messages")
    parser.add_argument("file", nargs="?", type=named, default="-", metavar="FILE", help="- is standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write one JSON object per line."""
    if arguments.file == "-":
        return asyncio.run(_export(arguments, sys.stdout.buffer))
    with Path(arguments.file).open("ab") as output:
        return asyncio.run(_export(arguments, output))


async def _export(arguments: argparse.Namespace, output: IO[bytes]) -> int:
    encoder, done = msgspec.json.Encoder(), 0
    progress = Progress("contacts" if arguments.contacts else "messages")
    async with opened(arguments.config) as house:
        if arguments.file != "-" and output.seekable() and output.tell():
            output.truncate(0)  # only now: while the house is away, the export of yesterday stays
        async for row in _contacts(house) if arguments.contacts else _messages(house):
            output.write(encoder.encode(row) + b"\n")
            done += 1
            if done % _PAGE == 0:
                progress(done)
        left_out = 0 if arguments.contacts else await _undecided(house)
    output.flush()
    progress.close()
    if left_out:
        print(
            f"accepted, not decided yet and so left out: {left_out}; once a running service has routed them (what it "
            "cannot is in: switchboard dead-letters list), export again",
            file=sys.stderr,
        )
    return EXIT_DONE


async def _undecided(house: House) -> int:
    """How many accepted events are no messages yet."""
    return await house.store.read(journal.backlog()) + await house.store.read(journal.count_dead())


async def _contacts(house: House) -> AsyncIterator[dict[str, object]]:
    after = ""
    while page := await house.store.read(contacts.dump(after=after, limit=_PAGE)):
        for contact, identities in page:
            if contact.key is None and not identities:
                continue  # of callers and the unproven: no message would find its row, each import made one more
            yield _contact(contact, identities)
        after = page[-1][0].id


def _contact(contact: Contact, identities: list[Identity]) -> dict[str, object]:
    values: dict[str, list[str]] = {}
    for identity in identities:
        values.setdefault(identity.kind, []).append(identity.value)
    row: dict[str, object] = {
        "contact": contact.key or f"C-{contact.number}",
        "name": contact.name,
        "vip": contact.vip,
        "language": contact.language,
        "emails": values.pop("email", []),
        "phones": values.pop("phone", []),
        "linked": True,
    }
    for kind in ("user_id", *PROVIDERS):
        if kind in values:
            row[kind] = values[kind].pop(0)
    if others := sorted((kind, value) for kind, held in values.items() for value in held):
        row["identities"] = [{"kind": kind, "value": value} for kind, value in others]
    if contact.ext is not None:
        row["ext"] = msgspec.Raw(contact.ext.encode())
    return row


async def _messages(house: House) -> AsyncIterator[dict[str, object]]:
    after = ""
    while page := await house.store.read(inbox.dump(after=after, limit=_PAGE)):
        for message, conversation in page:
            yield encode_message(await _event(house, message, conversation))
        after = page[-1][0].id
    async for row in _held(house):
        yield row


async def _held(house: House) -> AsyncIterator[dict[str, object]]:
    """What is in no ticket yet: each says that it is held, so that an import holds it again."""
    after = ""
    while page := await house.store.read(blocks.dump_held(after=after, limit=_PAGE)):
        for line in page:
            entry = held_entry(line)
            if entry is not None:
                files = tuple([await _file(house, file) for file in entry.attachments])
                yield encode_message(msgspec.structs.replace(entry.event, held=line.held.reason, attachments=files))
        after = page[-1].held.id


async def _event(house: House, message: Message, conversation: Conversation) -> InboundEvent:
    return InboundEvent(
        kind="message",
        channel=message.channel,
        account=message.account,
        message_id=message.external_id or message.id,
        thread_id=conversation.thread,
        in_reply_to=message.in_reply_to,
        references=message.references,
        visibility=message.visibility,
        sent_at_ms=message.sent_at_ms,
        sender=message.sender or Sender(id=conversation.peer),
        subject=message.subject,
        text=message.text,
        html=message.html,
        language=message.language,
        automatic=message.automatic,
        ext=message.ext,
        attachments=tuple([await _file(house, file) for file in message.attachments]),
    )


async def _file(house: House, file: StoredAttachment) -> AttachmentIn:
    return AttachmentIn(
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        data=await house.media.read(file),
        url=file.url,
        content_id=file.content_id,
    )
