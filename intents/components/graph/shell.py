"""What every component of Rasa's graph does alike, around the models beside this folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.corpus import Example
from components.encoder import SentenceEncoder
from components.reading import Reading

# What one component leaves on a message for the next.
READING = "reading"
GRAMS = "grams"
SECOND = "second"


class Shell(GraphComponent):
    """Learns into a folder of the model, and is restored from it."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage, self._resource = storage, resource

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn from the corpus, and write what is learnt."""
        raise NotImplementedError

    def restore(self, folder: Path) -> None:
        """Take up what was learnt."""
        raise NotImplementedError

    def train(self, training_data: TrainingData) -> Resource:
        with self._storage.write_to(self._resource) as folder:
            self.learn(training_data, folder)
        return self._resource

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Shell:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Shell:
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.restore(folder)
        return component

    @classmethod
    def required_packages(cls) -> List[Text]:
        return []

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing can be configured: what is learnt depends on the data alone."""


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """One encoder a process, however many nodes of the graph need it."""
    return SentenceEncoder()


def labelled(training_data: TrainingData) -> List[Message]:
    """Return the messages of the corpus; Rasa adds others, such as the names of actions."""
    return [
        message
        for message in training_data.training_examples
        if message.get("text") and message.get("intent") and message.get("metadata")
    ]


def example_of(message: Message) -> Example:
    """Return the labelled example that a training message was made from."""
    fields = (message.get("metadata") or {}).get("example") or {}
    return Example(
        message.get("text"),
        message.get("intent"),
        tuple(fields.get("clauses") or ()),
        bool(fields.get("answerable")),
        fields.get("role", "customer"),
        fields.get("style", "plain"),
    )


def details_of(message: Message) -> Dict[Text, Any]:
    """Return the metadata of a live message."""
    return message.get("metadata") or {}


def read_ones(messages: List[Message]) -> List[Message]:
    return [message for message in messages if isinstance(message.get(READING), Reading)]
