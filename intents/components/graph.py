"""The components as Rasa's graph sees them: thin shells around the models beside them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from components.categories import (
    Categories,
    PassageRanker,
    fits_any,
    sentences_of,
    spans_of,
)
from components.clauses import ClauseModel
from components.corpus import NLU, Example, read_sentences, read_turns
from components.disclosure import FactReader
from components.disclosure_corpus import read_stories
from components.encoder import SentenceEncoder
from components.errors import CorpusUnreadable, PolicyMismatch
from components.intents import SMALL_TALK, UNQUOTED, IntentModel
from components.language import LanguageReader
from components.ngrams import STAFF, NGrams
from components.policy import read_policy
from components.reading import (
    Part,
    PartReader,
    Reading,
    choose_focus,
    is_payload,
    question,
    ranking,
    read_intents,
    read_messages,
)
from components.requests import distinct, segments
from components.tuning import TaughtEncoder, teach
from components.turns import TurnModel

READING = "reading"
GRAMS = "grams"
SECOND = "second"
POLICIES_KEPT = 16
# Each of two requests must be this sure: a story told in two sentences is one.
SURE = 0.6
DISCLOSURES = ("disclosure_customer", "disclosure_employee")
# "Her landlord is on the line and wants the balance": told, not asked, it looks like these.
PERHAPS = ("out_of_scope", "ticket_status")
UNREQUESTED = SMALL_TALK | {"out_of_scope"}


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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessageEncoder(_Shell):
    """Cuts messages into what the encoder can see whole, and reads every part."""

    _reader: PartReader

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example_of(message) for message in labelled(training_data)]
        grams = NGrams.learn([example.text for example in examples])
        encoder = teach(shared_encoder(), examples)
        with self._storage.write_to(self._resource) as folder:
            grams.save(folder / "ngrams.json")
            encoder.save(folder / "taught.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageEncoder:
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            encoder = TaughtEncoder.load(folder / "taught.npz", shared_encoder())
            component._reader = PartReader(encoder, NGrams.load(folder / "ngrams.json"))
        return component

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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(_Shell, IntentClassifier):
    """Sets `intent`, `intent_ranking` and `language`."""

    _model: IntentModel
    _language: LanguageReader

    def train(self, training_data: TrainingData) -> Resource:
        messages = labelled(training_data)
        self._model = IntentModel.train(
            vstack([message.get(GRAMS) for message in messages]),
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
        live = read_ones(messages)
        parts = [part for message in live for part in message.get(READING).parts]
        read_intents(self._model, parts + [p for message in live for p in message.get(SECOND)])
        for message in live:
            reading: Reading = message.get(READING)
            choose_focus(self._model, reading)
            ranked = ranking(self._model, reading.focus)
            if not reading.readable:
                ranked = [{"name": "out_of_scope", "confidence": 0.0}]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
            message.set("language", self._language.read(reading.text), add_to_output=True)
            if details_of(message).get("policy"):
                message.set("by_spelling", self._model.by_spelling(reading.focus.grams))
            message.set(SECOND, self._requests(message.get(SECOND)))
        return messages

    def _requests(self, parts: List[Part]) -> List[Any]:
        """Return (intent, part) of each separate request, or nothing when there is but one."""
        found = [(ranking(self._model, part)[0], part) for part in parts]
        sure = [
            (intent, part)
            for intent, part in found
            if intent["confidence"] >= SURE and intent["name"] not in UNREQUESTED
        ]
        places = distinct([intent["name"] for intent, _ in sure])
        return [sure[place] for place in places] if len(places) > 1 else []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClauseRanker(_Shell):
    """Sets `clauses`, `answerable`, `requests`, `policy_fingerprint`; ranks any policy too."""

    _model: ClauseModel
    _rankers: Dict[Any, PassageRanker]

    def train(self, training_data: TrainingData) -> Resource:
        messages = labelled(training_data)
        examples = [example_of(message) for message in messages]
        intents = sorted({example.intent for example in examples})
        generic, policy, encoder = read_sentences(), read_policy(), shared_encoder()
        check_clauses(examples, list(policy.clauses))
        categories = Categories.train(
            encoder.encode([sentence for _, sentence in generic]),
            [intent for intent, _ in generic],
            intents,
        )
        model = ClauseModel.train(
            policy,
            encoder.encode(passages_of(list(policy.clauses.values()))),
            categories,
            examples,
            vstack([message.get(GRAMS) for message in messages]),
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
        component._rankers = {}
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        fingerprint = self._model.policy.fingerprint
        for message in messages:
            message.set("policy_fingerprint", fingerprint, add_to_output=True)
            message.set("clauses", [], add_to_output=True)
            message.set("answerable", 0.0, add_to_output=True)
            message.set("requests", [], add_to_output=True)
        for message in read_ones(messages):
            self._rank(message)
        return messages

    def _rank(self, message: Message) -> None:
        second = message.get(SECOND)
        parts = [message.get(READING).focus, *(part for _, part in second)]
        asked = question(parts)
        ranked = self._model.rank(asked, message.get("clause_ids"))
        names = [message.get("intent")["name"], *(intent["name"] for intent, _ in second)]
        quoted = [
            [clause.to_json() for clause in clauses] if name not in UNQUOTED else []
            for name, clauses in zip(names, ranked)
        ]
        message.set("clauses", quoted[0], add_to_output=True)
        sure = round(float(self._model.answerable(asked)[0]), 4)
        message.set("answerable", sure, add_to_output=True)
        requests = [
            {"intent": i["name"], "confidence": i["confidence"], "text": p.text, "clauses": c}
            for (i, p), c in zip(second, quoted[1:])
        ]
        message.set("requests", requests, add_to_output=True)
        policy = details_of(message).get("policy")
        if policy:
            message.set("rank", self._any_policy(message, list(policy)), add_to_output=True)

    def _any_policy(self, message: Message, policy: List[str]) -> Dict[Text, Any]:
        """Rank by text and spelling alone: the taught encoder has seen this policy's clauses."""
        key = tuple(policy)
        if key not in self._rankers:
            if len(self._rankers) >= POLICIES_KEPT:
                self._rankers.pop(next(iter(self._rankers)))
            vectors = shared_encoder().encode(passages_of(policy))
            self._rankers[key] = PassageRanker(
                policy, spans_of(policy), vectors, self._model.categories
            )
        focus: Part = message.get(READING).focus
        ranker = self._rankers[key]
        scores = ranker.scores([focus.text], focus.vector[None], message.get("by_spelling"))[0]
        return {
            "scores": [round(float(score), 4) for score in scores],
            "answerable": round(fits_any(scores), 4),
        }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
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
        for message in read_ones(messages):
            asked, reading = details_of(message).get("asked"), message.get(READING)
            if asked:
                turn = self._model.read(str(asked), reading.text, reading.focus.vector)
                message.set("turn", turn, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DisclosureReader(_Shell):
    """Sets `disclosures` when staff ask whether they may disclose something: one a request.

    A message that its sender sent as such a question (metadata `about`) gets the intent as well.
    """

    _model: FactReader

    def train(self, training_data: TrainingData) -> Resource:
        with self._storage.write_to(self._resource) as folder:
            FactReader.train(shared_encoder(), read_stories()).save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DisclosureReader:
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = FactReader.load(folder, shared_encoder())
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        for message in read_ones(messages):
            if is_disclosure(message):
                self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        found = self._model.requests(message.get(READING).text)
        message.set("disclosures", found, add_to_output=True)
        name = message.get("intent")["name"]
        if details_of(message).get("about") == "disclosure" and name not in DISCLOSURES:
            subject = next(iter(found[0]["facts"]["subject"]))
            asked = DISCLOSURES[int(subject == "employee")]
            message.set("intent", {"name": asked, "confidence": 1.0}, add_to_output=True)
            message.set("requests", [], add_to_output=True)


def is_disclosure(message: Message) -> bool:
    """Tell whether staff ask this, may ask it by telling a story, or said that they do."""
    details = details_of(message)
    staff = str(details.get("role")) in STAFF
    told = message.get("intent")["name"] in (*DISCLOSURES, *PERHAPS)
    return staff and (told or details.get("about") == "disclosure")


def passages_of(texts: List[Text]) -> List[Text]:
    """The sentences of all texts, then the texts whole."""
    return [*sentences_of(texts, spans_of(texts)), *texts]


def check_clauses(examples: List[Example], known: List[Text]) -> None:
    """Refuse an example that names a clause which the policy does not have."""
    for example in examples:
        for name in example.clauses:
            if name not in known:
                raise CorpusUnreadable(
                    NLU / f"{example.intent}.yml",
                    0,
                    f"clause {name!r} of {example.text[:60]!r} is not in the policy",
                )
