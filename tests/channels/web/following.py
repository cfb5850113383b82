"""The application over a real desk: requests that people follow, and a mailbox for their codes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from httpx import Client, Response

from bot.channels.web import Part, create_app
from bot.channels.web.status import Requests
from bot.conversation import Talk
from bot.desk import Desk
from bot.desk.codes import CodePost
from bot.domain.people import Channel, Person, Role
from bot.domain.tickets import Kind, Ticket
from bot.fields import FieldReader
from bot.notices import Ladder, Notice, Notifier, Recipient
from bot.store.db import Store
from bot.store.forms import load_forms
from bot.store.library import DATA
from tests.channels.web.conftest import BASE, SAME_ORIGIN, WebSettings
from tests.fakes import asgi
from tests.fakes.assistant import ScriptedAssistant
from tests.fakes.desks import file, shipped_library
from tests.fakes.notifier import RecordingNotifier
from tests.fakes.rate_counts import FakeRateCounts


def whole_desk(store: Store) -> Desk:
    """A desk with the shipped forms in both languages."""
    library = shipped_library()
    forms = load_forms(DATA / "forms", library.policy)
    french = load_forms(DATA / "forms" / "fr", library.policy)
    ladder = Ladder((Recipient("officer", "officer@desk.example", "e-mail"),))
    return Desk.build(store, library, forms, french, FieldReader(), ladder)


@dataclass
class Following:
    """One desk on the web, and the mail that it sends."""

    store: Store
    settings: WebSettings = field(default_factory=WebSettings)
    post: Notifier | None = field(default_factory=RecordingNotifier)
    rates: FakeRateCounts = field(default_factory=FakeRateCounts)
    parts: Sequence[Part] = (Part("database", True, "answers"),)

    def __post_init__(self) -> None:
        self.desk = whole_desk(self.store)
        self.talk = Talk(self.store, self.desk, ScriptedAssistant([]))

    def app(self) -> FastAPI:
        async def readiness() -> Sequence[Part]:
            return self.parts

        desk, library = self.desk, shipped_library()
        codes = CodePost(desk.access, desk.papers, self.post, library.company.name)
        return create_app(
            self.talk, library, self.settings, readiness,
            rates=self.rates, requests=Requests(desk, codes),
        )  # fmt: skip

    def client(self) -> Client:
        made = asgi.client(self.app(), self.settings.page_url)
        made.headers.update({**SAME_ORIGIN, "Accept": "text/html"})
        return made

    def mail(self) -> list[Notice]:
        assert isinstance(self.post, RecordingNotifier)
        return self.post.sent

    def visitor(self, person: str = "web:pat") -> tuple[str, str]:
        """A person with a conversation: its id, and the token of their browser's cookie."""
        token = secrets.token_urlsafe(16)
        return self.talk.open(Person(person, Role.CUSTOMER, Channel.WEB), token), token

    def file(self, kind: Kind = Kind.COMPLAINT, **details: Any) -> Ticket:
        return file(self.desk, kind, **details)


def signed_in(client: Client, token: str) -> Client:
    client.cookies.set("privacydesk", token)
    return client


def post(client: Client, path: str, **fields: str) -> Response:
    return client.post(path, data=fields)


__all__ = ["BASE", "Following", "post", "signed_in", "whole_desk"]
