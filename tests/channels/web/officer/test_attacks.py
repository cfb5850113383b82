"""What an attacker tries on every door at once: each try is refused, and no words are logged."""

from __future__ import annotations

import io
import zipfile

import pytest
import structlog
from httpx import Client
from structlog.testing import capture_logs

from bot.channels.web.edge import LONGEST_BODY, LONGEST_UPLOAD
from bot.domain.accounts import Duty
from bot.domain.tickets import Ticket
from tests.channels.web.conftest import WebSettings
from tests.channels.web.officer.conftest import Office, enter
from tests.channels.web.officer.test_authorization import ROUTES
from tests.fakes.desks import file

POSTS = sorted(path for method, path in ROUTES if method == "POST")
PATHS = sorted({path for _, path in ROUTES if "{name:path}" not in path})
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "POST")
REFUSED = {400, 401, 403, 404, 405}
CANARY = "zzqqxx-canary"
TYPED = (
    "words", "why", "link", "then", "secret", "code", "text", "reference", "message", "intent",
    "name", "other",
)  # fmt: skip


def at(path: str, ticket: Ticket) -> str:
    return path.format(
        reference=ticket.reference, step="acknowledge", name="incidents", id="1", number="1"
    )


@pytest.fixture
def ticket(office: Office) -> Ticket:
    return file(office.desk, text=f"{CANARY} was read out loud at the counter")


@pytest.fixture
def officer(office: Office) -> Client:
    office.settings = WebSettings(rate_limited=False)
    return office.signed_in()


def test_no_door_takes_an_oversize_body(officer: Client, ticket: Ticket) -> None:
    taken = []
    for path in POSTS:
        longest = LONGEST_UPLOAD if path.endswith("/attachments") else LONGEST_BODY
        answer = officer.post(at(path, ticket), content=b"x" * (longest + 1))
        if answer.status_code != 413:
            taken.append((path, answer.status_code))
    assert taken == []


def test_no_door_opens_to_another_site(office: Office, officer: Client, ticket: Ticket) -> None:
    opened = []
    for path in POSTS:
        for site in ("cross-site", "same-site", "none"):
            answer = officer.post(at(path, ticket), headers={"Sec-Fetch-Site": site})
            if answer.status_code != 403 or "set-cookie" in answer.headers:
                opened.append((path, site, answer.status_code))
    assert opened == []
    assert office.desk.tickets.show(ticket.reference).version == ticket.version


def test_methods_that_no_route_declares_do_nothing(
    office: Office, officer: Client, ticket: Ticket
) -> None:
    done = []
    for path in PATHS:
        for method in OTHER_METHODS:
            if (method, path) not in ROUTES:
                answer = officer.request(method, at(path, ticket))
                if answer.status_code not in REFUSED:
                    done.append((method, path, answer.status_code))
    assert done == []
    assert office.desk.tickets.show(ticket.reference).version == ticket.version


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * 100_000)
    return made.getvalue()


HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", HTML), ("page.htm", HTML), ("page.xhtml", HTML), ("drawing.svg", SVG),
        ("page.pdf", HTML), ("drawing.png", SVG), ("page.txt.html", HTML), ("mail.eml", HTML),
        ("bomb.zip", zipped("a", "b")), ("bomb.docx", zipped("a", "b")),
        ("macro.docm", zipped("word/document.xml", "word/vbaProject.bin")),
        ("macro.docx", zipped("word/document.xml", "word/vbaProject.bin")),
        ("run.exe", b"MZ\x90\x00\x03"), ("run.txt", b"MZ\x90\x00\x03"), ("link.lnk", b"L\x00\x00"),
        ("a.pdf\x00.exe", b"MZ\x90\x00\x03"), ("", b"x"), ("empty.txt", b""),
        ("broken.docx", b"PK\x03\x04nonsense"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_files_that_could_run_are_not_taken(
    office: Office, officer: Client, ticket: Ticket, name: str, content: bytes
) -> None:
    path = f"/officer/tickets/{ticket.reference}/attachments"
    answer = officer.post(path, files={"file": (name, content, "image/png")})
    assert answer.status_code == 400
    assert office.desk.attachments.of_ticket(ticket.reference) == []


@pytest.mark.parametrize("name", ["note.txt", 'a"b;c.txt', "../../etc/passwd.txt", "é\r\nX: y.txt"])
def test_a_text_that_is_a_page_is_never_shown_as_one(
    officer: Client, ticket: Ticket, office: Office, name: str
) -> None:
    kept = office.desk.attachments.add(ticket.reference, name, HTML, who="requester")
    answer = officer.get(f"/officer/tickets/{ticket.reference}/attachments/{kept.id}")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "/" not in kept.name


@pytest.mark.parametrize(
    "then",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/officer\r\nSet-Cookie: a=b",
        "/officer/%2e%2e//evil",
    ],
)
def test_nobody_is_led_away_by_a_sign_in(office: Office, then: str) -> None:
    client = office.anonymous()
    answer = client.post("/officer/sign-in", data={"link": office.link(), "then": then})
    assert answer.headers["location"] == "/officer"
    shown = client.get("/officer/confirm", params={"then": then}).text
    assert "evil" not in shown


def test_guesses_at_one_address_lock_out_neither_colleagues_nor_the_provider(
    office: Office,
) -> None:
    app = office.app()
    inside, outside = office.signed_in(app=app), office.anonymous(app)
    codes = {enter(outside, f"guess-{n}").status_code for n in range(25)}
    assert codes == {403, 429}
    assert inside.get("/officer").status_code == 200
    confirmed = inside.post("/officer/sign-in", data={"link": office.link(), "then": "/officer"})
    assert confirmed.status_code == 303


def test_what_people_type_is_in_no_log_line(office: Office, ticket: Ticket) -> None:
    structlog.reset_defaults()
    app = office.app()
    with capture_logs() as lines:
        officer, anonymous = office.signed_in(app=app), office.anonymous(app)
        words = dict.fromkeys(TYPED, CANARY)
        for client in (officer, anonymous):
            for method, path in ROUTES:
                if path == "/officer/live" or "{name:path}" in path:
                    continue
                sent = {"data": words} if method == "POST" else {"params": words}
                client.request(method, at(path, ticket), **sent)  # type: ignore[arg-type]
        for step in ("reply", "note", "ask", "assign", "resolve", "snooze", "link", "reclassify"):
            officer.post(f"/officer/tickets/{ticket.reference}/{step}", data=words)
    assert CANARY not in str(lines)
    assert Duty.OFFICER in {account.duty for account, _ in office.desk.accounts.every()}
