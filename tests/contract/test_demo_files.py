"""Files on the pages on which one plays a customer: each goes as its provider brings it, what the provider would not
take is refused with a reason, and a kill loses none."""

import email
import email.policy
import io
import json
import re

import aiohttp
import pytest

from connectors.email.demo import DemoMail
from connectors.facebook.demo import DemoFacebook
from connectors.facebook.simulator.graph import Graph, Upload
from connectors.facebook.simulator.world import Said
from connectors.simulated import shelf
from connectors.simulated.shelf import Shelf
from connectors.telegram.demo import DemoTelegram
from connectors.x.demo import DemoX
from router.clock import SystemClock
from tests.browser.test_media_ui import png, wav

KIM = {"id": "4242", "name": "Kim <b>"}
PICTURE = ("receipt.png", png(60, 40, 200), "image/png")
PAPER = ("账单.pdf", b"%PDF-1.7 a paper", "application/pdf")
NOTE = ("note.ogg", b"OggS" + bytes(9_000), "audio/ogg")
SOUND = ("song.wav", wav(0.1), "audio/wav")
FILM = ("film.mp4", b"\0\0\0\x18ftypisom" + bytes(500), "video/mp4")
TRAP = ("trap.html", b"<script>alert(1)</script>", "text/html")
EMPTY = ("empty.txt", b"", "text/plain")
MB = 1_048_576
SUPPORT = "support@wallet.example"


async def send(url, *files, **fields):
    """As a browser sends the form; the status at the end, and the page."""
    form = aiohttp.FormData(quote_fields=False)
    for name, value in {**KIM, **fields}.items():
        form.add_field(name, value)
    for name, data, kind in files or [("", b"", "application/octet-stream")]:
        form.add_field("file", io.BytesIO(data), filename=name, content_type=kind)
    async with aiohttp.ClientSession() as http, http.post(url, data=form) as answer:
        return answer.status, await answer.text()


async def get(url):
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer, await answer.read()


async def said(url, frame):
    return (await get(f"{url}/{frame}"))[1].decode()


async def started(made):
    await made.start()
    return made


async def again(made):
    """The same after a kill: another one over the same directory."""
    await made[0].stop()
    made[0] = await started(made[1]())
    return made[0]


def fixture_of(make):
    async def running(tmp_path):
        made = [await started(make(tmp_path)), lambda: make(tmp_path)]
        yield made
        await made[0].stop()

    return pytest.fixture(running)


telegram = fixture_of(lambda place: DemoTelegram(SystemClock(), place))
facebook = fixture_of(lambda place: DemoFacebook(SystemClock(), place, "http://127.0.0.1:1"))
x = fixture_of(lambda place: DemoX(SystemClock(), place))
mail = fixture_of(lambda place: DemoMail(SystemClock(), place, SUPPORT))


# --- Telegram ---------------------------------------------------------------------------------------------------------


async def fetched(made, file):
    """As a bot fetches it."""
    base, token = made.settings()["base_url"], made.settings()["token"]
    _, told = await get(f"{base}/bot{token}/getFile?file_id={file['file_id']}")
    return (await get(f"{base}/file/bot{token}/{json.loads(told)['result']['file_path']}"))[1]


@pytest.mark.parametrize(
    ("file", "field"), [(PICTURE, "photo"), (PAPER, "document"), (NOTE, "voice"), (SOUND, "audio"), (FILM, "video")]
)
async def test_telegram_brings_a_file_as_what_it_is_after_a_kill_too(telegram, file, field):
    server = telegram[0]._server
    assert (await send(server.url, file, text="see <this>"))[0] == 200
    made = await again(telegram)
    (update,) = made._server.only_bot().pending
    message = update.body["message"]
    assert message["caption"] == "see <this>"
    held = message[field][-1] if field == "photo" else message[field]
    assert await fetched(made, held) == file[1]
    if field in {"document", "audio", "video"}:
        assert (held["file_name"], held["mime_type"]) == (file[0], file[2])
    assert "see &lt;this&gt;" in await said(made._server.url, "chat?id=4242")


async def test_a_customer_who_changes_the_name_writes_under_the_new_one(x, facebook):
    await get(f"{x[0]._play.url}/public?id=4242&name=Kim")
    await send(x[0]._play.url, text="hello", how="write", name="Nora Lee")
    assert x[0]._server.state.users["4242"]["name"] == "Nora Lee"
    await send(facebook[0]._server.url, text="hello", where="messenger")
    await send(facebook[0]._server.url, text="hello", where="messenger", name="Nora Lee")
    known = facebook[0]._page.people["4242"]
    assert (known.first_name, known.last_name) == ("Nora", "Lee")


@pytest.mark.parametrize(
    ("files", "text", "why"),
    [
        (
            [("big.bin", bytes(20 * MB + 1), "x/y")],
            "keep me",
            "A bot of Telegram takes at most 20 MB; this has 20.0 MB.",
        ),
        ([PICTURE, PAPER], "keep me", "A bot of Telegram takes 1 at once."),
        ([EMPTY], "keep me", "The file is empty."),
        ([PICTURE], "keep me" + "x" * 1_018, "Words beside a file have at most 1024 characters."),
    ],
)
async def test_telegram_refuses_with_a_reason_and_the_words_stay(telegram, files, text, why):
    server = telegram[0]._server
    status, page = await send(server.url, *files, text=text)
    assert status == 422
    assert f'<p class="refused" role="alert"><b>Nothing was sent. 未发送。</b> {why}' in page
    assert f"{text}</textarea>" in page
    assert 'name="name" value="Kim &lt;b&gt;"' in page
    assert server.only_bot().pending == []
    assert len(server.files) == 0


async def test_twenty_megabytes_are_taken_and_an_answer_without_a_file_too(telegram):
    server = telegram[0]._server
    largest = ("big.bin", bytes(20 * MB), "application/octet-stream")
    assert (await send(server.url, largest))[0] == 200
    assert (await send(server.url, text="no file"))[0] == 200
    first, second = (one.body["message"] for one in server.only_bot().pending)
    assert (await fetched(telegram[0], first["document"])) == largest[1]
    assert "caption" not in first
    assert second["text"] == "no file"


async def test_what_is_shown_opens_and_what_could_run_is_saved(telegram):
    server = telegram[0]._server
    for file in (PICTURE, NOTE, TRAP):
        await send(server.url, file)
    shown = await said(server.url, "chat?id=4242")
    places = re.findall(r'<a class="file" href="(/files/[^"]+)"', shown)
    assert len(places) == 3
    assert f'<img src="{places[2]}" alt="photo.jpg">' in shown
    assert "trap.html (1 KB)" in shown
    (trap, markup), (note, _), (picture, data) = [await get(server.url + place) for place in places]
    assert (picture.content_type, note.content_type, data) == ("image/png", "audio/ogg", PICTURE[1])
    assert (trap.content_type, markup) == ("application/octet-stream", TRAP[1])
    assert trap.headers["Content-Disposition"] == "attachment; filename*=UTF-8''trap.html"
    for answer in (trap, note, picture):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert (await get(f"{server.url}/files/nothing/a.png"))[0].status == 404


async def test_another_site_sends_no_files(telegram):
    server = telegram[0]._server
    async with aiohttp.ClientSession(headers={"Sec-Fetch-Site": "cross-site"}) as http:
        form = aiohttp.FormData({"file": io.BytesIO(b"forged"), "text": "forged"})
        async with http.post(server.url, data=form) as answer:
            assert answer.status == 403
    assert server.only_bot().chats == {}


@pytest.mark.parametrize("body", [b"--b\r\nrubbish", b"", b"--b\r\nContent-Disposition: form-data\r\n\r\n"])
async def test_what_is_no_form_is_refused(telegram, body):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with aiohttp.ClientSession() as http, http.post(telegram[0]._server.url, data=body, headers=headers) as got:
        assert (got.status, await got.text()) == (400, "this is no form\n")
    assert telegram[0]._server.only_bot().pending == []


# --- Facebook ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "kind"), [(PICTURE, "image"), (PAPER, "file"), (NOTE, "audio"), (FILM, "video")])
async def test_messenger_brings_words_then_the_file_by_its_address_after_a_kill_too(facebook, file, kind):
    facebook[0]._page.fields = ["messages"]
    assert (await send(facebook[0]._server.url, file, text="look", where="messenger"))[0] == 200
    made = await again(facebook)
    words, held = (one.event["message"] for one in made._page.pending)
    assert words["text"] == "look"
    ((attachment,),) = [held["attachments"]]
    assert attachment["type"] == kind
    address = attachment["payload"]["url"]
    assert address.startswith(f"{made._server.url}/media/"), "where it is after the kill"
    assert (await get(address))[1] == file[1]
    assert made.settings()["media_hosts"] == [made._server.url.removeprefix("http://")]
    shown = await said(made._server.url, "messenger?id=4242")
    assert file[0] in shown
    assert ("<img" in shown) is (kind == "image")


async def test_messenger_refuses_what_is_larger_than_it_takes(facebook):
    server = facebook[0]._server
    status, page = await send(server.url, ("big.bin", bytes(25_000_001), "x/y"), text="keep me", where="messenger")
    assert (status, facebook[0]._page.people) == (422, {})
    assert "Messenger takes at most 25 MB; this has 25.0 MB." in page
    assert "keep me</textarea>" in page


async def test_what_the_page_sends_is_shown_and_what_is_gone_is_told(facebook):
    page, server = facebook[0]._page, facebook[0]._server
    await send(server.url, text="hello", where="messenger")
    server.files["m_1"] = PICTURE[1]
    for mid, name in (("m_1", "way.png"), ("m_2", "old.pdf")):
        page.people["4242"].messages.append(Said(mid=mid, sender=page.id, text="", at_ms=1, files=[mid], called=name))
    shown = await said(server.url, "messenger?id=4242")
    assert '<img src="/files/m_1/way.png" alt="way.png">' in shown
    assert "old.pdf (no longer kept" in shown


async def test_a_public_answer_shows_its_picture_to_everybody(facebook):
    page, server = facebook[0]._page, facebook[0]._server
    await send(server.url, text="where?", where="post")
    (said,) = page.comments.values()
    answer = await Graph(server, page).comment(said.id, {"message": "there"}, Upload("source", "a.png", PICTURE[1]))
    for number in ("4242", "77"):
        shown = (await get(f"{server.url}/post?id={number}"))[1].decode()
        assert shown.count(f'<img src="/files/{page.comments[answer["id"]].photo}/photo.jpg"') == 1


# --- X ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "kind"), [(PICTURE, "photo"), (FILM, "video")])
async def test_x_puts_the_address_of_a_file_behind_the_words(x, file, kind):
    assert (await send(x[0]._play.url, file, text="a & b", how="write"))[0] == 200
    (message,) = x[0]._server.state.messages
    (media,) = message["_media"]
    words, _, address = message["text"].rpartition(" ")
    assert (words, media["type"]) == ("a &amp; b", kind)
    assert message["attachments"] == {"media_keys": [media["media_key"]]}
    assert [(url["url"], url["media_key"]) for url in message["entities"]["urls"]] == [(address, media["media_key"])]
    made = await again(x)
    shown = await said(made._play.url, "private?id=4242")
    assert "t.co" not in shown
    place = re.search(r'class="file" href="([^"]+)"', shown)[1]
    assert (await get(made._play.url + place))[1] == file[1]


async def test_a_public_post_shows_a_picture_too(x):
    assert (await send(x[0]._play.url, PICTURE, text="@wallet see", how="post"))[0] == 200
    shown = await said(x[0]._play.url, "public?id=4242")
    assert shown.count("<img") == 1
    assert x[0]._server.state.messages == []


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (PAPER, "X takes pictures and MP4 films; 账单.pdf is none of them."),
        (NOTE, "X takes pictures and MP4 films; note.ogg is none of them."),
        (("p.png", PICTURE[1] + bytes(5 * MB), "image/png"), "X takes at most 5 MB; this has 5.0 MB."),
        (("f.mp4", FILM[1] + bytes(20 * MB), "video/mp4"), "X takes at most 20 MB; this has 20.0 MB."),
    ],
)
async def test_x_refuses_what_no_message_can_have(x, file, why):
    status, page = await send(x[0]._play.url, file, text="keep me", how="write")
    assert (status, x[0]._server.state.messages, len(x[0]._server.files)) == (422, [], 0)
    assert why in page
    assert page.count("keep me</textarea>") == 1


# --- mail -------------------------------------------------------------------------------------------------------------


def mails(made, address):
    return [email.message_from_bytes(raw, policy=email.policy.default) for raw in made._server.mailbox(address)]


async def test_mail_brings_files_as_parts_and_an_answer_stands_in_its_thread(mail):
    url = mail[0]._play.url
    assert (await send(url, PICTURE, PAPER, NOTE, text="see\nthese", subject="Where\r\nis it?", how="new"))[0] == 200
    (first,) = mails(mail[0], SUPPORT)
    assert (first["Subject"], first["From"]) == ("Where is it?", '"Kim <b>" <customer-4242@inbox.example>')
    parts = list(first.iter_attachments())
    assert [(p.get_filename(), p.get_content_type(), p.get_payload(decode=True)) for p in parts] == [
        (name, kind, data) for name, data, kind in (PICTURE, PAPER, NOTE)
    ]
    await answered(mail[0], first)
    made = await again(mail)
    assert (await send(made._play.url, PAPER, text="and this", how="answer"))[0] == 200
    _, second = mails(made, SUPPORT)
    assert (second["Subject"], second["In-Reply-To"]) == ("Re: Where is it?", "<ours@wallet.example>")
    assert second["References"] == f"{first['Message-ID']} <ours@wallet.example>"
    assert second["Message-ID"] != first["Message-ID"]
    shown = await said(made._play.url, "mailbox?id=4242")
    assert shown.index("and this") < shown.index("It is here") < shown.index("these")
    assert shown.count('<img src="') == 2
    places = re.findall(r'class="file" href="([^"]+)"', shown)
    assert (await get(made._play.url + places[0]))[1] == PAPER[1]
    assert len(places) == 5


@pytest.mark.parametrize("kind", ["message/rfc822", "nonsense", ""])
async def test_a_mail_among_the_files_arrives_as_a_file(mail, kind):
    inner = b"Subject: inner\r\n\r\nhello"
    assert (await send(mail[0]._play.url, ("old.eml", inner, kind), how="new"))[0] == 200
    (part,) = mails(mail[0], SUPPORT)[0].iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("application/octet-stream", "old.eml")
    assert part.get_payload(decode=True) == inner
    assert "old.eml (1 KB)" in await said(mail[0]._play.url, "mailbox?id=4242")


async def answered(made, first):
    answer = email.message.EmailMessage(policy=email.policy.SMTP)
    answer["From"], answer["To"], answer["Subject"] = SUPPORT, "customer-4242@inbox.example", "Re: Where is it?"
    answer["Message-ID"], answer["References"] = "<ours@wallet.example>", first["Message-ID"]
    answer.set_content("It is here")
    answer.add_attachment(PICTURE[1], maintype="image", subtype="png", filename="here.png")
    made._server.deliver(answer.as_bytes(), "customer-4242@inbox.example")


@pytest.mark.parametrize(
    ("files", "how", "why"),
    [
        ([("a.bin", bytes(10 * MB), "x/y"), ("b.bin", bytes(8 * MB + 1), "x/y")], "new", "takes at most 18 MB"),
        ([PICTURE] * 21, "new", "The mail server takes 20 at once."),
        ([PICTURE], "answer", "No mail has come yet"),
    ],
)
async def test_mail_refuses_with_a_reason(mail, files, how, why):
    status, page = await send(mail[0]._play.url, *files, text="keep me", subject="kept", how=how)
    assert (status, mails(mail[0], SUPPORT)) == (422, [])
    assert why in page
    assert page.count("keep me</textarea>") == 1
    assert 'value="kept"' in page


async def test_what_the_mail_server_refuses_is_told_and_nothing_counts_as_sent(mail):
    mail[0]._server.script("smtp.data", "552 5.3.4 too large")
    status, page = await send(mail[0]._play.url, PICTURE, text="keep me", subject="", how="new")
    assert status == 422
    assert "The mail server refuses it" in page
    assert "5.3.4 too large" in page
    assert "keep me" not in await said(mail[0]._play.url, "mailbox?id=4242")


async def test_eighteen_megabytes_pass_the_mail_server(mail):
    assert (await send(mail[0]._play.url, ("a.bin", bytes(18 * MB), "x/y"), how="new"))[0] == 200
    (arrived,) = mails(mail[0], SUPPORT)
    assert len(next(arrived.iter_attachments()).get_payload(decode=True)) == 18 * MB


@pytest.mark.parametrize(
    "key", ["4242.INBOX.1.0", "4242.Spam.1.0", "x", "9" * 4_000, "4242.INBOX.1.-1", "..", "1.Sent.²."]
)
async def test_a_file_that_is_none_is_not_found(mail, key):
    assert (await get(f"{mail[0]._play.url}/files/{key}/a.png"))[0].status == 404


# --- what is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_shelf_gives_up_the_oldest_and_never_a_number_twice(tmp_path, monkeypatch, is_kept):
    place = tmp_path / "files" if is_kept else None
    monkeypatch.setattr(shelf, "FILES_MAX", 3)
    monkeypatch.setattr(shelf, "BYTES_MAX", 100)
    made = Shelf(place)
    for number in range(4):
        made[f"/a/{number}.jpg"] = bytes([number]) * 10
    assert sorted(made) == ["/a/1.jpg", "/a/2.jpg", "/a/3.jpg"]
    made["/a/1.jpg"] = b"new"
    assert (made["/a/1.jpg"], len(made), made.count) == (b"new", 3, 5)
    made["large"] = bytes(95)
    assert list(made) == ["/a/1.jpg", "large"]
    made["huge"] = bytes(200)
    assert list(made) == ["huge"], "one always has room"
    if place is not None:
        (place / "00000099.new").write_bytes(b"half")
        later = Shelf(place)
        assert (dict(later), later.count) == ({"huge": bytes(200)}, 7)
        assert len(list(place.iterdir())) == 2
