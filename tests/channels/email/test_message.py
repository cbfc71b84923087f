"""A mail follows from its notice, byte for byte, and nothing in it can become a header."""

import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone

import pytest

from channels.email.addresses import cleaned, mailbox, split
from channels.email.message import compose, message_id
from models.chasing.notice import Recipient
from models.creditors import find
from models.errors import RefusedError
from models.ports import Attachment, Written

NORD = find("atelier-nord")
WORDS = Written("Facture échue", "Bonjour,\n.point\n", "<p>échue €</p>", "test@1-0")


def parsed(notice, words=WORDS):
    """The mail as a mail program reads it."""
    return email.message_from_bytes(
        compose(notice, words, NORD).as_bytes(), policy=email.policy.default
    )


def test_two_builds_are_one(notice):
    words = Written("s", "t", "<p>h</p>", "n", (Attachment("a.pdf", "application/pdf", b"%PDF"),))
    assert compose(notice(), words, NORD).as_bytes() == compose(notice(), words, NORD).as_bytes()
    assert compose(notice(), words, NORD).as_bytes() != compose(notice(2), words, NORD).as_bytes()


def test_a_mail_reads_as_it_was_written(notice):
    mail = parsed(notice())
    assert not mail.defects
    assert str(mail["Subject"]) == "Facture échue"
    assert mail["From"].addresses[0].display_name == "Atelier Nord, comptabilité clients"
    assert mail["To"].addresses[0].addr_spec == "jeanne.dupre@debtor.example"
    assert str(mail["Reply-To"]) == "reglements@atelier-nord.example"
    assert mail["Date"].datetime == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Bonjour,", ".point"]
    assert mail.get_body(("html",)).get_content().strip() == "<p>échue €</p>"


def test_a_mail_is_ascii_in_lines_of_a_length_all_servers_take(notice):
    long = Written("é" * 170, "x" * 3000 + "\n", "<p>" + "é" * 3000 + "</p>", "n")
    data = compose(notice(), long, NORD).as_bytes()
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_the_same_instant_is_the_same_mail_in_any_zone(notice):
    at = notice().at.astimezone(timezone(timedelta(hours=5)))
    once, again = (compose(n, WORDS, NORD).as_bytes() for n in (notice(), notice(at=at)))
    assert once == again


def test_a_thread_hangs_together_by_keys_alone(notice):
    keys = [notice(number).key for number in range(15)]
    mail = parsed(notice(99, thread=tuple(keys)))
    references = str(mail["References"]).split()
    assert references[0] == message_id(keys[0], NORD)
    assert references[1:] == [message_id(key, NORD) for key in keys[-10:]]
    assert mail["In-Reply-To"] == message_id(keys[-1], NORD)
    assert parsed(notice(99, thread=(keys[0],)))["References"] == message_id(keys[0], NORD)
    assert "References" not in parsed(notice(99))


@pytest.mark.parametrize(
    "evil", ["A\r\nBcc: spy@x.example", "A\nBcc: spy@x.example", "A\u2028B\x00"]
)
def test_no_name_and_no_subject_becomes_a_header(notice, evil):
    words = Written(evil, "t", "", "n", (Attachment(evil, "text/plain\r\nBcc: x", b""),))
    said = notice(
        to=Recipient("c-1", name=evil, email="a@x.example"),
        cc=(Recipient("c-2", name=evil, email="b@x.example"),),
    )
    mail = parsed(said, words)
    assert mail["Bcc"] is None
    assert len(mail["To"].addresses) == 1
    assert set(mail.keys()) <= set(parsed(notice(cc=said.cc)).keys())


@pytest.mark.parametrize(
    "name", ['Dupont, "Jo" <x@y.example>', "Dupré; Jürgen", "back\\slash", "x" * 120, "é" * 120]
)
def test_any_name_stays_a_name(notice, name):
    to = parsed(notice(to=Recipient("c-1", name=name, email="a@x.example")))["To"]
    assert [address.addr_spec for address in to.addresses] == ["a@x.example"]
    assert to.addresses[0].display_name.replace(" ", "") == name.replace(" ", "")


def test_copies_are_named_once_and_not_the_recipient(notice):
    cc = [Recipient(f"c-{n}", email=f"{who}@debtor.example") for n, who in enumerate("aab")]
    cc.append(Recipient("c-9", email=notice().to.email))
    addresses = parsed(notice(cc=tuple(cc)))["Cc"].addresses
    assert [address.username for address in addresses] == ["a", "b"]


def test_without_html_a_mail_is_plain(notice):
    mail = parsed(notice(), Written("s", "t\n", "", "n"))
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "t"


def test_files_keep_name_and_contents(notice):
    files = (
        Attachment("Relevé n° 1.pdf", "application/pdf", bytes(range(256))),
        Attachment('a"b\\c.csv', "text/csv", b"x;y\r\n"),
    )
    mail = parsed(notice(), Written("s", "t", "<p>h</p>", "n", files))
    assert mail.get_content_type() == "multipart/mixed"
    found = [
        (part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()
    ]
    assert found == [("Relevé n° 1.pdf", bytes(range(256))), ("a'b_c.csv", b"x;y\r\n")]


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("a.b+tag@x.example", "a.b+tag@x.example"),
        (" a@x.example ", "a@x.example"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("rené@x.example", "rené@x.example"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_an_address_is_put_as_servers_take_it(address, clean):
    assert mailbox(address, "contact c-1") == clean


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@x.example",
        "a@",
        "a b@x.example",
        "a@x..example",
        "a@-x.example",
        "a@x.example\r\nRCPT TO:<b@y.example>",
        "a\x00@x.example",
        "<a@x.example>",
        "a,b@x.example",
        "a@b@x.example",
        "a@straße.example",
        "a" * 65 + "@x.example",
        "a@" + "x" * 64 + ".example",
        "a@" + "x.".join(["y"] * 140),
    ],
)
def test_what_is_no_address_is_refused_by_contact_not_by_name(address):
    with pytest.raises(RefusedError) as refused:
        mailbox(address, "contact c-1")
    assert str(refused.value) == "contact c-1 has no e-mail address that mail can be sent to"


def test_a_name_before_an_address_may_hold_commas():
    assert split('"Nord, SAS" <a@x.example>') == ("Nord, SAS", "a@x.example")
    assert split("a@x.example") == ("", "a@x.example")


def test_a_cleaned_text_is_one_visible_line():
    assert cleaned("a\r\n b\tc\u202e\u200b d") == "a b c d"
