"""How one order falls on several invoices: rule 22."""

from datetime import date

import pytest

from models.chasing import events as ev
from models.chasing.allocating import OpenItem, allocated
from models.chasing.commands import Credit, Dispute, Note, Promise, Settle
from models.chasing.folding import after, opened
from models.chasing.sharing import concerned, shared
from models.errors import RefusedError
from models.ledger.invoice import Invoice

TODAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def case(number, open_=10_000, due=date(2026, 3, 31), currency="EUR"):
    invoice = Invoice("acme", number, "d", due, open_, currency)
    return opened(invoice, ev.Entered(on=TODAY, open=open_, policy="p"))


def falls(command, *cases, **given):
    return [(one.invoice.number, share.amount) for one, share in shared(command, cases, **given)]


@pytest.mark.parametrize("command", [Dispute(), Credit(amount=12_000)])
def test_an_amount_falls_on_the_oldest_or_as_named(command):
    young, old = case("F-1", due=date(2026, 4, 30)), case("F-2")
    assert falls(command, young, old, amount=12_000) == [("F-2", 10_000), ("F-1", 2_000)]
    in_order = falls(command, young, old, amount=12_000, in_order=True)
    assert in_order == [("F-1", 10_000), ("F-2", 2_000)]


def test_one_invoice_is_ruled_on_as_it_was_said():
    assert falls(Dispute(amount=99_000), case("F-1")) == [("F-1", 99_000)]
    assert falls(Dispute(), case("F-1"), case("F-2")) == [("F-1", None), ("F-2", None)]
    settle = Settle(outcome=ev.Outcome.IN_PART, amount=5)
    assert falls(settle, case("F-1")) == [("F-1", 5)]


def test_an_order_without_an_amount_takes_none():
    note = Note(text="x")
    assert shared(note, [case("F-1")]) == [(case("F-1"), note)]
    with pytest.raises(RefusedError, match="no amount"):
        shared(note, [case("F-1")], 5)


def test_the_last_instalment_may_be_the_rest():
    plan = Promise(parts=(ev.Part(by=TODAY, amount=12_000), ev.Part(by=FRIDAY)))
    (one, first), (two, second) = shared(plan, [case("F-1"), case("F-2")])
    assert (one.invoice.number, first.parts) == ("F-1", (ev.Part(by=TODAY, amount=10_000),))
    assert (two.invoice.number, second.parts) == (
        "F-2",
        (ev.Part(by=TODAY, amount=2_000), ev.Part(by=FRIDAY, amount=8_000)),
    )


def test_a_debtors_promise_does_not_concern_what_is_disputed_or_dead():
    promise = Promise(parts=(ev.Part(by=FRIDAY),))
    disputed = after(case("F-1"), ev.Disputed(on=TODAY, dispute="d"))
    dead = after(case("F-1"), ev.Died(on=TODAY, death=ev.Death.CANCELLED))
    assert [concerned(promise, one) for one in (case("F-1"), disputed, dead)] == [
        True,
        False,
        False,
    ]
    assert concerned(Note(text="x"), dead)


ITEMS = [
    OpenItem(1, "F-1", date(2026, 1, 5), 100),
    OpenItem(2, "F-2", date(2026, 1, 3), 70),
    OpenItem(3, "F-3", date(2026, 1, 9), 70),
    OpenItem(4, "F-4", date(2026, 1, 1), 0),
]


@pytest.mark.parametrize(
    ("amount", "numbers", "given", "expected"),
    [
        (70, (), {}, [("F-2", 70)]),  # exact: the oldest of those alike
        (70, (), {"exact": False}, []),
        (90, (), {}, []),
        (90, (), {"oldest": True}, [("F-2", 70), ("F-1", 20)]),
        (100, (), {"oldest": True}, [("F-1", 100)]),  # exact comes before oldest
        (100, (), {"oldest": True, "exact": False}, [("F-2", 70), ("F-1", 30)]),
        (170, ("F-1",), {}, [("F-1", 100), ("F-2", 70)]),
        (50, ("F-3", "F-3", "Z"), {}, [("F-3", 50)]),
        (500, ("F-4",), {"oldest": True}, [("F-2", 70), ("F-1", 100), ("F-3", 70)]),
    ],
)
def test_a_payment_falls_as_named_then_exact_then_oldest(amount, numbers, given, expected):
    shares = allocated(amount, ITEMS, numbers, **given)
    assert [(item.number, part) for item, part in shares] == expected
