"""Documents: what each must say, that a screen reader can read it, and that any words go in."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.documents import Attached, Letterhead, Spoken, application, receipt, ticket_file
from bot.documents.typesetting import Document, Pairs, Prose, Section, showable, typeset
from bot.domain.clocks import start_clocks
from bot.domain.dates import spoken
from bot.domain.forms import Form
from bot.domain.people import Channel, Role
from bot.domain.tickets import Event, Fact, Kind, Status, Ticket
from bot.locale import translator
from bot.store.forms import load_forms
from bot.store.library import DATA
from tests.fakes.desks import shipped_library

RECEIVED = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
LIBRARY = shipped_library()
FORMS: Mapping[str, Mapping[str, Form]] = {
    "en": load_forms(DATA / "forms", LIBRARY.policy),
    "fr": load_forms(DATA / "forms" / "fr", LIBRARY.policy),
}
HOSTILE = '#read("/etc/passwd") $x$ *bold* _it_ <script>alert(1)</script> @ref ```raw``` \\u{41}'


def ticket(kind: Kind, uses: tuple[str, ...] = (), **answers: str) -> Ticket:
    fields: dict[str, Any] = {
        name: {"words": words, "value": words, "said": words} for name, words in answers.items()
    }
    if uses:
        fields["uses"] = {"words": "", "value": ",".join(uses), "said": ", ".join(uses)}
    return Ticket(
        id=1,
        reference="PD-7K3M-9QXD",
        kind=kind,
        status=Status.RECEIVED,
        received_at=RECEIVED,
        received_local_date=RECEIVED.date(),
        channel=Channel.WEB,
        role=Role.CUSTOMER,
        person="web:someone",
        policy_version=LIBRARY.policy.edition,
        calendar="strictest ON",
        fields=fields,
        clauses_shown=("10.5",),
        clocks=start_clocks(
            str(kind), RECEIVED, LIBRARY.zone, LIBRARY.calendar(), LIBRARY.kinds, uses=uses
        ),
    )


def head(kind: Kind, language: str = "en") -> Letterhead:
    return Letterhead(
        LIBRARY.company,
        LIBRARY.complaint_procedure,
        "https://desk.example",
        FORMS[language][str(kind)],
        translator(language),
    )


def words(pdf: bytes) -> str:
    """The text of a PDF, in one line, as a screen reader gets it."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_receipt_names_reference_and_every_date(kind: Kind, language: str) -> None:
    uses = ("everything",) if kind is Kind.WITHDRAWAL else ()
    filed = ticket(kind, uses, what="They read my bill out loud", reach="jo@example.ca")
    text = words(receipt(filed, head(kind, language)))
    assert filed.reference in text
    assert "They read my bill out loud" in text
    for clock in filed.clocks:
        assert spoken(clock.due, language) in text
        assert all(spoken(step.date, language) in text for step in clock.explain)
    assert LIBRARY.company.regulator.phone in text


def test_every_document_is_tagged_titled_and_has_its_fonts_in_it() -> None:
    filed = ticket(Kind.ACCESS, what="everything")
    for made, language in (
        (receipt(filed, head(Kind.ACCESS, "fr")), "fr-CA"),
        (application(filed, head(Kind.ACCESS)), "en-CA"),
        (ticket_file(filed, head(Kind.ACCESS), LIBRARY.policy), "en-CA"),
    ):
        reader = PdfReader(io.BytesIO(made))
        root: Any = reader.trailer["/Root"]
        assert bool(root["/MarkInfo"]["/Marked"].value)
        assert root["/Lang"] == language
        assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"].value)
        assert reader.metadata is not None
        assert filed.reference in str(reader.metadata.title)
        for page in reader.pages:
            resources: Any = page["/Resources"]
            for font in resources["/Font"].values():
                descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
                assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


# The eight points: PIPEDA Schedule 1, 4.3.8; policy 3.6; the Commissioner's guidance on consent.
POINTS = (
    "What you withdraw", "What stops, and from when", "What it means for your service",
    "What cannot stop", "Notice", "What is past", "If you change your mind", "Where to complain",
)  # fmt: skip


def test_the_receipt_of_a_withdrawal_states_the_eight_points() -> None:
    filed = ticket(Kind.WITHDRAWAL, ("marketing_messages", "analytics"), reach="jo@example.ca")
    text = words(receipt(filed, head(Kind.WITHDRAWAL)))
    places = [text.index(f"{number}. {point}") for number, point in enumerate(POINTS, start=1)]
    assert places == sorted(places)
    assert "Your consent to: marketing e-mails and texts; usage analytics." in text
    marketing = filed.clock("marketing_messages")
    assert marketing is not None
    assert f"Marketing messages: by {spoken(marketing.due)} (CASL s.11(3))." in text
    assert "The rest as soon as the Privacy Officer has acted on it" in text


def test_what_has_a_clock_of_its_own_is_not_left_to_the_rest() -> None:
    filed = ticket(Kind.WITHDRAWAL, ("marketing_messages",))
    text = words(receipt(filed, head(Kind.WITHDRAWAL)))
    assert "The rest as soon as" not in text


def test_an_application_has_every_field_of_schedule_a() -> None:
    filed = ticket(
        Kind.ACCESS, what="My invoices and call recordings", find="4417 2209", reach="jo@example.ca"
    )
    text = words(application(filed, head(Kind.ACCESS)))
    for wanted in (
        "Name", "Customer (through Customer Service)", "4417 2209", "jo@example.ca", "Period",
        "Correction sought", "Alternative format", "name and authority", "Tuesday 24 November 2026",
        "Identity: method and result", "Fee quoted and accepted", "Thursday 24 December 2026",
        "used only for this request", "within 30 days of receipt", "may be extended", "It is free",
        "Privacy Commissioner of Canada", "social insurance number", "a password", "your reasons",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "Invoices and call details (ticked)" in text
    assert "Call recordings (ticked)" in text
    assert "Credit information (not ticked)" in text


def test_an_application_holds_what_was_added_to_it() -> None:
    added: dict[str, Any] = {
        "period": "since January 2025", "delivery": "a secure download", "format": "large print",
        "representative": "my daughter Ana, by power of attorney", "correction": "my street number",
        "name": "Rita Vale",
    }  # fmt: skip
    filed = ticket(Kind.ACCESS, what="everything", find="77120", reach="rita@example.org", **added)
    text = words(application(filed, head(Kind.ACCESS)))
    assert [told for told in added.values() if told not in text] == []


def test_the_file_of_a_ticket_holds_everything_kept() -> None:
    plain = ticket(Kind.COMPLAINT, what="They read my bill out loud")
    at = RECEIVED
    filed = Ticket(
        **{
            **{name: getattr(plain, name) for name in plain.__slots__},
            "events": (Event(at, "officer", "extend", "consultations", {"due": "2026-12-24"}),),
            "facts": (
                Fact("reply", 1, at, "officer", {"text": "We have looked into it."}),
                Fact("finding", 1, at, "officer", {"justified": True, "measures": "training"}),
            ),
            "notices": (
                {"clock": "respond", "threshold": "2bd", "by": "e-mail", "state": "sent",
                 "sent_at": "2026-12-10T14:00:00+00:00", "planned_for": ""},
            ),
        }
    )  # fmt: skip
    said = [Spoken(at, "requester", "The clerk was loud."), Spoken(at, "desk", "I am sorry.")]
    files = [Attached("letter.pdf", 23_000, at, "requester")]
    text = words(ticket_file(filed, head(Kind.COMPLAINT), LIBRARY.policy, said, files))
    for wanted in (
        "They read my bill out loud", "consultations", "We have looked into it.", "training",
        "respond, 2bd", "The clerk was loud.", "I am sorry.", "letter.pdf", "23,000",
    ):  # fmt: skip
        assert wanted in text, wanted
    clause = " ".join(LIBRARY.policy.get("10.5").text.split())
    assert clause[:80] in text


def test_what_a_person_wrote_is_text_and_never_markup() -> None:
    filed = ticket(Kind.COMPLAINT, what=HOSTILE)
    text = words(receipt(filed, head(Kind.COMPLAINT)))
    assert HOSTILE in text


def of_words(text: str) -> Document:
    section = Section("About", [Prose(text), Prose(text, quoted=True), Pairs([("Said", text)])])
    return Document("en", "Title", "Sender", text, "foot", "{page}/{pages}", [section])


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_words_can_be_set(text: str) -> None:
    assert typeset(of_words(text)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("L’été à Noël : « œuvre » … – —", "L’été à Noël : « œuvre » … – —"),
        ("e\u0301te", "éte"),
        ("fine 😀", "fine [grinning face]"),
        ("a\u202egnp.exe\x00", "agnp.exe"),
        ("one\r\ntwo\tthree", "one\ntwo three"),
    ],
)
def test_what_the_typeface_lacks_is_named(written: str, shown: str) -> None:
    assert showable(written) == shown
