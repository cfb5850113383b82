"""Hands the corpus to Rasa without its YAML reader, which takes minutes for thousands of lines."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.corpus import NLU, Example, read_examples


class CorpusImporter(TrainingDataImporter):
    """Reads `nlu/` itself, line by line with reasons, and leaves all else to Rasa."""

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
        **kwargs: Any,
    ) -> None:
        paths = (
            [training_data_paths]
            if isinstance(training_data_paths, str)
            else (training_data_paths or [])
        )
        others = [path for path in paths if Path(path).resolve() != NLU]
        self._rasa = RasaFileImporter(config_file, domain_path, others)

    def get_domain(self) -> Domain:
        return self._rasa.get_domain()

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        return self._rasa.get_stories(exclusion_percentage)

    def get_config(self) -> Dict[Text, Any]:
        return self._rasa.get_config()

    def get_config_file_for_auto_config(self) -> Optional[Text]:
        return self._rasa.get_config_file_for_auto_config()

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        return TrainingData([message(example) for example in read_examples(NLU.glob("*.yml"))])


class ExampleMessage(Message):
    """A message of the corpus: what it is does not change, so it is hashed once and not copied.

    Rasa hashes and copies every message a dozen times, which takes longer than learning.
    """

    def fingerprint(self) -> Text:
        if self._cached_fingerprint is None:
            fields = (self.get("text"), self.get("intent"), self.get("metadata"))
            self._cached_fingerprint = sha256(repr(fields).encode("utf-8")).hexdigest()
        return self._cached_fingerprint

    def set(self, prop: Text, info: Any, add_to_output: bool = False) -> None:
        """Set what a component has found out: it is not part of the example's identity."""
        self.data[prop] = info

    def __deepcopy__(self, memo: Dict[int, Any]) -> ExampleMessage:
        return self


def message(example: Example) -> ExampleMessage:
    return ExampleMessage(
        data={
            "text": example.text,
            "intent": example.intent,
            "metadata": {
                "example": {
                    "clauses": list(example.clauses),
                    "answerable": example.answerable,
                    "role": example.role,
                    "style": example.style,
                }
            },
        }
    )
