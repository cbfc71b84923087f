"""Who may decide: roles of the creditor's people, whatever the way a name is typed."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.ruling import ruled
from models.errors import RefusedError
from models.ledger.creditor import Person
from tests.models.chasing.making import Life

#: Monday.
ASKED = date(2026, 3, 30)
PEOPLE = (
    Person(name="Yann", roles=("approver",)),
    Person(name="Ines", roles=("manager",)),
    Person(name="camille", roles=("accounting", "deputy")),
    Person(name="Bob", roles=("sales",)),
)


@pytest.fixture
def life() -> Life:
    """A formal notice that waits for a yes."""
    house = Life().says("first", date(2026, 3, 5))
    return house.happens(ev.ApprovalAsked(on=ASKED, level="formal", amount=10_000, by="Ann"))


def says(life: Life, command: cmd.Command, actor: str, on: date = ASKED, people=PEOPLE):
    context = cmd.Context(today=on, actor=actor, key="k", people=people)
    return ruled(command, life.case, life.house, context)


@pytest.mark.parametrize("actor", ["Yann", " yann ", "INES"])
@pytest.mark.parametrize("command", [cmd.Approve(), cmd.Reject(then="skip")])
def test_approvers_and_managers_decide_on_an_act_of_law(life, actor, command):
    assert len(says(life, command, actor)) == 1


@pytest.mark.parametrize("command", [cmd.Approve(), cmd.Reject(then="skip")])
def test_nobody_else_does(life, command):
    with pytest.raises(RefusedError, match=r"by 'Bob': Yann or Ines may"):
        says(life, command, "Bob")
    with pytest.raises(RefusedError, match=r"not among the creditor's people: Yann or Ines may"):
        says(life, command, "the-intern")


@pytest.mark.parametrize("actor", ["story", "system", ""])
def test_the_name_of_nobody_is_no_way_around_roles(life, actor):
    with pytest.raises(RefusedError, match="Yann or Ines may"):
        says(life, cmd.Approve(), actor)


def test_the_deputy_decides_once_nobody_has_answered_for_two_working_days(life):
    with pytest.raises(RefusedError, match="Yann or Ines may"):
        says(life, cmd.Approve(), "camille", on=date(2026, 3, 31))
    assert len(says(life, cmd.Approve(), "camille", on=date(2026, 4, 1))) == 1


def test_without_people_everybody_decides(life):
    assert len(says(life, cmd.Approve(), "the-intern", people=())) == 1


def test_where_nobody_has_the_role_it_says_whom_to_appoint(life):
    with pytest.raises(RefusedError, match="give somebody the role approver"):
        says(life, cmd.Approve(), "Bob", people=PEOPLE[3:])


@pytest.mark.parametrize("actor", ["Ann", "ann", " ANN "])
def test_four_eyes_are_not_fooled_by_the_way_a_name_is_typed(life, actor):
    with pytest.raises(RefusedError, match="nobody approves what he asked for"):
        says(life, cmd.Approve(), actor, people=())
    ann = Person(name="aNN", roles=("approver",))
    with pytest.raises(RefusedError, match="nobody approves what he asked for"):
        says(life, cmd.Approve(), actor, people=(ann, *PEOPLE))


@pytest.fixture
def late() -> Life:
    """A dispute that Bob raised after a formal notice."""
    life = Life().says("formal", date(2026, 3, 20), deadline=date(2026, 4, 4))
    return life.orders(cmd.Dispute(reason="price"), ASKED, actor="Bob")


@pytest.mark.parametrize("command", [cmd.Approve(), cmd.Reject()])
def test_a_late_dispute_is_ruled_on_by_managers_and_approvers(late, command):
    with pytest.raises(RefusedError, match=r"by 'camille': Yann or Ines may"):
        says(late, command, "camille")
    for actor in ("yann", "Ines"):
        assert len(says(late, command, actor)) == 1
    assert len(says(late, command, "camille", people=PEOPLE[2:])) == 1  # there is nobody else
    with pytest.raises(RefusedError, match="who raised it"):
        says(late, command, "bob", people=())


def test_a_late_dispute_is_accepted_at_once_only_by_who_may_rule_on_it():
    life = Life().says("formal", date(2026, 3, 20), deadline=date(2026, 4, 4))
    raised = cmd.Dispute(reason="price", accepted=True)
    with pytest.raises(RefusedError, match="Yann or Ines may"):
        says(life, raised, "Bob")
    (disputed,) = says(life, raised, "Ines")
    assert disputed.accepted
    assert len(says(Life(), raised, "Bob")) == 1


def test_only_a_manager_accepts_a_promise_beyond_the_limits():
    life = Life()
    far = cmd.Promise(parts=(ev.Part(by=date(2027, 3, 1)),), accepted=True)
    near = cmd.Promise(parts=(ev.Part(by=date(2026, 3, 10)),), accepted=True)
    today = date(2026, 3, 2)

    with pytest.raises(RefusedError, match=r"beyond the limits \(longer than .* days\).*Ines may"):
        says(life, far, "Yann", on=today)
    (promised,) = says(life, far, "ines", on=today)
    assert not promised.announced
    assert len(says(life, near, "Bob", on=today)) == 1
    assert len(says(life, far, "anybody", on=today, people=())) == 1
