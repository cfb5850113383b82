"""Where an answer is placed, so that nobody reads what is not theirs.

A direct message is answered there. A mention is answered in its thread when the policy answers it
for everyone; what is personal is answered to that person alone, who goes on in a direct message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.slack import blocks as kit
from bot.channels.slack.answers import Message, answer_messages, plain_message
from bot.channels.slack.outbox import Outbox
from bot.channels.slack.threads import is_direct
from bot.channels.slack.under_letters import UnderLetters, says_more
from bot.conversation import Said
from bot.domain.forms import Form
from bot.domain.slack import Delivery

PERSONAL = {
    "complaint", "access_request", "correction", "consent_withdrawal", "breach_report",
    "ticket_status", "talk_to_human",
}  # fmt: skip
IN_PRIVATE = (
    "This is not for everybody here, so only you read it. Let us go on in a direct message: what "
    "you wrote counts from now."
)


@dataclass(frozen=True, slots=True)
class Placing:
    """Plans the posts of an answer."""

    outbox: Outbox
    forms: Mapping[str, Form]
    page_url: str
    policy_version: str
    under_letters: UnderLetters

    def place(self, row: Delivery, said: Said) -> None:
        """Plan the answer where it belongs: the direct message, the thread, or this person."""
        if row.kind == "command":
            self._to_command(row, said)
        elif row.kind == "mention":
            self._to_thread(row, said)
        else:
            own = is_direct(row.channel)
            channel = row.channel if own else row.user
            added = self.under_letters.take(row, said)
            messages = self._messages(row, said) if not added or says_more(said) else []
            if added:
                messages = [plain_message(added), *messages]
            self._post(row, channel, row.thread_ts if own else "", messages, said)

    def _messages(self, row: Delivery, said: Said, *, public: bool = False) -> list[Message]:
        return answer_messages(
            said.replies,
            page_url=self.page_url,
            row=row.id,
            forms=self.forms,
            policy_version=self.policy_version,
            busy=said.waiting_for is not None or said.pending,
            late=said.late,
            public=public,
        )

    def _post(
        self, row: Delivery, channel: str, thread: str, messages: Sequence[Message], said: Said
    ) -> None:
        for number, message in enumerate(messages):
            self.outbox.post(
                f"{_name(said)}:{row.id}:{number}", channel, message.to_body(), thread=thread
            )

    def _to_thread(self, row: Delivery, said: Said) -> None:
        thread = row.thread_ts or row.ts
        if said.pending:
            for number, message in enumerate(self._messages(row, said, public=True)):
                key = f"{_name(said)}:{row.id}:{number}"
                self.outbox.whisper(key, row.channel, row.user, message.to_body(), thread)
        elif not is_personal(said) and not row.masked:
            messages = self._messages(row, said, public=True)
            self._post(row, row.channel, thread, messages, said)
        else:
            body = in_private(row.id).to_body()
            self.outbox.whisper(f"answer:{row.id}:0", row.channel, row.user, body, thread)

    def _to_command(self, row: Delivery, said: Said) -> None:
        if is_personal(said) and not _has_verdict(said) and not said.pending:
            self.respond(row, [in_private(row.id, _word(row))])
            return
        self.respond(row, self._messages(row, said, public=said.pending), _name(said))

    def respond(self, row: Delivery, messages: Sequence[Message], name: str = "answer") -> None:
        url = str(row.data.get("response_url") or "")
        for number, message in enumerate(messages):
            self.outbox.respond(f"{name}:{row.id}:{number}", url, row.user, message.to_body())


def in_private(row: int, word: str = "") -> Message:
    """The way from a channel into the direct message, with what was written, and with the word of
    /privacy that it was written after."""
    action = f"continue:{word}" if word else "continue"
    go_on = kit.button("Continue in a direct message", action, str(row), style="primary")
    return Message(IN_PRIVATE, (*kit.paragraphs(IN_PRIVATE), *kit.actions([go_on])))


def is_personal(said: Said) -> bool:
    """Tell whether an answer is for nobody else: a request, a status, advice."""
    return said.waiting_for is not None or any(
        reply.get("ticket") or reply.get("verdict") or reply.get("intent") in PERSONAL
        for reply in said.replies
    )


def _word(row: Delivery) -> str:
    return row.text.partition(" ")[0].lower()


def _has_verdict(said: Said) -> bool:
    return said.waiting_for is None and any(reply.get("verdict") for reply in said.replies)


def _name(said: Said) -> str:
    """The answer that comes after an apology is a message of its own."""
    return "apology" if said.pending else "answer"
