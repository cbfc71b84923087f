"""Workflow ids: what they name can be told from them, whatever it contains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.names import debtor_id, invoice_id, parts

KINDS = {"invoice": invoice_id, "debtor": debtor_id}


@pytest.mark.parametrize("kind", KINDS)
@given(st.text(min_size=1), st.text(min_size=1))
def test_an_id_names_one_thing_and_nothing_else(kind, creditor, key):
    """A slash or a blank in a number does not make it somebody else's."""
    made = KINDS[kind](creditor, key)

    assert parts(made) == (kind, creditor, key)
    assert made.isascii()
    assert " " not in made
