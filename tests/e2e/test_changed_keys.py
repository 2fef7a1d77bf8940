"""A process whose configuration has not the keys of the others, or of an earlier day, says so when it starts."""

import json

from tests.e2e.command_desk import line
from tests.servers.service import Service


async def test_a_process_says_at_its_start_that_its_keys_do_not_open_what_is_there(tmp_path):
    service = Service(tmp_path)
    letters = tmp_path / "letters.ndjson"
    letters.write_bytes(line("m1"))
    worker = service.worker("route")
    try:
        await service.command("migrate")
        await service.command("import", str(letters))
        await worker.start()
        await worker.stop()
        assert not any("keys.do_not_open" in said for said in worker.log)
        settings = json.loads(service.config.read_text())
        settings["secrets"] |= {"seal_keys": {"k2": "33" * 32}, "seal_key": "k2"}
        service.config.write_text(json.dumps(settings))
        await worker.start()
        (said,) = [json.loads(each) for each in worker.log if "keys.do_not_open" in each]
        assert (said["level"], "'k1'" in said["reason"]) == ("error", True)
        assert await worker.stop() == 0
    finally:
        await service.end()
