"""What Rasa must know of the forms, held against its domain: a new offer needs no new model."""

from __future__ import annotations

import pytest
import yaml

from actions.requests import Ask, known_as, questions, slot
from bot.config import ROOT
from bot.domain.forms import CONFIRM
from bot.domain.tickets import Kind
from tests.fakes.threads import forms


@pytest.mark.parametrize("kind", [str(kind) for kind in Kind])
def test_rasa_knows_every_question_that_is_asked(kind: str) -> None:
    domain = yaml.safe_load((ROOT / "intents/domain" / f"{kind}.yml").read_text(encoding="utf-8"))
    for name in [*questions(forms()[kind]), CONFIRM]:
        assert slot(kind, name) in domain["slots"]
        assert Ask(lambda: None, kind, name).name() in domain["actions"]  # type: ignore[arg-type,return-value]


def test_what_is_offered_goes_by_one_name() -> None:
    form = forms()["access"]
    assert known_as(form, "period") == known_as(form, "representative") == "name"
    assert known_as(form, "reach") == "reach"
    assert known_as(form, CONFIRM) == CONFIRM
