"""A confirmed draft becomes a ticket, in the transaction that closes the draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.desk.duplicates import join_twin
from bot.desk.intake import Filing, Intake
from bot.domain.forms import Draft, Form
from bot.domain.leading_answers import leading_answer
from bot.domain.receipts import receipt
from bot.domain.replies import Reply
from bot.domain.tickets import Kind, Ticket
from bot.domain.translation import Translate
from bot.domain.withdrawals import eight_points
from bot.locale import translator
from bot.store import drafts, inbox
from bot.store.conversations import Conversation
from bot.store.db import Connection
from bot.store.library import Library


def file_draft(
    intake: Intake,
    connection: Connection,
    draft: Draft,
    conversation: Conversation,
    form: Form,
    now: datetime,
) -> Reply:
    """Open the ticket of a confirmed draft and return its receipt, in the form's language.

    A request that the person made before is joined with it; whoever only names the same address
    is told nothing of someone else's. Raises InvalidInput and HorizonError as intake does.
    """
    filing = filing_of(draft, conversation, form, _passed_on(connection, draft))
    ticket = intake.file(connection, filing, now)
    drafts.move(connection, draft, "filed", now)
    first = join_twin(intake, connection, ticket.reference, filing, now)
    own = first is not None and first.person == conversation.person.id
    earlier = first if own and first is not None and first.id != ticket.id else None
    if earlier is not None:
        ticket = intake.load(connection, ticket.reference, now)
    library, tr = intake.library, translator(language_of(conversation))
    return receipt(
        ticket,
        form,
        library.policy,
        library.procedure_in(tr.language),
        tr,
        points=points_of(library, ticket, form, tr),
        earlier=earlier,
    )


def filing_of(
    draft: Draft, conversation: Conversation, form: Form, answer: Mapping[str, Any] | None = None
) -> Filing:
    """The filing of a draft; the same draft is the same filing, however often it is confirmed."""
    uses = draft.fields["uses"].value.split(",") if "uses" in draft.fields else []
    return Filing(
        key=f"draft:{draft.id}",
        kind=Kind(draft.kind),
        person=conversation.person.id,
        role=conversation.person.role,
        channel=conversation.person.channel,
        received_at=draft.received_at,
        fields=_answered(form, draft),
        clauses_shown=draft.clauses_shown,
        conversation=conversation.id,
        uses=uses,
        answer=answer,
    )


def _passed_on(connection: Connection, draft: Draft) -> dict[str, Any] | None:
    """The answer that an inquiry passes on: the last one before it was begun."""
    if draft.kind != Kind.INQUIRY:
        return None
    before = [
        message
        for message in inbox.history(connection, draft.conversation)
        if message.received_at <= draft.received_at
    ]
    return leading_answer([reply for message in before for reply in message.replies or ()])


def language_of(conversation: Conversation | None) -> str:
    """The language that a conversation is held in."""
    return str(conversation.topic.get("language", "en")) if conversation else "en"


def _answered(form: Form, draft: Draft) -> dict[str, Any]:
    """The answers that belong to what is filed, without what was offered and left blank."""
    return {
        entry.name: draft.fields[entry.name].to_json()
        for entry in form.fields
        if entry.name in draft.fields
        and entry.applies(draft)
        and (draft.fields[entry.name].value or not entry.offered)
    }


def points_of(
    library: Library, ticket: Ticket, form: Form, tr: Translate
) -> tuple[tuple[str, str], ...]:
    """What a withdrawal means (PIPEDA Schedule 1, 4.3.8); nothing for another kind."""
    if ticket.kind is not Kind.WITHDRAWAL:
        return ()
    return eight_points(ticket, form, library.company, tr)
