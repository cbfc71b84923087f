"""From a draft to the notice that is kept: its key, its language, its recipient."""

from dataclasses import dataclass
from functools import cache

from babel.languages import get_official_languages

from models.chasing.level import LevelKind
from models.chasing.moment import Draft
from models.chasing.notice import Notice, Recipient
from models.chasing.policy import Policy
from models.chasing.reaching import Route
from models.ledger.creditor import Creditor
from models.ledger.debtor import Contact, Debtor


@dataclass(frozen=True, slots=True)
class Envelope:
    """Between whom a draft goes, and which of the debtor's contacts it is.

    Attributes:
        number: the contact number drawn from the debtor's row.
        try_: 0 for the first attempt on a channel.
        thread: keys of the debtor's earlier notices on this channel, oldest first.
    """

    creditor: Creditor
    debtor: Debtor
    number: int
    try_: int = 0
    thread: tuple[str, ...] = ()


@cache
def language_of(country: str) -> str:
    """Return the first official language of a country; nothing when it is not known.

    >>> language_of("FR"), language_of("AT"), language_of("")
    ('fr', 'de', '')
    """
    return next(iter(get_official_languages(country)), "") if country else ""


def spoken(contact: Contact, debtor: Debtor, creditor: Creditor) -> str:
    """Return the language to write in: the contact's, debtor's, country's or creditor's."""
    known = (contact.language, debtor.language, language_of(debtor.country), creditor.language)
    return next(language for language in known if language)


def tone(policy: Policy, name: str) -> str:
    """Return how firmly a level speaks that has no words of its own.

    The first reminder is friendly, later ones are not, and the last of three or more says
    so. Empty for what is no reminder of the policy.
    """
    reminders = [level.name for level in policy.levels if level.kind is LevelKind.REMINDER]
    if name not in reminders:
        return ""
    match reminders.index(name):
        case 0:
            return "reminder"
        case place if place > 1 and place == len(reminders) - 1:
            return "final-reminder"
        case _:
            return "second-reminder"


def notice_key(envelope: Envelope, channel: str) -> str:
    """Return the key of a notice; Message-ID, file name and reference derive from it."""
    creditor, debtor = envelope.creditor.key, envelope.debtor.key
    return f"{creditor}/{debtor}/{envelope.number}/{channel}/{envelope.try_}"


def noticed(draft: Draft, envelope: Envelope, way: Route) -> Notice:
    """Return the frozen snapshot of a draft, going by a way."""
    debtor, creditor = envelope.debtor, envelope.creditor
    return Notice(
        key=notice_key(envelope, way.channel),
        creditor=creditor.key,
        debtor=debtor.key,
        debtor_name=debtor.name,
        kind=draft.kind,
        channel=way.channel,
        language=spoken(way.contact, debtor, creditor),
        at=draft.at,
        on=draft.on,
        to=_recipient(way.contact),
        cc=tuple(_recipient(person) for person in draft.cc),
        level=draft.level,
        tone=tone(draft.policy, draft.level),
        policy=draft.policy.name,
        country=debtor.country,
        lines=draft.lines,
        also_open=draft.also_open,
        totals=draft.totals,
        deadline=draft.deadline,
        instalments=draft.instalments,
        payee=draft.payee,
        owner=draft.owner,
        thread=envelope.thread,
        try_=envelope.try_,
        blind=tuple(
            Recipient(contact=person.name, role=role, email=person.email)
            for role in draft.copy_to
            for person in creditor.people_in(role)
            if person.email
        ),
    )


def _recipient(contact: Contact) -> Recipient:
    return Recipient(
        contact=contact.key,
        role=contact.role,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        address=contact.address,
    )
