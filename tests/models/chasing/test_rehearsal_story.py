"""Stories: what a line may say, what it orders, and how it is refused."""

from datetime import date

import pytest

from models.chasing import commands as cmd
from models.chasing import events as ev
from models.chasing.script import parsed, told
from models.chasing.story import orders
from models.errors import RefusedError

BY = date(2031, 3, 20)
WHOLE = (ev.Part(by=BY),)


def event(what, **said):
    return parsed(1, {"on": "2031-03-10", "event": what, "invoice": "F-1", **said})


@pytest.mark.parametrize(
    ("told", "ordered"),
    [
        (event("payment", amount="12.5"), (cmd.Pay(amount=1250, on=date(2031, 3, 10)),)),
        (event("credit-note", amount="12.50"), (cmd.Credit(amount=1250),)),
        (event("reversal"), (cmd.Reverse(),)),
        (event("reversal", amount="1"), (cmd.Reverse(amount=100),)),
        (event("promise", by="2031-03-20"), (cmd.Promise(parts=WHOLE),)),
        (event("promise", until="2031-03-20"), (cmd.Promise(parts=WHOLE),)),
        (
            event("promise", by="2031-03-20", amount="3", accepted=True),
            (cmd.Promise(parts=(ev.Part(by=BY, amount=300),), accepted=True),),
        ),
        (
            event("promise", parts=[{"by": "2031-03-12", "amount": "3"}, {"by": "2031-03-20"}]),
            (cmd.Promise(parts=(ev.Part(by=date(2031, 3, 12), amount=300), *WHOLE)),),
        ),
        (event("dispute", reason="price"), (cmd.Dispute(reason="price"),)),
        (event("dispute", amount="3", accepted=True), (cmd.Dispute(amount=300, accepted=True),)),
        (event("settle", outcome="against"), (cmd.Settle(outcome=ev.Outcome.AGAINST),)),
        (
            event("settle", outcome="in-part", amount="3", by="2031-03-20"),
            (cmd.Settle(outcome=ev.Outcome.IN_PART, amount=300, credit_by=BY),),
        ),
        (
            event("settle", outcome="accepted", until="2031-03-20"),
            (cmd.Settle(outcome=ev.Outcome.FOR_DEBTOR, credit_by=BY),),
        ),
        (event("hold", until="2031-03-20", reason="r"), (cmd.Hold(until=BY, reason="r"),)),
        (event("release"), (cmd.Release(),)),
        (event("approve"), (cmd.Approve(ahead=True),)),
        (event("reject"), (cmd.Reject(then="hold"),)),
        (event("reject", outcome="hold", until="2031-03-20"), (cmd.Reject(until=BY),)),
        (event("reject", outcome="repeat"), (cmd.Reject(then="repeat"),)),
        (event("reject", outcome="skip"), (cmd.Reject(then="skip"),)),
        (event("call"), (cmd.LogCall(outcome="reached"),)),
        (event("call", outcome="no-answer"), (cmd.LogCall(outcome="no-answer"),)),
        (event("call", outcome="wrong-number"), (cmd.LogCall(outcome="wrong-number"),)),
        (
            event("call", outcome="promise", by="2031-03-20"),
            (cmd.LogCall(outcome="reached"), cmd.Promise(parts=WHOLE)),
        ),
        (
            event("call", outcome="dispute", reason="price"),
            (cmd.LogCall(outcome="reached"), cmd.Dispute(reason="price")),
        ),
        (event("bounce"), (cmd.Bounce(),)),
        (event("bounce", outcome="hard"), (cmd.Bounce(),)),
        (event("bounce", channel="email"), (cmd.Bounce(channel="email"),)),
        (event("bounce", outcome="letter"), (cmd.Bounce(channel="letter"),)),
        (event("extend", until="2031-03-20"), (cmd.Extend(due=BY),)),
        (event("extend", by="2031-03-20"), (cmd.Extend(due=BY),)),
        (event("skip", level="second"), (cmd.Skip(to="second"),)),
        (event("send", level="second"), (cmd.SendNow(level="second"),)),
        (event("write-off"), (cmd.WriteOff(),)),
        (event("dead"), (cmd.Kill(death=ev.Death.CANCELLED),)),
        (event("dead", reason="refused"), (cmd.Kill(death=ev.Death.REFUSED),)),
        (event("note", text="they called"), (cmd.Note(text="they called"),)),
    ],
)
def test_an_event_orders_what_its_words_say(told, ordered):
    assert orders(told, "EUR") == ordered


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (event("payment"), "needs an amount"),
        (event("promise"), "needs by"),
        (event("settle", outcome="maybe"), "'maybe' is not for-debtor, in-part or against"),
        (event("reject", outcome="maybe"), "'maybe' is not hold, repeat or skip"),
        (event("call", outcome="maybe"), "'maybe' is not reached"),
        (event("dead", reason="lost"), "'lost' is not one of refused, rejected"),
        (event("extend"), "needs until"),
        (event("insolvency"), "about a debtor or a creditor"),
        (event("books"), "about a debtor or a creditor"),
    ],
)
def test_an_event_that_lacks_something_is_refused(told, why):
    with pytest.raises(RefusedError, match=why):
        orders(told, "EUR")


def test_a_key_that_says_nothing_here_is_left_out_and_told():
    told = event("payment", amount="5", reference="R-1", currency=None, debtor="")
    assert (told.unknown, told.currency, told.debtor) == (("reference",), "", "")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[]", "is not an object such as"),
        ("{", "this is not JSON; write"),
        ('{"on": "2031-03-10", "event": "payment", "amount": "1 200,50"}', "not a decimal number"),
        ('{"on": "2031-03-10", "event": "party"}', "event 'party' is not one of payment"),
        ('{"event": "payment"}', "'on' is missing"),
        ('{"on": "soon", "event": "payment"}', "on = 'soon' is not a day"),
        ('{"on": "2031-03-10", "event": "payment", "invoices": "F-1"}', "not a list of numbers"),
        ('{"on": "2031-03-10", "event": "promise", "parts": "two"}', "parts = 'two'"),
        ('{"on": "2031-03-10", "event": "promise", "parts": ["one"]}', "is not a list such as"),
        ('{"on": "2031-03-10", "event": "promise", "parts": [{}]}', "'by' is missing"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(line, why):
    text = f'{{"on": "2031-03-10", "event": "approve", "invoice": "F-1"}}\n\n{line}\n'

    with pytest.raises(RefusedError, match=why) as refused:
        told(text, "story.jsonl")

    assert str(refused.value).startswith("story.jsonl, line 3: ")


def test_a_story_is_read_by_day_and_then_in_file_order():
    text = (
        '{"on": "2031-03-11", "event": "approve", "invoice": "F-1"}\n'
        '{"on": "2031-03-10", "event": "release", "invoices": ["F-1", 2]}\n'
        '{"on": "2031-03-10", "event": "hold", "debtor": "ALBA"}\n'
    )

    found = told(text, "story.jsonl")

    assert [(one.line, one.event) for one in found] == [
        (2, "release"),
        (3, "hold"),
        (1, "approve"),
    ]
    assert found[0].invoices == ("F-1", "2")
