"""The page on which one plays a customer of X shows what agents sent."""

import re

import pytest

from connectors.x.demo import DemoX
from router.clock import SystemClock
from router.connector import OutboundAttachment, Sent
from tests.contract.test_demo_files import get, said, send
from tests.servers.x_house import XHouse, now


@pytest.mark.parametrize("where", ["private", "public"])
@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        (b"\0\0\0\x0cftypmp42\0\0\0\x08moov", "video/mp4", "film.mp4"),
        (b"GIF89a" + bytes(500) + b";", "image/gif", "animation.gif"),
    ],
)
async def test_a_film_or_gif_of_an_agent_is_shown_after_a_kill_too(tmp_path, where, data, kind, name):
    demo = DemoX(SystemClock(), tmp_path)
    await demo.start()
    await send(demo._play.url, text="@wallet how?", how="write" if where == "private" else "post")
    asked = [each["id"] for each in demo._server.state.posts.values() if each["author_id"] == "4242"]
    connector = XHouse().made(demo.settings())
    film, under = (
        OutboundAttachment(name="way", content_type=kind, data=data),
        {"in_reply_to": asked[0]} if asked else {},
    )
    assert isinstance(await connector.send(now("4242", "So.", attachments=(film,), **under)), Sent)
    await connector.close()
    await demo.stop()
    demo = DemoX(SystemClock(), tmp_path)
    await demo.start()
    shown = await said(demo._play.url, f"{where}?id=4242")
    (place,) = re.findall(r'class="file" href="([^"]+)"', shown)
    assert place.endswith(f"/{name}")
    assert ("<img" in shown, "t.co" in shown) == (kind == "image/gif", False)
    answer, body = await get(demo._play.url + place)
    assert (answer.content_type, body) == (kind, data)
    assert "Content-Disposition" not in answer.headers, "it is played, not saved"
    await demo.stop()
