"""Rasa's stock pipeline beside ours: the real one, on a handful of messages and few rounds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Settings, read_settings
from bot.domain.people import Role
from bot.evaluation.figures import intents
from bot.evaluation.page import page
from bot.evaluation.questions import Labelled
from bot.evaluation.stock import PIPELINE, StockPipeline
from bot.training import TrainingError

NOW = datetime(2026, 12, 10, 14, 0, tzinfo=UTC)
SMALL = """recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: DIETClassifier
    epochs: 30
"""
LEARNT = {
    "greet": ["hello", "hello there", "good morning", "morning all", "hi", "hey hello"],
    # The name of a figure in Rasa's own report.
    "accuracy": ["delete my data", "how long is data kept", "is data deleted", "keep data long"],
}


def labelled(text: str, intent: str) -> Labelled:
    return Labelled(text, Role.CUSTOMER, intent, (), False, "plain", frozenset())


def settings_in(folder: Path) -> Settings:
    return read_settings({"PRIVACYDESK_HOME": str(folder / "home")}, None)


@pytest.fixture
def small(tmp_path: Path) -> StockPipeline:
    pipeline, messages = tmp_path / "small.yml", tmp_path / "nlu"
    pipeline.write_text(SMALL, encoding="utf-8")
    messages.mkdir()
    for intent, texts in LEARNT.items():
        lines = "".join(f"    - {text}\n" for text in texts)
        (messages / f"{intent}.yml").write_text(
            f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{lines}', encoding="utf-8"
        )
    settings = settings_in(tmp_path)
    settings.home.mkdir(parents=True)
    return StockPipeline(settings, lambda _line: None, pipeline, messages)


@pytest.mark.processes
def test_it_learns_once_and_reads_every_question(small: StockPipeline) -> None:
    asked = [
        labelled("hello hello", "greet"),
        labelled("is my data\nkept long?", "accuracy"),
        labelled("[delete](x) my data: now", "greet"),
        labelled("hello hello", "accuracy"),
    ]
    judged = small.read(asked)
    assert [one.gold for one in judged] == asked
    assert [one.intent for one in judged] == ["greet", "accuracy", "accuracy", "greet"]
    assert intents(judged)["intent_accuracy"] == 0.5
    assert all(0 < one.confidence <= 1 and one.clauses == () for one in judged)
    learnt = small.model().stat().st_mtime_ns
    assert small.model().stat().st_mtime_ns == learnt
    (small.messages / "greet.yml").write_text('version: "3.1"\nnlu: [oh', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"stock\.log"):
        small.read(asked)


def test_the_pipeline_compared_with_is_rasas_own_and_learns_our_messages() -> None:
    text = PIPELINE.read_text(encoding="utf-8")
    assert "DIETClassifier" in text and "epochs: 100" in text
    assert "components.importer.CorpusImporter" in text
    assert "components.graph" not in text


def test_the_page_shows_its_figures_when_there_are_any() -> None:
    heading = "Rasa's stock pipeline"
    assert heading not in page([], {"n": 0}, "a file", NOW).replace("&#39;", "'")
    with_it = page([], {"n": 0, "stock_pipeline": {"intent_accuracy": 0.65}}, "a file", NOW)
    assert heading in with_it.replace("&#39;", "'") and "0.65" in with_it
