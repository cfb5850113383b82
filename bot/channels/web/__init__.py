"""The web channel: the chat page, the pages around it, and the chat API beneath them."""

from bot.channels.web.app import create_app
from bot.channels.web.readiness import Part, Readiness

__all__ = ["Part", "Readiness", "create_app"]
