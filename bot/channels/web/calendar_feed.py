"""The calendar of deadlines: every open one as an all-day event, at a secret link."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from fastapi import APIRouter
from icalendar import Calendar, Event
from starlette.responses import Response

from bot.channels.web.problems import Problem
from bot.desk.deadline_feed import OpenDeadline
from bot.domain.dates import spoken

MEDIA_TYPE = "text/calendar; charset=utf-8"
ONE_DAY = timedelta(days=1)


class Feed(Protocol):
    """Whoever knows the secret links and the open deadlines."""

    def deadlines(self, secret: str) -> list[OpenDeadline] | None:
        """Every open deadline; None for a link that is none of ours."""


def calendar_router(feed: Feed, page_url: str) -> APIRouter:
    """The one route of the feed."""
    router = APIRouter(include_in_schema=False)

    @router.get("/calendar/{secret}.ics")
    def calendar(secret: str) -> Response:
        found = feed.deadlines(secret)
        if found is None:
            raise Problem(404, "not_found", "There is no such calendar here.")
        headers = {"Cache-Control": "private, no-store"}
        return Response(as_calendar(found, page_url), media_type=MEDIA_TYPE, headers=headers)

    return router


def as_calendar(found: list[OpenDeadline], page_url: str) -> bytes:
    """The deadlines as iCalendar (RFC 5545). References and kinds, nothing of a person."""
    calendar = Calendar()
    calendar.add("prodid", "-//Privacy Desk//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Privacy Desk deadlines")
    for one in found:
        event, name = Event(), one.clock.replace("_", " ")
        event.add("uid", f"{one.reference}-{one.clock}@privacy-desk")
        event.add("dtstamp", one.stamp)
        event.add("sequence", one.version)
        event.add("dtstart", one.due)
        event.add("dtend", one.due + ONE_DAY)
        event.add("summary", f"{one.reference}: {one.kind}, {name}")
        event.add("description", f"{name.capitalize()} by {spoken(one.due)} ({one.source}).")
        event.add("url", f"{page_url}/officer/tickets/{one.reference}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
