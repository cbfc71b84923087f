"""Rule 7: a dispute pauses its amount only, has an answer day, and is settled one of three ways."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.answers import Blocker, Close, Contact, State
from models.chasing.policy import DisputeReason
from models.errors import RefusedError
from tests.models.chasing.making import DUE, Life, changed, contact, days, policy

HOUSE = changed(policy(), disputes={"price": DisputeReason(owner="sales", days=5)})
RAISED = date(2026, 3, 9)  # a Monday


def disputed(amount: int | None = None, **order: object) -> Life:
    life = Life(house=HOUSE).says("courtesy", date(2026, 2, 25)).says("first", date(2026, 3, 5))
    return life.orders(cmd.Dispute(amount=amount, **order), RAISED)


def settle(outcome: str, amount: int | None = None, **more: object) -> cmd.Settle:
    return cmd.Settle(outcome=ev.Outcome(outcome), amount=amount, **more)


@pytest.mark.parametrize(
    ("reason", "owner", "answer_by"),
    [("price", "sales", date(2026, 3, 16)), ("rain", "", date(2026, 3, 23))],
)
def test_a_reason_gives_owner_and_days(reason, owner, answer_by):
    dispute = disputed(reason=reason).case.disputes[0]

    assert (dispute.owner, dispute.answer_by) == (owner, answer_by)


def test_a_dispute_in_full_pauses_the_case_until_its_answer_is_due():
    answer = disputed(reason="price").look(RAISED)

    assert (answer.rule, answer.state, answer.blockers) == ("7", State.DISPUTED, (Blocker.DISPUTE,))
    assert (answer.until, answer.next_on) == (HOUSE.opening(date(2026, 3, 17)), None)
    late = disputed(reason="price").look(date(2026, 3, 17))
    assert late.until == HOUSE.opening(date(2026, 3, 19)), "then it is the manager's"
    assert disputed(reason="price").look(date(2026, 3, 19)).until is None


def test_a_dispute_in_part_pauses_only_its_part():
    answer = disputed(40_000).look(RAISED)

    assert isinstance(answer, Contact)
    assert answer.amount == 60_000


def test_a_promise_and_a_dispute_pause_what_each_is_about():
    life = disputed(40_000)
    life.orders(cmd.Promise(parts=(ev.Part(by=date(2026, 3, 20), amount=60_000),)), RAISED)

    both = life.look(RAISED)

    assert both.blockers == (Blocker.PROMISE, Blocker.DISPUTE)
    assert both.state is State.DISPUTED
    # broken, the rest is chased and the dispute goes on pausing
    answer = life.look(date(2026, 3, 25))
    assert isinstance(answer, Contact)
    assert answer.amount == 60_000


def test_settled_for_the_debtor_the_rest_is_chased_and_a_credit_note_expected():
    life = disputed(40_000).orders(settle("for-debtor"), date(2026, 3, 10))

    assert [(c.amount, c.by) for c in life.case.credits] == [(40_000, date(2026, 3, 24))]
    assert life.look(date(2026, 3, 10)).amount == 60_000
    life.happens(ev.Credited(on=date(2026, 3, 12), amount=40_000))
    assert (life.case.credits, life.case.chaseable) == ((), 60_000)


def test_settled_in_full_for_the_debtor_the_credit_note_closes_what_waited():
    life = disputed().orders(settle("for-debtor"), date(2026, 3, 10))
    waits = life.look(date(2026, 3, 10))
    assert waits.blockers == (Blocker.CREDIT_EXPECTED,)
    assert waits.until == HOUSE.opening(date(2026, 3, 25))

    life.happens(ev.Credited(on=date(2026, 3, 12), amount=100_000))

    assert life.look(date(2026, 3, 12)) == Close("1", "credited in full", State.CREDITED)


def test_settled_in_part_the_accepted_amount_waits_and_the_rest_is_chased():
    life = disputed(40_000).orders(
        settle("in-part", 15_000, credit_by=date(2026, 4, 1)), date(2026, 3, 10)
    )

    assert [(c.amount, c.by) for c in life.case.credits] == [(15_000, date(2026, 4, 1))]
    assert life.look(date(2026, 3, 10)).amount == 85_000


def test_a_dispute_cuts_the_word_that_pauses_and_no_earlier_one():
    """What was broken or taken back stays on record as it was given."""
    word = cmd.Promise(parts=(ev.Part(by=date(2026, 3, 20), amount=80_000),))
    life = Life(house=HOUSE).orders(word, RAISED).orders(cmd.Release(), RAISED)
    life.orders(word, RAISED).orders(cmd.Dispute(amount=50_000), RAISED)

    before, now = life.case.promises

    assert (before.state, before.amount) == ("withdrawn", 80_000)
    assert (now.state, now.amount, life.case.disputed) == ("active", 50_000, 50_000)


def test_settled_against_the_debtor_hears_the_level_again_at_its_distance():
    life = disputed().orders(settle("against"), date(2026, 3, 9))

    answer = life.look(date(2026, 3, 9))

    assert contact(answer) == ("first", date(2026, 3, 10))  # five days from the fifth
    assert (answer.round, answer.amount) == (1, 100_000)
    life.says("first", date(2026, 3, 10))
    assert contact(life.look(date(2026, 3, 11)))[0] == "phone"


def test_settled_against_before_anything_was_said_the_levels_go_on():
    life = Life(house=HOUSE).orders(cmd.Dispute(), date(2026, 2, 10))

    life.orders(settle("against"), date(2026, 2, 12))

    assert contact(life.look(date(2026, 2, 12))) == ("courtesy", date(2026, 2, 25))


def test_a_fresh_courtesy_is_dropped_after_the_due_date():
    life = Life(house=HOUSE).says("courtesy", date(2026, 2, 25))
    life.orders(cmd.Dispute(), date(2026, 2, 26)).orders(settle("against"), DUE)

    assert contact(life.look(DUE))[0] == "first"


def test_an_order_of_a_person_goes_before_a_fresh_notice():
    life = disputed(40_000).orders(cmd.SendNow(level="second"), RAISED)

    life.orders(settle("against"), RAISED)

    assert contact(life.look(RAISED)) == ("second", RAISED)


def test_a_credit_note_that_comes_before_anybody_settled_ends_the_dispute():
    life = disputed(40_000).happens(ev.Credited(on=RAISED, amount=30_000))
    assert (life.case.disputed, life.case.chaseable) == (10_000, 60_000)

    life.happens(ev.Credited(on=RAISED, amount=50_000))

    assert (life.case.disputed, life.case.chaseable) == (0, 20_000)
    assert life.case.disputes[0].state == "closed"


def test_a_credit_note_larger_than_what_waited_lowers_the_rest():
    life = disputed(40_000).orders(settle("for-debtor"), RAISED)

    life.happens(ev.Credited(on=RAISED, amount=50_000))

    assert (life.case.credits, life.case.chaseable) == ((), 50_000)


def test_a_credit_note_in_parts_is_waited_for_to_the_end():
    life = disputed(40_000).orders(settle("for-debtor"), RAISED)

    life.happens(ev.Credited(on=RAISED, amount=10_000))

    assert (life.case.crediting, life.case.chaseable) == (30_000, 60_000)


def test_payment_in_full_closes_a_dispute():
    life = disputed().happens(ev.Paid(on=RAISED, amount=100_000))

    assert life.case.disputes[0].state == "closed"
    assert isinstance(life.look(RAISED), Close)


# --- after a formal notice ------------------------------------------------------------------


def after_notice(**order: object) -> Life:
    life = Life(house=HOUSE).says("formal", date(2026, 4, 1), deadline=date(2026, 4, 16))
    return life.orders(cmd.Dispute(reason="price", **order), date(2026, 4, 2))


def test_after_a_formal_notice_a_dispute_pauses_only_once_accepted():
    life = after_notice()
    waiting = life.case.disputes[0]
    assert (waiting.state, waiting.answer_by) == ("to-accept", date(2026, 4, 7))
    assert life.case.chaseable == 100_000

    life.orders(cmd.Approve(), date(2026, 4, 3), actor="bert")

    accepted = life.case.disputes[0]
    assert (accepted.state, accepted.answer_by) == ("open", date(2026, 4, 13))
    assert life.case.chaseable == 0


def test_a_late_dispute_refused_never_pauses_and_repeats_nothing():
    life = after_notice().orders(cmd.Reject(), date(2026, 4, 3), actor="bert")

    assert life.case.disputes[0].state == "closed"
    assert contact(life.look(date(2026, 4, 3)))[0] == "agency"
    settled = after_notice().orders(settle("against"), date(2026, 4, 3))
    assert settled.case.order is None


@pytest.mark.parametrize("order", [cmd.Approve(), cmd.Reject()])
def test_nobody_rules_on_a_late_dispute_that_he_raised(order):
    life = after_notice()
    with pytest.raises(RefusedError, match="needs another than 'ANNA'"):
        life.orders(order, date(2026, 4, 3), actor=" ANNA")
    assert life.case.disputes[0].state == "to-accept"


def test_a_manager_may_accept_at_once():
    assert after_notice(accepted=True).case.chaseable == 0


def test_what_is_accepted_late_is_no_more_than_what_is_free_by_then():
    life = after_notice().happens(ev.Paid(on=date(2026, 4, 3), amount=70_000))

    life.orders(cmd.Approve(), date(2026, 4, 3), actor="bert")

    assert life.case.disputed == 30_000


def test_a_ruling_on_a_dispute_nobody_knows_changes_nothing():
    life = disputed(40_000).happens(ev.DisputeRuled(on=RAISED, dispute="x", accepted=False))
    life.happens(ev.Settled(on=RAISED, dispute="x", outcome=ev.Outcome.AGAINST))

    assert life.case.disputed == 40_000


@pytest.mark.parametrize(
    ("life", "order", "sentence"),
    [
        (disputed(), cmd.Dispute(), "is disputed in full already"),
        (disputed(40_000), cmd.Dispute(amount=60_001), "has EUR 600.00 that can be disputed"),
        (disputed(40_000), cmd.Dispute(amount=0), "the amount must be within it"),
        (Life(), settle("against"), "has no open dispute to settle"),
        (disputed(40_000), settle("in-part"), "needs an amount between 0 and that"),
        (disputed(40_000), settle("in-part", 40_000), "has EUR 400.00 in dispute"),
        (disputed(), settle("for-debtor", credit_by=date(9999, 1, 1)), "over ten years ahead"),
    ],
)
def test_what_cannot_be_meant_is_refused(life, order, sentence):
    with pytest.raises(RefusedError) as refused:
        life.orders(order, RAISED + days(1))
    assert sentence in str(refused.value)
