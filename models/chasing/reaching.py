"""How a level reaches a debtor: which contact, by which of its channels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import phonenumbers

from models.chasing.level import Level
from models.ledger.debtor import Contact, Debtor


@dataclass(frozen=True, slots=True)
class Route:
    """A contact and the channel to use."""

    contact: Contact
    channel: str


def mobile(phone: str, country: str) -> str:
    """Return a mobile number in E.164, or nothing when it is not one.

    >>> mobile("06 12 34 56 78", "FR"), mobile("01 23 45 67 89", "FR")
    ('+33612345678', '')
    """
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return ""
    kinds = {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    if phonenumbers.number_type(number) not in kinds:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


#: Whether a contact has what a channel needs. A channel not listed needs nothing.
_NEEDS: Final[dict[str, Callable[[Contact, Debtor], bool]]] = {
    "email": lambda contact, _: bool(contact.email),
    "sms": lambda contact, debtor: bool(mobile(contact.phone, debtor.country)),
    "letter": lambda contact, _: contact.address.complete,
    "registered-letter": lambda contact, _: contact.address.complete,
    "call": lambda contact, _: bool(contact.phone),
}


def reachable(contact: Contact, channel: str, debtor: Debtor) -> bool:
    """Say whether a contact can be written to on a channel."""
    if channel in contact.bad or channel in contact.quiet:
        return False
    needs = _NEEDS.get(channel)
    return needs is None or needs(contact, debtor)


def route(
    level: Level, debtor: Debtor, channels: frozenset[str], tried: frozenset[str] = frozenset()
) -> Route | None:
    """Return how a level goes out: its channels in order, within each its roles in order.

    A missing address is the next role; when no role has one, the next channel. Channels
    that are not connected, or were ``tried`` in vain, are not possible.
    """
    for channel in level.channels:
        if channel not in channels or channel in tried:
            continue
        for role in level.to:
            for contact in debtor.contacts:
                if contact.role == role and reachable(contact, channel, debtor):
                    return Route(contact, channel)
    return None
