"""Facts of a debtor are kept as they are compared, or refused in a sentence that helps."""

import pytest

from models.errors import RefusedError
from models.ledger import particulars

#: What checks a fact, what a person writes, and what is kept.
KEPT = [
    (particulars.country, " fr ", "FR"),
    (particulars.country, "", ""),
    (particulars.language, " FR ", "fr"),
    (particulars.language, "", ""),
    (particulars.zone, "Europe/Paris", "Europe/Paris"),
    (particulars.zone, "", ""),
    (particulars.payment_days, (31, 15, 31), (15, 31)),
    (particulars.quiet, ("sms", "call", "sms"), ("call", "sms")),
]
#: What checks a fact, what cannot be, and what it is told.
REFUSED = [
    (particulars.country, "France", "'France' is no country: write its code of two letters"),
    (particulars.country, "ZZ", "'ZZ' is no country"),
    (particulars.language, "french", "'french' is no language"),
    (particulars.language, "zz", "'zz' is no language"),
    (particulars.zone, "Paris", "no time zone is called 'Paris'"),
    (particulars.payment_days, (0,), "0 is no day of a month"),
    (particulars.quiet, ("fax",), "'fax' is no channel: there are email, sms"),
]


@pytest.mark.parametrize(("check", "written", "kept"), KEPT)
def test_a_fact_is_kept_in_one_spelling_and_kept_again_alike(check, written, kept):
    assert check(written) == kept
    assert check(kept) == kept


@pytest.mark.parametrize(("check", "written", "sentence"), REFUSED)
def test_a_fact_that_cannot_be_is_refused_with_what_to_write(check, written, sentence):
    with pytest.raises(RefusedError) as refused:
        check(written)
    assert sentence in str(refused.value)
