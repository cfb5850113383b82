"""Telling a wish that is plainly stated from a question about it or a report of someone else's.

"I want to withdraw my consent" is the request itself (policy 3.6, 9.1, 6.2); "how do I withdraw
my consent?" asks for the clause, and "a customer wants her file" asks what to do.
"""

from __future__ import annotations

import re

from bot.domain.replies import Reading
from bot.domain.tickets import Kind
from bot.domain.topics import TOPICS
from bot.domain.turns import ASKS

# A complaint and a leak start at less: waiting costs their writers more.
STATED_AT_LEAST = 0.6
STARTED_BY_STATING = frozenset({"consent_withdrawal", "access_request", "correction"})

_BEFORE = (
    r"\W*(?:(?:please|pls|ok|okay|so|well|hi|hello|hey|good morning|good afternoon|dear \w+|and|but"
    r"|also|yes|no|look|listen|just|now|bonjour|bonsoir|allô|salut|svp|s'il vous plaît|alors|et"
    r"|mais|oui|non)\b\W*)*"
)
_ASKING = (
    r"how|what|when|where|who|whom|whose|why|which|whether|if|suppose|can|could|may|might|shall"
    r"|should|will|would|is|are|am|was|were|do(?!\s+not\b)|does|did|has|have (?:i|you|they|we)"
    r"|any(?:one|body|\s+chance|\s+way)|wondering|curious|comment|pourquoi|quand|où|qui|que|quoi"
    r"|quels?|quelles?|combien|est-ce|est-il|puis-je|peut-on|peux-tu|pouvez-vous|pourriez-vous"
    r"|avez-vous|ai-je|dois-je|faut-il|y a-t-il|si"
)
_QUESTION = re.compile(rf"{_BEFORE}(?:{_ASKING})\b", re.IGNORECASE)
# A question after a statement: "my address is wrong, how do I fix it".
_QUESTION_AFTER = re.compile(
    r"(?:[.,;:!–—]|\b(?:and|but|so|et|mais)\b)\s*(?:how|why|who|where|what (?:do|can|should|is|are"
    r"|happens|would|if|now)|(?:can|could|will|would|should|may|do|does|is|are) (?:i|you|we|it"
    r"|there|that|this)|comment|pourquoi|combien|est-ce que|puis-je|pouvez-vous)\b",
    re.IGNORECASE,
)
_QUESTION_WITHIN = re.compile(
    r"\b(?:wonder(?:ing)?|curious|not sure|unsure|i(?:'d| would)? (?:want|like|need) to"
    r" (?:know|ask|understand)(?! what (?:you|personal|information|data))|is it possible"
    r"|am i (?:able|allowed)|how (?:do|can|would|should|to)|je me demande"
    r"|savoir (?:si|comment|quand|pourquoi))\b"
    r"|,\s*(?:right|correct|isn't it|is that so|n'est-ce pas|hein|non)\W*$",
    re.IGNORECASE,
)
_WISH_TO_SEE = re.compile(
    r"(?:tell me|i(?:'d like| want| would like) to know) what (?:you|personal|information|data)\b"
)
_THIRD_PERSON = re.compile(
    r"\b(?:cust|customers?|clients?|callers?|subscribers?|account holders?|she|he|they|someone"
    r"|somebody|lady|guy|man|woman|wife|husband|spouse|partner|mother|father|mom|dad|son|daughter"
    r"|brother|sister|friend|neighbou?r|tenant|colleague|coworker|co-worker|employees?|member"
    r"|elle|il|ils|elles|un client|une cliente|ma femme|mon mari)\b"
    r"(?: (?:just|now|also|has|have|is|was|here|on the line|on the phone|at my desk|who)){0,3}"
    r" (?:wants?|wanted|asks?|asked|asking|needs?|demands?|demanded|demanding|requests?|requested"
    r"|requesting|insists?|insisting|would like|wishes|called|calling|wrote|says?|said|veut"
    r"|demande|exige)\b",
    re.IGNORECASE,
)
# In the words of staff these are the persons asked about, never the writer.
_CLIENTELE = re.compile(
    r"\b(?:cust|customers?|clients?|callers?|subscribers?|account holders?|cliente?s?)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|i've|i'd|my|mine|me|we|our|us|je|j'\w+|mon|ma|mes|me|m'\w+|moi|nous|notre|nos)\b",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    rf"{_BEFORE}(?:stop|quit|cease|end|cancel|withdraw|revoke|remove|take|delete|erase|send|mail"
    r"|e-?mail|give|show|get|provide|hand|let|tell|fix|correct|change|update|amend|put|opt|turn"
    r"|unsubscribe|unlist|don't|do not|never|no more|enough|arrêtez|arrête|cessez|retirez|enlevez"
    r"|supprimez|effacez|envoyez|donnez|montrez|remettez|corrigez|rectifiez|changez|modifiez"
    r"|désabonnez|ne)\b",
    re.IGNORECASE,
)


def stated_wish(reading: Reading, text: str, *, staff: bool) -> Kind | None:
    """The request that these words plainly make for their writer; None when they may not.

    In the first person or the imperative, read with good confidence, no question, and not what
    somebody else wants. `staff` writers tell of customers; whom they name is not themselves.
    """
    if reading.intent not in STARTED_BY_STATING or reading.confidence < STATED_AT_LEAST:
        return None
    words = " ".join(text.replace("’", "'").split())
    if _asks(words) or _THIRD_PERSON.search(words) or (staff and _CLIENTELE.search(words)):
        return None
    if not (_FIRST_PERSON.search(words) or _IMPERATIVE.match(words)):
        return None
    return TOPICS[reading.intent].request


def _asks(words: str) -> bool:
    if "?" in words:
        return True
    if _WISH_TO_SEE.match(words.lower()):
        return False
    beginnings = (ASKS, _QUESTION)
    within = (_QUESTION_AFTER, _QUESTION_WITHIN)
    return any(p.match(words) for p in beginnings) or any(p.search(words) for p in within)
