"""Which workflows run, as the server lists them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from models import names
from models.errors import UnavailableError
from models.wire import InvoiceRef

#: Ids in one question; a question is a line of text that the server parses.
AT_ONCE: Final = 100
#: A list takes longer than a signal.
DEADLINE: Final = timedelta(seconds=10)


Connect = Callable[[], Awaitable[Client]]

_log = structlog.get_logger(__name__)


class Watching:
    """Asks which workflows run. Connects when first needed, and again when it must."""

    def __init__(self, connect: Connect) -> None:
        """Use a client that ``connect`` gives."""
        self._connect = connect
        self._client: Client | None = None

    async def running(self, refs: Sequence[InvoiceRef]) -> frozenset[InvoiceRef] | None:
        """Return the invoices whose workflow runs; ``None`` when nobody can say.

        One begun a moment ago may not be listed yet, one that ended still be.
        """
        try:
            self._client = self._client or await self._connect()
            return await _running(self._client, refs)
        except (UnavailableError, RPCError, RuntimeError) as failed:
            _log.debug("not listed", error=type(failed).__name__)
            return None


async def _running(client: Client, refs: Sequence[InvoiceRef]) -> frozenset[InvoiceRef]:
    by_id = {names.invoice_id(ref.creditor, ref.number): ref for ref in refs}
    found = set()
    for query in _questions(list(by_id)):
        listed = client.list_workflows(query, page_size=AT_ONCE, rpc_timeout=DEADLINE)
        async for execution in listed:
            found.add(by_id[execution.id])
    return frozenset(found)


def _questions(ids: Sequence[str]) -> Iterator[str]:
    """Yield the questions that name all ids; these are percent-encoded, so never quoted."""
    for first in range(0, len(ids), AT_ONCE):
        named = ", ".join(f"'{one}'" for one in ids[first : first + AT_ONCE])
        yield f"ExecutionStatus = 'Running' AND WorkflowId IN ({named})"
