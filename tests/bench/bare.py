"""The bare counterparts: what Temporal alone costs, with nothing to decide and nothing to say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity, workflow

QUEUE = "bare"

#: How often nothing was done in this process.
DONE = {"nothing": 0}


@dataclass(frozen=True)
class Climb:
    """Four timers: the first ends at an instant, the others take some seconds each."""

    first: datetime
    step: float


@activity.defn(name="bare_nothing")
async def nothing(_: str) -> str:
    """Do nothing, and count it."""
    DONE["nothing"] += 1
    return ""


@workflow.defn(name="BareClimb")
class BareClimb:
    """Four timers and four activities that do nothing."""

    @workflow.run
    async def run(self, climb: Climb) -> None:
        """Climb."""
        for level in range(4):
            left = timedelta(seconds=climb.step)
            if not level:
                left = max(climb.first - workflow.now(), timedelta(milliseconds=1))
            await workflow.sleep(left)
            await workflow.execute_activity(
                nothing, "level", start_to_close_timeout=timedelta(seconds=60)
            )


@workflow.defn(name="BareStart")
class BareStart:
    """One local activity that does nothing, then a long timer."""

    @workflow.run
    async def run(self, _: str) -> None:
        """Begin, and sleep."""
        await workflow.execute_local_activity(
            nothing, "start", start_to_close_timeout=timedelta(seconds=6)
        )
        await workflow.sleep(timedelta(days=30))
