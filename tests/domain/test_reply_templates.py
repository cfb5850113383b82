"""Letters: what the law wants in each is in it, or it is not made."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from bot.domain.clocks import start_clocks
from bot.domain.errors import InvalidInput
from bot.domain.people import Channel, Role
from bot.domain.reply_templates import EXTENSION, TEMPLATES, compose, missing, templates_for
from bot.domain.tickets import Kind, Status, Ticket
from bot.store.library import load_library

LIBRARY = load_library()
TODAY = date(2026, 11, 24)
RECEIVED = datetime(2026, 11, 23, 17, tzinfo=UTC)

COMPLETE = {
    "reply": {"words": "We have looked into it."},
    "acknowledgement": {},
    "refusal": {"what": "the notes", "ground": "privilege", "reasons": "They are our counsel's."},
    "access_cover": {"enclosed": "bills", "use": "billing", "recipients": "nobody"},
    "complaint_outcome": {
        "finding": "justified", "looked_at": "the call", "reasons": "you had said no",
        "measures": "the list is mended",
    },
}  # fmt: skip
KINDS = {
    "reply": Kind.INQUIRY, "acknowledgement": Kind.INCIDENT, "refusal": Kind.ACCESS,
    "access_cover": Kind.ACCESS, "complaint_outcome": Kind.COMPLAINT,
}  # fmt: skip


def ticket(kind: Kind) -> Ticket:
    clocks = start_clocks(
        str(kind), RECEIVED, LIBRARY.zone, LIBRARY.calendar(), LIBRARY.kinds, uses=["everything"]
    )
    return Ticket(
        id=1, reference="PD-7K3M-9QXD", kind=kind, status=Status.RECEIVED, received_at=RECEIVED,
        received_local_date=RECEIVED.date(), channel=Channel.WEB, role=Role.CUSTOMER,
        person="web:pat", policy_version="1", calendar="strictest", fields={}, clauses_shown=(),
        clocks=clocks,
    )  # fmt: skip


def letter(name: str, parts: dict[str, str], kind: Kind | None = None) -> str:
    policy = LIBRARY.policy
    return compose(TEMPLATES[name], parts, ticket(kind or KINDS[name]), policy, TODAY)


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_letter_holds_all_that_was_written(name: str) -> None:
    text = letter(name, COMPLETE[name])
    for part, words in COMPLETE[name].items():
        choices = {p.name: p.choices for p in TEMPLATES[name].parts}[part]
        assert (choices[words] if choices else words) in text
    assert name == "reply" or "PD-7K3M-9QXD" in text


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (name, part.name)
        for name, template in TEMPLATES.items()
        if name != EXTENSION
        for part in template.parts
        if part.required
    ],
)
@pytest.mark.parametrize("left", ["", "  \n"])
def test_a_required_part_that_is_missing_stops_it(name: str, part: str, left: str) -> None:
    with pytest.raises(InvalidInput, match="Missing"):
        letter(name, {**COMPLETE[name], part: left})


def test_a_justified_complaint_needs_measures_and_another_does_not() -> None:
    outcome = {**COMPLETE["complaint_outcome"], "measures": ""}
    with pytest.raises(InvalidInput, match="Measures"):
        letter("complaint_outcome", outcome)
    assert "do not find" in letter("complaint_outcome", {**outcome, "finding": "unjustified"})


def test_a_ground_that_is_none_of_the_laws_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Ground"):
        letter("refusal", {**COMPLETE["refusal"], "ground": "too much work"})


def test_a_refused_access_names_the_six_months() -> None:
    assert "within six months (PIPEDA s.11(3))" in letter("refusal", COMPLETE["refusal"])
    assert "six months" not in letter("refusal", COMPLETE["refusal"], Kind.CORRECTION)


def test_a_letter_quotes_the_policy_word_for_word() -> None:
    text = letter("complaint_outcome", COMPLETE["complaint_outcome"])
    assert LIBRARY.policy.get("10.4").text in text
    assert LIBRARY.policy.get("9.3").text in letter("access_cover", COMPLETE["access_cover"])


def test_an_acknowledgement_gives_the_dates_that_run() -> None:
    known = ticket(Kind.COMPLAINT)
    text = compose(TEMPLATES["acknowledgement"], {}, known, LIBRARY.policy, TODAY)
    assert text.count("The Privacy Officer") == 2
    met = dataclasses.replace(known.clocks[0], met_at=RECEIVED)
    known = dataclasses.replace(known, clocks=(met, *known.clocks[1:]))
    text = compose(TEMPLATES["acknowledgement"], {}, known, LIBRARY.policy, TODAY)
    assert text.count("The Privacy Officer") == 1


@pytest.mark.parametrize("kind", Kind)
def test_a_letter_fits_its_kinds_alone(kind: Kind) -> None:
    fitting = {template.name for template in templates_for(kind)}
    assert (EXTENSION in fitting) is (kind is Kind.ACCESS)
    for name in COMPLETE.keys() - fitting:
        with pytest.raises(InvalidInput, match="does not fit"):
            letter(name, COMPLETE[name], kind)


def test_an_extension_needs_its_ground_and_why() -> None:
    assert missing(TEMPLATES[EXTENSION], {"until": "2027-01-15"}) == (
        "Ground in law", "Why, for the record",
    )  # fmt: skip
