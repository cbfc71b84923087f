"""Workflows alone, with activities that answer as a test says: nothing told is ever lost."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from models import names
from models.wire import (
    Composed,
    ComposeIn,
    DebtorRef,
    Delivered,
    DeliverIn,
    Delivery,
    ExpireIn,
    InvoiceRef,
    Looked,
    LookIn,
    RecordIn,
    Said,
    Verdict,
)
from tests.scenarios.staging import skipping
from tests.workflows.living import server
from workflows.debtor import DebtorWorkflow
from workflows.invoice import InvoiceWorkflow

REF = InvoiceRef(creditor="house", number="F-1")
FOREVER = Looked(state="open", card="**open**\n- why: it waits (rule 1)", waits_for="word")
PATIENCE = 30


class Books:
    """Answers looks with what a test put there, and counts."""

    def __init__(self) -> None:
        self.looks: list[LookIn] = []
        self.composed: list[ComposeIn] = []
        self.recorded: list[RecordIn] = []
        self.answer = FOREVER
        self.away = False
        self.slow = 0.0
        self.delivers = frozenset[str]()

    @activity.defn(name=names.LOOK)
    async def look(self, ask: LookIn) -> Looked:
        self.looks.append(ask)
        if self.away:
            raise ApplicationError("the books do not answer", type="UnavailableError")
        return self.answer

    @activity.defn(name=names.COMPOSE)
    async def compose(self, ask: ComposeIn) -> Composed:
        self.composed.append(ask)
        await asyncio.sleep(self.slow)
        if ask.look or ask.debtor not in self.delivers:
            return Composed(card="nothing is due")
        ends = ask.now + timedelta(hours=1)
        return Composed(deliveries=(Delivery(notice=ask.run, channel="email", ends=ends),))

    @activity.defn(name=names.DELIVER)
    async def deliver(self, ask: DeliverIn) -> Delivered:
        await asyncio.sleep(self.slow)
        return Delivered(notice=ask.notice, state="sent")

    @activity.defn(name=names.EXPIRE)
    async def expire(self, ask: ExpireIn) -> None:
        """Expire nothing."""

    @activity.defn(name=names.RECORD)
    async def record(self, ask: RecordIn) -> Verdict:
        if ask.said.reason == "refuse":
            return Verdict(recorded=False, sentence="invoice F-1 has no dispute to settle")
        if ask.said.id not in {known.said.id for known in self.recorded}:
            self.recorded.append(ask)
        return Verdict(recorded=True, sentence=f"{ask.what} recorded")


@asynccontextmanager
async def at_work(client, books):
    """Run a core worker and one of a channel, whose activities are a test's."""
    core = Worker(
        client,
        task_queue=names.CORE,
        workflows=[InvoiceWorkflow, DebtorWorkflow],
        activities=[books.look, books.compose, books.record, books.expire],
    )
    mails = Worker(client, task_queue=names.channel_queue("email"), activities=[books.deliver])
    async with core, mails:
        yield


@pytest.fixture
def books():
    return Books()


@pytest.fixture
async def client(tmp_path, books):
    async with server(tmp_path) as found:
        yield found


async def until(holds):
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  what holds is not ours to announce
            await asyncio.sleep(0.02)


async def started(client, **options):
    return await client.start_workflow(
        names.INVOICE, REF, id="invoice/house/F-1", task_queue=names.CORE, **options
    )


#: Debtors poked again while their workflow ends, each at another moment of it.
MANY = 120
#: Lives at once; so many workflows the machine can hold without their moments running together.
AT_ONCE = 8
#: Seconds within which a debtor's workflow has composed once and returned.
A_LIFE = 0.3


async def pokes_of(run: WorkflowHandle) -> list[datetime]:
    """Return when the server took each poke of a run."""
    return [
        event.event_time.ToDatetime(UTC)
        for event in (await run.fetch_history()).events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]


async def test_pokes_are_never_lost_while_a_debtors_workflow_ends(client, books):
    """Whenever the server took a poke, a composition was begun after it."""
    books.slow = 0.03
    # Half of them have something to hand over: then pokes are heard after composing as well.
    books.delivers = frozenset(f"d-{number}" for number in range(0, MANY, 2))

    async def poke(ref: DebtorRef) -> WorkflowHandle:
        return await client.start_workflow(
            names.DEBTOR_RUN,
            ref,
            id=names.debtor_id(ref.creditor, ref.debtor),
            task_queue=names.CORE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="poke",
            start_signal_args=[ref],
        )

    async def live(number: int) -> list[datetime]:
        ref = DebtorRef(creditor="house", debtor=f"d-{number}")
        handles = [await poke(ref)]
        await until(lambda: any(ask.debtor == ref.debtor for ask in books.composed))
        await asyncio.sleep(A_LIFE * number / MANY)
        handles += await asyncio.gather(poke(ref), poke(ref))
        runs = {handle.first_execution_run_id: handle for handle in handles}
        await asyncio.wait_for(asyncio.gather(*(run.result() for run in runs.values())), PATIENCE)
        return [taken for run in runs.values() for taken in await pokes_of(run)]

    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> list[datetime]:
        async with room:
            return await live(number)

    async with at_work(client, books):
        taken = await asyncio.gather(*(one(number) for number in range(MANY)))

    assert min(map(len, taken)) >= 3
    begun = [max(a.now for a in books.composed if a.debtor == f"d-{n}") for n in range(MANY)]
    lost = [n for n in range(MANY) if max(taken[n]) > begun[n]]
    assert not lost, f"{len(lost)} of {MANY} debtors were poked in vain"
    assert len(books.composed) < 3 * MANY, "pokes that come together are one composition"


async def test_a_signal_before_the_first_task_is_heard(client, books):
    handle = await started(client, start_signal="payment", start_signal_args=[Said(event="1.2")])
    await handle.signal("promise", Said(event="1.3"))
    async with at_work(client, books):
        await until(lambda: books.looks)
        books.answer = Looked(closed=True, state="paid")
        await handle.signal("payment", Said(event="1.4"))
        assert await asyncio.wait_for(handle.result(), PATIENCE) == "paid"


async def test_an_update_returns_the_verdict_and_its_id_is_carried_out_once(client, books):
    async with at_work(client, books):
        handle = await started(client)
        first = await handle.execute_update(
            "hold", Said(reason="asked"), id="u-1", result_type=Verdict
        )
        again = await handle.execute_update(
            "hold", Said(reason="asked"), id="u-1", result_type=Verdict
        )
        twice = await handle.execute_update("hold", Said(id="u-1"), id="u-2", result_type=Verdict)
        await until(lambda: len(books.looks) > 1)

    assert first == again == twice == Verdict(recorded=True, sentence="hold recorded")
    assert [ask.said.id for ask in books.recorded] == ["u-1"]


#: What people may order of an invoice from Temporal's side, and what the books call it.
ORDERS = {
    **{name: name for name in ("promise", "dispute", "settle", "hold", "release", "approve")},
    **{name: name for name in ("reject", "call", "skip", "send", "extend", "note")},
    "log_call": "call",
    "write_off": "write-off",
    "change_policy": "change-policy",
    "rule_delivery": "rule-delivery",
}


async def test_every_order_is_heard_as_a_signal_and_as_an_update(client, books):
    async with at_work(client, books):
        handle = await started(client)
        for name in ORDERS:
            await handle.signal(name, Said(id=f"signal {name}"))
            verdict = await handle.execute_update(name, Said(id=f"update {name}"))
            assert verdict["recorded"], name
        await until(lambda: len(books.recorded) == 2 * len(ORDERS))

    recorded = {ask.said.id: ask.what for ask in books.recorded}
    assert recorded == {
        f"{way} {name}": what for name, what in ORDERS.items() for way in ("signal", "update")
    }


async def test_a_refused_update_says_why_and_the_workflow_goes_on(client, books):
    async with at_work(client, books):
        handle = await started(client)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update("settle", Said(reason="refuse"))
        books.answer = Looked(closed=True, state="paid")
        await handle.signal("payment", Said(event="1.2"))
        assert await asyncio.wait_for(handle.result(), PATIENCE) == "paid"

    assert "has no dispute to settle" in str(refused.value.cause)


async def test_queries_say_what_comes_next_and_why(client, books):
    at = datetime(2031, 3, 6, 8, tzinfo=UTC)
    books.answer = FOREVER.model_copy(update={"next_at": at, "blockers": ("promise",)})
    async with at_work(client, books):
        handle = await started(client)
        await until(lambda: books.looks)
        case, following, why = [await handle.query(name) for name in ("case", "next", "why")]

    assert case["invoice"] == "F-1"
    assert case["closed"] is False
    assert following == {"what": "word", "at": at.isoformat(), "blockers": ["promise"]}
    assert why == "it waits (rule 1)"


async def test_search_attributes_change_only_with_state_or_level(client, books):
    async with at_work(client, books):
        handle = await started(client)
        await until(lambda: books.looks)
        for count, card in enumerate(("one", "two", "three"), 2):
            books.answer = FOREVER.model_copy(update={"card": card})
            await handle.signal("facts", Said(event="x"))
            await until(lambda count=count: len(books.looks) >= count)
        books.answer = Looked(closed=True, state="paid")
        await handle.signal("payment", Said(event="1.2"))
        await asyncio.wait_for(handle.result(), PATIENCE)
        history = await handle.fetch_history()
        described = await handle.describe()

    upserts = [
        event.upsert_workflow_search_attributes_event_attributes
        for event in history.events
        if event.HasField("upsert_workflow_search_attributes_event_attributes")
    ]
    assert len(upserts) == 2, "open at first, paid at last"
    assert described.search_attributes[names.STATE] == ["paid"]


async def test_books_that_do_not_answer_cost_one_timer_a_pause_and_are_asked_again(books):
    books.away = True
    async with skipping() as env, at_work(env.client, books):
        handle = await started(env.client)
        await until(lambda: len(books.looks) >= 2)
        for _ in range(12):
            with suppress(TimeoutError):
                await asyncio.wait_for(env.sleep(timedelta(minutes=5)), PATIENCE)
            await asyncio.sleep(0.3)
        following = await handle.query("next")
        grown = len((await handle.fetch_history()).events)
        books.away, books.answer = False, Looked(closed=True, state="paid")
        await env.sleep(timedelta(minutes=15))
        assert await asyncio.wait_for(handle.result(), PATIENCE) == "paid"

    assert following["blockers"] == ["books-unreachable"]
    assert grown < 120, "an hour without books"
