"""The life of one invoice: look, sleep until the answer's instant or a word, look again."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import InvoiceRef, Looked, LookIn
    from workflows.ordering import Ordering
    from workflows.patience import FAILED, OURS, pause, rest


@workflow.defn(name=names.INVOICE)
class InvoiceWorkflow(Ordering):
    """Owns time and order for one invoice; what is true stays in the books.

    All it holds of the case is its last answer. It ends when the case is closed.
    """

    @workflow.init
    def __init__(self, ref: InvoiceRef) -> None:
        """Begin without an answer."""
        super().__init__(ref)
        self._looks = 0
        self._failures = 0
        self._hasty = 0

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
                await self._wait(seen, self._left(looked), looked.waits_for)
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
        except FAILED:
            self._failures += 1
            self.unreachable()
            return None
        self._failures = 0
        return looked

    def _left(self, looked: Looked) -> timedelta | None:
        """Return how long to sleep; answers that keep asking for a look at once are given rests."""
        if looked.until is None:
            return None
        left = looked.until - workflow.now()
        if left > timedelta(0):
            self._hasty = 0
            return left
        self._hasty += 1
        return rest(self._hasty, workflow.random().random())

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
        known = workflow.info().typed_search_attributes
        if looked.state == known.get(STATE) and looked.level == known.get(LEVEL, ""):
            return
        wanted = self._attributes(looked)
        changed = [update for update in wanted if known.get(update.key) != update.value]
        workflow.upsert_search_attributes(changed)

    def _attributes(self, looked: Looked) -> list[SearchAttributeUpdate[Any]]:
        """Return all search attributes as an answer has them."""
        due = None if looked.due is None else datetime.combine(looked.due, time(0), UTC)
        return [
            STATE.value_set(looked.state),
            CREDITOR.value_set(self._ref.creditor),
            _set(DEBTOR, looked.debtor or None),
            _set(LEVEL, looked.level or None),
            _set(DUE, due),
            _set(NEXT_AT, looked.next_at),
        ]


def _set(key: SearchAttributeKey[Any], value: object) -> SearchAttributeUpdate[Any]:
    return key.value_unset() if value is None else key.value_set(value)


BOOKS = "the books do not answer"
STATE = SearchAttributeKey.for_keyword(names.STATE)
LEVEL = SearchAttributeKey.for_keyword(names.LEVEL)
CREDITOR = SearchAttributeKey.for_keyword(names.CREDITOR)
DEBTOR = SearchAttributeKey.for_keyword(names.DEBTOR)
DUE = SearchAttributeKey.for_datetime(names.DUE)
NEXT_AT = SearchAttributeKey.for_datetime(names.NEXT_AT)
