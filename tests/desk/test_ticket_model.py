"""Any order of the officer's steps, on a real store, against a model of a few lines."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.desk import Desk
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.tickets import LIFE_CYCLE, Kind, Status, Step, is_open
from bot.store import events
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, pass_days, set_time

KINDS = st.sampled_from([Kind.COMPLAINT, Kind.ACCESS, Kind.INQUIRY, Kind.CORRECTION])
STEPS = st.sampled_from([step for step in Step if step is not Step.LINK])


class Modelled:
    """What the model knows of a ticket."""

    def __init__(self, kind: Kind) -> None:
        self.kind, self.status = kind, Status.RECEIVED
        self.events, self.paused, self.extended = 1, False, False


class Tickets(RuleBasedStateMachine):
    """Open, step, pause, extend, reclassify, let days pass: the desk and the model agree."""

    opened: Bundle[str] = Bundle("opened")
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="model-")
        path = Path(self.folder) / "desk.db"
        shutil.copy(self.template, path)
        self.store = Store(f"sqlite:///{path}", shiftable=True)
        set_time(self.store, NOON)
        self.desk: Desk = desk_of(self.store)
        self.model: dict[str, Modelled] = {}

    def teardown(self) -> None:
        with self.store.reading() as connection:
            assert events.check(connection).problems == ()
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(target=opened, kind=KINDS)
    def open(self, kind: Kind) -> str:
        ticket = file(self.desk, kind, received_at=NOON)
        self.model[ticket.reference] = Modelled(kind)
        return ticket.reference

    @rule(reference=opened, step=STEPS)
    def take(self, reference: str, step: Step) -> None:
        known = self.model[reference]
        status = LIFE_CYCLE.get((known.status, step))
        try:
            self.desk.tickets.take(reference, step, who="officer")
        except Conflict:
            assert status is None
            return
        assert status is not None
        known.status, known.events = status, known.events + 1
        if step is Step.HEAR:
            known.paused = False

    @rule(reference=opened)
    def pause(self, reference: str) -> None:
        known = self.model[reference]
        try:
            self.desk.clocks.pause(reference, "waiting_for_requester", who="officer")
        except InvalidInput:
            return
        assert known.kind is Kind.COMPLAINT and is_open(known.status) and not known.paused
        known.paused, known.events = True, known.events + 1

    @rule(reference=opened)
    def resume(self, reference: str) -> None:
        known = self.model[reference]
        try:
            self.desk.clocks.resume(reference, who="officer")
        except InvalidInput:
            assert not known.paused
            return
        assert known.paused
        known.paused, known.events = False, known.events + 1

    @rule(reference=opened)
    def extend(self, reference: str) -> None:
        known = self.model[reference]
        try:
            self.desk.clocks.extend(reference, "consultations", who="officer")
        except InvalidInput:
            return
        assert known.kind is Kind.ACCESS and is_open(known.status) and not known.extended
        known.extended, known.events = True, known.events + 1

    @rule(reference=opened, seen=st.integers(1, 6))
    def assign_after_looking(self, reference: str, seen: int) -> None:
        known = self.model[reference]
        try:
            self.desk.tickets.assign(reference, "bob", who="officer", seen=seen)
        except Conflict:
            assert seen != known.events
            return
        assert seen == known.events
        known.events += 1

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        pass_days(self.store, days)

    @invariant()
    def the_desk_is_as_modelled(self) -> None:
        for reference, known in self.model.items():
            ticket = self.desk.tickets.show(reference)
            assert (ticket.status, ticket.kind) == (known.status, known.kind)
            assert len(ticket.events) == ticket.version == known.events
            assert (ticket.closed_at is None) == is_open(known.status)
            assert any(clock.paused for clock in ticket.clocks) == known.paused
            self._dates_hold(reference)
            planned = [n for n in ticket.notices if n["state"] == "planned"]
            if not is_open(known.status):
                assert {n["clock"] for n in planned} <= {"requester"}

    def _dates_hold(self, reference: str) -> None:
        """No promise of 14 business days ever moves, and no due date comes before its promise."""
        for clock in self.desk.tickets.show(reference).clocks:
            assert clock.due >= clock.promised
            assert clock.name != "respond" or clock.due == clock.promised

    @invariant()
    def the_list_holds_the_open_ones(self) -> None:
        listed = self.desk.tickets.open_by_deadline()
        assert {t.reference for t in listed} == {
            reference for reference, known in self.model.items() if is_open(known.status)
        }


def test_any_order_of_steps(sqlite_template: Path) -> None:
    Tickets.template = sqlite_template
    run_state_machine_as_test(
        Tickets,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
