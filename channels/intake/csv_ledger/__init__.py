"""Ledgers, contacts and payments in CSV, as accounting programs and spreadsheets write them.

:mod:`~channels.intake.csv_ledger.reader` reads: ``encodings`` and ``records`` turn bytes
into rows, ``layout`` finds separator and header, ``columns`` finds out which column is which,
``survey`` how the file writes numbers and dates; ``cells`` reads one row strictly under that,
and ``sheets`` says what it means and what it can do without. ``mapping`` keeps what a person
decided, ``rejects`` writes what was left out. The words it knows are in ``words/``: another
language is another file there.
"""

from channels.intake.csv_ledger.reader import CsvLedger


def connect() -> CsvLedger:
    """Return this format's reader."""
    return CsvLedger()
