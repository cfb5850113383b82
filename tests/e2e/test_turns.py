"""How well a message inside a form is read: the model's proposal and the rules of the form.

Measured on turns that were written for this and are kept apart from what the model learns.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.channels.rasa import RasaAssistant
from bot.config import ROOT, read_settings
from bot.domain.forms import CONFIRM, Draft, FieldValue
from bot.domain.replies import Reading
from bot.domain.turns import Turn, TurnReading, read_turn
from bot.fields import FieldReader
from bot.keys import rasa_secret
from tests.e2e.running import RunningDesk
from tests.fakes.threads import forms

pytestmark = pytest.mark.processes

LEARNT = ROOT / "intents" / "turns.tsv"
KEPT_APART = Path(__file__).parents[1] / "eval" / "turns_heldout.tsv"
RIGHT = 0.95
AT_ONCE = 50
TODAY = date(2026, 11, 24)


def labelled(path: Path) -> list[tuple[str, Turn, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [line.split("\t") for line in lines if line.strip()]
    return [(asked, Turn(label), text) for asked, label, text in parts]


def read(asked: str, text: str, reading: Reading) -> TurnReading:
    """Read a message where all earlier questions of the form are answered."""
    kind, _, name = asked.partition(".")
    form = forms()[kind]
    names = [entry.name for entry in form.fields]
    answered = names if name == CONFIRM else names[: names.index(name)]
    given = {entry: FieldValue("given", "given", "given") for entry in answered}
    draft = Draft("draft", "conversation", kind, datetime(2026, 11, 24, tzinfo=UTC), given, name)
    found = None if name == CONFIRM else FieldReader().read(form.field(name), text, TODAY)
    return read_turn(
        form,
        draft,
        reading,
        candidate=found.value if found else None,
        misfits=bool(found and found.problem),
    )


def test_turns_kept_apart_are_read_rightly(desk: RunningDesk) -> None:
    kept = labelled(KEPT_APART)
    assert len(kept) >= 100
    parses = asyncio.run(parsed(desk, [(asked, text) for asked, _, text in kept]))
    wrong: Counter[str] = Counter()
    for (asked, label, text), parse in zip(kept, parses, strict=True):
        turn = read(asked, text, Reading.from_parse(parse)).turn
        # An answer that cannot be right ("31 February") is known for an answer, and sent back.
        if turn is not label and (turn, label) != (Turn.MISFIT, Turn.ANSWER):
            wrong[f"{asked}: {text} is {label}, read as {turn}"] += 1
    right = 1 - wrong.total() / len(kept)
    assert right >= RIGHT, "\n".join([f"{right:.3f} right", *wrong])


def test_no_turn_kept_apart_is_learnt_from() -> None:
    learnt = labelled(LEARNT)
    assert len(learnt) >= 400
    pairs = {(asked, text.lower()) for asked, _, text in learnt}
    texts = {plain(text) for _, _, text in learnt}
    kept = labelled(KEPT_APART)
    assert not [text for asked, _, text in kept if (asked, text.lower()) in pairs]
    # "Nope" may be said to many questions; longer words may not be learnt after another one.
    assert not [
        text for _, _, text in kept if len(plain(text).split()) > 1 and plain(text) in texts
    ]


def plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


async def parsed(desk: RunningDesk, turns: list[tuple[str, str]]) -> list[dict[str, object]]:
    assistant = RasaAssistant(
        desk.parts["rasa"]["url"], rasa_secret(read_settings(desk.environment, None))
    )
    try:
        found: list[dict[str, object]] = []
        for start in range(0, len(turns), AT_ONCE):
            batch = [
                {"text": text, "asked": asked} for asked, text in turns[start : start + AT_ONCE]
            ]
            found += await assistant.parse(batch)
        return found
    finally:
        await assistant.close()
