"""The components as Rasa's graph sees them: thin shells around the models beside them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.clauses import Categories, ClauseModel, SentenceRanker
from components.corpus import Example, read_sentences, read_turns
from components.encoder import SentenceEncoder
from components.errors import PolicyMismatch
from components.intents import UNQUOTED, IntentModel
from components.language import LanguageReader
from components.policy import read_policy
from components.reading import Reading, encoded, is_payload, ranking, read_intents
from components.turns import TurnModel

READING = "reading"
POLICIES_KEPT = 16


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """One encoder a process, however many nodes of the graph need it."""
    return SentenceEncoder()


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


def labelled(training_data: TrainingData) -> List[Message]:
    """Return the messages of the corpus; Rasa adds others, such as the names of actions."""
    return [
        message
        for message in training_data.training_examples
        if message.get("text") and message.get("intent") and message.get("metadata")
    ]


def details_of(message: Message) -> Dict[Text, Any]:
    """Return the metadata of a live message."""
    return message.get("metadata") or {}


def readings_of(messages: List[Message]) -> List[Message]:
    return [message for message in messages if isinstance(message.get(READING), Reading)]


class _Shell(GraphComponent):
    """What every component here does alike."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage, self._resource = storage, resource

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Shell:
        return cls(model_storage, resource)

    @classmethod
    def required_packages(cls) -> List[Text]:
        return []

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing can be configured: what is learnt depends on the data alone."""


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False
)
class MessageEncoder(_Shell):
    """Cuts messages into what the encoder can see whole, and encodes them."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = labelled(training_data)
        examples = [example_of(message) for message in messages]
        vectors = shared_encoder().encode([example.text for example in examples])
        for message, example, vector in zip(messages, examples, vectors):
            part = [(example.text, vector)]
            message.set(READING, Reading(example.text, example.role, example.text, vector, part))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        live = [message for message in messages if not is_payload(message.get("text") or "")]
        pairs = [
            (message.get("text") or "", str(details_of(message).get("role") or "customer"))
            for message in live
        ]
        for message, reading in zip(live, encoded(shared_encoder(), pairs)):
            message.set(READING, reading)
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class IntentReader(_Shell, IntentClassifier):
    """Sets `intent`, `intent_ranking` and `language`."""

    _model: IntentModel
    _language: LanguageReader

    def train(self, training_data: TrainingData) -> Resource:
        messages = labelled(training_data)
        readings = [message.get(READING) for message in messages]
        self._model = IntentModel.train(
            [reading.text for reading in readings],
            [reading.role for reading in readings],
            np.stack([reading.vector for reading in readings]),
            [message.get("intent") for message in messages],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentReader:
        component = cls(model_storage, resource)
        component._language = LanguageReader()
        with model_storage.read_from(resource) as folder:
            component._model = IntentModel.load(folder)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        live = readings_of(messages)
        read_intents(self._model, [message.get(READING) for message in live])
        for message in live:
            ranked = ranking(self._model, message.get(READING))
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
            message.set("requests", [], add_to_output=True)
            message.set("language", self._language.read(message.get("text")), add_to_output=True)
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class ClauseRanker(_Shell):
    """Sets `clauses`, `answerable` and `policy_fingerprint`; ranks any policy's sentences."""

    _model: ClauseModel
    _intents: List[str]
    _rankers: Dict[Any, SentenceRanker]

    def train(self, training_data: TrainingData) -> Resource:
        messages = labelled(training_data)
        examples = [example_of(message) for message in messages]
        readings = [message.get(READING) for message in messages]
        intents = sorted({example.intent for example in examples})
        policy, generic = read_policy(), read_sentences()
        encoder = shared_encoder()
        categories = Categories.train(
            encoder.encode([sentence for _, sentence in generic]),
            [intent for intent, _ in generic],
            intents,
        )
        spans = policy.sentences()
        model = ClauseModel.train(
            policy,
            encoder.encode([policy.clauses[name][start:end] for name, (start, end) in spans]),
            categories,
            examples,
            np.stack([reading.vector for reading in readings]),
        )
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
            (folder / "intents.txt").write_text("\n".join(intents), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClauseRanker:
        """Load, or raise PolicyMismatch when the policy has changed since training."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            intents = (folder / "intents.txt").read_text(encoding="utf-8").split("\n")
            component._model = ClauseModel.load(folder, intents)
        trained, present = component._model.policy.fingerprint, read_policy().fingerprint
        if trained != present:
            raise PolicyMismatch(trained, present)
        component._intents, component._rankers = intents, {}
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        fingerprint = self._model.policy.fingerprint
        for message in messages:
            message.set("policy_fingerprint", fingerprint, add_to_output=True)
        live = readings_of(messages)
        if live:
            self._rank([message.get(READING) for message in live], live)
        return messages

    def _rank(self, readings: List[Reading], messages: List[Message]) -> None:
        vectors = np.stack([reading.vector for reading in readings])
        intents = np.stack([reading.intents for reading in readings])
        ranked = self._model.rank([reading.focus for reading in readings], vectors, intents)
        answerable = self._model.answerable(vectors)
        for message, clauses, sure in zip(messages, ranked, answerable):
            quoted = [] if message.get("intent")["name"] in UNQUOTED else clauses
            message.set("clauses", [clause.to_json() for clause in quoted], add_to_output=True)
            message.set("answerable", round(float(sure), 4), add_to_output=True)
            policy = details_of(message).get("policy")
            if policy:
                message.set("rank", self._scores(message, list(policy)), add_to_output=True)

    def _scores(self, message: Message, policy: List[str]) -> Dict[Text, Any]:
        key = tuple(policy)
        if key not in self._rankers:
            if len(self._rankers) >= POLICIES_KEPT:
                self._rankers.pop(next(iter(self._rankers)))
            vectors = shared_encoder().encode(policy)
            self._rankers[key] = SentenceRanker(policy, vectors, self._model.categories)
        reading = message.get(READING)
        scores = self._rankers[key].scores(
            [reading.focus], reading.vector[None], reading.intents[None]
        )[0]
        return {
            "scores": [round(float(score), 4) for score in scores],
            "answerable": round(float(np.clip(scores.max(), 0, 1)), 4),
        }


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class TurnReader(_Shell):
    """Sets `turn` when a form has asked something: the metadata says what."""

    _model: TurnModel

    def train(self, training_data: TrainingData) -> Resource:
        turns = read_turns()
        model = TurnModel.train(turns, shared_encoder().encode([turn.text for turn in turns]))
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TurnReader:
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = TurnModel.load(folder)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        for message in readings_of(messages):
            asked, reading = details_of(message).get("asked"), message.get(READING)
            if asked:
                turn = self._model.read(str(asked), reading.text, reading.vector)
                message.set("turn", turn, add_to_output=True)
        return messages
