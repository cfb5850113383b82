"""The officer's desk: one transaction and one event a call, clocks and notices in step."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.desk import Desk
from bot.domain.assessments import Assessment
from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.store import events
from bot.store.db import Store
from tests.fakes.desks import NOON, OFFICER, Post, desk_of, file, pass_days, set_time, sweeper_of


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    set_time(store, NOON)
    yield desk_of(store)
    with store.reading() as connection:
        assert events.check(connection).problems == ()


def planned(ticket: Ticket, clock: str) -> list[str]:
    """The thresholds of a clock that are planned."""
    return [
        n["threshold"] for n in ticket.notices if n["clock"] == clock and n["state"] == "planned"
    ]


def test_every_step_is_an_event_with_old_and_new(desk: Desk) -> None:
    ticket = file(desk)
    taken = desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who="officer", why="read it")
    assert taken.status is Status.ACKNOWLEDGED
    event = taken.events[-1]
    assert (event.who, event.what, event.why) == ("officer", "acknowledge", "read it")
    assert (event.before, event.after) == ({"status": "received"}, {"status": "acknowledged"})
    assert taken.version == 2


def test_of_two_officers_at_once_one_wins(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.reply(ticket.reference, "Done.", who="ann", seen=ticket.version)
    with pytest.raises(Conflict):
        desk.tickets.reply(ticket.reference, "Not done.", who="bob", seen=ticket.version)
    replies = [fact for fact in desk.tickets.show(ticket.reference).facts if fact.name == "reply"]
    assert [fact.who for fact in replies] == ["ann"]


def test_a_step_that_does_not_fit_changes_nothing(desk: Desk) -> None:
    ticket = file(desk)
    with pytest.raises(Conflict):
        desk.tickets.take(ticket.reference, Step.HEAR, who="officer")
    assert desk.tickets.show(ticket.reference) == ticket
    with pytest.raises(NotFound):
        desk.tickets.take("PD-2222-2222", Step.WORK, who="officer")


def test_a_reply_meets_the_response_and_goes_out_by_mail(desk: Desk) -> None:
    ticket = file(desk)
    replied = desk.tickets.reply(ticket.reference, "We stopped the calls.", who="officer")
    respond, resolve = replied.clock("respond"), replied.clock("resolve")
    assert respond is not None and resolve is not None
    assert (replied.status, respond.state, resolve.state) == (
        Status.ANSWERED,
        "met",
        "running",
    )
    assert planned(replied, "respond") == []
    assert planned(replied, "resolve") != []
    post = Post()
    sweeper_of(desk, post).sweep()
    received, letter = (notice for notice in post.sent if notice.to == "pat@example.ca")
    assert "will respond by" in received.text and ticket.reference in received.text
    assert letter.text.startswith("We stopped the calls.")
    assert "Privacy Commissioner" in letter.text


def test_a_letter_that_comes_back_is_told_to_the_officer(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.reply(ticket.reference, "A secret answer.", who="officer")
    post = Post(refuses={"pat@example.ca"})
    sweeper_of(desk, post).sweep()
    told = [n for n in post.sent if "not delivered: Our reply" in n.subject]
    assert [notice.to for notice in told] == [OFFICER]
    assert "A secret answer." not in told[0].text


def test_without_an_address_the_reply_waits_with_the_status(store: Store) -> None:
    set_time(store, NOON)
    desk = desk_of(store, letters=False)
    ticket = file(desk)
    replied = desk.tickets.reply(ticket.reference, "We stopped the calls.", who="officer")
    assert planned(replied, "requester") == []
    fact = replied.fact("reply")
    assert fact is not None and fact.content["text"].startswith("We stopped the calls.")


def test_an_access_request_is_extended_once_with_its_notice(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS)
    extended = desk.clocks.extend(ticket.reference, "consultations", who="officer")
    statute, respond = extended.clock("statute"), extended.clock("respond")
    assert statute is not None and respond == ticket.clock("respond")
    assert statute.promised == date(2026, 12, 24)
    assert statute.due == statute.promised + timedelta(days=30)
    event = extended.events[-1]
    assert event.before == {"due": {"statute": "2026-12-24"}}
    assert event.after is not None and event.after["due"] == {"statute": "2027-01-23"}
    notice = extended.fact("extension")
    assert notice is not None
    for wanted in ("Saturday 23 January 2027", "consultations", "right to complain"):
        assert wanted in notice.content["text"]
    assert planned(extended, "requester") == ["receipt", "extension"]
    with pytest.raises(InvalidInput, match="once"):
        desk.clocks.extend(ticket.reference, "consultations", who="officer")


def test_an_extension_moves_the_reminders_to_its_new_version(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS)
    extended = desk.clocks.extend(ticket.reference, "interference", days=10, who="officer")
    states = {(n["version"], n["state"]) for n in extended.notices if n["clock"] == "statute"}
    assert states == {(1, "cancelled"), (2, "planned")}


def test_no_extension_after_its_day_nor_of_anything_else(desk: Desk, store: Store) -> None:
    access, complaint = file(desk, Kind.ACCESS), file(desk)
    with pytest.raises(InvalidInput, match="access"):
        desk.clocks.extend(complaint.reference, "consultations", who="officer")
    with pytest.raises(InvalidInput, match="at most 30"):
        desk.clocks.extend(access.reference, "consultations", days=31, who="officer")
    pass_days(store, 31)
    with pytest.raises(InvalidInput, match="too late"):
        desk.clocks.extend(access.reference, "consultations", who="officer")


def test_an_alternative_format_takes_the_time_it_needs(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS)
    extended = desk.clocks.extend(
        ticket.reference, "alternative_format", until=date(2027, 3, 1), who="officer"
    )
    statute = extended.clock("statute")
    assert statute is not None and statute.due == date(2027, 3, 1)


def test_a_pause_silences_and_a_resumption_moves_our_target_alone(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    paused = desk.clocks.pause(ticket.reference, "waiting_for_requester", who="officer")
    assert planned(paused, "resolve") == ["paused+14"]
    pass_days(store, 5)
    resumed = desk.clocks.resume(ticket.reference, who="officer")
    resolve = resumed.clock("resolve")
    assert resolve is not None
    assert (resolve.promised, resolve.due) == (date(2026, 12, 24), date(2026, 12, 29))
    assert planned(resumed, "resolve") == ["5bd"]
    assert resumed.clock("respond") == ticket.clock("respond")
    with pytest.raises(InvalidInput):
        desk.clocks.resume(ticket.reference, who="officer")


def test_a_pause_of_a_day_plans_its_reminders_again(desk: Desk) -> None:
    ticket = file(desk)
    before = planned(ticket, "resolve")
    desk.clocks.pause(ticket.reference, "proceedings", who="officer")
    resumed = desk.clocks.resume(ticket.reference, who="officer")
    assert planned(resumed, "resolve") == before


def test_hearing_from_the_requester_ends_the_pause(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    desk.tickets.ask(ticket.reference, "Which number was it?", who="officer")
    desk.clocks.pause(ticket.reference, "waiting_for_requester", who="officer")
    pass_days(store, 2)
    heard = desk.tickets.hear(ticket.reference, who="officer")
    resolve = heard.clock("resolve")
    assert resolve is not None and not resolve.paused
    assert heard.status is Status.IN_PROGRESS


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.INQUIRY, Kind.CORRECTION])
def test_only_the_aim_to_resolve_a_complaint_pauses(desk: Desk, kind: Kind) -> None:
    ticket = file(desk, kind)
    with pytest.raises(InvalidInput):
        desk.clocks.pause(ticket.reference, "proceedings", who="officer")


def test_resolving_keeps_the_finding_and_stops_everything(desk: Desk) -> None:
    ticket = file(desk)
    with pytest.raises(InvalidInput, match="measures"):
        desk.tickets.resolve(ticket.reference, justified=True, who="officer")
    done = desk.tickets.resolve(
        ticket.reference, justified=True, measures="The list was cleaned.", who="officer"
    )
    assert done.status is Status.RESOLVED and done.closed_at is not None
    left = [(n["clock"], n["threshold"]) for n in done.notices if n["state"] == "planned"]
    assert left == [("requester", "receipt"), ("requester", "closing")]
    finding = done.fact("finding")
    assert finding is not None and finding.content["justified"] is True
    assert desk.tickets.open_by_deadline() == []


def test_what_is_overdue_is_closed_with_a_reason(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    set_time(store, NOON + timedelta(days=60))
    with pytest.raises(InvalidInput, match=r"overdue \(respond, resolve\): say why"):
        desk.tickets.resolve(ticket.reference, who="officer")
    closed = desk.tickets.resolve(ticket.reference, who="officer", why="the file was lost")
    assert (closed.status, closed.events[-1].why) == (Status.RESOLVED, "the file was lost")
    assert all(clock.met_late for clock in closed.clocks)


def test_reopening_restarts_no_clock_and_says_what_is_overdue(desk: Desk, store: Store) -> None:
    ticket = file(desk)
    desk.tickets.resolve(ticket.reference, who="officer")
    pass_days(store, 60)
    opened = desk.tickets.reopen(ticket.reference, who="officer", why="it happened again")
    resolve, respond = opened.clock("resolve"), opened.clock("respond")
    assert resolve is not None and respond is not None
    assert (resolve.state, resolve.due, respond.state) == ("overdue", date(2026, 12, 24), "met")
    assert opened.events[-1].after is not None
    assert opened.events[-1].after["overdue"] == ["resolve"]
    assert opened.closed_at is None and opened.status is Status.IN_PROGRESS


def test_reclassifying_counts_from_the_original_receipt(desk: Desk, store: Store) -> None:
    ticket = file(desk, Kind.INQUIRY)
    pass_days(store, 3)
    moved = desk.tickets.reclassify(ticket.reference, Kind.ACCESS, who="officer", why="asks for it")
    statute = moved.clock("statute")
    assert statute is not None and statute.due == date(2026, 12, 24)
    assert moved.clock("respond") == ticket.clock("respond")
    assert moved.received_at == ticket.received_at
    assert moved.events[-1].before is not None
    assert moved.events[-1].before["kind"] == "inquiry"
    assert planned(moved, "statute") != []
    back = desk.tickets.reclassify(ticket.reference, Kind.INQUIRY, who="officer")
    ended = back.clock("statute")
    assert ended is not None and ended.state == "ended" and planned(back, "statute") == []


def test_an_extension_survives_reclassifying_there_and_back(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS)
    extended = desk.clocks.extend(ticket.reference, "consultations", who="officer")
    desk.tickets.reclassify(ticket.reference, Kind.INQUIRY, who="officer")
    back = desk.tickets.reclassify(ticket.reference, Kind.ACCESS, who="officer")
    assert back.clock("statute") == extended.clock("statute")


def test_an_incident_found_late_is_paged_at_once(desk: Desk) -> None:
    ticket = file(desk, Kind.INQUIRY)
    moved = desk.tickets.reclassify(ticket.reference, Kind.INCIDENT, who="officer")
    paged = {n["to"] for n in moved.notices if n["threshold"] == "opened" and n["version"] > 1}
    assert paged == {OFFICER, "deputy@desk.example"}


def test_a_withdrawal_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="at least one use"):
        file(desk, Kind.WITHDRAWAL)
    ticket = file(desk)
    with pytest.raises(InvalidInput, match="at least one use"):
        desk.tickets.reclassify(ticket.reference, Kind.WITHDRAWAL, who="officer")


def test_identity_keeps_method_and_result_only(desk: Desk) -> None:
    ticket = file(desk, Kind.ACCESS)
    known = desk.tickets.identify(ticket.reference, "code to e-mail", "confirmed", who="officer")
    assert known.identity == {"method": "code to e-mail", "result": "confirmed"}
    with pytest.raises(InvalidInput):
        desk.tickets.identify(ticket.reference, "licence A1234-56789", "confirmed", who="officer")


def test_of_two_receipts_the_earlier_wins(desk: Desk) -> None:
    later = file(desk)
    earlier = file(desk, received_at=NOON - timedelta(days=2), person="slack:U1")
    kept = desk.tickets.link(earlier.reference, later.reference, who="officer")
    assert kept.reference == earlier.reference and kept.status is Status.RECEIVED
    joined = desk.tickets.show(later.reference)
    assert (joined.status, joined.duplicate_of) == (Status.DUPLICATE, earlier.reference)
    assert {clock.state for clock in joined.clocks} == {"ended"}
    with pytest.raises(InvalidInput):
        desk.tickets.link(earlier.reference, earlier.reference, who="officer")


def test_a_disagreement_is_a_fact_of_its_own(desk: Desk) -> None:
    ticket = file(desk, Kind.CORRECTION)
    noted = desk.tickets.disagree(ticket.reference, "The address was never mine.", who="officer")
    fact = noted.fact("disagreement")
    assert fact is not None and fact.content == {"substance": "The address was never mine."}
    assert noted.events[-1].what == "disagreement"


def test_the_register_keeps_every_assessment(desk: Desk) -> None:
    ticket = file(desk, Kind.INCIDENT)
    first = Assessment(date(2026, 11, 24), "names only", "low", False, "it was encrypted")
    second = Assessment(
        date(2026, 11, 24), "bank details", "high", True, "the key was lost, too",
        reported_on=date(2026, 11, 25), others_told={"the bank": date(2026, 11, 26)},
    )  # fmt: skip
    for assessment in (first, second):
        assessed = desk.tickets.assess(ticket.reference, assessment, who="officer")
    held = assessed.fact("assessment")
    assert held is not None and held.number == 2
    assert held.content["others_told"] == {"the bank": "2026-11-26"}
    with pytest.raises(InvalidInput):
        desk.tickets.assess(file(desk).reference, first, who="officer")


def test_reminders_are_kept_back_but_not_beyond_the_due_date(desk: Desk) -> None:
    ticket = file(desk)
    later = NOON + timedelta(days=1)
    snoozed = desk.tickets.snooze(ticket.reference, later, who="officer")
    pings = [n for n in snoozed.notices if n["clock"] != "requester"]
    assert pings and all(n["planned_for"] >= later.isoformat() for n in pings)
    with pytest.raises(InvalidInput):
        desk.tickets.snooze(ticket.reference, NOON + timedelta(days=40), who="officer")


def test_a_note_and_an_owner(desk: Desk) -> None:
    ticket = file(desk)
    desk.tickets.note(ticket.reference, " look at the list ", who="ann")
    owned = desk.tickets.assign(ticket.reference, "bob", who="ann")
    assert owned.owner == "bob"
    assert [(e.what, e.why) for e in owned.events[1:]] == [
        ("note", "look at the list"),
        ("assign", ""),
    ]
    with pytest.raises(InvalidInput):
        desk.tickets.note(ticket.reference, "  ", who="ann")


def test_an_answered_request_stays_in_the_list_behind_the_others(desk: Desk) -> None:
    answered, waiting = file(desk, Kind.INQUIRY), file(desk, Kind.INQUIRY)
    desk.tickets.reply(answered.reference, "So it is.", who="officer")
    listed = desk.tickets.open_by_deadline()
    assert [t.reference for t in listed] == [waiting.reference, answered.reference]
    beyond = desk.tickets.open_by_deadline(beyond=listed[0])
    assert [t.reference for t in beyond] == [answered.reference]
    assert desk.tickets.open_by_deadline(beyond=listed[1]) == []
