"""A mail server that writes down every mail it takes, and misbehaves when told to.

A process of its own, so that it can be killed. It appends one line a mail to
``mails.jsonl`` and reads ``mail.json`` before each answer.
"""

import asyncio
import json
import os
import re
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
#: Longer than any sender waits.
FOR_EVER = 120.0


class Mailbox:
    """Takes mail as ``mail.json`` says.

    ``mode`` is ``ok``, ``slow`` (by ``delay`` seconds), ``defer`` (451), ``hang`` (takes the
    mail and never answers) or ``swallow`` (neither takes it nor answers); ``refused`` lists
    addresses that get 550.
    """

    def __init__(self, folder: Path) -> None:
        self._told = folder / "mail.json"
        self._log = os.open(folder / "mails.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _manner(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._told.read_text()))
        except FileNotFoundError:
            return {}

    async def handle_RCPT(  # noqa: N802  the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._manner().get("refused", ()):
            return "550 5.1.1 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        manner = self._manner()
        mode = manner.get("mode", "ok")
        if mode == "defer":
            return "451 4.3.0 later"
        if mode == "slow":
            await asyncio.sleep(manner.get("delay", 0.5))
        if mode == "swallow":
            await asyncio.sleep(FOR_EVER)
        found = MESSAGE_ID.search(bytes(envelope.content))
        mail = {
            "id": found[1].decode() if found else "",
            "to": envelope.rcpt_tos,
            "at": time.time(),
        }
        os.write(self._log, json.dumps(mail).encode() + b"\n")
        if mode == "hang":
            await asyncio.sleep(FOR_EVER)
        return "250 2.0.0 Ok"


async def main(folder: Path, port: int) -> None:
    """Listen on loopback until the process is ended."""
    handler = Mailbox(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="mailbox.localhost"), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()
