"""How long training from scratch takes."""

from __future__ import annotations

from pathlib import Path

from bot.bench.figures import Figure
from bot.commands.terminal import say
from bot.config import Settings
from bot.training import ensure_model


def measure(home: Path, factor: float) -> list[Figure]:
    """Train in an empty home, as a first `make run` does."""
    settings = Settings(privacydesk_home=home, privacydesk_env="test")
    model = ensure_model(settings, say, force=True)
    return [Figure.at_most("training from scratch", model.seconds, "s", 180 * factor)]
