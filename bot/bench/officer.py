"""Figures of the officer's pages at 100,000 tickets, of their morning, and of the first visit."""

from __future__ import annotations

import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from bot import wiring
from bot.bench.figures import Figure, percentile
from bot.bench.store import fill
from bot.config import Settings
from bot.desk import Desk, Filing
from bot.domain.accounts import Duty
from bot.domain.people import Channel, Role
from bot.domain.tickets import Kind
from bot.store import search
from bot.store.db import Store
from bot.store.migrate import migrate

TICKETS = 100_000
LOOKS = 60
WORDS = 60
QUEUE_MS, TICKET_MS = 150.0, 100.0
MORNING_SECONDS, MORNING_ACTIONS = 60.0, 12.0
CHAT_KB, CHAT_SECONDS = 100.0, 1.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]


def measure(home: Path, factor: float, count: int = TICKETS) -> list[Figure]:
    """Fill a desk, serve its pages, and look at them with a client and with a browser."""
    settings = Settings(privacydesk_home=home, privacydesk_env="test")
    application = wiring.build(settings)
    try:
        migrate(application.store)
        fill(application.store, count)
        _write_words(application.store, application.desk, count)
        reference = _overdue(application.desk)
        with _served(wiring.web_app(application)) as address:
            pages = _pages(address, application.desk, reference, factor, count)
            return [*pages, *_in_a_browser(address, application.desk, reference, factor)]
    finally:
        application.close()


def _write_words(store: Store, desk: Desk, count: int) -> None:
    """What the tickets are searched by: as many words as a letter has, out of the policy."""
    clauses = desk.intake.library.policy.clauses.values()
    known = " ".join(clause.text for clause in clauses).split()
    choose = random.Random(count)  # noqa: S311
    with store.transaction() as connection:
        for number in range(1, count + 1):
            words = " ".join(choose.choices(known, k=WORDS))
            search.enter(connection, number, f"web:{number}", {"what": {"words": words}})


def _overdue(desk: Desk) -> str:
    """A complaint that waits for the officer's morning, the longest of all."""
    words = {"words": "x" * 400, "value": "x" * 400, "said": "x" * 400}
    return desk.open_request(
        Filing(
            key="bench:overdue", kind=Kind.COMPLAINT, person="web:morning", role=Role.CUSTOMER,
            channel=Channel.WEB, received_at=desk.now() - timedelta(days=200),
            fields={"what": words},
        )
    ).reference  # fmt: skip


@contextmanager
def _served(app: Any) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def _link(address: str, desk: Desk) -> str:
    return f"{address}/officer/sign-in?link={desk.accounts.issue_link(Duty.OFFICER)}"


def _pages(address: str, desk: Desk, reference: str, factor: float, count: int) -> list[Figure]:
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(trust_env=False, headers=same_origin, timeout=60) as client:
        client.get(_link(address, desk))
        queue = f"{address}/officer"
        search = partial(client.post, f"{queue}/search")
        looks: dict[str, Callable[[], httpx.Response]] = {
            "queue page": lambda: client.get(queue),
            "queue page, filtered": lambda: client.get(queue, params={"kind": "complaint"}),
            "queue page, searched": lambda: search(data={"words": "no such words anywhere"}),
            "queue page, a person searched": lambda: search(data={"words": "web:77777"}),
            "queue page, a common word searched": lambda: search(data={"words": "information"}),
            "ticket page": lambda: client.get(f"{queue}/tickets/{reference}"),
        }
        times = {name: _times_ms(look) for name, look in looks.items()}
    return [
        Figure.at_most(
            f"{name} p95, {count:,} tickets", percentile(taken, 0.95) if taken else None, "ms",
            (TICKET_MS if name == "ticket page" else QUEUE_MS) * factor,
        )
        for name, taken in times.items()
    ]  # fmt: skip


def _times_ms(look: Callable[[], httpx.Response]) -> list[float]:
    """How long each look took; none when one was not answered well."""
    times = []
    for number in range(LOOKS + 3):
        began = time.perf_counter()
        if look().status_code != 200:
            return []
        if number >= 3:
            times.append(1000 * (time.perf_counter() - began))
    return times


def _in_a_browser(address: str, desk: Desk, reference: str, factor: float) -> list[Figure]:
    """The morning and the first visit; not measured where there is no browser to drive."""
    seconds = actions = kilobytes = interactive = None
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with suppress(ImportError):
        from playwright.sync_api import sync_playwright

        if path is not None:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                kilobytes, interactive = _first_visit(browser.new_page(), address)
                page = browser.new_context().new_page()
                seconds, actions = _morning(page, _link(address, desk), reference)
                browser.close()
    return [
        Figure.at_most("the officer's morning", seconds, "s", MORNING_SECONDS * factor),
        Figure.at_most("the same, steps taken", actions, "actions", MORNING_ACTIONS),
        Figure.at_most("chat page, transferred", kilobytes, "kB", CHAT_KB),
        Figure.at_most("chat page, interactive", interactive, "s", CHAT_SECONDS * factor),
    ]


def _first_visit(page: Any, address: str) -> tuple[float, float]:
    """Kilobytes on the wire, and seconds until a message can be written."""
    received: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(address)
    page.locator("#composer:not([inert]) textarea").wait_for()
    interactive = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    return sum(received) / 1000, interactive


def _morning(page: Any, link: str, reference: str) -> tuple[float, float]:
    """Sign in, see what is overdue, answer one: seconds, and steps that a person takes."""
    began, actions = time.perf_counter(), 0
    page.goto(link)
    actions += 1
    page.get_by_role("link", name="overdue", exact=False).first.click()
    actions += 1
    page.get_by_role("link", name=reference).click()
    actions += 1
    page.get_by_label("Your reply").fill("We have looked into it. Here is what we found.")
    actions += 1
    page.get_by_role("button", name="Send", exact=True).first.click()
    actions += 1
    page.get_by_text("Your letter is on its way").wait_for()
    return time.perf_counter() - began, actions
