"""What a template may speak of: plain values, made from a notice."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from channels.templates.labels import Labels
from channels.templates.paying import one_line, payees
from models.chasing.notice import AlsoOpen, Line, Notice, NoticeKind, Total
from models.ledger.creditor import Creditor

#: As many invoice numbers as a sentence bears.
_NUMBERS: Final = 4

#: Notices that ask for what is due, and for nothing else.
_ASKING: Final = frozenset({NoticeKind.REMINDER, NoticeKind.CALL, NoticeKind.FORMAL_NOTICE})


def told(notice: Notice, creditor: Creditor, labels: Labels) -> dict[str, Any]:
    """Return the names a template may use; ``notice.owner`` is not among them, ever."""
    lines, coming = _apart(notice)
    totals = _totals(notice)
    amount = labels.listed([labels.money(*asked) for asked in _asked(totals, coming)])
    days = [line.days_late for line in lines]
    dues = {line.due for line in lines}
    numbers = [one_line(line.number) for line in lines]
    return {
        "say": labels.words,
        **_frame(notice, creditor, labels),
        "preview": amount,
        "creditor": _identity(creditor),
        "debtor": {"name": one_line(notice.debtor_name), "place": _place(notice, creditor, labels)},
        "formal": notice.kind is NoticeKind.FORMAL_NOTICE,
        "again": not any(line.first for line in lines),
        "contact": one_line(notice.to.name),
        "phone": one_line(notice.to.phone),
        "concerns": one_line(notice.debtor_name) if notice.to.pays_for_another else "",
        "today": labels.day(notice.on),
        "count": len(numbers),
        "several": len(numbers) > 1,
        "numbers": labels.listed(numbers) if len(numbers) <= _NUMBERS else "",
        "due": labels.day(min(dues)) if len(dues) == 1 else "",
        "lateness": labels.lateness(max(days)) if days else "",
        "amount": amount,
        "deadline": labels.day(notice.deadline) if notice.deadline else "",
        "reason": labels.words["reasons"].get(notice.reason, ""),
        "instalments": [
            {"by": labels.day(part.by), "amount": labels.money(part.amount, part.currency)}
            for part in notice.instalments
        ],
        "sheets": [_sheet(notice, total, labels) for total in totals],
        "payees": payees(notice, lines, totals, creditor),
    }


def _frame(notice: Notice, creditor: Creditor, labels: Labels) -> dict[str, str]:
    """What stands around every text: date, salutation, whom to answer, closing."""
    say, formal = labels.words, notice.kind is NoticeKind.FORMAL_NOTICE
    name = one_line(notice.to.name)
    reply_to = creditor.reply_to or creditor.mail_from
    whom = say["contact_phone"] if creditor.phone else say["contact"]
    return {
        "dated": say["dated"].format(city=creditor.city, date=labels.day(notice.on)).lstrip(" ,"),
        "salutation": say["salutation_named"].replace("{name}", name)
        if name and not formal
        else say["salutation"],
        "contact_line": whom.format(mail=reply_to, phone=creditor.phone.replace(" ", "\u00a0")),
        "closing": say["closing_formal" if formal else "closing"],
    }


def _identity(creditor: Creditor) -> dict[str, Any]:
    town = f"{creditor.postcode} {creditor.city}".strip()
    return {
        "name": creditor.name,
        "place": [part for part in (creditor.street, town) if part],
        "city": creditor.city,
        "ids": [f"{name} {number}" for name, number in creditor.legal_ids.items()],
        "phone": creditor.phone,
        "reply_to": creditor.reply_to or creditor.mail_from,
        "signature": creditor.signature,
    }


def _place(notice: Notice, creditor: Creditor, labels: Labels) -> list[str]:
    address = notice.to.address
    abroad = address.country and address.country != creditor.country
    country = labels.country(address.country) if abroad else ""
    town = f"{address.postcode} {address.city}".strip()
    return [one_line(part) for part in (address.street, town, country) if part]


def _totals(notice: Notice) -> list[Total]:
    known = {total.currency: total for total in notice.totals}
    lined, other = ({item.currency for item in items} for items in (notice.lines, notice.also_open))
    for currency in sorted(lined | other):
        if currency not in known:
            lines = sum(line.amount for line in notice.lines if line.currency == currency)
            also = sum(item.open for item in notice.also_open if item.currency == currency)
            known[currency] = Total(currency, lines, also, 0, lines + also)
    return list(known.values())


def _apart(notice: Notice) -> tuple[list[Line], list[Line]]:
    """Return the lines a notice is about, and those a reminder takes along.

    A reminder does not ask for what is not yet due.
    """
    late = [line for line in notice.lines if line.days_late > 0]
    if not late or notice.kind not in _ASKING:
        return list(notice.lines), []
    return late, [line for line in notice.lines if line.days_late <= 0]


def _asked(totals: Sequence[Total], coming: Sequence[Line]) -> list[tuple[int, str]]:
    """What the lines ask for, less credits that reach beyond the other items."""
    asked, plain = [], []
    for total in totals:
        soon = sum(line.amount for line in coming if line.currency == total.currency)
        asked.append((min(total.lines, total.net) - soon, total.currency))
        plain.append((total.lines - soon, total.currency))
    return [pair for pair in asked if pair[0] > 0] or [pair for pair in plain if pair[0]]


def _sheet(notice: Notice, total: Total, labels: Labels) -> dict[str, Any]:
    currency = total.currency
    lines, coming = (
        [line for line in part if line.currency == currency] for part in _apart(notice)
    )
    rows = [_row(line, labels) for line in lines]
    also = [_also(item, labels) for item in notice.also_open if item.currency == currency]
    soon = sum(line.amount for line in coming)
    sums = _sums(replace(total, lines=total.lines - soon), soon, bool(rows), bool(also), labels)
    return {
        "rows": rows,
        "soon": [_row(line, labels) for line in coming],
        "also": also,
        "sums": sums,
    }


def _row(line: Line, labels: Labels) -> dict[str, str]:
    return {
        "number": one_line(line.number),
        "issued": labels.short(line.issued) if line.issued else "",
        "due": labels.short(line.due),
        "late": labels.lateness(line.days_late),
        "amount": labels.money(line.amount, line.currency),
        "of": labels.money(line.total, line.currency) if line.total > line.amount else "",
    }


def _also(item: AlsoOpen, labels: Labels) -> dict[str, str]:
    states = labels.words["states"]
    chased = item.open if item.chased is None else item.chased
    part = 0 < chased < item.open
    return {
        "number": one_line(item.number),
        "due": labels.short(item.due),
        "state": states["open"] if part else states.get(item.state, states["open"]),
        "amount": labels.money(chased if part else item.open, item.currency),
        "of": labels.money(item.open, item.currency) if part else "",
    }


def _sums(total: Total, soon: int, rows: bool, also: bool, labels: Labels) -> list[dict[str, Any]]:  # noqa: FBT001
    parts = []
    if soon or (rows and also):
        parts += [("sum_lines", total.lines)] if rows else []
        parts += [("sum_soon", soon)] if soon else []
        parts += [("sum_also", total.also_open)] if also else []
    elif total.credits:
        parts.append(("sum_lines" if rows else "sum_also", total.lines + total.also_open))
    if total.credits:
        parts.append(("sum_credits", -total.credits))
    parts.append(("sum_net" if total.credits else "sum", total.net))
    return [
        {"label": labels.words[key], "amount": labels.money(minor, total.currency)}
        for key, minor in parts
    ]
