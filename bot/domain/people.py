"""Who is talking: the person as the channel knows them, never as they say they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    OFFICER = "officer"

    @property
    def is_staff(self) -> bool:
        return self is not Role.CUSTOMER


class Channel(StrEnum):
    WEB = "web"
    TERMINAL = "terminal"
    SLACK = "slack"
    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "e-mail"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Person:
    """A person on one channel; `id` is opaque outside it, for example `web:5f0c...`."""

    id: str
    role: Role
    channel: Channel
