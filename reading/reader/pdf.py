"""A PDF as its reader sees it, glyph by glyph in the order of painting: what the eye would miss is set apart.

Only what is painted on a page is read. Metadata, annotations, form fields and attachments never are.
"""

import io
import math
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFFont, PDFType3Font, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, dict_value, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.utils import apply_matrix_pt

from reading.reader import paper
from reading.reader.paper import Glyph, Shape
from reading.reader.text import LONGEST, Piece, Unreadable

MOST_PAGES = 200
SMALLEST = 4.0  # points
THINNEST = 0.3  # points, for a letter squeezed by its horizontal scaling
UNSEEN_ALPHA = 0.1
BROKEN = "The PDF is damaged and cannot be read. Export it again, or save the text as .docx or .md"
LOCKED = "The PDF is protected by a password. Save a copy without a password"
PICTURES = "The pages are pictures without text. Export the PDF from the original document, or type the text"
UNNAMED = (
    "The fonts of the PDF do not say which letters they show."
    " Export it again, or save the text as .docx or .md"
)
Colour = tuple[float, float, float]
Matrix = tuple[float, float, float, float, float, float]


def piece(data: bytes) -> Piece:
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("The document is not a PDF, whatever its name says")
    try:
        sheets = _sheets(data)
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise Unreadable(LOCKED) from error
    except PSException as error:
        raise Unreadable(BROKEN) from error
    if not sheets:
        raise Unreadable(BROKEN)
    glyphs = [glyph for sheet in sheets for glyph in sheet.glyphs]
    unnamed = sum(1 for glyph in glyphs if glyph.text == paper.UNNAMED)
    if unnamed > 0.3 * len(glyphs) and unnamed:
        raise Unreadable(UNNAMED)
    made = paper.piece([paper.Sheet(sheet.glyphs, sheet.shapes) for sheet in sheets])
    if not made.visible.strip() and (any(sheet.pictures for sheet in sheets) or not glyphs):
        raise Unreadable(PICTURES)
    return made


def _sheets(data: bytes) -> list["Device"]:
    document = PDFDocument(PDFParser(io.BytesIO(data)), password="")
    resources = PDFResourceManager(caching=True)
    sheets: list[Device] = []
    letters = 0
    for number, page in enumerate(PDFPage.create_pages(document), 1):
        if number > MOST_PAGES:
            raise Unreadable(f"The PDF has more than {MOST_PAGES} pages. Send the pages that matter")
        device = Device(resources, LONGEST - letters)
        Interpreter(resources, device).process_page(page)
        letters += len(device.glyphs)
        sheets.append(device)
    return sheets


@dataclass
class Device(PDFTextDevice):
    """Notes every glyph and filled shape of one page, each with its place in the order of painting."""

    rsrcmgr: PDFResourceManager
    room: int
    glyphs: list[Glyph] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    pictures: int = 0
    alpha: float = 1.0
    blends: bool = False
    mode: int = 0
    order: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.rsrcmgr)
        self.sheet = (0.0, 0.0, 0.0, 0.0)

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        box = page.cropbox or page.mediabox
        self.sheet = _box([apply_matrix_pt(ctm, (x, y)) for x in box[::2] for y in box[1::2]])

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """Forms and pictures are painted where they are called."""

    def end_figure(self, name: str) -> None:
        """As above."""

    def render_image(self, name: str, stream: PDFStream) -> None:
        self.pictures += 1
        corners = [apply_matrix_pt(self._matrix(), point) for point in ((0, 0), (1, 0), (1, 1), (0, 1))]
        see_through = any(stream.get(key) is not None for key in ("SMask", "Mask", "ImageMask", "IM"))
        self._shape(corners, None, opaque=not see_through)

    def paint_path(self, gstate: PDFGraphicState, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
        if not fill:
            return
        points: list[tuple[float, float]] = []
        for step in [*path, ("m",)]:
            if step[0] == "m" and len(points) > 2:
                self._shape(points, _rgb(gstate.ncs, gstate.ncolor), opaque=True)
            if step[0] == "m":
                points = []
            if len(step) > 2:
                points.append(apply_matrix_pt(self._matrix(), (step[-2], step[-1])))

    def render_string(
        self, textstate: PDFTextState, seq: Any, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        self.mode = textstate.render
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(  # noqa: PLR0917 (pdfminer calls it so)
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        if len(self.glyphs) >= self.room:
            raise Unreadable(f"The text is longer than {LONGEST:,} characters")
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = paper.UNNAMED
        advance = font.char_width(cid) * fontsize * scaling
        low = font.get_descent() * fontsize + rise
        corners = [apply_matrix_pt(matrix, (x, y)) for x in (0, advance) for y in (low, low + fontsize)]
        box = _box(corners)
        size = abs(fontsize) * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
        self.order += 1
        self.glyphs.append(
            Glyph(
                text,
                *box,
                size=size,
                order=self.order,
                colours=self._colours(ncs, graphicstate),
                why=self._why(text, size, box, drawn=isinstance(font, PDFType3Font)),
                upright=abs(matrix[1]) <= abs(matrix[0]) and matrix[0] * scaling > 0,
            )
        )
        return advance

    def _why(self, text: str, size: float, box: tuple[float, ...], *, drawn: bool) -> str:
        """What of the glyph itself keeps it from the eye; what lies over and under it is for `paper`."""
        if self.mode in (3, 7):
            return "invisible_text"
        if self.alpha < UNSEEN_ALPHA:
            return "transparent_text"
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not (self.sheet[0] <= x <= self.sheet[2] and self.sheet[1] <= y <= self.sheet[3]):
            return "off_the_page"
        thin = text.isalnum() and min(box[2] - box[0], box[3] - box[1]) < THINNEST
        return "tiny_text" if (size < SMALLEST or thin) and not drawn else ""

    def _colours(self, ncs: PDFColorSpace, state: PDFGraphicState) -> tuple[Colour | None, ...]:
        filled, drawn = _rgb(ncs, state.ncolor), _rgb(state.scs, state.scolor)
        return {1: (drawn,), 2: (filled, drawn), 5: (drawn,), 6: (filled, drawn)}.get(self.mode, (filled,))

    def _shape(self, points: list[tuple[float, float]], colour: Colour | None, *, opaque: bool) -> None:
        self.order += 1
        if self.alpha < UNSEEN_ALPHA:
            return
        if colour and self.alpha < 1:
            colour = tuple(1 - self.alpha * (1 - part) for part in colour)  # type: ignore[assignment]
        covers = opaque and self.alpha > 1 - UNSEEN_ALPHA and not self.blends
        self.shapes.append(Shape(points, _box(points), colour, covers, self.order))

    def _matrix(self) -> Matrix:
        assert self.ctm is not None
        return self.ctm


class Interpreter(PDFPageInterpreter):
    """Follows transparency too, which pdfminer passes over."""

    device: Device

    def init_state(self, ctm: Matrix) -> None:
        super().init_state(ctm)
        self.kept: list[tuple[float, bool]] = []

    def do_gs(self, name: Any) -> None:
        states = dict_value(self.resources.get("ExtGState") or {})
        state = dict_value(states.get(getattr(name, "name", "")) or {})
        alpha = resolve1(state.get("ca"))
        if isinstance(alpha, int | float):
            self.device.alpha = float(alpha)
        if "BM" in state:
            self.device.blends = getattr(resolve1(state["BM"]), "name", "") not in {"Normal", "Compatible"}

    def do_q(self) -> None:
        super().do_q()
        self.kept.append((self.device.alpha, self.device.blends))

    def do_Q(self) -> None:  # noqa: N802 (the operator's name)
        super().do_Q()
        if self.kept:
            self.device.alpha, self.device.blends = self.kept.pop()

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802
        before = self.device.alpha, self.device.blends
        super().do_Do(xobjid_arg)
        self.device.alpha, self.device.blends = before
        self.device.set_ctm(self.ctm)


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _rgb(space: PDFColorSpace | None, value: Any) -> Colour | None:
    """The colour where it can be told; patterns and spot colours cannot."""
    name = space.name if space else ""
    if name in {"Pattern", "Lab", "Indexed", "DeviceN"}:
        return None
    parts = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(part, int | float) for part in parts):
        return None
    if name == "Separation":
        return (1.0, 1.0, 1.0) if parts == [0] else None
    if len(parts) == 1:
        return parts[0], parts[0], parts[0]
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    if len(parts) == 4:
        red, green, blue = ((1 - part) * (1 - parts[3]) for part in parts[:3])
        return red, green, blue
    return None
