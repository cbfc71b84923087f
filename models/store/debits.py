"""Direct debits that the bank gives back although the books never saw their money."""

from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.case import Case
from models.chasing.commands import RejectDebit
from models.chasing.debiting import awaits
from models.chasing.refusing import refused
from models.ledger.invoice import Method
from models.orders import Incoming, Recorded
from models.store.appending import Stamp, append
from models.store.finding import lock_debtors
from models.store.paying import book, grown_by
from models.store.placing import named_rows
from models.store.reading import cases_of
from models.store.tables.money import payments

_REVERSED: Final = (
    update(payments)
    .where(payments.c.id == bindparam("row_id"))
    .values(reversed_at=bindparam("to_at"))
)


def rejectable(case: Case) -> None:
    """Refuse an invoice whose direct debit cannot come back.

    Raises:
        RefusedError: it is collected otherwise, or came back before and was not paid since.
    """
    if case.invoice.method is not Method.DIRECT_DEBIT:
        raise refused(case, "is not collected by direct debit")
    if case.debit_rejected is not None and case.paid <= 0:
        raise refused(case, f"came back on {case.debit_rejected} already: nothing was paid since")


async def unbooked(connection: AsyncConnection, incoming: Incoming) -> Recorded | None:
    """Book the return of direct debits whose money the books never saw, if it names any.

    The debit is booked with it, so that nothing is left over for anybody to place.
    """
    named = await named_rows(connection, incoming.creditor, incoming.numbers, strict=False)
    await lock_debtors(connection, {row.debtor_id for row in named})
    cases = await cases_of(connection, [row.id for row in named], lock=True)
    debits = [filed for filed in cases if awaits(filed.case)]
    if not debits:
        return None
    debit = replace(incoming, key=f"{incoming.key}/debit", amount=-incoming.amount)
    booked = await book(connection, debit, debits[0].debtor_id, 0)
    await connection.execute(_REVERSED, {"row_id": booked, "to_at": incoming.at})
    await book(connection, incoming, debits[0].debtor_id, 0, booked)
    stamp = Stamp(incoming.key, incoming.actor, incoming.at)
    growths = [await grown_by(connection, filed, RejectDebit(), stamp) for filed in debits]
    return Recorded(creditor=incoming.creditor, entries=await append(connection, growths))
