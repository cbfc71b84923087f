"""What comes back to a person: rejected rows to correct, and a mapping to keep."""

from pathlib import Path

import pytest

from channels.intake.csv_ledger import connect, mapping, rejects
from channels.intake.csv_ledger.reader import found
from models.errors import RefusedError
from models.ledger.entries import ItemRow, Reject
from models.ports import Locale

LEDGER = (
    "N° facture;Échéance;Montant TTC;Devise;Client;Remarque\n"
    "F-1;31/03/2026;1.200,00;EUR;Dupont;\n"
    "F-2;;0,50;EUR;Durand;urgent\n"
    'F-3;31/02/2026;7,00;EUR;"two\nlines; ""quoted""";\n'
    "F-4;31/03/2026;7,00\n"
    "F-5;31/03/2026;7,00;EUR;Dubois;;more\n"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.csv"
    path.write_bytes(LEDGER.encode("cp1252"))
    return path


def rejected(path: Path, locale: Locale | None = None) -> list[Reject]:
    return [row for row in connect().items(path, locale or Locale()) if isinstance(row, Reject)]


def test_rejects_keep_the_files_own_columns(ledger: Path, tmp_path: Path):
    out = tmp_path / "rejects.csv"
    assert rejects.write(rejected(ledger), out) == 4
    lines = out.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0] == "N° facture;Échéance;Montant TTC;Devise;Client;Remarque;line;column;reason"
    assert lines[1].startswith('F-2;;0,50;EUR;Durand;urgent;3;Échéance;"it is empty; a due date')
    assert "this row has 7 cells and the header 6" in lines[-2]
    assert lines[-2].endswith('(the row also says more)"')


def test_corrected_rejects_are_imported_again(ledger: Path, tmp_path: Path):
    """With the mapping of the first file or without it; the added columns are not read."""
    out = tmp_path / "rejects.csv"
    rejects.write(rejected(ledger), out)
    text = out.read_text("utf-8-sig").replace("F-2;;", "F-2;01/04/2026;")
    out.write_text(text.replace("31/02/2026", "28/02/2026"), "utf-8-sig")
    for locale in (Locale(), found(ledger, Locale())):
        rows = list(connect().items(out, locale))
        assert [type(row) for row in rows] == [ItemRow, ItemRow, Reject, ItemRow]
        assert rows[1].debtor_name == 'two lines; "quoted"'


def test_rejects_of_rejects_do_not_grow_columns(ledger: Path, tmp_path: Path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    rejects.write(rejected(ledger), first)
    rejects.write(rejected(first), second)
    assert (
        first.read_text("utf-8-sig").split("\n")[0] == second.read_text("utf-8-sig").split("\n")[0]
    )


def test_rejects_are_written_while_they_come(ledger: Path, tmp_path: Path):
    taken = []

    def slowly():
        for reject in rejected(ledger):
            taken.append(reject)
            yield reject

    rejects.write(slowly(), tmp_path / "rejects.csv", ",")
    assert len(taken) == 4


def test_without_rejects_no_file_is_written(tmp_path: Path):
    assert rejects.write([], tmp_path / "rejects.csv") == 0
    assert not (tmp_path / "rejects.csv").exists()


def test_what_was_found_out_can_be_kept(ledger: Path, tmp_path: Path):
    locale = found(ledger, Locale(columns={"Remarque": ""}))
    assert locale == Locale(
        "cp1252",
        ";",
        ",",
        "dmy",
        {
            "N° facture": "number",
            "Échéance": "due",
            "Montant TTC": "amount",
            "Devise": "currency",
            "Client": "debtor_name",
            "Remarque": "",
        },
    )
    kept = tmp_path / "acme.toml"
    mapping.save(kept, locale)
    assert mapping.load(kept) == locale
    assert list(connect().items(ledger, locale)) == list(connect().items(ledger, Locale()))


def test_a_mapping_keeps_every_sign(tmp_path: Path):
    locale = Locale(separator="\t", columns={'a "b" \\ c\x7f\n=': "number", "é.[x]": "due"})
    mapping.save(tmp_path / "m.toml", locale)
    assert mapping.load(tmp_path / "m.toml") == locale


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("decimal = ';'", "m.toml, decimal: ';' is not '' or ',' or '.'"),
        ("dates = 'american'", "m.toml, dates: 'american' is not '' or 'ymd'"),
        ("encoding = 8", "m.toml, encoding: 8 is not 'a text'"),
        ("separators = ';'", "m.toml, separators: ';' is not one of encoding, separator"),
        ("columns = 3", "m.toml, columns: 3 is not a table"),
        ("[columns]\n'N°' = 'nummer'", "m.toml, columns.N°: 'nummer' is not \"\" to leave it out"),
        ("[columns]\n'N°' = ['number']", "columns.N°"),
        ("decimal = ", "m.toml is not a mapping in TOML"),
        ("\xff", "m.toml is not UTF-8: save it as UTF-8 text"),
    ],
)
def test_a_wrong_mapping_names_key_value_and_what_is_allowed(tmp_path: Path, text, sentence):
    path = tmp_path / "m.toml"
    path.write_bytes(text.encode("latin-1" if text == "\xff" else "utf-8"))
    with pytest.raises(RefusedError, match=sentence.replace("[", r"\[")):
        mapping.load(path)


def test_a_missing_mapping_is_refused(tmp_path: Path):
    with pytest.raises(RefusedError, match=r"no.toml cannot be read"):
        mapping.load(tmp_path / "no.toml")
