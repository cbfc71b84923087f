"""The importer of the benches, a process of its own: a CSV file to books to workflows.

``importing.py LEDGER.csv POLICIES.json DATABASE [books]``; with ``books`` no workflow is
started. Prints one line of JSON: rows, seconds, and memory at the start and at the end.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ledgers import CREDITOR
from processes import rss

from channels.intake.csv_ledger import connect as reader
from channels.temporal.connecting import connect
from channels.temporal.telling import Telling
from models import creditors
from models.ledger.entries import Reject
from models.orders import Entry, File
from models.ports import Locale
from models.store.booking import Booking
from models.store.books import Books
from models.store.engine import Store
from models.store.policies import loaded


async def main() -> None:
    """Import, and say what it took."""
    ledger, rules, database = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    policies = {p.name: p for p in map(loaded, json.loads(rules.read_text("utf-8")))}  # noqa: ASYNC240  some kilobytes
    known = dict(creditors.shipped())
    known[CREDITOR] = known[CREDITOR].model_copy(update={"freeze_first_import": False})
    store = Store(database)
    booking = Booking(Books(store, known, policies))
    telling = Telling(lambda: connect(10.0))
    rejects: list[Reject] = []
    started = 0

    async def tell(entries: Sequence[Entry]) -> None:
        nonlocal started
        if "books" in sys.argv[4:]:
            return
        told = await telling.tell(CREDITOR, entries)
        started += told

    at = datetime.now(UTC)
    file = File(name=ledger.name, sha256=ledger.name, content_on=at.date(), actor="bench", at=at)
    before, began = rss(os.getpid()), time.perf_counter()
    print("begun", flush=True)
    rows = reader().items(ledger, Locale())
    result = await booking.import_items(CREDITOR, rows, file, reject=rejects.append, tell=tell)
    took = time.perf_counter() - began
    said = {
        "rows": result.rows,
        "new": result.new,
        "rejected": len(rejects),
        "started": started,
        "seconds": took,
        "before": before,
        "after": rss(os.getpid()),
    }
    print(json.dumps(said), flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)
