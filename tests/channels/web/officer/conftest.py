"""The officer's pages over a real desk with its own database, and people signed in to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Client, Response

from bot.channels.web import Part, create_app
from bot.channels.web.officer import OfficerPages
from bot.channels.web.officer.oidc import Provider
from bot.channels.web.status import Requests
from bot.desk import Desk
from bot.desk.codes import CodePost
from bot.domain.accounts import AccountRules, Duty
from bot.store import advice
from bot.store.db import Store
from tests.channels.web.conftest import SAME_ORIGIN, WebSettings
from tests.channels.web.script import LIBRARY, script
from tests.fakes import asgi
from tests.fakes.desks import NOON, desk_of, set_time
from tests.fakes.rate_counts import FakeRateCounts
from tests.fakes.talk import FakeTalk
from tests.fakes.threads import Thread
from tests.people import BOB

PAGE = {**SAME_ORIGIN, "Accept": "text/html"}
LOOPBACK = "127.0.0.1"


@dataclass
class Office:
    """One application with the officer's pages, over a desk at noon of 24 November 2026."""

    desk: Desk
    settings: WebSettings = field(default_factory=WebSettings)
    talk: FakeTalk = field(default_factory=lambda: FakeTalk(script))
    rates: FakeRateCounts = field(default_factory=FakeRateCounts)
    rules: AccountRules = field(default_factory=AccountRules.of)
    provider: Provider | None = None

    def app(self) -> FastAPI:
        async def readiness() -> Sequence[Part]:
            return (Part("database", True, "answers"),)

        return create_app(
            self.talk,
            LIBRARY,
            self.settings,
            readiness,
            rates=self.rates,
            officer=OfficerPages(self.desk, self.rules, self.provider),
            requests=Requests(
                self.desk, CodePost(self.desk.access, self.desk.papers, None, "Cloud Connexions")
            ),
        )

    def anonymous(self, app: FastAPI | None = None, host: str = LOOPBACK) -> Client:
        """A browser of somebody unknown, on this machine."""
        client = asgi.client(app or self.app(), self.settings.page_url, host)
        client.headers.update(PAGE)
        return client

    def signed_in(self, duty: Duty = Duty.OFFICER, app: FastAPI | None = None) -> Client:
        """A browser of someone of this duty, signed in by a link."""
        client = self.anonymous(app)
        answer = enter(client, self.link(duty))
        assert answer.status_code == 303, answer.text
        return client

    def link(self, duty: Duty = Duty.OFFICER) -> str:
        return self.desk.accounts.issue_link(duty, f"{duty}@desk.example")


def enter(client: Client, secret: str, **how: Any) -> Response:
    return client.get("/officer/sign-in", params={"link": secret}, **how)


def advised(office: Office) -> int:
    """Give an advice on a disclosure, and return its number."""
    desk, store = office.desk, office.desk.intake.store
    thread = Thread(store, desk, BOB)
    message = thread.receive("may I tell her landlord?")
    with store.transaction() as connection:
        return advice.add(
            connection, at=store.now(connection), channel="web", conversation=thread.id,
            message=message, facts={"subject": "customer", "recipient": "landlord"}, unsure=(),
            questions=0, asked=None, reason="landlord", verdict="consent_needed",
            clauses=("5.1",), policy_version="1", rules_version="1",
        )  # fmt: skip


def version_on(page: str) -> str:
    """The version of a ticket that its page carries."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found.group(1)


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    store = Store(sqlite_url, shiftable=True)
    set_time(store, NOON)
    yield desk_of(store)
    store.close()


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)
