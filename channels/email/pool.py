"""A few connections to the mail server, kept open from one mail to the next."""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP

from channels.email.settings import Settings
from models.errors import RefusedError, UnavailableError

#: Seconds a server has to say goodbye.
_GOODBYE: Final = 2.0

_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


def status(error: aiosmtplib.SMTPResponseException) -> str:
    """Return reply code and enhanced status alone: what else a server says may name people."""
    enhanced = _ENHANCED.search(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)


class Connection:
    """An open connection and what it has been used for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._since = time.monotonic()
        self.mails = 0
        self.smtp = _client(settings)

    async def open(self) -> None:
        """Connect, secure and log in, on a connection never used before.

        Raises:
            UnavailableError: it cannot be opened now; names the setting to look at.
        """
        self.smtp.close()
        self.smtp, self.mails = _client(self._settings), 0
        try:
            await self.smtp.connect()
            if self.smtp.is_ehlo_or_helo_needed:
                await self.smtp.ehlo()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            why = self._why(error)
        else:
            return
        self.smtp.close()
        # Raised outside the handler: as a cause, the server's words would reach the history.
        message = f"the mail server {self._settings.place} {why}"
        raise UnavailableError(message)

    def _why(self, error: Exception) -> str:
        if isinstance(error.__cause__, OSError):
            error = error.__cause__
        match error:
            case aiosmtplib.SMTPAuthenticationError():
                return f"does not accept RELANCE_EMAIL_USER and _PASSWORD: {status(error)}"
            case aiosmtplib.SMTPResponseException():
                return f"turns us away: {status(error)}"
            case TimeoutError():
                return f"does not answer within {self._settings.timeout:g} s"
            case ssl.SSLError():
                reason = getattr(error, "verify_message", "") or error.reason
                return f"cannot be trusted ({reason}): see RELANCE_EMAIL_TLS and _CA_FILE"
            case OSError():
                return f"cannot be reached: {error}"
            case _:
                # It speaks of extensions and of our own settings, never of a person.
                return f"lacks what is set, see RELANCE_EMAIL_TLS, _USER and _HELO: {error}"

    async def ready(self) -> None:
        """Open the connection unless it can be used as it is."""
        idle = time.monotonic() - self._since > self._settings.idle_seconds
        worn = self.mails >= self._settings.mails_per_connection
        if idle or worn or not self.smtp.is_connected:
            await self.open()

    async def reset(self) -> None:
        """Forget a mail that was refused; close when the server does not go along."""
        try:
            await self.smtp.rset(timeout=_GOODBYE)
        except (aiosmtplib.SMTPException, OSError):
            self.smtp.close()

    def rest(self) -> None:
        """Note when it was used last."""
        self._since = time.monotonic()

    async def close(self) -> None:
        """Say goodbye, briefly, and close."""
        if self.smtp.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self.smtp.quit(timeout=_GOODBYE)
        self.smtp.close()


class Pool:
    """Lends connections, at most as many as the settings allow."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(settings.connections)
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Connection]:
        """Lend a connection, ready to use.

        A refusal raised inside leaves it open for the next mail; any other error closes it.

        Raises:
            UnavailableError: no connection can be opened now.
        """
        async with self._free:
            connection = self._idle.pop() if self._idle else Connection(self._settings)
            try:
                await connection.ready()
                yield connection
            except (aiosmtplib.SMTPResponseException, RefusedError):
                await connection.reset()
                raise
            except BaseException:
                connection.smtp.close()
                raise
            finally:
                self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        if connection.smtp.is_connected:
            connection.rest()
            self._idle.append(connection)

    async def close(self) -> None:
        """Close what is idle; call it when no mail is under way."""
        while self._idle:
            await self._idle.pop().close()


def _client(settings: Settings) -> SMTP:
    user = settings.user or None
    return SMTP(
        hostname=settings.host,
        port=settings.port,
        username=user,
        password=settings.password.get_secret_value() if user else None,
        local_hostname=settings.own_name,
        timeout=settings.timeout,
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        tls_context=None if settings.tls == "none" else settings.trust,
    )
