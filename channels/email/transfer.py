"""One mail over one connection, and how sure we are of what became of it."""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP

from channels.email.pool import status
from models.errors import RefusedError, RelanceError, UnavailableError, UncertainError

#: "We want another log-in" or "a stronger one": right once the settings are right.
_LOG_IN: Final = frozenset({530, 534, 535, 538})

_CLOSING: Final = 421
_GO_AHEAD: Final = 354
_END: Final = b".\r\n"

#: Seconds between two looks at whether a long body has left.
_PAUSE: Final = 0.005

_QUEUED: Final = re.compile(r"(?:queued as|id=)\s*<?([\w.-]{4,64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in its envelope.

    Attributes:
        to: who must take it, or it is not sent.
        cc: who gets a copy; one refused is told, not minded.
        missing: copies that could not be addressed.
        data: header and body, lines ending in CRLF.
        token: names the mail in the bounces of servers that offer DSN.
        international: an address needs SMTPUTF8.
    """

    sender: str
    to: str
    cc: tuple[str, ...]
    missing: int
    data: bytes
    token: str
    international: bool


class Transfer:
    """The way of one mail: nothing said, envelope under way, last dot written.

    Attributes:
        begun: the server has answered our first command.
        ended: the last dot was written; from here on the mail may be accepted.
    """

    def __init__(self, mail: Mail, timeout: float) -> None:
        self._mail = mail
        self._timeout = timeout
        self.begun = False
        self.ended = False

    async def over(self, smtp: SMTP) -> str:
        """Hand the mail over and return what is worth keeping of the server's answer.

        Raises:
            RefusedError: an address needs what the server does not offer.
            aiosmtplib.SMTPException: see :meth:`failure`.
        """
        refused = self._mail.missing + await self._envelope(smtp)
        reply = await self._body(smtp)
        queued = _QUEUED.search(reply.message)
        detail = f"{reply.code} queued as {queued[1]}" if queued else str(reply.code)
        return f"{detail}, copies refused: {refused}" if refused else detail

    def failure(self, error: Exception) -> RelanceError:
        """Return what an error means for this mail, without anything the server echoed."""
        if isinstance(error, RelanceError):
            return error
        if isinstance(error, aiosmtplib.SMTPResponseException):
            final, passing = 500 <= error.code < 600, 400 <= error.code < 500  # noqa: PLR2004
            if error.code in _LOG_IN:
                return UnavailableError(
                    f"the mail server wants another log-in: {status(error)}; "
                    "see RELANCE_EMAIL_USER and _PASSWORD"
                )
            if final:
                return RefusedError(f"the mail server refuses {_what(error)}: {status(error)}")
            if passing or not self.ended:
                return UnavailableError(f"the mail server defers {_what(error)}: {status(error)}")
        why = "did not answer in time" if isinstance(error, TimeoutError) else "broke off"
        if self.ended:
            return UncertainError(f"the mail server {why} after it had the whole mail")
        return UnavailableError(f"the mail server {why} before it had the mail")

    async def _envelope(self, smtp: SMTP) -> int:
        mail, encoding = self._mail, "utf-8" if self._mail.international else "ascii"
        options, notify = self._options(smtp)
        try:
            await smtp.mail(mail.sender, options=options, encoding=encoding)
        except aiosmtplib.SMTPSenderRefused as error:
            self.begun = error.code != _CLOSING
            raise
        self.begun = True
        await smtp.rcpt(mail.to, options=notify, encoding=encoding)
        refused = 0
        for copy in mail.cc:
            try:
                await smtp.rcpt(copy, options=notify, encoding=encoding)
            except aiosmtplib.SMTPRecipientRefused as error:
                if error.code == _CLOSING:
                    raise
                refused += 1
        return refused

    def _options(self, smtp: SMTP) -> tuple[list[str], list[str]]:
        options, notify = [], []
        if smtp.supports_extension("size"):
            options.append(f"SIZE={len(self._mail.data)}")
        if self._mail.international:
            if not smtp.supports_extension("smtputf8"):
                message = "the address needs SMTPUTF8, which the mail server does not offer"
                raise RefusedError(message)
            options.append("SMTPUTF8")
        if smtp.supports_extension("dsn"):
            options += ["RET=HDRS", f"ENVID={self._mail.token}"]
            notify = ["NOTIFY=FAILURE,DELAY"]
        return options, notify

    async def _body(self, smtp: SMTP) -> aiosmtplib.SMTPResponse:
        ready = await smtp.execute_command(b"DATA")
        if ready.code != _GO_AHEAD:
            raise aiosmtplib.SMTPDataError(ready.code, ready.message)
        async with asyncio.timeout(self._timeout):
            await self._written(smtp)
        protocol = _open(smtp)
        self.ended = True
        protocol.write(_END)
        reply = await protocol.read_response(timeout=self._timeout)
        if not 200 <= reply.code < 300:  # noqa: PLR2004
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        return reply

    async def _written(self, smtp: SMTP) -> None:
        # The dot stays back until the body has left, so that a connection lost on the way
        # is known to have delivered nothing.
        data = self._mail.data.replace(b"\r\n.", b"\r\n..")
        _open(smtp).write(data if data.endswith(b"\r\n") else data + b"\r\n")
        transport = smtp.transport
        while isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
            _open(smtp)
            await asyncio.sleep(_PAUSE)


def _open(smtp: SMTP) -> aiosmtplib.protocol.SMTPProtocol:
    if smtp.protocol is None or not smtp.is_connected:
        message = "closed"
        raise aiosmtplib.SMTPServerDisconnected(message)
    return smtp.protocol


def _what(error: aiosmtplib.SMTPResponseException) -> str:
    match error:
        case aiosmtplib.SMTPRecipientRefused():
            return "the recipient"
        case aiosmtplib.SMTPSenderRefused():
            return "the sender"
        case _:
            return "the mail"
