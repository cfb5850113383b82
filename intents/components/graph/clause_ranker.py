"""Which clauses fit, whether they answer; the sentences of any other policy too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
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
from components.corpus import NLU, Example, read_sentences
from components.errors import CorpusUnreadable, PolicyMismatch
from components.graph.shell import (
    GRAMS,
    READING,
    SECOND,
    Shell,
    details_of,
    example_of,
    labelled,
    read_ones,
    shared_encoder,
)
from components.intents import UNQUOTED
from components.policy import read_policy
from components.reading import Part, question

POLICIES_KEPT = 16


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClauseRanker(Shell):
    """Sets `clauses`, `answerable`, `requests`, `policy_fingerprint`; ranks any policy too."""

    _model: ClauseModel
    _rankers: Dict[Any, PassageRanker]

    def learn(self, training_data: TrainingData, folder: Path) -> None:
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
        model.save(folder)
        (folder / "intents.txt").write_text("\n".join(intents), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Raises PolicyMismatch when the policy has changed since training."""
        intents = (folder / "intents.txt").read_text(encoding="utf-8").split("\n")
        self._model = ClauseModel.load(folder, intents)
        trained, present = self._model.policy.fingerprint, read_policy().fingerprint
        if trained != present:
            raise PolicyMismatch(trained, present)
        self._rankers = {}

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
