"""`demo`: a desk to look at."""

from __future__ import annotations

import os

from bot.commands.desk import opened
from bot.commands.run import run_desk
from bot.commands.terminal import say, show
from bot.config import ROOT, SECRETS, Settings, read_settings
from bot.demonstration import furnish, load_examples
from bot.training import copy_model, find_model

EXAMPLES = ROOT / "data" / "demo.yml"


def demo() -> None:
    """Start a desk with made-up requests in a home beside the real one; nobody is told of them."""
    settings = _beside(read_settings())
    with opened(settings) as application:
        made = furnish(application.desk, load_examples(EXAMPLES))
    say(f"{made} made-up requests were opened." if made else "The made-up requests are there.")
    show(f"Home of the demonstration: {settings.home}")
    run_desk(settings)


def _beside(real: Settings) -> Settings:
    """The settings of a demonstration: its own home, and none of the real desk's ways outside."""
    if real.privacydesk_env != "production":
        return real
    home = real.home.with_name(f"{real.home.name}-demo")
    outside = ("PUBLIC_URL", "RASA_URL", "SLACK_MODE", "OIDC_ISSUER", *SECRETS)
    # Empty is unset, and wins over .env.
    os.environ |= dict.fromkeys((*outside, *(f"{name}_FILE" for name in SECRETS)), "")
    os.environ |= {"PRIVACYDESK_ENV": "demo", "PRIVACYDESK_HOME": str(home)}
    settings, model = read_settings(), find_model(real)
    if model is not None and find_model(settings) is None:
        copy_model(model, settings.home)
    return settings
