"""A notice as a mail whose every byte follows from the notice."""

import binascii
import hashlib
from base64 import encodebytes
from datetime import UTC
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import encode_rfc2231, format_datetime
from typing import Any, Final

from channels.email.addresses import cleaned, folded, mailbox, split, written
from models.chasing.notice import Notice, Recipient
from models.errors import RefusedError
from models.ledger.creditor import Creditor
from models.ports import Attachment, Written

#: A longer subject is cut off by what displays it.
_LONGEST_SUBJECT: Final = 180

#: As many earlier mails as a thread is held together by.
_REFERENCES: Final = 10


class _Ready(EmailPolicy):
    """Takes headers that are encoded and folded already, which saves parsing each again."""

    def header_max_count(self, name: str) -> int | None:  # noqa: ARG002
        return None

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401
        return name, value

    def header_fetch_parse(self, name: str, value: Any) -> Any:  # noqa: ANN401, ARG002
        return value

    def fold(self, name: str, value: Any) -> str:  # noqa: ANN401
        return f"{name}: {value}\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401
        return self.fold(name, value).encode()


_POLICY: Final = _Ready(linesep="\r\n", cte_type="7bit")


def token(key: str) -> str:
    """Return what stands for a notice's key in headers and envelopes: 32 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def sender(creditor: Creditor) -> tuple[str, str]:
    """Return name and address a creditor's mail comes from.

    Raises:
        RefusedError: the creditor's ``mail_from`` is no address.
    """
    name, address = split(creditor.mail_from)
    return name, mailbox(address, f"mail_from of creditor {creditor.key}")


def message_id(key: str, creditor: Creditor) -> str:
    """Return the Message-ID of a notice, the same at every attempt and for every later reply."""
    _, address = sender(creditor)
    return f"<{token(key)}.relance@{address.rpartition('@')[2]}>"


def receiver(recipient: Recipient) -> str:
    """Return the address of a recipient.

    Raises:
        RefusedError: it is no address; names the contact by its key.
    """
    return mailbox(recipient.email, f"contact {recipient.contact}")


def copies(notice: Notice) -> tuple[dict[str, Recipient], int]:
    """Return who gets a copy, by address, and how many have no address that works."""
    found: dict[str, Recipient] = {}
    lacking = 0
    for copy in notice.cc:
        try:
            found.setdefault(receiver(copy), copy)
        except RefusedError:
            lacking += 1
    found.pop(receiver(notice.to), None)
    return found, lacking


def blind(notice: Notice) -> tuple[tuple[str, ...], int]:
    """Return who in the house gets a copy, and how many of them have no address that works."""
    seen = {receiver(notice.to), *copies(notice)[0]}
    found: list[str] = []
    lacking = 0
    for person in notice.blind:
        try:
            address = receiver(person)
        except RefusedError:
            lacking += 1
            continue
        if address not in seen:
            seen.add(address)
            found.append(address)
    return tuple(found), lacking


def compose(notice: Notice, words: Written, creditor: Creditor) -> EmailMessage:
    """Return a notice as a mail. The same arguments give the same bytes.

    Raises:
        RefusedError: an address, the recipient's or the creditor's, is no address.
    """
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers(notice, words, creditor):
        message[name] = value
    body = [_text("plain", words.text)]
    if words.html:
        body.append(_text("html", words.html))
    if len(body) > 1:
        body = [_together("alternative", notice.key, body)]
    if words.attachments:
        files = [_file(attachment) for attachment in words.attachments]
        body = [_together("mixed", notice.key, [*body, *files])]
    for name, value in body[0].items():
        message[name] = value
    message.set_payload(body[0].get_payload())
    return message


def _headers(notice: Notice, words: Written, creditor: Creditor) -> list[tuple[str, str]]:
    subject = cleaned(words.subject)[:_LONGEST_SUBJECT]
    headers = [
        ("From", written(*sender(creditor))),
        ("To", written(notice.to.name, receiver(notice.to))),
        ("Subject", folded("Subject", subject)),
        ("Date", format_datetime(notice.at.astimezone(UTC))),
        ("Message-ID", message_id(notice.key, creditor)),
    ]
    if copied := copies(notice)[0]:
        shown = [written(copy.name, address) for address, copy in copied.items()]
        headers.append(("Cc", ",\r\n ".join(shown)))
    if creditor.reply_to:
        name, address = split(creditor.reply_to)
        reply_to = mailbox(address, f"reply_to of creditor {creditor.key}")
        headers.append(("Reply-To", written(name, reply_to)))
    if notice.thread:
        root, *later = (message_id(key, creditor) for key in notice.thread)
        references = [root, *later[-_REFERENCES:]]
        headers.append(("In-Reply-To", references[-1]))
        headers.append(("References", "\r\n ".join(references)))
    headers.append(("Auto-Submitted", "auto-generated"))
    # Bounces must still come back, so only what answers by itself is asked to be silent.
    headers.append(("X-Auto-Response-Suppress", "OOF, AutoReply"))
    headers.append(("MIME-Version", "1.0"))
    return headers


def _text(subtype: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = "\n".join(text.splitlines()) + "\n"
    part.set_payload(binascii.b2a_qp(lines.encode(), istext=True).decode("ascii"))
    return part


def _together(subtype: str, key: str, parts: list[EmailMessage]) -> EmailMessage:
    whole = EmailMessage(policy=_POLICY)
    # A boundary must not occur in a part: quoted-printable never writes "=_", base64 no "_".
    boundary = f"=_{subtype}_{token(key)}"
    whole["Content-Type"] = f'multipart/{subtype};\r\n boundary="{boundary}"'
    whole.set_payload([*parts])
    return whole


def _file(attachment: Attachment) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    name = cleaned(attachment.name).replace('"', "'").replace("\\", "_")
    shown = f'"{name}"' if name.isascii() else encode_rfc2231(name, "utf-8")
    parameter = "filename" if name.isascii() else "filename*"
    part["Content-Type"] = cleaned(attachment.mime)
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f"attachment;\r\n {parameter}={shown}"
    part.set_payload(encodebytes(attachment.data).decode("ascii"))
    return part
