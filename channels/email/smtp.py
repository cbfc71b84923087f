"""The door to mail servers.

What a failure means (``models/ports.py`` says what follows from it):

=====================================================  ==================
not reached, not trusted, not logged in, no answer     UnavailableError
connection lost or silent before the last dot          UnavailableError
4xx to any command or to the mail                      UnavailableError
5xx to sender, recipient or mail                       RefusedError
an address that is none, or needs SMTPUTF8 in vain     RefusedError
connection lost or silent after the last dot           UncertainError
=====================================================  ==================
"""

import asyncio
from collections.abc import Mapping

import aiosmtplib

from channels.email.addresses import mailbox
from channels.email.message import blind, compose, copies, message_id, receiver, sender, token
from channels.email.pool import Pool
from channels.email.settings import Settings
from channels.email.transfer import Mail, Transfer
from models.chasing.notice import Notice
from models.errors import RelanceError, UnknownError
from models.ledger.creditor import Creditor
from models.ports import Receipt, Writer


class Email:
    """Sends notices as mail. A cancelled :meth:`send` may or may not have sent."""

    def __init__(
        self, settings: Settings, writer: Writer, creditors: Mapping[str, Creditor]
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._creditors = creditors
        self._pool = Pool(settings)

    async def send(self, notice: Notice) -> Receipt:
        """Hand a notice to the mail server, once. See :class:`models.ports.Channel`.

        It takes no longer than ``RELANCE_EMAIL_PATIENCE``.
        """
        mail = self._mail(notice)
        transfer = Transfer(mail, self._settings.timeout)
        failure: RelanceError
        try:
            async with asyncio.timeout(self._settings.patience):
                detail = await self._carried(transfer)
        except (RelanceError, aiosmtplib.SMTPException, OSError) as error:
            failure = transfer.failure(error)
        else:
            creditor = self._creditors[notice.creditor]
            return Receipt(reference=message_id(notice.key, creditor), detail=detail)
        # Raised outside the handler: as a cause, the server's words would reach the history.
        raise failure

    async def sent(self, notice: Notice) -> bool | None:  # noqa: ARG002
        """Say nothing: a mail server cannot be asked what it has taken."""
        return None

    async def close(self) -> None:
        """Close idle connections."""
        await self._pool.close()

    def _mail(self, notice: Notice) -> Mail:
        creditor = self._creditors.get(notice.creditor)
        if creditor is None:
            message = f"creditor {notice.creditor} is not known to the mail channel"
            raise UnknownError(message)
        copied, lacking = copies(notice)
        unseen, without = blind(notice)
        others = (*copied, *unseen)
        to, bounces = receiver(notice.to), self._settings.sender
        back = mailbox(bounces, "RELANCE_EMAIL_SENDER") if bounces else sender(creditor)[1]
        words = self._writer.write(notice)
        return Mail(
            sender=back,
            to=to,
            cc=others,
            missing=lacking + without,
            data=compose(notice, words, creditor).as_bytes(),
            token=token(notice.key),
            international=not "".join((back, to, *others)).isascii(),
        )

    async def _carried(self, transfer: Transfer) -> str:
        async with self._pool.lent() as connection:
            connection.mails += 1
            try:
                return await transfer.over(connection.smtp)
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPSenderRefused):
                # Closed while it lay idle: nothing was said, so a fresh one may say it.
                if transfer.begun or connection.mails == 1:
                    raise
            await connection.open()
            connection.mails += 1
            return await transfer.over(connection.smtp)


def connect(writer: Writer, creditors: Mapping[str, Creditor]) -> Email:
    """Return this channel with the settings of the environment."""
    return Email(Settings(), writer, creditors)
