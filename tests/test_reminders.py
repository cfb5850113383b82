"""The sweep: what is due is sent once, tried again, handed on, or said no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.channels.log import LogNotifier
from bot.desk import Desk
from bot.domain.tickets import Kind, Status, Step, Ticket
from bot.notices import Ladder, Notice, NoticeError, Notifier, Recipient, Sort
from bot.reminders import ATTEMPTS, LEASE, Sweeper, Swept
from bot.store import notices
from bot.store.db import Store
from bot.store.notices import NoticeRow
from tests.fakes.desks import set_time
from tests.fakes.notifier import RecordingNotifier
from tests.fakes.threads import DEPUTY, LADDER, LOG, MONDAY, OFFICER, filing, wired
from tests.people import ALICE

BUSY = NoticeError("the mail server answered 451", permanent=False)
REFUSED = NoticeError("the address was refused", permanent=True)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def one_store(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url, shiftable=True)
    set_time(store, MONDAY)
    yield store
    store.close()


@dataclass
class Office:
    """A desk, its ways to reach people, and a sweeper."""

    store: Store
    ladder: Ladder = LADDER
    mail: RecordingNotifier = field(default_factory=RecordingNotifier)
    log: RecordingNotifier = field(default_factory=lambda: RecordingNotifier("log"))

    def __post_init__(self) -> None:
        set_time(self.store, MONDAY)
        self.desk: Desk = wired(self.store, self.ladder)

    def sweeper(self, *ways: Notifier) -> Sweeper:
        chosen: dict[str, Notifier] = {way.name: way for way in ways or (self.mail, self.log)}
        return Sweeper(self.desk.intake, chosen, self.ladder, "https://desk.example")

    def sweep(self, moment: datetime | None = None) -> list[Swept]:
        """Sweep at a moment that the desk's clock is moved to."""
        if moment is not None:
            set_time(self.store, moment)
        return self.sweeper().sweep()

    def file(self, kind: Kind = Kind.INQUIRY) -> Ticket:
        return self.desk.open_request(filing(ALICE, kind=kind))

    def states(self, ticket: Ticket) -> dict[tuple[str, str], str]:
        shown = self.desk.tickets.show(ticket.reference)
        return {(n["threshold"], n["to"]): n["state"] for n in shown.notices}


@pytest.fixture
def office(one_store: Store) -> Office:
    return Office(one_store)


def claimed_by(sweeper: Sweeper, *, sending: bool = False) -> list[NoticeRow]:
    """What a sweeper claims that dies before it is `sending`, or while it is."""
    with sweeper.intake.store.transaction() as connection:
        rows = notices.claim_due(
            connection, sweeper.intake.store.now(connection), worker=sweeper.worker, lease=LEASE
        )
        if sending:
            assert notices.mark_sending(connection, rows, sweeper.worker) == {r.id for r in rows}
        return rows


def told(swept: list[Swept]) -> list[tuple[str, str, str]]:
    return [(s.threshold, s.to, s.state) for s in swept]


def test_a_new_ticket_is_told_once(office: Office) -> None:
    ticket = office.file()
    [swept] = office.sweep()
    assert told([swept]) == [("opened", OFFICER.to, "sent")]
    assert (swept.ticket, swept.kind, swept.clock, swept.by) == (
        ticket.reference, "inquiry", "respond", "e-mail",
    )  # fmt: skip
    [notice] = office.mail.sent
    assert notice.subject == f"{ticket.reference}: New inquiry"
    assert "will respond by Friday 11 December 2026 (policy 10.5)" in notice.text
    assert f"privacydesk ticket show {ticket.reference}" in notice.text
    assert "https://desk.example" in notice.text
    assert not notice.repeated
    assert swept.text == notice.text
    assert office.sweep() == []


def test_every_threshold_of_a_clock_comes_in_its_turn_and_once(office: Office) -> None:
    """A month of days, swept twice a day: the dates are those of the calendar."""
    office.file()
    seen: dict[str, str] = {}
    for hours in range(0, 40 * 24, 12):
        moment = MONDAY + MINUTE + timedelta(hours=hours)
        for swept in office.sweep(moment):
            if swept.to == OFFICER.to:
                assert swept.threshold not in seen
                seen[swept.threshold] = moment.date().isoformat()
    assert list(seen.items())[:6] == [
        ("opened", "2026-11-23"),
        ("5bd", "2026-12-04"),
        ("2bd", "2026-12-09"),
        ("1bd", "2026-12-10"),
        ("due", "2026-12-11"),
        ("overdue+1", "2026-12-14"),
    ]
    mine = [notice for notice in office.mail.sent if notice.to == OFFICER.to]
    subjects = [n.subject.split(": ", 1)[1] for n in mine if n.sort is not Sort.DIGEST]
    assert subjects[1:4] == [
        "Due in 1 business day: inquiry",
        "Due today: inquiry",
        "Overdue: inquiry",
    ]
    mornings = [n.subject for n in mine if n.sort is Sort.DIGEST]
    assert mornings[:6] == [
        "Privacy Desk, Friday 4 December 2026: 1 due this week",
        "Privacy Desk, Wednesday 9 December 2026: 1 due this week",
        "Privacy Desk, Thursday 10 December 2026: 1 due this week",
        "Privacy Desk, Friday 11 December 2026: 1 due today",
        "Privacy Desk, Monday 14 December 2026: 1 overdue",
        "Privacy Desk, Tuesday 15 December 2026: 1 overdue",
    ]


def test_a_deemed_refusal_takes_the_place_of_being_overdue_that_day(office: Office) -> None:
    ticket = office.file(Kind.ACCESS)
    moment, seen = MONDAY + MINUTE, []
    for _ in range(36):
        seen += [(s.clock, s.threshold, s.to) for s in office.sweep(moment)]
        moment += DAY
    told_of = {to for clock, threshold, to in seen if threshold == "deemed_refusal"}
    assert told_of == {OFFICER.to, DEPUTY.to}
    assert office.states(ticket)[("overdue+1", OFFICER.to)] in {"sent", "superseded"}
    assert ("statute", "overdue+2", OFFICER.to) in seen
    assert all(clock == "statute" for clock, threshold, _ in seen if threshold == "deemed_refusal")


def test_after_an_outage_the_latest_threshold_alone_is_said(office: Office) -> None:
    ticket = office.file()
    office.sweep()
    back = datetime.fromisoformat("2026-12-10T15:00:00+00:00")
    assert told(office.sweep(back)) == [("1bd", OFFICER.to, "sent")]
    assert office.states(ticket)[("2bd", OFFICER.to)] == "superseded"
    assert office.states(ticket)[("5bd", OFFICER.to)] == "superseded"
    assert told(office.sweep(back + timedelta(hours=2, minutes=1))) == [("1bd", DEPUTY.to, "sent")]
    assert told(office.sweep(back + DAY)) == [("due", OFFICER.to, "sent")]


def test_a_resolved_ticket_is_silent(office: Office) -> None:
    ticket = office.file(Kind.COMPLAINT)
    office.sweep()
    office.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
    assert office.sweep(MONDAY + 60 * DAY) == []
    states = office.states(ticket)
    assert states.pop(("opened", OFFICER.to)) == "sent"
    assert set(states.values()) == {"cancelled"}


def test_a_reply_silences_the_response_and_leaves_the_resolution(office: Office) -> None:
    ticket = office.file(Kind.COMPLAINT)
    office.sweep()
    office.desk.tickets.take(ticket.reference, Step.REPLY, who="officer")
    clocks = {s.clock for day in range(40) for s in office.sweep(MONDAY + day * DAY)}
    assert clocks == {"resolve"}


def test_a_passing_failure_is_tried_again_with_growing_pauses(office: Office) -> None:
    ticket = office.file()
    moment, pauses = MONDAY + MINUTE, []
    for _ in range(ATTEMPTS - 1):
        office.mail.failures = [BUSY]
        assert told(office.sweep(moment)) == [("opened", OFFICER.to, "planned")]
        [row] = [n for n in office.desk.tickets.show(ticket.reference).notices
                 if n["threshold"] == "opened"]  # fmt: skip
        again = datetime.fromisoformat(row["planned_for"])
        pauses.append(round((again - moment) / MINUTE))
        assert office.sweep(again - timedelta(seconds=20)) == []
        moment = again + timedelta(seconds=1)
    assert pauses == [1, 2, 4, 8, 16, 32, 60]
    assert told(office.sweep(moment)) == [("opened", OFFICER.to, "sent")]
    assert not office.mail.sent[0].repeated


def test_who_cannot_be_reached_after_many_tries_is_passed_over(office: Office) -> None:
    ticket = office.file()
    # A moment later than the filing: time goes on while the ticket is being filed.
    moment = MONDAY + MINUTE
    for _ in range(ATTEMPTS - 1):
        office.mail.failures = [BUSY]
        office.sweep(moment)
        moment += timedelta(hours=2)
    office.mail.failures = [BUSY]
    assert told(office.sweep(moment)) == [
        ("opened", OFFICER.to, "planned"),
        ("opened", DEPUTY.to, "sent"),
    ]
    assert told(office.sweep(moment + timedelta(hours=2))) == [("opened", OFFICER.to, "sent")]
    assert office.states(ticket)[("5bd", OFFICER.to)] == "planned"


def test_a_refused_address_hands_the_notice_down_the_ladder_at_once(office: Office) -> None:
    office.file()
    office.mail.failures = [REFUSED, REFUSED]
    assert told(office.sweep()) == [
        ("opened", OFFICER.to, "failed"),
        ("opened", DEPUTY.to, "failed"),
        ("opened", LOG.to, "sent"),
    ]
    assert [notice.to for notice in office.log.sent] == [LOG.to]


def test_one_lost_notice_ends_no_chain(one_store: Store) -> None:
    office = Office(one_store, Ladder((OFFICER,)))
    office.file()
    office.sweep()
    office.mail.failures = [REFUSED]
    fifth = datetime.fromisoformat("2026-12-04T15:00:00+00:00")
    assert told(office.sweep(fifth)) == [("5bd", OFFICER.to, "failed")]
    second = datetime.fromisoformat("2026-12-09T15:00:00+00:00")
    assert told(office.sweep(second)) == [("2bd", OFFICER.to, "sent")]


def test_a_way_that_was_switched_off_is_replaced(office: Office) -> None:
    """The notices were planned by e-mail; since then the settings know the log alone."""
    office.file()
    ladder = Ladder((Recipient("officer", "Privacy Officer", "log"),))
    later = Office(office.store, ladder)
    assert told(later.sweeper(later.log).sweep(MONDAY + MINUTE)) == [
        ("opened", "Privacy Officer", "sent"),
    ]


@pytest.mark.parametrize("sending", [False, True])
def test_a_dead_sweepers_notice_is_sent_again_and_marked_where_it_may_be_there(
    office: Office, sending: bool
) -> None:
    office.file()
    assert claimed_by(office.sweeper(), sending=sending)
    assert office.sweep() == []
    [swept] = office.sweep(MONDAY + LEASE + MINUTE)
    assert swept.state == "sent"
    assert office.mail.sent[0].repeated is sending


def test_what_is_in_doubt_stays_so_until_it_is_sent(office: Office) -> None:
    """The first sweeper died while sending it, the second finds the mail server away."""
    office.file()
    assert claimed_by(office.sweeper(), sending=True)
    office.mail.failures.append(BUSY)
    assert told(office.sweep(MONDAY + LEASE + MINUTE)) == [("opened", OFFICER.to, "planned")]
    office.sweep(MONDAY + LEASE + 5 * MINUTE)
    assert [notice.repeated for notice in office.mail.sent] == [True]


def test_a_sweeper_that_was_taken_over_records_nothing(office: Office) -> None:
    class Slow(Notifier):
        """Takes so long that another sweeper sends the notice meanwhile."""

        name = "e-mail"

        def send(self, notice: Notice) -> None:
            assert told(office.sweep(MONDAY + LEASE + MINUTE)) == [("opened", OFFICER.to, "sent")]

    ticket = office.file()
    assert told(office.sweeper(Slow()).sweep()) == [("opened", OFFICER.to, "planned")]
    assert office.states(ticket)[("opened", OFFICER.to)] == "sent"
    assert office.mail.sent[0].repeated


def test_a_notice_whose_ticket_was_resolved_on_the_way_is_dropped(office: Office) -> None:
    ticket = office.file()
    assert claimed_by(office.sweeper())
    office.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
    assert office.sweep(MONDAY + LEASE + MINUTE) == []
    assert office.mail.sent == []
    assert office.states(ticket)[("opened", OFFICER.to)] == "cancelled"


def test_what_comes_after_is_planned_from_the_ticket_as_it_is_after_the_sending(
    office: Office,
) -> None:
    """Someone acknowledges the due day's card while it is on its way: the deputy is not told."""
    ticket = office.file()

    class Acknowledged(RecordingNotifier):
        def send(self, notice: Notice) -> None:
            super().send(notice)
            if notice.threshold == "due":
                office.desk.tickets.take(ticket.reference, Step.ACKNOWLEDGE, who=OFFICER.to)

    set_time(office.store, MONDAY + timedelta(days=18))
    office.sweeper(Acknowledged(), office.log).sweep()
    assert office.states(ticket)["due", OFFICER.to] == "sent"
    assert ("due", DEPUTY.to) not in office.states(ticket)


def test_a_passing_failure_of_a_ticket_resolved_meanwhile_is_not_tried_again(
    office: Office,
) -> None:
    class Meanwhile(Notifier):
        name = "e-mail"

        def send(self, notice: Notice) -> None:
            office.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
            raise BUSY

    ticket = office.file()
    office.sweeper(Meanwhile()).sweep()
    assert office.sweep(MONDAY + DAY) == []
    assert office.desk.tickets.show(ticket.reference).status is Status.RESOLVED


def test_sweep_now_sends_what_will_be_due_then(office: Office) -> None:
    office.file()
    then = datetime.fromisoformat("2026-12-04T15:00:00+00:00")
    assert told(office.sweeper().sweep(then)) == [
        ("opened", OFFICER.to, "sent"),
        ("5bd", OFFICER.to, "sent"),
    ]
    past = MONDAY - DAY
    assert office.sweeper().sweep(past) == []


def test_a_sweep_is_noted(office: Office) -> None:
    sweeper = office.sweeper()
    moment = office.store.now()
    sweeper.sweep(moment)
    with office.store.reading() as connection:
        assert notices.last_sweep(connection) == moment


def test_the_log_tells_ids_and_no_content(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    ladder = Ladder((Recipient("officer", "Privacy Officer", "log"),))
    quiet = Office(office.store, ladder)
    ticket = quiet.desk.open_request(
        filing(ALICE, fields={"what": {"words": "my secret", "value": "", "said": ""}})
    )
    assert told(quiet.sweeper(LogNotifier()).sweep()) == [("opened", "Privacy Officer", "sent")]
    written = "".join(capsys.readouterr())
    assert ticket.reference in written
    assert "secret" not in written
    assert "will respond by" not in written


def test_two_sweepers_at_once_send_each_notice_once(store: Store) -> None:
    office = Office(store)
    for n in range(12):
        office.desk.open_request(filing(ALICE, str(n)))
    together = threading.Barrier(3)

    def sweep(_: int) -> list[Swept]:
        sweeper = office.sweeper()
        together.wait()
        return sweeper.sweep()

    with ThreadPoolExecutor(3) as pool:
        swept = [one for done in pool.map(sweep, range(3)) for one in done]
    assert told(swept) == [("opened", OFFICER.to, "sent")] * 12
    assert len({notice.key for notice in office.mail.sent}) == len(office.mail.sent) == 12
