"""Answers: quoted verbatim, honest about what the policy does not say, never invented."""

from __future__ import annotations

import pytest

from bot.domain.answers import Voice, answer, not_understood, offering
from bot.domain.errors import NotFound
from bot.domain.people import Role
from bot.domain.settling import quotable, settle, unsure
from bot.domain.topics import FORM_BUTTONS, INTENTS, OUT_OF_SCOPE, SMALL_TALK, TOPICS
from bot.locale import translator
from tests.fakes.desks import shipped_library
from tests.fakes.threads import reading

POLICY = shipped_library().policy
COMPANY = shipped_library().company


def voice(role: Role = Role.CUSTOMER, language: str = "en") -> Voice:
    return Voice(POLICY, COMPANY, role, translator(language))


@pytest.mark.parametrize("intent", sorted(INTENTS | FORM_BUTTONS))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_everything_that_can_be_meant_is_answered(intent: str, language: str) -> None:
    settled = settle(reading(intent, language=language), POLICY, {})
    reply = answer(settled, voice(language=language))
    assert reply.lead
    assert reply.intent == intent
    assert bool(reply.clauses) is (intent in TOPICS)
    for quoted in reply.clauses:
        assert quoted.clause.text == POLICY.get(quoted.clause.id).text
        assert f"“{quoted.clause.text}”" in reply.text


def test_the_best_clause_is_quoted_with_its_telling_sentence() -> None:
    reply = answer(reading("retention", clauses=(("5.3", (3, 9)), ("3.6", None))), voice())
    [quoted] = reply.clauses
    assert (quoted.clause.id, quoted.highlight) == ("5.3", (3, 9))
    assert reply.lead == (
        "This is what our privacy policy says about how long information is kept:"
    )


def test_what_the_policy_does_not_specify_is_said_to_be_so() -> None:
    reply = answer(reading("retention", clauses=(("5.3", None),), answerable=0.4), voice())
    assert reply.lead.startswith("Our privacy policy does not give that detail.")
    assert "the Privacy Officer can tell you more" in reply.lead
    french = reading("retention", clauses=(("5.3", None),), answerable=0.4, language="fr")
    lead = answer(french, voice(language="fr")).lead
    assert lead.startswith("Notre politique ne précise pas ce détail.")
    assert "la durée de conservation des renseignements" in lead


def test_what_the_policy_nearly_answers_is_quoted_as_all_there_is() -> None:
    nearly = reading("retention", clauses=(("5.3", None),), answerable=0.47)
    assert "It gives no more detail than this" in answer(nearly, voice()).lead
    assert "Elle n’en dit pas plus" in answer(nearly, voice(language="fr")).lead


def test_who_the_officer_is_comes_with_the_way_there() -> None:
    for answerable in (0.9, 0.3):
        asked = reading("accountability_contact", clauses=(("1.2", None),), answerable=answerable)
        reply = answer(asked, voice())
        assert COMPANY.privacy_officer.email in reply.closing
        assert COMPANY.privacy_officer.phone in reply.text


def test_out_of_scope_quotes_nothing_and_names_doors() -> None:
    asked = reading(OUT_OF_SCOPE, clauses=(("5.3", None),))
    reply = answer(asked, voice())
    assert (reply.clauses, quotable(asked)) == ((), ())
    assert COMPANY.doors["billing"].phone in reply.lead
    assert COMPANY.doors["human_resources"].phone not in reply.lead
    for role in (Role.EMPLOYEE, Role.OFFICER):
        assert COMPANY.doors["human_resources"].phone in answer(asked, voice(role)).lead


def test_a_clause_that_the_policy_lacks_is_never_made_up() -> None:
    with pytest.raises(NotFound):
        answer(reading("retention", clauses=(("99.9", None),)), voice())


def test_the_next_step_fits_the_question() -> None:
    def steps(intent: str, language: str = "en") -> list[str]:
        settled = settle(reading(intent, language=language), POLICY, {})
        said = answer(settled, voice(language=language))
        return [button.payload for button in said.quick_replies]

    assert steps("access_request") == ["/request_access", "/request_inquiry"]
    assert steps("safeguards") == ["/request_inquiry", "/request_complaint"]
    assert steps("talk_to_human") == ["/request_inquiry"]


def test_a_form_button_without_a_form_says_that_nothing_is_open() -> None:
    replies = {answer(reading(button), voice()).lead for button in FORM_BUTTONS}
    assert len(replies) == 1
    assert replies.pop().startswith("There is no question open between us")


@pytest.mark.parametrize(
    ("text", "ranking", "language", "lead", "payloads"),
    [
        (
            "you are a disgrace, see you in court",
            (("goodbye", 0.21), ("complaint", 0.2), ("retention", 0.1)),
            "en",
            "I am sorry that you are upset. ",
            ["/request_inquiry", "/complaint", "/retention"],
        ),
        (
            "' OR 1=1; --",
            (("consent", 0.27), ("greet", 0.1), ("purposes", 0.1)),
            "en",
            "I am not sure that I understand",
            ["/consent", "/purposes", "/request_complaint", "/request_inquiry"],
        ),
        ("???", (), "en", "I am not sure", ["/request_complaint", "/request_inquiry"]),
        ("quoi", (("greet", 0.3),), "fr", "Je ne suis pas certain", None),
    ],
)
def test_a_guess_is_neither_quoted_nor_small_talk(
    text: str,
    ranking: tuple[tuple[str, float], ...],
    language: str,
    lead: str,
    payloads: list[str] | None,
) -> None:
    first, confidence = ranking[0] if ranking else ("out_of_scope", 0.0)
    guess = reading(first, confidence=confidence, ranking=ranking, language=language, text=text)
    assert unsure(guess)
    reply = not_understood(guess, translator(language))
    assert reply.lead.startswith(lead)
    assert reply.clauses == ()
    if payloads is not None:
        assert [button.payload for button in reply.quick_replies] == payloads


def test_every_topic_can_be_offered_in_a_few_words() -> None:
    assert all(0 < len(topic.short) <= 40 for topic in TOPICS.values())
    assert not SMALL_TALK & set(TOPICS)


@pytest.mark.parametrize(
    ("intent", "answerable", "offered", "asks"),
    [
        ("consent_withdrawal", 0.9, "withdrawal", True),
        ("access_request", 0.9, "access", True),
        ("correction", 0.3, "correction", True),
        ("complaint_procedure", 0.9, "complaint", True),
        # Answered: nobody is asked for more.
        ("safeguards", 0.9, None, False),
        ("accountability_contact", 0.3, None, False),
        # Not answered: the Privacy Officer can.
        ("safeguards", 0.3, "inquiry", True),
        # Their own words offer it.
        ("talk_to_human", 0.0, "inquiry", False),
        (OUT_OF_SCOPE, 0.0, "inquiry", False),
        ("greet", 0.0, None, False),
        ("affirm", 0.0, None, False),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_an_answer_offers_it_asks_plainly(
    intent: str, answerable: float, offered: str | None, asks: bool, language: str
) -> None:
    clauses = quotable(settle(reading(intent), POLICY, {}))[:1]
    read = tuple((id, None) for id in clauses)
    asked = reading(intent, answerable=answerable, language=language, clauses=read)
    plain = answer(asked, voice(language=language))
    reply = offering(asked, plain)
    assert reply.offers == offered
    assert (reply.closing != plain.closing) is asks
    assert reply.closing.endswith("?") is asks
    assert "offers" not in reply.to_json()
