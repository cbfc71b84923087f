"""Telling workflows: start them, signal them, poke debtors; never failing the caller."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final

import structlog
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from channels.temporal.watching import Connect, Watching
from models import names
from models.errors import UnavailableError
from models.orders import Entry
from models.wire import DebtorRef, FileIn, InvoiceRef, Said, Start

#: How long one call may take; what takes longer is left to the sweep.
DEADLINE: Final = timedelta(seconds=2)
#: Calls under way at once when many are to be started or told.
AT_ONCE: Final = 20
#: Tries of one start of many: a server busy with a burst answers late.
TRIES: Final = 3

_log = structlog.get_logger(__name__)

#: What an event is called when its workflow is told of it; nothing when it is only started.
_SIGNALS: Final = {
    "entered": "",
    "promised": "promise",
    "promise-withdrawn": "release",
    "disputed": "dispute",
    "dispute-ruled": "approve",
    "settled": "settle",
    "held": "hold",
    "released": "release",
    "approved": "approve",
    "declined": "reject",
    "call-made": "call",
    "passed": "skip",
    "directed": "send",
    "extended": "extend",
    "written-off": "write_off",
    "noted": "note",
    "paid": "payment",
    "credited": "payment",
    "reversed": "payment",
    "corrected": "payment",
    "ledger-settled": "payment",
    "notice": "notice",
}


class Telling(Watching):
    """The engine as the books see it."""

    def __init__(self, connect: Connect) -> None:
        """Use a client that ``connect`` gives."""
        super().__init__(connect)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def start(self, starts: Sequence[Start]) -> int:
        """See that a workflow runs for each invoice; return for how many it is sure."""
        return await self._each([partial(self._start, start) for start in starts])

    async def tell(self, creditor: str, entries: Sequence[Entry]) -> int:
        """Tell each invoice's workflow once per kind of event; start it when it does not run.

        One that has just entered is only started: its first look sees all there is.
        """
        unique = {
            (entry.creditor or creditor, entry.number, _signal(entry.kind)): entry
            for entry in entries
        }
        return await self._each(
            [
                partial(self._tell, whose, entry, signal)
                if signal
                else partial(self._start, Start(creditor=whose, number=number))
                for (whose, number, signal), entry in unique.items()
            ]
        )

    async def poke(self, ref: DebtorRef) -> bool:
        """Wake a debtor's workflow, starting it when it does not run."""
        return bool(await self._each([partial(self._poke, ref)]))

    async def take_in(self, file: FileIn, contents: str) -> str:
        """Let a worker read a file in; return the workflow's id, or nothing when not reached."""
        key = names.intake_id(file.creditor, contents)
        return key if await self._each([partial(self._take_in, file, key)]) else ""

    async def sweep(self) -> bool:
        """Run a sweep now; one that is under way is enough."""
        return bool(await self._each([self._sweep]))

    async def _each(self, calls: Sequence[Callable[[], Awaitable[None]]]) -> int:
        """Make calls, some at once; count those that went through."""
        if not calls:
            return 0
        try:
            self._client = self._client or await self._connect()
        except UnavailableError:
            return 0
        # A single word waits behind nobody's thousands.
        room = self._room if len(calls) > 1 else nullcontext()

        async def one(call: Callable[[], Awaitable[None]]) -> bool:
            async with room:
                for _ in range(TRIES):
                    try:
                        await call()
                    except (RPCError, RuntimeError) as failed:
                        _log.debug("not told", error=type(failed).__name__)
                    else:
                        return True
                return False

        return sum(await asyncio.gather(*(one(call) for call in calls)))

    async def _start(self, start: Start) -> None:
        client = self._ready()
        ref = InvoiceRef(creditor=start.creditor, number=start.number)
        pairs: list[SearchAttributePair[Any]] = [
            SearchAttributePair(SearchAttributeKey.for_keyword(names.STATE), "open"),
            SearchAttributePair(SearchAttributeKey.for_keyword(names.CREDITOR), start.creditor),
        ]
        if start.debtor:
            key = SearchAttributeKey.for_keyword(names.DEBTOR)
            pairs.append(SearchAttributePair(key, start.debtor))
        if start.due is not None:
            due = datetime.combine(start.due, time(0), UTC)
            pairs.append(SearchAttributePair(SearchAttributeKey.for_datetime(names.DUE), due))
        await client.start_workflow(
            names.INVOICE,
            ref,
            id=names.invoice_id(start.creditor, start.number),
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=TypedSearchAttributes(pairs),
            static_summary=f"invoice {start.number} of {start.creditor}",
            rpc_timeout=DEADLINE,
        )

    async def _tell(self, creditor: str, entry: Entry, signal: str) -> None:
        client = self._ready()
        await client.start_workflow(
            names.INVOICE,
            InvoiceRef(creditor=creditor, number=entry.number),
            id=names.invoice_id(creditor, entry.number),
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=signal,
            start_signal_args=[Said(event=_place(entry))],
            static_summary=f"invoice {entry.number} of {creditor}",
            rpc_timeout=DEADLINE,
        )

    async def _poke(self, ref: DebtorRef) -> None:
        client = self._ready()
        await client.start_workflow(
            names.DEBTOR_RUN,
            ref,
            id=names.debtor_id(ref.creditor, ref.debtor),
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="poke",
            start_signal_args=[ref],
            static_summary=f"debtor {ref.debtor} of {ref.creditor}",
            rpc_timeout=DEADLINE,
        )

    async def _take_in(self, file: FileIn, key: str) -> None:
        await self._ready().start_workflow(
            names.INTAKE,
            file,
            id=key,
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"a file of {file.kind} for {file.creditor}",
            rpc_timeout=DEADLINE,
        )

    async def _sweep(self) -> None:
        await self._ready().start_workflow(
            names.SWEEP,
            id=names.SWEEP_NOW,
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary="wakes what an order about a whole creditor concerns",
            rpc_timeout=DEADLINE,
        )

    def _ready(self) -> Client:
        if self._client is None:
            message = "not connected to Temporal"
            raise UnavailableError(message)
        return self._client


def _place(entry: Entry) -> str:
    """Return the event's place in the books: its id begins with words of whoever ordered it.

    A bank's reference or a caller's id may name a person; invoice and sequence do not.
    """
    place = entry.event_id.rsplit(".", 2)[1:]
    return ".".join(place) if len(place) == 2 and all(map(str.isdigit, place)) else entry.kind  # noqa: PLR2004  invoice and sequence


def _signal(kind: str) -> str:
    return _SIGNALS.get(kind, "facts")
