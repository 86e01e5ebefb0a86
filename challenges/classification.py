"""Which data levels a platform for prototypes takes, what to do instead, and markings for people to look at.

These are safe defaults: an event may be stricter, never looser.
"""

import re
from typing import NamedTuple


class Level(NamedTuple):
    """A data level: what it covers, and what to do when it is not taken. An empty `stop`: always taken."""

    hint: str
    stop: str = ""
    event_decides: bool = False


LEVELS: dict[str, Level] = {
    "public": Level(
        hint="Already published, licensed for reuse, or made up without copying real records.",
    ),
    "official": Level(
        hint="Ordinary internal information that would do little harm if it leaked.",
        stop="This event takes open, published or made-up data only. Offer a made-up version instead",
        event_decides=True,
    ),
    "official_sensitive": Level(
        hint="Anything marked so, or that should be: personal casework, unannounced policy, negotiations.",
        stop=(
            "OFFICIAL-SENSITIVE data must not be put on this platform, so nothing on this page was saved. "
            "Make a synthetic version: keep the shape of the data, invent every value and copy no real "
            "record. Take the real data out of your answers, then choose again"
        ),
    ),
    "secret": Level(
        hint="Never on this platform.",
        stop=(
            "SECRET and TOP SECRET data must never be put on this platform, so nothing on this page was "
            "saved. Speak to your security team now, and tell an organiser of the event"
        ),
    ),
    "unsure": Level(
        hint="Stop here and ask an organiser before you go on.",
        stop=(
            "Ask an organiser which data level is right, so nothing on this page was saved. Until they "
            "answer, treat the data as OFFICIAL-SENSITIVE and keep it off this platform"
        ),
    ),
}

# Upper case alone: in lower case these are ordinary words.
_MARKING = re.compile(
    r"\b(?:TOP SECRET|SECRET|UK EYES ONLY|STRAP ?[123]|OFFICIAL[ \-–]{1,3}SENSITIVE|O-?S(?= ?[:/])"
    r"|RESTRICTED|CONFIDENTIAL|PROTECT)\b"
)


def may_be_kept(level: str) -> bool:
    """Is it safe to store that something has this level? "" means that nobody has said yet."""
    return level == "" or not LEVELS[level].stop or LEVELS[level].event_decides


def why_not_taken(level: str, *, accepts_official: bool) -> str:
    """What to do instead of using data of this level here; "" when it may be used."""
    if level not in LEVELS:
        return ""
    known = LEVELS[level]
    return "" if known.event_decides and accepts_official else known.stop


def markings_in(*texts: str) -> list[str]:
    """The protective markings that stand in these texts, each once, in order: for a person to look at."""
    return list(dict.fromkeys(found for text in texts for found in _MARKING.findall(text)))
