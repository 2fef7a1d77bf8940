"""The test servers keep their own promises: they are real, they fail as told, and nothing leaves the machine."""

import asyncio
import contextlib
import imaplib
import socket
from email.message import EmailMessage

import aiosmtplib
import asyncpg
import pytest
from redis.asyncio import Redis

from tests.servers.loopback import OutsideLoopbackError


def mail(subject: str = "hello") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.test", "b@example.test", subject
    message.set_content("text\n")
    return message


def plain_client(sink):
    return aiosmtplib.SMTP(hostname=sink.host, port=sink.port, start_tls=False)


class TestPostgres:
    @pytest.mark.parametrize("turn", [1, 2])
    async def test_gives_an_empty_durable_database_each_time(self, fresh_postgres, turn):
        connection = await asyncpg.connect(fresh_postgres)
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'"
        assert await connection.fetchval(tables) == 0
        await connection.execute("CREATE SCHEMA other CREATE TABLE seen (id int); CREATE TABLE seen (id int)")
        assert await connection.fetchval(tables) == 2
        # A test may leave its connection open, and even die with it.
        connection.terminate()

    async def test_copies_what_was_prepared_once(self, postgres):
        calls = []

        async def prepare(url):
            calls.append(url)
            connection = await asyncpg.connect(url)
            await connection.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (7)")
            await connection.close()

        for _ in range(2):
            url = await postgres.create_prepared("self_test", prepare)
            connection = await asyncpg.connect(url)
            assert await connection.fetch("SELECT id FROM t") == [(7,)]
            await connection.execute("DELETE FROM t")
            await connection.close()
            postgres.drop_database(url)
        assert len(calls) == 1

    async def test_survives_a_kill(self, postgres, fresh_postgres):
        connection = await asyncpg.connect(fresh_postgres)
        await connection.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
        postgres.kill()
        assert not postgres.process.running
        connection.terminate()
        postgres.start()
        connection = await asyncpg.connect(fresh_postgres)
        assert await connection.fetchval("SELECT id FROM t") == 1
        await connection.close()


class TestRedis:
    async def test_keeps_its_data_unless_told_to_lose_it(self, redis_server):
        async with Redis.from_url(redis_server.url) as client:
            await client.set("a", "1")
        redis_server.kill()
        redis_server.start()
        async with Redis.from_url(redis_server.url) as client:
            assert await client.get("a") == b"1"
        redis_server.stop()
        redis_server.start(empty=True)
        async with Redis.from_url(redis_server.url) as client:
            assert await client.get("a") is None
            await client.set("b", "1")
            redis_server.flush()
            assert await client.dbsize() == 0


class TestDovecot:
    def test_delivers_and_shows_mail(self, dovecot):
        dovecot.add_user("shows@example.test", "secret")
        dovecot.append("shows@example.test", b"Subject: one\r\n\r\nfirst\r\n")
        dovecot.append("shows@example.test", b"Subject: two\r\n\r\n\xe4\xbd\xa0\r\n")
        first, second = dovecot.mails("shows@example.test")
        assert first == b"Subject: one\r\n\r\nfirst\r\n"
        assert second.endswith(b"\xe4\xbd\xa0\r\n")

    def test_speaks_tls_that_its_own_authority_proves(self, dovecot):
        dovecot.add_user("tls@example.test", "secret")
        context = dovecot.tls.client_context()
        with imaplib.IMAP4_SSL("localhost", dovecot.imaps_port, ssl_context=context) as client:
            assert client.login("tls@example.test", "secret")[0] == "OK"
        with (
            imaplib.IMAP4_SSL("localhost", dovecot.imaps_port, ssl_context=context) as client,
            pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
        ):
            client.login("tls@example.test", "wrong")

    def test_changes_a_password(self, dovecot):
        dovecot.add_user("change@example.test", "old")
        dovecot.login("change@example.test").logout()
        dovecot.add_user("change@example.test", "new")
        dovecot.login("change@example.test").logout()

    def test_changes_uidvalidity_when_the_index_is_lost(self, dovecot):
        def uidvalidity():
            client = dovecot.login("index@example.test")
            client.select("INBOX")
            value = client.response("UIDVALIDITY")[1][0]
            client.logout()
            return value

        dovecot.add_user("index@example.test", "secret")
        dovecot.append("index@example.test", b"Subject: kept\r\n\r\n")
        before = uidvalidity()
        dovecot.forget_index("index@example.test")
        assert uidvalidity() != before
        assert len(dovecot.mails("index@example.test")) == 1


class TestSmtp:
    async def test_accepts_over_starttls_with_a_login(self, smtp_sink, tls_files):
        smtp_sink.users["box"] = "secret"
        smtp_sink.require_auth = smtp_sink.require_tls = True
        async with aiosmtplib.SMTP(
            hostname="localhost",
            port=smtp_sink.port,
            start_tls=True,
            tls_context=tls_files.client_context(),
            username="box",
            password="secret",
        ) as client:
            await client.send_message(mail("你好"))
        (seen,) = await smtp_sink.wait_for(1)
        assert (seen.tls, seen.login, seen.rcpt_tos) == (True, "box", ["b@example.test"])
        assert seen.message["Subject"] == "你好"

    async def test_answers_a_wrong_password(self, smtp_sink, tls_files):
        smtp_sink.users["box"] = "secret"
        client = aiosmtplib.SMTP(
            hostname="localhost",
            port=smtp_sink.port,
            start_tls=True,
            tls_context=tls_files.client_context(),
        )
        await client.connect()
        with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
            await client.login("box", "wrong")
        assert refused.value.code == 535
        assert smtp_sink.failed_logins >= 1
        client.close()

    async def test_fails_as_told_and_then_no_more(self, smtp_sink):
        async with plain_client(smtp_sink) as client:
            smtp_sink.answer_next("451 4.3.0 busy")
            with pytest.raises(aiosmtplib.SMTPDataError) as busy:
                await client.send_message(mail())
            assert busy.value.code == 451
            smtp_sink.refused_recipients["b@example.test"] = "550 5.1.1 no such user"
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
                await client.send_message(mail())
            smtp_sink.refused_recipients.clear()
            await client.send_message(mail("third"))
        assert [seen.message["Subject"] for seen in smtp_sink.accepted] == ["third"]

    async def test_drops_the_line_after_accepting(self, smtp_sink):
        smtp_sink.drop_next()
        client = plain_client(smtp_sink)
        await client.connect()
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await client.send_message(mail("uncertain"))
        assert [seen.message["Subject"] for seen in smtp_sink.accepted] == ["uncertain"]

    async def test_holds_a_reply_until_released(self, smtp_sink):
        smtp_sink.hold_next()
        async with plain_client(smtp_sink) as client:
            sending = asyncio.create_task(client.send_message(mail()))
            await smtp_sink.wait_for(1)
            assert not sending.done()
            smtp_sink.release()
            await sending


@pytest.fixture
async def echo_port():
    async def echo(reader, writer):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


class TestProxy:
    async def test_passes_every_byte_fast_and_slow(self, fault_proxy, echo_port):
        proxy = await fault_proxy(echo_port)
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        for proxy.mode in ("pass", "slow"):
            data = bytes(range(256)) * 10
            writer.write(data)
            assert await reader.readexactly(len(data)) == data
        writer.close()

    async def test_swallows_everything_as_a_black_hole(self, fault_proxy, echo_port):
        proxy = await fault_proxy(echo_port)
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        writer.write(b"1")
        assert await reader.readexactly(1) == b"1"
        proxy.mode = "blackhole"
        writer.write(b"2")
        waiting = asyncio.create_task(reader.read(1))
        done, _ = await asyncio.wait([waiting], timeout=0.1)
        assert not done
        waiting.cancel()
        assert proxy.open == 1
        writer.close()

    async def test_closes_politely(self, fault_proxy, echo_port):
        proxy = await fault_proxy(echo_port)
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        await proxy.wait_for_connections(1)
        assert await proxy.cut("fin") == 1
        assert await reader.read() == b""
        writer.close()

    async def test_resets(self, fault_proxy, echo_port):
        proxy = await fault_proxy(echo_port)
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        await proxy.wait_for_connections(1)
        assert await proxy.cut("rst") == 1
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

    async def test_refuses_new_connections_when_told(self, fault_proxy, echo_port):
        proxy = await fault_proxy(echo_port)
        proxy.mode = "refuse"
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        assert proxy.accepted == 0
        writer.close()


class TestChromium:
    async def test_renders_chinese_and_runs_scripts(self, page):
        await page.set_content("<p id=p>币被转走</p><script>p.dataset.ran = 1 + 1</script>")
        assert await page.locator("#p").text_content() == "币被转走"
        assert await page.locator("#p").get_attribute("data-ran") == "2"

    async def test_knows_no_other_machine(self, page):
        with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
            await page.goto("http://example.com/")


class TestLoopbackGuard:
    def test_refuses_other_machines(self):
        with pytest.raises(OutsideLoopbackError):
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        with pytest.raises(OutsideLoopbackError):
            socket.getaddrinfo("example.com", 80)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            pytest.raises(OutsideLoopbackError),
        ):
            datagrams.sendto(b"x", ("192.0.2.1", 53))

    async def test_refuses_them_to_asyncio_too(self):
        with pytest.raises(OutsideLoopbackError):
            await asyncio.open_connection("192.0.2.1", 80)

    def test_lets_this_machine_be_reached(self):
        listener = socket.create_server(("127.0.0.1", 0))
        with listener, socket.create_connection(listener.getsockname()) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"
