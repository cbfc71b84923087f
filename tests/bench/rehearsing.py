"""How many invoice lives a second a rehearsal plays on one core; a process of its own."""

import json
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import ledgers

from channels.intake.csv_ledger import connect
from models.chasing.portfolio import gathered
from models.chasing.rehearsal import rehearse
from models.policies import shipped
from models.ports import Locale

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def main() -> None:
    """Rehearse a year; print one line of JSON."""
    count = int(sys.argv[1])
    policy = shipped()["standard-b2b"]
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for month in range(10):
            path = Path(folder) / f"m{month}.csv"
            due = SINCE + timedelta(days=30 * month + 7)
            ledgers.write(path, [4] * (count // 40), due, [policy.name])
            rows.extend(connect().items(path, Locale()))
    portfolio = gathered(rows, lambda _: policy, SINCE)
    began = time.process_time()
    found = rehearse(portfolio, [], SINCE, UNTIL)
    took = time.process_time() - began
    said = {
        "lives": len(found.standings),
        "said": sum(len(entry.as_json()["invoices"]) for entry in found.timeline),
        "seconds": took,
        "rate": len(found.standings) / took,
    }
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
