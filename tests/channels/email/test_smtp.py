"""What became of a mail is never guessed: refused, later, or uncertain, by the rows of a table."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr, ValidationError

from channels.email.message import compose, token
from channels.email.settings import Settings
from channels.email.smtp import Email, connect
from models.chasing.notice import Recipient
from models.creditors import shipped
from models.errors import RefusedError, UnavailableError, UncertainError, UnknownError

CREDITORS = shipped()
NAMES = ("dupre", "Dupr", "debtor.example", "Bois")


@pytest.fixture
def mailer(words):
    @asynccontextmanager
    async def opened(port: int, **settings):
        given = {"port": port, "helo": "test.localhost", "timeout": 5, "connections": 1}
        channel = Email(Settings(**(given | settings)), words, CREDITORS)
        try:
            yield channel
        finally:
            await channel.close()

    return opened


@pytest.fixture
def failing(served, mailer, notice):
    """Return how a send fails against a server with faults."""

    async def attempt(replies=None, server=None, **settings) -> Exception:
        async with served(replies, **(server or {})) as (port, _), mailer(port, **settings) as it:
            return await failure_of(it, notice())

    return attempt


async def failure_of(channel: Email, notice) -> Exception:
    """The error of a send, which must neither name anybody nor carry the server's words."""
    with pytest.raises((RefusedError, UnavailableError, UncertainError)) as caught:
        await channel.send(notice)
    assert not any(name in str(caught.value) for name in NAMES)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


async def test_a_notice_arrives_byte_for_byte(served, mailer, notice, words):
    said = notice()
    async with served() as (port, server), mailer(port) as channel:
        receipt = await channel.send(said)
    creditor = CREDITORS["atelier-nord"]
    sent = compose(said, words.write(said), creditor).as_bytes()
    envelope = server.envelopes[0]
    assert envelope.content == sent
    assert envelope.mail_from == "comptabilite@atelier-nord.example"
    assert envelope.rcpt_tos == [said.to.email]
    assert receipt.reference == f"<{token(said.key)}.relance@atelier-nord.example>"
    assert receipt.detail == "250 queued as 4F2A91"
    assert await channel.sent(said) is None


@pytest.mark.parametrize(
    ("verb", "reply", "error", "sentence"),
    [
        ("RCPT", "550 5.1.1 <{to}> unknown", RefusedError, "refuses the recipient: 550 5.1.1"),
        ("RCPT", "554 {to} no", RefusedError, "refuses the recipient: 554"),
        ("RCPT", "451 4.2.1 <{to}> greylisted", UnavailableError, "defers the recipient: 451 4.2."),
        ("RCPT", "421 4.3.2 closing", UnavailableError, "defers the recipient: 421 4.3.2"),
        ("MAIL", "550 5.7.1 {to}", RefusedError, "refuses the sender: 550 5.7.1"),
        ("MAIL", "451 4.3.0 busy", UnavailableError, "defers the sender: 451 4.3.0"),
        ("MAIL", "530 5.7.0 log in", UnavailableError, "another log-in: 530 5.7.0; see RELANCE_E"),
        ("DATA", "554 5.6.0 {to} spam", RefusedError, "refuses the mail: 554 5.6.0"),
        ("DATA", "452 4.3.1 disk full", UnavailableError, "defers the mail: 452 4.3.1"),
        ("DATA", "drop", UncertainError, "broke off after it had the whole mail"),
        ("DATA", "354 what", UncertainError, "broke off after it had the whole mail"),
    ],
)
async def test_what_a_server_says_has_one_meaning(failing, verb, reply, error, sentence):
    failure = await failing({verb: reply.replace("{to}", "jeanne.dupre@debtor.example")})
    assert type(failure) is error
    assert sentence in str(failure)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"EHLO": "drop"}, UnavailableError),
        ({"EHLO": "554 5.7.1 go away"}, UnavailableError),
        ({"MAIL": "drop"}, UnavailableError),
        ({"RCPT": "drop"}, UnavailableError),
        ({"DATA": "drop"}, UnavailableError),
        ({"DATA": "554 5.5.1 no valid recipients"}, RefusedError),
        ({"DATA": "451 4.3.0 not now"}, UnavailableError),
        ({"MAIL": "what?"}, UnavailableError),
        ({"DATA": "354 go ahead", ".": "what?"}, UncertainError),
        ({"DATA": "354 go ahead", ".": "554 5.7.1 policy"}, RefusedError),
    ],
)
async def test_only_the_last_dot_makes_an_outcome_uncertain(
    scripted, mailer, notice, script, error
):
    async with scripted(script) as (port, _), mailer(port) as channel:
        assert type(await failure_of(channel, notice())) is error


@pytest.mark.parametrize(("verb", "error"), [("RCPT", UnavailableError), ("DATA", UncertainError)])
async def test_silence_means_later_before_the_last_dot_and_uncertain_after(failing, verb, error):
    failure = await failing({verb: "hang"}, timeout=0.2)
    assert type(failure) is error
    assert "did not answer in time" in str(failure)


async def test_a_send_ends_when_patience_does(failing):
    assert isinstance(await failing({"DATA": "hang"}, patience=0.2), UncertainError)


async def test_a_body_that_cannot_leave_was_not_delivered(mailer, notice, words):
    """The server stops reading in the middle of a mail larger than all buffers."""

    async def stops_reading(reader, writer):
        writer.write(b"220 test\r\n")
        for reply in (b"250 OK", b"250 OK", b"250 OK", b"354 go ahead"):
            await reader.readline()
            writer.write(reply + b"\r\n")
        writer.transport.pause_reading()
        await asyncio.sleep(1)
        writer.close()

    plain = words.write
    words.write = lambda said: plain(said).__class__("s", "x" * 20_000_000, "", "test@1-0")
    server = await asyncio.start_server(stops_reading, "127.0.0.1", 0)
    async with server, mailer(server.sockets[0].getsockname()[1], timeout=0.3) as channel:
        failure = await failure_of(channel, notice())
        assert isinstance(failure, UnavailableError)
        await asyncio.sleep(0.8)


async def test_nobody_listening_means_later(mailer, notice):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with mailer(taken.getsockname()[1]) as channel:
            failure = await failure_of(channel, notice())
    assert isinstance(failure, UnavailableError)
    assert "cannot be reached" in str(failure)


async def test_a_host_without_address_means_later(mailer, notice):
    async with mailer(25, host="no-such-host.invalid") as channel:
        assert isinstance(await failure_of(channel, notice()), UnavailableError)


async def test_a_server_that_turns_us_away_means_later(scripted, mailer, notice):
    greeting = "554 5.7.1 no service for you"
    async with scripted({}, greeting=greeting) as (port, _), mailer(port) as channel:
        failure = await failure_of(channel, notice())
    assert str(failure).endswith("turns us away: 554 5.7.1")
    assert isinstance(failure, UnavailableError)


async def test_starttls_and_log_in(served, mailer, notice, with_log_in, certificate):
    settings = {"user": "jeanne", "password": SecretStr("secret"), "host": "localhost"}
    async with (
        served(**with_log_in) as (port, server),
        mailer(port, tls="starttls", ca_file=certificate, **settings) as channel,
    ):
        await channel.send(notice(1))
        await channel.send(notice(2))
        assert server.connections == 1
    assert len(server.envelopes) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": SecretStr("guess")}, "does not accept RELANCE_EMAIL_USER and _PASSWORD: 535"),
        ({"ca_file": None}, "see RELANCE_EMAIL_TLS and _CA_FILE"),
        ({"user": ""}, "wants another log-in: 530"),
        ({"tls": "none"}, "RELANCE_EMAIL_TLS"),
        ({"tls": "tls"}, "see RELANCE_EMAIL_TLS and _CA_FILE"),
    ],
)
async def test_a_wrong_setting_is_named_and_the_mail_goes_later(
    failing, with_log_in, certificate, change, sentence
):
    settings = {
        "host": "localhost",
        "user": "jeanne",
        "password": SecretStr("secret"),
        "tls": "starttls",
        "ca_file": certificate,
    }
    failure = await failing(server=with_log_in, **(settings | change))
    assert isinstance(failure, UnavailableError)
    assert sentence in str(failure)


async def test_a_server_without_starttls_gets_nothing(served, mailer, notice):
    async with served() as (port, server), mailer(port, tls="starttls") as channel:
        failure = await failure_of(channel, notice())
    assert isinstance(failure, UnavailableError)
    assert "RELANCE_EMAIL_TLS" in str(failure)
    assert not server.envelopes


async def test_many_mails_share_a_connection(served, mailer, notice):
    async with served() as (port, server), mailer(port, connections=2) as channel:
        await asyncio.gather(*(channel.send(notice(number)) for number in range(20)))
        assert server.connections <= 2
    assert len(server.envelopes) == 20


async def test_a_connection_is_left_after_its_share_of_mails(served, mailer, notice):
    async with served() as (port, server), mailer(port, mails_per_connection=2) as channel:
        for number in range(5):
            await channel.send(notice(number))
        assert server.connections == 3


async def test_an_idle_connection_is_not_trusted(served, mailer, notice):
    async with served() as (port, server), mailer(port, idle_seconds=0) as channel:
        await channel.send(notice(1))
        await channel.send(notice(2))
        assert server.connections == 2


async def test_a_refusal_leaves_the_connection_to_the_next_mail(served, mailer, notice):
    async with served({"RCPT": "550 5.1.1 no"}) as (port, server), mailer(port) as channel:
        await failure_of(channel, notice(1))
        server.replies.clear()
        await channel.send(notice(2))
        assert server.connections == 1
        assert len(server.envelopes) == 1


@pytest.mark.parametrize("reply", ["421 4.4.2 idle too long", "drop"])
async def test_a_connection_lost_while_idle_costs_one_fresh_one(mailer, notice, reply):
    """The server takes one mail a connection and ends it at the next MAIL."""
    taken = []

    async def talk(reader, writer):
        writer.write(b"220 test\r\n")
        mails = 0
        while line := (await reader.readline()).strip():
            if line.startswith(b"MAIL"):
                mails += 1
                if mails > 1:
                    writer.write(b"" if reply == "drop" else f"{reply}\r\n".encode())
                    break
            writer.write(b"354 go ahead\r\n" if line == b"DATA" else b"250 OK\r\n")
            if line == b"DATA":
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 OK\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server, mailer(server.sockets[0].getsockname()[1]) as channel:
        await channel.send(notice(1))
        await channel.send(notice(2))
    assert [token(notice(n).key).encode() in data for n, data in enumerate(taken, 1)] == [True] * 2


async def test_a_fresh_connection_that_breaks_is_not_tried_again(scripted, mailer, notice):
    async with scripted({"MAIL": "drop"}) as (port, heard), mailer(port) as channel:
        await failure_of(channel, notice())
        assert [line for line in heard if line.startswith("MAIL")] == [heard[-1]]


async def test_a_refused_copy_is_told_and_not_minded(served, mailer, notice):
    copies = (
        Recipient("c-2", email="gone@debtor.example"),
        Recipient("c-3", email="not an address"),
        Recipient("c-4", email="boss@debtor.example"),
    )
    replies = {"RCPT gone@debtor.example": "550 5.1.1 gone"}
    async with served(replies) as (port, server), mailer(port) as channel:
        receipt = await channel.send(notice(cc=copies))
    assert receipt.detail.endswith("copies refused: 2")
    assert server.envelopes[0].rcpt_tos[1:] == ["boss@debtor.example"]


async def test_bounces_are_asked_for_under_the_key(scripted, mailer, notice):
    script = {"EHLO": "250-test\r\n250-SIZE 10000000\r\n250 DSN", "DATA": "354 go ahead"}
    async with (
        scripted(script) as (port, heard),
        mailer(port, sender="bounces@atelier-nord.example") as channel,
    ):
        await channel.send(notice())
    mail, rcpt = heard[1], heard[2]
    assert mail.startswith("MAIL FROM:<bounces@atelier-nord.example> SIZE=")
    assert mail.endswith(f"RET=HDRS ENVID={token(notice().key)}")
    assert rcpt.endswith("NOTIFY=FAILURE,DELAY")


@pytest.mark.parametrize(("helo", "given"), [("", "localhost"), ("mx.nord.example",) * 2])
async def test_we_say_who_we_are(scripted, mailer, notice, helo, given):
    script = {"DATA": "354 go ahead"}
    async with scripted(script) as (port, heard), mailer(port, helo=helo) as channel:
        await channel.send(notice())
    assert heard[0] == f"EHLO {given}"


async def test_an_address_beyond_ascii_needs_a_server_that_takes_it(served, mailer, notice):
    said = notice(to=Recipient("c-1", name="René", email="rené@münchen.example"))
    async with served() as (port, _), mailer(port) as channel:
        assert "SMTPUTF8" in str(await failure_of(channel, said))
        assert isinstance(await failure_of(channel, said), RefusedError)
    async with served(enable_SMTPUTF8=True) as (port, server), mailer(port) as channel:
        await channel.send(said)
    assert server.envelopes[0].rcpt_tos == ["rené@xn--mnchen-3ya.example"]
    assert " <rené@xn--mnchen-3ya.example>\r\n".encode() in server.envelopes[0].content


async def test_no_address_is_refused_without_a_server(mailer, notice):
    async with mailer(1) as channel:
        failure = await failure_of(channel, notice(to=Recipient("c-1", email="nobody")))
    assert isinstance(failure, RefusedError)
    assert "contact c-1" in str(failure)


async def test_an_unknown_creditor_is_refused(mailer, notice):
    async with mailer(1) as channel:
        with pytest.raises(UnknownError, match="creditor acme"):
            await channel.send(notice(creditor="acme"))


async def test_settings_come_from_the_environment(monkeypatch, words, served, notice):
    async with served() as (port, server):
        monkeypatch.setenv("RELANCE_EMAIL_PORT", str(port))
        channel = connect(words, CREDITORS)
        await channel.send(notice())
        await channel.close()
    assert len(server.envelopes) == 1


def test_a_password_never_leaves_in_the_clear_nor_in_an_error():
    with pytest.raises(ValidationError, match="RELANCE_EMAIL_TLS=none") as wrong:
        Settings(host="mail.example", user="jeanne", password=SecretStr("hunter2"))
    assert "hunter2" not in str(wrong.value)
