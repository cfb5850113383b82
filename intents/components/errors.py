"""What stops training or serving, with what a person needs to mend it."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.exceptions import RasaException


class LineUnreadable(RasaException):
    """A line that training needs cannot be read."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        place = f"{path.parent.name}/{path.name}"
        super().__init__(f"{place}, line {line}: {reason}" if line else f"{place}: {reason}")


class CorpusUnreadable(LineUnreadable):
    """A line of the training corpus cannot be read."""


class PolicyUnreadable(LineUnreadable):
    """A line of the policy cannot be read."""


class PolicyMismatch(RasaException):
    """The model was trained for another policy than the one that is there."""

    def __init__(self, trained: str, present: str) -> None:
        super().__init__(
            f"the model was trained for the policy with fingerprint {trained}, "
            f"the policy file has {present}: train again"
        )
