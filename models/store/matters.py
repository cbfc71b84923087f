"""How far matters have gone with a debtor: derived from its open cases, written nowhere."""

from typing import Final

from sqlalchemy import ColumnElement, Label, case, exists, false, null, select

from models.ledger.debtor import Standing
from models.store.tables.items import case_events, invoices
from models.store.tables.parties import debtors

#: A level that gave a deadline is a formal notice, said by us or before the case came to us.
_DEADLINE: Final = case_events.c.kind.in_(("said", "entered", "presented")) & (
    case_events.c.body.like('%"deadline":"%')
)


def _happened(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say whether something happened to an open case of the debtor of the outer statement."""
    return exists(
        select(case_events.c.seq)
        .join_from(invoices, case_events, case_events.c.invoice_id == invoices.c.id)
        .where(invoices.c.debtor_id == debtors.c.id, invoices.c.closed == false(), what)
        .correlate(debtors)
    )


#: The column of a statement about debtors.
STANDING: Final[Label[str]] = case(
    (debtors.c.insolvent_on != null(), Standing.INSOLVENT.value),
    (_happened(case_events.c.kind == "handed-over"), Standing.HANDED_OVER.value),
    (_happened(_DEADLINE), Standing.FORMAL_NOTICE.value),
    else_=Standing.NORMAL.value,
).label("standing")
