"""Of somebody who filled in the form and was erased nothing is left, and their link shows nothing."""

from connectors.form.simulator import ChosenFile
from router.store.script import run
from tests.servers.form_house import FILLED, customer_of
from tests.servers.whole_house import answer_as_agent

WORDS = ("quagmarine", "bungalowish", "thimblewort", "quokkaline")
FILE = b"the bungalowish number\n"


async def test_of_an_erased_customer_nothing_is_left(house, http, tmp_path):
    customer = customer_of(house, http)
    page = await customer.open()
    said = FILLED | {"text": "my quagmarine is lost", "email": "thimblewort@post.example", "name": "Quokkaline"}
    after = await customer.send(page, ChosenFile(name="quokkaline.txt", data=FILE), **said)
    await house.tickets()
    await answer_as_agent(house.app, "it is here, Quokkaline", "reply-1")
    await house.until("SELECT state FROM outbox WHERE state = 'queued' OR state = 'sending'", lambda rows: not rows)
    await house.app.store.write(run("UPDATE media SET created_at_ms = 1"))
    await customer.send(await customer.open(), **FILLED | {"text": "of somebody else"})

    ((contact,),) = await house.rows("SELECT contact_id FROM messages WHERE text LIKE '%quagmarine%'")
    await house.app.erasures.erase(contact, "system")
    await nothing_is_left(house, tmp_path)
    shown = (await customer.open(after.url)).text.casefold()
    assert [word for word in WORDS if word in shown] == []
    assert "t-1001" not in shown

    # The browser sends the same page once more: it is known, and stays away.
    await customer.send(page, ChosenFile(name="quokkaline.txt", data=FILE), **said)
    await house.tickets()
    await house.app.store.write(run("UPDATE media SET created_at_ms = 1"))
    await house.app.media.tidy()
    await nothing_is_left(house, tmp_path)
    assert await house.rows("SELECT text FROM messages WHERE kind = 'inbound' AND state = 'live'") == [
        ("of somebody else",)
    ]


async def nothing_is_left(house, folder):
    tables = await house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    rows = [str(row) for (table,) in tables for row in await house.rows(f"SELECT * FROM {table}")]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for word in WORDS:
        assert [row for row in rows if word in row.casefold()] == []
        assert [file for file in files if word.encode() in file or word.title().encode() in file] == []
    assert [path.name for path in folder.glob("media/**/*") if path.is_file() and "place" not in path.name] == []
