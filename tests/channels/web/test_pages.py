"""The pages and what machines ask: policy, about, status, files, readiness, OpenAPI."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from httpx import Client

from bot.channels.web import Part
from bot.channels.web.pages import EXAMPLES
from bot.channels.web.prose import clause_lines, prose
from tests.channels.web.conftest import Site
from tests.channels.web.script import LIBRARY

PAGES = ["/", "/policy", "/about-this-desk", "/status"]


class Reader(HTMLParser):
    """Collects the text of each element that has an id, and what a strict policy would refuse."""

    VOID = frozenset({"meta", "link", "img", "br", "input", "path", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.texts: dict[str, str] = {}
        self.refused: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        self.refused += [name for name in given if name.startswith("on") or name == "style"]
        id = given.get("id")
        if id:
            self.ids.append(id)
            self.texts[id] = ""
        if tag not in self.VOID:
            self.open.append((tag, id))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        opened, _ = self.open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for _, id in self.open:
            if id:
                self.texts[id] += data


@pytest.mark.parametrize("path", PAGES)
class TestEveryPage:
    def test_it_is_whole_and_runs_nothing_inline(self, client: Client, path: str) -> None:
        reader = Reader(client.get(path).text)
        assert reader.open == []
        assert reader.refused == []
        assert len(reader.ids) == len(set(reader.ids))

    def test_it_has_a_language_a_title_and_one_heading(self, client: Client, path: str) -> None:
        page = client.get(path).text
        assert '<html lang="en">' in page
        assert re.search(r"<title>\S.*</title>", page)
        assert page.count("<h1") == 1

    def test_it_loads_from_here_alone(self, client: Client, path: str) -> None:
        loads = r'(?:src|<link[^>]*href)="([^"]*)"'
        assert all(a.startswith("/static/") for a in re.findall(loads, client.get(path).text))

    def test_head_is_answered(self, client: Client, path: str) -> None:
        assert client.head(path).status_code == 200


class TestPolicy:
    def test_each_clause_has_its_anchor_and_its_own_words(self, client: Client) -> None:
        reader = Reader(client.get("/policy").text)
        assert len(LIBRARY.policy.clauses) == 55
        for id, clause in LIBRARY.policy.clauses.items():
            assert clause.text in reader.texts[id], id

    def test_headings_are_in_order(self, client: Client) -> None:
        page = html.unescape(client.get("/policy").text)
        places = [page.index(f">{part.heading}</h2>") for part in LIBRARY.policy.parts]
        assert places == sorted(places)

    def test_entries_of_lists_are_told_apart(self) -> None:
        lines = clause_lines(LIBRARY.policy.get("scope.3").text)
        assert [entry for _, entry in lines] == [False, *[True] * 10, False]
        assert "\n".join(line for line, _ in lines) == LIBRARY.policy.get("scope.3").text


class TestChatPage:
    def test_the_notice_comes_with_the_page(self, client: Client) -> None:
        page = client.get("/").text
        assert "runs this desk" in page
        assert "is deleted after 30 days" in page
        assert LIBRARY.company.privacy_officer.email in page

    def test_it_offers_questions(self, client: Client) -> None:
        assert 4 <= len(EXAMPLES) <= 5
        page = client.get("/").text
        assert all(f"data-example>{example}</button>" in page for example in EXAMPLES)


class TestAbout:
    def test_it_says_what_is_kept_how_long(self, client: Client) -> None:
        page = html.unescape(client.get("/about-this-desk").text)
        for rule in LIBRARY.retention.values():
            assert rule.covers[1:] in page
        assert "Not kept" in page

    def test_it_names_every_door_and_the_regulator(self, client: Client) -> None:
        page = html.unescape(client.get("/about-this-desk").text)
        assert all(door.phone in page for door in LIBRARY.company.doors.values())
        assert LIBRARY.company.regulator.name in page


class TestFiles:
    def test_a_version_is_kept_for_a_year(self, client: Client) -> None:
        page = client.get("/").text
        address = re.findall(r'src="(/static/chat\.js\?v=[0-9a-f]{12})"', page)[0]
        response = client.get(address)
        assert response.headers["content-type"].startswith("text/javascript")
        assert "immutable" in response.headers["cache-control"]
        again = client.get(address, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304

    def test_without_a_version_it_is_asked_again(self, client: Client) -> None:
        assert client.get("/static/desk.css").headers["cache-control"] == "no-cache"


class TestReadiness:
    def test_alive(self, client: Client) -> None:
        assert client.get("/healthz").json() == {"alive": True}

    def test_ready(self, client: Client) -> None:
        response = client.get("/readyz")
        assert response.status_code == 200
        assert response.json()["parts"]["database"]["ok"] is True

    def test_not_ready_names_the_part(self, site: Site) -> None:
        site.parts = (Part("database", True, "answers"), Part("rasa", False, "does not answer"))
        response = site.client().get("/readyz")
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        given = response.json()
        assert given["detail"] == "Not ready: rasa."
        assert given["parts"]["rasa"] == {"ok": False, "detail": "does not answer"}
        assert given["parts"]["database"]["ok"] is True


class TestOpenApi:
    def test_it_describes_the_chat_and_its_errors(self, client: Client) -> None:
        described = client.get("/api/openapi.json").json()
        post = described["paths"]["/api/chat"]["post"]
        assert set(post["responses"]) == {"200", "400", "401", "403", "408", "413", "429", "503"}
        assert "application/problem+json" in post["responses"]["413"]["content"]
        sent = post["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert set(sent) == {"message", "payload"}
        assert set(described["paths"]) == {"/api/chat", "/api/session"}

    def test_no_reference_leads_nowhere(self, client: Client) -> None:
        described = client.get("/api/openapi.json")
        named = set(re.findall(r'"#/components/schemas/([^"]+)"', described.text))
        assert named <= set(described.json()["components"]["schemas"])
        assert "422" not in described.text


class TestProse:
    def test_paragraphs_lists_bold_and_addresses(self) -> None:
        given = prose(
            "**Bold** text\nof two lines.\n\n1. one\n2. two\n\nhttps://a.example/b; a@b.example."
        )
        assert given == (
            "<p><strong>Bold</strong> text of two lines.</p>\n"
            "<ol><li>one</li><li>two</li></ol>\n"
            '<p><a href="https://a.example/b" rel="noopener noreferrer">https://a.example/b</a>; '
            '<a href="mailto:a@b.example">a@b.example</a>.</p>'
        )

    def test_everything_else_is_text(self) -> None:
        given = prose('<script>"x"</script> **<b>** https://x.example/"onclick=')
        assert "<script" not in given
        assert "<b>" not in given
        assert '"onclick' not in given
