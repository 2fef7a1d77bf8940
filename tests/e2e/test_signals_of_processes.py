"""What `serve` makes of the signals that people and supervisors send: real processes, one role each."""

import asyncio
import os
import signal

import pytest

from tests.servers.service import Service

ROLES = ("intake", "route", "deliver", "web")


@pytest.mark.parametrize("role", ROLES)
async def test_a_hangup_ends_no_service_and_says_what_is_read_anew(tmp_path, role):
    service = Service(tmp_path)
    worker = service.worker(role)
    try:
        await worker.start()
        os.kill(worker.pid, signal.SIGHUP)
        async with asyncio.timeout(10):
            while not any('"app.hangup"' in line and "restart" in line for line in worker.log):
                await asyncio.sleep(0.05)
        assert worker.running
        assert await worker.stop() == 0
    finally:
        await service.end()


@pytest.mark.parametrize("role", ROLES)
async def test_asked_to_stop_while_it_starts_it_stops_in_order(tmp_path, role):
    service = Service(tmp_path)
    worker = service.worker(role)
    try:
        await worker.launch()
        async with asyncio.timeout(60):
            while not any('"store.migrated"' in line for line in worker.log):
                await asyncio.sleep(0.005)
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()
