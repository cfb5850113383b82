"""A real browser for the tests of the page, watched for everything that must not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser of this machine. Without one the tests are skipped, in CI they fail."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = "NO BROWSER FOUND: the page is not tested. Install Debian's package chromium."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class Visitor:
    """A person at the page. `troubles` is what the browser complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.troubles: list[str] = []
        self.expected: tuple[str, ...] = ()
        page.on("console", lambda m: self._note(m.type, m.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def expect_trouble(self, *words: str) -> None:
        """Let these words in a complaint pass: the test provokes it."""
        self.expected = words

    def check(self) -> None:
        """Nothing was logged, violated a policy, or was asked of another address."""
        left = [t for t in self.troubles if not any(word in t for word in self.expected)]
        assert left == []

    def open(self, path: str = "/") -> Visitor:
        self.page.goto(f"{self.address}{path}")
        return self

    def write(self, words: str) -> None:
        """Type a message and send it with Enter; returns at once."""
        box = self.page.get_by_label("Your message")
        box.fill(words)
        box.press("Enter")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).and_(
            self.page.locator(":enabled")
        ).click()

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found: int = self.page.evaluate(script)
        return found

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.troubles.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith(self.address):
            self.troubles.append(f"asked elsewhere: {url}")


@contextmanager
def visiting(browser: Browser, address: str, **how: Any) -> Iterator[Visitor]:
    """A person with a fresh browser; at the end nothing may have gone wrong."""
    how = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how}
    context = browser.new_context(locale="en-CA", timezone_id="America/Toronto", **how)
    visitor = Visitor(context.new_page(), address)
    visitor.page.set_default_timeout(15_000)
    try:
        yield visitor
        visitor.check()
    finally:
        context.close()
