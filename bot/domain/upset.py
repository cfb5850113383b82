"""Whether somebody has had enough: they are told sorry, and offered to complain."""

from __future__ import annotations

import re

UPSET = re.compile(
    r"\b(disgrac\w*|outrag\w*|furious|livid|ashamed|shame on|scandal\w*|disgust\w*|unacceptable"
    r"|fed up|had enough|hate you|liars?|crooks?|idiots?|lawyer|court|sue you|honteu\w*|honte"
    r"|garbage|rubbish|ridiculous|pathetic|incompetent\w*|useless|(?:the )?worst"
    r"|waste of (?:my )?time|never answer\w*|nobody (?:ever )?answers?|hate this|sick of"
    r"|appalling|horrible|awful"
    r"|inacceptable|scandaleu\w*|avocat|tribunal|nuls?|ridicule|pourri|incompétent\w*|écœur\w*"
    r"|jamais (?:de )?répon\w*|ras[- ]le[- ]bol|tanné\w*)\b",
    re.IGNORECASE,
)


def is_upset(text: str) -> bool:
    """Tell whether the words are those of somebody who has had enough."""
    return bool(UPSET.search(text.replace("’", "'")))
