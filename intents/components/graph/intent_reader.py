"""Which intent, in which language, and whether there are two requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack

from components.graph.shell import GRAMS, READING, SECOND, Shell, details_of, labelled, read_ones
from components.intents import SMALL_TALK, IntentModel
from components.language import LanguageReader
from components.reading import Part, Reading, choose_focus, ranking, read_intents
from components.requests import distinct

# Each of two requests must be this sure: a story told in two sentences is one.
SURE = 0.6
UNREQUESTED = SMALL_TALK | {"out_of_scope"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(Shell, IntentClassifier):
    """Sets `intent`, `intent_ranking` and `language`."""

    _model: IntentModel
    _language: LanguageReader

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        messages = labelled(training_data)
        IntentModel.train(
            vstack([message.get(GRAMS) for message in messages]),
            [message.get("intent") for message in messages],
        ).save(folder)

    def restore(self, folder: Path) -> None:
        self._language = LanguageReader()
        self._model = IntentModel.load(folder)

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
