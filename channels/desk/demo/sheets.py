"""The demo's files, each as the accounting program of its creditor would export it."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from channels.desk.demo.ledger import DemoItem, debtors

_FRENCH: Final = (
    "Numéro de facture;Type;Date facture;Échéance;Montant TTC;Reste dû;Devise;Code client;"
    "Raison sociale;Courriel;Rue;Code postal;Ville;Pays;Langue;Segment;Montant en litige;"
    "Niveau de relance;Date de relance"
)
_GERMAN: Final = (
    "Rechnungsnummer;Belegart;Rechnungsdatum;Fälligkeit;Bruttobetrag;Offener Betrag;Währung;"
    "Kundennummer;Kundenname;E-Mail;Straße;PLZ;Ort;Land;Sprache;Segment;Strittiger Betrag;"
    "Mahnstufe;Mahndatum"
)


def write_ledgers(items: Sequence[DemoItem], folder: Path) -> dict[str, Path]:
    """Write one ledger a creditor: French and German, commas and dates as they have them."""
    forms: dict[str, tuple[str, tuple[str, str], str, str]] = {
        "atelier-nord": (_FRENCH, ("Facture", "Avoir"), "%d/%m/%Y", "utf-8-sig"),
        "kontor-west": (_GERMAN, ("Rechnung", "Gutschrift"), "%d.%m.%Y", "cp1252"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for creditor, (titles, kinds, day, encoding) in forms.items():
        mine = [item for item in items if item.debtor.creditor == creditor]
        paths[creditor] = folder / f"{creditor}.csv"
        rows = (_row(item, kinds[item.credit], day) for item in mine)
        _write(paths[creditor], encoding, titles, rows)
    return paths


def write_contacts(creditor: str, folder: Path) -> Path:
    """Write a creditor's second addresses: the management of every other debtor."""
    path = folder / f"{creditor}-contacts.csv"
    mine = [debtor for debtor in debtors() if debtor.creditor == creditor and debtor.domain]
    rows = (
        [debtor.code, "management", f"direction@{debtor.domain}", debtor.language]
        for debtor in mine[::2]
    )
    _write(path, "utf-8", "debtor;role;email;language", rows)
    return path


def write_payments(rows: Iterable[tuple[date, str, str, str, str]], path: Path) -> Path:
    """Write payments: day, amount, currency, invoice number, and the bank's reference."""
    titles = "date;amount;currency;invoice;reference"
    _write(path, "utf-8", titles, ([on.isoformat(), *rest] for on, *rest in rows))
    return path


def decimal_comma(cents: int) -> str:
    """Return an amount as continental programs write it.

    >>> decimal_comma(-123456)
    '-1234,56'
    """
    sign, value = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{value // 100},{value % 100:02}"


def _row(item: DemoItem, kind: str, day: str) -> list[str]:
    debtor = item.debtor
    shown: Callable[[date], str] = lambda on: on.strftime(day)  # noqa: E731
    return [
        item.number,
        kind,
        shown(item.issued),
        shown(item.due),
        decimal_comma(item.amount),
        decimal_comma(item.open),
        debtor.currency,
        debtor.code,
        debtor.name,
        debtor.email,
        debtor.street,
        debtor.postcode,
        debtor.city,
        debtor.country,
        debtor.language,
        debtor.segment,
        decimal_comma(item.disputed) if item.disputed else "",
        item.level,
        "" if item.level_on is None else shown(item.level_on),
    ]


def _write(path: Path, encoding: str, titles: str, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(f"{titles}\r\n")
        out = csv.writer(file, delimiter=";")
        out.writerows(rows)
