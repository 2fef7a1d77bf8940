"""Files that agents attach: taken piece by piece, looked at, and refused before anything is sent.

What a file is, its content says. Text among them passes the detectors of the outbound guard; what cannot be looked
through (pictures, documents) is the agent's to answer for.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from router.core.replies import ChannelView, check_file
from router.core.textfiles import look_through
from router.flow.channels import Channels
from router.flow.media import Media
from router.flow.spool import Spool, TooLong
from router.model.errors import Refused, existing
from router.model.filekinds import file_name
from router.model.filetypes import UNTOLD, type_of
from router.model.ids import AttachmentId, BlobHash, EventId, TicketId
from router.model.limits import TEXT_FILES_BYTES_MAX, UPLOAD_MS, UPLOADS_MAX
from router.model.message import StoredAttachment, Visibility
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.store import commands as gather
from router.store import media as store_media
from router.store.rows import UploadRow
from router.store.script import Store
from rules.redact import redact

_OFFICE: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Archives to their content; programs that open them go by these."""


class Uploads:
    """Files for replies to come."""

    def __init__(self, *, store: Store, media: Media, channels: Channels, clock: Clock, ids: Ids) -> None:
        self._store, self._media, self._channels, self._clock, self._ids = store, media, channels, clock, ids

    async def take(
        self, ticket_id: TicketId, name: str, pieces: AsyncIterator[bytes], length: int | None, agent: Agent
    ) -> StoredAttachment:
        """Keep a file until its reply is written. `length` is what was announced, in bytes.

        Raises Refused (no_files, file_too_big, file_empty, file_kind, file_blocked, too_many_uploads).
        """
        facts = existing(await self._store.read(gather.reply_facts(ticket_id, EventId(0))), "ticket", ticket_id)
        conversation = facts.conversation
        channel = self._channels.view(conversation)
        name = redact(file_name(name), visibility=conversation.visibility).text
        check_file(name, 1 if length is None else length, None, channel)
        if await self._store.read(store_media.count_uploads(agent.id)) >= UPLOADS_MAX:
            detail = f"{UPLOADS_MAX} files wait for their replies already; send or remove some"
            raise Refused("too_many_uploads", detail, status=422, data={"limit": UPLOADS_MAX})
        async with Spool(channel.bytes_max(None)) as spool:
            await _fill(spool, pieces, name, channel)
            file = await self._looked_at(spool, name, conversation.visibility)
            check_file(name, spool.size, file.sniffed, channel)
            now_ms = self._clock.now_ms()
            upload = UploadRow(
                id=file.id,
                agent_id=agent.id,
                ticket_id=ticket_id,
                file=file,
                hash=BlobHash(spool.hash),
                created_at_ms=now_ms,
                expires_at_ms=now_ms + UPLOAD_MS,
            )
            await self._media.keep_upload(upload, spool)
        return file

    async def drop(self, upload_id: AttachmentId, agent: Agent) -> None:
        """Take one back; nothing when it is gone already."""
        await self._media.drop_upload(upload_id, agent.id)

    async def _looked_at(self, spool: Spool, name: str, visibility: Visibility) -> StoredAttachment:
        sniffed = type_of(spool.head)
        file = StoredAttachment(
            id=AttachmentId(self._ids.new()),
            name=name,
            content_type=sniffed or UNTOLD,
            size=spool.size,
            blob=BlobHash(spool.hash),
            sniffed=sniffed or UNTOLD,
        )
        if sniffed == "application/zip":
            kind = _OFFICE.get(name.rpartition(".")[2].lower(), sniffed)
            return msgspec.structs.replace(file, content_type=kind)
        if sniffed is not None or spool.size > TEXT_FILES_BYTES_MAX:
            return file
        data = b"".join([segment async for segment in spool.segments()])
        # Seconds for a large one, which the loop has not got: leases run out meanwhile.
        looked = await asyncio.to_thread(look_through, data, name=name, content_type=UNTOLD, visibility=visibility)
        if looked.checked == "masked":
            found = sorted({kind for kind, _ in looked.values})
            detail = f"{name} holds {', '.join(found)}; nobody sends that"
            raise Refused("file_blocked", detail, status=422, data={"name": name, "findings": found})
        if looked.checked == "clean":
            return msgspec.structs.replace(file, content_type="text/plain", checked="clean")
        return file


async def _fill(spool: Spool, pieces: AsyncIterator[bytes], name: str, channel: ChannelView) -> None:
    try:
        async for piece in pieces:
            await spool.write(piece)
    except TooLong:
        check_file(name, spool.size, None, channel)
        raise AssertionError("what is too long for the spool is too long for the channel") from None
