"""What a message inside a form is: an answer, a correction, a question ..."""

from __future__ import annotations

from pathlib import Path
from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.corpus import read_turns
from components.graph.shell import READING, Shell, details_of, read_ones, shared_encoder
from components.turns import TurnModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TurnReader(Shell):
    """Sets `turn` when a form has asked something: the metadata says what."""

    _model: TurnModel

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        turns = read_turns()
        TurnModel.train(turns, shared_encoder().encode([turn.text for turn in turns])).save(folder)

    def restore(self, folder: Path) -> None:
        self._model = TurnModel.load(folder)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in read_ones(messages):
            asked, reading = details_of(message).get("asked"), message.get(READING)
            if asked:
                turn = self._model.read(str(asked), reading.text, reading.focus.vector)
                message.set("turn", turn, add_to_output=True)
        return messages
