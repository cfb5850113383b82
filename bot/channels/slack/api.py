"""Calls of Slack's Web API, each outcome told apart, so that the caller knows what to do next."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.domain.errors import DeskError

CALL_SECONDS = 10
# A trigger opens a modal for three seconds only.
MODAL_SECONDS = 3
HTTP_TOO_MANY = 429
HTTP_BROKEN = 500
WAIT_ON_LIMIT = 30.0

EXPIRED = {
    "invalid_auth", "token_expired", "token_revoked", "account_inactive", "not_authed",
    "not_allowed_token_type",
}  # fmt: skip
# What Slack itself calls a failure on its side: the call may have been carried out.
UNCLEAR = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
# Only these calls take JSON; the reading ones take a form.
READING = ("users.info", "conversations.", "auth.test", "team.info")


class SlackTrouble(DeskError):
    """Slack did not do it.

    `permanent`: trying again is of no use. `unclear`: it may have been done all the same.
    `retry_after`: the seconds that Slack asks us to wait. `reason` is Slack's own word for it.
    """

    code = "slack"

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        unclear: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"Slack did not do it ({reason}).")
        self.reason = reason
        self.permanent = permanent
        self.unclear = unclear
        self.retry_after = retry_after


class Api:
    """Slack's Web API with the token of now.

    `token` is asked again when Slack refuses the one in use: tokens are rotated while the desk
    runs. Nothing is repeated here: whoever calls decides that.
    """

    def __init__(self, token: Callable[[], str], base_url: str | None = None) -> None:
        self._token = token
        address = base_url.rstrip("/") + "/" if base_url else WebClient.BASE_URL
        self.client = WebClient(token(), address, timeout=CALL_SECONDS, retry_handlers=[])
        self._quick = WebClient(token(), address, timeout=MODAL_SECONDS, retry_handlers=[])
        self.identity: Mapping[str, Any] = {}

    def call(self, method: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a method and return its answer. Raises SlackTrouble."""
        return self._renewed(self.client, method, body or {})

    def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal while its trigger is good. Raises SlackTrouble."""
        self._renewed(self._quick, "views.open", {"trigger_id": trigger_id, "view": view})

    def whoami(self) -> Mapping[str, Any]:
        """The app's own ids, as Slack first gave them. Raises SlackTrouble."""
        if not self.identity:
            self.identity = self.call("auth.test")
        return self.identity

    def scopes(self) -> frozenset[str]:
        """What the bot's token is allowed. Raises SlackTrouble."""
        answered = _answered(self.client, "auth.test", {})
        given = answered.headers.get("x-oauth-scopes") or answered.headers.get("X-OAuth-Scopes")
        text = given[0] if isinstance(given, list) else given
        return frozenset(scope.strip() for scope in str(text or "").split(",") if scope.strip())

    def opens_sockets(self, app_token: str) -> None:
        """Ask for a websocket's address with this token. Raises SlackTrouble."""
        client = WebClient(app_token, self.client.base_url, timeout=CALL_SECONDS, retry_handlers=[])
        _answered(client, "apps.connections.open", {})

    def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer by a response address, which only the person sees. Raises SlackTrouble."""
        data = json.dumps(dict(body), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
            with urllib.request.urlopen(request, timeout=CALL_SECONDS):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error.code, dict(error.headers), "response_url") from None
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(error) from None

    def _renewed(self, client: WebClient, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return _called(client, method, body)
        except SlackTrouble as trouble:
            fresh = self._token() if trouble.reason in EXPIRED else client.token
            if fresh == client.token:
                raise
            self.client.token = self._quick.token = fresh
            return _called(client, method, body)


def _called(client: WebClient, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
    found = _answered(client, method, body).data
    if not isinstance(found, dict):
        raise SlackTrouble("not an object", unclear=True)
    return found


def _answered(client: WebClient, method: str, body: Mapping[str, Any]) -> SlackResponse:
    try:
        if method.startswith(READING):
            return client.api_call(method, data=dict(body))
        return client.api_call(method, json=dict(body))
    except SlackApiError as error:
        raise _told(error) from None
    except (OSError, http.client.HTTPException, SlackClientError) as error:
        raise _unreachable(error) from None


def _told(error: SlackApiError) -> SlackTrouble:
    response = error.response
    given: dict[str, Any] = response if isinstance(response, dict) else {}
    status: int = given["status"] if "status" in given else getattr(response, "status_code", 200)
    headers: Mapping[str, Any] = given.get("headers") or getattr(response, "headers", {})
    data = {} if isinstance(response, dict) else (response.data or {})
    reason = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == HTTP_TOO_MANY or status >= HTTP_BROKEN:
        return _refused(status, headers, reason)
    if reason == "ratelimited":
        return SlackTrouble(reason, retry_after=WAIT_ON_LIMIT)
    if reason in UNCLEAR:
        return SlackTrouble(reason, unclear=True)
    # A refused token is for the operator to mend; what waits goes out then.
    return SlackTrouble(reason or "unknown", permanent=reason not in EXPIRED)


def _refused(status: int, headers: Mapping[str, Any], reason: str) -> SlackTrouble:
    if status == HTTP_TOO_MANY:
        named = {str(k).lower(): v for k, v in headers.items()}
        after = named.get("retry-after", WAIT_ON_LIMIT)
        after = after[0] if isinstance(after, list) else after
        seconds = float(after) if str(after).isdecimal() else WAIT_ON_LIMIT
        return SlackTrouble("ratelimited", retry_after=seconds)
    if status >= HTTP_BROKEN:
        return SlackTrouble(f"HTTP {status}", unclear=True)
    return SlackTrouble(reason or f"HTTP {status}", permanent=True)


def _unreachable(error: Exception) -> SlackTrouble:
    """A connection that was never made carried nothing; of any other nobody knows."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    never = isinstance(cause, (ConnectionRefusedError, http.client.InvalidURL)) or (
        type(cause).__name__ in {"gaierror", "SSLCertVerificationError"}
    )
    return SlackTrouble(f"no answer: {type(cause).__name__}", unclear=not never)
