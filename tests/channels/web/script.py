"""What the scripted desk says in the tests of the page: real rules, real clauses, no Rasa."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from bot.domain.clocks import start_clocks
from bot.domain.errors import DeskError
from bot.domain.people import Channel, Role
from bot.domain.receipts import receipt
from bot.domain.replies import QuickReply, QuotedClause, Reply
from bot.domain.tickets import Kind, Status, Ticket
from bot.store.forms import load_forms
from bot.store.library import DATA, Library, load_library
from tests.fakes.talk import PENDING

LIBRARY: Library = load_library()
RECEIVED = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
HOSTILE = (
    "<img src=x onerror=\"document.title='broken'\">",
    "<script>document.title='broken'</script>",
    "</textarea><svg onload=document.title='broken'>",
    "javascript:document.title='broken'",
    "\u202egnp.exe \u200bzero\u200d width 👩‍👩‍👧‍👦 العربية",
)


def clause(id: str, telling: str = "") -> QuotedClause:
    """A clause with the span of its telling sentence."""
    found = LIBRARY.policy.get(id)
    start = found.text.find(telling) if telling else -1
    assert start >= 0 or not telling
    return QuotedClause(found, (start, start + len(telling)) if telling else None)


RETENTION = Reply(
    "This is what our privacy policy says about how long information is kept:",
    (
        clause(
            "5.3",
            "Cloud Connexions will retain personal information for only as long as required to "
            "fulfill the identified purposes or as required by law.",
        ),
    ),
    quick_replies=(
        QuickReply("Withdraw consent", "/request_withdrawal"),
        QuickReply("Ask the Privacy Officer", "/request_inquiry"),
    ),
    intent="retention",
    confidence=0.97,
    answerable=0.93,
)
SHARING = Reply(
    "This is what our privacy policy says about giving customers’ information to others:",
    (clause("5.1", "Another telecommunications company"),),
    quick_replies=(QuickReply("Ask the Privacy Officer", "/request_inquiry"),),
    intent="disclosure_customer",
)
OUTSIDE = Reply(
    "Our privacy policy does not cover that, so I have nothing to quote. If it is about your "
    "personal information after all, I can pass it to the Privacy Officer.",
    quick_replies=(QuickReply("Ask the Privacy Officer", "/request_inquiry"),),
    intent="out_of_scope",
)
ASK_WHAT = Reply(
    "I am sorry this happened. I will write your complaint down for the Privacy Officer.\n\n"
    "What happened? A few sentences in your own words are enough.",
    quick_replies=(QuickReply("Cancel", "/cancel_request"),),
)
SUMMARY = Reply(
    "Please check what I have written down.\n\n"
    "What happened: “They read my bill out at the counter”\nWhen: 3 November 2026\n"
    "How to reach you: jo@example.ca\n\nShall I file it?",
    quick_replies=(
        QuickReply("Yes, file it", "/affirm_request"),
        QuickReply("Change something", "/deny_request"),
        QuickReply("Cancel", "/cancel_request"),
    ),
)
CANCELLED = Reply("Cancelled. Nothing was filed, and your answers are gone.")


def complaint() -> Ticket:
    calendar = LIBRARY.calendar()
    return Ticket(
        id=1,
        reference="PD-7K3M-9QXD",
        kind=Kind.COMPLAINT,
        status=Status.RECEIVED,
        received_at=RECEIVED,
        received_local_date=RECEIVED.date(),
        channel=Channel.WEB,
        role=Role.CUSTOMER,
        person="web:someone",
        policy_version=LIBRARY.policy.edition,
        calendar=calendar.name,
        fields={},
        clauses_shown=("10.5",),
        clocks=start_clocks("complaint", RECEIVED, LIBRARY.zone, calendar, LIBRARY.kinds),
    )


@cache
def filed() -> Reply:
    form = load_forms(DATA / "forms", LIBRARY.policy)["complaint"]
    return receipt(complaint(), form, LIBRARY.policy, LIBRARY.complaint_procedure)


def script(said: str) -> Reply | DeskError | Exception | str:
    """Answer as the desk would, by a word in the message."""
    answers = {
        "keep": RETENTION,
        "share": SHARING,
        "complain": ASK_WHAT,
        "counter": SUMMARY,
        "/affirm_request": filed(),
        "/cancel_request": CANCELLED,
        "/request_inquiry": ASK_WHAT,
    }
    if "slowly" in said:
        return PENDING
    if "repeat" in said:
        return Reply(said, closing=said, quick_replies=(QuickReply(said, "/request_inquiry"),))
    return next((reply for word, reply in answers.items() if word in said), OUTSIDE)
