"""Drawing stories at random: a ledger, policies, and what happens in forty-five days."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from models.chasing import script
from models.chasing.policy import Policy
from models.policies import shipped
from tests.scenarios.telling import Scenario

#: A Monday; Easter falls into the weeks that follow.
SINCE = date(2031, 3, 31)
DAYS = 45

_CHANGES: list[dict[str, Any]] = [
    {},
    {"thank": True},
    {"statement": "monthly"},
    {"bundle_days": 4},
    {"contacts_per_week": 1, "contact_gap_days": 5},
    {"minimum": {"EUR": "150.00"}},
    {"on_hand_over": "firm"},
    {"on_hand_over": "apart"},
    {"max_promises": 1, "max_promise_days": 10},
    {"confirm": False, "gap_days": 2},
]
_DEBTORS: list[dict[str, str]] = [
    {"debtor": "ALBA", "email": "a@alba.example", "street": "1 rue A", "country": "FR"},
    {"debtor": "BORA", "email": "b@bora.example", "phone": "+4930901820", "country": "DE"},
    {"debtor": "CIRO", "street": "3 High Street", "country": "GB"},
    {"debtor": "DORA", "email": "d@dora.example", "street": "4 rue D", "country": "FR"},
]
_COLUMNS = (
    *("number", "issued", "due", "amount", "currency", "debtor", "email", "phone", "street"),
    *("postcode", "city", "country", "language", "policy", "payee", "method"),
    *("discount", "discount_until", "level", "level_on", "disputed", "promised_by", "hold_until"),
)
_AMOUNTS = ["9.00", "80.00", "100.00", "250.00", "1000.00", "6000.00"]
_PARTS = ["1.00", "50.00", "100.00", "300.00"]
_REASONS = ["quality", "price", ""]
_DEATHS = ["cancelled", "refused", "rejected", "replaced"]
_ROLES = ["management", "legal", "accounting", "sales"]


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Policy]:
    """Draw one policy or two, as shipped or changed."""
    found = {}
    names = st.sampled_from(sorted(shipped()))
    chosen = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    for name in chosen:
        policy = shipped()[name]
        changed = draw(st.sampled_from(_CHANGES))
        if len(chosen) > 1:
            # Which of two policies dates a debtor's statement, or opens its day, no rule says.
            same = {"statement": "never", "opens": "09:00:00", "closes": "17:00:00"}
            changed = {**changed, **same}
        if draw(st.booleans()):
            levels = [{**level, "approval": "never"} for level in policy.as_text()["levels"]]
            changed = {**changed, "levels": levels}
        if changed:
            named = {"name": f"{name}-as-drawn", **changed}
            policy = Policy.model_validate({**policy.as_text(), **named})
        found[policy.name] = policy
    return found


@st.composite
def pasts(draw: st.DrawFn, due: date, amount: str, policy: Policy) -> dict[str, str]:
    """Draw what an item brings from before it came to us: for most nothing."""
    brought = draw(st.sampled_from(["", "", "", "", "level", "disputed", "promise", "hold", "all"]))
    said: dict[str, str] = {}
    if brought in {"level", "all"}:
        said["level"] = draw(st.sampled_from([level.name for level in policy.levels]))
        on = min(due, SINCE) - timedelta(days=draw(st.integers(1, 20)))
        said |= {"level_on": on.isoformat()} if draw(st.booleans()) else {}
    if brought in {"disputed", "all"}:
        said["disputed"] = draw(st.sampled_from(["yes", "1.00", amount]))
    if brought == "promise":
        said["promised_by"] = (SINCE + timedelta(days=draw(st.integers(0, 20)))).isoformat()
    if brought in {"hold", "all"}:
        said["hold_until"] = (SINCE + timedelta(days=draw(st.integers(1, 20)))).isoformat()
    return said


@st.composite
def people(draw: st.DrawFn) -> str:
    """Draw a second file with contacts of the debtors."""
    rows = []
    for debtor in draw(st.lists(st.sampled_from(_DEBTORS), max_size=2, unique_by=id)):
        code = debtor["debtor"]
        for role in draw(st.lists(st.sampled_from(_ROLES), min_size=1, max_size=2, unique=True)):
            email = f"{role}@{code.lower()}.example" if draw(st.booleans()) else ""
            phone = "" if email and draw(st.booleans()) else "+33612345678"
            rows.append(f"{code},{role},{role.title()} of {code},{email},{phone},fr\n")
    return "".join(["debtor,role,name,email,phone,language\n", *rows]) if rows else ""


@st.composite
def ledgers(draw: st.DrawFn, rules: dict[str, Policy]) -> list[dict[str, str]]:
    """Draw up to eight items of up to three debtors."""
    debtors = draw(st.lists(st.sampled_from(_DEBTORS), min_size=1, max_size=3, unique_by=id))
    currencies = draw(st.sampled_from([["EUR"], ["EUR"], ["EUR", "GBP"]]))
    rows = []
    for count in range(1, draw(st.integers(1, 8)) + 1):
        due = SINCE + timedelta(days=draw(st.integers(-20, 20)))
        credit = count > 1 and draw(st.integers(0, 9)) == 0
        amount, policy = draw(st.sampled_from(_AMOUNTS)), draw(st.sampled_from(sorted(rules)))
        kept = {} if credit else draw(pasts(due, amount, rules[policy]))
        if not credit and draw(st.integers(0, 7)) == 0:
            until = max(due - timedelta(days=draw(st.integers(5, 25))), due - timedelta(days=29))
            kept |= {"discount": "0.50", "discount_until": until.isoformat()}
        rows.append(
            {
                **kept,
                "postcode": "75002",
                "city": "Paris",
                **draw(st.sampled_from(debtors)),
                "number": f"F-{count}",
                "issued": (due - timedelta(days=30)).isoformat(),
                "due": due.isoformat(),
                "amount": f"-{amount}" if credit else amount,
                "currency": draw(st.sampled_from(currencies)),
                "language": draw(st.sampled_from(["fr", "en", "de"])),
                "policy": policy,
                "payee": draw(st.sampled_from(["", "", "", "FACTOR"])),
                "method": "direct-debit" if draw(st.integers(0, 15)) == 0 else "",
            }
        )
    return rows


def _days(draw: st.DrawFn, on: date, most: int) -> str:
    return (on + timedelta(days=draw(st.integers(-1, most)))).isoformat()


@st.composite
def happenings(  # noqa: C901, PLR0912, PLR0915  one case per kind
    draw: st.DrawFn, rows: list[dict[str, str]], levels: list[str]
) -> dict[str, Any]:
    """Draw one thing that happens."""
    on = SINCE + timedelta(days=draw(st.integers(0, DAYS - 1)))
    kind = draw(st.sampled_from(_KINDS))
    row = draw(st.sampled_from([row for row in rows if not row["amount"].startswith("-")]))
    said: dict[str, Any] = {"on": on.isoformat(), "event": kind}
    about_all = kind == "insolvency" or (kind in _WIDE and draw(st.integers(0, 3)) == 0)
    said |= {"debtor": row["debtor"]} if about_all else {"invoice": row["number"]}
    amount = draw(st.sampled_from([None, None, *_PARTS]))
    match kind:
        case "credit-note":
            said |= {"amount": "1.00"}
        case "payment" | "reversal" | "dispute":
            said |= {} if amount is None or about_all else {"amount": amount}
            said |= {"reason": draw(st.sampled_from(_REASONS))} if kind == "dispute" else {}
        case "promise" if draw(st.integers(0, 3)) == 0 and not about_all:
            days = sorted(draw(st.lists(st.integers(1, 25), min_size=2, max_size=3, unique=True)))
            parts = [
                {"by": (on + timedelta(days=day)).isoformat(), "amount": part}
                for day, part in zip(days, draw(st.permutations(_PARTS)), strict=False)
            ]
            # The last part is the rest of what is open.
            parts[-1].pop("amount")
            said |= {"parts": parts}
            said |= {"accepted": True, "reason": "agreed"} if draw(st.booleans()) else {}
        case "promise":
            said |= {"by": _days(draw, on, 40)}
            said |= {} if amount is None or about_all else {"amount": amount}
            said |= {"accepted": True} if draw(st.integers(0, 3)) == 0 else {}
        case "settle":
            said |= {"outcome": draw(st.sampled_from(["for-debtor", "in-part", "against"]))}
            said |= (
                {"amount": draw(st.sampled_from(_PARTS))} if said["outcome"] == "in-part" else {}
            )
            said |= {"by": _days(draw, on, 15)} if draw(st.booleans()) else {}
        case "hold":
            said |= {"until": _days(draw, on, 15), "reason": "asked to"}
        case "extend":
            said |= {"until": _days(draw, on, 25), "reason": "agreed"}
        case "reject":
            said |= {"outcome": draw(st.sampled_from(["hold", "repeat", "skip"]))}
            said |= {"until": _days(draw, on, 10)} if said["outcome"] == "hold" else {}
        case "call":
            said |= {"outcome": draw(st.sampled_from(["reached", "no-answer", "wrong-number"]))}
        case "skip" | "send":
            said |= {"reason": "decided"}
            said |= {"level": draw(st.sampled_from(levels))} if draw(st.booleans()) else {}
        case "release" | "write-off" | "note":
            said |= {"reason": "decided"}
        case "dead":
            said |= {"reason": draw(st.sampled_from(_DEATHS))}
        case _:
            pass
    return said


_WIDE = {"promise", "dispute", "hold", "release", "call"}
_KINDS = [
    *["payment"] * 4,
    *["promise"] * 4,
    *["dispute"] * 3,
    *["settle"] * 3,
    *["hold"] * 2,
    *["approve"] * 3,
    "release",
    "reject",
    "call",
    *["extend"] * 2,
    *["skip"] * 2,
    "send",
    "bounce",
    "credit-note",
    "reversal",
    "insolvency",
    *["write-off"] * 2,
    "dead",
    "note",
]


@st.composite
def stories(draw: st.DrawFn) -> Scenario:
    """Draw a scenario: nothing is expected of it but that both tellings agree."""
    rules = draw(policies())
    rows = draw(ledgers(rules))
    levels = sorted({level.name for policy in rules.values() for level in policy.levels})
    told = draw(st.lists(happenings(rows, levels), max_size=14))
    told.sort(key=lambda said: said["on"])
    events = [script.parsed(line, said) for line, said in enumerate(told, 1)]
    out = StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return Scenario(
        path=Path("drawn.md"),
        title="a story drawn at random",
        prose="",
        rule=0,
        since=SINCE,
        until=SINCE + timedelta(days=DAYS - 1),
        policies=rules,
        ledger=out.getvalue(),
        contacts=draw(people()),
        story=tuple(replace(event, line=line) for line, event in enumerate(events, 1)),
    )
