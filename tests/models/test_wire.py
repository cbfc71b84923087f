"""What travels to and from Temporal: brief on the wire, whole in Python."""

from datetime import UTC, datetime

from models.wire import DebtorRef


def test_only_what_differs_from_its_default_travels():
    """History is paid by the byte; who reads it back has every field again."""
    plain = DebtorRef(creditor="acme", debtor="k1")
    slot = plain.model_copy(update={"at": datetime(2026, 3, 2, 8, tzinfo=UTC)})

    assert plain.model_dump(mode="json") == {"creditor": "acme", "debtor": "k1"}
    assert plain.model_dump() == {"creditor": "acme", "debtor": "k1", "at": None}
    for ref in (plain, slot):
        assert DebtorRef.model_validate_json(ref.model_dump_json()) == ref
