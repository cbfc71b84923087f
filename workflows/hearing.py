"""What an invoice's workflow hears and answers: signals and queries, named as people speak.

A signal with the id of an event tells of what is committed already. One without is an order:
it goes through the books' one function like any other, once by its id. An update, which
returns the books' verdict, is in :mod:`workflows.ordering`.
"""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import InvoiceRef, Looked, RecordIn, Said, Verdict
    from workflows.patience import FAILED, OURS


class Hearing:
    """Counts what was told, and keeps the last answer for those who ask."""

    def __init__(self, ref: InvoiceRef) -> None:
        """Begin with nothing told and nothing known."""
        self._ref = ref
        self._told = 0
        self._looked: Looked | None = None

    def unreachable(self) -> None:
        """Show that the books do not answer."""
        workflow.set_current_details("**The books do not answer.** The next look comes by itself.")
        known = self._looked or Looked()
        blockers = ("books-unreachable",)
        self._looked = known.model_copy(update={"blockers": blockers, "unreachable": True})

    @workflow.query
    def case(self) -> dict[str, Any]:
        """Return where the case stands, as the last look found it."""
        known = self._looked or Looked()
        return {
            "creditor": self._ref.creditor,
            "invoice": self._ref.number,
            **known.model_dump(exclude={"card", "waits_for", "unreachable"}),
        }

    @workflow.query
    def next(self) -> dict[str, Any]:
        """Return what comes next and when; the named blockers when nothing does."""
        known = self._looked or Looked()
        at = None if known.next_at is None else known.next_at.isoformat()
        return {"what": known.waits_for, "at": at, "blockers": list(known.blockers)}

    @workflow.query
    def why(self) -> str:
        """Return the last answer's reason with its rule, as the card says it."""
        known = self._looked or Looked()
        return known.card.rpartition("- why: ")[2] or "no look has been taken yet"

    @workflow.signal
    def notice(self, _: Said) -> None:
        """Composing or delivering went otherwise than the last look foresaw."""
        self._told += 1

    @workflow.signal
    def payment(self, _: Said) -> None:
        """Money, a credit note, a reversal or a correction was committed."""
        self._told += 1

    @workflow.signal
    def facts(self, _: Said) -> None:
        """Something around the case changed: debtor, creditor, contacts, books."""
        self._told += 1

    @workflow.signal
    async def promise(self, said: Said) -> None:
        """The debtor promised to pay."""
        await self._hear("promise", said)

    @workflow.signal
    async def dispute(self, said: Said) -> None:
        """The debtor contests the invoice, or an amount of it."""
        await self._hear("dispute", said)

    @workflow.signal
    async def settle(self, said: Said) -> None:
        """A dispute ended."""
        await self._hear("settle", said)

    @workflow.signal
    async def hold(self, said: Said) -> None:
        """Chasing stops until a day."""
        await self._hear("hold", said)

    @workflow.signal
    async def release(self, said: Said) -> None:
        """A hold or a promise ends now."""
        await self._hear("release", said)

    @workflow.signal
    async def approve(self, said: Said) -> None:
        """A notice that waits may leave."""
        await self._hear("approve", said)

    @workflow.signal
    async def reject(self, said: Said) -> None:
        """A notice that waits may not leave."""
        await self._hear("reject", said)

    @workflow.signal
    async def call(self, said: Said) -> None:
        """Somebody called."""
        await self._hear("call", said)

    @workflow.signal(name="log_call")
    async def hear_of_call(self, said: Said) -> None:
        """Somebody called: another name of ``call``."""
        await self._hear("call", said)

    @workflow.signal
    async def skip(self, said: Said) -> None:
        """The next level is passed over."""
        await self._hear("skip", said)

    @workflow.signal
    async def send(self, said: Said) -> None:
        """The next level leaves at the next opening."""
        await self._hear("send", said)

    @workflow.signal
    async def extend(self, said: Said) -> None:
        """Chasing counts from a later due date."""
        await self._hear("extend", said)

    @workflow.signal
    async def write_off(self, said: Said) -> None:
        """What is open is given up."""
        await self._hear("write_off", said)

    @workflow.signal
    async def note(self, said: Said) -> None:
        """Something worth keeping."""
        await self._hear("note", said)

    @workflow.signal
    async def change_policy(self, said: Said) -> None:
        """The case goes on under another policy."""
        await self._hear("change_policy", said)

    @workflow.signal
    async def rule_delivery(self, said: Said) -> None:
        """A person says whether a notice of unknown outcome arrived."""
        await self._hear("rule_delivery", said)

    async def _hear(self, what: str, said: Said) -> None:
        if said.event:
            self._told += 1
            return
        try:
            await self._record(what, said)
        except ApplicationError as refused:
            workflow.logger.warning("%s refused: %s", what, refused.message)

    async def _record(self, what: str, said: Said) -> Verdict:
        """Record an order; its id is the update's own when it names none.

        Raises:
            ApplicationError: the books refuse, with a sentence, or do not answer.
        """
        update = workflow.current_update_info()
        key = said.id or (update.id if update is not None else str(workflow.uuid4()))
        ask = RecordIn(
            creditor=self._ref.creditor,
            number=self._ref.number,
            what=what.replace("_", "-"),
            said=said.model_copy(update={"id": key}),
            now=workflow.now(),
        )
        try:
            verdict: Verdict = await workflow.execute_local_activity(
                names.RECORD, ask, result_type=Verdict, **OURS
            )
        except FAILED as failed:
            message = "the books do not answer: say it again with the same id"
            raise ApplicationError(message, type="UnavailableError") from failed
        if not verdict.recorded:
            raise ApplicationError(verdict.sentence, type="RefusedError")
        self._told += 1
        return verdict
