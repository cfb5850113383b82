"""Advice on disclosures: a message of staff, at most two questions, a verdict, and its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.desk.intake import Filing, Intake
from bot.domain import advice as words
from bot.domain.advice_questions import (
    BY_FACT,
    QUESTIONS_AT_MOST,
    missing,
    next_question,
)
from bot.domain.disclosure import Decision, decide
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.facts import UNKNOWN, Facts, Rules, Verdict
from bot.domain.facts_read import Readings, tightest, told, weigh
from bot.domain.forms import Form
from bot.domain.receipts import dated_line, receipt
from bot.domain.replies import QuickReply, Reading, Reply
from bot.domain.tickets import Kind, Ticket
from bot.store import advice, inbox
from bot.store.advice import Advice
from bot.store.conversations import Conversation
from bot.store.db import Connection

DISCLOSURE = "disclosure"
INTENTS = frozenset({"disclosure_customer", "disclosure_employee"})
ANSWER, INQUIRY = "advice_fact", "advice_inquiry"
YES, NO = "affirm", "deny"
# An answer to a question is short; a longer message is another request.
ANSWER_WORDS = 12
READ_FOR_CERTAIN = 0.5
MARKS = ("ok", "wrong")

ONLY_ENGLISH = (
    "Je lis ces questions en anglais seulement. (I read these questions in English only, so I do "
    "not judge this one.) Ask again in English, or ask the Privacy Officer. Give nothing yet."
)
NO_LONGER = "That question is no longer open. Please ask again: who wants what about whom, and why?"


@dataclass(frozen=True, slots=True)
class AdviceDesk:
    """May this be disclosed? For staff; a customer gets the clause, not guidance.

    How a channel asks: it says the message in a conversation of a person whose role is employee or
    officer, `await talk.say(conversation, text=words, about=DISCLOSURE)`, and shows the replies as
    any others. `about` makes it advice whatever the words look like; without it the intent
    decides. The replies carry `verdict`, the clause, `quick_replies` (a question's answers, or
    what would change the verdict, and the inquiry) and, after an emergency yes, `ticket`. Buttons
    are sent back as payloads in the same conversation. A conversation with an open form takes the
    message into the form: ask in one of its own.
    """

    intake: Intake
    forms: Mapping[str, Form]

    def wants(self, connection: Connection, conversation: Conversation, reading: Reading) -> bool:
        """Whether this message is a matter of advice: asked for, or an answer to its question."""
        if not conversation.person.role.is_staff or not self.rules.rows:
            return False
        if reading.intent in {ANSWER, INQUIRY} or reading.about == DISCLOSURE:
            return True
        if reading.disclosures and (reading.intent in INTENTS or told(reading.disclosures[0])):
            return True
        open_question = self._open_question(connection, conversation)
        return open_question is not None and _answer(reading, open_question) is not None

    def take(
        self,
        connection: Connection,
        conversation: Conversation,
        message: inbox.Message,
        reading: Reading,
        now: datetime,
    ) -> tuple[Reply, ...]:
        """Take one message: a question back, or advice with its record. To be called once."""
        turn = _Turn(self, connection, conversation, message, now)
        if reading.intent == INQUIRY:
            return (turn.inquire(reading),)
        before = advice.latest(connection, conversation.id)
        answer = _answer(reading, before) if before else None
        if before is not None and answer is not None:
            return (turn.answered(before, answer),)
        if reading.intent == ANSWER:
            return (Reply(NO_LONGER),)
        if before is not None:
            advice.forget_question(connection, before.id)
        if reading.language == "fr":
            return (turn.only_english(),)
        return turn.asked(reading)

    def judge(self, text: str, reading: Reading) -> dict[str, Any]:
        """Judge a message alone: nothing is asked, nothing is kept (`advise --file`).

        Raises InvalidInput where the company has no rules on disclosure.
        """
        rules = self.rules
        if not rules.rows:
            raise InvalidInput("Advice needs the company's rules: there is no data/disclosure.yml.")
        weighed = [weigh(Readings.from_parse(given), rules) for given in reading.disclosures]
        if not weighed or reading.language == "fr":
            return words.prediction(text, decide(Facts(), rules), ("recipient", "subject"))
        decision = tightest([each.decision for each in weighed])
        unsure = next(each.unsure for each in weighed if each.decision is decision)
        return words.prediction(text, decision, missing(decision.facts, rules, unsure))

    def given(self, *, limit: int = 200) -> list[Advice]:
        """The advice given, newest first."""
        with self.intake.store.reading() as connection:
            return advice.listed(connection, limit=limit)

    def review(
        self, id: int, mark: str, *, who: str, verdict: str | None = None
    ) -> tuple[Advice, str | None]:
        """Mark an advice as ok or wrong; wrong may say the right verdict.

        Returns it and, while the message is kept, its words (masked): a candidate for training,
        once somebody has taken the names out. Raises NotFound, InvalidInput.
        """
        if mark not in MARKS or (verdict is not None and verdict not in set(Verdict)):
            raise InvalidInput(f"A mark is ok or wrong, a verdict one of {', '.join(Verdict)}.")
        if mark == "ok" and verdict is not None:
            raise InvalidInput("What is ok needs no other verdict.")
        store = self.intake.store
        with store.transaction() as connection:
            found = advice.find(connection, id)
            advice.mark(
                connection, id, mark=mark, verdict=verdict, who=who, now=store.now(connection)
            )
            kept = inbox.words_of(connection, found.message)
            return advice.find(connection, id), kept

    @property
    def rules(self) -> Rules:
        return self.intake.library.disclosure

    def _open_question(self, connection: Connection, conversation: Conversation) -> Advice | None:
        last = advice.latest(connection, conversation.id)
        return last if last is not None and last.asked else None


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message of one conversation, inside its transaction."""

    desk: AdviceDesk
    connection: Connection
    conversation: Conversation
    message: inbox.Message
    now: datetime

    def asked(self, reading: Reading) -> tuple[Reply, ...]:
        """A new request, or several in one message: each gets its own advice."""
        rules = self.desk.rules
        weighed = [weigh(Readings.from_parse(given), rules) for given in reading.disclosures]
        if len(weighed) > 1:
            return tuple(self._give(each.decision, ()) for each in weighed)
        facts, unsure = (weighed[0].decision.facts, weighed[0].unsure) if weighed else (Facts(), ())
        return (self._ask_or_give(facts, unsure, 0),)

    def answered(self, before: Advice, answer: tuple[str, str]) -> Reply:
        """The answer to an open question, or a fact that changes an advice given."""
        fact, value = answer
        facts = replace(Facts.read(before.facts, self.desk.rules), **{fact: value})
        unsure = tuple(name for name in before.unsure if name != fact)
        advice.forget_question(self.connection, before.id)
        return self._ask_or_give(facts, unsure, before.questions)

    def only_english(self) -> Reply:
        given = self._give(decide(Facts(), self.desk.rules), ())
        return replace(given, lead=ONLY_ENGLISH)

    def inquire(self, reading: Reading) -> Reply:
        """Open the inquiry that the advice offered, with everything filled in, once."""
        id = reading.slots.get("advice", "")
        try:
            number = int(id) if id.isdecimal() else 0
            found = advice.find(self.connection, number, conversation=self.conversation.id)
        except NotFound:
            return Reply(NO_LONGER)
        asked = inbox.words_of(self.connection, found.message) or ""
        facts = Facts.read(found.facts, self.desk.rules)
        told = (
            f"{asked}\n\nThe desk's advice {found.id}: {found.verdict} (clause "
            f"{found.clauses[0]}). {words.spoken(facts, self.desk.rules)}"
        )
        library, form = self.desk.intake.library, self.desk.forms[Kind.INQUIRY]
        answer = {"verdict": found.verdict, "clauses": list(found.clauses)}
        ticket = self._file(
            found.id, "inquiry", told.strip(), found.clauses, "asked from advice", answer
        )
        return receipt(ticket, form, library.policy, library.complaint_procedure)

    def _ask_or_give(self, facts: Facts, unsure: Sequence[str], questions: int) -> Reply:
        rules = self.desk.rules
        question = next_question(facts, rules, unsure, questions)
        decision = decide(facts, rules)
        if question is None:
            return self._give(decision, unsure)
        self._record(decision, unsure, questions + 1, question.fact)
        return words.ask(question, facts, rules)

    def _give(self, decision: Decision, unsure: Sequence[str]) -> Reply:
        library = self.desk.intake.library
        id = self._record(decision, unsure, QUESTIONS_AT_MOST, None)
        voice = words.Voice(self.desk.rules, library.policy, library.company)
        reply = words.advise(decision, voice)
        button = QuickReply(
            "Pass it to the Privacy Officer", f'/advice_inquiry{{"advice": "{id}"}}'
        )
        reply = replace(reply, quick_replies=(*reply.quick_replies, button))
        if decision.verdict is Verdict.EMERGENCY_ALLOWED:
            return self._followed_up(id, decision, reply)
        return reply

    def _followed_up(self, id: int, decision: Decision, reply: Reply) -> Reply:
        """An emergency yes leaves a ticket: what was given, to whom, when; the person is told."""
        told = (
            "Follow-up to an emergency disclosure. "
            f"{words.spoken(decision.facts, self.desk.rules)} To be written down here: what was "
            "given, to whom, when. The person is to be told in writing without delay (PIPEDA "
            "s. 7(3)(e))."
        )
        ticket = self._file(id, "emergency", told, decision.clauses, "emergency disclosure")
        advice.note_ticket(self.connection, id, ticket.reference)
        closing = (
            f"{reply.closing}\n\nWhen it is over: I have opened {ticket.reference} for the "
            "Privacy Officer. Add what you gave, to whom and when; the person is told in writing. "
            f"{dated_line(ticket.clocks[0])}"
        )
        return replace(reply, closing=closing, ticket=ticket.to_json())

    def _file(
        self,
        id: int,
        what: str,
        told: str,
        clauses: Sequence[str],
        why: str,
        answer: Mapping[str, Any] | None = None,
    ) -> Ticket:
        return self.desk.intake.file(
            self.connection,
            Filing(
                key=f"advice:{what}:{id}",
                kind=Kind.INQUIRY,
                person=self.conversation.person.id,
                role=self.conversation.person.role,
                channel=self.conversation.person.channel,
                received_at=self.message.received_at,
                fields={
                    "what": {"words": told, "value": told, "said": f"“{told}”"},
                    "reach": {"words": "", "value": "thread", "said": "here, in this conversation"},
                },
                clauses_shown=tuple(clauses),
                conversation=self.conversation.id,
                why=why,
                answer=answer,
            ),
            self.now,
        )

    def _record(
        self, decision: Decision, unsure: Sequence[str], questions: int, asked: str | None
    ) -> int:
        return advice.add(
            self.connection,
            at=self.now,
            channel=str(self.conversation.person.channel),
            conversation=self.conversation.id,
            message=self.message.id,
            facts=decision.facts.known(),
            unsure=unsure,
            questions=questions,
            asked=asked,
            reason=decision.row.id,
            verdict=str(decision.verdict),
            clauses=decision.clauses,
            policy_version=self.desk.intake.library.policy.edition,
            rules_version=self.desk.rules.edition,
        )


def _answer(reading: Reading, before: Advice) -> tuple[str, str] | None:
    """The fact that this message settles: a button, or typed words to an open question."""
    if reading.intent == ANSWER:
        fact, value = reading.slots.get("fact", ""), reading.slots.get("value", "")
        question = BY_FACT.get(fact)
        fits = question is not None and value in {v for _, v in question.answers}
        return (fact, value) if fits else None
    if not before.asked or len(reading.text.split()) > ANSWER_WORDS:
        return None
    question = BY_FACT[before.asked]
    offered = [value for _, value in question.answers]
    said = {title.lower(): value for title, value in question.answers}
    typed = reading.text.strip(" .!").lower()
    if typed in said:
        return before.asked, said[typed]
    if reading.intent in {YES, NO} and len(offered) in {2, 3} and before.asked != "subject":
        return before.asked, offered[0 if reading.intent == YES else 1]
    best = _read_for_certain(reading, before.asked)
    # Somebody else may be named than the buttons offer; with a person it is about, it is new.
    named = before.asked == "recipient" and _read_for_certain(reading, "subject") == UNKNOWN
    return (before.asked, best) if best in offered or (named and best != "") else None


def _read_for_certain(reading: Reading, fact: str) -> str:
    likely = reading.disclosures[0]["facts"].get(fact, {}) if reading.disclosures else {}
    best = max(likely, key=lambda value: float(likely[value]), default="")
    return best if best and float(likely[best]) >= READ_FOR_CERTAIN else ""
