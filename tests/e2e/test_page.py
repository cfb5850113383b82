"""The chat page in a real browser, before the real three processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from bot.domain.clocks import local_date
from bot.domain.dates import spoken
from bot.store.library import load_library
from bot.store.tables import drafts, tickets
from tests.browser import Visitor, launched, visiting
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.processes, pytest.mark.browser]

LIBRARY = load_library()
# A busy machine may make the answer late; the page then shows it by itself.
ANSWER_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def visitor(browser: Browser, desk: RunningDesk) -> Iterator[Visitor]:
    with visiting(browser, desk.base_url) as visitor:
        yield visitor.open()


def hear(page: Page, words: str) -> None:
    """Wait until the desk has said this."""
    expect(page.locator(".message.desk", has_text=words).last).to_be_visible(timeout=ANSWER_MS)


def complain(visitor: Visitor) -> None:
    """Answer the complaint's questions up to the summary."""
    page = visitor.page
    visitor.write("I want to complain")
    hear(page, "What happened?")
    visitor.write("They read my bill out at the counter")
    hear(page, "When did it happen?")
    visitor.write("yesterday")
    hear(page, "How can the Privacy Officer reach you?")
    visitor.write("joan.tremblay@example.ca")
    hear(page, "Shall I file it?")


def test_a_question_gets_its_clause_and_a_next_step(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_text("You are talking to an automated assistant")).to_be_visible()
    visitor.write("How long do you keep my data?")
    card = page.locator(".clause").first
    expect(card).to_be_visible(timeout=ANSWER_MS)
    expect(card.locator(".number")).to_have_text("Clause 5.3")
    text = card.locator(".verbatim").evaluate("e => e.textContent")
    assert text == LIBRARY.policy.get("5.3").text
    assert page.locator(".quick button:enabled").count() >= 1
    link = card.get_by_role("link", name="Read it in the policy").get_attribute("href")
    page.goto(link or "")
    expect(page.get_by_role("heading", name="5.3")).to_be_in_viewport()


def test_what_the_policy_does_not_cover_is_said(visitor: Visitor) -> None:
    visitor.write("What is the weather like tomorrow?")
    hear(visitor.page, "I can pass it to the Privacy Officer")
    expect(visitor.page.locator(".clause")).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="Ask the Privacy Officer")).to_be_visible()


def test_a_whole_complaint_leaves_a_ticket(visitor: Visitor, desk: RunningDesk) -> None:
    page = visitor.page
    complain(visitor)
    visitor.press("Yes, file it")
    receipt = page.locator(".receipt")
    expect(receipt).to_be_visible(timeout=ANSWER_MS)
    reference = receipt.locator(".reference").inner_text()
    with desk.store.reading() as connection:
        row = connection.execute(select(tickets).where(tickets.c.reference == reference)).one()
    assert row.kind == "complaint"
    received = local_date(row.received_at, LIBRARY.zone)
    expect(receipt.locator("dl > div").nth(0)).to_contain_text(spoken(received))
    expect(receipt.locator("dl > div").nth(1)).to_contain_text("We will respond by")
    resolve = receipt.locator("dl > div").nth(2)
    expect(resolve).to_contain_text(
        re.compile(f"We aim to resolve it by.*{spoken(received + timedelta(days=30))}", re.DOTALL)
    )
    receipt.get_by_text("How this date was worked out").first.click()
    expect(receipt.locator("tr.due").first).to_be_visible()


def test_a_cancelled_complaint_leaves_nothing(visitor: Visitor, desk: RunningDesk) -> None:
    complain(visitor)
    with desk.store.reading() as connection:
        before = connection.execute(select(func.count()).select_from(tickets)).scalar_one()
    # The button of the newest reply: the earlier ones are spent.
    visitor.press("Cancel")
    expect(visitor.page.locator(".said").last).to_have_text("Cancel")
    hear(visitor.page, "Nothing was filed")
    conversation = visitor.page.evaluate("fetch('/api/chat').then((r) => r.json())")
    assert conversation["waiting_for"] is None
    with desk.store.reading() as connection:
        after = connection.execute(select(func.count()).select_from(tickets)).scalar_one()
        mine = drafts.c.conversation_id == conversation["conversation"]
        open_draft = select(drafts.c.id).where(mine, drafts.c.state == "open")
        assert connection.execute(open_draft).all() == []
    assert after == before


def test_a_reload_keeps_the_conversation_and_the_form(visitor: Visitor) -> None:
    page = visitor.page
    visitor.write("I want to complain")
    hear(page, "What happened?")
    visitor.write("They read my bill out at the counter, card 4111 1111 1111 1111")
    hear(page, "When did it happen?")
    page.reload()
    expect(page.locator(".said")).to_have_count(2)
    expect(page.locator(".said").last).to_contain_text("They read my bill out")
    expect(page.locator("#log")).not_to_contain_text("4111 1111 1111 1111")
    visitor.write("yesterday")
    hear(page, "How can the Privacy Officer reach you?")
