"""The books: the one way in for everything that people, files and banks say.

:meth:`Books.record` takes orders. Files are read in by :mod:`models.store.booking`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.commands import (
    ChangePolicy,
    Hold,
    Note,
    Pay,
    RejectDebit,
    Release,
    Reverse,
)
from models.chasing.policy import Policy
from models.errors import RefusedError, UnknownError
from models.ledger.creditor import Creditor
from models.orders import (
    Allocate,
    Freeze,
    Incoming,
    Insolvency,
    Order,
    Recorded,
    RuleDelivery,
    SetDebtor,
    State,
    Thaw,
)
from models.store import widening
from models.store.engine import Store
from models.store.finding import debtor_named, lock_debtors
from models.store.paying import allocate_left, receive
from models.store.placing import currency_of
from models.store.policies import keep_policy
from models.store.recording import RepeatedError, carry_out, keep_order, known
from models.store.replying import reply
from models.store.reversing import take_back, take_back_from
from models.store.verdicts import rule_delivery

_Result = TypeVar("_Result")


class Books:
    """Records orders, payments and files: each once, all of it or nothing."""

    def __init__(
        self,
        store: Store,
        creditors: Mapping[str, Creditor],
        policies: Mapping[str, Policy],
        channels: frozenset[str] = frozenset(),
    ) -> None:
        """Open the books of some creditors, under the policies that are on offer, by name.

        Promises and disputes are confirmed by ``channels``, those that are connected.
        """
        self.store = store
        self.channels = channels
        self.creditors = creditors
        self.policies = policies

    async def record(self, order: Order) -> Recorded:
        """Carry out an order, once per ``event_id``; repeated, answer as the first time.

        Raises:
            RefusedError: why it cannot be taken, for a clerk; nothing was written.
            UnknownError: what it names is not in the books; says what comes near.
            UnavailableError: the books do not answer; the same call may succeed later.
        """
        (recorded,) = await self.record_all([order])
        return recorded

    async def record_all(self, orders: Sequence[Order]) -> list[Recorded]:
        """Carry out what was said in one breath: every order in turn, or none of them.

        Raises like :meth:`record`, at the first that cannot be taken.
        """
        owners = [self.creditor(order.creditor) for order in orders]
        try:
            return await _once_more(lambda: self._recorded(orders, owners))
        except (RepeatedError, RefusedError):
            earlier = []
            async with self.store.reading() as connection:
                for order in orders:
                    before = await known(connection, order.creditor, order.event_id)
                    if before is None:
                        raise
                    earlier.append(before)
            return earlier

    async def pay(self, incoming: Incoming, *, strict: bool = False) -> Recorded:
        """Book money that came in, or was taken back; a known key changes nothing.

        It pays the invoices named, then one of exactly what is left, then, when told so,
        the debtor's oldest; the rest stays the debtor's.

        Raises:
            UnknownError: a number or the debtor is not in the books, and ``strict``.
            UnavailableError: the books do not answer; the same call may succeed later.
        """
        self.creditor(incoming.creditor)
        return await _once_more(lambda: self._paid_in(incoming, strict=strict))

    def creditor(self, key: str) -> Creditor:
        """Return a creditor.

        Raises:
            UnknownError: nobody has this key; lists those there are.
        """
        if key not in self.creditors:
            message = f"no creditor has the key {key!r}: there are {', '.join(self.creditors)}"
            raise UnknownError(message)
        return self.creditors[key]

    def today(self, creditor: Creditor, at: datetime) -> date:
        """Return the day of something about a whole creditor: that of its default policy."""
        return self.policies[creditor.default_policy].day(at)

    async def _recorded(
        self, orders: Sequence[Order], owners: Sequence[Creditor]
    ) -> list[Recorded]:
        results = []
        async with self.store.writing() as connection:
            for order, creditor in zip(orders, owners, strict=True):
                recorded = await self._carried_out(connection, order, creditor)
                if not recorded.repeated:
                    await reply(connection, creditor, self.channels, recorded.entries, order.at)
                results.append(recorded)
        return results

    async def _paid_in(self, incoming: Incoming, *, strict: bool) -> Recorded:
        async with self.store.writing() as connection:
            await widening.ensure_creditor(connection, incoming.creditor)
            if incoming.amount < 0:
                return await take_back(connection, incoming)
            return await receive(connection, incoming, strict=strict)

    async def _carried_out(
        self, connection: AsyncConnection, order: Order, creditor: Creditor
    ) -> Recorded:
        command = order.command
        if isinstance(command, Freeze | Thaw | Insolvency | SetDebtor | State) or (
            isinstance(command, Hold | Release | Note) and not order.invoices
        ):
            return await self._wide(connection, order, creditor)
        special = self._special(order)
        if special is not None:
            recorded = await special(connection)
            if recorded.repeated:
                return await known(connection, order.creditor, order.event_id) or recorded
            await keep_order(connection, order, recorded)
            return recorded
        assert not isinstance(command, Allocate | RuleDelivery)  # noqa: S101  see above
        if isinstance(command, ChangePolicy):
            await self._keep(connection, command)
        return await carry_out(connection, order, command, creditor.people)

    def _special(self, order: Order) -> Callable[[AsyncConnection], Awaitable[Recorded]] | None:
        """Return what carries out an order about money or a delivery; ``None`` for a case's."""
        match order.command:
            case Pay() as pay:
                return lambda connection: self._paid(connection, order, pay)
            case Reverse() | RejectDebit() as back:
                return lambda connection: take_back_from(connection, order, back)
            case Allocate() as allocate:
                return lambda connection: allocate_left(connection, order, allocate)
            case RuleDelivery() as verdict:
                return lambda connection: rule_delivery(connection, order, verdict)
            case _:
                return None

    async def _paid(self, connection: AsyncConnection, order: Order, command: Pay) -> Recorded:
        """Book a payment that a person states: to what is named, else to the oldest."""
        incoming = Incoming(
            creditor=order.creditor,
            key=command.payment or order.event_id,
            on=command.on or self.today(self.creditors[order.creditor], order.at),
            amount=command.amount if order.amount is None else order.amount,
            currency=await currency_of(connection, order),
            actor=order.actor,
            at=order.at,
            numbers=order.invoices,
            debtor=order.debtor,
            exact=False,
            oldest=not order.invoices,
        )
        return await receive(connection, incoming, strict=True)

    async def _keep(self, connection: AsyncConnection, command: ChangePolicy) -> None:
        policy = self.policies.get(command.policy)
        if policy is None or policy.hash != command.hash:
            message = f"no policy {command.policy} with the hash {command.hash} is on offer"
            raise UnknownError(message)
        await keep_policy(connection, policy)

    async def _wide(
        self, connection: AsyncConnection, order: Order, creditor: Creditor
    ) -> Recorded:
        await widening.ensure_creditor(connection, order.creditor)
        debtor_id = None
        if order.debtor:
            debtor_id = await debtor_named(connection, order.creditor, order.debtor)
            await lock_debtors(connection, [debtor_id])
        today = self.today(creditor, order.at)
        house = widening.House(creditor, today, self.policies, self.channels)
        recorded = await widening.ordered(connection, order, debtor_id, house)
        if recorded is None:
            assert isinstance(order.command, Release)  # noqa: S101  nothing else answers so
            return await carry_out(connection, order, order.command, creditor.people)
        await keep_order(connection, order, recorded, debtor_id)
        return recorded


async def _once_more(act: Callable[[], Awaitable[_Result]]) -> _Result:
    """Act, and again if somebody did the same at this moment: then it is found done."""
    try:
        return await act()
    except RepeatedError:
        return await act()
