"""Ledgers as well-known programs export them, with made-up contents."""

from datetime import date

import pytest

from models.ledger.entries import Reject

ODOO = """\
Number,Invoice Partner Display Name,Invoice/Bill Date,Due Date,Tax Excluded,Total Signed,\
Amount Due Signed,Currency,Status,Salesperson
INV/2026/1,"Azure Interior, Brandon",2026-01-10,2026-02-09,100.0,120.0,20.0,EUR,Posted,Ann
RINV/2026/1,Deco,2026-01-10,2026-01-10,-10.0,-12.0,-12.0,EUR,Posted,
"""
SAGE = """\
Balance âgée détaillée;;;;;;;
Société : ACME SARL;;;;;;;

Code tiers;Intitulé;N° pièce;Date pièce;Échéance;Montant TTC;Solde dû;Devise
DUPONT;Dupont & Fils;FA00012;05/01/26;04/02/26;1 200,00;1 200,00;EUR
DUPONT;Dupont & Fils;AV00002;05/01/26;;-200,00;-200,00;EUR
Total DUPONT;;;;;1 000,00;1 000,00;
"""
DATEV = """\
Konto;Kontobezeichnung;Rechnungs-Nr.;Belegdatum;Fälligkeit;Betrag;Saldo;WKZ;Mahnstufe
10001;Müller GmbH;RE-2026-1;05.01.2026;19.01.2026;1.234,50;1.234,50;EUR;1
10002;Bäcker;RE-2;05.01.2026;19.01.2026;34,50-;34,50-;EUR;
Summe;;;;;1.200,00;;;
"""
SAP = """\
Customer\tName 1\tDocument Number\tDocument Type\tDocument Date\tNet due date\t\
Amount in doc. curr.\tDocument currency\tDunning level\tCountry Key
1000234\tACME Inc.\t1800000123\tRV\t01/05/2026\t02/14/2026\t12,345.00\tUSD\t0\tUS
1000234\tACME Inc.\t1600000001\tDG\t01/05/2026\t01/05/2026\t345.00-\tUSD\t\tUS
"""
EXCEL = """\
Client;Facture;Date;Échéance;Montant;Reste à payer;Devise
Dupont;F1;1 janv. 2026;31-janv-26;1 234,50 €;34,50 €;€
"""
XERO = """\
ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,TaxTotal,\
InvoiceAmountPaid,InvoiceAmountDue,Currency,Type,Sent
Deco Ltd,a@b.example,INV-1,PO 7,13/01/2026,12/02/2026,120.00,20.00,100.00,20.00,GBP,Sales invoice,Y
"""
STRIPE = """\
id,Number,Customer,Customer Name,Customer Email,Currency,Total,Amount Due,Amount Paid,\
Amount Remaining,Due Date (UTC),Status
in_1,A1-0001,cus_1,Deco,a@b.example,usd,120.00,120.00,120.00,0.00,2026-02-14 00:00:00,paid
"""
BUSINESS_CENTRAL = """\
Buchungsdatum;Belegart;Belegnr.;Debitorennr.;Debitorenname;Währungscode;Betrag;Betrag (MW);\
Restbetrag;Restbetrag (MW);Fälligkeitsdatum;Offen
05.01.2026;Rechnung;RE-1;10001;Müller GmbH;EUR;1.234,50;1.300,00;34,50;40,00;19.01.2026;Ja
"""
PENNYLANE = """\
Numéro;Client;Date d'émission;Échéance;Montant HT;TVA;Montant TTC;Montant restant dû;Devise;Statut
F-1;Dupont;2026-01-05;2026-02-04;100,00;20,00;120,00;20,00;EUR;Partielle
"""


@pytest.mark.parametrize(
    ("text", "encoding", "rows"),
    [
        (
            ODOO,
            "utf-8",
            [
                ("INV/2026/1", date(2026, 2, 9), 12000, 2000, "", "Azure Interior, Brandon"),
                ("RINV/2026/1", date(2026, 1, 10), -1200, -1200, "", "Deco"),
            ],
        ),
        (
            SAGE,
            "cp1252",
            [
                ("FA00012", date(2026, 2, 4), 120000, 120000, "DUPONT", "Dupont & Fils"),
                ("AV00002", None, -20000, -20000, "DUPONT", "Dupont & Fils"),
                "this is a line of totals, not a single entry",
            ],
        ),
        (
            DATEV,
            "cp1252",
            [
                ("RE-2026-1", date(2026, 1, 19), 123450, 123450, "10001", "Müller GmbH"),
                ("RE-2", date(2026, 1, 19), -3450, -3450, "10002", "Bäcker"),
                "this is a line of totals, not a single entry",
            ],
        ),
        (
            SAP,
            "utf-16",
            [
                ("1800000123", date(2026, 2, 14), 1234500, 1234500, "1000234", "ACME Inc."),
                ("1600000001", date(2026, 1, 5), -34500, -34500, "1000234", "ACME Inc."),
            ],
        ),
        (EXCEL, "utf-8-sig", [("F1", date(2026, 1, 31), 123450, 3450, "", "Dupont")]),
        (XERO, "utf-8", [("INV-1", date(2026, 2, 12), 12000, 2000, "", "Deco Ltd")]),
        (STRIPE, "utf-8", [("A1-0001", date(2026, 2, 14), 12000, 0, "cus_1", "Deco")]),
        (
            BUSINESS_CENTRAL,
            "cp1252",
            [("RE-1", date(2026, 1, 19), 123450, 3450, "10001", "Müller GmbH")],
        ),
        (PENNYLANE, "utf-8", [("F-1", date(2026, 2, 4), 12000, 2000, "", "Dupont")]),
    ],
    ids=[
        "Odoo",
        "Sage",
        "DATEV",
        "SAP",
        "Excel",
        "Xero",
        "Stripe",
        "Business Central",
        "Pennylane",
    ],
)
def test_an_export_is_read_without_a_mapping(read, text, encoding, rows):
    """Titles, totals, trailing signs and local names of columns included."""
    found = read(text.replace("\n", "\r\n").encode(encoding))
    assert [
        row.expected
        if isinstance(row, Reject)
        else (row.number, row.due, row.amount, row.open, row.debtor, row.debtor_name)
        for row in found
    ] == rows
