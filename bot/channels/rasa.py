"""Rasa behind the assistant's port: our input channel over HTTP, with the shared secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from bot.conversation import AssistantError, TurnRequest

# The turn itself may be slow; who waits for it, and how long, is the conversation's business.
TURN_SECONDS = 120.0


class RasaAssistant:
    """Talks to the `desk` input channel (intents/components/channel.py)."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{base_url}/webhooks/desk",
            headers={"X-Desk-Secret": secret},
            timeout=httpx.Timeout(TURN_SECONDS, connect=2.0),
        )

    async def turn(self, request: TurnRequest) -> list[dict[str, Any]]:
        """Run one turn. Raises AssistantError when Rasa is away, fails or answers nothing."""
        answered = await self._post(
            "/turn",
            {
                "sender": request.sender,
                "message": request.text,
                "message_id": request.message_id,
                "metadata": dict(request.metadata),
            },
        )
        uttered = answered.get("replies") or []
        replies = [reply for reply in uttered if isinstance(reply, dict) and "lead" in reply]
        if not replies:
            raise AssistantError("the assistant answered nothing")
        return replies

    async def parse(self, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Read messages without a conversation: nothing is answered, nothing is kept."""
        answered = await self._post("/parse", {"messages": list(messages)})
        parses = answered.get("parses")
        if not isinstance(parses, list) or len(parses) != len(messages):
            raise AssistantError("the assistant read not every message")
        return parses

    async def rank(self, policy: Sequence[str], question: str) -> dict[str, Any]:
        """Score the sentences of any policy for a question."""
        return await self._post("/rank", {"policy": list(policy), "question": question})

    async def ready(self) -> dict[str, Any]:
        """Return `ready` and the fingerprint of the policy that the model was trained for."""
        return await self._ask("GET", "/ready", timeout=2.0)

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            response = await self._client.request(method, path, **more)
            response.raise_for_status()
            answered = response.json()
        except (httpx.HTTPError, ValueError) as error:
            # The text of an httpx error names the address alone, never what was said.
            raise AssistantError(f"the assistant failed ({type(error).__name__})") from error
        if not isinstance(answered, dict):
            raise AssistantError("the assistant answered something else than an object")
        return answered
