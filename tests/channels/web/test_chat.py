"""The chat API's contract: answers, sessions, history, limits, and every error it documents."""

from __future__ import annotations

import json

import pytest
from httpx import Client

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Channel, Role
from bot.domain.replies import Reply
from tests.channels.web.conftest import SAME_ORIGIN, Ask, Site, StoreDown, WebSettings, is_problem
from tests.channels.web.script import HOSTILE, LIBRARY, filed
from tests.fakes import asgi

JSON = {"Content-Type": "application/json"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class TestAnswer:
    def test_a_first_call_starts_a_conversation(self, ask: Ask, site: Site) -> None:
        given = ask().json()
        assert given["conversation"] in site.talk.people
        assert site.talk.by_token(given["token"])
        assert len(given["token"]) >= 43  # 256 bits in base64

    def test_the_person_is_known_by_the_channel_alone(self, ask: Ask, site: Site) -> None:
        first, second = (site.talk.people[ask().json()["conversation"]] for _ in range(2))
        assert first.role is Role.CUSTOMER
        assert first.channel is Channel.WEB
        assert first.id.startswith("web:")
        assert first.id != second.id

    def test_a_reply_has_the_clause_verbatim(self, ask: Ask) -> None:
        given = ask().json()
        (reply,) = given["replies"]
        (clause,) = reply["clauses"]
        assert clause["text"] == LIBRARY.policy.get("5.3").text
        assert clause["url"] == "/policy#5.3"
        start, end = clause["highlight"]
        assert clause["text"][start:end].startswith("Cloud Connexions will retain")
        assert clause["text"] in reply["text"]
        assert reply["quick_replies"][0].keys() == {"title", "payload"}
        assert {"intent", "confidence", "answerable", "verdict", "ticket"} <= reply.keys()
        assert given["waiting_for"] is None

    def test_a_payload_is_a_pressed_button(self, client: Client) -> None:
        given = client.post("/api/chat", json={"payload": "/affirm_request"}).json()
        assert given["replies"][0]["ticket"]["reference"] == "PD-7K3M-9QXD"

    def test_what_the_desk_waits_for_is_told(self, ask: Ask, site: Site) -> None:
        site.talk.waiting = "complaint.when"
        assert ask().json()["waiting_for"] == "complaint.when"

    def test_a_slow_desk_is_pending(self, ask: Ask) -> None:
        given = ask("slowly").json()
        assert given["pending"] is True
        assert given["replies"][0]["text"].startswith("I am sorry")

    @pytest.mark.parametrize("text", [*HOSTILE, "' OR 1=1; --", "\x00nul\x00", "a\r\nb", " "])
    def test_any_text_is_text(self, ask: Ask, text: str) -> None:
        given = ask(f"repeat {text}").json()
        assert given["replies"][0]["lead"] == f"repeat {text}"

    def test_half_a_surrogate_pair_is_replaced(self, client: Client) -> None:
        body = b'{"message": "repeat \\ud83d half \\ud83d\\ude00 whole"}'
        given = client.post("/api/chat", content=body, headers=JSON).json()
        assert given["replies"][0]["lead"] == "repeat \ufffd half \U0001f600 whole"

    def test_the_same_key_is_the_same_message(self, client: Client, site: Site) -> None:
        token = client.post("/api/chat", json={"message": "keep"}).json()["token"]
        headers = bearer(token) | {"Idempotency-Key": "abc"}
        first, second = (
            client.post("/api/chat", json={"message": "share"}, headers=headers).json()
            for _ in range(2)
        )
        assert first == second
        assert len(site.talk.messages[first["conversation"]]) == 2


class TestSession:
    def test_a_bearer_token_finds_its_conversation(self, ask: Ask) -> None:
        first = ask().json()
        again = ask(token=first["token"]).json()
        assert again["conversation"] == first["conversation"]
        assert again["token"] == first["token"]
        assert again["number"] == 2

    def test_a_bearer_call_sets_no_cookie(self, ask: Ask) -> None:
        assert "set-cookie" not in ask(token=ask().json()["token"]).headers

    @pytest.mark.parametrize("token", ["wrong", "", " ", "x" * 5000, "tokén"])
    def test_a_bad_token_is_refused(self, client: Client, token: str) -> None:
        headers = {b"Authorization": f"Bearer {token}".encode()}
        response = client.post("/api/chat", json={"message": "keep"}, headers=headers)
        is_problem(response, 401, "unknown_token")
        assert response.headers["www-authenticate"] == "Bearer"
        is_problem(client.get("/api/chat", headers=headers), 401, "unknown_token")

    def test_another_scheme_is_no_token(self, client: Client) -> None:
        headers = {"Authorization": "Basic dXNlcjpwYXNz"}
        response = client.post("/api/chat", json={"message": "keep"}, headers=headers)
        assert response.status_code == 200

    def test_on_loopback_the_cookie_is_plain(self, ask: Ask) -> None:
        name, _, rest = ask().headers["set-cookie"].partition("=")
        assert name == "privacydesk"
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(rest.split("; "))
        assert "Secure" not in rest

    def test_under_https_the_cookie_is_bound_to_the_host(self) -> None:
        site = Site(settings=WebSettings(page_url="https://desk.example"))
        cookie = site.client().post("/api/chat", json={"message": "keep"}).headers["set-cookie"]
        assert cookie.startswith("__Host-privacydesk=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie

    def test_the_cookie_carries_the_conversation(self, client: Client) -> None:
        first = client.post("/api/chat", json={"message": "keep"}).json()
        again = client.post("/api/chat", json={"message": "share"}, headers=SAME_ORIGIN).json()
        assert again["conversation"] == first["conversation"]
        assert again["token"] is None

    def test_a_token_wins_over_a_cookie(self, client: Client, site: Site) -> None:
        client.post("/api/chat", json={"message": "keep"})
        other = site.client().post("/api/chat", json={"message": "keep"}).json()
        given = client.post("/api/chat", json={"message": "keep"}, headers=bearer(other["token"]))
        assert given.json()["conversation"] == other["conversation"]

    def test_a_cookie_that_opens_nothing_starts_anew(self, client: Client) -> None:
        client.cookies.set("privacydesk", "gone", domain="127.0.0.1")
        given = client.post("/api/chat", json={"message": "keep"}, headers=SAME_ORIGIN)
        assert given.status_code == 200
        assert given.json()["token"]

    def test_leaving_drops_the_cookie(self, client: Client) -> None:
        client.post("/api/chat", json={"message": "keep"})
        left = client.delete("/api/session", headers=SAME_ORIGIN)
        assert left.status_code == 204
        assert "Max-Age=0" in left.headers["set-cookie"]
        assert client.get("/api/chat").json()["conversation"] is None


class TestCrossSite:
    """A cookie comes along whoever made the browser send it; a token or no session does not."""

    @pytest.mark.parametrize(
        ("headers", "passes"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Sec-Fetch-Site": "same-site"}, False),
            ({"Sec-Fetch-Site": "cross-site"}, False),
            ({"Sec-Fetch-Site": "none"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, False),
            ({"Origin": "http://127.0.0.1:8000"}, True),
            ({"Origin": "http://127.0.0.1:9999"}, False),
            ({"Origin": "http://evil.example"}, False),
            ({"Origin": "http://127.0.0.1:8000.evil.example"}, False),
            ({"Origin": "null"}, False),
            ({"Origin": ""}, False),
            ({}, False),
        ],
    )
    @pytest.mark.parametrize("call", [("POST", "/api/chat"), ("DELETE", "/api/session")])
    def test_a_call_with_the_cookie(
        self, client: Client, site: Site, headers: dict[str, str], passes: bool, call: list[str]
    ) -> None:
        id = client.post("/api/chat", json={"message": "keep"}).json()["conversation"]
        response = client.request(*call, json={"message": "share"}, headers=headers)
        if passes:
            assert response.is_success
        else:
            is_problem(response, 403, "cross_site")
            assert len(site.talk.messages[id]) == 1
            assert "set-cookie" not in response.headers

    def test_calls_without_the_cookie_need_no_check(self, ask: Ask) -> None:
        assert ask(token=ask().json()["token"]).status_code == 200

    @pytest.mark.parametrize("site_header", ["cross-site", "same-site"])
    def test_another_site_cannot_swap_the_cookie(self, client: Client, site_header: str) -> None:
        headers = {"Sec-Fetch-Site": site_header, "Content-Type": "text/plain"}
        response = client.post("/api/chat", content='{"message": "keep"}', headers=headers)
        assert "set-cookie" not in response.headers

    def test_the_public_address_counts_behind_a_proxy(self) -> None:
        site = Site(settings=WebSettings(page_url="https://desk.example"))
        client = site.client()
        client.post("/api/chat", json={"message": "keep"})
        headers = {"Origin": "https://desk.example", "Host": "10.0.0.7:8000"}
        # The jar would not send its cookie to another host.
        cookie = {"Cookie": f"__Host-privacydesk={client.cookies['__Host-privacydesk']}"}
        given = client.post("/api/chat", json={"message": "keep"}, headers=headers | cookie)
        assert given.status_code == 200

    def test_reading_is_no_change(self, client: Client) -> None:
        client.post("/api/chat", json={"message": "keep"})
        headers = {"Sec-Fetch-Site": "cross-site"}
        response = client.get("/api/chat", headers=headers)
        assert response.status_code == 200
        assert "access-control-allow-origin" not in response.headers


class TestHistory:
    def test_nothing_before_the_first_message(self, client: Client) -> None:
        assert client.get("/api/chat").json() == {
            "conversation": None, "messages": [], "waiting_for": None,
        }  # fmt: skip

    def test_messages_with_their_replies(self, ask: Ask, client: Client) -> None:
        given = ask("keep").json()
        history = client.get("/api/chat", headers=bearer(given["token"])).json()
        (message,) = history["messages"]
        assert history["conversation"] == given["conversation"]
        assert message["text"] == "keep"
        assert message["replies"] == given["replies"]

    def test_only_after_a_number(self, ask: Ask, client: Client) -> None:
        token = ask("keep").json()["token"]
        ask("share", token)
        found = client.get("/api/chat?after=1", headers=bearer(token)).json()["messages"]
        assert [m["number"] for m in found] == [2]

    def test_a_late_answer_is_found(self, ask: Ask, client: Client, site: Site) -> None:
        given = ask("slowly").json()
        headers = bearer(given["token"])
        path = f"/api/chat?after={given['number'] - 1}"
        assert client.get(path, headers=headers).json()["messages"][0]["replies"] is None
        site.talk.answer_late(given["conversation"], given["number"], Reply("Here it is."))
        (message,) = client.get(path, headers=headers).json()["messages"]
        assert message["late"] is True
        assert message["replies"][0]["text"] == "Here it is."

    @pytest.mark.parametrize("after", ["x", "-1", "1.5", "", "99999999999999999999"])
    def test_a_bad_number_is_malformed(self, client: Client, after: str) -> None:
        is_problem(client.get(f"/api/chat?after={after}"), 400, "malformed")

    def test_nobody_reads_another_conversation(self, site: Site) -> None:
        mine, theirs = site.client(), site.client()
        mine.post("/api/chat", json={"message": "my secret, keep"})
        theirs.post("/api/chat", json={"message": "share"})
        assert "my secret" not in theirs.get("/api/chat").text


class TestMalformed:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"hello",
            b"{",
            b"[]",
            b'"message"',
            b"null",
            b'{"message": "\xff\xfe"}',
            b'{"message": "\xc3("}',
            b'{"message": "\xed\xa0\x80"}',
            '{"message": "wide"}'.encode("utf-16"),
            b"[" * 200_000,
            b'{"message":' + b"9" * 5000 + b"}",
            b"{}",
            b'{"message": null}',
            b'{"message": "a", "payload": "/b"}',
            b'{"message": 7}',
            b'{"message": ["a"]}',
            b'{"payload": {"name": "x"}}',
            b'{"text": "hello"}',
        ],
    )
    def test_a_body_that_is_no_message(self, client: Client, site: Site, body: bytes) -> None:
        is_problem(client.post("/api/chat", content=body, headers=JSON), 400, "malformed")
        assert site.talk.people == {}

    def test_a_payload_may_not_be_endless(self, client: Client) -> None:
        payload = '/choose{"value": "' + "x" * 600 + '"}'
        is_problem(client.post("/api/chat", json={"payload": payload}), 400, "malformed")

    @pytest.mark.parametrize("key", ["x" * 101, "tab\tkey", ""])
    def test_a_bad_key(self, client: Client, key: str) -> None:
        response = client.post(
            "/api/chat", json={"message": "keep"}, headers={"Idempotency-Key": key}
        )
        is_problem(response, 400, "malformed")

    def test_what_the_desk_refuses_is_told(self, client: Client, site: Site) -> None:
        site.talk.script = lambda said: InvalidInput("This is not the payload of a button.")
        problem = is_problem(
            client.post("/api/chat", json={"payload": "nonsense"}), 400, "invalid_input"
        )
        assert problem["detail"] == "This is not the payload of a button."

    def test_a_conversation_that_went_meanwhile(self, client: Client, site: Site) -> None:
        site.talk.script = lambda said: NotFound("There is no such conversation.")
        is_problem(client.post("/api/chat", json={"message": "keep"}), 404, "not_found")


class TestLength:
    def test_twenty_thousand_characters_are_taken(self, ask: Ask) -> None:
        assert ask("x" * 20_000).status_code == 200
        assert ask("\U0001f600" * 20_000).status_code == 200

    def test_one_more_is_too_long(self, ask: Ask, site: Site) -> None:
        problem = is_problem(ask("x" * 20_001), 413, "too_long")
        assert "20,001" in problem["detail"]
        assert site.talk.people == {}


class TestRates:
    def test_a_conversation_may_send_twenty_a_minute(self, ask: Ask, site: Site) -> None:
        token = ask().json()["token"]
        statuses = [ask(token=token).status_code for _ in range(20)]
        refused = ask(token=token)
        assert statuses == [200] * 20
        is_problem(refused, 429, "too_many")
        assert refused.headers["retry-after"] == "17"
        assert ask().status_code == 200

    def test_an_address_may_send_a_hundred_and_twenty(self, ask: Ask) -> None:
        statuses = {ask().status_code for _ in range(120)}
        assert statuses == {200}
        is_problem(ask(), 429, "too_many")

    def test_no_address_is_stored(self, ask: Ask, site: Site) -> None:
        ask()
        assert not [key for key in site.rates.used if asgi.ADDRESS in key]

    def test_demo_and_test_desks_have_no_limit(self) -> None:
        site = Site(settings=WebSettings(rate_limited=False))
        client = site.client()
        statuses = {
            client.post("/api/chat", json={"message": "keep"}, headers=SAME_ORIGIN).status_code
            for _ in range(150)
        }
        assert statuses == {200}
        assert not site.rates.used


class TestFailure:
    def test_a_store_that_takes_nothing(self, client: Client, site: Site) -> None:
        site.talk.script = lambda said: StoreDown("secret connection string")
        response = client.post("/api/chat", json={"message": "keep"})
        problem = is_problem(response, 503, "unavailable")
        assert response.headers["retry-after"] == "30"
        assert "secret" not in json.dumps(problem)

    def test_what_nobody_foresaw(
        self, client: Client, site: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        site.talk.script = lambda said: RuntimeError("4111 1111 1111 1111")
        response = client.post("/api/chat", json={"message": "my card 4111 1111 1111 1111"})
        problem = is_problem(response, 500, "internal")
        assert problem["incident"] in problem["detail"]
        assert "content-security-policy" in response.headers
        logged = capsys.readouterr()
        assert problem["incident"] in logged.out + logged.err
        assert "4111" not in response.text + logged.out + logged.err


def test_a_receipt_passes_unchanged(client: Client) -> None:
    given = client.post("/api/chat", json={"payload": "/affirm_request"}).json()
    assert given["replies"][0] == json.loads(json.dumps(filed().to_json()))
