"""Following a request: who may open it, what it shows, what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from httpx import Client

from bot.domain.tickets import Kind, Status, Step, Ticket, new_reference
from bot.notices import NoticeError
from bot.store.db import Store
from tests.channels.web.following import Following, post, signed_in
from tests.documents.test_documents import words
from tests.fakes.desks import NOON, pass_days, set_time
from tests.fakes.notifier import RecordingNotifier

# Well formed, and of no request.
NOBODY_S = new_reference(lambda alphabet: alphabet[3])
WRONG = "That did not open a request."


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Following]:
    store = Store(sqlite_url, shiftable=True)
    set_time(store, NOON)
    yield Following(store)
    store.close()


@pytest.fixture
def client(site: Following) -> Iterator[Client]:
    with site.client() as client:
        yield client


def code_of(site: Following) -> str:
    """The six digits of the newest mail."""
    found = re.search(r"\b(\d{6})\b", site.mail()[-1].text)
    assert found is not None
    return found.group(1)


def opened(site: Following, client: Client, ticket: Ticket) -> str:
    """Open the ticket by code; gives the address of its page."""
    post(client, "/status/code", reference=ticket.reference)
    entered = post(client, "/status/open", reference=ticket.reference, code=code_of(site))
    assert entered.status_code == 303
    return str(entered.headers["location"])


class TestCode:
    def test_a_code_from_the_mailbox_opens_the_request(
        self, site: Following, client: Client
    ) -> None:
        ticket = site.file()
        page = client.get(opened(site, client, ticket))
        assert page.status_code == 200
        assert ticket.reference in page.text and "Monday 14 December 2026" in page.text
        assert site.mail()[-1].to == ticket.email

    def test_the_answer_does_not_tell_whether_a_reference_exists(
        self, site: Following, client: Client
    ) -> None:
        real, unaddressed = site.file(), site.file(email=None)
        answers = []
        for reference in (real.reference, unaddressed.reference, NOBODY_S):
            given = post(client, "/status/code", reference=reference)
            answers.append((given.status_code, given.text.replace(reference, "-")))
        assert len(set(answers)) == 1
        assert [mail.reference for mail in site.mail()] == [real.reference]

    def test_a_wrong_code_is_refused_five_times_and_then_the_right_one_too(
        self, site: Following, client: Client
    ) -> None:
        ticket = site.file()
        post(client, "/status/code", reference=ticket.reference)
        right = code_of(site)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for _ in range(5):
            refused = post(client, "/status/open", reference=ticket.reference, code=wrong)
            assert refused.status_code == 403 and WRONG in refused.text
        late = post(client, "/status/open", reference=ticket.reference, code=right)
        assert late.status_code == 403
        assert not client.cookies

    def test_a_code_is_worth_nothing_after_ten_minutes_or_twice(
        self, site: Following, client: Client
    ) -> None:
        ticket = site.file()
        opened(site, client, ticket)
        again = post(client, "/status/open", reference=ticket.reference, code=code_of(site))
        assert again.status_code == 403
        post(client, "/status/code", reference=ticket.reference)
        pass_days(site.store, 11 / 24 / 60)
        late = post(client, "/status/open", reference=ticket.reference, code=code_of(site))
        assert late.status_code == 403

    def test_brute_force_from_one_address_has_to_wait(
        self, site: Following, client: Client
    ) -> None:
        answers = [
            post(client, "/status/open", reference=NOBODY_S, code=f"{n:06d}").status_code
            for n in range(21)
        ]
        assert answers == [403] * 20 + [429]

    def test_a_mail_server_that_fails_shows_nothing(self, site: Following, client: Client) -> None:
        ticket = site.file()
        assert isinstance(site.post, RecordingNotifier)
        site.post.failures.append(NoticeError("refused", permanent=True))
        assert post(client, "/status/code", reference=ticket.reference).status_code == 200

    def test_no_code_is_kept_in_clear(self, site: Following, client: Client) -> None:
        post(client, "/status/code", reference=site.file().reference)
        with site.store.reading() as connection:
            kept = str(connection.exec_driver_sql("SELECT * FROM ticket_codes").fetchall())
            kept += str(connection.exec_driver_sql("SELECT * FROM events").fetchall())
            kept += str(connection.exec_driver_sql("SELECT * FROM notices").fetchall())
        assert code_of(site) not in kept

    def test_without_mail_the_page_offers_no_code(self, sqlite_url: str) -> None:
        site = Following(Store(sqlite_url, shiftable=True), post=None)
        with site.client() as client:
            assert "Send me a code" not in client.get("/status").text
        site.store.close()


class TestLink:
    def test_a_secret_link_opens_it_in_another_browser(self, site: Following) -> None:
        conversation, token = site.visitor()
        ticket = site.file(conversation=conversation)
        with signed_in(site.client(), token) as own, site.client() as other:
            made = own.post(f"/status/{ticket.reference}/link", headers={"Accept": "text/json"})
            link = re.search(r'value="[^"]+/status#([\w-]+)"', made.text)
            assert link is not None
            page, secret = f"/status/{ticket.reference}", link.group(1)
            assert other.get(page).status_code == 404
            entered = post(other, "/status/open", secret=secret)
            assert (entered.status_code, entered.headers["location"]) == (303, page)
            cookie = entered.headers["set-cookie"]
            assert secret not in cookie and "HttpOnly" in cookie
            assert other.get(page).status_code == 200
            assert post(other, "/status/leave").status_code == 303
            assert other.get(page).status_code == 404

    def test_what_is_in_the_cookie_opens_nothing_else(
        self, site: Following, client: Client
    ) -> None:
        opened(site, client, site.file())
        session = client.cookies["privacydesk-status"]
        with site.client() as other:
            assert post(other, "/status/open", secret=session).status_code == 403

    def test_an_hour_later_it_is_closed(self, site: Following, client: Client) -> None:
        page = opened(site, client, site.file())
        pass_days(site.store, 61 / 24 / 60)
        assert client.get(page).status_code == 404

    def test_revoking_the_links_closes_every_browser(self, site: Following, client: Client) -> None:
        ticket = site.file()
        page = opened(site, client, ticket)
        site.desk.access.revoke_links(ticket.reference, who="officer")
        assert client.get(page).status_code == 404


PATHS = (
    ("GET", ""), ("GET", "/receipt.pdf"), ("GET", "/application.pdf"),
    ("GET", "/conversation.txt"), ("GET", "/files/x"), ("POST", "/add"),
    ("POST", "/attachments"), ("POST", "/withdraw"), ("POST", "/link"),
)  # fmt: skip


class TestOthers:
    @pytest.mark.parametrize(("method", "path"), PATHS)
    def test_a_request_of_another_person_is_not_there(
        self, site: Following, method: str, path: str
    ) -> None:
        """The same for a stranger, for another customer and for a reference nobody has."""
        _, token = site.visitor("web:someone-else")
        theirs = site.file(Kind.ACCESS)
        with site.client() as stranger, signed_in(site.client(), token) as other:
            answers = [
                client.request(method, f"/status/{reference}{path}")
                for client in (stranger, other)
                for reference in (theirs.reference, NOBODY_S, "nonsense")
            ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({re.sub(r"PD-[\w-]+|nonsense", "", answer.text) for answer in answers}) == 1

    def test_another_site_s_page_can_do_nothing(self, site: Following, client: Client) -> None:
        page = opened(site, client, site.file())
        client.headers["Sec-Fetch-Site"] = "cross-site"
        for path in (f"{page}/add", f"{page}/withdraw", "/status/open", "/status/code"):
            assert post(client, path, text="x", sure="yes").status_code == 403

    def test_personal_pages_are_kept_by_nobody(self, site: Following, client: Client) -> None:
        page = opened(site, client, site.file())
        for path in ("", "/receipt.pdf", "/conversation.txt"):
            assert client.get(f"{page}{path}").headers["cache-control"] == "no-store"
        assert client.get("/status").headers["cache-control"] == "no-store"


class TestOwn:
    @pytest.fixture
    def own(self, site: Following) -> Iterator[tuple[Client, Ticket]]:
        conversation, token = site.visitor()
        ticket = site.file(Kind.ACCESS, text="everything", conversation=conversation)
        with signed_in(site.client(), token) as client:
            yield client, ticket

    def test_the_browser_of_the_conversation_needs_no_code(
        self, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        assert ticket.reference in client.get("/status").text
        listed = client.get("/status/own").json()["requests"]
        assert [one["reference"] for one in listed] == [ticket.reference]
        assert "everything" not in str(listed)

    def test_replies_and_states_are_shown_in_plain_words(
        self, site: Following, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        site.desk.tickets.ask(ticket.reference, "Which account is it?", who="officer")
        page = client.get(f"/status/{ticket.reference}").text
        assert "Which account is it?" in page and "please answer our question" in page
        site.desk.tickets.note(ticket.reference, "An inner note", who="officer")
        site.desk.tickets.reply(ticket.reference, "Here it is.", who="officer")
        page = client.get(f"/status/{ticket.reference}").text
        assert "Here it is." in page and "An inner note" not in page and "Done." in page

    def test_an_answer_is_kept_masked_and_the_officer_s_clock_runs_on(
        self, site: Following, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        site.desk.tickets.ask(ticket.reference, "Which account is it?", who="officer")
        sent = post(client, f"/status/{ticket.reference}/add", text="Card 4111 1111 1111 1111")
        assert sent.headers["location"].endswith("?done=masked")
        now = site.desk.tickets.show(ticket.reference)
        assert now.status is Status.IN_PROGRESS
        fact = now.fact("information")
        assert fact is not None and "4111" not in fact.content["text"]
        assert fact.who == "requester"

    def test_words_after_it_was_closed_open_it_again_and_it_is_said(
        self, site: Following, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        page = f"/status/{ticket.reference}"
        site.desk.tickets.resolve(ticket.reference, who="officer")
        for said, done, status in (
            ("Thank you!", "added", Status.RESOLVED),
            ("The file is not whole", "reopened", Status.IN_PROGRESS),
        ):
            sent = post(client, f"{page}/add", text=said)
            assert sent.headers["location"].endswith(f"?done={done}")
            assert site.desk.tickets.show(ticket.reference).status is status
        shown = client.get(f"{page}?done=reopened").text
        assert "which is open again" in shown
        assert "This request is closed." not in shown

    @pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
    def test_what_is_not_taken_comes_back(self, own: tuple[Client, Ticket], text: str) -> None:
        client, ticket = own
        refused = post(client, f"/status/{ticket.reference}/add", text=text)
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text and f">{text}</textarea>" in refused.text

    def test_a_file_goes_up_and_comes_down_but_never_inline(
        self, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        page = f"/status/{ticket.reference}"
        sent = client.post(f"{page}/attachments", files={"file": ("note.txt", b"On King Street.")})
        assert sent.headers["location"].endswith("?done=attached")
        link = re.search(rf'href="({page}/files/[\w-]+)"', client.get(page).text)
        assert link is not None
        down = client.get(link.group(1))
        assert down.content == b"On King Street."
        assert down.headers["content-disposition"].startswith("attachment")
        refused = client.post(f"{page}/attachments", files={"file": ("run.exe", b"MZ\x00\x01")})
        assert refused.status_code == 400 and "That sort of file is not taken" in refused.text

    def test_the_papers_can_be_kept(self, own: tuple[Client, Ticket]) -> None:
        client, ticket = own
        page = f"/status/{ticket.reference}"
        assert ticket.reference in words(client.get(f"{page}/receipt.pdf").content)
        assert "Schedule A" in words(client.get(f"{page}/application.pdf").content)
        assert client.get(f"{page}/conversation.txt").text.startswith(ticket.reference)

    def test_a_request_is_taken_back_once_and_only_when_meant(
        self, site: Following, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        page = f"/status/{ticket.reference}"
        assert post(client, f"{page}/withdraw").status_code == 400
        assert site.desk.tickets.show(ticket.reference).status is Status.RECEIVED
        assert post(client, f"{page}/withdraw", sure="yes").status_code == 303
        assert site.desk.tickets.show(ticket.reference).status is Status.WITHDRAWN
        assert post(client, f"{page}/withdraw", sure="yes").status_code == 409
        assert "Take the request back" not in client.get(page).text

    def test_the_officer_closing_it_meanwhile_is_said(
        self, site: Following, own: tuple[Client, Ticket]
    ) -> None:
        client, ticket = own
        site.desk.tickets.take(ticket.reference, Step.RESOLVE, who="officer")
        refused = post(client, f"/status/{ticket.reference}/withdraw", sure="yes")
        assert refused.status_code == 409 and "closed already" in refused.text


class TestFrench:
    def test_page_mail_and_dates_speak_it(self, site: Following, client: Client) -> None:
        client.headers["Accept-Language"] = "fr-CA,fr;q=0.9"
        page = client.get(opened(site, client, site.file()))
        assert page.headers["content-language"] == "fr"
        assert '<html lang="fr">' in page.text
        assert "lundi 14 décembre 2026" in page.text and "Retirer la demande" in page.text

    def test_a_language_that_was_chosen_stays(self, client: Client) -> None:
        assert "Où en est ma demande" in client.get("/status?lang=fr").text
        assert "Où en est ma demande" in client.get("/status").text
        assert "Where does my request stand" in client.get("/status?lang=en").text
        assert "Where does my request stand" in client.get("/status?lang=xx").text

    @pytest.mark.parametrize("path", ["/", "/about-this-desk", "/status", "/policy"])
    def test_every_page_has_its_words_in_it(self, client: Client, path: str) -> None:
        page = client.get(f"{path}?lang=fr").text
        assert '<html lang="fr">' in page and "Passer au contenu" in page
