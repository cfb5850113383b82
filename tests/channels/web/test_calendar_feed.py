"""The calendar of deadlines, read as a calendar program reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from bot.channels.web.calendar_feed import calendar_router
from bot.channels.web.problems import Problem
from bot.desk import Desk
from bot.domain.tickets import Kind, Step
from bot.store.db import Store
from tests.fakes.desks import NOON, desk_of, file, set_time

URL = "https://desk.example"


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    set_time(store, NOON)
    yield desk_of(store)


def read(desk: Desk, link: str) -> Calendar:
    app = FastAPI()
    app.include_router(calendar_router(desk.feed, URL))

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.get(link)

    answered = asyncio.run(get())
    assert answered.status_code == 200
    assert answered.headers["content-type"].startswith("text/calendar")
    parsed = Calendar.from_ical(answered.content)
    assert isinstance(parsed, Calendar)
    return parsed


def test_every_open_deadline_is_an_event_and_nothing_of_a_person(desk: Desk) -> None:
    complaint, inquiry = file(desk), file(desk, Kind.INQUIRY)
    done = file(desk, Kind.INQUIRY)
    desk.tickets.take(done.reference, Step.RESOLVE, who="officer")
    desk.tickets.reply(complaint.reference, "So it is.", who="officer")
    calendar = read(desk, desk.feed.new_link(URL, who="officer"))
    events = {str(e["UID"]): e for e in calendar.walk("VEVENT")}
    resolve = f"{complaint.reference}-resolve@privacy-desk"
    assert set(events) == {resolve, f"{inquiry.reference}-respond@privacy-desk"}
    clock = complaint.clock("resolve")
    assert clock is not None
    assert events[resolve].decoded("DTSTART") == clock.due
    assert str(events[resolve]["URL"]) == f"{URL}/officer/tickets/{complaint.reference}"
    assert b"pat@example.ca" not in calendar.to_ical()


def test_a_link_opens_until_the_next_is_made_and_is_kept_as_a_hash(
    desk: Desk, store: Store
) -> None:
    assert desk.feed.made_at() is None
    first = desk.feed.new_link(URL, who="officer")
    secret = first.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43
    second = desk.feed.new_link(URL, who="officer")
    assert first != second
    assert desk.feed.deadlines(secret) is None
    assert desk.feed.deadlines(second.rpartition("/")[2].removesuffix(".ics")) == []
    assert desk.feed.made_at() is not None


def test_a_wrong_link_is_not_found(desk: Desk) -> None:
    desk.feed.new_link(URL, who="officer")
    with pytest.raises(Problem):
        read(desk, f"{URL}/calendar/guess.ics")
