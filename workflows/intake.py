"""One imported file: read, booked, its invoices' workflows started, its rejects kept."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models import names
    from models.wire import FileIn, FileTaken

#: A file of a million rows is read in less; a worker that dies is noticed by its heartbeat.
LONGEST = timedelta(hours=6)
HEARTBEAT = timedelta(seconds=60)


@workflow.defn(name=names.INTAKE)
class IntakeWorkflow:
    """Takes in one file. Reading it again changes nothing, so an attempt may be repeated."""

    @workflow.run
    async def run(self, file: FileIn) -> FileTaken:
        """Return what the file came to: counts, and where its rejects lie."""
        taken: FileTaken = await workflow.execute_activity(
            names.TAKE_IN,
            file,
            result_type=FileTaken,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RetryPolicy(maximum_attempts=20),
            summary=f"{file.kind} of {file.creditor}",
        )
        workflow.set_current_details(
            f"{taken.rows} rows: {taken.new} new, {taken.changed} changed, "
            f"{taken.unchanged} unchanged, {taken.rejected} rejected ({taken.state})"
        )
        return taken
