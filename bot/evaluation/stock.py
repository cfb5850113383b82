"""Rasa's stock pipeline, trained on the same messages: what the desk's own is compared with."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.evaluation.questions import Judged, Labelled
from bot.training import INTENTS, Say, TrainingError, file_digest, run_rasa

PIPELINE = Path(__file__).with_name("stock.yml")
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
            asked, results = Path(folder) / "asked.yml", Path(folder) / "results"
            asked.write_text(_as_examples(questions), encoding="utf-8")
            command = ("test", "nlu", "--model", str(model), "--nlu", str(asked))
            how = ("--out", str(results), "--no-plot", "--successes")
            run_rasa(self.settings, (*command, *how), LOG, self.say)
            found = dict(_predictions(results))
        return [_judged(one, found) for one in questions]

    def model(self) -> Path:
        """Return the model of these messages and this pipeline, training it once."""
        folder = self.settings.home / "models"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"stock-{self._digest()[:16]}"
        model = folder / f"{name}.tar.gz"
        if not model.is_file():
            self.say("Training Rasa's stock pipeline, an hour or so ...")
            for older in folder.glob("stock-*.tar.gz"):
                older.unlink()
            command = ("train", "nlu", "--config", str(self.pipeline), "--nlu", str(self.messages))
            place = ("--out", str(folder), "--fixed-model-name", name)
            run_rasa(self.settings, (*command, *place), LOG, self.say)
        return model

    def _digest(self) -> str:
        files = [self.pipeline, *sorted(self.messages.glob("*.yml"))]
        return hashlib.sha256("".join(map(file_digest, files)).encode()).hexdigest()


def _as_examples(questions: Sequence[Labelled]) -> str:
    """The questions as Rasa reads them; a JSON string is a YAML string."""
    lines = [
        f"- intent: {one.intent}\n  examples:\n  - text: {json.dumps(_plain(one.text))}\n"
        for one in questions
    ]
    return 'version: "3.1"\nnlu:\n' + "".join(lines)


def _plain(text: str) -> str:
    """The text without what Rasa takes for the marks of an entity."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())


def _predictions(results: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("intent_successes.json", "intent_errors.json"):
        path = results / name
        for entry in json.loads(path.read_text(encoding="utf-8")) if path.is_file() else ():
            yield entry["text"], entry["intent_prediction"]


def _judged(gold: Labelled, found: dict[str, dict[str, Any]]) -> Judged:
    try:
        read = found[_plain(gold.text)]
        return Judged(gold, str(read["name"]), float(read["confidence"]), (), 0.0)
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError("the stock pipeline left a question unread") from error
