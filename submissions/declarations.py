"""What a team may use, and what it declares, in this project's own words.

Which data levels a prototype platform takes is a safe default: an event may be stricter, never
looser. Wordings are kept for ever under the version that each revision records, so that it can
always be shown what was agreed to. A change of words is a new version.
"""

from typing import NamedTuple


class Level(NamedTuple):
    """A data level: what it covers, and what to do when it is not taken. An empty `stop`: always taken."""

    hint: str
    stop: str = ""
    event_decides: bool = False


LEVELS: dict[str, Level] = {
    "public": Level(
        hint="Already published, licensed for reuse, or synthetic and not derived from real records.",
    ),
    "official": Level(
        hint="Ordinary internal information that would do little harm if it leaked.",
        stop=(
            "This event takes open, published or made-up data only. Nothing on this page was saved. "
            "Replace the OFFICIAL data with a made-up version, take it out, then choose again."
        ),
        event_decides=True,
    ),
    "official_sensitive": Level(
        hint=(
            "Anything marked so, or that should be: personal casework, unannounced policy, negotiations, "
            "security detail."
        ),
        stop=(
            "OFFICIAL-SENSITIVE data must not be put on this platform. Nothing on this page was saved. "
            "Make a synthetic version: keep the shape of the data, invent every value, copy no real record. "
            "Take the real data out of your answers, then choose again."
        ),
    ),
    "secret": Level(
        hint="Never on this platform.",
        stop=(
            "Stop. SECRET and TOP SECRET data must never be put on this platform. "
            "Nothing on this page was saved. Speak to your security team now, and tell an organiser."
        ),
    ),
    "unsure": Level(
        hint="Stop here and ask an organiser before you go on.",
        stop=(
            "Ask an organiser which data level is right before you go on. Nothing on this page was saved. "
            "Until they answer, treat the data as OFFICIAL-SENSITIVE and keep it off this platform."
        ),
    ),
}


def why_not_taken(level: str, *, accepts_official: bool) -> str:
    """What to do instead of using data of this level here; "" when it may be used."""
    if level not in LEVELS:
        return ""
    known = LEVELS[level]
    return "" if known.event_decides and accepts_official else known.stop


DECLARATIONS: dict[str, tuple[str, ...]] = {
    "2026-11": (
        "I have used only open, published or made-up data, or data that the organisers have said "
        "may be used.",
        "There is no personal data about real people, other than the names of my team.",
        "There are no passwords, keys or access tokens in the files, code, slides or links.",
        "I understand that a language model may read this submission to prepare a summary, which service "
        "it is, and that people make every decision.",
        "I have the right to share this material with the judges and organisers.",
    ),
}
CURRENT_DECLARATIONS = "2026-11"
