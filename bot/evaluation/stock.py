"""Rasa's stock pipeline, trained on the same messages: what the desk's own is compared with."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.evaluation.questions import Judged, Labelled
from bot.training import INTENTS, Say, file_digest, run_in_rasa, train_into

PIPELINE = Path(__file__).with_name("stock.yml")
READER = Path(__file__).with_name("stock_reader.py")
LOG = "stock.log"


@dataclass(frozen=True, slots=True)
class StockPipeline:
    """A pipeline of Rasa's own, and the folder of messages that it learns from."""

    settings: Settings
    say: Say
    pipeline: Path = PIPELINE
    messages: Path = INTENTS / "nlu"

    def read(self, questions: Sequence[Labelled]) -> list[Judged]:
        """Read each question; trains first where these messages were not learnt before.

        No clause and no `answerable` comes of it: it knows intents alone. Raises TrainingError.
        """
        model = self.model()
        with tempfile.TemporaryDirectory(dir=self.settings.home) as folder:
            asked, found = Path(folder) / "asked.json", Path(folder) / "found.json"
            asked.write_text(json.dumps([one.text for one in questions]), encoding="utf-8")
            command = (str(READER), str(model), str(asked), str(found))
            run_in_rasa(self.settings, command, LOG, self.say)
            read = json.loads(found.read_text(encoding="utf-8"))
        return [_judged(one, intent) for one, intent in zip(questions, read, strict=True)]

    def model(self) -> Path:
        """Return the model of these messages and this pipeline, training it once."""
        folder = self.settings.home / "models"
        folder.mkdir(parents=True, exist_ok=True)
        model = folder / f"stock-{self._digest()[:16]}.tar.gz"
        if not model.is_file():
            self.say("Training Rasa's stock pipeline, an hour or so ...")
            for older in folder.glob("stock-*.tar.gz"):
                older.unlink()
            what = ("nlu", "--config", str(self.pipeline), "--nlu", str(self.messages))
            train_into(self.settings, model, what, LOG, self.say)
        return model

    def _digest(self) -> str:
        files = [self.pipeline, *sorted(self.messages.glob("*.yml"))]
        return hashlib.sha256("".join(map(file_digest, files)).encode()).hexdigest()


def _judged(gold: Labelled, intent: Mapping[str, Any]) -> Judged:
    """The reading of a question; a text of which nothing is known has no intent."""
    return Judged(gold, str(intent["name"]), float(intent["confidence"]), (), 0.0)
