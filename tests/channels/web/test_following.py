"""A customer follows a complaint in a real browser, with the code from a real mailbox."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.channels.mail import MailNotifier
from bot.domain.tickets import Kind, Ticket
from bot.notices import Notifier
from bot.store.db import Store
from tests.browser import Visitor, launched, visiting
from tests.channels.web.conftest import WebSettings
from tests.channels.web.following import Following
from tests.channels.web.serving import serving
from tests.fakes.desks import NOON, set_time
from tests.fakes.smtp import Mailbox, smtp_server

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "vendor" / "axe.js"
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@contextmanager
def running(url: str, post: Notifier | None = None) -> Iterator[tuple[Following, str]]:
    """A desk on a real port; gives it with its address."""
    store = Store(url, shiftable=True)
    set_time(store, NOON)
    site = Following(store, WebSettings("http://127.0.0.1", rate_limited=False), post=post)
    with serving(site.app()) as address:
        yield site, address
    store.close()


def serious(page: Page) -> list[str]:
    """What axe-core finds on the page that is serious or worse."""
    # Through the debugger, where the page's own policy does not stand in the way of the checker.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"resultTypes": ["violations"]})
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_a_complaint_is_followed_to_its_end(browser: Browser, sqlite_url: str) -> None:
    with received() as mailbox:
        post = MailNotifier(f"smtp://127.0.0.1:{mailbox.port}?tls=none", "desk@desk.example")
        with running(sqlite_url, post) as (site, address), visiting(browser, address) as visitor:
            ticket, page = site.file(), visitor.open("/status").page
            page.get_by_role("textbox", name="Your reference").fill(ticket.reference.lower())
            page.get_by_role("button", name="Send me a code").click()
            expect(page.get_by_role("status")).to_contain_text("a six-digit code is on its way")
            page.get_by_label("Six-digit code").fill(code_from(mailbox, page))
            page.get_by_role("button", name="Open my request").first.click()
            page.wait_for_url(f"{address}/status/{ticket.reference}")
            expect(page.locator("dl")).to_contain_text("Monday 14 December 2026")
            follow(site, ticket, page)
            assert mailbox.received[0]["To"] == ticket.email


@contextmanager
def received() -> Iterator[Mailbox]:
    """A mailbox whose server is started in a thread: the browser's loop runs in this one."""
    mailbox = Mailbox()
    server = smtp_server(mailbox)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(server.__enter__).result()
        try:
            yield mailbox
        finally:
            thread.submit(server.__exit__, None, None, None).result()


def code_from(mailbox: Mailbox, page: Page) -> str:
    for _ in range(100):
        if mailbox.received:
            break
        page.wait_for_timeout(50)
    plain = mailbox.received[-1].get_body(("plain",))
    assert plain is not None
    found = re.search(r"is (\d{6})\.", plain.get_content())
    assert found is not None
    return found.group(1)


def follow(site: Following, ticket: Ticket, page: Page) -> None:
    """Answer a question with words and a file, read the reply, keep the receipt, take it back."""
    site.desk.tickets.ask(ticket.reference, "Which shop was it?", who="officer")
    page.reload()
    expect(page.get_by_text("Which shop was it?")).to_be_visible()
    page.get_by_label("What you want to add").fill("The one on King Street.")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("status")).to_contain_text("what you wrote is with your request")
    page.get_by_label("A file:").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"King Street"}
    )
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("link", name="note.txt")).to_be_visible()
    site.desk.tickets.reply(ticket.reference, "The clerk was told.", who="officer")
    page.reload()
    expect(page.get_by_text("The clerk was told.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Receipt (PDF)").click()
    assert download.value.suggested_filename == f"receipt-{ticket.reference}.pdf"
    page.get_by_label(f"Yes, take {ticket.reference} back").check()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("This request was taken back.")).to_be_visible()
    page.get_by_role("button", name="Close the request in this browser").click()
    expect(page.get_by_text(ticket.reference)).to_have_count(0)


def test_a_secret_link_leaves_the_address_bar_and_is_in_no_request_s_address(
    browser: Browser, sqlite_url: str
) -> None:
    with running(sqlite_url) as (site, address), visiting(browser, address) as visitor:
        ticket, page = site.file(), visitor.page
        secret = site.desk.access.issue_link(ticket.reference, who="requester")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        visitor.open(f"/status#{secret}")
        page.wait_for_url(f"{address}/status/{ticket.reference}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Complaint")
        assert not any(secret in url for url in asked)
        page.go_back()
        assert secret not in page.url


def returning(site: Following, visitor: Visitor) -> Ticket:
    """Give the visitor's browser a conversation in which a request was made."""
    conversation, token = site.visitor()
    ticket = site.file(Kind.ACCESS, text="everything", conversation=conversation)
    cookie = {"name": "privacydesk", "value": token, "url": visitor.address}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return ticket


def test_a_returning_visitor_sees_requests_and_a_new_reply_without_a_reload(
    browser: Browser, sqlite_url: str
) -> None:
    with running(sqlite_url) as (site, address), visiting(browser, address) as visitor:
        ticket, page = returning(site, visitor), visitor.page
        page.clock.install()
        visitor.open()
        listed = page.locator("#requests-list li")
        expect(listed).to_contain_text(ticket.reference)
        expect(listed).to_contain_text("Monday 14 December 2026")
        site.desk.tickets.reply(ticket.reference, "Here it is.", who="officer")
        page.clock.run_for(16_000)
        expect(listed).to_contain_text("New reply")
        expect(page.locator("#status")).to_have_text(
            f"A new reply to your request {ticket.reference}."
        )
        listed.get_by_role("link").click()
        expect(page.get_by_text("Here it is.")).to_be_visible()


PAGES = ("/", "/policy", "/about-this-desk", "/status", "/status/{reference}", "/no-such-page")


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "en", 1280), ("dark", "fr", 320)]
)
def test_axe_finds_nothing_serious_on_any_public_page(
    browser: Browser, sqlite_url: str, scheme: str, language: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with (
        running(sqlite_url) as (site, address),
        visiting(browser, address, viewport=size, color_scheme=scheme, bypass_csp=True) as visitor,
    ):
        visitor.expect_trouble("404")
        ticket = returning(site, visitor)
        site.desk.tickets.reply(ticket.reference, "Here it is.", who="officer")
        for path in PAGES:
            visitor.open(f"{path.format(reference=ticket.reference)}?lang={language}")
            expect(visitor.page.locator("h1")).to_be_visible()
            assert serious(visitor.page) == [], path
            assert visitor.sideways() == 0, path


def test_large_print_fits_a_phone(browser: Browser, sqlite_url: str) -> None:
    with (
        running(sqlite_url) as (site, address),
        visiting(browser, address, viewport={"width": 360, "height": 720}) as visitor,
    ):
        ticket = returning(site, visitor)
        for path in ("/", "/about-this-desk", "/status", f"/status/{ticket.reference}"):
            visitor.open(path)
            visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert visitor.sideways() == 0, path


def test_the_keyboard_alone_follows_a_request(browser: Browser, sqlite_url: str) -> None:
    with running(sqlite_url) as (site, address), visiting(browser, address) as visitor:
        ticket, page = returning(site, visitor), visitor.page
        visitor.open("/status")
        pressed_until(page, lambda: ticket.reference in focused(page))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/status/{ticket.reference}")
        pressed_until(page, lambda: focused(page).startswith("text"))
        page.keyboard.type("It was on King Street.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Thank you")


def focused(page: Page) -> str:
    """The id and the words of what has the focus."""
    found: str = page.evaluate("document.activeElement.id + ' ' + document.activeElement.innerText")
    return found


def pressed_until(page: Page, there: Callable[[], bool]) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if there():
            return
    raise AssertionError("the keyboard does not lead there")
