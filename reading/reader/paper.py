"""From glyphs on sheets of paper to text in reading order, without what the eye would not see."""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby

from reading.reader import invisible
from reading.reader.text import HEADING, ITEM, PARAGRAPH, Block, Mark, Piece

UNNAMED = "\ufffd"
WHITE = (1.0, 1.0, 1.0)
NEAR = 0.12  # of each channel: no eye tells such colours apart on paper
CELL = 40.0  # points: the side of a square of the index of shapes
FARTHEST = 60  # squares: what lies beyond is looked up shape by shape
GUTTER = 10.0  # points between two columns
APART = 1.8  # letters' sizes between two pieces of one line
BULLETS = ("•", "◦", "▪", "‣", "–", "-", "*", "\uf0b7", "·", "o")
LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
HEAD = 1.15  # times the size of most of the text
LONGEST_HEAD = 120
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    order: int
    colours: tuple[Colour | None, ...]
    why: str = ""
    upright: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    points: list[tuple[float, float]]
    box: tuple[float, float, float, float]
    colour: Colour | None
    covers: bool
    order: int

    def holds(self, x: float, y: float) -> bool:
        if not (self.box[0] <= x <= self.box[2] and self.box[1] <= y <= self.box[3]):
            return False
        inside = False
        ax, ay = self.points[-1]
        for bx, by in self.points:
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
            ax, ay = bx, by
        return inside


@dataclass
class Sheet:
    glyphs: list[Glyph]
    shapes: list[Shape]


@dataclass
class Run:
    """Letters beside each other on one line."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float


@dataclass
class Box:
    """Lines under each other that belong together."""

    runs: list[Run] = field(default_factory=list)

    @property
    def x0(self) -> float:
        return min(run.x0 for run in self.runs)

    @property
    def x1(self) -> float:
        return max(run.x1 for run in self.runs)

    @property
    def y0(self) -> float:
        return min(run.y0 for run in self.runs)

    @property
    def y1(self) -> float:
        return max(run.y1 for run in self.runs)


def piece(sheets: list[Sheet]) -> Piece:
    """Sheets in order, each block with its page; hidden words apart, each with why and its page."""
    shown = [[glyph for glyph in seen(sheet) if glyph.text] for sheet in sheets]
    sizes = Counter(round(glyph.size) for glyphs in shown for glyph in glyphs if not glyph.why)
    body = max(sizes, key=lambda size: (sizes[size], -size), default=0)
    made = Piece("", [], [], [])
    text: list[str] = []
    length = 0
    for page, glyphs in enumerate(shown, 1):
        for why, words in _unseen([glyph for glyph in glyphs if glyph.why]):
            made.hidden.append((why, words, page))
        for kind, lines in _blocks([glyph for glyph in glyphs if not glyph.why], body):
            written, marks = _clean(lines, length)
            if not written.strip():
                continue
            made.blocks.append(Block(kind, length, length + len(written), page=page))
            made.marks.extend(marks)
            text.append(written)
            text.append("\n\n")
            length += len(written) + 2
    made.visible = "".join(text).rstrip("\n")
    return made


def seen(sheet: Sheet) -> list[Glyph]:
    """The glyphs in the order of painting, each hidden one with the reason."""
    squares = _squares(sheet.shapes)
    return [
        glyph if glyph.why or glyph.text.isspace() else replace(glyph, why=_why(glyph, squares, sheet.shapes))
        for glyph in sheet.glyphs
    ]


def _squares(shapes: list[Shape]) -> dict[tuple[int, int], list[Shape]]:
    """Which shapes reach into each square of the sheet."""
    found: dict[tuple[int, int], list[Shape]] = {}
    for shape in shapes:
        x0, y0, x1, y1 = (int(side // CELL) for side in shape.box)
        x0, y0, x1, y1 = max(x0, -1), max(y0, -1), min(x1, FARTHEST), min(y1, FARTHEST)
        for across in range(x0, x1 + 1):
            for up in range(y0, y1 + 1):
                found.setdefault((across, up), []).append(shape)
    return found


def _why(glyph: Glyph, squares: dict[tuple[int, int], list[Shape]], shapes: list[Shape]) -> str:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.y0 + glyph.y1) / 2
    behind: Colour | None = WHITE
    square = (int(x // CELL), int(y // CELL))
    far = max(square) > FARTHEST or min(square) < -1
    near = shapes if far else squares.get(square, [])
    for shape in near:
        if not shape.holds(x, y):
            continue
        if shape.order < glyph.order:
            behind = shape.colour
        elif shape.covers:
            return "covered_text"
    alike = [colour is not None and behind is not None and _alike(colour, behind) for colour in glyph.colours]
    return "background_colour" if alike and all(alike) else ""


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def _unseen(glyphs: list[Glyph]) -> list[tuple[str, str]]:
    """What was hidden, in the order of painting: what is hidden in one way and follows is one piece."""
    found = []
    for why, group in groupby(glyphs, key=lambda glyph: glyph.why):
        out: list[str] = []
        last: Glyph | None = None
        for glyph in group:
            if last and (
                abs(glyph.y0 - last.y0) > 0.4 * max(glyph.size, last.size)
                or not -4 * last.size < glyph.x0 - last.x1 < 0.2 * last.size
            ):
                out.append(" ")
            out.append(glyph.text)
            last = glyph
        if words := " ".join(invisible.clean("".join(out)).split()):
            found.append((why, words))
    return found


def _blocks(glyphs: list[Glyph], body: int) -> list[tuple[str, list[str]]]:
    """In reading order, headings and items told from paragraphs."""
    runs = _runs([glyph for glyph in glyphs if glyph.upright])
    turned = _unseen([replace(glyph, why="turned") for glyph in glyphs if not glyph.upright])
    found: list[tuple[str, list[str]]] = []
    for box in in_order(_boxes(runs)):
        size = max(run.size for run in box.runs)
        kind, lines = PARAGRAPH, list[str]()
        for run in box.runs:
            if run.text.split(" ", 1)[0] in BULLETS and " " in run.text:
                if lines:
                    found.append((kind, lines))
                kind, lines = ITEM, [run.text.split(" ", 1)[1]]
            else:
                lines.append(run.text)
        length = sum(map(len, lines))
        if (
            kind == PARAGRAPH
            and size > HEAD * body
            and length < LONGEST_HEAD
            and not lines[-1].endswith((".", ";", ","))
        ):
            kind = HEADING
        found.append((kind, lines))
    return found + [(PARAGRAPH, [words]) for _, words in turned]


def _runs(glyphs: list[Glyph]) -> list[Run]:
    """Letters on one line, cut where a gap is wider than any between words."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (-(g.y0 + g.y1) / 2, g.x0, g.order)):
        line = lines[-1] if lines else None
        if line and abs((glyph.y0 + glyph.y1) - (line[0].y0 + line[0].y1)) / 2 <= 0.4 * line[0].size:
            line.append(glyph)
        else:
            lines.append([glyph])
    runs: list[Run] = []
    for line in lines:
        line.sort(key=lambda g: (g.x0, g.order))
        run: Run | None = None
        for glyph in line:
            if glyph.text.isspace():
                continue
            gap = glyph.x0 - run.x1 if run else 0.0
            if run is None or gap > APART * max(glyph.size, run.size):
                run = Run(glyph.text, glyph.x0, glyph.y0, glyph.x1, glyph.y1, glyph.size)
                runs.append(run)
                continue
            run.text += (" " if gap > 0.16 * glyph.size else "") + glyph.text
            run.x1, run.size = max(run.x1, glyph.x1), max(run.size, glyph.size)
            run.y0, run.y1 = min(run.y0, glyph.y0), max(run.y1, glyph.y1)
    return runs


def _boxes(runs: list[Run]) -> list[Box]:
    """Each line joins the box that ends just above it, if it has its size and lies under it."""
    boxes: list[Box] = []
    for run in sorted(runs, key=lambda r: (-r.y1, r.x0)):
        best = None
        for box in reversed(boxes[-40:]):
            last = box.runs[-1]
            overlap = min(run.x1, last.x1) - max(run.x0, last.x0)
            if (
                -0.5 * run.size < last.y0 - run.y1 < 0.75 * run.size
                and overlap > 0.3 * min(run.x1 - run.x0, last.x1 - last.x0)
                and 0.85 < run.size / last.size < 1.18
            ):
                best = box
                break
        if best:
            best.runs.append(run)
        else:
            boxes.append(Box([run]))
    return boxes


def in_order(boxes: list[Box], depth: int = 0) -> list[Box]:
    """Top to bottom; where a clear gutter runs down, the left side of it first."""
    if len(boxes) < 2 or depth > 20:
        return sorted(boxes, key=lambda box: (-box.y1, box.x0))
    bands = _bands(boxes)
    groups: list[list[Box]] = []
    for band in bands:
        if groups and _gutter(groups[-1] + band) is not None:
            groups[-1] = groups[-1] + band
        else:
            groups.append(band)
    ordered: list[Box] = []
    for group in groups:
        middle = _gutter(group)
        if middle is not None:
            ordered += in_order([box for box in group if box.x1 <= middle], depth + 1)
            ordered += in_order([box for box in group if box.x1 > middle], depth + 1)
        elif len(group) < len(boxes):
            ordered += in_order(group, depth + 1)
        else:
            ordered += sorted(group, key=lambda box: (-box.y1, box.x0))
    return ordered


def _bands(boxes: list[Box]) -> list[list[Box]]:
    bands: list[list[Box]] = []
    bottom = 0.0
    for box in sorted(boxes, key=lambda b: -b.y1):
        if bands and box.y1 > bottom:
            bands[-1].append(box)
            bottom = min(bottom, box.y0)
        else:
            bands.append([box])
            bottom = box.y0
    return bands


def _gutter(boxes: list[Box]) -> float | None:
    """The middle of the first strip from top to bottom that no box reaches into."""
    reach = None
    for box in sorted(boxes, key=lambda b: b.x0):
        if reach is not None and box.x0 - reach >= GUTTER:
            return (box.x0 + reach) / 2
        reach = box.x1 if reach is None else max(reach, box.x1)
    return None


def _clean(lines: list[str], at: int) -> tuple[str, list[Mark]]:
    """The lines as they are seen; where something invisible was taken out, a mark at the whole of them."""
    text = unicodedata.normalize("NFC", "\n".join(lines).translate(LIGATURES))
    text, removed = invisible.strip(invisible.CONTROL.sub("", text))
    points = sorted({f"U+{ord(c):04X}" for run in removed if run.suspect for c in run.points})[:4]
    return text, [Mark(at, at + len(text), ", ".join(points))] if points else []
