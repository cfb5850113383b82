"""Who may do what, on every route and method: the table is held against the application's own.

A route that is not in the table fails, and so does a row without a route.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Client
from pydantic import SecretStr

from bot import wiring
from bot.config import Settings
from bot.domain.accounts import Duty
from bot.domain.tickets import Ticket
from bot.store.migrate import migrate
from tests.channels.web.officer.conftest import Office, enter
from tests.fakes import asgi
from tests.fakes.desks import file

PUBLIC, SIGN_IN, OWNER = "public", "sign-in", "owner"
READ = frozenset({Duty.OFFICER, Duty.DEPUTY, Duty.VIEWER})
WORK = frozenset({Duty.OFFICER, Duty.DEPUTY})
COUNT = READ | {Duty.OPERATOR}
ADMINISTER = WORK | {Duty.OPERATOR}

# Public: open to everyone, and nothing of anyone's. Sign-in: how one gets in and out. Owner: the
# person whose request it is, in their own conversation.
ROUTES: Mapping[tuple[str, str], str | frozenset[Duty]] = {
    ("GET", "/officer"): READ,
    ("POST", "/officer/search"): READ,
    ("GET", "/officer/alerts"): READ,
    ("POST", "/officer/alerts"): WORK,
    ("POST", "/officer/views"): READ,
    ("POST", "/officer/views/forget"): READ,
    ("GET", "/officer/live"): READ,
    ("GET", "/officer/overview"): COUNT,
    ("POST", "/officer/overview/label"): WORK,
    ("POST", "/officer/overview/candidates"): WORK,
    ("POST", "/officer/overview/{name}.csv"): WORK,
    ("GET", "/officer/registers"): READ,
    ("POST", "/officer/registers/{name}.csv"): WORK,
    ("POST", "/officer/registers/advice/{number}"): WORK,
    ("GET", "/officer/calendar"): READ,
    ("POST", "/officer/calendar"): WORK,
    ("GET", "/officer/accounts"): ADMINISTER,
    ("POST", "/officer/accounts/{id}/role"): WORK,
    ("POST", "/officer/accounts/{id}/disable"): ADMINISTER,
    ("POST", "/officer/accounts/{id}/enable"): ADMINISTER,
    ("POST", "/officer/accounts/{id}/sign-out"): ADMINISTER,
    ("POST", "/officer/purge"): WORK,
    ("GET", "/officer/tickets/{reference}"): READ,
    ("GET", "/officer/tickets/{reference}/file"): READ,
    ("GET", "/officer/tickets/{reference}/file.pdf"): READ,
    ("GET", "/officer/tickets/{reference}/attachments/{id}"): READ,
    ("POST", "/officer/tickets/{reference}/attachments"): WORK,
    ("POST", "/officer/tickets/{reference}/{step}"): WORK,
    ("GET", "/officer/sign-in"): SIGN_IN,
    ("POST", "/officer/sign-in"): SIGN_IN,
    ("POST", "/officer/sign-in/provider"): SIGN_IN,
    ("GET", "/officer/sign-in/callback"): SIGN_IN,
    ("POST", "/officer/sign-out"): SIGN_IN,
    ("GET", "/officer/confirm"): SIGN_IN,
    ("GET", "/"): PUBLIC,
    ("GET", "/policy"): PUBLIC,
    ("GET", "/about-this-desk"): PUBLIC,
    ("GET", "/status"): PUBLIC,
    ("GET", "/status/own"): PUBLIC,
    ("POST", "/status/code"): PUBLIC,
    ("POST", "/status/open"): PUBLIC,
    ("POST", "/status/leave"): PUBLIC,
    ("GET", "/status/{reference}"): OWNER,
    ("GET", "/status/{reference}/receipt.pdf"): OWNER,
    ("GET", "/status/{reference}/application.pdf"): OWNER,
    ("GET", "/status/{reference}/conversation.txt"): OWNER,
    ("GET", "/status/{reference}/files/{id}"): OWNER,
    ("POST", "/status/{reference}/add"): OWNER,
    ("POST", "/status/{reference}/attachments"): OWNER,
    ("POST", "/status/{reference}/withdraw"): OWNER,
    ("POST", "/status/{reference}/link"): OWNER,
    ("GET", "/static/{name:path}"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/api/openapi.json"): PUBLIC,
    ("GET", "/api/chat"): PUBLIC,
    ("POST", "/api/chat"): PUBLIC,
    ("DELETE", "/api/session"): PUBLIC,
}
GUARDED = {route: duties for route, duties in ROUTES.items() if isinstance(duties, frozenset)}
ACTORS = (
    "anonymous", "customer A", "customer B", "disabled officer", *map(str, Duty),
)  # fmt: skip
UNREACHED = {303, 401, 404}


@dataclass(frozen=True)
class Stage:
    """One application, a ticket of customer A in it, and everyone's browser."""

    app: FastAPI
    ticket: Ticket
    account: str
    actors: Mapping[str, Client]


def registered(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that the application answers; HEAD goes with GET."""
    known = [*app.routes, *(c for r in app.routes for c in _included(r))]
    return {
        (method, route.path)
        for route in known
        if getattr(route, "path", None) is not None
        for method in sorted((route.methods or set()) - {"HEAD"})
    }


def _included(route: object) -> list[Any]:
    """The routes of a router that the application has taken in."""
    contexts = getattr(route, "effective_route_contexts", None)
    return list(contexts()) if contexts else []


def test_the_table_speaks_of_every_route_and_no_other(office: Office) -> None:
    assert registered(office.app()) == set(ROUTES)


# Beside the pages: what proves itself by a secret in its address, or by a signature of Slack's.
BESIDE = {("GET", "/calendar/{secret}.ics"), ("POST", "/slack/events")}


def test_the_desk_as_it_is_served_has_no_door_beside_them(tmp_path: Path) -> None:
    settings = Settings(
        privacydesk_home=tmp_path, privacydesk_env="test", slack_mode="http",
        slack_bot_token=SecretStr("xoxb-1"), slack_signing_secret=SecretStr("s" * 32),
    )  # fmt: skip
    application = wiring.build(settings)
    migrate(application.store)
    try:
        app = wiring.web_app(application, wiring.slack_channel(application))
        assert registered(app) == set(ROUTES) | BESIDE
        with asgi.client(app, settings.page_url) as client:
            assert client.get(f"/calendar/{'x' * 43}.ics").status_code == 404
            assert client.post("/slack/events", content=b"{}").status_code == 401
            stamped = {"X-Slack-Request-Timestamp": str(int(time.time())),
                       "X-Slack-Signature": "v0=" + "0" * 64}  # fmt: skip
            assert client.post("/slack/events", content=b"{}", headers=stamped).status_code == 401
    finally:
        application.close()


@pytest.fixture
def stage(office: Office) -> Stage:
    app = office.app()
    actors: dict[str, Client] = {"anonymous": office.anonymous(app)}
    for name in ("customer A", "customer B"):
        actors[name] = office.anonymous(app)
        actors[name].post("/api/chat", json={"message": "keep"})
    ticket = file(office.desk, person=next(iter(office.talk.people.values())).id)
    secret = office.desk.access.issue_link(ticket.reference, who="officer")
    actors["customer A"].post("/status/open", data={"secret": secret})
    actors |= {str(duty): office.signed_in(duty, app) for duty in Duty}
    disabled = office.anonymous(app)
    gone_link = office.desk.accounts.issue_link(Duty.OFFICER, "gone@desk.example")
    assert enter(disabled, gone_link).status_code == 303
    gone = next(a for a, _ in office.desk.accounts.every() if a.email == "gone@desk.example")
    office.desk.accounts.disable(gone.id, True, who="operator")
    actors["disabled officer"] = disabled
    return Stage(app, ticket, gone.id, actors)


def path_of(path: str, stage: Stage) -> str:
    values = {
        "reference": stage.ticket.reference, "step": "acknowledge", "name": "incidents",
        "id": stage.account, "number": "1",
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], path)


# A stream does not end, so of it those are asked for who shall not have it.
STREAM = ("GET", "/officer/live")


def test_everyone_gets_as_far_as_their_duty(office: Office, stage: Stage) -> None:
    wrong = []
    for (method, path), duties in GUARDED.items():
        for name in ACTORS:
            allowed = name in {str(duty) for duty in duties}
            if allowed:
                continue
            before = office.desk.tickets.show(stage.ticket.reference).version
            answer = stage.actors[name].request(method, path_of(path, stage))
            moved = office.desk.tickets.show(stage.ticket.reference).version != before
            at_door = answer.status_code != 303 or "/officer/sign-in" in answer.headers["location"]
            if answer.status_code not in UNREACHED or not at_door or moved:
                wrong.append((name, method, path, answer.status_code))
            assert stage.ticket.fields["what"]["words"] not in answer.text
    assert wrong == []


def test_a_request_is_its_owners_alone(office: Office, stage: Stage) -> None:
    owned = [route for route, whose in ROUTES.items() if whose == OWNER]
    before, wrong = office.desk.tickets.show(stage.ticket.reference).version, []
    for method, path in owned:
        for name in ACTORS:
            if name == "customer A":
                continue
            answer = stage.actors[name].request(method, path_of(path, stage))
            if answer.status_code not in {303, 400, 401, 403, 404}:
                wrong.append((name, method, path, answer.status_code))
            assert stage.ticket.fields["what"]["words"] not in answer.text
    assert wrong == []
    assert office.desk.tickets.show(stage.ticket.reference).version == before
    own = stage.actors["customer A"].get(f"/status/{stage.ticket.reference}")
    assert own.status_code == 200
    assert stage.ticket.reference in own.text


@pytest.mark.parametrize("duty", Duty)
def test_everyone_reaches_what_is_theirs(office: Office, stage: Stage, duty: Duty) -> None:
    wrong = []
    for (method, path), duties in GUARDED.items():
        if duty not in duties or (method, path) == STREAM or path.endswith("/{id}"):
            continue
        answer = stage.actors[str(duty)].request(
            method, path_of(path, stage), data={"role": "viewer"}
        )
        theirs = answer.status_code in {200, 204, 400} or (
            answer.status_code == 303 and "sign-in" not in answer.headers["location"]
        )
        nothing = answer.status_code == 404 and path.endswith(("{name}.csv", "{number}"))
        if not (theirs or nothing):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_a_tickets_file_opens_with_its_own_ticket_only(office: Office, stage: Stage) -> None:
    other = file(office.desk, person="web:b")
    kept = office.desk.attachments.add(stage.ticket.reference, "mine.txt", b"mine", who="requester")
    officer = stage.actors["officer"]
    answer = officer.get(f"/officer/tickets/{stage.ticket.reference}/attachments/{kept.id}")
    assert answer.content == b"mine"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (
        officer.get(f"/officer/tickets/{other.reference}/attachments/{kept.id}").status_code == 404
    )


def test_the_operator_sees_figures_and_no_words(office: Office, stage: Stage) -> None:
    page = stage.actors["operator"].get("/officer/overview")
    assert page.status_code == 200
    assert "not sure of" not in page.text
    assert "Export" not in page.text
