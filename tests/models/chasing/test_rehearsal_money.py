"""Which payment of a story a reversal takes back: the rehearsal chooses as the books do."""

from tests.models.chasing.rehearsing import portfolio, row, told


def on(day, what, number="F-1", amount="", **said):
    money = {"amount": amount} if amount else {}
    return {"on": f"2031-03-{day:02}", "event": what, "invoice": number, **money, **said}


def opened(*story, refused=0, **facts):
    """Return what is open of two invoices of EUR 100.00 after a story."""
    found = told(portfolio(row("F-1", **facts), row("F-2")), *story)
    assert len(found.refused) == refused
    return [standing.open for standing in found.standings]


def test_a_part_is_never_taken_back_of_a_payment_for_another_invoice():
    paid = on(4, "payment", "F-2", "100.00")
    assert opened(paid, on(5, "reversal", "F-1", "1.00"), refused=1) == [10_000, 0]


def test_a_payment_of_just_the_amount_is_meant_whatever_it_paid():
    paid = on(4, "payment", "F-2", "100.00")
    assert opened(paid, on(5, "reversal", "F-1", "100.00")) == [10_000, 10_000]


def test_what_names_a_direct_debit_is_that_debit_coming_back():
    paid = on(4, "payment", "F-2", "100.00")
    back = on(5, "reversal", "F-1", "100.00")
    assert opened(paid, back, method="direct-debit") == [10_000, 0]


def test_what_was_taken_back_before_cannot_be_taken_back_again():
    paid = on(4, "payment", amount="100.00")
    parts = [on(5, "reversal", amount="40.00"), on(6, "reversal", amount="60.00")]
    assert opened(paid, *parts) == [10_000, 10_000]
    assert opened(paid, *parts, on(7, "reversal", amount="40.00"), refused=1) == [10_000, 10_000]


def test_what_an_invoice_gave_back_no_payment_gives_back_again():
    paid = [on(4, "payment", amount="30.00"), on(4, "payment", amount="50.00")]
    back = [on(5, "reversal"), on(6, "reversal", amount="50.00")]
    assert opened(*paid, *back, refused=1) == [10_000, 10_000]


def test_money_is_taken_back_in_its_own_currency():
    paid = on(4, "payment", "F-2", "100.00")
    back = on(5, "reversal", "F-1", "100.00", currency="USD")
    assert opened(paid, back, refused=1) == [10_000, 0]
