"""What every group of the officer's pages has: the desk, the gate, and a list of its routes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter

from bot.channels.web.officer.gate import Gate, Page, Step
from bot.channels.web.officer.view import View
from bot.desk import Desk
from bot.domain.accounts import Right


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that shows something to those who have the right."""

    path: str
    right: Right
    work: Page


@dataclass(frozen=True, slots=True)
class Taken:
    """A form that is taken from those who have the right; `fresh` as the gate says."""

    path: str
    right: Right
    work: Step
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Pages(ABC):
    """Some pages that belong together."""

    desk: Desk
    gate: Gate
    view: View

    @abstractmethod
    def routes(self) -> Iterable[Shown | Taken]:
        """Each of them; of two that fit an address the first is taken."""

    def router(self) -> APIRouter:
        """The same behind the gate."""
        router = APIRouter(include_in_schema=False)
        for one in self.routes():
            if isinstance(one, Shown):
                endpoint, method = self.gate.page(one.right, one.work), "GET"
            else:
                endpoint, method = self.gate.step(one.right, one.work, fresh=one.fresh), "POST"
            router.add_api_route(one.path, endpoint, methods=[method])
        return router
