"""A recovery phrase told in several messages: what a running house still holds of it."""

import aiohttp
import msgspec

from router.store.script import select
from tests.e2e import carriers
from tests.e2e.load import settled
from tests.servers.service import Service

PIECES = ("my phrase comes in parts", "few hen reform zebra", "oxygen cabin blouse lunar", "pistol gadget river lamp")
KINDS = ["telegram"]


async def test_no_piece_is_kept(tmp_path):
    service = Service(tmp_path, channels=[{"kind": "api", "settings": {"kinds": KINDS}}])
    worker = service.worker("intake,route,deliver,web")
    try:
        await worker.start()
        headers = {"Authorization": f"Bearer {await service.api_token(*KINDS)}"}
        async with aiohttp.ClientSession() as http, service.store() as store:
            for number, text in enumerate(PIECES):
                event = {
                    "channel": "telegram", "message_id": f"m{number}", "visibility": "private", "text": text,
                    "sent_at": carriers.SENT_AT, "thread_id": "t", "sender": {"id": "77"},
                }  # fmt: skip
                async with http.post(f"{service.url}/api/v1/messages", json=event, headers=headers) as response:
                    assert response.status == 202, await response.text()
                await settled(store)
            rows = await store.read(select("SELECT text FROM messages WHERE kind = 'inbound' ORDER BY id"))
            assert [row[0] for row in rows] == [PIECES[0], *["[SEED_PHRASE]"] * 3]
            kept = await store.read(select("SELECT message_id FROM journal WHERE sealed_id IS NOT NULL"))
            assert kept == [("m0",)]
            words = [row[0] for row in await store.read(select("SELECT document FROM search_text ORDER BY message_id"))]
            tickets = await store.read(select("SELECT subject, snippet, findings FROM tickets"))
            left = msgspec.json.encode([words, tickets]).decode()
            assert not [word for piece in PIECES[1:] for word in piece.split() if word in left]
            assert "SEED_PHRASE" in left
    finally:
        await service.end()
