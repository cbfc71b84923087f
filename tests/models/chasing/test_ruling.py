"""What an order becomes, or the sentence with which it is refused."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.errors import RefusedError
from models.ledger.invoice import Method
from tests.models.chasing.making import DUE, Life, days, invoice, only, policy

HOUSE = policy()
TODAY = date(2026, 3, 9)
PAID = ev.Paid(on=TODAY, amount=100_000)
DEAD = ev.Died(on=TODAY, death=ev.Death.REFUSED)
CLOSED = (ev.Paid(on=TODAY, amount=99_900), ev.Closed(on=TODAY, state="paid"))


@pytest.mark.parametrize(
    ("order", "event"),
    [
        (cmd.Pay(amount=5, on=DUE, payment="P"), ev.Paid(on=DUE, amount=5, payment="P")),
        (cmd.Pay(amount=5), ev.Paid(on=TODAY, amount=5)),
        (cmd.Credit(amount=5, note="C"), ev.Credited(on=TODAY, amount=5, note="C")),
        (cmd.Credit(amount=5, on=DUE), ev.Credited(on=DUE, amount=5)),
        (cmd.WriteOff(reason="r"), ev.WrittenOff(on=TODAY, amount=100_000, reason="r")),
        (cmd.Kill(death=ev.Death.REPLACED), ev.Died(on=TODAY, death=ev.Death.REPLACED)),
        (cmd.Note(text="called back"), ev.Noted(on=TODAY, text="called back")),
        (
            cmd.ChangePolicy(policy="export", version=2, hash="h"),
            ev.PolicyChanged(on=TODAY, policy="export", version=2, hash="h"),
        ),
        (
            cmd.Hold(until=TODAY + days(1), reason="r"),
            ev.Held(on=TODAY, hold="k1", until=TODAY + days(1), reason="r"),
        ),
        (
            cmd.Extend(due=DUE + days(30), reason="agreed"),
            ev.Extended(on=TODAY, due=DUE + days(30), reason="agreed"),
        ),
    ],
)
def test_an_order_becomes_a_fact(order, event):
    assert Life().orders(order, TODAY).history[1:] == [event]


@pytest.mark.parametrize(
    ("history", "order", "sentence"),
    [
        ((), cmd.Pay(amount=0), "needs a payment above zero; a negative one is a reversal"),
        ((), cmd.Credit(amount=-1), "needs a credit above zero"),
        ((), cmd.Credit(amount=100_001), "has EUR 1000.00 open: a credit of EUR 1000.01 is more"),
        ((), cmd.Credit(amount=5, on=TODAY + days(1)), "credited on 2026-03-10: that day is not"),
        ((), cmd.Reverse(), "has EUR 0.00 paid: no more than that can be taken back"),
        ((PAID,), cmd.Reverse(amount=100_001), "has EUR 1000.00 paid"),
        ((), cmd.Release(), "has no hold and no promise to release"),
        ((), cmd.Hold(until=TODAY), "cannot be held until 2026-03-09: that day has begun"),
        ((), cmd.Hold(until=date(9999, 12, 31)), "leave the day out for a hold without end"),
        ((), cmd.Extend(due=DUE), "is due on 2026-03-02: an extension needs a later day"),
        ((), cmd.Extend(due=date(9999, 12, 31)), "is over ten years ahead"),
        ((), cmd.Skip(to="sixth"), "has no level 'sixth' ahead; it has courtesy, first"),
        ((), cmd.Skip(to="courtesy"), "stands before courtesy already"),
        ((), cmd.SendNow(level="sixth"), "policy house has no level 'sixth'; it has courtesy"),
        ((), cmd.SendNow(level="courtesy"), "is past its due date: courtesy can only be said"),
        ((), cmd.Bounce(), "has no notice on that channel that could have bounced"),
        ((), cmd.RejectDebit(), "is not collected by direct debit"),
        ((PAID,), cmd.WriteOff(), "has nothing open to write off"),
        ((DEAD,), cmd.WriteOff(), "has nothing open to write off"),
        ((DEAD,), cmd.Kill(death=ev.Death.CANCELLED), "is dead already (refused)"),
        ((DEAD,), cmd.Hold(until=None), "is dead (refused): nothing can be recorded on it"),
        ((PAID,), cmd.Hold(until=None), "is paid: nothing is left to chase"),
        (CLOSED, cmd.Hold(until=None), "is closed as paid: nothing is left to chase"),
        ((ev.Said(on=DUE, level="first", channel="call"),), cmd.Bounce(), "has no notice on"),
        (
            (ev.Said(on=DUE, level="first", channel="letter"),),
            cmd.Bounce(channel="email"),
            "has no notice on that channel",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(history, order, sentence):
    life = Life().happens(*history)

    with pytest.raises(RefusedError) as refused:
        life.orders(order, TODAY)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (cmd.Skip(), "has no level ahead to skip"),
        (cmd.SendNow(), "has no level ahead; name the level to say again"),
    ],
)
def test_after_the_last_level_nothing_lies_ahead(order, sentence):
    life = Life(house=only(HOUSE, "first")).says("first", date(2026, 3, 5))

    with pytest.raises(RefusedError, match=sentence):
        life.orders(order, TODAY)
    life.orders(cmd.SendNow(level="first"), TODAY)
    assert life.look(TODAY).round == 1


def test_what_is_left_of_a_closed_case_may_be_written_off():
    life = Life().happens(*CLOSED).orders(cmd.WriteOff(), TODAY)

    assert life.case.open == 0


def test_a_hold_that_has_ended_is_not_released_again():
    life = Life().orders(cmd.Hold(until=TODAY + days(1)), TODAY)

    with pytest.raises(RefusedError, match="has no hold"):
        life.orders(cmd.Release(), TODAY + days(1))


def test_one_hold_may_be_released_and_another_stay():
    life = Life().orders(cmd.Hold(until=None), TODAY).orders(cmd.Hold(until=None), TODAY)

    life.happens(ev.Released(on=TODAY, hold="k1"))

    assert [hold.key for hold in life.case.holds] == ["k2"]


def test_a_person_is_named_where_he_moved_a_level_and_the_engine_is_not():
    person = Life().orders(cmd.SendNow(level="second"), TODAY, actor="anna")
    engine = Life().orders(cmd.SendNow(level="second"), TODAY, actor="system")

    assert [event.by for event in person.history[1:]] == ["anna", "anna"]
    assert [event.by for event in engine.history[1:]] == ["", ""]


def test_a_debit_that_comes_back_is_a_fact():
    life = Life(known=invoice(method=Method.DIRECT_DEBIT)).orders(cmd.RejectDebit(), TODAY)

    assert life.history[1:] == [ev.DebitRejected(on=TODAY)]


def test_sending_now_passes_over_a_courtesy_whose_time_is_gone():
    life = Life().orders(cmd.SendNow(), TODAY)
    assert life.case.order is not None
    assert (life.case.order.level, dict(life.case.passed)) == ("first", {"courtesy": TODAY})
