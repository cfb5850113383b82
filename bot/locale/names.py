"""Names that reach people out of data: days on which an office is closed, clocks, sources."""

from __future__ import annotations

from bot.domain.translation import mark

DAYS = (
    mark("Saturday"), mark("Sunday"),
    mark("Boxing Day"), mark("British Columbia Day"), mark("Canada Day"), mark("Christmas Day"),
    mark("Civic Holiday"), mark("Discovery Day"), mark("Easter Monday"), mark("Family Day"),
    mark("Good Friday"), mark("Heritage Day"), mark("Islander Day"), mark("Labour Day"),
    mark("Louis Riel Day"), mark("Memorial Day"), mark("National Aboriginal Day"),
    mark("National Day for Truth and Reconciliation"), mark("National Patriots' Day"),
    mark("New Brunswick Day"), mark("New Year's Day"), mark("Nunavut Day"),
    mark("Remembrance Day"), mark("Saint Jean Baptiste Day"), mark("Saskatchewan Day"),
    mark("Thanksgiving Day"), mark("Victoria Day"),
)  # fmt: skip
# What clocks.yml says of a clock: its name, the words before its date, where the date comes from.
CLOCKS = (
    mark("Respond"), mark("Resolve"), mark("Marketing messages"),
    mark("Sales calls"),
)  # fmt: skip
PROMISES = (
    mark("will respond by"), mark("aims to resolve by"),
    mark("will answer the request for access by"), mark("will stop marketing messages by"),
    mark("will stop sales calls by"),
)  # fmt: skip
SOURCES = (
    mark("policy 10.5"), mark("PIPEDA s.8(3)"), mark("CASL s.11(3)"), mark("CRTC 2014-155"),
    mark("our own aim; policy 9.2 names no number of days"),
)  # fmt: skip
# Whom letters name; a company's own title stays as it wrote it.
PEOPLE = (mark("Privacy Officer"), mark("Office of the Privacy Commissioner of Canada"))
# What data/retention.yml says is kept, and counted from when.
KEPT = (
    mark("conversations in which no ticket was opened"),
    mark("Rasa's working memory of a conversation"),
    mark("requests that were begun and not sent"),
    mark("inquiries, complaints, access requests, corrections and withdrawals, with their "
         "conversation"),
    mark("the record of every breach of security safeguards, and the incident register"),
    mark("what a person showed to prove who they are; the method and the result stay on the "
         "ticket"),
    mark("the desk's technical logs, which carry numbers and no words of a person"),
)  # fmt: skip
COUNTED_FROM = (
    mark("the last message"), mark("the last answer given"), mark("the day the ticket was closed"),
    mark("the day it was determined that the breach occurred"), mark("the check"),
    mark("the entry"),
)  # fmt: skip
