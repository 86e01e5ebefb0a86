"""Numbered passages of the visible text: the only things that can be quoted."""

import re
from dataclasses import dataclass

from reading.reader.text import CODE, HEADING, LINKS, Extracted

LONGEST = 400
MOST = 400
SHORTEST = 40  # a shorter sentence is read with its neighbour
STOPS = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9À-Þ])|(?<=[。！？।])\s*")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|approx|no|fig|dr|mr|mrs|ms|prof|st)\.|\b[A-Z]\.)[\"')\]]*$", re.I
)
WORD = re.compile(r"[^\W\d_]{2,}")
TREE = re.compile(r"[│├└─┌┐┘┤┬┴┼╭╮╰╯]|^\s*[|+]?[-\\]{2,}")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+")


@dataclass(frozen=True)
class Passage:
    id: str
    text: str
    start: int
    end: int
    line: int
    heading: str
    block: int
    field: str = ""
    page: int = 0


def segment(extracted: Extracted) -> list[Passage]:
    """Sentences, short ones joined within their paragraph, in reading order."""
    text = extracted.visible
    found: list[Passage] = []
    heading = ""
    line, counted = 1, 0
    for number, block in enumerate(extracted.blocks):
        if block.kind == HEADING:
            heading = text[block.start : block.end]
            continue
        if block.kind in {CODE, LINKS} or not worth_reading(text[block.start : block.end]):
            continue
        for start, end in spans(text, block.start, block.end):
            if len(WORD.findall(text[start:end])) < 3:
                continue
            line += text.count("\n", counted, start)
            counted = start
            name = f"S{len(found) + 1:03d}"
            found.append(
                Passage(name, text[start:end], start, end, line, heading, number, block.field, block.page)
            )
            if len(found) == MOST:
                return found
    return found


def worth_reading(block: str) -> bool:
    """False for tree drawings, rows of links and what has no words."""
    if TREE.search(block):
        return False
    return len(WORD.findall(ADDRESS.sub(" ", block))) >= 3


def spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    sentences: list[tuple[int, int]] = []
    at = start
    for stop in STOPS.finditer(text, start, end):
        if ABBREVIATION.search(text, max(at, stop.start() - 8), stop.start()) and stop.start() < end:
            continue
        sentences.append((at, stop.start()))
        at = stop.end()
    sentences.append((at, end))
    joined: list[tuple[int, int]] = []
    for first, last in sentences:
        if (
            joined
            and last - joined[-1][0] <= LONGEST
            and (last - first < SHORTEST or joined[-1][1] - joined[-1][0] < SHORTEST)
        ):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [cut for first, last in joined for cut in _cut(text, first, last)]


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Trimmed, and in pieces of at most LONGEST characters, broken where a reader would breathe."""
    pieces: list[tuple[int, int]] = []
    while True:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end - start <= LONGEST:
            return [*pieces, (start, end)] if end > start else pieces
        window = text[start : start + LONGEST]
        at = max(window.rfind(mark, LONGEST // 2) for mark in ("; ", ", ", ": ", "\n"))
        at = at + 1 if at > 0 else window.rfind(" ", LONGEST // 2)
        at = at if at > 0 else LONGEST
        last = start + at
        while last > start and text[last - 1].isspace():
            last -= 1
        pieces.append((start, last))
        start += at
