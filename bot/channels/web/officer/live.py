"""Live updates: the browser is told that something changed, and fetches what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web.officer.gate import Gate
from bot.desk import Desk
from bot.domain.accounts import Right, SignedIn

LIVE = "/officer/live"
LOOK_SECONDS = 2.0
# A stream ends after so many looks, and the browser opens the next: none outlives its sign-in.
LOOKS = 150


@dataclass(frozen=True, slots=True)
class Live:
    """Server-sent events. They carry no content: what changed is asked for with its own right."""

    desk: Desk
    gate: Gate
    seconds: float = LOOK_SECONDS

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(LIVE, self.gate.page(Right.READ, self.open), methods=["GET"])
        return router

    def open(self, request: Request, signed: SignedIn) -> Response:
        """A stream of `changed` events; the browser opens it again by itself."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._stream(request)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _stream(self, request: Request) -> AsyncIterator[str]:
        last = await asyncio.to_thread(self.desk.queue.pulse)
        yield f"retry: {int(self.seconds * 1000)}\n\n"
        for _ in range(LOOKS):
            await asyncio.sleep(self.seconds)
            signed = await asyncio.to_thread(self.gate.find, request, renew=False)
            if signed is None or not signed.account.may(Right.READ):
                yield "event: ended\ndata: \n\n"
                return
            now = await asyncio.to_thread(self.desk.queue.pulse)
            if now != last:
                last = now
                yield f"event: changed\ndata: {now}\n\n"
            else:
                yield ": still here\n\n"
