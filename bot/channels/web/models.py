"""The chat API's shapes, for its OpenAPI description and for reading what is sent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

LONGEST_MESSAGE = 20_000
LONGEST_PAYLOAD = 600

Message = Annotated[str, Field(max_length=LONGEST_MESSAGE)]
Payload = Annotated[str, Field(max_length=LONGEST_PAYLOAD)]


class ChatMessage(BaseModel):
    """Either what the person wrote, or the payload of a button that they pressed."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["message"]}, {"required": ["payload"]}]}
    )

    message: Message | None = Field(None, examples=["How long do you keep my data?"])
    payload: Payload | None = Field(None, examples=["/request_complaint"])


class QuotedClause(BaseModel):
    """A clause of the policy, verbatim; `highlight` is the span of the telling sentence."""

    id: str = Field(examples=["3.6"])
    title: str = Field(examples=["Consent"])
    text: str
    highlight: tuple[int, int] | None
    url: str = Field(examples=["/policy#3.6"])


class QuickReply(BaseModel):
    """A button: its words, and what pressing it sends."""

    title: str
    payload: str


class Reply(BaseModel):
    """One reply. `text` is complete in itself; `lead`, the clauses and `closing` are its parts."""

    text: str
    lead: str
    closing: str
    clauses: list[QuotedClause]
    quick_replies: list[QuickReply]
    intent: str | None
    confidence: float | None
    answerable: float | None
    verdict: str | None
    ticket: dict[str, Any] | None


class Answer(BaseModel):
    """What came of one message.

    `token` is null where a cookie carried the session. `pending`: the replies are an apology, and
    the answer will be found with GET, after the number before this one.
    """

    conversation: str
    token: str | None
    number: int
    replies: list[Reply]
    waiting_for: str | None = Field(examples=["complaint.when"])
    late: bool
    pending: bool


class StoredMessage(BaseModel):
    """One message of a conversation; `replies` is null until it is answered."""

    number: int
    text: str
    payload: str | None
    title: str | None = None
    replies: list[Reply] | None
    late: bool
    received_at: str


class History(BaseModel):
    """A conversation as stored, card numbers and SINs masked; `conversation` null before it began.

    `messages` are the newest 200 after the number asked for.
    """

    conversation: str | None
    messages: list[StoredMessage]
    waiting_for: str | None


class ProblemDetails(BaseModel):
    """An error, as RFC 9457 describes it; `code` is stable, the sentences are not."""

    type: str
    title: str
    status: int
    detail: str
    code: str
