"""What staff want to disclose, to whom and why."""

from __future__ import annotations

from pathlib import Path
from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.disclosure import FactReader
from components.disclosure_corpus import read_stories
from components.graph.shell import READING, Shell, details_of, read_ones, shared_encoder
from components.ngrams import STAFF

DISCLOSURES = ("disclosure_customer", "disclosure_employee")
# "Her landlord is on the line and wants the balance, she took her consent back": told, not asked,
# it looks like one of these.
PERHAPS = ("out_of_scope", "ticket_status", "consent", "consent_withdrawal", "access_request")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DisclosureReader(Shell):
    """Sets `disclosures` when staff ask whether they may disclose something: one a request.

    A message that its sender sent as such a question (metadata `about`) gets the intent as well.
    """

    _model: FactReader

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        FactReader.train(shared_encoder(), read_stories()).save(folder)

    def restore(self, folder: Path) -> None:
        self._model = FactReader.load(folder, shared_encoder())

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
