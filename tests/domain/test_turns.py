"""What one message inside a form is: the classifier proposes, what the message fits decides."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain.forms import CONFIRM, Draft, FieldValue
from bot.domain.replies import Reading
from bot.domain.turns import Turn, read_turn
from bot.fields import FieldReader
from bot.store.forms import load_forms
from bot.store.library import DATA, load_library

FORMS = load_forms(DATA / "forms", load_library(DATA).policy)
TODAY = date(2026, 11, 24)


def read(asked: str, text: str, proposed: str) -> tuple[Turn, str | None]:
    """Read a message where all earlier questions of the form are answered."""
    kind, _, name = asked.partition(".")
    form = FORMS[kind]
    names = [entry.name for entry in form.fields]
    answered = names if name == CONFIRM else names[: names.index(name)]
    given = {entry: FieldValue("given", "given", "given") for entry in answered}
    draft = Draft("draft", "conversation", kind, datetime(2026, 11, 24, tzinfo=UTC), given, name)
    found = None if name == CONFIRM else FieldReader().read(form.field(name), text, TODAY)
    reading = Reading("inform", 0.9, turn=proposed, text=text)
    turn = read_turn(
        form,
        draft,
        reading,
        candidate=found.value if found else None,
        misfits=bool(found and found.problem),
    )
    return turn.turn, turn.field


@pytest.mark.parametrize(
    ("asked", "text", "proposed", "expected"),
    [
        ("complaint.what", "They read my bill out at the counter", "answer", Turn.ANSWER),
        ("complaint.what", "who will see this?", "question", Turn.QUESTION),
        ("complaint.when", "hier", "not_understood", Turn.ANSWER),
        ("complaint.when", "banana", "answer", Turn.NOT_UNDERSTOOD),
        ("complaint.when", "31 February 2024", "answer", Turn.MISFIT),
        ("complaint.when", "good morning", "not_understood", Turn.NOT_UNDERSTOOD),
        ("complaint.when", "I don’t know.", "not_understood", Turn.ANSWER),
        ("incident.contained", "I don't know", "not_understood", Turn.ANSWER),
        ("incident.contained", "why is my internet slow", "answer", Turn.QUESTION),
        ("incident.contained", "please tell me who sees this", "answer", Turn.QUESTION),
        ("complaint.outcome", "tell me who saw it", "answer", Turn.ANSWER),
        ("access.what", "Everything!", "other_request", Turn.ANSWER),
        ("complaint.reach", "joan@example.ca, not the old one", "correction", Turn.ANSWER),
        ("complaint.reach", "joan@example.ca", "other_request", Turn.ANSWER),
        ("complaint.reach", "bob@", "answer", Turn.MISFIT),
        ("withdrawal.uses", "stop calling me", "other_request", Turn.ANSWER),
        ("withdrawal.uses", "forget it", "cancel", Turn.CANCEL),
        ("complaint.reach", "no", "no", Turn.NO),
        ("complaint.confirm", "yes", "yes", Turn.YES),
        ("complaint.confirm", "he laughed as well", "answer", Turn.CORRECTION),
        ("complaint.confirm", "Nothing to add.", "no", Turn.KEEP),
        ("complaint.confirm", "that’s all", "answer", Turn.KEEP),
        ("complaint.confirm", "rien à ajouter", "correction", Turn.KEEP),
        ("complaint.confirm", "nothing happened to him", "answer", Turn.CORRECTION),
    ],
)
def test_what_a_message_is(asked: str, text: str, proposed: str, expected: Turn) -> None:
    turn, _ = read(asked, text, proposed)
    assert turn is expected


@pytest.mark.parametrize(
    ("asked", "text", "field"),
    [
        ("complaint.confirm", "sorry, the number ends in 41", "reach"),
        ("complaint.confirm", "almost, but the date is wrong", "when"),
        ("complaint.reach", "no wait, it was Tuesday", "when"),
        ("withdrawal.confirm", "change the account please", "details"),
    ],
)
def test_a_correction_names_its_field(asked: str, text: str, field: str) -> None:
    assert read(asked, text, "correction") == (Turn.CORRECTION, field)
