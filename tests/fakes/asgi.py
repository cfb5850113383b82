"""An httpx client for an ASGI application, without a network and without async tests."""

from __future__ import annotations

import asyncio
import atexit
from typing import Any

import httpx

ADDRESS = "198.51.100.7"
RUNNER = asyncio.Runner()
atexit.register(RUNNER.close)


class Application(httpx.BaseTransport):
    """Runs each request to its end."""

    def __init__(self, app: Any, host: str) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False, client=(host, 40000))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def run() -> httpx.Response:
            answer = await self._inner.handle_async_request(request)
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=await answer.aread()
            )

        return RUNNER.run(run())


def client(app: Any, base_url: str, host: str = ADDRESS) -> httpx.Client:
    """A caller with a cookie jar of its own."""
    return httpx.Client(transport=Application(app, host), base_url=base_url)
