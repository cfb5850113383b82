"""Signing in: one-time links, the provider, limits of a session, step-up, and staff in the chat."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from httpx import Client, Response
from joserfc import jwt
from joserfc.jwk import ECKey

from bot.channels.web.officer.gate import own_path
from bot.channels.web.officer.oidc import Provider
from bot.domain.accounts import ABSOLUTE, FRESH, IDLE, AccountRules, Duty
from bot.domain.people import Role
from tests.channels.web.conftest import BASE, WebSettings
from tests.channels.web.officer.conftest import Office, enter
from tests.channels.web.serving import serving
from tests.fakes.desks import NOON, file, set_time
from tests.fakes.oidc import CLIENT, SECRET, FakeProvider

# What the tests themselves may take.
MARGIN = timedelta(minutes=2)


class TestLinks:
    def test_a_link_signs_in_once(self, office: Office) -> None:
        app, secret = office.app(), office.link()
        first, second = office.anonymous(app), office.anonymous(app)
        assert enter(first, secret).headers["location"] == "/officer"
        assert first.get("/officer").status_code == 200
        assert enter(second, secret).status_code == 403
        assert second.get("/officer").headers["location"].startswith("/officer/sign-in")

    def test_a_link_lives_ten_minutes(self, office: Office) -> None:
        secret = office.link()
        set_time(office.desk.intake.store, NOON + timedelta(minutes=11))
        assert enter(office.anonymous(), secret).status_code == 403

    def test_a_link_may_be_pasted_whole(self, office: Office) -> None:
        client = office.anonymous()
        pasted = f"{BASE}/officer/sign-in?link={office.link()}"
        answer = client.post(
            "/officer/sign-in", data={"link": pasted, "then": "/officer/registers"}
        )
        assert answer.headers["location"] == "/officer/registers"

    def test_a_link_travels_under_tls_or_within_the_machine(self, office: Office) -> None:
        assert enter(office.anonymous(host="198.51.100.7"), office.link()).status_code == 403
        office.settings = WebSettings(page_url="http://desk.example")
        assert enter(office.anonymous(), office.link()).status_code == 403
        office.settings = WebSettings(page_url="https://desk.example")
        answer = enter(office.anonymous(host="198.51.100.7"), office.link())
        assert answer.status_code == 303
        assert re.search(r"__Host-privacydesk-staff=[^;]+;.*HttpOnly.*Secure", str(answer.headers))

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
            {"Sec-Fetch-Site": "none", "Purpose": "prefetch"},
        ],
        ids=str,
    )
    def test_a_link_that_nobody_pressed_here_is_asked_about_first(
        self, office: Office, headers: dict[str, str]
    ) -> None:
        client, secret = office.anonymous(), office.link()
        shown = enter(client, secret, headers=headers)
        assert shown.status_code == 200
        assert f'value="{secret}"' in shown.text
        assert "privacydesk-staff" not in client.cookies
        assert client.post("/officer/sign-in", data={"link": secret}).status_code == 303

    @pytest.mark.parametrize(
        "junk", ["http://[", "?link=", "\x00", "é" * 300, "https://x/?link=a b"]
    )
    def test_junk_in_place_of_a_link_is_refused_plainly(self, office: Office, junk: str) -> None:
        answer = office.anonymous().post("/officer/sign-in", data={"link": junk})
        assert answer.status_code == 403
        assert "There is no way in with this." in answer.text

    def test_guesses_are_slowed_down(self, office: Office) -> None:
        client = office.anonymous()
        codes = [enter(client, f"guess-{n}").status_code for n in range(25)]
        assert codes == [403] * 20 + [429] * 5

    def test_a_session_that_was_there_before_is_over(self, office: Office) -> None:
        app = office.app()
        client = office.signed_in(Duty.VIEWER, app)
        before = client.cookies["privacydesk-staff"]
        enter(client, office.link())
        assert client.cookies["privacydesk-staff"] != before
        assert office.desk.accounts.find(before) is None

    def test_a_cookie_that_was_planted_is_not_taken_over(self, office: Office) -> None:
        client = office.anonymous()
        planted = {"Cookie": "privacydesk-staff=planted-by-someone"}
        answer = enter(client, office.link(), headers=planted)
        assert "planted-by-someone" not in answer.headers["set-cookie"]
        assert office.desk.accounts.find("planted-by-someone") is None


class TestSessions:
    @pytest.mark.parametrize("passed", [IDLE, ABSOLUTE])
    def test_a_session_ends_by_itself(self, office: Office, passed: timedelta) -> None:
        client = office.signed_in()
        set_time(office.desk.intake.store, NOON + passed + MARGIN)
        assert client.get("/officer").status_code == 303

    def test_use_renews_the_idle_time_and_not_the_day(self, office: Office) -> None:
        client, store = office.signed_in(), office.desk.intake.store
        step, moment = IDLE - timedelta(minutes=5), NOON
        while moment + step - NOON < ABSOLUTE:
            moment += step
            set_time(store, moment)
            assert client.get("/officer").status_code == 200
        set_time(store, NOON + ABSOLUTE + MARGIN)
        assert client.get("/officer").status_code == 303

    def test_signing_out_ends_it_at_the_desk(self, office: Office) -> None:
        client = office.signed_in()
        token = client.cookies["privacydesk-staff"]
        client.post("/officer/sign-out")
        client.cookies.set("privacydesk-staff", token)
        assert client.get("/officer").status_code == 303

    def test_an_export_needs_a_fresh_proof(self, office: Office) -> None:
        app = office.app()
        client = office.signed_in(app=app)
        export = "/officer/registers/incidents.csv"
        assert client.post(export).headers["content-type"].startswith("text/csv")
        set_time(office.desk.intake.store, NOON + FRESH + MARGIN)
        answer = client.post(export, headers={"Referer": f"{BASE}/officer/registers"})
        assert answer.headers["location"] == "/officer/confirm?then=/officer/registers"
        shown = client.get(answer.headers["location"])
        assert "Please confirm that it is you" in shown.text
        then = {"link": office.link(), "then": "/officer/registers"}
        assert client.post("/officer/sign-in", data=then).headers["location"] == then["then"]
        assert client.post(export).status_code == 200

    def test_a_change_of_role_ends_what_was_open(self, office: Office) -> None:
        app = office.app()
        officer, deputy = office.signed_in(app=app), office.signed_in(Duty.DEPUTY, app)
        other = next(a for a, _ in office.desk.accounts.every() if a.duty is Duty.DEPUTY)
        officer.post(f"/officer/accounts/{other.id}/role", data={"role": "viewer"})
        assert deputy.get("/officer").status_code == 303
        own = next(a for a, _ in office.desk.accounts.every() if a.duty is Duty.OFFICER)
        refused = officer.post(f"/officer/accounts/{own.id}/disable")
        assert refused.status_code == 400


class TestForgery:
    FOREIGN: ClassVar[tuple[dict[str, str], ...]] = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": f"{BASE}.evil.example"},
        {"Origin": f"{BASE}@evil.example"},
        {"Origin": f"{BASE} https://evil.example"},
        {"Origin": "ftp://127.0.0.1:8000"},
        {},
    )

    @pytest.mark.parametrize("headers", FOREIGN, ids=str)
    def test_another_site_makes_nothing_happen(
        self, office: Office, headers: dict[str, str]
    ) -> None:
        ticket = file(office.desk)
        client = office.signed_in()
        del client.headers["sec-fetch-site"]
        path = f"/officer/tickets/{ticket.reference}/acknowledge"
        assert client.post(path, headers=headers).status_code == 403
        sign_in = {"link": office.link()}
        client.cookies.clear()
        assert client.post("/officer/sign-in", data=sign_in, headers=headers).status_code == 403
        assert office.desk.tickets.show(ticket.reference).version == ticket.version

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("/officer/registers", "/officer/registers"),
            ("/", "/"),
            ("//evil.example", "/officer"),
            ("/officer/../evil", "/officer"),
            ("https://evil.example", "/officer"),
            ("/officer\\evil", "/officer"),
            ("/officer//evil.example", "/officer"),
            (None, "/officer"),
        ],
    )
    def test_the_way_back_stays_here(self, given: str | None, kept: str) -> None:
        assert own_path(given) == kept


class TestStaffInTheChat:
    def test_an_employee_has_the_staff_view_and_their_own_person(self, office: Office) -> None:
        app = office.app()
        client = office.anonymous(app)
        assert enter(client, office.link(Duty.EMPLOYEE)).headers["location"] == "/"
        client.post("/api/chat", json={"message": "How long do you keep it?"})
        (person,) = office.talk.people.values()
        assert person.role is Role.EMPLOYEE
        assert person.id.startswith("account:")
        assert client.get("/officer").status_code == 404

    def test_the_conversation_closes_with_the_sign_in(self, office: Office) -> None:
        client = office.anonymous()
        enter(client, office.link(Duty.EMPLOYEE))
        client.post("/api/chat", json={"message": "keep"})
        chat = client.cookies["privacydesk"]
        client.post("/officer/sign-out")
        client.cookies.set("privacydesk", chat)
        assert client.get("/api/chat").json()["messages"] == []
        bearer = {"Authorization": f"Bearer {chat}"}
        assert client.get("/api/chat", headers=bearer).status_code == 401

    def test_a_customers_conversation_is_not_taken_along(self, office: Office) -> None:
        client = office.anonymous()
        client.post("/api/chat", json={"message": "keep"})
        enter(client, office.link(Duty.EMPLOYEE))
        assert "privacydesk" not in client.cookies


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    fake = FakeProvider()
    with serving(fake.app()) as address:
        fake.issuer = address
        yield fake


@pytest.fixture
def provided(office: Office, fake: FakeProvider) -> Office:
    callback = f"{BASE}/officer/sign-in/callback"
    office.provider = Provider(fake.issuer, CLIENT, SECRET, callback)
    office.rules = AccountRules.of(
        officers=["dana@desk.example"], employee_group="staff", employee_domain="desk.example"
    )
    return office


def go(client: Client, **form: str) -> str:
    """Go to the provider and be sent back; gives the way back with its code and state."""
    begun = client.post("/officer/sign-in/provider", data=form)
    assert begun.status_code == 303, begun.text
    return httpx.get(begun.headers["location"], trust_env=False).headers["location"]


def come_back(client: Client, way: str) -> Response:
    parts = urlsplit(way)
    return client.get(f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Site": "cross-site"})


EXPORT = "/officer/registers/incidents.csv"


def unsigned(claims: dict[str, Any], key: ECKey) -> str:
    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}."


def signed_with_the_public_key_as_a_secret(claims: dict[str, Any], key: ECKey) -> str:
    return by_hmac(claims, key.as_pem(private=False))


def signed_with_the_clients_secret(claims: dict[str, Any], key: ECKey) -> str:
    return by_hmac(claims, SECRET.encode())


def changed_after_signing(claims: dict[str, Any], key: ECKey) -> str:
    signed = jwt.encode({"alg": "ES256", "kid": "one"}, {**claims, "sub": "somebody else"}, key)
    head, _, signature = signed.split(".")
    return f"{head}.{part(claims)}.{signature}"


def signed_with_a_key_that_it_brings_along(claims: dict[str, Any], key: ECKey) -> str:
    own = ECKey.generate_key("P-256", {"kid": "mine"})
    head = {"alg": "ES256", "kid": "mine", "jwk": own.as_dict(private=False)}
    return jwt.encode(head, claims, own)


def no_token_at_all(claims: dict[str, Any], key: ECKey) -> str:
    return "nonsense"


def by_hmac(claims: dict[str, Any], secret: bytes) -> str:
    head = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    made = hmac.digest(secret, head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


FORGED = (
    unsigned, signed_with_the_public_key_as_a_secret, signed_with_the_clients_secret,
    changed_after_signing, signed_with_a_key_that_it_brings_along, no_token_at_all,
)  # fmt: skip
DANA = {"sub": "u-1", "name": "Dana", "email": "dana@desk.example", "email_verified": True}


class TestProvider:
    @pytest.mark.parametrize(
        ("claims", "duty"),
        [
            (DANA, Duty.OFFICER),
            ({**DANA, "email": "kim@desk.example"}, Duty.EMPLOYEE),
            ({"sub": "u-2", "groups": ["staff"]}, Duty.EMPLOYEE),
        ],
    )
    def test_people_come_in_by_address_group_and_domain(
        self, provided: Office, fake: FakeProvider, claims: dict[str, Any], duty: Duty
    ) -> None:
        fake.claims = claims
        client = provided.anonymous()
        answer = come_back(client, go(client, then="/officer/registers"))
        assert answer.headers["location"] == (
            "/" if duty is Duty.EMPLOYEE else "/officer/registers"
        )
        ((account, sessions),) = provided.desk.accounts.every()
        assert (account.duty, sessions) == (duty, 1)
        asked = fake.asked[0]
        assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
        assert not {"prompt", "max_age"} & asked.keys()

    @pytest.mark.parametrize(
        "claims",
        [
            {"sub": "u-9"},
            {**DANA, "email_verified": False},
            {**DANA, "email_verified": None},
            {**DANA, "email": "dana@elsewhere.example"},
        ],
    )
    def test_who_has_no_duty_stays_outside(
        self, provided: Office, fake: FakeProvider, claims: dict[str, Any]
    ) -> None:
        fake.claims = claims
        client = provided.anonymous()
        assert come_back(client, go(client)).status_code == 403
        assert provided.desk.accounts.every() == []

    @pytest.mark.parametrize(
        "lies",
        [
            {"iss": "https://other.example"},
            {"aud": "another-client"},
            {"aud": [CLIENT, "another"]},
            {"azp": "another-client"},
            {"nonce": "of another sign-in"},
            {"nonce": None},
            {"exp": 1_767_225_600},  # New Year 2026: long over
            {"exp": None},
            {"sub": None},
        ],
        ids=str,
    )
    def test_a_token_that_does_not_hold_lets_nobody_in(
        self, provided: Office, fake: FakeProvider, lies: dict[str, Any]
    ) -> None:
        fake.claims, fake.lies = dict(DANA), lies
        client = provided.anonymous()
        assert come_back(client, go(client)).status_code == 403
        assert "privacydesk-staff" not in client.cookies

    @pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
    def test_a_token_that_was_not_signed_by_the_provider_lets_nobody_in(
        self, provided: Office, fake: FakeProvider, forge: Callable[[dict[str, Any], ECKey], str]
    ) -> None:
        fake.claims, fake.forged = dict(DANA), forge
        client = provided.anonymous()
        assert come_back(client, go(client)).status_code == 403
        assert "privacydesk-staff" not in client.cookies

    def test_a_kind_of_proof_is_asked_for_and_held_to(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        assert provided.provider is not None
        provided.provider = replace(provided.provider, acr="two-factors")
        for acr, status in ((None, 403), ("password", 403), ("two-factors", 303)):
            fake.claims = {**DANA, "acr": acr}
            client = provided.anonymous()
            assert come_back(client, go(client)).status_code == status
        assert {asked["acr_values"] for asked in fake.asked} == {"two-factors"}

    def test_a_key_that_was_not_published_lets_nobody_in(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims, fake.strange_key = dict(DANA), True
        client = provided.anonymous()
        assert come_back(client, go(client)).status_code == 403

    def test_the_way_back_works_once_and_in_its_own_browser(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims = dict(DANA)
        app = provided.app()
        mine, other = provided.anonymous(app), provided.anonymous(app)
        way = go(mine)
        assert come_back(other, way).status_code == 403
        way = go(mine)
        assert come_back(mine, way).status_code == 303
        assert come_back(mine, way).status_code == 403

    def test_another_issuer_in_the_answer_is_refused(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims = dict(DANA)
        client = provided.anonymous()
        way = go(client)
        iss = parse_qs(urlsplit(way).query)["iss"][0]
        swapped = way.replace(httpx.QueryParams({"iss": iss}).__str__(), "iss=https://evil.example")
        assert come_back(client, swapped).status_code == 403

    def test_a_fresh_proof_is_asked_for_by_name(self, provided: Office, fake: FakeProvider) -> None:
        client = provided.anonymous()
        go(client, again="yes")
        asked = fake.asked[0]
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        assert json.loads(asked["claims"]) == {"id_token": {"auth_time": {"essential": True}}}

    def test_a_sign_in_is_as_fresh_as_the_proof_behind_it(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims = dict(DANA)
        client = provided.anonymous()
        assert come_back(client, go(client)).status_code == 303
        # The provider let them in by a sign-in of three hours ago: good for reading alone.
        assert client.get("/officer").status_code == 200
        assert client.post(EXPORT).headers["location"].startswith("/officer/confirm")
        come_back(client, go(client, again="yes"))
        assert client.post(EXPORT).status_code == 200

    def test_a_wish_left_out_on_the_way_confirms_nothing(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims = dict(DANA)
        client = provided.anonymous()
        begun = client.post("/officer/sign-in/provider", data={"again": "yes"})
        way = begun.headers["location"].replace("prompt=login", "prompt=none")
        come_back(client, httpx.get(way, trust_env=False).headers["location"])
        assert client.post(EXPORT).headers["location"].startswith("/officer/confirm")

    def test_a_provider_that_keeps_no_time_confirms_nothing_and_it_is_said(
        self, provided: Office, fake: FakeProvider
    ) -> None:
        fake.claims, fake.keeps_time = dict(DANA), False
        client = provided.anonymous()
        come_back(client, go(client, again="yes"))
        led = client.post(EXPORT).headers["location"]
        assert "did not say that you have just proved who you are" in client.get(led).text
        confirmed = {"link": provided.desk.accounts.issue_link(Duty.OFFICER)}
        client.post("/officer/sign-in", data=confirmed)
        assert client.post(EXPORT).status_code == 200

    @pytest.mark.parametrize("time", ["now", True, -1, 9e99, 4_102_444_800, [0]], ids=str)
    def test_a_time_of_sign_in_that_cannot_be_lets_nobody_in(
        self, provided: Office, fake: FakeProvider, time: object
    ) -> None:
        fake.claims = {**DANA, "auth_time": time}
        client = provided.anonymous()
        assert come_back(client, go(client, again="yes")).status_code == 403

    def test_a_disabled_account_stays_outside(self, provided: Office, fake: FakeProvider) -> None:
        fake.claims = dict(DANA)
        client = provided.anonymous()
        come_back(client, go(client))
        ((account, _),) = provided.desk.accounts.every()
        provided.desk.accounts.disable(account.id, True, who="operator")
        assert client.get("/officer").status_code == 303
        assert come_back(client, go(client)).status_code == 403
