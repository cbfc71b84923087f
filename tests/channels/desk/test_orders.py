"""What people record: it reaches the books once, the engine is told, refusals are sentences."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("thawed")


def state(relance, number: str) -> dict:
    """How an invoice stands, as programs see it."""
    return relance("show", number, "--json").lines[0]


def events(relance, number: str) -> list[dict]:
    """What happened to an invoice but its entry."""
    return [event for event in state(relance, number)["events"] if event["event"] != "entered"]


def test_a_promise_is_recorded_and_the_engine_is_told(relance, engine):
    answer = relance("promise", "F-1", "--by", "friday", "--amount", "500,00")
    assert answer.status == 0
    assert answer.out == "recorded for F-1\n"
    assert engine.told == [("atelier-nord", "F-1", "promised")]
    (promised,) = events(relance, "F-1")
    assert promised["event"] == "promised"
    assert promised["actor"] == "clerk"
    assert promised["parts"] == [{"by": "2026-03-06", "amount": "500.00"}]


def test_programs_read_what_an_order_came_to(relance):
    (line,) = relance("promise", "F-1", "F-2", "--by", "+10", "--id", "p-1", "--json").lines
    assert line == {
        "recorded": True,
        "id": "p-1",
        "repeated": False,
        "creditor": "atelier-nord",
        "invoices": ["F-1", "F-2"],
        "told": True,
    }


def test_an_order_given_twice_is_carried_out_once(relance, engine):
    first = relance("promise", "F-1", "--by", "+10", "--id", "p-1")
    engine.told.clear()
    again = relance("promise", "F-1", "--by", "+10", "--id", "p-1")
    assert (first.status, again.status) == (0, 0)
    assert "recorded before" in again.out
    assert engine.told == []
    assert len(events(relance, "F-1")) == 1


def test_the_same_promise_typed_twice_changes_nothing_and_says_so(relance, engine):
    ask = ("promise", "F-1", "--by", "+10")
    relance(*ask)
    mails = relance("notices", "--json").lines
    engine.told.clear()
    again = relance(*ask)
    assert again.out == "recorded before: nothing has changed, and nothing more is sent for it\n"
    assert relance(*ask, "--json").lines[0]["repeated"] is True
    assert engine.told == []
    assert len(events(relance, "F-1")) == 1
    assert relance("notices", "--json").lines == mails
    assert [mail["kind"] for mail in mails] == ["promise-confirmed"]


@pytest.mark.parametrize(
    "other",
    [
        ("--by", "+11"),
        ("--by", "+10", "--amount", "500"),
        ("--by", "+10", "--as", "ines"),
    ],
)
def test_another_promise_is_recorded(relance, other):
    relance("promise", "F-1", "--by", "+10")
    assert "recorded for F-1" in relance("promise", "F-1", *other).out
    assert len(events(relance, "F-1")) == 2


def test_a_promise_that_is_new_to_one_of_two_invoices_is_recorded_for_that_one(relance):
    relance("promise", "F-1", "--by", "+10")
    assert relance("promise", "F-1", "F-2", "--by", "+10").out == "recorded for F-2\n"


def test_a_promise_given_again_after_it_was_taken_back_is_recorded(relance):
    relance("promise", "F-1", "--by", "+10")
    relance("release", "F-1")
    assert relance("promise", "F-1", "--by", "+10").out == "recorded for F-1\n"


def test_a_promise_that_was_announced_may_be_accepted_the_same_day(relance):
    relance("promise", "F-1", "--by", "+60", "--as", "yann")
    far = ("promise", "F-1", "--by", "+60", "--as", "yann")
    assert "recorded before" in relance(*far).out
    assert "recorded for F-1" in relance(*far, "--accept", "--reason", "known").out


def test_without_temporal_it_is_recorded_and_the_engine_follows(relance, engine):
    engine.gone = True
    answer = relance("promise", "F-1", "--by", "friday", "--json")
    assert answer.status == 0
    assert answer.lines[0]["told"] is False
    assert "recorded; the engine will follow (Temporal is not reachable)" in answer.err


def test_an_amount_for_a_debtor_falls_on_its_oldest_invoice(relance):
    assert relance("promise", "--debtor", "Musterbau", "--by", "+5", "--amount", "1100").status == 0
    parts = [events(relance, number)[0]["parts"][0]["amount"] for number in ("F-1", "F-2")]
    assert parts == ["1000.00", "100.00"]


def test_instalments_have_amounts_of_their_own(relance):
    parts = ("--part", "+5=600.00", "--part", "+20=400,00")
    assert relance("promise", "F-1", *parts).status == 0
    assert [part["amount"] for part in events(relance, "F-1")[0]["parts"]] == ["600.00", "400.00"]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (("dispute", "F-1", "--reason", "quality"), "disputed"),
        (("hold", "F-1", "--until", "+5", "--reason", "audit"), "held"),
        (("skip", "F-1", "--reason", "spoken"), "passed"),
        (("send", "F-4", "--level", "first-reminder", "--reason", "asked"), "directed"),
        (("extend", "F-1", "--to", "2026-05-01", "--reason", "agreed"), "extended"),
        (("write-off", "F-1", "--reason", "small"), "written-off"),
        (("note", "F-1", "--text", "is moving"), "noted"),
        (("call", "F-4", "--outcome", "no-answer"), "call-made"),
        (("pay", "F-1", "--amount", "10"), "paid"),
        (("cancel", "F-1", "--as-what", "replaced"), "died"),
        (("change-policy", "F-1", "--policy", "small-debtor"), "policy-changed"),
    ],
)
def test_each_order_becomes_its_event(relance, engine, typed, kind):
    answer = relance(*typed)
    assert answer.status == 0, answer.err
    assert kind in [event["event"] for event in events(relance, typed[1])]
    assert kind in [told for _, _, told in engine.told]


def test_a_dispute_is_settled_in_part(relance):
    relance("dispute", "F-1", "--amount", "400", "--reason", "price")
    settled = relance("settle", "F-1", "--outcome", "in-part", "--amount", "150.00")
    assert settled.status == 0
    assert events(relance, "F-1")[-1]["amount"] == "150.00"


def test_a_hold_on_a_debtor_and_on_everything(relance):
    assert relance("hold", "--debtor", "D1", "--reason", "audit").status == 0
    assert relance("release", "--debtor", "D1").status == 0
    wide = ("--all", "--creditor", "atelier-nord")
    assert relance("hold", *wide, "--until", "+3", "--reason", "x").status == 0
    assert relance("release", *wide).status == 0


def test_what_is_said_in_one_breath_is_recorded_whole_or_not_at_all(relance, engine):
    refused = relance("call", "F-1", "--outcome", "reached", "--by", "2026-02-02")
    assert refused.status == 1
    assert events(relance, "F-1") == []
    assert engine.told == []


def test_a_promise_beyond_the_limits_is_said_to_pause_nothing(relance):
    answer = relance("promise", "F-1", "--by", "+60")
    assert answer.status == 0
    assert "F-1: kept as announced only" in answer.err
    assert "--accept" in answer.err
    assert "announced" not in relance("promise", "F-2", "--by", "+5").err


def test_the_reason_for_which_a_manager_accepted_a_promise_is_kept(relance):
    why = ("--accept", "--reason", "known to pay late", "--as", "yann")
    relance("promise", "F-1", "--by", "+60", *why)
    (promised,) = events(relance, "F-1")
    assert promised["reason"] == "known to pay late"


def test_a_call_that_reached_somebody_may_bring_a_promise(relance):
    assert relance("call", "F-4", "--outcome", "reached", "--by", "friday").status == 0
    assert [event["event"] for event in events(relance, "F-4")] == ["call-made", "promised"]


def test_pay_without_an_amount_is_in_full(relance):
    assert relance("pay", "F-1", "F-2").status == 0
    assert [state(relance, number)["open"] for number in ("F-1", "F-2")] == ["0.00", "0.00"]


def test_money_taken_back_opens_the_invoice_again(relance):
    relance("pay", "F-1")
    assert relance("pay", "F-1", "--back").status == 0
    assert state(relance, "F-1")["open"] == "1000.00"


def test_what_a_payment_leaves_over_is_said(relance):
    answer = relance("pay", "F-2", "--amount", "250.00")
    assert "50.00 EUR pays nothing yet" in answer.err
    (left,) = relance("unallocated", "--json").lines
    assert (left["left"], left["currency"]) == ("50.00", "EUR")
    placed = relance("allocate", left["payment"], "F-1")
    assert placed.status == 0, placed.err
    assert relance("unallocated").out == "Every payment and every credit is placed.\n"


def test_freeze_and_thaw(relance):
    assert relance("freeze", "atelier-nord", "--reason", "migration").status == 0
    again = relance("freeze", "atelier-nord")
    assert (again.status, again.err) == (
        1,
        "relance: creditor atelier-nord is frozen already\n",
    )
    thawed = relance("thaw", "atelier-nord")
    assert thawed.out == (
        "recorded for creditor atelier-nord\n"
        "the first mail leaves on Mon 2026-03-02 at 11:00; pending: 3 debtors with 4 invoices\n"
        "at most 50 debtors a working day at first\n"
    )


def test_programs_read_what_a_thaw_sets_going(relance):
    relance("freeze", "atelier-nord")
    (line,) = relance("thaw", "atelier-nord", "--json").lines
    assert line["recorded"] is True
    assert line["first_at"] == "2026-03-02T11:00:00+01:00"
    assert (line["pending"], line["asking"]) == ({"debtors": 3, "invoices": 4}, 0)


def test_a_thaw_on_a_sunday_names_the_first_working_day(relance, time):
    time.now -= timedelta(days=1)
    relance("freeze", "atelier-nord")
    thawed = relance("thaw", "atelier-nord").out
    assert "first mail leaves on Mon 2026-03-02 at 09:00; pending: 3 debtors with 4" in thawed


def test_a_thaw_with_nothing_to_send_says_so(relance, written):
    relance("freeze", "atelier-nord")
    for debtor in ("D1", "D2", "D3"):
        relance("hold", "--debtor", debtor, "--reason", "audit")
    thawed = relance("thaw", "atelier-nord").out
    assert "no mail leaves by itself: relance list says what each invoice waits for" in thawed


def test_a_thaw_counts_apart_what_needs_a_yes_or_a_call(relance, written):
    late = (
        "number;issued;due;amount;currency;debtor;debtor_name;email;level;level_on\n"
        "L-1;2025-12-01;2026-01-10;10,00;EUR;D9;Lateur;a@l.example;second-reminder;2026-02-01\n"
    )
    relance("import", "invoices", written("late.csv", late), "--creditor", "atelier-nord")
    relance("freeze", "atelier-nord")
    thawed = relance("thaw", "atelier-nord").out
    assert "pending: 3 debtors with 4 invoices" in thawed
    assert "1 invoice comes to a letter that needs a yes, or a call" in thawed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("promise", "F-1", "--by", "yesterday"), "that day is past"),
        (("promise", "F-1", "--by", "+3", "--amount", "9999"), "cannot be promised"),
        (("settle", "F-1", "--outcome", "against"), "has no open dispute"),
        (("approve", "F-1", "--as", "yann"), "nothing that waits for an approval: courtesy leaves"),
        (("hold", "F-1", "--until", "today", "--reason", "x"), "that day has begun"),
        (("pay", "--debtor", "D9", "--amount", "5"), "no creditor knows a debtor"),
        (("note", "F-99", "--text", "x"), "no creditor knows an invoice F-99"),
        (("note", "F-11", "--text", "x", "--creditor", "atelier-nord"), "did you mean F-1"),
        (("note", "F-1", "--text", "x", "--creditor", "acme"), "there are atelier-nord"),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(relance, engine, typed, sentence):
    answer = relance(*typed)
    assert answer.status == 1
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1
    assert answer.out == ""
    assert engine.told == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("promise", "F-1"), "one of the arguments --by --part is required"),
        (("promise", "--by", "friday"), "name the invoices, or a debtor"),
        (("promise", "F-1", "--debtor", "D1", "--by", "friday"), "name the invoices, or a debtor"),
        (("promise", "F-1", "--by", "friday", "--amount", "1.500"), "read in two ways"),
        (("promise", "F-1", "--by", "friday", "--accept"), "--accept needs a --reason"),
        (("settle", "F-1", "--outcome", "in-part"), "takes the --amount"),
        (("pay", "F-1", "--on", "tomorrow"), "is not here yet"),
        (("pay", "F-1", "--amount", "-5"), "--amount must be above zero"),
        (("reject", "F-1", "--then", "skip", "--until", "+3"), "--until goes with --then hold"),
        (("call", "F-1", "--outcome", "no-answer", "--by", "+1"), "--outcome reached"),
        (("hold", "F-1", "--all", "--reason", "x"), "name no invoice"),
        (("freeze",), "say which creditor with --creditor"),
    ],
)
def test_what_cannot_be_meant_is_said_with_what_to_type(relance, typed, sentence):
    answer = relance(*typed)
    assert answer.status == 2
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1


def test_one_number_with_two_creditors_asks_whose(relance, written):
    twin = written("twin.csv", "number;due;amount;currency;debtor\nF-1;2026-03-20;5,00;EUR;X\n")
    relance("import", "invoices", twin, "--creditor", "kontor-west")
    answer = relance("note", "F-1", "--text", "x")
    assert answer.status == 1
    assert "known to atelier-nord and kontor-west: say which with --creditor" in answer.err
    assert relance("note", "F-1", "--text", "x", "--creditor", "kontor-west").status == 0


def test_an_amount_over_two_currencies_asks_for_the_invoices(relance):
    answer = relance("promise", "F-1", "F-3", "--by", "+3", "--amount", "5")
    assert answer.status == 1
    assert "EUR and USD" in answer.err


def test_no_refusal_names_a_person(relance):
    answer = relance("pay", "--debtor", "Jean Personne", "--amount", "5")
    assert answer.status == 1
    assert "Personne" not in answer.err


def test_who_orders_can_be_said(relance):
    relance("note", "F-1", "--text", "x", "--as", "yann")
    assert events(relance, "F-1")[0]["actor"] == "yann"


def test_an_insolvent_debtor_is_left_alone_until_it_was_somebody_else(relance, look):
    assert relance("insolvent", "D1", "--on", "yesterday").status == 0
    standings = {one["debtor"]: one["standing"] for one in relance("debtors", "--json").lines}
    assert standings == {"D1": "insolvent", "D2": "normal", "D3": "normal"}
    look("F-1")
    assert relance("list", "F-1", "--json").lines[0]["blockers"] == ["insolvency"]
    assert relance("insolvent", "D1", "--false-match").status == 0
    assert relance("insolvent", "D1", "--on", "tomorrow").status == 2


def test_a_notice_that_went_out_may_have_bounced(relance):
    answer = relance("bounced", "F-1")
    assert answer.status == 1
    assert "could have bounced" in answer.err
