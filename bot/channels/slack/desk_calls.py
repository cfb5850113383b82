"""What is done from Slack without a conversation: forms, commands, buttons, the Home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import (
    Message,
    answer_messages,
    plain_message,
    plain_messages,
    read_aloud,
)
from bot.channels.slack.home import FILTERS, officer_home, prompts, requester_home
from bot.channels.slack.listeners import FORM_COMMANDS
from bot.channels.slack.modals import step_problems
from bot.channels.slack.officer import OfficerSteps
from bot.channels.slack.outbox import PUBLISH, Outbox
from bot.channels.slack.people import Roster, person_id
from bot.channels.slack.ports import Inbox, Reader
from bot.channels.slack.request_form import read_request
from bot.desk import Desk, Filing
from bot.desk.filing import points_of
from bot.domain.clocks import local_date
from bot.domain.errors import HorizonError, InvalidInput
from bot.domain.forms import Form
from bot.domain.people import Channel, Role
from bot.domain.receipts import receipt, status_lines
from bot.domain.slack import Delivery
from bot.domain.tickets import Kind, Ticket, parse_reference
from bot.domain.translation import ENGLISH

log = structlog.get_logger(__name__)

HELP = (
    "What I can do here; only you see my answers:\n"
    "/privacy ask and your question: an answer in the policy's own words\n"
    "/privacy disclose and the case: whether you may disclose it (staff)\n"
    "/privacy complaint: make a complaint\n"
    "/privacy access: ask for what is held about you\n"
    "/privacy incident: report a leak, a loss or a wrong recipient\n"
    "/privacy status, or with a reference: where your requests stand\n"
    "/privacy help: this list"
)
WELCOME = (
    "Hello, I am the privacy desk. Ask me anything about the privacy policy: I answer in its own "
    "words, with the number of the clause. I can take down a complaint or a request for the "
    "Privacy Officer, too. Card numbers and SINs are masked before anything is stored."
)
NOT_YOURS = "I see no request of yours with that reference."
NO_REQUESTS = "I see no request that you opened in Slack."
THANKS = {"yes": "Thank you. You said that this was helpful.",
          "no": "Thank you. You said that this was not helpful."}  # fmt: skip
OFFICER_ONLY = "Only the Privacy Officer can do this."
NO_OFFICER = (
    "Requests are assigned to full members of the officers' channel. Who was invited just now is "
    "known after five minutes."
)


@dataclass(frozen=True, slots=True)
class DeskCalls:
    """Blocking; the worker runs these in threads."""

    desk: Desk
    forms: Mapping[str, Form]
    reader: Reader
    inbox: Inbox
    outbox: Outbox
    roster: Roster
    steps: OfficerSteps
    page_url: str

    def command(self, row: Delivery, word: str, rest: str) -> None:
        """`/privacy` without a conversation. A form is open already; an unknown word gets help."""
        if word in FORM_COMMANDS:
            return
        words = self._status(row, rest) if word == "status" else HELP
        url = str(row.data.get("response_url") or "")
        for number, message in enumerate(plain_messages(words)):
            self.outbox.respond(f"answer:{row.id}:{number}", url, row.user, message.to_body())

    def _status(self, row: Delivery, reference: str) -> str:
        own = self.desk.tickets.of_person(person_id(row.team, row.user))
        if not reference:
            return status_lines(own) if own else NO_REQUESTS
        known = parse_reference(reference)
        found = [ticket for ticket in own if ticket.reference == known]
        return status_lines(found) if found else NOT_YOURS

    def button(self, row: Delivery, action: str) -> None:
        """Feedback and the filter of the Home; forms were opened by the listener."""
        name, _, word = action.partition(":")
        if name == "helpful":
            self._feedback(row, word)
        elif name == "filter":
            self._publish(row, str(row.data.get("value")))

    def _feedback(self, row: Delivery, word: str) -> None:
        blocks = [b for b in row.data.get("blocks") or () if b.get("block_id") != "feedback"]
        blocks.append(kit.context(THANKS.get(word, THANKS["yes"])))
        url = str(row.data.get("response_url") or "")
        body = Message(read_aloud(blocks), tuple(blocks)).to_body()
        self.outbox.respond(f"feedback:{row.id}", url, row.user, {**body, "replace_original": True})
        self._rated(row, word)

    def _rated(self, row: Delivery, word: str) -> None:
        """Note which clauses helped, without a word or a name: the log holds neither."""
        wanted = str(row.data.get("value") or "")
        first = self.inbox.find(int(wanted)) if wanted.isdecimal() else None
        answer = self._passed_on(first) if first and first.user == row.user else None
        if answer is not None:
            shown = {"intent": answer.get("intent"), "clauses": answer["clauses"]}
            log.info("answer_rated", helpful=word == "yes", **shown)

    def form(self, row: Delivery) -> None:
        """A modal that was sent: a request, or an officer's step."""
        private = json.loads(str(row.data.get("private") or "{}"))
        given = row.data.get("given") or {}
        if row.data.get("callback") == "request":
            self._file(row, private, given)
        elif row.data.get("callback") == "step":
            self._step(row, private, given)

    def _file(self, row: Delivery, private: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        form = self.forms[str(private["kind"])]
        library = self.desk.intake.library
        today = local_date(row.received_at, library.zone)
        read = read_request(form, given, self.reader, today)
        if read.problems:
            return  # The listener has said what does not fit; the form is still open.
        first = self.inbox.by_key(str(private.get("source"))) or row
        own = first.user == row.user
        answer = self._passed_on(first) if own else None
        filing = Filing(
            # One form opened files one ticket, however often it is sent.
            key=f"slack:{row.data.get('view')}",
            kind=Kind(str(form.kind)),
            person=person_id(row.team, row.user),
            role=self.roster.role(row.user),
            channel=Channel.SLACK,
            received_at=min(first.received_at, row.received_at) if own else row.received_at,
            fields={name: value.to_json() for name, value in read.values.items()},
            uses=read.values["uses"].value.split(",") if "uses" in read.values else [],
            # A form under an answer passes on the conversation it stands in, and what was shown.
            conversation=first.conversation if own else None,
            clauses_shown=answer["clauses"] if answer else (),
            answer=answer,
        )
        try:
            ticket = self.desk.open_request(filing)
        except (InvalidInput, HorizonError) as error:
            refused = plain_message(f"Your request could not be filed. {error.sentence}")
            self.outbox.post(f"receipt:{row.id}", row.user, refused.to_body())
            return
        self._receipt(row, ticket, form)

    def _receipt(self, row: Delivery, ticket: Ticket, form: Form) -> None:
        library = self.desk.intake.library
        first = ticket.duplicate_of and self.desk.tickets.show(ticket.duplicate_of)
        reply = receipt(
            ticket, form, library.policy, library.complaint_procedure,
            points=points_of(library, ticket, form, ENGLISH),
            # Of somebody else's request, who gave the same address, nothing is told.
            earlier=first if first and first.person == ticket.person else None,
        )  # fmt: skip
        messages = answer_messages(
            [reply.to_json()], page_url=self.page_url, row=row.id, forms=self.forms,
            policy_version=library.policy.version, busy=False,
        )  # fmt: skip
        if row.masked:
            found = " and ".join(f"a {kind}" for kind in sorted(set(row.masked)))
            messages.insert(0, plain_message(f"Your form held {found}. I masked it before storing "
                                             "anything: nobody here needs it."))  # fmt: skip
        for number, message in enumerate(messages):
            key = f"receipt:{ticket.reference}:{number}"
            self.outbox.post(key, row.user, message.to_body(), reference=ticket.reference)

    def _passed_on(self, first: Delivery) -> Mapping[str, Any] | None:
        if first.conversation is None or first.number is None:
            return None
        return self.desk.answer_shown(first.conversation, first.number)

    def _step(self, row: Delivery, private: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        today = local_date(row.received_at, self.desk.intake.library.zone)
        if step_problems(str(private.get("step")), given, today):
            return
        told = self._taken(row, private, given)
        body = plain_message(told).to_body()
        channel, about = str(private.get("channel") or ""), str(private.get("r") or "") or None
        if channel:
            self.outbox.whisper(f"step:{row.id}", channel, row.user, body, reference=about)
        else:
            self.outbox.post(f"step:{row.id}", row.user, body, reference=about)
            self._publish(row, "all")

    def _taken(self, row: Delivery, private: Mapping[str, Any], given: Mapping[str, Any]) -> str:
        if not self.roster.is_officer(row.user):
            return OFFICER_ONLY
        owner = str(given.get("owner"))
        if private.get("step") == "assign" and not self.roster.is_officer(owner):
            return f"{private.get('r')}: not done. {NO_OFFICER}"
        return self.steps.take(private, given, row.user)

    def home(self, row: Delivery) -> None:
        """Show the Home of this person."""
        self._publish(row, "all")

    def _publish(self, row: Delivery, chosen: str) -> None:
        role = self.roster.role(row.user)
        if role is Role.OFFICER:
            view = officer_home(
                self.desk.tickets.open_by_deadline(),
                chosen=chosen if chosen in FILTERS else "all",
                user=row.user, now=self.desk.now(), page_url=self.page_url,
            )  # fmt: skip
        else:
            own = self.desk.tickets.of_person(person_id(row.team, row.user))
            view = requester_home(role, own, self.forms, self.page_url)
        body = {"user_id": row.user, "view": view}
        self.outbox.posts.plan(f"home:{row.id}", PUBLISH, f"home:{row.user}", body)

    def greet(self, row: Delivery) -> None:
        """Greet someone who opens the messages for the first time; set the suggested prompts."""
        role = self.roster.role(row.user)
        channel = row.channel or row.user
        self.outbox.post(f"greet:{row.team}:{row.user}", channel, _welcome().to_body())
        body = {"channel_id": channel, "title": "You could ask", "prompts": prompts(role)}
        self.outbox.posts.plan(
            f"prompts:{row.id}", "assistant.threads.setSuggestedPrompts", channel, body
        )


def _welcome() -> Message:
    return plain_message(WELCOME)
