"""Mail servers that fail on demand, and a certificate nobody else will ever trust."""

import asyncio
import hashlib
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from textwrap import wrap

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from models.chasing.notice import Notice, NoticeKind, Recipient
from models.ports import Written

TO = "jeanne.dupre@debtor.example"


@pytest.fixture
def notice() -> Callable[..., Notice]:
    """Make a notice; keywords replace what it says."""

    def made(number: int = 1, **changes) -> Notice:
        given = {
            "key": f"atelier-nord/d-1/{number}/email/0",
            "creditor": "atelier-nord",
            "debtor": "d-1",
            "debtor_name": "Bois et Cie",
            "kind": NoticeKind.REMINDER,
            "channel": "email",
            "language": "fr",
            "at": datetime(2026, 3, 2, 8, tzinfo=UTC),
            "on": date(2026, 3, 2),
            "to": Recipient("c-1", name="Jeanne Dupré", email=TO),
        }
        return Notice(**(given | changes))

    return made


class Words:
    """Writes every notice alike."""

    def write(self, notice: Notice) -> Written:
        text = f"Bonjour,\n.la facture est échue\n{notice.key}\n"
        return Written("Facture échue", text, f"<p>échue {notice.key}</p>", "test@1-0")


@pytest.fixture
def words() -> Words:
    return Words()


class Faulty:
    """Answers as told by ``replies``, a verb to a reply, and keeps the envelopes it took.

    ``drop`` and ``hang`` as the reply to DATA take the mail and then say nothing.
    """

    def __init__(self, replies: dict[str, str]) -> None:
        self.replies = replies
        self.envelopes: list = []
        self.protocols: list[SMTP] = []

    @property
    def connections(self) -> int:
        return len(self.protocols)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if reply := self.replies.get("MAIL"):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if reply := self.replies.get(f"RCPT {address}") or self.replies.get("RCPT"):
            if reply == "hang":
                await asyncio.sleep(60)
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        reply = self.replies.get("DATA", "250 2.0.0 Ok: queued as 4F2A91")
        if reply == "hang":
            await asyncio.sleep(60)
        if reply == "drop":
            server.transport.abort()
        self.envelopes.append(envelope)
        return reply


@asynccontextmanager
async def listening(factory: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    """Serve on a port of the system's choice while inside."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
def served():
    """Start aiosmtpd with faults, such as ``{"RCPT": "550 no"}``; gives port and server."""

    @asynccontextmanager
    async def start(replies: dict[str, str] | None = None, **settings):
        faulty = Faulty(replies or {})

        def protocol() -> SMTP:
            faulty.protocols.append(SMTP(faulty, hostname="test.localhost", **settings))
            return faulty.protocols[-1]

        async with listening(protocol) as port:
            try:
                yield port, faulty
            finally:
                for each in faulty.protocols:
                    if each.transport is not None:
                        each.transport.abort()
                # Transports close on the next turns of the loop.
                await asyncio.sleep(0.01)

    return start


@pytest.fixture
def scripted():
    """Start a server that answers verbs from a script and keeps the lines it read."""

    @asynccontextmanager
    async def start(script: dict[str, str], greeting: str = "220 test.localhost"):
        heard: list[str] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(f"{greeting}\r\n".encode())
            while line := (await reader.readline()).decode().strip():
                heard.append(line)
                reply = script.get(line.split()[0], "250 OK")
                if reply == "drop":
                    break
                writer.write(f"{reply}\r\n".encode())
                if reply.startswith("354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    writer.write(f"{script.get('.', '250 OK')}\r\n".encode())
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1], heard
        finally:
            server.close()
            await server.wait_closed()
            await asyncio.sleep(0.01)

    return start


class OnlyJeanne:
    """Lets one user in."""

    def __call__(self, server, session, envelope, mechanism, auth_data):
        right = auth_data.login == b"jeanne" and auth_data.password == b"secret"
        return AuthResult(success=right, handled=False)


@pytest.fixture
def with_log_in(certificate) -> dict:
    """Settings of aiosmtpd for STARTTLS and AUTH."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": OnlyJeanne(),
    }


# --- a self-signed certificate for localhost, from the standard library alone --------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def added(one, other):
    """Add two points of the curve P-256; ``None`` is zero."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (
        (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    )
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def times(scalar: int, point):
    """Multiply a point of the curve."""
    total = None
    while scalar:
        if scalar & 1:
            total = added(total, point)
        point, scalar = added(point, point), scalar >> 1
    return total


def der(tag: int, *parts: bytes) -> bytes:
    """Encode a value of ASN.1."""
    body = b"".join(parts)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + body


def whole(number: int) -> bytes:
    """Encode an integer of ASN.1."""
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """Encode an extension of a certificate."""
    flag = der(1, b"\xff") if critical else b""
    return der(0x30, der(6, bytes.fromhex(oid)), flag, der(4, value))


def signed(scalar: int, digest: int) -> bytes:
    """Sign a digest with ECDSA."""
    chance = SystemRandom().randrange(1, N)
    r = times(chance, G)[0] % N
    return der(0x30, whole(r), whole(pow(chance, -1, N) * (digest + r * scalar) % N))


def pem(label: str, data: bytes) -> str:
    """Encode as PEM."""
    lines = "\n".join(wrap(b64encode(data).decode(), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """Return a PEM file with a fresh key and a certificate for ``localhost``."""
    scalar = SystemRandom().randrange(1, N)
    x, y = times(scalar, G)
    public = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    curve = der(6, bytes.fromhex("2a8648ce3d030107"))
    key_info = der(
        0x30, der(0x30, der(6, bytes.fromhex("2a8648ce3d0201")), curve), der(3, b"\0", public)
    )
    algorithm = der(0x30, der(6, bytes.fromhex("2a8648ce3d040302")))
    common_name = der(0x30, der(6, bytes.fromhex("550403")), der(12, b"localhost"))
    name = der(0x30, der(0x31, common_name))
    now = datetime.now(UTC)
    times_of = [now - timedelta(days=1), now + timedelta(days=1)]
    validity = der(0x30, *(der(0x17, f"{at:%y%m%d%H%M%SZ}".encode()) for at in times_of))
    extensions = der(
        0x30,
        extension("551d11", der(0x30, der(0x82, b"localhost"), der(0x87, b"\x7f\0\0\1"))),
        extension("551d13", der(0x30, der(1, b"\xff")), critical=True),
        extension("551d0f", der(3, b"\x02\x84"), critical=True),
        extension("551d0e", der(4, hashlib.sha256(public).digest()[:20])),
    )
    body = der(
        0x30,
        der(0xA0, whole(2)),
        whole(SystemRandom().getrandbits(64)),
        algorithm,
        name,
        validity,
        name,
        key_info,
        der(0xA3, extensions),
    )
    digest = int.from_bytes(hashlib.sha256(body).digest(), "big")
    cert = der(0x30, body, algorithm, der(3, b"\0", signed(scalar, digest)))
    key = der(
        0x30,
        whole(1),
        der(4, scalar.to_bytes(32, "big")),
        der(0xA0, curve),
        der(0xA1, der(3, b"\0", public)),
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_text(pem("CERTIFICATE", cert) + pem("EC PRIVATE KEY", key))
    return path
