"""The guided conversation: a draft's life from its first word to its receipt."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from bot.desk import Desk, FormTurn
from bot.domain.errors import DeskError, HorizonError
from bot.domain.forms import Draft
from bot.domain.tickets import Kind, Ticket
from bot.store import conversations, drafts, tables
from bot.store.db import Store
from tests.desk.test_intake import ending
from tests.fakes.desks import set_time, shipped_library
from tests.fakes.threads import MONDAY, Thread, leads, reading, wired
from tests.people import ALICE, BOB, CHARLIE

STORY = "They read my bill out loud at the counter and everybody heard it."
ADDRESS = "alice@example.ca"


@pytest.fixture
def store(request: pytest.FixtureRequest, sqlite_url: str) -> Store:
    """One database is enough for what is said; what is raced for asks for both."""
    store = Store(sqlite_url, shiftable=True)
    request.addfinalizer(store.close)
    set_time(store, MONDAY)
    return store


@pytest.fixture
def desk(store: Store) -> Desk:
    return wired(store)


@pytest.fixture
def alice(store: Store, desk: Desk) -> Thread:
    return Thread(store, desk, ALICE)


def open_draft(thread: Thread) -> Draft | None:
    with thread.store.reading() as connection:
        return drafts.find_open(connection, thread.id)


def filled(thread: Thread) -> FormTurn:
    """Tell everything; the summary waits for a yes."""
    thread.write("complaint", STORY)
    thread.write("complaint", "on 3 November")
    return thread.write("complaint", ADDRESS)


def own_tickets(thread: Thread) -> list[Ticket]:
    return thread.desk.tickets.of_person(thread.person.id)


def asked(thread: Thread, message: str = "") -> str:
    reply = thread.desk.question(thread.id, message)
    return reply.lead if reply else ""


def test_straight_through(alice: Thread) -> None:
    begun = alice.write("complaint", STORY)
    assert (begun.given, begun.asked) == (("what",), "when")
    assert STORY in leads(begun)
    day = alice.write("complaint", "on 3 November")
    assert (day.given, day.asked) == (("what", "when"), "reach")
    assert "Tuesday 3 November 2026" in leads(day)
    reached = alice.write("complaint", ADDRESS)
    assert reached.asked == "confirm"
    assert f"by e-mail to {ADDRESS}" in leads(reached)
    summed_up = asked(alice)
    assert all(words in summed_up for words in (STORY, "3 November 2026", ADDRESS))
    assert own_tickets(alice) == []
    filed = alice.press("complaint", "affirm_request")
    assert (filed.closed, filed.follow) == (True, None)
    [ticket] = own_tickets(alice)
    receipt = filed.replies[0]
    assert ticket.reference in receipt["lead"]
    assert "will respond by Friday 11 December 2026 (policy 10.5)" in receipt["lead"]
    assert "aims to resolve by Wednesday 23 December 2026 (policy 10.5)" in receipt["lead"]
    assert receipt["ticket"]["reference"] == ticket.reference
    assert receipt["clauses"][0]["id"] == "10.5"
    assert "Privacy Commissioner" in receipt["closing"]
    assert ticket.fields["what"]["words"] == STORY
    assert ticket.fields["when"]["value"] == "2026-11-03"
    assert open_draft(alice) is None
    assert asked(alice) == ""


def test_a_yes_in_words_files_too(alice: Thread) -> None:
    filled(alice)
    assert alice.write("complaint", "yes please do that", "yes").closed
    assert len(own_tickets(alice)) == 1


def test_a_few_words_open_the_form_and_are_not_taken_for_the_story(alice: Thread) -> None:
    begun = alice.write("complaint", "I want to complain")
    assert (begun.given, begun.asked) == ((), "what")
    assert "I am sorry this happened" in leads(begun)
    assert asked(alice).startswith("What happened?")


@pytest.mark.parametrize(
    ("at", "text", "again"),
    [
        ("what", "no", "Please tell me in a sentence"),
        ("when", "blue", "I could not read a date"),
        ("when", "31 November", "I cannot find that day in the calendar."),
        ("when", "on 3 December 2027", "lies in the future"),
        ("reach", "alice@", "That e-mail address is not complete."),
        ("reach", "41655", "That telephone number is not complete."),
        ("reach", "soon", "does not look like a complete e-mail"),
    ],
)
def test_what_does_not_fit_a_field_is_not_stored(
    alice: Thread, at: str, text: str, again: str
) -> None:
    alice.press("complaint", "request_complaint")
    for name, answer in (("what", STORY), ("when", "yesterday"), ("reach", ADDRESS)):
        if name == at:
            break
        alice.write("complaint", answer)
    before = open_draft(alice)
    refused = alice.write("complaint", text)
    assert again in leads(refused)
    assert refused.asked == at
    assert open_draft(alice) == before


def test_a_later_answer_is_corrected_alone(alice: Thread) -> None:
    alice.write("complaint", STORY)
    alice.write("complaint", "yesterday")
    alice.write("complaint", "416 555 0134")
    changed = alice.write("complaint", "sorry, the number ends in 41", "correction")
    assert "(416) 555-0141" in leads(changed)
    draft = open_draft(alice)
    assert draft is not None
    assert {name: value.value for name, value in draft.fields.items() if value.words} == {
        "what": STORY,
        "when": "2026-11-22",
        "reach": "+14165550141",
    }


def test_a_new_date_corrects_the_date_though_another_question_is_open(alice: Thread) -> None:
    alice.write("complaint", STORY)
    alice.write("complaint", "yesterday")
    changed = alice.write("complaint", "no, it was 4 November", "correction")
    assert "4 November 2026" in leads(changed)
    assert changed.asked == "reach"


def test_a_new_address_in_a_correction_answers_the_open_question(alice: Thread) -> None:
    alice.write("complaint", STORY)
    alice.write("complaint", "yesterday")
    answered = alice.write("complaint", f"sorry, better {ADDRESS}", "correction")
    assert answered.asked == "confirm"


def test_a_correction_of_the_story_is_added_to_it(alice: Thread) -> None:
    filled(alice)
    alice.write("complaint", "what happened was at the shop in Barrie", "correction")
    draft = open_draft(alice)
    assert draft is not None
    assert draft.fields["what"].value.startswith(STORY)
    assert draft.fields["what"].value.endswith("at the shop in Barrie")


def test_a_correction_of_nothing_known_asks_which_once(alice: Thread) -> None:
    filled(alice)
    message = alice.receive("that is not right")
    turn = alice.desk.form_turn(
        "complaint", alice.id, message, reading("complaint", "correction", text="")
    )
    assert "Which answer shall I change?" in leads(turn)
    payloads = [button["payload"] for button in turn.replies[0]["quick_replies"]]
    assert payloads[0] == '/change_field{"field": "what"}'
    assert asked(alice, message) == ""


def test_the_button_of_a_field_asks_it_again(alice: Thread) -> None:
    filled(alice)
    chosen = alice.press("complaint", "change_field", field="when")
    assert chosen.asked == "when"
    assert asked(alice).startswith("When did it happen?")
    assert alice.write("complaint", "2 November").asked == "confirm"
    unknown = alice.press("complaint", "change_field", field="shoe_size")
    assert "Which answer" in leads(unknown)


def test_no_at_the_summary_files_nothing_and_asks_what_to_change(alice: Thread) -> None:
    filled(alice)
    refused = alice.press("complaint", "deny_request")
    assert "Nothing is filed yet." in leads(refused)
    assert refused.asked == "confirm"
    assert own_tickets(alice) == []


def test_more_words_at_the_summary_are_no_yes(alice: Thread) -> None:
    filled(alice)
    assert alice.write("complaint", "and the weather was bad").asked == "confirm"
    assert alice.write("complaint", "hm", "not_understood").asked == "confirm"
    assert own_tickets(alice) == []


def test_a_bare_yes_answers_no_question_but_the_last(alice: Thread) -> None:
    alice.press("complaint", "request_complaint")
    assert alice.write("complaint", "yes", "yes").asked == "what"
    assert alice.press("complaint", "affirm_request").asked == "what"


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(alice: Thread) -> None:
    alice.write("complaint", STORY)
    answered = alice.write(
        "complaint", "how long do you keep this?", "question", "retention", clauses=(("5.3", None),)
    )
    assert answered.replies[0]["clauses"][0]["id"] == "5.3"
    assert answered.replies[0]["quick_replies"] == []
    assert (answered.asked, answered.given) == ("when", ("what",))
    assert asked(alice).startswith("When did it happen?")


def test_cancel_deletes_what_was_said(alice: Thread) -> None:
    filled(alice)
    gone = alice.write("complaint", "forget it", "cancel")
    assert gone.closed
    assert "Nothing was filed, and your answers are deleted" in leads(gone)
    with alice.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.drafts)).scalar() == 0
    assert own_tickets(alice) == []


def test_another_request_is_offered_and_the_first_comes_back(alice: Thread) -> None:
    alice.write("complaint", STORY)
    offer = alice.write(
        "complaint", "I also want to see my file", "other_request", "access_request"
    )
    assert offer.asked == "when"
    payloads = [button["payload"] for button in offer.replies[0]["quick_replies"]]
    assert payloads == ['/switch_request{"kind": "access"}', "/keep_request"]
    wanted_at = alice.store.now()
    set_time(alice.store, MONDAY + timedelta(days=1))

    switch = alice.receive(payload=payloads[0])
    pressed = reading("switch_request", slots={"kind": "access"})
    left = alice.desk.form_turn("complaint", alice.id, switch, pressed)
    assert (left.closed, left.follow) == (True, "access_form")
    begun = alice.desk.form_turn("access", alice.id, switch, pressed)
    assert "this conversation is your written request" in leads(begun)
    draft = open_draft(alice)
    assert draft is not None
    # Day 0 is the day on which she first wrote of it.
    assert abs(draft.received_at - wanted_at) < timedelta(minutes=1)
    alice.write("access", "everything you have about me", intent="access_request")
    alice.write("access", "416 555 0134", intent="access_request")
    alice.write("access", ADDRESS, intent="access_request")
    filed = alice.press("access", "affirm_request")
    assert "One thing is still set aside: complaint." in leads(filed)
    assert [ticket.kind for ticket in own_tickets(alice)] == [Kind.ACCESS]

    resumed = alice.press("complaint", "request_complaint")
    assert STORY in leads(resumed)
    assert resumed.asked == "when"


def test_switching_back_takes_up_what_was_set_aside(alice: Thread) -> None:
    alice.write("complaint", STORY)
    for left, taken in (("complaint", "access"), ("access", "complaint")):
        switch = alice.receive(payload="/switch_request")
        pressed = reading("switch_request", slots={"kind": taken})
        assert alice.desk.form_turn(left, alice.id, switch, pressed).follow == f"{taken}_form"
        turn = alice.desk.form_turn(taken, alice.id, switch, pressed)
    assert turn.given == ("what",)
    assert STORY in leads(turn)


def test_keep_and_switches_to_nowhere_go_on(alice: Thread) -> None:
    alice.write("complaint", STORY)
    for turn in (
        alice.press("complaint", "keep_request"),
        alice.press("complaint", "switch_request", kind="complaint"),
        alice.press("complaint", "switch_request", kind="lawsuit"),
    ):
        assert leads(turn) == "Good, let us go on."
        assert turn.asked == "when"


def test_a_second_grievance_within_a_complaint_is_no_other_request(alice: Thread) -> None:
    alice.write("complaint", STORY)
    turn = alice.write("complaint", "and I complain of this, too", "other_request", "complaint")
    assert turn.asked == "when"
    assert turn.replies[0]["clauses"][0]["id"] == "10.5"


def test_starting_what_is_open_says_so(alice: Thread) -> None:
    alice.write("complaint", STORY)
    assert "We are in the middle of it" in leads(alice.press("complaint", "request_complaint"))


def test_a_form_that_is_not_open_leaves_the_message_to_the_open_one(alice: Thread) -> None:
    alice.write("complaint", STORY)
    assert alice.write("access", "yesterday").follow == "complaint_form"


def test_without_a_draft_a_message_that_starts_nothing_is_an_ordinary_one(alice: Thread) -> None:
    turn = alice.write("complaint", "how long do you keep data?", intent="retention")
    assert (turn.closed, turn.follow) == (True, "respond")


def test_a_complaint_among_several_wishes_starts_its_form(alice: Thread) -> None:
    parts = (reading("retention"), reading("complaint"))
    turn = alice.write("complaint", STORY, intent="retention", requests=parts)
    assert (turn.follow, turn.asked) == (None, "when")


def test_the_words_before_the_button_are_the_story(alice: Thread) -> None:
    message = alice.receive(STORY)
    alice.desk.respond(alice.id, message, reading("complaint_procedure", text=STORY))
    begun = alice.press("complaint", "request_complaint")
    assert begun.given == ("what",)
    assert open_draft(alice) is not None


def test_an_old_wish_does_not_date_the_next_request(alice: Thread) -> None:
    alice.desk.respond(alice.id, alice.receive(STORY), reading("complaint", text=STORY))
    filled(alice)
    alice.press("complaint", "affirm_request")
    set_time(alice.store, MONDAY + timedelta(days=9))
    alice.press("complaint", "request_complaint")
    draft = open_draft(alice)
    assert draft is not None
    assert draft.received_at > MONDAY + timedelta(days=8)


def test_a_question_about_keeping_is_no_wish_to_withdraw(alice: Thread) -> None:
    question = "how long do you keep my data?"
    alice.desk.respond(alice.id, alice.receive(question), reading("retention", text=question))
    set_time(alice.store, MONDAY + timedelta(days=2))
    alice.press("withdrawal", "request_withdrawal")
    draft = open_draft(alice)
    assert draft is not None
    assert draft.received_at > MONDAY + timedelta(days=1)


def test_the_next_day_the_form_goes_on(alice: Thread) -> None:
    alice.write("complaint", STORY)
    set_time(alice.store, MONDAY + timedelta(days=1))
    assert alice.write("complaint", "yesterday").asked == "reach"
    alice.write("complaint", ADDRESS)
    alice.press("complaint", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.received_local_date == date(2026, 11, 23)
    assert ticket.fields["when"]["value"] == "2026-11-23"


def test_a_withdrawal_says_what_follows_before_it_is_confirmed(alice: Thread) -> None:
    alice.press("withdrawal", "request_withdrawal")
    alice.write("withdrawal", "sales calls and the newsletter", intent="consent_withdrawal")
    alice.write("withdrawal", "my number is 416 555 0134", intent="consent_withdrawal")
    alice.write("withdrawal", ADDRESS, intent="consent_withdrawal")
    summed_up = asked(alice)
    assert "What follows from it" in summed_up
    assert "Sales calls stop within 14 days" in summed_up
    alice.press("withdrawal", "affirm_request")
    [ticket] = own_tickets(alice)
    assert {clock.name for clock in ticket.clocks} == {
        "respond",
        "marketing_messages",
        "sales_calls",
    }


def test_a_conversation_in_french_is_guided_in_french(alice: Thread) -> None:
    words = "On a lu ma facture à voix haute au comptoir devant tout le monde."
    message = alice.receive(words)
    french = reading("complaint", text=words, language="fr")
    assert alice.desk.respond(alice.id, message, french).follow == "complaint_form"
    begun = alice.desk.form_turn("complaint", alice.id, message, french)
    assert begun.asked == "when"
    assert "J’ai noté" in leads(begun)
    question = alice.desk.question(alice.id, message)
    assert question is not None
    assert question.quick_replies[-1].title == "Annuler"
    alice.write("complaint", "hier")
    alice.write("complaint", ADDRESS)
    filed = alice.press("complaint", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.reference in leads(filed)
    assert ticket.fields["when"]["value"] == "2026-11-22"


def test_a_message_taken_twice_is_taken_once(alice: Thread) -> None:
    filled(alice)
    message = alice.receive(payload="/affirm_request")
    first, second = (
        alice.desk.form_turn("complaint", alice.id, message, reading("affirm_request"))
        for _ in range(2)
    )
    assert first == second
    assert len(own_tickets(alice)) == 1


def test_confirmed_twice_is_filed_once(alice: Thread) -> None:
    filled(alice)
    alice.press("complaint", "affirm_request")
    again = alice.press("complaint", "affirm_request")
    assert (again.closed, again.follow) == (True, "respond")
    message = alice.receive(payload="/affirm_request")
    said = alice.desk.respond(alice.id, message, reading("affirm_request")).replies[0]["lead"]
    assert said.startswith("There is no question open between us just now.")
    assert len(own_tickets(alice)) == 1


def test_charlie_sees_nothing_of_alices_draft_or_ticket(store: Store, alice: Thread) -> None:
    charlie = Thread(store, alice.desk, CHARLIE)
    filled(alice)
    assert alice.desk.question(charlie.id, "") is None
    assert charlie.press("complaint", "affirm_request").follow == "respond"
    alice.press("complaint", "affirm_request")
    assert own_tickets(charlie) == []
    with pytest.raises(DeskError, match="not known"):
        alice.desk.form_turn("complaint", "unknown", charlie.receive("x"), reading())


def test_no_calendar_no_ticket_and_the_answers_stay(store: Store) -> None:
    desk = wired(store, facts=ending(shipped_library(), date(2026, 12, 1)))
    bob = Thread(store, desk, BOB)
    filled(bob)
    before = open_draft(bob)
    with pytest.raises(HorizonError):
        bob.press("complaint", "affirm_request")
    assert open_draft(bob) == before
    assert own_tickets(bob) == []


def test_no_receipt_when_the_commit_fails(alice: Thread) -> None:
    filled(alice)
    before = open_draft(alice)
    message = alice.receive(payload="/affirm_request")

    def fail(_connection: object) -> None:
        raise OSError("the disk is full")

    event.listen(alice.store.engine, "commit", fail)
    with pytest.raises(OSError, match="disk"):
        alice.desk.form_turn("complaint", alice.id, message, reading("affirm_request"))
    event.remove(alice.store.engine, "commit", fail)
    assert own_tickets(alice) == []
    assert open_draft(alice) == before
    turn = alice.desk.form_turn("complaint", alice.id, message, reading("affirm_request"))
    assert turn.replies[0]["ticket"]["reference"] == own_tickets(alice)[0].reference


class TestRaces:
    """What two processes may do to one conversation at once, on both databases."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def store(self, request: pytest.FixtureRequest) -> Store:
        url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
        store = Store(url, shiftable=True)
        request.addfinalizer(store.close)
        set_time(store, MONDAY)
        return store

    def test_one_confirmation_taken_at_once(self, alice: Thread) -> None:
        filled(alice)
        message = alice.receive(payload="/affirm_request")
        together = threading.Barrier(4)

        def take(_: int) -> FormTurn:
            together.wait()
            return alice.desk.form_turn("complaint", alice.id, message, reading("affirm_request"))

        with ThreadPoolExecutor(4) as pool:
            turns = list(pool.map(take, range(4)))
        assert turns == [turns[0]] * 4
        assert turns[0].replies[0]["ticket"]["reference"] == own_tickets(alice)[0].reference
        assert len(own_tickets(alice)) == 1

    def test_messages_that_begin_a_request_at_once(self, alice: Thread) -> None:
        messages = [alice.receive(STORY) for _ in range(4)]
        together = threading.Barrier(4)

        def begin(message: str) -> FormTurn:
            together.wait()
            begun = reading("complaint", "answer", text=STORY)
            return alice.desk.form_turn("complaint", alice.id, message, begun)

        with ThreadPoolExecutor(4) as pool:
            turns = list(pool.map(begin, messages))
        assert [turn.given for turn in turns] == [("what",)] * 4
        with alice.store.reading() as connection:
            assert connection.execute(select(func.count()).select_from(tables.drafts)).scalar() == 1

    def test_a_yes_against_a_cancel(self, alice: Thread) -> None:
        filled(alice)
        together = threading.Barrier(2)

        def press(intent: str) -> FormTurn:
            together.wait()
            return alice.press("complaint", intent)

        with ThreadPoolExecutor(2) as pool:
            turns = list(pool.map(press, ("affirm_request", "cancel_request")))
        filed = [turn for turn in turns if turn.replies and turn.replies[0]["ticket"]]
        assert len(own_tickets(alice)) == len(filed)
        assert sorted(turn.follow or "" for turn in turns) == ["", "respond"]


def test_the_topic_keeps_no_words(alice: Thread) -> None:
    alice.desk.respond(alice.id, alice.receive(STORY), reading("complaint", text=STORY))
    with alice.store.reading() as connection:
        found = conversations.find(connection, alice.id)
    assert found is not None
    assert "bill" not in str(found.topic)


def confirming(thread: Thread) -> str:
    """Tell a whole complaint; returns the summary."""
    filled(thread)
    return asked(thread)


def test_the_principle_is_suggested_and_changed_in_words(alice: Thread) -> None:
    assert "principle 5) (suggested from your words; you can change it)" in confirming(alice)
    changed = alice.write("complaint", "it is principle 7", "correction")
    assert "Changed. Which principle it touches: protection (principle 7)" in leads(changed)
    alice.press("complaint", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.fields["principle"]["value"] == "7"
    assert "outcome" not in ticket.fields


def test_a_wish_is_added_before_filing(alice: Thread) -> None:
    assert "What you would like to happen: not said; you can add it" in confirming(alice)
    adding = alice.press("complaint", "change_field", field="outcome")
    assert adding.asked == "outcome"
    told = alice.write("complaint", "an apology in writing")
    assert told.asked == "confirm"
    alice.press("complaint", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.fields["outcome"]["value"] == "an apology in writing"


def test_a_wish_in_words_is_a_wish(alice: Thread) -> None:
    filled(alice)
    changed = alice.write("complaint", "I want an apology from the manager", "correction")
    assert "Noted. What you would like to happen" in leads(changed)
    assert "Corrected" not in leads(changed)


def test_what_was_written_before_is_not_asked_again(alice: Thread) -> None:
    with alice.store.transaction() as connection:
        conversations.remember(connection, alice.id, {"intent": "consent_withdrawal"})
    alice.receive("stop calling me about upgrades")
    begun = alice.press("withdrawal", "request_withdrawal")
    assert (begun.given, begun.asked) == (("uses",), "details")
    assert "Noted. What shall stop: sales calls" in leads(begun)


def test_ending_the_service_takes_a_confirmation_of_its_own(alice: Thread) -> None:
    alice.press("withdrawal", "request_withdrawal")
    assert alice.write("withdrawal", "everything").asked == "service"
    assert alice.write("withdrawal", "yes", "yes").asked == "service"
    ended = alice.write("withdrawal", "end my service", "cancel")
    assert "Noted. Your service: end my service" in leads(ended)
    assert alice.write("withdrawal", "no", "no").asked == "reach"
    alice.write("withdrawal", ADDRESS)
    assert "Your service ends, after reasonable notice" in asked(alice)
    filed = alice.press("withdrawal", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.fields["service"]["value"] == "end"
    assert ticket.fields["details"]["value"] == "none"
    points = [line for line in leads(filed).splitlines() if line[:2] in {f"{n}." for n in range(9)}]
    assert len(points) == 8


def test_narrowed_to_less_the_service_is_not_spoken_of(alice: Thread) -> None:
    alice.press("withdrawal", "request_withdrawal")
    alice.write("withdrawal", "everything")
    alice.write("withdrawal", "end my service")
    alice.write("withdrawal", "account 90871")
    alice.write("withdrawal", ADDRESS)
    alice.press("withdrawal", "change_field", field="uses")
    alice.write("withdrawal", "sales calls")
    assert "service" not in asked(alice).partition("What follows")[0].lower()
    alice.press("withdrawal", "affirm_request")
    [ticket] = own_tickets(alice)
    assert "service" not in ticket.fields


def test_a_leak_is_opened_for_staff_and_for_customers_in_words_of_their_own(
    store: Store, desk: Desk
) -> None:
    told = [
        leads(Thread(store, desk, person).press("incident", "request_incident"))
        for person in (ALICE, BOB)
    ]
    assert "take the file offline" not in told[0]
    assert "take the file offline" in told[1]
    assert all("call 9-1-1 first" in words for words in told)


def test_everything_that_may_be_added_is_asked_for_by_one_button(alice: Thread) -> None:
    alice.press("access", "request_access")
    alice.write("access", "everything")
    alice.write("access", "account 77120")
    assert alice.write("access", ADDRESS).asked == "confirm"
    assert "Not needed, but you can add: your name, which period" in asked(alice)
    more = alice.press("access", "change_field", field="more")
    names = [b["payload"].split('"')[3] for b in more.replies[0]["quick_replies"][:-1]]
    assert names == ["name", "period", "delivery", "format", "representative", "correction"]
    assert alice.press("access", "change_field", field="period").asked == "period"
    alice.write("access", "since January 2025")
    alice.press("access", "affirm_request")
    [ticket] = own_tickets(alice)
    assert ticket.fields["period"]["value"] == "since January 2025"
    assert "format" not in ticket.fields


def test_what_is_wanted_may_stand_in_the_wish_itself(alice: Thread) -> None:
    begun = alice.write("access", "send me my call recordings", intent="access_request")
    assert begun.asked == "find"


def test_a_detail_told_unasked_is_noted_where_it_belongs(alice: Thread) -> None:
    alice.press("access", "request_access")
    alice.write("access", "everything")
    alice.write("access", "account 77120")
    noted = alice.write("access", "I act for my mother, I have a power of attorney", "question")
    assert "Someone who acts for you" in leads(noted)
    assert noted.asked == "reach"


def test_what_was_asked_for_together_is_offered_when_the_first_is_done(alice: Thread) -> None:
    with alice.store.transaction() as connection:
        conversations.remember(connection, alice.id, {"also": ["complaint", "access"]})
    filled(alice)
    filed = alice.press("complaint", "affirm_request")
    offered = filed.replies[-1]
    assert "You also asked for something else" in offered["lead"]
    assert [b["payload"] for b in offered["quick_replies"]] == ["/request_access"]
    alice.press("access", "request_access")
    cancelled = alice.press("access", "cancel_request")
    assert "You also asked" not in leads(cancelled)


def test_where_requests_stand_is_told_in_the_middle_of_another(alice: Thread) -> None:
    filled(alice)
    alice.press("complaint", "affirm_request")
    [ticket] = own_tickets(alice)
    alice.press("access", "request_access")
    alice.write("access", "everything")
    told = alice.write("access", "where is my complaint?", "question", intent="ticket_status")
    assert ticket.reference in leads(told)
    assert told.asked == "find"


def test_nothing_to_add_may_be_typed_as_well_as_pressed(alice: Thread) -> None:
    alice.press("withdrawal", "request_withdrawal")
    assert alice.write("withdrawal", "sales calls").asked == "details"
    assert alice.write("withdrawal", "Nothing to add", "not_understood").asked == "reach"


@pytest.mark.parametrize("read_as", ["bot_challenge", "out_of_scope", "talk_to_human"])
def test_who_sees_this_is_about_the_request_whatever_it_was_read_as(
    alice: Thread, read_as: str
) -> None:
    alice.write("complaint", STORY)
    told = alice.write("complaint", "who sees this?", "question", intent=read_as)
    assert "goes to the Privacy Officer" in leads(told)
    assert told.asked == "when"


def test_nothing_to_add_to_the_summary_leaves_it_as_it_is(alice: Thread) -> None:
    filled(alice)
    told = alice.write("complaint", "nothing to add", "no")
    assert told.asked == "confirm" and "Which answer" not in leads(told)
    assert own_tickets(alice) == []
    assert "Shall I file it?" in asked(alice)


def test_a_short_question_beside_a_french_request_is_answered_in_french(alice: Thread) -> None:
    with alice.store.transaction() as connection:
        conversations.remember(connection, alice.id, {"language": "fr"})
    alice.press("access", "request_access")
    told = alice.write("access", "es-tu un robot?", "question", intent="bot_challenge")
    assert "Je suis un programme informatique" in leads(told)
