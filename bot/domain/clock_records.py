"""A clock as one JSON object, complete in itself, and back.

What lives here: the translation. What does not: where the object is kept. A restored clock is the
one that was promised: neither a new calendar nor a changed rule moves it until it is recounted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.clocks import Clock, ClockRule, Extension, Pause, at
from bot.domain.workdays import Step

RULE = tuple(field.name for field in fields(ClockRule))


def clock_facts(clock: Clock) -> dict[str, Any]:
    """Give everything that is known of a clock as plain JSON values, to be kept with its ticket."""
    extension, uses = clock.extension, sorted(clock.rule.uses)
    return {
        "rule": {**{name: getattr(clock.rule, name) for name in RULE}, "uses": uses},
        "zone": clock.zone.key,
        "calendar": clock.calendar,
        "calendar_version": clock.calendar_version,
        "day_zero": clock.day_zero.isoformat(),
        "promised": clock.promised.isoformat(),
        "due": clock.due.isoformat(),
        "explain": [[step.date.isoformat(), step.day, step.why] for step in clock.explain],
        "notice_by": _text(clock.notice_by),
        "pauses": [
            {"start": _text(pause.start), "reason": pause.reason, "end": _text(pause.end)}
            for pause in clock.pauses
        ],
        "extension": extension
        and {
            "until": _text(extension.until),
            "reason": extension.reason,
            "noticed_at": _text(extension.noticed_at),
        },
        "met_at": _text(clock.met_at),
        "ended_at": _text(clock.ended_at),
    }


def clock_from_facts(facts: Mapping[str, Any], now: datetime) -> Clock:
    """Restore a clock from its facts, with the state of this moment."""
    rule = facts["rule"]
    extension = facts["extension"]
    clock = Clock(
        rule=ClockRule(**{**rule, "uses": frozenset(rule["uses"])}),
        zone=ZoneInfo(facts["zone"]),
        calendar=facts["calendar"],
        calendar_version=facts["calendar_version"],
        day_zero=date.fromisoformat(facts["day_zero"]),
        promised=date.fromisoformat(facts["promised"]),
        explain=tuple(
            Step(date.fromisoformat(day), number, number is not None, why)
            for day, number, why in facts["explain"]
        ),
        notice_by=_date(facts["notice_by"]),
        pauses=tuple(
            Pause(datetime.fromisoformat(row["start"]), row["reason"], _moment(row["end"]))
            for row in facts["pauses"]
        ),
        extension=extension
        and Extension(
            date.fromisoformat(extension["until"]),
            extension["reason"],
            datetime.fromisoformat(extension["noticed_at"]),
        ),
        met_at=_moment(facts["met_at"]),
        ended_at=_moment(facts["ended_at"]),
    )
    return at(clock, now)


def _text(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
