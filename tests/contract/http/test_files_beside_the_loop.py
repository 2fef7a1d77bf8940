"""What takes seconds of processor time is done in a thread, so that leases, the feed and acknowledgements go on."""

import threading

import pytest

from router.core.textfiles import look_through
from tests.contract.http.test_files import upload

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_agents_attach_is_looked_through_beside_the_loop(house, told, monkeypatch):
    on_the_loop = []

    def noted(*args, **more):
        on_the_loop.append(threading.current_thread() is threading.main_thread())
        return look_through(*args, **more)

    monkeypatch.setattr("router.flow.uploads.look_through", noted)
    await upload(house, await told(), b"a note", "note.txt")
    assert on_the_loop == [False]
