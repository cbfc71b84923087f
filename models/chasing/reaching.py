"""How a level reaches a debtor: which contact, by which of its channels."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

import phonenumbers

from models.chasing.answers import Blocker
from models.chasing.level import Level
from models.ledger.debtor import Address, Contact, Debtor

#: A channel and the mark of an address on it that was tried in vain; without a mark, all of
#: the channel was.
Tried = frozenset[tuple[str, str]]


class Addressed(Protocol):
    """Whoever has addresses: a contact, or the recipient that a notice keeps."""

    @property
    def email(self) -> str:
        """Of the mailbox."""
        ...

    @property
    def phone(self) -> str:
        """As the ledger writes it."""
        ...

    @property
    def address(self) -> Address:
        """Of the building."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """A contact and the channel to use."""

    contact: Contact
    channel: str

    @property
    def mark(self) -> str:
        """Names the address without telling it."""
        return mark(self.contact, self.channel)


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
#: What such a thing is called.
_CALLED: Final = {
    "email": "e-mail address",
    "sms": "mobile number",
    "letter": "postal address",
    "registered-letter": "postal address",
    "call": "telephone number",
}
#: What makes two addresses of a channel the same.
_SAME: Final[dict[str, Callable[[Addressed], tuple[str, ...]]]] = {
    "email": lambda who: (who.email,),
    "sms": lambda who: (who.phone,),
    "call": lambda who: (who.phone,),
    "letter": lambda who: _postal(who.address),
    "registered-letter": lambda who: _postal(who.address),
}


def _postal(address: Address) -> tuple[str, ...]:
    return address.street, address.postcode, address.city, address.country


def mark(who: Addressed, channel: str) -> str:
    """Return what names an address without telling it; nothing where there is none.

    >>> one, same = Contact("accounting", email="ap@a.example"), Contact("", email="AP@a.example ")
    >>> mark(one, "email") == mark(same, "email"), mark(one, "letter")
    (True, '')
    """
    parts = _SAME[channel](who) if channel in _SAME else ()
    plain = [" ".join(part.casefold().split()) for part in parts]
    return sha256("\n".join(plain).encode()).hexdigest()[:16] if any(plain) else ""


def reachable(contact: Contact, channel: str, debtor: Debtor) -> bool:
    """Say whether a contact can be written to on a channel."""
    if channel in contact.bad or channel in contact.quiet:
        return False
    needs = _NEEDS.get(channel)
    return needs is None or needs(contact, debtor)


def route(
    level: Level, debtor: Debtor, channels: frozenset[str], tried: Tried = frozenset()
) -> Route | None:
    """Return how a level goes out: its channels in order, within each its roles in order.

    A missing address is the next role; when no role has one, the next channel. Channels
    that are not connected are not possible, nor are addresses ``tried`` in vain.
    """
    for channel in level.channels:
        if channel in channels:
            contact = _reached(level, channel, debtor, tried)
            if contact is not None:
                return Route(contact, channel)
    return None


def lacking(
    level: Level, debtor: Debtor, channels: frozenset[str], tried: Tried = frozenset()
) -> tuple[str, tuple[Blocker, ...]]:
    """Return what a level that has no route lacks: in words, and as blockers.

    An address is missing where a channel is connected. A channel is missing where the
    debtor could be reached by it, or where none of the level's is connected.
    """
    words, blockers = [], set()
    for channel in level.channels:
        if channel in channels:
            words.append(_missing(level, channel, debtor))
            blockers.add(Blocker.NO_CONTACT)
        else:
            words.append(f"the {channel} channel is not connected")
            if _reached(level, channel, debtor, tried) is not None:
                blockers.add(Blocker.NO_CHANNEL)
    known = [one for one in (Blocker.NO_CONTACT, Blocker.NO_CHANNEL) if one in blockers]
    why = f"{level.name} cannot go out: {', '.join(dict.fromkeys(words))}"
    return why, tuple(known) or (Blocker.NO_CHANNEL,)


def _reached(level: Level, channel: str, debtor: Debtor, tried: Tried) -> Contact | None:
    """Return the first contact of a level's roles that a channel may reach."""
    if (channel, "") in tried:
        return None
    for role in level.to:
        for contact in debtor.contacts:
            if contact.role != role or not reachable(contact, channel, debtor):
                continue
            if not tried or (channel, mark(contact, channel)) not in tried:
                return contact
    return None


def _missing(level: Level, channel: str, debtor: Debtor) -> str:
    """Say which address a connected channel lacks, or what is wrong with the one there is."""
    roles, called = " or ".join(level.to), _CALLED.get(channel, f"{channel} address")
    needs = _NEEDS.get(channel)
    people = [contact for contact in debtor.contacts if contact.role in level.to]
    have = [contact for contact in people if needs is None or needs(contact, debtor)]
    if not have:
        return f"no {called} of {roles}"
    if all(channel in contact.quiet for contact in have):
        return f"{roles} must not be written to by {channel}"
    return f"the {called} of {roles} did not work"
