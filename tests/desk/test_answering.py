"""Answering outside a form: quoted, handed to a form, or pointed to the right door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.desk import Desk, FormTurn, Response
from bot.domain.errors import DeskError
from bot.domain.people import Person
from bot.store import conversations, drafts
from bot.store.db import Store
from tests.fakes.desks import set_time
from tests.fakes.threads import MONDAY, Thread, filing, reading, wired
from tests.people import ALICE, BOB, CHARLIE


@pytest.fixture
def one_store(request: pytest.FixtureRequest, sqlite_url: str) -> Store:
    store = Store(sqlite_url, shiftable=True)
    request.addfinalizer(store.close)
    set_time(store, MONDAY)
    return store


@pytest.fixture
def desk(one_store: Store) -> Desk:
    return wired(one_store)


def thread(desk: Desk, person: Person = ALICE) -> Thread:
    return Thread(desk.intake.store, desk, person)


def begin(alice: Thread, text: str, intent: str, form: str) -> FormTurn:
    """A message that is handed to a form, and what the form makes of it."""
    message, read = alice.receive(text), reading(intent, text=text)
    assert alice.desk.respond(alice.id, message, read).follow == f"{form}_form"
    return alice.desk.form_turn(form, alice.id, message, read)


def ask(alice: Thread, text: str, intent: str, **more: Any) -> Response:
    return alice.desk.respond(alice.id, alice.receive(text), reading(intent, **more))


def topic(alice: Thread) -> dict[str, Any]:
    with alice.store.reading() as connection:
        found = conversations.find(connection, alice.id)
    assert found is not None
    return dict(found.topic)


def test_a_question_gets_its_clause_and_the_next_steps(desk: Desk) -> None:
    said = ask(thread(desk), "how long?", "retention", clauses=(("5.3", (0, 20)),))
    [reply] = said.replies
    assert reply["clauses"][0]["id"] == "5.3"
    assert reply["clauses"][0]["highlight"] == [0, 20]
    assert reply["intent"] == "retention"
    assert "/request_inquiry" in [button["payload"] for button in reply["quick_replies"]]


@pytest.mark.parametrize(
    ("intent", "form"), [("complaint", "complaint_form"), ("breach_report", "incident_form")]
)
def test_a_complaint_and_a_leak_go_straight_to_their_forms(
    desk: Desk, intent: str, form: str
) -> None:
    said = ask(thread(desk), "something happened", intent)
    assert (said.replies, said.follow) == ((), form)


def test_an_unsure_complaint_is_answered_not_started(desk: Desk) -> None:
    said = ask(thread(desk), "hm", "complaint", confidence=0.49)
    assert said.follow is None
    assert said.replies[0]["clauses"][0]["id"] == "10.5"


def test_a_follow_up_leans_on_the_last_question_and_starts_nothing(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "you read my bill out", "complaint")
    said = ask(alice, "and what about my bill?", "greet")
    assert said.follow is None
    assert said.replies[0]["clauses"][0]["id"] == "10.5"


def test_and_for_employees_changes_the_side(desk: Desk) -> None:
    alice = thread(desk, BOB)
    ask(alice, "may police see it?", "disclosure_customer", clauses=(("5.1", None),))
    said = ask(alice, "and for employees?", "disclosure_customer", clauses=(("5.1", None),))
    assert said.replies[0]["clauses"][0]["id"] == "5.2"


def test_several_wishes_are_answered_in_turn_and_the_form_comes_last(desk: Desk) -> None:
    parts = (reading("retention"), reading("complaint"), reading("breach_report"))
    said = ask(thread(desk), "many things", "retention", requests=parts)
    assert [reply["intent"] for reply in said.replies] == ["retention"]
    assert said.follow == "complaint_form"


def test_an_open_draft_takes_the_message(desk: Desk) -> None:
    alice = thread(desk)
    alice.press("complaint", "request_complaint")
    assert ask(alice, "yesterday", "greet") == Response(follow="complaint_form")


def test_between_two_readings_one_short_question_is_asked(desk: Desk) -> None:
    ranking = (("retention", 0.4), ("safeguards", 0.38))
    said = ask(thread(desk), "hm", "retention", confidence=0.4, ranking=ranking)
    assert [b["payload"] for b in said.replies[0]["quick_replies"]] == ["/retention", "/safeguards"]
    assert said.replies[0]["clauses"] == []


def test_status_shows_a_persons_own_requests_alone(desk: Desk) -> None:
    ticket = desk.open_request(filing(ALICE))
    [own] = ask(thread(desk), "where is it?", "ticket_status").replies
    assert ticket.reference in own["text"]
    assert "will respond by Friday 11 December 2026" in own["text"]
    for stranger in (CHARLIE, BOB):
        words = f"where is {ticket.reference}?"
        [reply] = ask(thread(desk, stranger), words, "ticket_status").replies
        assert ticket.reference not in str(reply)
        assert "I see no request that was opened from here." in reply["text"]


def test_what_was_talked_about_is_remembered_but_never_its_words(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "please delete my secret diary", "retention", clauses=(("5.3", None),))
    ask(alice, "and how is it protected, then?", "safeguards", clauses=(("7.2", None),))
    known = topic(alice)
    assert (known["intent"], known["clauses"]) == ("safeguards", ["7.2"])
    assert known["shown"] == ["5.3", "7.2"]
    assert "wanted" not in known
    assert "diary" not in str(known)


def test_the_first_writing_of_a_wish_is_remembered(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "I want to see my file", "access_request")
    first = topic(alice)["wanted"]
    set_time(desk.intake.store, MONDAY.replace(hour=20))
    ask(alice, "I really want to see it", "access_request")
    assert topic(alice)["wanted"] == first
    assert set(first) == {"access"}


def test_language_is_that_of_the_last_whole_sentence(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "combien de temps gardez-vous cela", "retention", language="fr")
    assert topic(alice)["language"] == "fr"
    ask(alice, "ok", "affirm", language="en")
    assert topic(alice)["language"] == "fr"
    ask(alice, "mon NAS est [SIN masked], je veux porter plainte", "complaint", language="en")
    assert topic(alice)["language"] == "fr"
    ask(alice, "please answer in English", "retention", language="en")
    assert topic(alice)["language"] == "en"


def test_an_unknown_conversation_is_refused(desk: Desk) -> None:
    with pytest.raises(DeskError, match="not known"):
        desk.respond("nowhere", "nothing", reading())


def test_messages_at_once_lose_nothing_of_the_topic(store: Store) -> None:
    set_time(store, MONDAY)
    alice = Thread(store, wired(store), ALICE)
    intents = {"retention": "5.3", "safeguards": "7.2", "accuracy": "6.1", "consent": "3.1"}
    messages = [(alice.receive(intent), intent, id) for intent, id in intents.items()]

    def respond(message: tuple[str, str, str]) -> None:
        alice.desk.respond(alice.id, message[0], reading(message[1], clauses=((message[2], None),)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(respond, messages))
    assert set(topic(alice)["shown"]) == set(intents.values())


def test_a_guess_says_so_and_leaves_the_topic_alone(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "how long?", "retention", clauses=(("5.3", None),))
    said = ask(alice, "what a disgrace", "goodbye", confidence=0.21, ranking=(("goodbye", 0.21),))
    [reply] = said.replies
    assert reply["text"].startswith("I am sorry that you are upset. I am not sure")
    assert reply["quick_replies"][0]["payload"] == "/request_complaint"
    kept = topic(alice)
    assert (kept["intent"], kept["clauses"]) == ("retention", ["5.3"])


def test_a_follow_up_is_no_guess_however_unsure_it_was_read(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "to whom do you give it?", "disclosure_customer", clauses=(("5.1", None),))
    said = ask(alice, "and for employees?", "greet", confidence=0.2)
    [reply] = said.replies
    assert reply["clauses"][0]["id"] == "5.2"


def offer_and_answer(alice: Thread, intent: str, said: str, **more: Any) -> Response:
    """The question that gets an offer, and hours later the bare answer to it."""
    ask(alice, "may I take it back, and what would happen", "consent_withdrawal", **more)
    set_time(alice.store, MONDAY.replace(hour=20))
    return ask(alice, said, intent)


def test_an_answer_that_leads_to_a_request_asks_for_it_plainly(desk: Desk) -> None:
    alice = thread(desk)
    [reply] = ask(alice, "can I stop the marketing?", "consent_withdrawal").replies
    assert reply["closing"] == "Shall I take down now what you want stopped?"
    assert reply["text"].endswith(reply["closing"])
    assert topic(alice)["offer"] == "withdrawal"


def test_a_yes_to_the_offer_opens_what_the_button_would(desk: Desk) -> None:
    alice = thread(desk)
    yes = offer_and_answer(alice, "affirm", "yes")
    assert yes == Response(follow="withdrawal_form")
    message = alice.receive("yes")
    begun = desk.form_turn("withdrawal", alice.id, message, reading("affirm", text="yes"))
    assert (begun.given, begun.asked) == ((), "uses")
    assert "offer" not in topic(alice)
    with alice.store.reading() as connection:
        draft = drafts.find_open(connection, alice.id)
    assert draft is not None
    assert draft.received_at < MONDAY.replace(hour=16)


def test_a_yes_brings_the_earlier_words_along(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "is it possible to end your marketing e-mails to me", "consent_withdrawal")
    message = alice.receive("yes please")
    assert desk.respond(alice.id, message, reading("affirm")).follow == "withdrawal_form"
    begun = desk.form_turn("withdrawal", alice.id, message, reading("affirm"))
    assert (begun.given, begun.asked) == (("uses",), "details")
    assert "marketing e-mails" in begun.replies[0]["text"]


def test_a_yes_handed_over_twice_begins_one_request(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "can I see my file?", "access_request")
    message = alice.receive("yes")
    again = [desk.respond(alice.id, message, reading("affirm")).follow for _ in range(2)]
    first = desk.form_turn("access", alice.id, message, reading("affirm"))
    assert again == ["access_form", "access_form"]
    assert desk.respond(alice.id, message, reading("affirm")).follow == "access_form"
    assert desk.form_turn("access", alice.id, message, reading("affirm")) == first


@pytest.mark.parametrize(
    ("language", "lead", "after"),
    [
        ("en", "All right, I open nothing.", "There is no question open between us"),
        ("fr", "D’accord, je n’ouvre", "Aucune question n’est ouverte entre nous"),
    ],
)
def test_a_no_to_the_offer_is_taken_kindly(
    desk: Desk, language: str, lead: str, after: str
) -> None:
    alice = thread(desk)
    no = offer_and_answer(alice, "deny", "no", language=language)
    assert no.follow is None
    assert no.replies[0]["lead"].startswith(lead)
    assert "offer" not in topic(alice)
    [later] = ask(alice, "yes", "affirm").replies
    assert later["lead"].startswith(after)


@pytest.mark.parametrize("intent", ["greet", "retention", "out_of_scope", "safeguards"])
def test_any_other_message_forgets_the_offer_of_before(desk: Desk, intent: str) -> None:
    alice = thread(desk)
    ask(alice, "can I see my file?", "access_request")
    ask(alice, "another thing", intent)
    assert topic(alice).get("offer") != "access"


def test_a_button_forgets_the_offer_too(desk: Desk) -> None:
    alice = thread(desk)
    ask(alice, "can I see my file?", "access_request")
    alice.press("complaint", "request_complaint")
    assert "offer" not in topic(alice)


def test_of_two_offers_a_yes_means_none(desk: Desk) -> None:
    alice = thread(desk)
    parts = (reading("access_request"), reading("consent_withdrawal"))
    said = ask(alice, "can I see it, can I stop it?", "access_request", requests=parts)
    assert [reply["closing"] for reply in said.replies] == ["", ""]
    assert "offer" not in topic(alice)


@pytest.mark.parametrize(
    ("text", "intent", "clause", "form", "given", "asked"),
    [
        (
            "I want to withdraw my consent to marketing e-mails",
            "consent_withdrawal", "3.6", "withdrawal", ("uses",), "details",
        ),
        ("I withdraw my consent", "consent_withdrawal", "3.6", "withdrawal", (), "uses"),
        (
            "I want to see all notes and recordings that you have",
            "access_request", "9.1", "access", ("what",), "find",
        ),
        ("send me my file", "access_request", "9.1", "access", (), "what"),
        ("my postal code is wrong, fix it", "correction", "6.2", "correction", ("wrong",), "right"),
    ],
)  # fmt: skip
def test_a_stated_wish_begins_after_its_clause(
    desk: Desk,
    text: str,
    intent: str,
    clause: str,
    form: str,
    given: tuple[str, ...],
    asked: str,
) -> None:
    [quoted] = ask(thread(desk), text, intent).replies
    assert [c["id"] for c in quoted["clauses"]] == [clause]
    assert (quoted["quick_replies"], quoted["closing"]) == ([], "")
    begun = begin(thread(desk), text, intent, form)
    assert (begun.given, begun.asked) == (given, asked)


@pytest.mark.parametrize(
    ("person", "text", "confidence"),
    [
        (ALICE, "how do I get my file", 0.9),
        (ALICE, "send me my file", 0.59),
        (BOB, "cust wants her file, what do i hand her?", 0.9),
        (BOB, "send me the customer's file", 0.9),
    ],
)
def test_what_states_no_wish_gets_the_clause_and_the_offer(
    desk: Desk, person: Person, text: str, confidence: float
) -> None:
    said = ask(thread(desk, person), text, "access_request", confidence=confidence)
    assert said.follow is None
    assert said.replies[0]["clauses"][0]["id"] == "9.1"
    assert said.replies[0]["quick_replies"][0]["payload"] == "/request_access"


def test_a_button_that_names_a_topic_states_nothing(desk: Desk) -> None:
    alice = thread(desk)
    message = alice.receive("See my own information", payload="/access_request")
    assert desk.respond(alice.id, message, reading("access_request")).follow is None


def test_a_stated_wish_beside_a_question_is_begun_after_the_answer(desk: Desk) -> None:
    parts = (
        reading("retention", text="How long do you keep my calls?"),
        reading("consent_withdrawal", text="And stop calling me."),
    )
    text = "How long do you keep my calls? And stop calling me."
    said = ask(thread(desk), text, "retention", requests=parts)
    assert [reply["intent"] for reply in said.replies] == ["retention", "consent_withdrawal"]
    assert said.follow == "withdrawal_form"


def test_of_two_stated_wishes_the_person_chooses_the_first(desk: Desk) -> None:
    parts = (
        reading("access_request", text="Send me my file."),
        reading("consent_withdrawal", text="And stop calling me."),
    )
    said = ask(thread(desk), "Send me my file. And stop calling me.", "retention", requests=parts)
    assert said.follow is None
    assert "Which one first?" in said.replies[-1]["text"]
    buttons = [button["payload"] for button in said.replies[-1]["quick_replies"]]
    assert buttons == ["/request_access", "/request_withdrawal"]


def test_how_long_something_is_kept_is_no_wish_to_stop(desk: Desk) -> None:
    alice = thread(desk)
    [reply] = ask(alice, "how long do you keep it?", "retention").replies
    assert reply["closing"] == ""
    [reply] = ask(alice, "can you delete it all?", "retention").replies
    assert reply["closing"] == "Shall I take down now what you want stopped?"
