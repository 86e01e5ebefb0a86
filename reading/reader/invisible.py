"""Characters that a reader does not see. They are taken out, and told apart from the legitimate ones."""

import re
from dataclasses import dataclass

# Zero-width and direction marks, separators, operators, byte order mark, soft hyphen, tag characters.
INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\U000e0000-\U000e007f]+")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")  # England, Scotland, Wales
JOINERS = "\u200c\u200d"
EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff\ufe0f\u20e3\u00a9\u00ae]")
# Scripts whose spelling needs joiners: Arabic, Syriac, the Indic ones, Sinhala, Khmer, Mongolian.
JOINED = re.compile("[\u0600-\u08ff\u0900-\u0dff\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True)
class Removed:
    """A run that was taken out before `at`; `letters` is what tag characters spelt."""

    at: int
    points: str
    suspect: bool
    letters: str = ""


def strip(text: str) -> tuple[str, list[Removed]]:
    """The text as it is seen, and what was taken out. Emoji joiners and flags stay."""
    out: list[str] = []
    removed: list[Removed] = []
    length = done = 0
    legal = {(m.start() + 1, m.end()) for m in FLAG.finditer(text)}
    for run in INVISIBLE.finditer(text):
        start, end = run.span()
        if any(low <= start and end <= high for low, high in legal):
            continue
        points = run.group()
        before, after = text[start - 1 : start], text[end : end + 1]
        if len(points) == 1 and _joins(points, before, after):
            continue
        out.append(text[done:start])
        length += start - done
        if points in ("\u2028", "\u2029"):
            out.append("\n")
            length += 1
        removed.append(Removed(length, points, _suspect(points, before, after, start), _letters(points)))
        done = end
    out.append(text[done:])
    return "".join(out), removed


def clean(text: str) -> str:
    return CONTROL.sub("", strip(text)[0])


def _joins(point: str, before: str, after: str) -> bool:
    if point == "\u200d" and EMOJI.match(before) and EMOJI.match(after):
        return True
    if point in JOINERS and JOINED.match(before):
        return True
    return point in "\u200e\u200f" and bool(RIGHT_TO_LEFT.match(before) or RIGHT_TO_LEFT.match(after))


def _suspect(points: str, before: str, after: str, start: int) -> bool:
    """Word processors leave single marks behind; runs and marks inside a word are somebody's work."""
    if set(points) <= {"\ufeff"}:
        return start != 0 and before.isalnum() and after.isalnum()
    if points in ("\u2028", "\u2029", "\u00ad"):
        return False
    if any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" or c >= "\U000e0000" for c in points):
        return True
    return len(points) > 2 or (before.isalnum() and after.isalnum())


def _letters(points: str) -> str:
    shifted = [chr(ord(c) - 0xE0000) for c in points if c >= "\U000e0000"]
    return "".join(c for c in shifted if c.isprintable())
