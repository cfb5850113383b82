"""The chat page in a real browser, over a scripted desk."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.domain.replies import Reply
from tests.browser import Visitor, launched, visiting
from tests.channels.web.conftest import Site, StoreDown, WebSettings
from tests.channels.web.script import HOSTILE, LIBRARY, script
from tests.channels.web.serving import serving

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
Visit = Callable[..., AbstractContextManager[Visitor]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def site() -> Site:
    return Site(settings=WebSettings(rate_limited=False))


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with serving(site.app()) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Visit:
    def visit(**how: Any) -> AbstractContextManager[Visitor]:
        return visiting(browser, address, **how)

    return visit


@pytest.fixture
def visitor(visit: Visit) -> Iterator[Visitor]:
    with visit() as visitor:
        yield visitor.open()


def answered(page: Page, count: int = 1) -> None:
    expect(page.locator(".message.desk")).to_have_count(count)


class TestAnswers:
    def test_before_the_first_message_the_notice_is_open(self, visitor: Visitor) -> None:
        page = visitor.page
        expect(page.get_by_text("You are talking to an automated assistant")).to_be_visible()
        expect(page.get_by_role("button", name="New conversation")).to_be_hidden()
        expect(page.locator("[data-example]")).to_have_count(5)

    def test_a_question_shows_its_clause(self, visitor: Visitor) -> None:
        page = visitor.page
        visitor.press("How long do you keep my information?")
        answered(page)
        clause = LIBRARY.policy.get("5.3")
        assert page.locator(".clause .verbatim").evaluate("e => e.textContent") == clause.text
        expect(page.locator(".clause mark")).to_have_text(re.compile("^Cloud Connexions will ret"))
        expect(page.locator(".clause figcaption")).to_contain_text("Clause 5.3")
        link = page.get_by_role("link", name="Read it in the policy")
        expect(link).to_have_attribute("href", f"{visitor.address}/policy#5.3")
        expect(page.locator("#welcome")).to_be_hidden()
        expect(page.get_by_label("Your message")).to_be_focused()

    def test_a_list_is_shown_as_one(self, visitor: Visitor) -> None:
        visitor.write("Who do you share it with?")
        answered(visitor.page)
        expect(visitor.page.locator(".line.entry")).to_have_count(9)
        text = visitor.page.locator(".verbatim").evaluate("e => e.textContent")
        assert text == LIBRARY.policy.get("5.1").text
        expect(visitor.page.locator(".entry mark")).to_have_text(
            "Another telecommunications company"
        )

    def test_the_policy_opens_at_the_clause(self, visitor: Visitor) -> None:
        visitor.open("/policy#10.5")
        heading = visitor.page.get_by_role("heading", name="10.5")
        expect(heading).to_be_in_viewport()
        top = heading.evaluate("e => e.getBoundingClientRect().top")
        assert top >= visitor.page.locator(".top").evaluate("e => e.offsetHeight")

    def test_a_complaint_ends_in_a_receipt(self, visitor: Visitor) -> None:
        page = visitor.page
        visitor.write("I want to complain")
        answered(page, 1)
        visitor.write("They read my bill out at the counter")
        answered(page, 2)
        visitor.press("Yes, file it")
        answered(page, 3)
        receipt = page.get_by_role("region", name="Receipt PD-7K3M-9QXD")
        expect(receipt.locator(".reference")).to_have_text("PD-7K3M-9QXD")
        expect(receipt.locator("dl > div").nth(1)).to_contain_text(
            re.compile("We will respond by.*Monday 14 December 2026", re.DOTALL)
        )
        expect(receipt.locator("dl > div").nth(2)).to_contain_text(
            re.compile("We aim to resolve it by.*Thursday 24 December 2026", re.DOTALL)
        )
        steps = receipt.locator("tbody tr")
        expect(steps.first).to_be_hidden()
        receipt.get_by_text("How this date was worked out").first.click()
        expect(steps.first).to_have_text(re.compile("Tuesday 24 November 2026.*0.*received"))
        expect(receipt.locator("tr.skipped").first).to_contain_text("Saturday")
        expect(page.get_by_text("You may complain to the Office")).to_be_visible()

    def test_buttons_are_spent_by_a_newer_message(self, visitor: Visitor) -> None:
        visitor.write("How long do you keep it?")
        button = visitor.page.get_by_role("button", name="Ask the Privacy Officer")
        button.click()
        answered(visitor.page, 2)
        expect(button).to_be_disabled()
        expect(visitor.page.locator(".said").last).to_have_text("Ask the Privacy Officer")
        expect(visitor.page.get_by_role("button", name="Cancel")).to_be_enabled()

    @pytest.mark.parametrize("text", HOSTILE)
    def test_text_stays_text(self, visitor: Visitor, text: str) -> None:
        page = visitor.page
        title = page.title()
        visitor.write(f"repeat {text}")
        answered(page)
        said = [page.locator(f).first.evaluate("e => e.textContent") for f in (".said", ".words p")]
        assert said == [f"repeat {text}"] * 2
        expect(page.locator(".quick button")).to_have_text(f"repeat {text}")
        page.reload()
        answered(page)
        assert page.title() == title
        assert page.locator("#log :is(img, script, svg)").count() == 0


class TestConversation:
    def test_reload_keeps_it(self, visitor: Visitor) -> None:
        page = visitor.page
        visitor.write("How long do you keep it?")
        answered(page, 1)
        visitor.press("Ask the Privacy Officer")
        answered(page, 2)
        page.reload()
        answered(page, 2)
        expect(page.locator(".said")).to_have_text(
            ["How long do you keep it?", "Ask the Privacy Officer"]
        )
        expect(page.locator("#welcome")).to_be_hidden()
        expect(page.get_by_role("button", name="Withdraw consent")).to_be_disabled()
        expect(page.get_by_role("button", name="Cancel")).to_be_enabled()

    def test_a_new_conversation_leaves_the_old_one(self, visitor: Visitor, site: Site) -> None:
        page = visitor.page
        visitor.write("How long do you keep it?")
        answered(page)
        visitor.press("New conversation")
        page.get_by_role("button", name="Keep this one").click()
        answered(page, 1)
        visitor.press("New conversation")
        page.get_by_role("button", name="Start a new one").click()
        answered(page, 0)
        expect(page.locator("#welcome")).to_be_visible()
        page.reload()
        answered(page, 0)
        visitor.write("Who do you share it with?")
        answered(page, 1)
        assert len(site.talk.people) == 2

    def test_while_it_waits_it_says_so(self, visitor: Visitor, site: Site) -> None:
        page = visitor.page
        go_on = threading.Event()

        def slowly(said: str) -> Any:
            assert go_on.wait(20)
            return script(said)

        site.talk.script = slowly
        visitor.write("How long do you keep it?")
        expect(page.get_by_text("The desk is reading your message").first).to_be_visible()
        expect(page.locator(".said")).to_have_count(1)
        visitor.write("And again?")
        expect(page.get_by_label("Your message")).to_have_value("And again?")
        go_on.set()
        answered(page)
        expect(page.locator("#typing")).to_be_hidden()
        expect(page.locator(".said")).to_have_count(1)

    def test_a_late_answer_appears_and_says_to_what(self, visit: Visit, site: Site) -> None:
        with visit() as visitor:
            page = visitor.page
            page.clock.install()
            visitor.open()
            visitor.write("Think slowly about this")
            expect(page.get_by_text("I am sorry, this takes longer")).to_be_visible()
            visitor.write("How long do you keep it?")
            answered(page, 2)
            site.talk.answer_late("conversation-1", 1, Reply("Here it is after all."))
            page.clock.run_for(4000)
            answered(page, 3)
            late = page.locator(".message.desk").last
            expect(late).to_contain_text("Late answer to: “Think slowly about this”")
            expect(late).to_contain_text("Here it is after all.")
            page.clock.run_for(60_000)
            answered(page, 3)

    def test_a_reload_goes_on_waiting(self, visit: Visit, site: Site) -> None:
        with visit() as visitor:
            page = visitor.page
            page.clock.install()
            visitor.open()
            visitor.write("Think slowly about this")
            answered(page, 1)
            page.reload()
            expect(page.get_by_text("The desk has not answered this yet")).to_be_visible()
            site.talk.answer_late("conversation-1", 1, Reply("Here it is after all."))
            page.clock.run_for(4000)
            expect(page.get_by_text("Here it is after all.")).to_be_visible()

    def test_nothing_is_asked_while_nothing_is_pending(self, visit: Visit) -> None:
        with visit() as visitor:
            page = visitor.page
            page.clock.install()
            visitor.open()
            visitor.write("How long do you keep it?")
            answered(page)
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.clock.run_for(300_000)
            assert asked == []


class TestTrouble:
    def test_a_failed_message_is_kept_and_sent_once(self, visitor: Visitor, site: Site) -> None:
        page = visitor.page
        visitor.expect_trouble("503")
        visitor.write("How long do you keep it?")
        answered(page)
        site.talk.script = lambda said: StoreDown()
        visitor.write("Who do you share it with?")
        expect(page.get_by_role("alert")).to_contain_text("What you wrote is still here.")
        expect(page.get_by_label("Your message")).to_have_value("Who do you share it with?")
        expect(page.locator(".said")).to_have_count(1)
        site.talk.script = script
        page.get_by_role("button", name="Try again").click()
        answered(page, 2)
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_label("Your message")).to_have_value("")
        assert len(site.talk.messages["conversation-1"]) == 2

    def test_an_answer_lost_on_the_way_is_asked_for_again(
        self, visitor: Visitor, site: Site
    ) -> None:
        page = visitor.page
        visitor.expect_trouble("ERR_FAILED")
        visitor.write("How long do you keep it?")
        answered(page)

        def lose(route: Any) -> None:
            route.fetch()
            route.abort()

        page.route("**/api/chat", lose)
        visitor.write("Who do you share it with?")
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        page.unroute("**/api/chat")
        page.get_by_label("Your message").press("Enter")
        answered(page, 2)
        assert len(site.talk.messages["conversation-1"]) == 2

    def test_a_button_that_failed_can_be_pressed_again(self, visitor: Visitor, site: Site) -> None:
        page = visitor.page
        visitor.expect_trouble("500")
        visitor.write("How long do you keep it?")
        answered(page)
        site.talk.script = lambda said: RuntimeError()
        visitor.press("Ask the Privacy Officer")
        expect(page.get_by_role("alert")).to_contain_text("Something went wrong on our side")
        site.talk.script = script
        visitor.press("Ask the Privacy Officer")
        answered(page, 2)

    def test_offline_keeps_what_was_typed(self, visitor: Visitor) -> None:
        page = visitor.page
        visitor.expect_trouble("ERR_INTERNET_DISCONNECTED")
        page.context.set_offline(True)
        visitor.write("How long do you keep it?")
        expect(page.get_by_role("alert")).to_contain_text("check your connection")
        expect(page.locator("#welcome")).to_be_visible()
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        answered(page)

    def test_too_long_is_said_before_it_is_sent(self, visitor: Visitor, site: Site) -> None:
        page = visitor.page
        box = page.get_by_label("Your message")
        box.fill("x" * 18_000)
        expect(page.locator("#counter")).to_be_empty()
        box.fill("x" * 19_500)
        expect(page.locator("#counter")).to_have_text("500 characters left")
        box.fill("\U0001f600" * 20_001)
        expect(page.locator("#counter")).to_have_text("1 characters too long")
        box.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("20,001")
        assert len(box.input_value()) == 20_001
        assert site.talk.people == {}

    def test_too_many_says_how_long_to_wait(self, browser: Browser) -> None:
        site = Site()
        with serving(site.app()) as address, visiting(browser, address) as visitor:
            visitor.expect_trouble("429")
            visitor.open().write("How long do you keep it?")
            answered(visitor.page)
            site.rates.used.update(dict.fromkeys(list(site.rates.used), 1000))
            visitor.write("Who do you share it with?")
            expect(visitor.page.get_by_role("alert")).to_contain_text("try again in 17 seconds")

    def test_without_scripts_it_names_another_way(self, visit: Visit) -> None:
        with visit(java_script_enabled=False) as visitor:
            visitor.open()
            expect(visitor.page.get_by_text("The conversation needs JavaScript")).to_be_visible()
            box = visitor.page.get_by_label("Your message")
            assert box.evaluate("e => e.matches('[inert] *')")
            expect(visitor.page.get_by_text("You are talking to an automated")).to_be_visible()


class TestReach:
    def test_the_keyboard_is_enough(self, visitor: Visitor) -> None:
        page = visitor.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "message":
                break
        page.keyboard.type("How long do")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("you keep it?")
        page.keyboard.press("Enter")
        answered(page)
        assert page.locator(".said").evaluate("e => e.textContent") == "How long do\nyou keep it?"
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name="Ask the Privacy Officer")).to_be_focused()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        answered(page, 2)
        expect(page.get_by_label("Your message")).to_be_focused()

    def test_the_box_grows_with_what_is_written(self, visitor: Visitor) -> None:
        box = visitor.page.get_by_label("Your message")
        low = box.evaluate("e => e.offsetHeight")
        box.fill("line\n" * 5)
        assert box.evaluate("e => e.offsetHeight") > low + 60

    def test_a_screen_reader_hears_answers_and_not_the_past(self, visitor: Visitor) -> None:
        log = visitor.page.get_by_role("log")
        expect(log).to_have_attribute("aria-live", "polite")
        visitor.write("How long do you keep it?")
        answered(visitor.page)
        names = log.locator(".message > .unseen").all_text_contents()
        assert names == ["You:", "The desk:"]
        visitor.page.reload()
        answered(visitor.page)
        expect(log).to_have_attribute("aria-live", "polite")

    @pytest.mark.parametrize("path", ["/policy", "/about-this-desk", "/status", "/nowhere"])
    def test_pages_fit_a_narrow_window(self, visit: Visit, path: str) -> None:
        with visit(viewport=NARROW) as visitor:
            visitor.expect_trouble("404")
            visitor.open(path)
            assert visitor.sideways() <= 0

    def test_the_chat_fits_a_narrow_window(self, visit: Visit) -> None:
        with visit(viewport=NARROW) as visitor:
            page = visitor.open().page
            assert visitor.sideways() <= 0
            visitor.write("Who do you share it with? " + "W" * 200)
            answered(page, 1)
            visitor.write("They read my bill out at the counter")
            answered(page, 2)
            visitor.press("Yes, file it")
            answered(page, 3)
            page.get_by_text("How this date was worked out").first.click()
            assert visitor.sideways() <= 0
            expect(page.get_by_role("button", name="New conversation")).to_be_in_viewport()
            visitor.press("New conversation")
            assert visitor.sideways() <= 0

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_words_stand_out_from_their_ground(self, visit: Visit, scheme: str) -> None:
        with visit(color_scheme=scheme) as visitor:
            page = visitor.open().page
            faint = page.evaluate(FAINT)
            visitor.write("How long do you keep it?")
            answered(page, 1)
            visitor.write("They read my bill out at the counter")
            answered(page, 2)
            visitor.press("Yes, file it")
            answered(page, 3)
            page.get_by_text("How this date was worked out").first.click()
            assert faint + page.evaluate(FAINT) == []
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            light = sum(int(n) for n in re.findall(r"\d+", ground)[:3]) > 382
            assert light is (scheme == "light")

    def test_paper_gets_the_policy_without_the_furniture(self, visitor: Visitor) -> None:
        visitor.open("/policy").page.emulate_media(media="print")
        expect(visitor.page.get_by_role("navigation", name="Pages")).to_be_hidden()
        expect(visitor.page.get_by_role("heading", name="10.5")).to_be_visible()


# WCAG 2.2, 1.4.3: every visible text has a contrast of 4.5 with the nearest opaque ground.
FAINT = r"""() => {
  const channels = (c) => c.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest(":disabled, .unseen, .skip") || !e.checkVisibility()) continue;
    const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${e.tagName}.${e.className}: ${contrast.toFixed(2)}`);
  }
  return faint;
}"""
