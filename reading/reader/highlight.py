"""The entry's text cut where quotations begin and end: a page marks them and changes no letter."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Fragment:
    """A stretch of text. `anchor` names the quotation that begins here; `labels` say what quotes it."""

    text: str
    anchor: str = ""
    labels: tuple[str, ...] = ()


def anchor_of(start: int, end: int) -> str:
    return f"q{start}-{end}"


def fragments(text: str, quotes: Iterable[tuple[int, int, str]]) -> list[Fragment]:
    """Cut `text` at the quotations (start, end, label) in it. Joined again, the fragments are the text.

    Quotations may overlap: a fragment carries the label of each that covers it, and the first
    fragment of a quotation carries its anchor (the longest one's, when two begin together).
    """
    inside = sorted({quote for quote in quotes if 0 <= quote[0] < quote[1] <= len(text)})
    cuts = sorted({0, len(text), *(cut for start, end, _ in inside for cut in (start, end))})
    longest = {start: end for start, end, _ in inside}
    made = []
    for start, end in pairwise(cuts):
        labels = tuple(dict.fromkeys(label for low, high, label in inside if low <= start and end <= high))
        anchor = anchor_of(start, longest[start]) if start in longest else ""
        made.append(Fragment(text[start:end], anchor, labels))
    return made


@dataclass(frozen=True)
class Stretch(Fragment):
    """A fragment as it is printed: a soft wrap is a space. `start` and `end` count in the stored text.

    `anchors` names every quotation that begins here; `anchor` is the first of them.
    """

    start: int = 0
    end: int = 0
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class DisplayBlock:
    """What is printed together: `kind` is heading, paragraph, item, cell or code."""

    kind: str
    start: int
    end: int
    fragments: tuple[Stretch, ...]


FENCE = re.compile(r"^\s{0,12}(?:`{3,}|~{3,})")
HEAD = re.compile(r"^ {0,3}#{1,6}[ \t]+")
BULLET = re.compile(r"^[ \t]*(?:>[ \t]?)*[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
ROW = re.compile(r"^[ \t]*\|")
RULE = re.compile(r"^[ \t>]*(?:[-*_=][ \t]*){3,}$|^[ \t|:+-]*-{2,}[ \t|:+-]*$")
QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+")


def blocks(text: str, quotes: Iterable[tuple[int, int, str]]) -> list[DisplayBlock]:
    """The visible text in the blocks a reader would see, each cut where quotations begin and end.

    Marks of headings, items and quotations are left out of what is printed, and so are lines that only
    rule or fence; every other letter is printed once, in order. Anchors are those of `fragments`.
    """
    inside = [quote for quote in quotes if 0 <= quote[0] < quote[1] <= len(text)]
    placed: set[tuple[int, int]] = set()
    return [
        DisplayBlock(kind, runs[0][0], runs[-1][1], _stretches(text, kind, runs, inside, placed))
        for kind, runs in _display(text)
    ]


def _display(text: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Blocks as runs of the text, one for each of their lines."""
    found: list[tuple[str, list[tuple[int, int]]]] = []
    kind = ""
    fenced = False
    at = 0
    for line in text.split("\n"):
        start, end, at = at, at + len(line), at + len(line) + 1
        if FENCE.match(line):
            fenced, kind = not fenced, ""
            continue
        if fenced:
            if kind != "code":
                kind = "code"
                found.append((kind, []))
            found[-1][1].append((start, end))
            continue
        if not line.strip() or RULE.match(line):
            kind = ""
            continue
        if head := HEAD.match(line):
            found.append(("heading", [(start + head.end(), end)]))
            kind = ""
        elif ROW.match(line):
            found.append(("cell", [(start, end)]))
            kind = ""
        elif bullet := BULLET.match(line):
            kind = "item"
            found.append((kind, [(start + bullet.end(), end)]))
        else:
            quoted = QUOTED.match(line)
            first = start + (quoted.end() if quoted else 0)
            if not kind:
                kind = "paragraph"
                found.append((kind, []))
            found[-1][1].append((first, end))
    return [(kind, runs) for kind, runs in found if any(text[a:b].strip() for a, b in runs)]


def _stretches(
    text: str,
    kind: str,
    runs: list[tuple[int, int]],
    quotes: list[tuple[int, int, str]],
    placed: set[tuple[int, int]],
) -> tuple[Stretch, ...]:
    """The runs with the breaks between them, cut at the quotations.

    A quotation's first printed letter carries its anchor, once, also when it begins in a mark not printed.
    """
    first, last = runs[0][0], runs[-1][1]
    within = sorted({quote for quote in quotes if quote[0] < last and first < quote[1]})
    cuts = {at for run in runs for at in run} | {min(max(at, first), last) for q in within for at in q[:2]}
    made: list[Stretch] = []
    for start, end in pairwise(sorted(cuts)):
        shown = any(low <= start and end <= high for low, high in runs)
        words = text[start:end] if shown else ("\n" if kind == "code" else " ")
        labels = tuple(dict.fromkeys(label for low, high, label in within if low <= start and end <= high))
        begun = {(low, high) for low, high, _ in within if low <= start < high} - placed
        anchors: tuple[str, ...] = ()
        if shown and words.strip():
            placed |= begun
            anchors = tuple(anchor_of(*quote) for quote in sorted(begun, key=lambda q: (-q[1], q[0])))
        made.append(Stretch(words, anchors[0] if anchors else "", labels, start, end, anchors))
    return tuple(made)
