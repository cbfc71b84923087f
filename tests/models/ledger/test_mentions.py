"""Which invoices a payment's text names, and what only looks like a number."""

import pytest

from models.ledger.mentions import mentioned, spellings

NUMBERS = ["RE-2026-0815", "AN-1001", "2026-0815", "20111", "F-1", "B-7/1", "B-71", "#77/A"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Rechnung RE-2026-0815 Teilzahlung", ["RE-2026-0815"]),
        ("Rechnung re 2026 0815, danke", ["RE-2026-0815"]),
        ("FACTURE AN1001 ACOMPTE", ["AN-1001"]),
        ("AN 1001 / RE20260815", ["AN-1001", "RE-2026-0815"]),
        ("AN-1001 AN1001", ["AN-1001"]),
        ("facture f-1", ["F-1"]),
        ("facture F1", []),  # too short to be no chance
        ("B-71 et B-7/1", ["B-71", "B-7/1"]),
        ("B71", []),  # either of two
        ("vom 2026-08-15", []),  # a day
        ("zu 2026-0815", ["2026-0815"]),
        ("Kunde 20111", ["20111"]),
        ("Kunde 201 11", []),
        ("Nr. 77/a", ["#77/A"]),
        ("", []),
        ("--", []),
    ],
)
def test_numbers_are_told_apart_from_words(text, named):
    assert [mention.number for mention in mentioned(text, NUMBERS)] == named


def test_a_number_written_as_on_its_invoice_says_so():
    assert [m.literal for m in mentioned("an-1001 RE20260815", NUMBERS)] == [True, False]
    assert [m.lettered for m in mentioned("20111 AN-1001", NUMBERS)] == [False, True]


def test_an_invoice_without_letters_or_digits_is_never_named():
    assert mentioned("pay - now", ["--", "/"]) == []


def test_a_run_without_a_digit_is_no_number():
    assert spellings("thank you") == frozenset()
    assert len(spellings(" ".join(f"w{n}" for n in range(20)))) == 105
