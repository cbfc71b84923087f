"""Rule 5 and the life of money: what closes a case, what opens it again, what is left."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Close, Contact, State
from tests.models.chasing.making import DUE, Life, changed, days, entered, invoice, policy

HOUSE = policy()


def close(life: Life, on: date = DUE) -> tuple[State, int] | None:
    answer = life.look(on)
    return (answer.state, answer.residue) if isinstance(answer, Close) else None


@pytest.mark.parametrize(
    ("events", "closed"),
    [
        ([ev.Paid(on=DUE, amount=100_000)], (State.PAID, 0)),
        ([ev.Paid(on=DUE, amount=120_000)], (State.PAID, 0)),  # too much is paid as well
        ([ev.Paid(on=DUE, amount=99_800)], (State.PAID, 200)),  # within EUR 2.00
        ([ev.Paid(on=DUE, amount=99_799)], None),
        ([ev.Credited(on=DUE, amount=100_000)], (State.CREDITED, 0)),
        (
            [ev.Paid(on=DUE, amount=1), ev.Credited(on=DUE, amount=99_999)],
            (State.PAID, 0),
        ),
        ([ev.WrittenOff(on=DUE, amount=100_000)], (State.WRITTEN_OFF, 0)),
        ([ev.LedgerSettled(on=DUE)], (State.PAID, 0)),
        ([ev.Died(on=DUE, death=ev.Death.CANCELLED)], (State.DEAD, 0)),
        ([ev.Corrected(on=DUE, amount=200, open=200)], None),  # small, but nothing of it came
    ],
)
def test_what_closes_a_case(events, closed):
    assert close(Life().happens(*events)) == closed


def test_without_tolerance_a_cent_is_owed():
    life = Life(house=changed(HOUSE, tolerance={}))

    assert close(life.happens(ev.Paid(on=DUE, amount=99_999))) is None


@pytest.mark.parametrize(("currency", "left"), [("JPY", 200), ("TND", 200)])
def test_tolerance_is_counted_in_the_minor_units_of_its_currency(currency, left):
    life = Life(house=changed(HOUSE, tolerance={currency: left}), known=invoice(currency=currency))

    life.happens(ev.Paid(on=DUE, amount=100_000 - left))

    assert close(life) == (State.PAID, left)


def test_a_residue_brought_by_a_ledger_closes_like_one_of_our_own():
    life = Life(history=[entered(invoice(), HOUSE, open=150)])

    assert close(life) == (State.PAID, 150)


def test_a_residue_in_dispute_does_not_close():
    life = Life().happens(ev.Paid(on=DUE, amount=99_900), ev.Disputed(on=DUE, dispute="d"))

    assert close(life) is None


# --- discounts -------------------------------------------------------------------------------

DISCOUNTED = invoice(discount=2_000, discount_until=date(2026, 2, 9))


@pytest.mark.parametrize(
    ("on", "amount", "closed"),
    [
        (date(2026, 2, 9), 98_000, (State.PAID, 2_000)),
        (date(2026, 2, 10), 98_000, None),  # a day late: a short payment
        (date(2026, 2, 9), 97_800, (State.PAID, 2_200)),  # what is kept too much is tolerated
        (date(2026, 2, 9), 97_799, None),  # a cent beyond the tolerance
    ],
)
def test_a_discount_taken_by_its_day_closes_the_invoice(on, amount, closed):
    life = Life(known=DISCOUNTED).happens(ev.Paid(on=on, amount=amount))

    assert close(life, date(2026, 2, 10)) == closed


def test_a_discount_taken_from_what_a_credit_note_left():
    life = Life(known=DISCOUNTED).happens(
        ev.Credited(on=date(2026, 2, 3), amount=50_000),
        ev.Paid(on=date(2026, 2, 9), amount=48_000),
    )

    assert close(life, date(2026, 2, 10)) == (State.PAID, 2_000)


def test_a_discount_is_lost_with_the_payment_that_took_it():
    life = Life(known=DISCOUNTED).happens(
        ev.Paid(on=date(2026, 2, 9), amount=98_000),
        ev.Reversed(on=date(2026, 2, 20), amount=98_000),
        ev.Paid(on=date(2026, 3, 20), amount=98_000),
    )

    assert close(life, date(2026, 3, 20)) is None
    assert life.case.open == 2_000


def test_what_was_paid_before_the_ledger_came_took_the_discount_if_it_came_in_time():
    early = Life(history=[entered(DISCOUNTED, HOUSE, date(2026, 2, 9), open=2_000)])
    late = Life(history=[entered(DISCOUNTED, HOUSE, date(2026, 2, 10), open=2_000)])
    early.known = late.known = DISCOUNTED

    assert close(early, date(2026, 2, 10)) == (State.PAID, 2_000)
    assert close(late, date(2026, 2, 10)) is None


# --- closed, and open again ------------------------------------------------------------------


def test_a_reversal_opens_the_next_cycle_and_levels_said_stay_said():
    life = (
        Life()
        .says("first", date(2026, 3, 5))
        .happens(
            ev.Paid(on=date(2026, 3, 6), amount=100_000),
            ev.Closed(on=date(2026, 3, 6), state="paid"),
        )
    )
    assert close(life, date(2026, 3, 6)) == (State.PAID, 0)

    life.orders(cmd.Reverse(), date(2026, 3, 20))

    assert (life.case.cycle, life.case.open, life.case.closed) == (2, 100_000, None)
    answer = life.look(date(2026, 3, 20))
    assert isinstance(answer, Contact)
    assert answer.level == "phone"


def test_a_ledger_may_open_again_what_it_had_settled():
    life = Life().happens(
        ev.LedgerSettled(on=DUE),
        ev.Closed(on=DUE, state="paid"),
        ev.Corrected(on=DUE + days(7), open=100_000),
    )

    assert (life.case.cycle, life.case.paid, life.case.settled_by_ledger) == (2, 0, False)


def test_a_case_closed_as_paid_stays_closed_while_the_ledger_repeats_its_residue():
    life = Life().happens(
        ev.Paid(on=DUE, amount=99_900),
        ev.Closed(on=DUE, state="paid"),
        ev.Reversed(on=DUE, amount=1),
    )

    assert life.case.cycle == 2  # money going back is news, whatever the amount
    again = Life().happens(ev.Paid(on=DUE, amount=100_000), ev.Closed(on=DUE, state="paid"))
    again.happens(ev.Corrected(on=DUE, open=0))
    assert again.case.cycle == 1


def test_a_second_entry_is_a_new_cycle():
    life = Life().happens(
        ev.Paid(on=DUE, amount=100_000),
        ev.Closed(on=DUE, state="paid"),
        entered(invoice(), HOUSE, DUE + days(5)),
    )

    assert (life.case.cycle, life.case.open, life.case.closed) == (2, 100_000, None)


@pytest.mark.parametrize(
    ("paid", "open_", "written", "state"),
    [
        (100_000, 0, 0, State.PAID),
        (30_000, 0, 70_000, State.WRITTEN_OFF),
        (130_000, -30_000, 0, State.PAID),
    ],
)
def test_money_for_what_was_written_off_is_a_recovery_before_it_is_too_much(
    paid, open_, written, state
):
    life = Life().orders(cmd.WriteOff(reason="hopeless"), DUE)
    life.happens(ev.Paid(on=DUE + days(9), amount=paid))

    assert (life.case.open, life.case.written) == (open_, written)
    assert close(life) == (state, 0)


def test_a_ledger_that_still_shows_what_was_written_off_takes_the_write_off_back():
    life = Life().orders(cmd.WriteOff(), DUE).happens(ev.Closed(on=DUE, state="written-off"))

    life.happens(ev.Corrected(on=DUE + days(1), open=100_000))

    assert (life.case.open, life.case.written, life.case.paid) == (100_000, 0, 0)
    assert close(life) is None


def test_a_dead_invoice_stays_dead_whatever_is_paid():
    life = Life().happens(ev.Died(on=DUE, death=ev.Death.REPLACED), ev.Paid(on=DUE, amount=100_000))

    assert close(life) == (State.DEAD, 0)
    assert close(life.happens(ev.Reversed(on=DUE, amount=100_000))) == (State.DEAD, 0)


def test_what_a_ledger_says_is_open_counts_as_money_that_came():
    life = Life().happens(ev.Corrected(on=DUE, open=40_000))
    assert (life.case.open, life.case.paid) == (40_000, 60_000)

    restated = Life().happens(ev.Corrected(on=DUE, amount=80_000, open=80_000))
    assert (restated.case.open, restated.case.paid, restated.case.amount) == (80_000, 0, 80_000)


@pytest.mark.parametrize(
    ("events", "chaseable"),
    [
        ([], 100_000),
        ([ev.Paid(on=DUE, amount=120_000)], 0),
        ([ev.Disputed(on=DUE, dispute="d", amount=40_000)], 60_000),
        ([ev.Promised(on=DUE, promise="p", parts=(ev.Part(by=DUE, amount=40_000),))], 60_000),
        (
            [
                ev.Disputed(on=DUE, dispute="d", amount=40_000),
                ev.Promised(on=DUE, promise="p", parts=(ev.Part(by=DUE, amount=40_000),)),
            ],
            20_000,
        ),
        (
            [
                ev.Promised(on=DUE, promise="p", parts=(ev.Part(by=DUE),)),
                ev.Disputed(on=DUE, dispute="d", amount=40_000),
            ],
            0,
        ),
        ([ev.Promised(on=DUE, promise="p", parts=(ev.Part(by=DUE),), announced=True)], 100_000),
    ],
)
def test_only_what_is_open_and_free_is_chased(events, chaseable):
    assert Life().happens(*events).case.chaseable == chaseable
