"""The officer's day in a real browser: nothing blocked, no error, no barrier that axe finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk import Desk
from bot.domain.tickets import Kind, Status
from tests.browser import Visitor, launched, visiting
from tests.channels.web.conftest import WebSettings
from tests.channels.web.officer.conftest import Office, advised
from tests.channels.web.script import HOSTILE
from tests.channels.web.serving import serving
from tests.fakes.desks import NOON, file, set_time

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "vendor" / "axe.js"
SERIOUS = {"serious", "critical"}
WIDTHS = (320, 768, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    office.settings = WebSettings(rate_limited=False)
    with serving(office.app()) as address:
        yield address


@pytest.fixture
def visitor(browser: Browser, address: str, office: Office) -> Iterator[Visitor]:
    """An officer who has just opened their link."""
    with visiting(browser, address) as visitor:
        visitor.open(f"/officer/sign-in?link={office.link()}")
        expect(visitor.page).to_have_url(f"{address}/officer")
        yield visitor


def serious(page: Page) -> list[str]:
    """What axe-core finds serious, with where it stands. Its script is no part of the page."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((r) => r.violations)")
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_a_complaint_is_worked_to_its_end(visitor: Visitor, desk: Desk) -> None:
    visitor.expect_trouble("400 (Bad Request)")
    ticket = file(desk, received_at=NOON - timedelta(days=40))
    page = visitor.open("/officer").page
    expect(page.locator(".tone.overdue")).to_have_text("overdue since 5 November 2026")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=ticket.reference)).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.locator(".done")).to_have_text("Acknowledged.")
    page.get_by_text("Outcome of a complaint").click()
    page.get_by_label("Finding").select_option("justified")
    page.get_by_label("What was looked into").fill("The recording of the call.")
    page.get_by_label("Reasons").fill("You were called after you had said no.")
    form = page.locator("form", has=page.get_by_label("What was looked into"))
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("The letter is not complete. Missing: Measures.")
    expect(page.get_by_label("Reasons")).to_have_value("You were called after you had said no.")
    assert desk.tickets.show(ticket.reference).fact("reply") is None
    page.get_by_label("Measures optional").fill("Your number is on our own list now.")
    form.get_by_role("button", name="Look at the letter").click()
    expect(page.get_by_role("region", name="The letter as it would go out")).to_contain_text(
        "We find your complaint justified."
    )
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your letter is on its way")).to_be_visible()
    page.locator("summary", has_text=re.compile("^Resolve$")).click()
    page.get_by_label("Justified", exact=True).check()
    page.get_by_label("Measures (a justified").fill("Your number is on our own list now.")
    late = page.get_by_label("Why it is closed late")
    expect(late).to_have_attribute("required", "")
    late.fill("The recording took long to find.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved. Its clocks are met.")).to_be_visible()
    done = desk.tickets.show(ticket.reference)
    assert done.status is Status.RESOLVED
    reply, finding = done.fact("reply"), done.fact("finding")
    assert reply is not None
    assert "10.4" in reply.content["text"]
    assert finding is not None
    assert finding.content["justified"] is True
    assert done.events[-1].why == "The recording took long to find."


@pytest.mark.parametrize("width", WIDTHS)
def test_the_morning_s_most_urgent_is_answered_by_keys_alone(
    browser: Browser, address: str, office: Office, desk: Desk, width: int
) -> None:
    late = file(desk, received_at=NOON - timedelta(days=40))
    for day in (1, 2, 3):
        file(desk, received_at=NOON - timedelta(days=day))
    with visiting(browser, address, viewport={"width": width, "height": 800}) as visitor:
        visitor.open(f"/officer/sign-in?link={office.link()}")
        page, actions = visitor.page, 1
        expect(page.locator(".tile.overdue")).to_contain_text("1 overdue")
        for key in ("j", "Enter"):
            page.keyboard.press(key)
            actions += 1
        expect(page.get_by_role("heading", name=late.reference)).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.type("We are sorry. Your number is on our own list now.")
        for key in ("Tab", "Tab", "Enter"):
            page.keyboard.press(key)
        actions += 5
        expect(page.locator(".done")).to_contain_text("Your letter is on its way")
    assert actions < 12
    reply = desk.tickets.show(late.reference).fact("reply")
    assert reply is not None
    assert "on our own list now" in reply.content["text"]


def test_an_access_request_is_extended(visitor: Visitor, desk: Desk) -> None:
    visitor.expect_trouble("400 (Bad Request)")
    ticket = file(desk, Kind.ACCESS)
    page = visitor.open(f"/officer/tickets/{ticket.reference}").page
    page.get_by_text("Extension notice").click()
    send = page.get_by_role("button", name="Extend and send the notice")
    send.click()
    expect(page.get_by_role("alert")).to_contain_text("Missing: Ground in law, Why")
    page.locator("#extension-reason").select_option("consultations")
    page.locator("#extension-why").fill("The network department has to be asked.")
    send.click()
    expect(page.get_by_text("Extended. The notice is on its way.")).to_be_visible()
    clock = desk.tickets.show(ticket.reference).clock("statute")
    assert clock is not None
    assert clock.extension is not None
    assert clock.due == clock.promised + timedelta(days=30)


def test_exports_ask_again_who_it_is(visitor: Visitor, desk: Desk, office: Office) -> None:
    file(desk, Kind.INCIDENT, text="=HYPERLINK(1) was left in the van")
    page = visitor.open("/officer/registers").page
    export = page.get_by_role("button", name="of Incidents")
    with page.expect_download() as started:
        export.click()
    rows = Path(started.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    set_time(desk.intake.store, NOON + timedelta(minutes=12))
    export.click()
    page.get_by_label("One-time link").fill(office.link())
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(f"{visitor.address}/officer/registers")


def test_the_calendar_s_link_is_made_and_shown_once(visitor: Visitor, desk: Desk) -> None:
    file(desk)
    page = visitor.open("/officer").page
    page.get_by_role("link", name="Calendar").click()
    expect(page.get_by_text("No link has been made yet.")).to_be_visible()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Secret link of the calendar").input_value()
    assert desk.feed.deadlines(secret_of(link))
    visitor.open("/officer/calendar")
    expect(page.get_by_text("was made on 2026-11-24 12:00")).to_be_visible()
    assert secret_of(link) not in page.content()
    page.get_by_role("button", name="Make a new link").click()
    newer = page.get_by_label("Secret link of the calendar").input_value()
    assert desk.feed.deadlines(secret_of(link)) is None
    assert desk.feed.deadlines(secret_of(newer))


def secret_of(link: str) -> str:
    """The secret in a link of the calendar."""
    return link.rpartition("/")[2].removesuffix(".ics")


def test_files_go_up_and_down(visitor: Visitor, desk: Desk, tmp_path: Path) -> None:
    ticket, bill = file(desk), tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.7 a bill")
    page = visitor.open(f"/officer/tickets/{ticket.reference}").page
    page.get_by_label("Add a file").set_input_files(bill)
    page.get_by_role("button", name="Add", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("link", name="bill.pdf").click()
    assert Path(started.value.path()).read_bytes() == bill.read_bytes()
    with page.expect_download() as whole:
        page.get_by_role("link", name="as a PDF").click()
    assert Path(whole.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_new_ticket_appears_without_reload(visitor: Visitor, desk: Desk) -> None:
    page = visitor.page
    expect(page.get_by_text("No request is open.")).to_be_visible()
    with page.expect_response(lambda answer: "/officer/live" in answer.url):
        page.reload()
    ticket = file(desk)
    expect(page.get_by_role("link", name=ticket.reference)).to_be_visible(timeout=10_000)


def test_words_looked_for_stay_out_of_the_address(visitor: Visitor, desk: Desk) -> None:
    found, _ = file(desk, text="About my landlord"), file(desk, text="About my bill")
    page = visitor.open("/officer").page
    page.get_by_label("Search").fill("landlord")
    expect(page.locator("a.go")).to_have_text([found.reference])
    assert page.url == f"{visitor.address}/officer"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_stays_text(visitor: Visitor, desk: Desk, text: str) -> None:
    ticket = file(desk, text=text)
    desk.tickets.note(ticket.reference, text, who=text)
    for path in ("", f"/tickets/{ticket.reference}", f"/tickets/{ticket.reference}/file"):
        page = visitor.open(f"/officer{path}").page
        assert "broken" not in page.title()
        assert page.get_by_text(text).count() >= 1


def test_nothing_on_any_page_is_a_serious_barrier(visitor: Visitor, desk: Desk) -> None:
    complaint = file(desk, received_at=NOON - timedelta(days=40))
    incident, access = file(desk, Kind.INCIDENT), file(desk, Kind.ACCESS)
    desk.tickets.disagree(complaint.reference, "The date is disputed.", who="officer")
    tickets = [f"tickets/{t.reference}" for t in (complaint, incident, access)]
    found = {}
    for path in ("", "overview", "registers", "calendar", "accounts", "confirm", *tickets):
        page = visitor.open(f"/officer/{path}".rstrip("/")).page
        if barriers := serious(page):
            found[path] = barriers
    visitor.press("Sign out")
    found |= {"sign-in": barriers} if (barriers := serious(visitor.page)) else {}
    assert found == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_every_width(
    browser: Browser, address: str, office: Office, desk: Desk, width: int
) -> None:
    ticket = file(desk, Kind.INCIDENT, text="W" * 300)
    advised(office)
    with visiting(browser, address, viewport={"width": width, "height": 700}) as visitor:
        visitor.open(f"/officer/sign-in?link={office.link()}")
        pages = ("", "/overview", "/registers", "/calendar", "/accounts")
        for path in (*pages, f"/tickets/{ticket.reference}"):
            assert visitor.open(f"/officer{path}").sideways() <= 0, path
