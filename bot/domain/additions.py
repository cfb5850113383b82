"""What a requester adds to their own request, and what that does to it: one rule for every channel.

Words that are more than thanks answer a question, and take up again what was resolved not long
ago. A request that was taken back, or joined with another, stays closed: its words are read there.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.tickets import Status, Ticket

# Our own choice: as long as a secret link opens the request. Later words are read, and the Privacy
# Officer decides.
REOPENS_FOR = timedelta(days=90)
# Said when all is well: it answers no question and reopens nothing.
THANKS = re.compile(
    r"\W*(?:(?:ok(?:ay)?|great|perfect|super|parfait|d'accord|oh|and|et|again|encore)\W+)*"
    r"(?:thanks?(?: you)?|thx|ty|cheers|merci|much appreciated)"
    r"(?:\W+(?:you|so|very|much|a lot|again|all|everyone|bye|for (?:your|the) (?:help|reply|answer)"
    r"|infiniment|beaucoup|bien|encore|pour (?:votre|la) (?:aide|réponse)))*\W*",
    re.IGNORECASE,
)
# An answer where something was asked, and small talk elsewhere.
ASSENT = re.compile(
    r"\W*(?:yes|ok(?:ay)?|great|perfect|fine|oui|d'accord|parfait|super)\W*", re.IGNORECASE
)
# As the assistant reads small talk, where it has read the words at all. Of long ones it may have
# heard the thanks alone: those are taken for more.
COURTESIES = frozenset({"thanks", "goodbye", "greet"})
AFFIRM = "affirm"
LONGEST_COURTESY = 12


class Outcome(StrEnum):
    """What becomes of a request by what was added. `KEPT`: nobody needs to be told."""

    KEPT = "kept"
    ADDED = "added"
    HEARD = "heard"
    REOPENED = "reopened"


def outcome_of_words(
    ticket: Ticket, words: str, now: datetime, read_as: Collection[str] = ()
) -> Outcome:
    """What these words do. `read_as` are the intents that the assistant read in them."""
    if _is_courtesy(words, read_as, asked=ticket.status is Status.WAITING):
        return Outcome.KEPT
    return Outcome.HEARD if ticket.status is Status.WAITING else outcome_of_file(ticket, now)


def outcome_of_file(ticket: Ticket, now: datetime) -> Outcome:
    """What a file does: it is more than thanks, and alone it answers no question."""
    recent = ticket.closed_at is not None and now - ticket.closed_at <= REOPENS_FOR
    return Outcome.REOPENED if ticket.status is Status.RESOLVED and recent else Outcome.ADDED


def _is_courtesy(words: str, read_as: Collection[str], *, asked: bool) -> bool:
    plain = words.replace("’", "'")
    if THANKS.fullmatch(plain) or (not asked and ASSENT.fullmatch(plain)):
        return True
    known = COURTESIES | (set() if asked else {AFFIRM})
    is_short = len(words.split()) <= LONGEST_COURTESY and "?" not in words
    return is_short and bool(read_as) and set(read_as) <= known
