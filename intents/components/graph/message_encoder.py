"""The first component: what every reader after it looks at."""

from __future__ import annotations

from pathlib import Path
from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.graph.shell import (
    GRAMS,
    READING,
    SECOND,
    Shell,
    details_of,
    example_of,
    labelled,
    shared_encoder,
)
from components.ngrams import NGrams
from components.reading import PartReader, is_payload, read_messages
from components.requests import segments
from components.tuning import TaughtEncoder, teach


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessageEncoder(Shell):
    """Cuts messages into what the encoder can see whole, and reads every part."""

    _reader: PartReader

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        examples = [example_of(message) for message in labelled(training_data)]
        NGrams.learn([example.text for example in examples]).save(folder / "ngrams.json")
        teach(shared_encoder(), examples).save(folder / "taught.npz")

    def restore(self, folder: Path) -> None:
        encoder = TaughtEncoder.load(folder / "taught.npz", shared_encoder())
        self._reader = PartReader(encoder, NGrams.load(folder / "ngrams.json"))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the n-grams alone: on what it was taught, the encoder is too sure to learn from."""
        messages = labelled(training_data)
        examples = [example_of(message) for message in messages]
        rows = self._reader.grams.rows(
            [example.text for example in examples], [example.role for example in examples]
        )
        for place, message in enumerate(messages):
            message.set(GRAMS, rows[place])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        live = [message for message in messages if not is_payload(message.get("text") or "")]
        pairs = [
            (message.get("text") or "", str(details_of(message).get("role") or "customer"))
            for message in live
        ]
        for message, reading in zip(live, read_messages(self._reader, pairs)):
            message.set(READING, reading)
            asking = segments(reading.text)
            message.set(SECOND, self._reader.read(asking, [reading.role] * len(asking)))
            message.set("clause_ids", self._reader.encoder.clauses)
        return messages
