"""Advice on disclosures: the verdict first, at most two questions, a record without a name."""

from __future__ import annotations

from typing import Any

import pytest

from bot.desk import DISCLOSURE, Desk, Response
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.facts import VALUES
from bot.domain.people import Person
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.threads import MONDAY, Thread, reading, wired
from tests.people import ALICE, BOB

WORDS = "Zebulon's landlord wants to hear whether he pays on time."


@pytest.fixture
def bob(store: Store) -> Thread:
    """An employee; on both databases, since what is logged is a table of its own."""
    set_time(store, MONDAY)
    return Thread(store, wired(store), BOB)


def disclosure(verdict: str = "consent_needed", **facts: str) -> dict[str, Any]:
    """What the reader gives for one request that it is sure of."""
    known = {name: values[0] for name, values in VALUES.items()}
    known |= {"subject": "customer", "recipient": "landlord", **facts}
    return {
        "facts": {name: {value: 0.97} for name, value in known.items()},
        "verdicts": {verdict: 0.95},
    }


def ask(thread: Thread, *found: dict[str, Any], text: str = WORDS, **more: Any) -> Response:
    read = reading("disclosure_customer", text=text, disclosures=found, **more)
    return thread.desk.respond(thread.id, thread.receive(text), read)


def press(thread: Thread, payload: str, intent: str, **slots: str) -> Response:
    message = thread.receive(payload=payload)
    return thread.desk.respond(thread.id, message, reading(intent, slots=slots))


def choose(thread: Thread, fact: str, value: str) -> Response:
    return press(thread, "/advice_fact", "advice_fact", fact=fact, value=value)


def only(response: Response) -> dict[str, Any]:
    [reply] = response.replies
    return dict(reply)


def given(desk: Desk) -> list[dict[str, Any]]:
    return [entry.to_json() for entry in desk.advice.given()]


@pytest.mark.parametrize(
    ("facts", "verdict", "headline", "clause"),
    [
        ({"consent": "given"}, "allowed", "Yes.", "5.1"),
        ({"purpose": "personal"}, "consent_needed", "Only with consent.", "5.1"),
        ({"consent": "refused"}, "not_allowed", "No.", "5.1"),
        (
            {"recipient": "emergency_services", "danger": "imminent"},
            "emergency_allowed",
            "Emergency: yes, now.",
            "5.1",
        ),
        (
            {"recipient": "police", "purpose": "legal"},
            "legal_required_check",
            "Legal demand: Privacy Officer first.",
            "5.1",
        ),
        ({"person": "deceased"}, "refer_privacy_officer", "Ask the Privacy Officer.", "5.1"),
    ],
)
def test_the_verdict_comes_first_with_its_clause_and_what_to_do(
    bob: Thread, facts: dict[str, str], verdict: str, headline: str, clause: str
) -> None:
    reply = only(ask(bob, disclosure(verdict, **facts)))
    assert reply["lead"].startswith(headline)
    assert reply["verdict"] == verdict
    [quoted] = reply["clauses"]
    assert quoted["id"] == clause
    assert quoted["text"] == bob.desk.intake.library.policy.get(clause).text
    assert all(f"{step}: " in reply["closing"] for step in ("Next", "Say", "Write down"))
    assert "As I read it: " in reply["lead"]


@pytest.mark.parametrize("verdict", ["emergency_allowed", "legal_required_check"])
def test_emergency_and_legal_demand_name_the_officer_at_once(bob: Thread, verdict: str) -> None:
    danger = "imminent" if verdict == "emergency_allowed" else "none"
    reply = only(ask(bob, disclosure(verdict, recipient="police", danger=danger)))
    phone = bob.desk.intake.library.company.privacy_officer.phone
    assert phone in reply["lead"].split("As I read it")[0]


def test_an_emergency_yes_leaves_a_ticket_and_says_so(bob: Thread) -> None:
    facts = {"recipient": "emergency_services", "danger": "imminent"}
    reply = only(ask(bob, disclosure("emergency_allowed", **facts)))
    [ticket] = bob.desk.tickets.of_person(BOB.id)
    assert ticket.reference in reply["closing"]
    assert reply["ticket"]["reference"] == ticket.reference
    assert "told in writing" in ticket.fields["what"]["value"]
    assert WORDS not in str(ticket.to_json())
    assert given(bob.desk)[0]["ticket"] == ticket.reference


def test_a_legal_demand_is_neither_confirmed_nor_denied(bob: Thread) -> None:
    reply = only(ask(bob, disclosure("legal_required_check", recipient="police")))
    assert "neither confirm nor deny" in reply["closing"]


def test_the_log_holds_facts_and_no_words(bob: Thread) -> None:
    ask(bob, disclosure(purpose="personal"))
    [entry] = given(bob.desk)
    assert entry["facts"] == {
        "subject": "customer",
        "recipient": "landlord",
        "purpose": "personal",
    }
    assert (entry["verdict"], entry["clauses"][0]) == ("consent_needed", "5.1")
    assert entry["policy_version"] == bob.desk.intake.library.policy.edition
    assert "Zebulon" not in str(entry)
    assert BOB.id not in str(entry)


def test_a_missing_recipient_and_subject_are_asked_for_with_buttons(bob: Thread) -> None:
    nobody = disclosure("refer_privacy_officer", recipient="unknown", subject="unknown")
    first = only(ask(bob, nobody))
    assert first["verdict"] is None
    assert "Who wants" in first["lead"]
    assert all(b["payload"].startswith("/advice_fact{") for b in first["quick_replies"])
    second = only(choose(bob, "recipient", "relative"))
    assert "Whose information" in second["lead"]
    assert given(bob.desk) == []
    third = only(choose(bob, "subject", "customer"))
    assert third["verdict"] == "consent_needed"
    assert len(given(bob.desk)) == 1


def test_no_more_than_two_questions(bob: Thread) -> None:
    nobody = disclosure("refer_privacy_officer", recipient="unknown", subject="unknown")
    ask(bob, nobody)
    choose(bob, "recipient", "colleague")
    third = only(choose(bob, "subject", "customer"))
    # Whether the work needs it would be a third question: the cautious verdict stands instead.
    assert third["verdict"] in {"not_allowed", "refer_privacy_officer"}


def test_an_unsure_permission_is_asked_for_and_a_typed_yes_answers(bob: Thread) -> None:
    found = disclosure("consent_needed", purpose="personal")
    found["facts"]["consent"] = {"given": 0.5, "none": 0.5}
    asked = only(ask(bob, found))
    assert "consent" in asked["lead"]
    said = bob.desk.respond(bob.id, bob.receive("yes"), reading("affirm", text="yes"))
    assert only(said)["verdict"] == "allowed"


def test_a_typed_name_answers_who_is_asking(bob: Thread) -> None:
    ask(bob, disclosure("refer_privacy_officer", recipient="unknown", purpose="personal"))
    named = disclosure("refer_privacy_officer", recipient="spouse", subject="unknown")
    assert only(ask(bob, named, text="her husband"))["verdict"] == "consent_needed"


def test_another_message_leaves_the_question(bob: Thread) -> None:
    ask(bob, disclosure("refer_privacy_officer", recipient="unknown"))
    reply = only(ask(bob, disclosure(purpose="personal"), text="Her landlord wants the balance."))
    assert reply["verdict"] == "consent_needed"
    assert only(choose(bob, "recipient", "government"))["verdict"] == "legal_required_check"


def test_a_button_changes_the_advice(bob: Thread) -> None:
    first = only(ask(bob, disclosure(purpose="personal")))
    assert '{"fact": "consent", "value": "given"}' in str(first["quick_replies"])
    assert only(choose(bob, "consent", "given"))["verdict"] == "allowed"
    assert len(given(bob.desk)) == 2


@pytest.mark.parametrize(("fact", "value"), [("mood", "good"), ("consent", "maybe"), ("", "")])
def test_a_button_that_fits_nothing_permits_nothing(bob: Thread, fact: str, value: str) -> None:
    ask(bob, disclosure(purpose="personal"))
    reply = only(choose(bob, fact, value))
    assert reply["verdict"] is None
    assert "no longer open" in reply["lead"]


def test_the_inquiry_opens_filled_in_and_once(bob: Thread) -> None:
    reply = only(ask(bob, disclosure(purpose="personal")))
    payload = reply["quick_replies"][-1]["payload"]
    [number] = [entry["id"] for entry in given(bob.desk)]
    assert payload == f'/advice_inquiry{{"advice": "{number}"}}'
    filed = only(press(bob, payload, "advice_inquiry", advice=str(number)))
    again = only(press(bob, payload, "advice_inquiry", advice=str(number)))
    assert filed["ticket"]["reference"] == again["ticket"]["reference"]
    told = filed["ticket"]["fields"]["what"]["value"]
    assert WORDS in told
    assert "consent_needed" in told


def test_nobody_opens_an_inquiry_from_anothers_advice(bob: Thread) -> None:
    ask(bob, disclosure(purpose="personal"))
    [number] = [entry["id"] for entry in given(bob.desk)]
    other = Thread(bob.store, bob.desk, Person("slack:eve", BOB.role, BOB.channel))
    reply = only(press(other, "/advice_inquiry", "advice_inquiry", advice=str(number)))
    assert reply["ticket"] is None


def test_a_customer_gets_the_clause_and_no_guidance(store: Store) -> None:
    set_time(store, MONDAY)
    alice = Thread(store, wired(store), ALICE)
    reply = only(ask(alice, disclosure(purpose="personal"), clauses=(("5.1", None),), about=None))
    assert reply["verdict"] is None
    assert reply["clauses"][0]["id"] == "5.1"
    assert "Write down" not in reply["text"]
    assert given(alice.desk) == []


def test_a_message_handed_over_twice_is_advised_on_once(bob: Thread) -> None:
    message = bob.receive(WORDS)
    read = reading("disclosure_customer", text=WORDS, disclosures=(disclosure(),))
    first = bob.desk.respond(bob.id, message, read)
    assert bob.desk.respond(bob.id, message, read) == first
    assert len(given(bob.desk)) == 1


def test_two_requests_get_two_verdicts(bob: Thread) -> None:
    both = disclosure(purpose="personal"), disclosure("legal_required_check", recipient="police")
    verdicts = [reply["verdict"] for reply in ask(bob, *both).replies]
    assert verdicts == ["consent_needed", "legal_required_check"]


def test_another_language_is_referred(bob: Thread) -> None:
    sure = disclosure("allowed", consent="given")
    assert only(ask(bob, sure, language="fr"))["verdict"] == "refer_privacy_officer"


def test_a_story_told_without_a_question_is_advised_on(bob: Thread) -> None:
    said = "Her landlord is on the line for the balance, nothing on file."
    found = (disclosure(purpose="personal"),)
    message = bob.receive(said)
    read = reading("out_of_scope", text=said, disclosures=found)
    assert only(bob.desk.respond(bob.id, message, read))["verdict"] == "consent_needed"


def test_what_names_nobody_stays_what_it_was(bob: Thread) -> None:
    found = (disclosure("refer_privacy_officer", recipient="unknown"),)
    read = reading("out_of_scope", text="the printer is out of ink", disclosures=found)
    said = bob.desk.respond(bob.id, bob.receive("the printer is out of ink"), read)
    assert only(said)["verdict"] is None
    assert given(bob.desk) == []


def test_what_is_sent_as_a_disclosure_is_advised_on_whatever_it_looks_like(bob: Thread) -> None:
    read = reading("out_of_scope", text="give it?", about=DISCLOSURE)
    reply = only(bob.desk.respond(bob.id, bob.receive("give it?"), read))
    assert "Who wants" in reply["lead"]


def test_judging_alone_asks_and_keeps_nothing(bob: Thread) -> None:
    found = disclosure("consent_needed", purpose="personal")
    judged = bob.desk.advice.judge(WORDS, reading(disclosures=(found,)))
    assert judged == {
        "text": WORDS,
        "verdict": "consent_needed",
        "clauses": ["5.1", "5"],
        "facts": {"subject": "customer", "recipient": "landlord", "purpose": "personal"},
        "missing": judged["missing"],
    }
    assert "consent" in judged["missing"]
    assert given(bob.desk) == []


def test_judging_several_takes_the_tightest(bob: Thread) -> None:
    both = disclosure("allowed", consent="given"), disclosure("not_allowed", consent="refused")
    judged = bob.desk.advice.judge("both?", reading(disclosures=both))
    assert judged["verdict"] == "not_allowed"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_judging_what_was_not_read_refers(bob: Thread, language: str) -> None:
    judged = bob.desk.advice.judge("?", reading(language=language))
    assert judged["verdict"] == "refer_privacy_officer"
    assert judged["missing"] == ["recipient", "subject"]


def test_a_review_keeps_the_mark_and_gives_the_words_while_they_are_kept(bob: Thread) -> None:
    ask(bob, disclosure(purpose="personal"))
    [number] = [entry["id"] for entry in given(bob.desk)]
    entry, words = bob.desk.advice.review(number, "wrong", who="officer", verdict="not_allowed")
    assert (entry.review, entry.right_verdict, entry.reviewed_by) == (
        "wrong",
        "not_allowed",
        "officer",
    )
    assert words == WORDS
    corrected, _ = bob.desk.advice.review(number, "ok", who="deputy")
    assert (corrected.review, corrected.right_verdict) == ("ok", None)


def test_a_review_that_makes_no_sense_is_refused(bob: Thread) -> None:
    ask(bob, disclosure(purpose="personal"))
    [number] = [entry["id"] for entry in given(bob.desk)]
    for mark, verdict in (("fine", None), ("wrong", "perhaps"), ("ok", "allowed")):
        with pytest.raises(InvalidInput):
            bob.desk.advice.review(number, mark, who="officer", verdict=verdict)
    with pytest.raises(NotFound):
        bob.desk.advice.review(number + 1, "ok", who="officer")
