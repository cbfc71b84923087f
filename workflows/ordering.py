"""What people order of an invoice through Temporal and wait for: updates.

Each is recorded by the books' one function, once by its id, and returns what became of it;
a refusal is a sentence.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.wire import Said, Verdict
    from workflows.hearing import Hearing


class Ordering(Hearing):
    """Takes the same orders as the signals of the same names, and returns the verdict."""

    @workflow.update(name="promise")
    async def promise_to_pay(self, said: Said) -> Verdict:
        """The debtor promised to pay. Returns the books' verdict."""
        return await self._record("promise", said)

    @workflow.update(name="dispute")
    async def open_dispute(self, said: Said) -> Verdict:
        """The debtor contests the invoice, or an amount of it. Returns the books' verdict."""
        return await self._record("dispute", said)

    @workflow.update(name="settle")
    async def settle_dispute(self, said: Said) -> Verdict:
        """A dispute ended. Returns the books' verdict."""
        return await self._record("settle", said)

    @workflow.update(name="hold")
    async def put_on_hold(self, said: Said) -> Verdict:
        """Chasing stops until a day. Returns the books' verdict."""
        return await self._record("hold", said)

    @workflow.update(name="release")
    async def release_hold(self, said: Said) -> Verdict:
        """A hold or a promise ends now. Returns the books' verdict."""
        return await self._record("release", said)

    @workflow.update(name="approve")
    async def give_approval(self, said: Said) -> Verdict:
        """A notice that waits may leave. Returns the books' verdict."""
        return await self._record("approve", said)

    @workflow.update(name="reject")
    async def refuse_approval(self, said: Said) -> Verdict:
        """A notice that waits may not leave. Returns the books' verdict."""
        return await self._record("reject", said)

    @workflow.update(name="call")
    async def log_call(self, said: Said) -> Verdict:
        """Somebody called. Returns the books' verdict."""
        return await self._record("call", said)

    @workflow.update(name="log_call")
    async def take_down_call(self, said: Said) -> Verdict:
        """Somebody called: another name of ``call``. Returns the books' verdict."""
        return await self._record("call", said)

    @workflow.update(name="skip")
    async def skip_level(self, said: Said) -> Verdict:
        """The next level is passed over. Returns the books' verdict."""
        return await self._record("skip", said)

    @workflow.update(name="send")
    async def send_now(self, said: Said) -> Verdict:
        """The next level leaves at the next opening. Returns the books' verdict."""
        return await self._record("send", said)

    @workflow.update(name="extend")
    async def extend_due(self, said: Said) -> Verdict:
        """Chasing counts from a later due date. Returns the books' verdict."""
        return await self._record("extend", said)

    @workflow.update(name="write_off")
    async def give_up(self, said: Said) -> Verdict:
        """What is open is given up. Returns the books' verdict."""
        return await self._record("write_off", said)

    @workflow.update(name="note")
    async def add_note(self, said: Said) -> Verdict:
        """Something worth keeping. Returns the books' verdict."""
        return await self._record("note", said)

    @workflow.update(name="change_policy")
    async def move_to_policy(self, said: Said) -> Verdict:
        """The case goes on under another policy. Returns the books' verdict."""
        return await self._record("change_policy", said)

    @workflow.update(name="rule_delivery")
    async def rule_on_delivery(self, said: Said) -> Verdict:
        """A person says whether a notice arrived. Returns the books' verdict."""
        return await self._record("rule_delivery", said)
