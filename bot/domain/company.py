"""The company that runs the desk, and the doors the desk may point to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Officer:
    """The designated person of policy 1.2 and 8.1."""

    title: str
    name: str
    address: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Door:
    """Where a person is sent with what the desk does not do; `purpose` says with what."""

    name: str
    purpose: str
    phone: str
    hours: str
    web: str


@dataclass(frozen=True, slots=True)
class Regulator:
    """Who hears complaints about the company."""

    name: str
    address: str
    phone: str
    web: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the office is open: weekdays as `date.weekday` counts them, local wall clock."""

    weekdays: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Company:
    """Everything of data/company.yml.

    `doors` has at least customer_service, technical_support, billing and human_resources.
    `placeholders` and `to_confirm` name, by dotted path, what has still to be filled in or to be
    confirmed by a person.
    """

    name: str
    province: str
    zone: ZoneInfo
    privacy_officer: Officer
    office_hours: OfficeHours
    doors: Mapping[str, Door]
    regulator: Regulator
    placeholders: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()

    def opens_on(self, day: date) -> bool:
        """Tell whether the office opens on this weekday; holidays are the calendar's matter."""
        return day.weekday() in self.office_hours.weekdays

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """Give when the office opens and closes on this date, on the company's wall clock."""
        hours = self.office_hours
        return (
            datetime.combine(day, hours.opens, tzinfo=self.zone),
            datetime.combine(day, hours.closes, tzinfo=self.zone),
        )

    @property
    def officer_contact(self) -> str:
        """Who the Privacy Officer is and how to reach them, in one sentence."""
        officer = self.privacy_officer
        who = f"{officer.title}: {officer.name}, {officer.address}"
        return f"{who}, {officer.email}, {officer.phone}."

    def doors_for(self, *, staff: bool) -> tuple[Door, ...]:
        """Where somebody turns with what is not about privacy."""
        names = ["billing", "technical_support", "customer_service"]
        if staff:
            names.insert(0, "human_resources")
        return tuple(self.doors[name] for name in names)
