"""Which conversation a Slack thread is: one for each person, channel and thread.

A direct message without a thread is one conversation; it never shares its context with a channel.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from bot.channels.slack.ports import Talk
from bot.domain.people import Person, Role

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Threads:
    """Finds and opens conversations. `secret` keeps anyone from naming a thread of someone else."""

    talk: Talk
    secret: bytes

    def waiting_for(self, team: str, channel: str, root: str, user: str) -> str | None:
        """The question that is open in a thread, whatever role its person has."""
        for role in Role:
            found = self.talk.by_token(self._token(team, channel, f"{root}:{role}", user))
            waiting = self.talk.waiting_for(found.id) if found else None
            if waiting:
                return waiting
        return None

    def find_or_open(self, person: Person, team: str, channel: str, root: str, user: str) -> str:
        """The conversation; a new one when this person's role has changed since."""
        token = self._token(team, channel, f"{root}:{person.role}", user)
        known = self.talk.by_token(token)
        return known.id if known else self.talk.open(person, token)

    def _token(self, team: str, channel: str, root: str, user: str) -> str:
        named = f"slack:{team}:{channel}:{root}:{user}".encode()
        return hmac.new(self.secret, named, hashlib.sha256).hexdigest()


def is_direct(channel: str) -> bool:
    """Direct messages are the channels whose ids begin with D."""
    return channel.startswith("D")
