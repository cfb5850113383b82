"""The page of the calendar's link: who makes it, after which proof, and that it is shown once."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.domain.accounts import Duty
from tests.channels.web.officer.conftest import Office
from tests.fakes.desks import NOON, file, set_time

CALENDAR = "/officer/calendar"


def link_on(page: str) -> str:
    """The secret of the link that a page shows; empty when it shows none."""
    found = re.search(r"http[^\"]*/calendar/([\w-]+)\.ics", page)
    return found.group(1) if found else ""


def test_a_new_link_is_shown_once_and_ends_the_one_before(office: Office) -> None:
    ticket, officer = file(office.desk), office.signed_in()
    assert "No link has been made yet." in officer.get(CALENDAR).text
    made = officer.post(CALENDAR)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert "The one before" not in made.text
    first = link_on(made.text)
    known = office.desk.feed.deadlines(first)
    assert known is not None
    assert {one.reference for one in known} == {ticket.reference}
    after = officer.get(CALENDAR).text
    assert "was made on" in after
    assert (link_on(after), first in after) == ("", False)
    again = officer.post(CALENDAR).text
    assert "The one before opens nothing any more." in again
    second = link_on(again)
    assert office.desk.feed.deadlines(first) is None
    assert office.desk.feed.deadlines(second)


def test_making_one_needs_a_fresh_proof(office: Office) -> None:
    officer = office.signed_in()
    set_time(office.desk.intake.store, NOON + timedelta(minutes=12))
    page = f"{office.settings.page_url}{CALENDAR}"
    answer = officer.post(CALENDAR, headers={"Referer": page})
    assert answer.headers["location"] == f"/officer/confirm?then={CALENDAR}"
    assert office.desk.feed.made_at() is None


def test_a_viewer_sees_when_it_was_made_and_makes_none(office: Office) -> None:
    office.desk.feed.new_link(office.settings.page_url, who="officer")
    before, viewer = office.desk.feed.made_at(), office.signed_in(Duty.VIEWER)
    shown = viewer.get(CALENDAR).text
    assert "was made on" in shown
    assert "Make a new link" not in shown
    assert viewer.post(CALENDAR).status_code == 404
    assert office.desk.feed.made_at() == before
