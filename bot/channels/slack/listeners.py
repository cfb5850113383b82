"""What is done before Slack's three seconds are over: acknowledge, and open a modal.

Everything else is done by the worker, from the row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack

from bot.channels.slack.answers import plain_message
from bot.channels.slack.api import Api, SlackTrouble
from bot.channels.slack.blocks import unescape
from bot.channels.slack.intake import trigger_key
from bot.channels.slack.modals import (
    answers,
    step_modal,
    step_problems,
)
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.people import Roster
from bot.channels.slack.ports import Inbox, Reader, Talk
from bot.channels.slack.request_form import read_request, request_modal
from bot.desk import Desk
from bot.desk.life_cycle import closed_late
from bot.domain.clocks import local_date
from bot.domain.errors import DeskError
from bot.domain.forms import Form
from bot.domain.redaction import redact

log = structlog.get_logger(__name__)

REPORT, SEND = "report_incident", "send_to_officer"
FORM_COMMANDS = {"complaint": "complaint", "access": "access", "incident": "incident"}


@dataclass(frozen=True, slots=True)
class Listeners:
    """Acknowledges, and opens the modals."""

    api: Api
    outbox: Outbox
    desk: Desk
    forms: Mapping[str, Form]
    reader: Reader
    inbox: Inbox
    talk: Talk
    roster: Roster
    page_url: str

    def command(self, ack: Ack, body: dict[str, Any]) -> None:
        """`/privacy complaint`, `access` and `incident` open their form."""
        ack()
        word, _, story = str(body.get("text") or "").strip().partition(" ")
        kind = FORM_COMMANDS.get(word.lower())
        if kind is not None:
            self._open(body, lambda: self._request(kind, trigger_key(body), unescape(story)))

    def shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        """ "Report a privacy incident", and a message sent to the Privacy Officer."""
        ack()
        kind = "incident" if body.get("callback_id") == REPORT else "inquiry"
        others = "message" in body
        story = unescape(str((body.get("message") or {}).get("text") or ""))
        self._open(body, lambda: self._request(kind, trigger_key(body), story, others=others))

    def action(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons that open a form; the others are the worker's."""
        ack()
        action = (body.get("actions") or [{}])[0]
        name = str(action.get("action_id") or "")
        value = str((action.get("selected_option") or {}).get("value") or action.get("value") or "")
        if name == "officer" or name.partition(":")[0] == "open":
            kind, _, row = value.partition(":")
            source, story = self._asked(row)
            self._open(body, lambda: self._request(kind, source or trigger_key(body), story))
        elif name.startswith("step:"):
            self._open(body, lambda: self._step(name.removeprefix("step:"), value, body))

    def submission(self, ack: Ack, body: dict[str, Any]) -> None:
        """Say at once what does not fit; what fits is filed by the worker."""
        view = body["view"]
        private = json.loads(view.get("private_metadata") or "{}")
        given = answers((view.get("state") or {}).get("values") or {})
        today = local_date(self.desk.now(), self.desk.intake.library.zone)
        if view.get("callback_id") == "request" and private.get("kind") in self.forms:
            problems = dict(
                read_request(self.forms[private["kind"]], given, self.reader, today).problems
            )
        else:
            problems = step_problems(
                str(private.get("step")), given, today, late=self._late(private)
            )
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack()

    def _late(self, private: Mapping[str, Any]) -> str | None:
        """Why a reason is needed, for closing what is overdue. What is gone is the worker's."""
        if private.get("step") != "resolve":
            return None
        try:
            return closed_late(self.desk.tickets.show(str(private.get("r"))))
        except DeskError:
            return None

    def _request(self, kind: str, source: str, story: str, *, others: bool = False) -> Any:
        form = self.forms[kind]
        return request_modal(form, source=source, story=redact(story).text, others=others)

    def _asked(self, row: str) -> tuple[str | None, str]:
        """What the person wrote when they got the card whose button they pressed."""
        found = self.inbox.find(int(row)) if row.isdecimal() else None
        if found is None or found.conversation is None or found.number is None:
            return None, ""
        messages = self.talk.history(found.conversation, after=found.number - 1)
        return found.key, str(messages[0]["text"]) if messages else ""

    def _step(self, step: str, value: str, body: Mapping[str, Any]) -> Any:
        pressed = json.loads(value)
        ticket = self.desk.tickets.show(pressed["r"])
        today = local_date(self.desk.now(), self.desk.intake.library.zone)
        user = str((body.get("user") or {}).get("id"))
        if not self.roster.is_officer(user):
            raise DeskError("Only the Privacy Officer can do this.")
        channel = str((body.get("channel") or {}).get("id") or "")
        return step_modal(
            ticket, step, int(pressed["v"]), today=today,
            card={"channel": channel}, page_url=self.page_url,
        )  # fmt: skip

    def _open(self, body: Mapping[str, Any], view: Callable[[], Any]) -> None:
        """Open it; when that fails, tell the person."""
        try:
            self.api.open_modal(str(body.get("trigger_id")), view())
        except SlackTrouble as trouble:
            log.warning("slack_modal_failed", reason=trouble.reason)
            self._tell(body, "I could not open the form in time. Please try again, or write to me.")
        except DeskError as error:
            log.warning("slack_modal_refused", code=error.code)
            self._tell(body, error.sentence)
        except Exception as error:
            # The edge of a thread, after the acknowledgement: that one must stand.
            log.error("slack_modal_broke", error=type(error).__name__)
            self._tell(body, "I could not open the form. Please write to me instead.")

    def _tell(self, body: Mapping[str, Any], words: str) -> None:
        """By a direct message where there is no place to answer at: shortcuts, the Home."""
        user = str((body.get("user") or {}).get("id") or body.get("user_id"))
        url, key = body.get("response_url"), f"unopened:{trigger_key(body)}"
        said = plain_message(words).to_body()
        if url:
            self.outbox.respond(key, str(url), user, said)
        else:
            self.outbox.post(key, user, said)
