"""A ledger as debtors with their items: what a rehearsal starts from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from models.chasing import events as ev
from models.chasing.level import LevelKind
from models.chasing.placing import nominal
from models.chasing.policy import Policy
from models.errors import UnknownError
from models.ledger.debtor import Address, Contact, Debtor
from models.ledger.entries import ContactRow, ItemRow, Reject
from models.ledger.invoice import Invoice, Method
from models.ledger.particulars import stated


@dataclass(slots=True)
class Item:
    """An invoice, the policy it is chased under, and the events it enters with."""

    invoice: Invoice
    policy: Policy
    enters: date
    events: tuple[ev.Event, ...]
    row: ItemRow


@dataclass(slots=True)
class Account:
    """A debtor of one creditor: its items by number, its unapplied credits by currency."""

    creditor: str
    code: str
    debtor: Debtor
    items: dict[str, Item] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Portfolio:
    """All accounts by creditor and code, and the rows that could not be taken in."""

    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    by_number: dict[str, list[Account]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    addresses: bool = False

    def find(self, creditor: str, number: str) -> list[Account]:
        """Return the accounts that hold an invoice; any creditor's when none is named."""
        found = self.by_number.get(number, ())
        return [account for account in found if creditor in {"", account.creditor}]


def gathered(
    rows: Iterable[ItemRow | Reject],
    policy_of: Callable[[ItemRow], Policy],
    since: date,
    contacts: Iterable[ContactRow | Reject] = (),
) -> Portfolio:
    """Return a ledger's rows as accounts.

    A number met twice with the same facts counts once; with others, or under another
    debtor, it is a reject. An item enters on its issue day or on ``since``, the later.
    """
    portfolio = Portfolio()
    seen: dict[tuple[str, str], tuple[str, ItemRow]] = {}
    for row in rows:
        if isinstance(row, Reject):
            portfolio.rejects.append(row)
            continue
        code = row.debtor or row.debtor_name
        account = _account(portfolio, row, code)
        name = f"{row.kind}:{code}:{row.number}" if row.amount < 0 else row.number
        known = seen.setdefault((row.creditor, name), (code, row))
        if known[1] is not row:
            portfolio.rejects.extend(_repeated(row, code, known))
        elif row.amount < 0:
            left = account.credits.get(row.currency, 0)
            account.credits[row.currency] = left - row.open
        else:
            _add(portfolio, account, row, policy_of, since)
    _contacts(portfolio, contacts)
    return portfolio


def _repeated(row: ItemRow, code: str, known: tuple[str, ItemRow]) -> Iterator[Reject]:
    """Yield why a row whose number came before cannot count; nothing when it says the same."""
    if known[0] != code:
        yield _reject(row, "number", row.number, f"another debtor has {row.number}")
    elif replace(known[1], line=row.line) != row:
        expected = f"line {known[1].line} states {row.number} differently"
        yield _reject(row, "number", row.number, expected)


def _reject(row: ItemRow, column: str, value: str, why: str) -> Reject:
    return Reject("ledger", row.line, column, value, f"possible: {why}", {})


def _account(portfolio: Portfolio, row: ItemRow, code: str) -> Account:
    portfolio.addresses |= bool(row.email or row.phone or row.street)
    key = (row.creditor, code)
    account = portfolio.accounts.get(key)
    if account is None:
        debtor = Debtor(
            key=code,
            name=row.debtor_name or code,
            code=code,
            country=row.country,
            language=row.language,
            segment=row.segment,
            **stated(row),
        )
        account = portfolio.accounts[key] = Account(row.creditor, code, debtor)
    contact = Contact(
        role="accounting",
        email=row.email,
        phone=row.phone,
        address=Address(row.street, row.postcode, row.city, row.country),
    )
    if (row.email or row.phone or row.street) and contact not in account.debtor.contacts:
        known = (*account.debtor.contacts, contact)
        account.debtor = replace(account.debtor, contacts=known)
    return account


def _add(
    portfolio: Portfolio,
    account: Account,
    row: ItemRow,
    policy_of: Callable[[ItemRow], Policy],
    since: date,
) -> None:
    try:
        policy = policy_of(row)
    except UnknownError as unknown:
        portfolio.rejects.append(_reject(row, "policy", row.policy, str(unknown)))
        return
    if row.due is None:
        portfolio.rejects.append(_reject(row, "due", "", "an invoice has a day by which to pay"))
        return
    if row.level and row.level not in policy.by_name:
        why = f"policy {policy.name} has {', '.join(policy.by_name)}"
        portfolio.rejects.append(_reject(row, "level", row.level, why))
        return
    invoice = invoice_of(row, account.code)
    enters = max(row.issued or since, since)
    events = tuple(past(row, invoice, policy, enters))
    account.items[row.number] = Item(invoice, policy, enters, events, row)
    portfolio.by_number.setdefault(row.number, []).append(account)


def invoice_of(row: ItemRow, debtor: str) -> Invoice:
    """Return the invoice a row states; ``row.due`` is known for every invoice."""
    methods = {method.value for method in Method}
    return Invoice(
        creditor=row.creditor,
        number=row.number,
        debtor=debtor,
        due=row.due or date.max,
        amount=row.amount,
        currency=row.currency,
        issued=row.issued,
        method=Method(row.method) if row.method in methods else Method.TRANSFER,
        discount=row.discount,
        discount_until=row.discount_until,
        owner=row.owner,
        payee=row.payee,
        servicer=row.servicer,
        disclosed=bool(row.disclosed),
        policy=row.policy,
        collector=row.collector,
        salesperson=row.salesperson,
    )


def past(row: ItemRow, invoice: Invoice, policy: Policy, enters: date) -> Iterator[ev.Event]:
    """Yield the events with which an item enters, the past its row brings among them.

    A level without its day is taken to have gone out on its own day, or on the day of
    entry when that is earlier; a formal notice gave the days that its level gives.
    """
    level_on, deadline = row.level_on, None
    if row.level:
        level = policy.level(row.level)
        level_on = level_on or min(nominal(policy, invoice.due, policy.by_name[row.level]), enters)
        if level.kind is LevelKind.FORMAL_NOTICE and level.deadline_days:
            deadline = level_on + timedelta(days=level.deadline_days)
    yield ev.Entered(
        on=enters,
        open=row.open,
        policy=policy.name,
        version=policy.version,
        hash=policy.hash,
        level=row.level or None,
        level_on=level_on,
        deadline=deadline,
    )
    if row.level:
        before = tuple(lv.name for lv in policy.levels[: policy.by_name[row.level]])
        if before:
            yield ev.Passed(on=enters, levels=before, reason="before it came to us")
    if row.disputed is not None:
        amount = None if row.disputed < 0 else row.disputed
        yield ev.Disputed(on=enters, dispute="before", amount=amount, reason="before it came to us")
    if row.promised_by is not None:
        part = ev.Part(by=row.promised_by)
        yield ev.Promised(on=enters, promise="before", parts=(part,))
    if row.hold_until is not None:
        yield ev.Held(on=enters, hold="before", until=row.hold_until)


def _contacts(portfolio: Portfolio, rows: Iterable[ContactRow | Reject]) -> None:
    """Give each debtor its contacts; those of debtors that owe nothing are left aside."""
    known: dict[str, list[Account]] = {}
    for account in portfolio.accounts.values():
        for name in {account.code, account.debtor.name}:
            known.setdefault(name, []).append(account)
    for row in rows:
        if isinstance(row, Reject):
            portfolio.rejects.append(row)
            continue
        portfolio.addresses = True
        contact = Contact(row.role, "", row.name, row.email, row.phone, language=row.language)
        for account in known.get(row.debtor, ()):
            if row.creditor in {"", account.creditor}:
                contacts = (*account.debtor.contacts, contact)
                account.debtor = replace(account.debtor, contacts=contacts, **stated(row))
