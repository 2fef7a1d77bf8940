"""What the web form refuses, how it says so, and that nothing typed is lost when it does."""

import asyncio
import io
import json
import re
import zipfile
from urllib.parse import urlsplit

import pytest

from connectors.form.manifest import MANIFEST
from connectors.form.paces import Gate
from connectors.form.settings import Limits
from connectors.form.simulator import ChosenFile, encoded
from connectors.form.submission import UPLOADS_MAX
from router.config import ChannelConfig
from router.discovery import settings_of
from router.model.errors import ConfigError
from tests.servers.form_house import FILLED, customer_of, running_house

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MEGABYTE = 1_048_576


def zip_bomb():
    """42 kB that say they hold 40 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(40 * MEGABYTE))
    return packed.getvalue()


async def sent(house, http, *files, **values):
    customer = customer_of(house, http)
    return await customer.send(await customer.open(), *files, **FILLED | values)


async def stored_files(house):
    await house.tickets()
    ((kept,),) = await house.rows("SELECT attachments FROM messages WHERE kind = 'inbound'")
    return sorted((file["name"], file["content_type"], file["size"], file["state"]) for file in json.loads(kept))


# --- people and machines ---------------------------------------------------------------------------------------------


async def test_a_filled_honeypot_is_sent_back_and_a_person_gets_through_at_once(house, http):
    customer = customer_of(house, http)
    caught = await customer.send(await customer.open(), **FILLED, website="https://spam.example")
    assert (caught.status, caught.values["text"], caught.values["website"]) == (422, FILLED["text"], "")
    assert "people do not see" in caught.text
    assert await house.rows("SELECT id FROM journal") == []
    assert (await customer.send(caught)).status == 200


async def test_who_is_too_fast_is_asked_to_press_once_more(tmp_path, http):
    async with running_house(tmp_path, fill_seconds_min=5) as house:
        customer = customer_of(house, http)
        quick = await customer.send(await customer.open(), **FILLED)
        assert (quick.status, quick.values["text"]) == (422, FILLED["text"])
        assert "very quick" in quick.text
        house.clock.ahead_ms += 5_000
        assert (await customer.send(quick)).status == 200
        # Nobody has to be slow in an emergency.
        assert "Alarm raised" in (await customer.press_alarm(await customer.open())).text


@pytest.mark.parametrize("proxies", [{"before": 1}, {"before": 2, "proxies": 1}])
async def test_an_address_has_its_pace_and_is_told_when_to_come_back(tmp_path, http, proxies):
    async with running_house(tmp_path, limits={"per_address_hour": 2}, **proxies) as house:
        first = customer_of(house, http, **{"X-Forwarded-For": "6.6.6.6, 192.0.2.1"})
        pages = [await first.open() for _ in range(3)]
        one, two, three = [
            await first.send(page, **FILLED | {"text": f"message {number}"}) for number, page in enumerate(pages)
        ]
        assert (one.status, two.status, three.status) == (200, 200, 429)
        assert three.headers["Retry-After"] == "1800"
        assert "again in 30 min" in three.text
        assert three.values["text"] == "message 2"
        # What was taken before is known: its page is no new message.
        assert (await first.send(pages[0], **FILLED | {"text": "message 0"})).url == one.url
        # An address that was made up by the sender does not help; another customer is not held up; help always comes.
        liar = customer_of(house, http, **{"X-Forwarded-For": "203.0.113.9, 192.0.2.1"})
        assert (await liar.send(three)).status == 429
        other = customer_of(house, http, **{"X-Forwarded-For": "192.0.2.2"})
        assert (await other.send(await other.open(), **FILLED)).status == 200
        assert "Alarm raised" in (await first.press_alarm(three)).text
        house.clock.ahead_ms += 30 * 60_000
        assert (await first.send(three)).status == 200


async def test_nobody_fills_one_mailbox_and_all_together_have_a_bound(tmp_path, http):
    async with running_house(tmp_path, limits={"per_email_hour": 1, "per_minute": 2}) as house:
        assert (await sent(house, http)).status == 200
        again = await sent(house, http, email="ANN@post.example", text="once more")
        assert (again.status, "came from here" in again.text) == (429, True)
        assert (await sent(house, http, email="bo@post.example")).status == 200
        everybody = await sent(house, http, email="cy@post.example")
        assert (everybody.status, "Very many messages" in everybody.text) == (429, True)
        assert everybody.headers["Retry-After"] == "30"


async def test_alarms_have_a_pace_of_their_own(tmp_path, http):
    async with running_house(tmp_path, limits={"alarms_per_address_minute": 1, "per_minute": 1}) as house:
        customer = customer_of(house, http)
        assert (await sent(house, http)).status == 200
        assert "Alarm raised" in (await customer.press_alarm(await customer.open())).text
        refused = await customer.press_alarm(await customer.open(), text="kept")
        assert (refused.status, refused.values["text"]) == (429, "kept")
        assert re.search(r"press the red button again in (1 min|\d\d s)\.", refused.text)


def test_one_address_that_writes_too_much_is_not_everybody():
    gate = Gate(Limits(per_address_hour=1))
    assert gate.admit("::1", None, 0, alarm=False) is None
    refusal = gate.admit("::1", None, 0, alarm=False)
    assert refusal is not None
    assert not refusal.everybody


# --- files -----------------------------------------------------------------------------------------------------------


async def test_files_are_stored_as_what_they_hold_under_names_that_lead_nowhere(house, http):
    after = await sent(
        house,
        http,
        ChosenFile(name="../../etc/passwd.exe", data=PNG, content_type="text/html"),
        ChosenFile(name="", data="hello 你好\n".encode()),
    )
    assert after.status == 200
    assert await stored_files(house) == [
        ("file", "text/plain", 13, "stored"),
        ("passwd.exe", "image/png", len(PNG), "stored"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("photo.png", b"MZ\x90\0", "photo.png is none of PNG, JPEG"),
        ("page.pdf", b"<html>\0", "page.pdf is none of PNG, JPEG"),
        ("bomb.png", zip_bomb(), "bomb.png is none of PNG, JPEG"),
        ("empty.txt", b"", "empty.txt is empty"),
        ("large.png", PNG + bytes(5 * MEGABYTE), "large.png is too large: 5.0 MB, at most 5 MB"),
    ],
)
async def test_a_file_that_is_refused_is_named_beside_its_field_and_what_was_typed_stays(house, http, name, data, said):
    refused = await sent(house, http, ChosenFile(name=name, data=data, content_type="image/png"), f_tx_hash="0xabc")
    assert refused.status == 422
    assert f'<p class="problem" id="files-problem">{said}' in refused.html
    assert 'aria-describedby="files-problem files-hint" aria-invalid="true"' in refused.html
    assert "Files have to be chosen again." in refused.text
    assert {name: refused.values[name] for name in ("text", "email", "topic", "f_tx_hash")} == {
        **FILLED,
        "f_tx_hash": "0xabc",
    }
    assert await house.rows("SELECT id FROM journal") == []
    assert (await customer_of(house, http).send(refused)).status == 200


async def test_more_files_than_are_taken_are_named(tmp_path, http):
    async with running_house(tmp_path, files={"most": 2, "megabytes": 15}) as house:
        many = await sent(house, http, *(ChosenFile(name=f"{n}.png", data=PNG) for n in range(3)))
        assert (many.status, "2.png was left out: at most 2 files." in many.text) == (422, True)
        heavy = [ChosenFile(name=f"{n}.png", data=PNG + bytes(8 * MEGABYTE)) for n in range(2)]
        both = await sent(house, http, *heavy)
        assert "1.png was left out: all files together may be 15 MB." in both.text
        assert (await sent(house, http, heavy[0])).status == 200


async def test_an_archive_that_is_allowed_rests_as_it_came_and_is_never_opened(tmp_path, http):
    bomb = zip_bomb()
    async with running_house(tmp_path, files={"kinds": ["zip"]}) as house:
        assert (await sent(house, http, ChosenFile(name="logs.zip", data=bomb))).status == 200
        assert await stored_files(house) == [("logs.zip", "application/zip", len(bomb), "stored")]
        (sealed,) = [path.read_bytes() for path in tmp_path.rglob("media/*/*/*") if len(path.name) == 64]
        assert len(sealed) < 2 * len(bomb)
        assert bomb not in sealed


async def test_a_form_may_ask_for_no_files(tmp_path, http):
    async with running_house(tmp_path, files={"most": 0}) as house:
        assert 'type="file"' not in (await customer_of(house, http).open()).html
        assert (await sent(house, http, ChosenFile(name="a.png", data=PNG))).status == 422


# --- bodies ----------------------------------------------------------------------------------------------------------


async def test_fifty_megabytes_are_read_to_the_end_and_refused_beside_the_field(house, http):
    big = await sent(house, http, ChosenFile(name="movie.png", data=PNG + bytes(50 * MEGABYTE)))
    assert (big.status, big.values["text"]) == (422, FILLED["text"])
    assert "movie.png is too large: 50.0 MB" in big.text


async def test_more_text_than_anybody_types_is_refused(house, http):
    long = await sent(house, http, text="x" * 10_001)
    assert (long.status, len(long.values["text"])) == (422, 10_001)
    assert "10,001 characters long; at most 10,000" in long.text
    huge = await sent(house, http, text="x" * 300_000)
    assert (huge.status, "too large" in huge.text) == (413, True)
    assert (await sent(house, http, text="x" * 10_000)).status == 200


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda body: body[: len(body) // 2], "multipart/form-data; boundary={}"),
        (lambda body: body, "multipart/form-data"),
        (lambda body: body, "multipart/form-data; boundary=other"),
        (lambda body: b"", "multipart/form-data; boundary={}"),
        (lambda body: b"\0" * 5_000, "multipart/form-data; boundary={}"),
        (
            lambda body: body.replace(b"\r\n\r\n", b"\r\n" + b"X: y" * 9_000 + b"\r\n\r\n", 1),
            "multipart/form-data; boundary={}",
        ),
        (
            lambda body: body.replace(b"Disposition: form-data", b"Type: multipart/mixed; boundary=b", 1),
            "multipart/form-data; boundary={}",
        ),
        (lambda body: b'{"text":"hello"}', "application/json"),
        (lambda body: b"%ff%00=&&&=%", "application/x-www-form-urlencoded"),
        (lambda body: b"a=" * 200, "application/x-www-form-urlencoded"),
        (lambda body: b"text=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
    ],
)
async def test_bytes_that_are_no_form_are_answered_with_the_form(house, http, change, kind):
    customer = customer_of(house, http)
    page = await customer.open()
    body, boundary = encoded({**page.values, **FILLED}, ())
    answer = await customer.post(house.form_url, change(body), kind.format(boundary))
    assert answer.status in {400, 413, 422}
    assert answer.values["token"]
    assert await house.rows("SELECT id FROM journal") == []
    assert (await customer.send(page, **FILLED)).status == 200


async def test_a_form_cut_off_in_its_files_keeps_what_was_typed(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    body, boundary = encoded({**page.values, **FILLED}, (ChosenFile(name="a.png", data=PNG),))
    answer = await customer.post(house.form_url, body[:-30], f"multipart/form-data; boundary={boundary}")
    assert answer.status in {400, 422}
    assert answer.values["text"] == FILLED["text"]


async def test_a_plain_form_without_files_is_taken_too(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    body = f"token={page.values['token']}&text=hello+there&email=ann%40post.example&topic=other".encode()
    answer = await customer.post(house.form_url, body, "application/x-www-form-urlencoded")
    assert answer.status == 200
    assert await house.rows("SELECT text FROM messages WHERE kind = 'inbound'") == [("hello there",)]


async def test_nuls_lone_halves_and_line_ends_are_stored_as_texts_can_be(house, http):
    after = await sent(house, http, text="a\0b\ud800c\nd", name="A\0nn", f_tx_hash="\0x")
    assert after.status == 200
    ((text, ext),) = await house.rows("SELECT text, ext FROM messages WHERE kind = 'inbound'")
    assert "\0" not in text + ext
    assert text.startswith("a\ufffdb")
    assert "c\nd" in text


async def begun(house, page, *files, cut):
    """A request of which the last `cut` bytes do not come."""
    where = urlsplit(house.form_url)
    body, boundary = encoded({**page.values, **FILLED}, files)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = (
        f"POST {where.path}?lang=en HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n"
    )
    writer.write(head.encode() + body[:-cut])
    await writer.drain()
    return reader, writer


async def test_a_form_that_takes_too_long_to_arrive_comes_back_with_what_did(tmp_path, http):
    async with running_house(tmp_path, request_seconds=1) as house:
        page = await customer_of(house, http).open()
        reader, writer = await begun(house, page, ChosenFile(name="a.png", data=PNG + bytes(900_000)), cut=40)
        answer = (await reader.read()).decode()
        assert answer.startswith("HTTP/1.1 408")
        assert FILLED["text"] in answer
        assert "took too long to arrive" in answer
        writer.close()


async def test_more_uploads_than_there_is_room_for_keep_their_words(house, http):
    customer = customer_of(house, http)
    large = ChosenFile(name="a.png", data=PNG + bytes(400_000))
    page = await customer.open()
    others = [await begun(house, await customer.open(), large, cut=40) for _ in range(UPLOADS_MAX)]
    while (refused := await customer.send(page, large, **FILLED)).status == 200:
        page = await customer.open()  # the others are still on their way in
    assert (refused.status, refused.values["text"]) == (503, FILLED["text"])
    assert "Many files are arriving at once" in refused.text
    assert (await customer.send(refused)).status == 200, "without a file there is room"
    for _, writer in others:
        writer.close()


async def test_whoever_leaves_in_the_middle_leaves_nothing(house, http):
    customer = customer_of(house, http)
    page = await customer.open()
    _, writer = await begun(house, page, cut=60)
    writer.close()
    await writer.wait_closed()
    assert (await customer.send(page, **FILLED)).status == 200
    assert len(await house.tickets()) == 1


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"titel": "x"}, "did you mean 'title'"),
        ({"languages": []}, "languages: name each language once"),
        ({"languages": ["fr"]}, "fr"),
        ({"title": {"fr": "x"}}, "fr"),
        ({"topics": [{"id": "Bad Id", "name": "x"}]}, "topics"),
        ({"topics": [{"id": "a", "name": "x"}] * 2}, "'a' stands there twice"),
        ({"fields": [{"name": "topic", "label": "x"}]}, "taken by the topics"),
        ({"fields": [{"name": "a", "label": "x", "kind": "choice"}]}, "choices go with the kind choice"),
        ({"fields": [{"name": "a", "label": "x", "topics": ["b"]}]}, "there is no topic 'b'"),
        ({"fields": [{"name": "a", "label": "x", "kind": "date"}]}, "date"),
        ({"fields": [{"name": f"a{n}", "label": "x"} for n in range(21)]}, "at most 20"),
        ({"files": {"kinds": ["exe"]}}, "'exe' is none of"),
        ({"files": {"megabytes": 16}}, "megabytes"),
        ({"allowed_origins": ["shop.example"]}, "is no origin"),
        ({"allowed_origins": ["https://a;b"]}, "holds a character"),
        ({"proxies": 9}, "proxies"),
        ({"email": "maybe"}, "maybe"),
    ],
)
def test_bad_settings_are_named(settings, said):
    with pytest.raises(ConfigError, match="form/default") as refused:
        settings_of(MANIFEST, ChannelConfig(kind="form", settings=settings))
    assert said in str(refused.value)
