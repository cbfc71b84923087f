"""What nobody woke: found in the books at intervals, and woken."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import Swept
    from workflows.patience import SIGN_OF_LIFE

#: A sweep that takes longer gives way to the next one.
LONGEST = timedelta(minutes=10)


@workflow.defn(name=names.SWEEP)
class SweepWorkflow:
    """One sweep; a schedule runs it hourly, every minute where all is embedded."""

    @workflow.run
    async def run(self) -> Swept:
        """Return what was repaired."""
        last = Swept()
        if workflow.has_last_completion_result():
            last = workflow.get_last_completion_result(Swept) or last
        # What a sweep waits for its turn, all others wait for as well: nobody forgot them.
        now = workflow.now()
        lag = now - workflow.info().start_time
        swept: Swept = await workflow.execute_activity(
            names.SWEEP_UP,
            args=[now, last.past, lag.total_seconds()],
            result_type=Swept,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=SIGN_OF_LIFE,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
        workflow.set_current_details(
            f"{swept.started} started, {swept.told} told, {swept.poked} poked, "
            f"{swept.restarted} restarted, {swept.ended} ended"
        )
        return swept
