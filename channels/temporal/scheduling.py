"""The schedule that runs the sweep."""

from datetime import timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from models import names
from models.errors import UnavailableError

#: Names the schedule; each sweep's workflow is called after it and its instant.
SWEEP: Final = "sweep"
#: The shortest catch-up window that the server takes.
SHORTEST: Final = timedelta(seconds=10)


async def ensure_sweep(client: Client, every: timedelta) -> None:
    """See that the sweep runs at this interval; safe to repeat, and from several processes.

    A sweep finds all that was forgotten: of those missed while the server was down only
    the last is made up for, at once, and none runs beside another. A schedule that
    somebody has paused stays paused.

    Raises:
        UnavailableError: the server went away meanwhile.
    """
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            names.SWEEP,
            id=SWEEP,
            task_queue=names.CORE,
            static_summary="what nobody woke",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=max(every, SHORTEST)
        ),
    )
    try:
        await _scheduled(client, schedule)
    except RPCError as lost:
        message = "Temporal went away while the sweep was scheduled: see its log and try again"
        raise UnavailableError(message) from lost


async def _scheduled(client: Client, schedule: Schedule) -> None:
    try:
        await client.create_schedule(SWEEP, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(SWEEP).update(lambda known: _changed(known, schedule))


def _changed(known: ScheduleUpdateInput, schedule: Schedule) -> ScheduleUpdate | None:
    """Return the schedule as it should be; ``None`` leaves it as it is."""
    now = known.description.schedule
    if now.spec.intervals == schedule.spec.intervals and now.policy == schedule.policy:
        return None
    schedule.state = now.state
    return ScheduleUpdate(schedule=schedule)
