"""Notices in words: complete in every language, harmless whatever a debtor is called."""

import re
import tomllib
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest

from channels.templates.labels import Labels
from channels.templates.writer import Templates
from models.chasing.level import LevelKind
from models.chasing.notice import (
    AlsoOpen,
    Instalment,
    Line,
    Notice,
    NoticeKind,
    Recipient,
    Total,
)
from models.creditors import shipped
from models.errors import RefusedError, UnknownError
from models.ledger.debtor import Address
from models.policies import shipped as policies

FOLDER = Path(__file__).parents[3] / "channels" / "templates"
LANGUAGES = sorted(path.parent.name for path in FOLDER.glob("*/labels.toml"))
LEVELS = sorted(
    {
        (level.name, level.kind.value)
        for policy in policies().values()
        for level in policy.levels
        if level.kind is not LevelKind.HAND_OVER
    }
)
SAID = [*LEVELS, *(("", kind.value) for kind in NoticeKind if kind.answers)]
EVIL = "<b>X & Y</b> {{7*7}} {% raise %} [items]"


@pytest.fixture(scope="module")
def writer() -> Templates:
    return Templates(shipped())


def line(number: str = "F-1", amount: int = 123_456, **changes) -> Line:
    given = {
        "currency": "EUR",
        "level": "first-reminder",
        "round": 0,
        "open": amount,
        "total": amount,
        "due": date(2026, 1, 31),
        "issued": date(2026, 1, 1),
        "days_late": 30,
    }
    return Line(number=number, amount=amount, **(given | changes))


def notice(**changes) -> Notice:
    given = {
        "key": "atelier-nord/d-1/1/email/0",
        "creditor": "atelier-nord",
        "debtor": "d-1",
        "debtor_name": EVIL,
        "kind": NoticeKind.REMINDER,
        "channel": "email",
        "language": "fr",
        "at": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "on": date(2026, 3, 2),
        "to": Recipient("c-1", name=EVIL, phone=EVIL, address=Address("1 rue Z", "1", "V", "BE")),
        "lines": (line(),),
        "level": "first-reminder",
    }
    return Notice(**(given | changes))


def full(**changes) -> Notice:
    """A notice with everything a notice may carry."""
    given = {
        "lines": (
            line(f"F-1 {EVIL}"),
            line("F-2", 80_000, total=120_000),
            line("U-1", currency="USD"),
        ),
        "also_open": (
            AlsoOpen(f"F-0 {EVIL}", "EUR", 45_000, date(2025, 12, 31), "disputed"),
            AlsoOpen("F-9", "EUR", 9_900, date(2026, 2, 27), "never-heard-of"),
            AlsoOpen("G-9", "GBP", 9_900, date(2026, 2, 27), "open"),
        ),
        "totals": (
            Total("EUR", 203_456, 9_900, 25_000, 188_356),
            Total("USD", 123_456, 0, 0, 123_456),
        ),
        "deadline": date(2026, 3, 17),
        "instalments": (Instalment(date(2026, 3, 20), 60_000, "EUR"),),
        "reason": "quality",
        "owner": "Owner Bank SA",
        "payee": f"{EVIL}, FR76 3000 6000 0112 3456 7890 189",
    }
    return notice(**(given | changes))


def shown(markup: str) -> str:
    """What a mail program shows of a mail."""
    return unescape(re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("level", "kind"), SAID)
@pytest.mark.parametrize("make", [notice, full])
def test_every_level_of_every_policy_has_words(writer, language, level, kind, make):
    said = make(level=level, kind=NoticeKind(kind), language=language)
    written = writer.write(said)
    assert written.template.startswith(f"{language}/")
    for text in (written.subject, written.text, shown(written.html)):
        left = text.replace(EVIL, "")
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\*\*|Undefined|\[[a-z-]+\]|\bNone\b", left)
        assert "Owner Bank" not in text
    assert not re.search(r"\n\n\n|[ \t]\n", written.text)
    assert bool(written.html) == (kind != "call")
    assert not re.search(r"<b>|<img|<link|<script|href=|src=|url\(", written.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("level", "kind"), SAID)
def test_text_and_html_say_the_same(writer, language, level, kind):
    written = writer.write(full(level=level, kind=NoticeKind(kind), language=language))
    if written.html:
        words = set(re.findall(r"\w{5,}", shown(written.html).casefold()))
        assert set(re.findall(r"\w{5,}", written.text.casefold())) <= words


def test_languages_have_the_same_files_and_labels():
    names = {lang: {path.name for path in (FOLDER / lang).iterdir()} for lang in LANGUAGES}
    labels = {
        lang: tomllib.loads((FOLDER / lang / "labels.toml").read_text("utf-8"))
        for lang in LANGUAGES
    }
    for language in LANGUAGES:
        assert names[language] == names["en"]
        assert labels[language].keys() == labels["en"].keys()
        assert labels[language]["states"].keys() == labels["en"]["states"].keys()
        assert labels[language]["reasons"].keys() == labels["en"]["reasons"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_legal_words_say_who_has_read_them(language):
    assert "\nvalidated_by:" in (FOLDER / language / "formal-notice.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "money", "day", "words"),
    [
        ("fr", "1\u202f234,56\u00a0€", "17 mars 2026", "Mise en demeure"),
        ("en", "€1,234.56", "17 March 2026", "Formal notice (letter before action)"),
        ("de", "1.234,56\u00a0€", "17. März 2026", "Mahnung mit Fristsetzung"),
    ],
)
def test_a_formal_notice_says_so_with_amount_and_deadline(writer, language, money, day, words):
    said = notice(
        kind=NoticeKind.FORMAL_NOTICE,
        level="formal-notice",
        language=language,
        deadline=date(2026, 3, 17),
    )
    written = writer.write(said)
    for text in (written.text, written.html):
        assert money in text
        assert day in text
        assert words.casefold() in text.casefold()
        assert "SIREN 123 456 782" in text
        assert "1 rue Z" in text
    assert words in written.subject


def test_a_name_is_shown_and_never_obeyed(writer):
    said = full(kind=NoticeKind.FORMAL_NOTICE, level="formal-notice")
    written = writer.write(said)
    assert "&lt;b&gt;X &amp; Y&lt;/b&gt; {{7*7}}" in written.html
    assert "<b>X & Y</b> {{7*7}}" in written.text


def test_a_number_or_name_stays_on_its_line(writer):
    written = writer.write(
        notice(lines=(line("F-1\r\nTotal: 0"),), to=Recipient("c", name="A\n\nB"))
    )
    assert "F-1 Total: 0" in written.text
    assert "A B" in written.text


def test_the_same_notice_gives_the_same_words(writer):
    assert writer.write(full()) == Templates(shipped()).write(full())


@pytest.mark.parametrize("language", ["it", "", "EN", "en-GB", "../fr"])
def test_a_language_without_words_is_english(writer, language):
    assert writer.write(notice(language=language)).template.startswith("en/reminder@1-")


def test_a_level_has_its_own_words_or_those_of_its_kind(writer):
    for level, file in [
        ("second-reminder", "second-reminder"),
        ("any", "reminder"),
        ("../x", "reminder"),
    ]:
        assert writer.version(notice(level=level)).startswith(f"fr/{file}@1-")


def test_amounts_are_netted_as_the_totals_say(writer):
    text = writer.write(full(language="en", payee="")).text
    assert "your payment of €1,883.56 and US$1,234.56" in text
    assert "F-2, issued 1 Jan 2026, due 31 Jan 2026 (30 days late): €800.00 (of €1,200.00)" in text
    assert "Credits and payments not yet allocated: -€250.00" in text
    assert "Net balance: €1,883.56" in text
    assert "(disputed, being looked into): €450.00" in text
    assert "F-9, due 27 Feb 2026 (overdue): €99.00" in text


@pytest.mark.parametrize(
    ("tone", "words"),
    [
        ("reminder", "Reminder: invoice F-1 overdue"),
        ("final-reminder", "Final reminder: €1,234.56"),
    ],
)
def test_a_level_with_a_name_of_ones_own_speaks_in_its_tone(writer, tone, words):
    said = writer.write(notice(level="dernier avis avant suites", tone=tone, language="en"))

    assert said.subject.startswith(words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["second-reminder", "final-reminder", "formal-notice"])
def test_nobody_is_told_of_earlier_letters_that_were_not_written(writer, language, level):
    earlier = r"(?i)although we|in spite|malgré|en dépit|trotz|nos rappels|our reminders have"
    earlier += (
        r"|erinnerungen sind|second|deuxième|zweite|final|dernier|letzte|weiterhin offen|noch immer"
    )
    kind = NoticeKind.FORMAL_NOTICE if level == "formal-notice" else NoticeKind.REMINDER

    def told(first: bool) -> str:
        lines = (line("F-1", first=first), line("F-2"))
        said = writer.write(notice(level=level, kind=kind, language=language, lines=lines))
        return said.subject + said.text

    assert re.search(earlier, told(first=False))
    assert not re.search(earlier, told(first=True))


def test_a_reminder_asks_for_nothing_that_is_not_yet_due(writer):
    early = {"due": date(2026, 3, 4), "days_late": -2, "level": "courtesy", "first": True}
    said = writer.write(
        notice(
            level="second-reminder",
            language="en",
            lines=(line("F-1", 100_000), line("F-2", 50_000, **early)),
            totals=(Total("EUR", 150_000, 0, 0, 150_000),),
        )
    )

    assert said.subject == "Second reminder: €1,000.00 to pay"
    assert "Although we have written before, the following invoice is still unpaid" in said.text
    coming = said.text.index("Not yet overdue, for information:")
    assert said.text.index("F-1") < coming < said.text.index("F-2")
    assert "Invoices above: €1,000.00\nNot yet overdue: €500.00\nTotal: €1,500.00" in said.text
    assert "Not yet overdue, for information" in shown(said.html)
    assert "Reference: F-1\n" in said.text


def test_a_payer_reads_for_whom_it_pays(writer):
    to = Recipient("d-9/c1", name="Anne", email="ap@payer.example")
    said = writer.write(notice(language="en", debtor_name="Filiale Sud", to=to))

    assert "For the account of: Filiale Sud" in said.text
    assert "For the account of: Filiale Sud" in " ".join(shown(said.html).split())
    own = writer.write(notice(language="en", debtor_name="Filiale Sud", to=Recipient("c1")))
    assert "For the account of" not in own.text + own.html


def test_a_half_disputed_item_stands_with_what_is_chased_of_it(writer):
    also = (AlsoOpen("F-2", "EUR", 100_000, date(2026, 2, 1), "disputed", 60_000),)
    totals = (Total("EUR", 123_456, 60_000, 0, 183_456),)
    said = writer.write(notice(language="en", also_open=also, totals=totals))

    assert "F-2, due 1 Feb 2026 (overdue): €600.00 (of €1,000.00)" in said.text
    assert "€600.00 of €1,000.00" in " ".join(shown(said.html).split())


def test_the_first_of_a_month_is_written_as_the_french_do(writer):
    said = writer.write(notice(kind=NoticeKind.STATEMENT, level="", on=date(2026, 12, 1)))

    assert said.subject == "Relevé de compte au 1er décembre 2026"


@pytest.mark.parametrize(
    ("days", "words"),
    [(-5, "due in 5 days"), (-1, "due tomorrow"), (0, "due today"), (1, "1 day late")],
)
def test_lateness_in_words(writer, days, words):
    assert words in writer.write(notice(language="en", lines=(line(days_late=days),))).text


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (120_050, "EUR", "€1,200.50"),
        (1_200, "JPY", "JP¥1,200"),
        (1_200_505, "TND", "TND\u00a01,200.505"),
        (120_050, "RSD", "RSD\u00a01,200.50"),
        (1_200_505, "IQD", "IQD\u00a01,200.505"),
        (-120_050, "CHF", "-CHF\u00a01,200.50"),
    ],
)
def test_no_digit_of_an_amount_is_lost(minor, currency, shown):
    labels = Labels({"locale": "en_GB"})
    assert labels.money(minor, currency) == shown


def test_money_goes_to_the_account_of_its_currency(writer):
    lines = (line("F-1"), line("U-1", currency="USD"))
    text = writer.write(notice(creditor="kontor-west", language="en", lines=lines)).text
    euro, dollar = text.split("Payment by bank transfer (")[1:]
    assert "DE89 3704 0044 0532 0130 00" in euro
    assert "Reference: F-1" in euro
    assert "DE75 5121 0800 1245 1261 99" in dollar
    assert "Reference: U-1" in dollar


def test_money_goes_to_the_payee_of_the_notice_alone(writer):
    said = notice(language="en", payee="Depot AG: DE89370400440532013000", owner="Owner Bank SA")
    text = writer.write(said).text
    assert "to this account only" in text
    assert "Account holder: Depot AG\n" in text
    assert "IBAN: DE89 3704 0044 0532 0130 00" in text
    assert "FR76" not in text


def test_a_reference_is_no_longer_than_a_transfer_carries(writer):
    lines = tuple(line(f"INVOICE-2026-{number:04}") for number in range(40))
    text = writer.write(notice(language="en", lines=lines)).text
    reference = text.split("Reference: ")[1].splitlines()[0]
    assert len(reference) <= 140
    assert reference.startswith("INVOICE-2026-0000, INVOICE-2026-0001")


def test_an_unknown_creditor_is_refused(writer):
    with pytest.raises(UnknownError, match="acme"):
        writer.write(notice(creditor="acme"))


def test_a_hand_over_has_no_words(writer):
    with pytest.raises(RefusedError, match=r"no words for fr/gone\.md or fr/hand-over\.md"):
        writer.write(notice(level="gone", kind=NoticeKind.HAND_OVER))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("no head", r"reminder\.md:1: a file of words begins with a head"),
        ("---\ncolour: red\n---\n", r"reminder\.md:2: the head may say"),
        ("---\nsubject: s\n---\nfine\n\n{{ nobody }}\n", r"reminder\.md:6: 'nobody' is undefined"),
        ("---\nsubject: s\n---\nfine\n\n{{ broken\n}\n", r"reminder\.md:6: "),
        ("---\nsubject: s\n---\n{% if several %}\n\nx\n", r"reminder\.md:1: "),
        ("---\nsubject: {{ nobody }}\n---\nfine\n", r"reminder\.md:1: 'nobody' is undefined"),
        ("---\nsubject: s\n---\n[poem]\n", r"blocks/poem\.txt is missing"),
        ("---\nsubject: s\n---\n{{ debtor.name.__class__ }}\n", r"reminder\.md:4: "),
        ("---\nsubject: s\n---\n{{ 1 // (count - 1) }}\n", r"reminder\.md:4: ZeroDivisionError"),
    ],
)
def test_wrong_words_are_named_by_file_and_line(tmp_path, words, sentence):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "reminder.md").write_text(words, "utf-8")
    own = Templates(shipped(), (tmp_path, FOLDER))
    with pytest.raises(RefusedError, match=sentence) as refused:
        own.write(notice())
    assert EVIL not in str(refused.value)


def test_the_first_folder_that_has_a_file_wins(tmp_path, writer):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "reminder.md").write_text(
        "---\nsubject: À nous\nversion: 7\n---\nÀ & nous\n"
    )
    own = Templates(shipped(), (tmp_path, FOLDER))
    written = own.write(notice())
    assert written.subject == "À nous"
    assert written.template.startswith("fr/reminder@7-")
    assert "<p>À &amp; nous</p>" in written.html
    assert own.write(notice(level="second-reminder")) == writer.write(
        notice(level="second-reminder")
    )


def test_the_version_follows_every_part(tmp_path, writer):
    for name in ("mail.txt", "fr/labels.toml", "blocks/items.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text((FOLDER / name).read_text("utf-8").replace("Facture", "Note") + "\n# x\n")
        own = Templates(shipped(), (tmp_path, FOLDER))
        assert own.version(notice()) != writer.version(notice())
        path.unlink()
