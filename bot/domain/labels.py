"""The 25 labels of what a message wants, as the officer chooses among them."""

from __future__ import annotations

from bot.domain.topics import OUT_OF_SCOPE, TOPICS

SMALL_TALK = ("greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge")
REQUESTS = ("complaint", "breach_report", "ticket_status", "talk_to_human")
LABELS = tuple(dict.fromkeys((*TOPICS, *REQUESTS, *SMALL_TALK, OUT_OF_SCOPE)))
