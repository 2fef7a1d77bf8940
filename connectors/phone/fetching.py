"""Recordings and pictures: fetched at once, from the provider alone, or told why they are not here."""

from typing import Final

from connectors.phone.client import Client
from connectors.phone.payload import Fetched
from router.connector import Context
from router.failures import Failed
from router.model.limits import RAW_BYTES_MAX

MEDIA_MAX: Final = 10
"""Pictures of one text message."""
_HEAD_BYTES: Final = 65_536
"""Kept free beside the files of one payload."""
_TYPES: Final = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg", "audio/amr": ".amr", "video/mp4": ".mp4", "video/3gpp": ".3gp", "application/pdf": ".pdf",
    "text/vcard": ".vcf", "text/plain": ".txt",
}  # fmt: skip


class Fetcher:
    """Fetches for one account. A message never waits for its file for ever."""

    def __init__(self, client: Client, context: Context) -> None:
        self._client, self._context = client, context

    async def recording(self, sid: str) -> tuple[Fetched, bytes]:
        """A voicemail."""
        name = f"voicemail-{sid[-8:]}.mp3"
        try:
            data = await self._client.recording(sid)
        except Failed as error:
            return self._missing(
                Fetched(name=name, content_type="audio/mpeg"), f"{error}; the provider has it as {sid}"
            )
        return Fetched(name=name, content_type="audio/mpeg", size=len(data)), data

    async def pictures(self, form: dict[str, str]) -> list[tuple[Fetched, bytes]]:
        """What was sent with a text message."""
        count, left = form.get("NumMedia", "0"), RAW_BYTES_MAX - _HEAD_BYTES
        found: list[tuple[Fetched, bytes]] = []
        for place in range(min(int(count) if count.isdecimal() and len(count) < 4 else 0, MEDIA_MAX)):
            kind = form.get(f"MediaContentType{place}", "").lower()
            known = kind if kind in _TYPES else "application/octet-stream"
            name = f"picture-{place + 1}{_TYPES.get(kind, '')}"
            try:
                data = await self._client.media(form.get(f"MediaUrl{place}", ""))
            except Failed as error:
                found.append(self._missing(Fetched(name=name, content_type=known), str(error)))
                continue
            if len(data) > left:
                found.append(self._missing(Fetched(name=name, content_type=known), "the message is too large"))
                continue
            left -= len(data)
            found.append((Fetched(name=name, content_type=known, size=len(data)), data))
        return found

    async def delete(self, sid: str) -> None:
        """Have a recording deleted that is here. What stays there is told."""
        try:
            await self._client.delete_recording(sid)
        except Failed as error:
            self._context.log.warning("phone.recording_not_deleted", recording=sid, reason=str(error))

    def _missing(self, file: Fetched, why: str) -> tuple[Fetched, bytes]:
        self._context.log.warning("phone.file_not_fetched", account=self._context.account, reason=why)
        told = Fetched(name=file.name, content_type=file.content_type, problem=f"could not be fetched ({why})")
        return told, b""
