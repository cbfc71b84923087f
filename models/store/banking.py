"""A file of payments: each is booked once, and pays what it can."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledger.entries import PaymentRow, Reject
from models.ledger.money import known
from models.orders import Entry, Incoming, Recorded
from models.store.paying import receive
from models.store.recording import RepeatedError
from models.store.reversing import take_back
from models.store.running import Run
from models.store.widening import ensure_creditor

#: Value dates may lie ahead; what lies farther is a slip of the pen.
_AHEAD: Final = timedelta(days=92)


class Statement:
    """The payments of one file, as far as they were read."""

    def __init__(self, run: Run) -> None:
        """Begin with nothing read."""
        self._run = run
        self._met: Counter[str] = Counter()

    async def keep(
        self, connection: AsyncConnection, rows: Sequence[PaymentRow | Reject]
    ) -> tuple[Entry, ...]:
        """Book some payments; return whom to tell."""
        run = self._run
        entries: tuple[Entry, ...] = ()
        for row in rows:
            run.result.rows += 1
            if isinstance(row, Reject):
                run.hand_on(row)
            elif self._possible(row):
                recorded = await self._booked(connection, row)
                entries += recorded.entries
                if recorded.repeated:
                    run.result.unchanged += 1
                    continue
                run.result.new += 1
                if recorded.left:
                    left = run.result.left.get(row.currency, 0) + recorded.left
                    run.result.left[row.currency] = left
        return entries

    async def _booked(self, connection: AsyncConnection, row: PaymentRow) -> Recorded:
        creditor = row.creditor or self._run.creditor
        if creditor not in self._run.begun:
            await ensure_creditor(connection, creditor)
            self._run.begun.add(creditor)
        incoming = Incoming(
            creditor=creditor,
            key=row.reference or self._key(row),
            on=row.on,
            amount=row.amount,
            currency=row.currency,
            actor=self._run.file.actor,
            at=self._run.file.at,
            numbers=row.numbers,
            debtor=row.debtor or row.debtor_name,
            text=row.text,
            oldest=self._run.file.oldest,
        )
        try:
            if row.amount < 0:
                return await take_back(connection, incoming)
            return await receive(connection, incoming)
        except RepeatedError:
            return Recorded(creditor=creditor, repeated=True)

    def _possible(self, row: PaymentRow) -> bool:
        creditor = row.creditor or self._run.creditor
        if creditor not in self._run.creditors:
            known_ones = ", ".join(self._run.creditors)
            self._run.refuse(row.line, "creditor", creditor, f"a creditor such as {known_ones}")
        elif not known(row.currency):
            self._run.refuse(row.line, "currency", row.currency, "a currency of ISO 4217")
        elif row.on > self._today(creditor) + _AHEAD:
            self._run.refuse(
                row.line, "on", row.on.isoformat(), f"a day at most {_AHEAD.days} days ahead"
            )
        elif row.amount == 0:
            self._run.refuse(row.line, "amount", "0", "an amount other than zero")
        else:
            return True
        return False

    def _today(self, creditor: str) -> date:
        """Return the day it is for a creditor, on the clock of its policy."""
        policy = self._run.policies[self._run.creditors[creditor].default_policy]
        return policy.day(self._run.file.at)

    def _key(self, row: PaymentRow) -> str:
        """Name a payment without a reference by its contents, and by how often it was met."""
        said = repr((row.on, row.amount, row.currency, row.numbers, row.debtor, row.debtor_name))
        digest = hashlib.sha256(f"{said}{row.text}".encode()).hexdigest()[:20]
        self._met[digest] += 1
        return f"{digest}-{self._met[digest]}"
