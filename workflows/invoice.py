"""The life of one invoice: look, sleep until the answer's instant or a word, look again."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import InvoiceRef, Looked, LookIn
    from workflows.hearing import Hearing
    from workflows.patience import OURS, pause


@workflow.defn(name=names.INVOICE)
class InvoiceWorkflow(Hearing):
    """Owns time and order for one invoice; what is true stays in the books.

    All it holds of the case is its last answer. It ends when the case is closed.
    """

    @workflow.init
    def __init__(self, ref: InvoiceRef) -> None:
        """Begin without an answer."""
        super().__init__(ref)
        self._looks = 0
        self._failures = 0
        self._shown: tuple[str, str] | None = None

    @workflow.run
    async def run(self, ref: InvoiceRef) -> str:
        """Return the state in which the case was closed."""
        while True:
            seen = self._told
            looked = await self._look(ref)
            if looked is None:
                await self._wait(seen, pause(self._failures, workflow.random().random()), BOOKS)
                continue
            self._show(looked)
            if not looked.closed:
                left = None if looked.until is None else looked.until - workflow.now()
                await self._wait(seen, left, looked.waits_for)
                continue
            await workflow.wait_condition(workflow.all_handlers_finished)
            if seen == self._told:
                return looked.state

    async def _look(self, ref: InvoiceRef) -> Looked | None:
        """Return a look's answer; ``None`` when the books did not give one."""
        info = workflow.info()
        ask = LookIn(
            creditor=ref.creditor,
            number=ref.number,
            workflow=info.workflow_id,
            run=info.run_id,
            look=self._looks,
            now=workflow.now(),
        )
        self._looks += 1
        try:
            looked: Looked = await workflow.execute_local_activity(
                names.LOOK, ask, result_type=Looked, **OURS
            )
        except ActivityError:
            self._failures += 1
            self.unreachable()
            return None
        self._failures = 0
        return looked

    async def _wait(self, seen: int, left: timedelta | None, what: str) -> None:
        """Sleep until told something new, or until the time is over."""
        if left is not None and left <= timedelta(0):
            return
        try:
            await workflow.wait_condition(
                lambda: self._told != seen, timeout=left, timeout_summary=what or None
            )
        except TimeoutError:
            return

    def _show(self, looked: Looked) -> None:
        """Show the answer in the UI; search attributes only when state or level change."""
        self._looked = looked
        workflow.set_current_details(looked.card)
        shown = (looked.state, looked.level)
        if shown == self._shown or (self._shown is None and self._known_at_start(looked)):
            self._shown = shown
            return
        self._shown = shown
        workflow.upsert_search_attributes(self._attributes(looked))

    def _known_at_start(self, looked: Looked) -> bool:
        """Say whether the search attributes given at the start are right already."""
        given = workflow.info().typed_search_attributes
        return given.get(STATE) == looked.state and not looked.level

    def _attributes(self, looked: Looked) -> list[SearchAttributeUpdate[Any]]:
        updates: list[SearchAttributeUpdate[Any]] = [
            STATE.value_set(looked.state),
            CREDITOR.value_set(self._ref.creditor),
            DEBTOR.value_set(looked.debtor),
        ]
        updates.append(LEVEL.value_set(looked.level) if looked.level else LEVEL.value_unset())
        if looked.due is not None:
            updates.append(DUE.value_set(datetime.combine(looked.due, time(0), UTC)))
        updates.append(
            NEXT_AT.value_unset() if looked.next_at is None else NEXT_AT.value_set(looked.next_at)
        )
        return updates


BOOKS = "the books do not answer"
STATE = SearchAttributeKey.for_keyword(names.STATE)
LEVEL = SearchAttributeKey.for_keyword(names.LEVEL)
CREDITOR = SearchAttributeKey.for_keyword(names.CREDITOR)
DEBTOR = SearchAttributeKey.for_keyword(names.DEBTOR)
DUE = SearchAttributeKey.for_datetime(names.DUE)
NEXT_AT = SearchAttributeKey.for_datetime(names.NEXT_AT)
