"""The queue: what is due next, filtered, searched, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.channels.web.officer.gate import see_other, text_of
from bot.channels.web.officer.routes import Pages, Shown, Taken
from bot.domain.accounts import Right, SignedIn
from bot.domain.people import Channel
from bot.domain.queue import QueueFilter, read_place
from bot.domain.tickets import Kind, Status, is_open

QUEUE = "/officer"
LONGEST_QUERY = 400


@dataclass(frozen=True, slots=True)
class QueuePages(Pages):
    """The first page of the officer's morning."""

    def routes(self) -> tuple[Shown | Taken, ...]:
        # Words looked for are somebody's: they travel in a body, never in an address.
        return (
            Shown(QUEUE, Right.READ, self.show),
            Taken(f"{QUEUE}/search", Right.READ, self.search),
            Shown(f"{QUEUE}/alerts", Right.READ, self.alerts),
            Taken(f"{QUEUE}/alerts", Right.WORK, self.seen),
            Taken(f"{QUEUE}/views", Right.READ, self.save_view),
            Taken(f"{QUEUE}/views/forget", Right.READ, self.forget_view),
        )

    def show(self, request: Request, signed: SignedIn) -> Response:
        """The queue by the filters of the address; to htmx its rows alone."""
        asked = QueueFilter.read(request.query_params)
        return self._page(request, signed, asked, request.query_params.get("after", ""))

    def search(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """The queue by the filters and words of a form."""
        asked = QueueFilter.read(_texts(form), text_of(form, "words"))
        return self._page(request, signed, asked, text_of(form, "after"))

    def _page(self, request: Request, signed: SignedIn, asked: QueueFilter, after: str) -> Response:
        account, queue = signed.account.id, self.desk.queue
        values: dict[str, Any] = {
            "asked": asked,
            "after": after,
            "page": queue.page(asked, account=account, beyond=read_place(after)),
        }
        if request.headers.get("hx-target") == "queue":
            return self.view.render(request, "queue_rows.html", signed, **values)
        return self.view.render(
            request,
            "queue.html",
            signed,
            **values,
            counts=queue.counts(),
            alerts=queue.alerts(),
            views=self.desk.accounts.views(account),
            kinds=[str(kind) for kind in Kind],
            statuses=[str(status) for status in Status if is_open(status)],
            channels=[str(channel) for channel in Channel],
        )

    def alerts(self, request: Request, signed: SignedIn) -> Response:
        """The notices that reached nobody, as a part of the page."""
        return self.view.render(request, "alerts.html", signed, alerts=self.desk.queue.alerts())

    def seen(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Acknowledge one of them, or all that were shown."""
        one, up_to = text_of(form, "one"), text_of(form, "up_to")
        chosen = one or up_to
        if chosen.isdecimal() and len(chosen) < 18:
            self.desk.queue.acknowledge_alerts(int(chosen), who=signed.account.id, only=bool(one))
        return see_other(request, QUEUE)

    def save_view(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Keep the filters under a name."""
        query = QueueFilter.read(_texts(form)).query()[:LONGEST_QUERY]
        self.desk.accounts.save_view(signed.account.id, text_of(form, "name"), query)
        return see_other(request, f"{QUEUE}?{query}" if query else QUEUE)

    def forget_view(self, request: Request, signed: SignedIn, form: FormData) -> Response:
        """Forget a saved view of one's own."""
        id = text_of(form, "id")
        if id.isdecimal() and len(id) < 10:
            self.desk.accounts.forget_view(signed.account.id, int(id))
        return see_other(request, QUEUE)


def _texts(form: FormData) -> Mapping[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}
