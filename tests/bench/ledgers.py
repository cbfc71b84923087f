"""Made-up ledgers and the policies they are chased under, with days of a few seconds."""

import csv
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from models.chasing.policy import Policy
from models.ledger.days import calendar

#: Works six days a week, so that a story of a week fits.
CALENDAR = "KN"
CREDITOR = "atelier-nord"
LEVELS = ("first-reminder", "second-reminder", "third-reminder", "last-reminder")
_COLUMNS = "number,issued,due,amount,currency,debtor,debtor_name,email,country,language,policy"


def monday(after: date) -> date:
    """Return the first Monday from a day on with six working days."""
    day = after
    while day.weekday() or not all(
        calendar(CALENDAR).working(day + timedelta(days=ahead)) for ahead in range(6)
    ):
        day += timedelta(days=1)
    return day


def policies(
    go: datetime, day_seconds: float, phases: int, levels: int = 4
) -> Mapping[str, Policy]:
    """Return policies of one course whose days begin one after the other.

    Args:
        go: when day 1 begins, and with it level 1, in the first of them.
        day_seconds: how long a day takes.
        phases: how many, spread over a day.
        levels: of the course, each a day after the other.
    """
    made = {}
    for phase in range(phases):
        shift = timedelta(seconds=day_seconds * (phase / phases - 1))
        name = f"bench-{phase}"
        made[name] = Policy.model_validate(
            {
                "name": name,
                "zone": "UTC",
                "calendar": CALENDAR,
                "opens": "00:00:00",
                "closes": "23:59:59",
                "gap_days": 1,
                "contact_gap_days": 1,
                "contacts_per_week": 7,
                "day_seconds": day_seconds,
                "origin": go + shift,
                "origin_day": monday(go.date()),
                "levels": [
                    {
                        "name": level,
                        "kind": "reminder",
                        "after_days": number,
                        "channels": ["email"],
                    }
                    for number, level in enumerate(LEVELS[:levels], start=1)
                ],
            }
        )
    return made


def write(path: Path, sizes: list[int], due: date, named: list[str]) -> None:
    """Write a ledger: a debtor per size, with so many invoices under one of the policies."""
    languages = (("FR", "fr"), ("DE", "de"), ("GB", "en"))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS.split(","))
        number = 0
        for debtor, size in enumerate(sizes):
            # A country would bring its own weekends; the language is the contact's.
            _, language = languages[debtor % 3]
            for _ in range(size):
                number += 1
                rows.writerow(
                    [
                        f"{path.stem}-{number:05}",
                        due - timedelta(days=30),
                        due,
                        f"{100 + number % 900}.50",
                        "EUR",
                        f"{path.stem}-D{debtor:05}",
                        f"Debtor {debtor:05} of {path.stem}",
                        f"d{debtor:05}@{path.stem}.example",
                        "",
                        language,
                        named[debtor % len(named)],
                    ]
                )
