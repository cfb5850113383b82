"""Which lines of the access application are ticked by the person's words."""

from __future__ import annotations

import pytest

from bot.domain.schedule_a import CATEGORIES, wanted
from bot.domain.tickets import Kind
from tests.documents.test_documents import ticket

ALL = {category.name for category in CATEGORIES}


@pytest.mark.parametrize(
    ("words", "ticked"),
    [
        ("everything", ALL),
        ("all my data please", ALL),
        ("toutes mes données", ALL),
        ("my bills and who has seen them", {"invoices", "disclosures"}),
        ("the recording of my call with support", {"recordings", "support"}),
        ("le détail de mes appels et les notes au dossier", {"invoices", "notes"}),
        ("my credit check", {"credit"}),
        ("what it was used for and where you got my number", {"uses", "source"}),
        ("what you know of me", set()),
    ],
)
def test_words_tick_what_they_name(words: str, ticked: set[str]) -> None:
    assert wanted(ticket(Kind.ACCESS, what=words)) == ticked
