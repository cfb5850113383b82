"""A wish that is declined before the real one: "I don't want to complain, just a copy of ..."."""

from __future__ import annotations

import re

LEFT_WORDS = 3
DECLINED = re.compile(
    r"\b(?:do not|don['’]?t|not)\s+(?:really\s+|even\s+)?"
    r"(?:(?:want|wanna|trying|looking|here|asking|wish|need)\s*(?:to\s+)?"
    r"(?:complain|file|make|lodge|report|cancel|close|delete|erase|withdraw|opt out|quit|leave"
    r"|change|correct|talk|speak|sue|argue)\b|complaining\b)"
    r"[^,;.!?]*?(?:[,;.!?]+|\bbut\b|\bjust\b|\bonly\b)\s*(?P<wish>.+)",
    re.IGNORECASE | re.DOTALL,
)


def without_declined(text: str) -> str:
    """Return what is asked for after a declined wish, or the text as it is."""
    found = DECLINED.search(text)
    if found is None:
        return text
    wish = found.group("wish").strip()
    return wish if len(wish.split()) >= LEFT_WORDS else text


# A yes that is not there, or no longer: "did not sign", "no warrant", "expired", "took it back".
OVER = (
    r"refus\w+|object(?:s|ed|ion)|declin\w+|revok\w+|withdr[ae]w(?:s|n|ing)?|struck|remov\w+"
    r"|opted out|t(?:ook|akes?|aken) (?:it |that )?back|expired?|ran out|lapsed|outdated"
    r"|unsigned|blank|no longer|not any ?more|used to|against (?:her|his|their)"
    r"|told us (?:not|never)|said no|forg(?:ed|ery)|fake|pretend\w*"
)
NOT = (
    r"n['’]t|\b(?:not|never|neither|nobody|none|no|nothing|without"
    r"|hasnt|didnt|isnt|wasnt|dont|doesnt)\b"
)
PERMITTING = (
    r"(?:counter)?sign(?:s|ed|ing|ature)?|consent\w*|permission|agree\w*|authori\w+|approv\w+"
    r"|ok|okay|okayed|proof|prov\w+"
    r"|paper\w*|forms?|release|mandate|contract\w*|listed|on file|verif\w+|confirm\w*|need\w*"
    r"|ticket|hurt|danger|urgent|emergency|aggregated?|totals?|placed|ours?"
)
UNDONE = re.compile(rf"\b(?:{OVER})\b|(?:{NOT})[^.!?]{{0,30}}\b(?:{PERMITTING})\b", re.IGNORECASE)

# The same in plain words that leave no doubt; "not withdrawn" and "hasn't expired" are none.
PLAINLY_OVER = (
    r"revok\w+|withdr[ae]w(?:s|n|ing)?"
    r"|t(?:ook|akes?|aken) (?:it |that |(?:his|her|their) \w+ )?back"
    r"|struck (?:him |her |them )?off|expired|ran out|lapsed|unsigned"
)
BETWEEN = r"(?: (?:yet|ever|actually|really|been|be|one|any|it|a|the|her|his|their|given|gave|on))"
PLAINLY_PERMITTING = (
    r"(?:counter)?sign(?:s|ed|ing|ature)?|consent\w*|permission|agree[ds]?|agreement"
    r"|authori[sz]\w+|assigned|listed|placed"
    r"|proof|proven|verified"
)
DENIED = re.compile(
    rf"(?P<before>(?:{NOT})[^.!?]{{0,12}})?\b(?:{PLAINLY_OVER})\b"
    rf"|(?:{NOT}){BETWEEN}{{0,3}} (?:{PLAINLY_PERMITTING})\b",
    re.IGNORECASE,
)


def speaks_of_undone(text: str) -> bool:
    """Tell whether something that would permit may be missing, refused or over."""
    return bool(UNDONE.search(text))


def denies(text: str) -> bool:
    """Tell whether a consent, an authority, a need or a listing is plainly said not to be."""
    return any(found.group("before") is None for found in DENIED.finditer(text))
