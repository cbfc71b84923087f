"""Some rows of a ledger in one transaction: what is new enters, what changed is restated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, insert, null, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.folding import folded
from models.chasing.policy import Policy
from models.chasing.portfolio import invoice_of, past
from models.errors import UnknownError
from models.ledger.entries import ItemRow, Reject
from models.ledger.invoice import Invoice
from models.orders import Entry
from models.store.appending import Stamp, row_of, standing
from models.store.crediting import keep_credits
from models.store.finding import lock_debtors
from models.store.owing import Debtors, Owing
from models.store.policies import keep_policy
from models.store.reaching import Addresses
from models.store.restating import KNOWN, Known, differs, restate
from models.store.righting import NAMES, keep_rights, stated
from models.store.running import Run, owed
from models.store.statements import insert_new
from models.store.tables.items import case_events, invoices
from models.store.tables.parties import creditors

_CREDITOR_LOCKED: Final = (
    select(creditors.c.key, creditors.c.first_import_at)
    .where(creditors.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(creditors.c.key)
    .with_for_update(key_share=True)
)
_BEGIN: Final = (
    update(creditors)
    .where(creditors.c.key == bindparam("row_key"), creditors.c.first_import_at == null())
    .values(first_import_at=bindparam("to_at"), frozen=bindparam("to_frozen"))
)


@dataclass(slots=True)
class New:
    """An invoice that enters: its debtor, its values and its first events."""

    row: ItemRow
    owing: Owing
    invoice: Invoice
    policy: Policy
    events: tuple[ev.Event, ...]


@dataclass(slots=True)
class Slice:
    """One transaction's worth of rows."""

    run: Run
    debtors: Debtors
    addresses: Addresses
    new: list[New] = field(default_factory=list)
    known: list[tuple[ItemRow, Known]] = field(default_factory=list)
    credits: list[tuple[ItemRow, Owing]] = field(default_factory=list)

    def take(self, row: ItemRow, known: Known | None) -> None:
        """Sort a row: new, known, a credit, settled long ago, or wrong."""
        run = self.run
        owing = self.debtors.find(row, known.debtor_id if known else None)
        if known is not None and (owing is None or owing.id != known.debtor_id):
            why = f"number {row.number} belongs to another debtor"
            run.refuse_row(row, "", "", why)
            return
        if not owed(row):
            self.credits.append((row, self._stated(row, owing)))
        elif known is not None:
            self._stated(row, owing)
            self.known.append((row, known))
        elif row.open <= 0:
            run.result.settled += 1
        else:
            self._enter(row, owing)

    def touched(self) -> set[int]:
        """Return the ids of the debtors that this slice changes, themselves or their items."""
        restated = {
            known.debtor_id for row, known in self.known if differs(row, known) or stated(row)
        }
        return self.debtors.changed_ids() | self.addresses.debtor_ids() | restated

    def _enter(self, row: ItemRow, owing: Owing | None) -> None:
        run = self.run
        try:
            policy = run.policy_for(row, owing)
        except UnknownError as unknown:
            run.refuse_row(row, "policy", row.policy, str(unknown))
            return
        if row.level and row.level not in policy.by_name:
            levels = f"a level of policy {policy.name}, such as {', '.join(policy.by_name)}"
            run.refuse_row(row, "level", row.level, levels)
            return
        owing = self._stated(row, owing)
        invoice = invoice_of(row, owing.key)
        enters = policy.day(run.file.at)
        self.new.append(New(row, owing, invoice, policy, tuple(past(row, invoice, policy, enters))))

    def _stated(self, row: ItemRow, owing: Owing | None) -> Owing:
        owing = self.debtors.take(row, owing)
        self.addresses.hear(owing, row)
        return owing


async def enter(
    connection: AsyncConnection, run: Run, rows: Iterable[ItemRow | Reject]
) -> tuple[Entry, ...]:
    """Take some rows in; return which workflows to start or to tell."""
    taken = run.sifted(rows)
    if not taken:
        return ()
    await _begin(connection, run, {row.creditor for row in taken})
    found = await _known(connection, taken)
    part = Slice(run, await Debtors.load(connection, taken, run.stated), Addresses(run.stated))
    for row in taken:
        if run.first(row):
            known = found.get((row.creditor, row.number)) if owed(row) else None
            part.take(row, known)
    await lock_debtors(connection, part.touched())
    await part.debtors.write(connection, run.file.at)
    await part.addresses.write(connection, run.file.at)
    await keep_credits(connection, run, part.credits)
    entered = await _entered(connection, run, part.new)
    return entered + await restate(connection, run, part.known)


async def _begin(connection: AsyncConnection, run: Run, keys: set[str]) -> None:
    """Give creditors their rows; one that is read for the first time may start frozen."""
    for key in sorted(keys - run.begun):
        await connection.execute(insert_new(connection, creditors), {"key": key})
        frozen = run.creditors[key].freeze_first_import
        begun = {"row_key": key, "to_at": run.file.at, "to_frozen": frozen}
        await connection.execute(_BEGIN, begun)
    run.begun |= keys
    if connection.dialect.name != "sqlite":
        await connection.execute(_CREDITOR_LOCKED, {"keys": sorted(keys)})


async def _known(
    connection: AsyncConnection, rows: Sequence[ItemRow]
) -> dict[tuple[str, str], Known]:
    wanted = [(row.creditor, row.number) for row in rows if owed(row)]
    where = tuple_(invoices.c.creditor, invoices.c.number).in_(wanted)
    found = (await connection.execute(KNOWN.where(where))).all() if wanted else []
    return {(row.creditor, row.number): row for row in found}


async def _entered(connection: AsyncConnection, run: Run, new: Sequence[New]) -> tuple[Entry, ...]:
    if not new:
        return ()
    for policy in {one.policy.hash: one.policy for one in new}.values():
        if policy.hash not in run.kept:
            await keep_policy(connection, policy)
            run.kept.add(policy.hash)
    insertion = insert(invoices).returning(invoices.c.id, invoices.c.creditor, invoices.c.number)
    made = (await connection.execute(insertion, [_row(one, run) for one in new])).all()
    ids = {(row.creditor, row.number): row.id for row in made}
    stamp = Stamp(f"import-{run.result.import_id}", run.file.actor, run.file.at)
    events, rights, entries = [], [], []
    for one in new:
        key = ids[one.row.creditor, one.row.number]
        rows = [row_of(key, (1, seq), e, stamp) for seq, e in enumerate(one.events, start=1)]
        events.extend(rows)
        entries.append(Entry(one.row.number, rows[0]["event_id"], "entered", one.row.creditor))
        if said := stated(one.row):
            since = min(one.row.issued or date.max, one.events[0].on)
            rights.append({"invoice_id": key, "since": since, **dict.fromkeys(NAMES), **said})
    await connection.execute(insert(case_events), events)
    await keep_rights(connection, rights)
    run.result.new += len(new)
    return tuple(entries)


def _row(one: New, run: Run) -> dict[str, Any]:
    row, invoice = one.row, one.invoice
    case = folded(invoice, one.events)
    return {
        "creditor": row.creditor,
        "number": row.number,
        "debtor_id": one.owing.id,
        "issued": row.issued,
        "currency": row.currency,
        "entered_due": invoice.due,
        "entered_amount": invoice.amount,
        "ledger_due": invoice.due,
        "ledger_amount": row.amount,
        "ledger_open": row.open,
        "method": invoice.method.value,
        "discount": row.discount,
        "discount_until": row.discount_until,
        "policy": row.policy,
        "collector": row.collector,
        "salesperson": row.salesperson,
        "events": len(one.events),
        "rights": int(bool(stated(row))),
        "imported_at": run.file.at,
        **standing(case),
    }
