"""A Word document as the reader of its print would see it: the last version, with nobody's remarks.

Deleted and moved text, comments, alternative text and what its formatting hides are set apart. Nothing is
fetched: addresses, templates and embedded files are not even read.
"""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError  # types alone: defusedxml parses

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reading.reader import invisible
from reading.reader.text import CELL, HEADING, ITEM, LONGEST, PARAGRAPH, Block, Mark, Piece, Unreadable

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MOST_FILES = 5_000
LARGEST = 40_000_000  # bytes of one file inside, unpacked
DEEPEST = 200
SMALLEST = 8  # half points
NEAR = 0.12
OLD = b"\xd0\xcf\x11\xe0"  # the container of .doc, and of .docx with a password
NOT_WORD = "The document is not a Word document (.docx), whatever its name says"
BROKEN = "The Word document is damaged and cannot be read. Save it again, or as .md"
PROTECTED = (
    "The Word document is protected by a password or of an old kind. Save it as .docx without a password"
)
TOO_LARGE = "The Word document is too large when unpacked. Save the text alone as .docx or .md"
NOTES = (("footnotes", "footnote"), ("endnotes", "endnote"))
BACKGROUNDS = {"background1", "light1", "lt1", "bg1"}
HIGHLIGHTS = {"black": "000000", "white": "FFFFFF", "yellow": "FFFF00", "blue": "0000FF", "red": "FF0000"}


@dataclass(frozen=True)
class Look:
    """Formatting that decides whether letters are seen. None: as what it stands in."""

    vanish: bool | None = None
    colour: str | None = None
    size: int | None = None
    behind: str | None = None

    def over(self, other: "Look") -> "Look":
        mine = {key: value for key, value in vars(self).items() if value is not None}
        return Look(**vars(other) | mine)

    def why(self) -> str:
        if self.vanish:
            return "vanish"
        if self.size is not None and self.size < SMALLEST:
            return "tiny_text"
        behind = self.behind if self.behind not in (None, "auto") else "FFFFFF"
        if self.colour not in (None, "auto") and _alike(str(self.colour), str(behind)):
            return "background_colour"
        return ""


@dataclass
class Style:
    look: Look
    based_on: str
    heading: bool
    item: bool


@dataclass
class Writer:
    """The text as it grows, paragraph by paragraph."""

    styles: dict[str, Style]
    defaults: Look
    background: str = "FFFFFF"
    out: list[str] = field(default_factory=list)
    length: int = 0
    made: Piece = field(default_factory=lambda: Piece("", [], [], []))
    line: int = 1

    def paragraph(self, kind: str, pieces: list[tuple[str, str]]) -> None:
        """`pieces` are (why hidden or nothing, words)."""
        text = unicodedata.normalize("NFC", "".join(words for why, words in pieces if not why))
        text, removed = invisible.strip(invisible.CONTROL.sub("", text.replace("\xa0", " ")))
        text = text.strip()
        last = ""
        for why, words in pieces:
            if why and why == last:
                before = self.made.hidden.pop()[1] if self.made.hidden else ""
                self.made.hidden.append((why, before + words, self.line))
            elif why:
                self.made.hidden.append((why, words, self.line))
            last = why
        if not text:
            return
        if self.length + len(text) > LONGEST:
            raise Unreadable(f"The text is longer than {LONGEST:,} characters")
        end = self.length + len(text)
        self.made.blocks.append(Block(kind, self.length, end))
        points = sorted({f"U+{ord(c):04X}" for run in removed if run.suspect for c in run.points})[:4]
        if points:
            self.made.marks.append(Mark(self.length, end, ", ".join(points)))
        for run in removed:
            if run.letters:
                self.made.hidden.append(("tag_characters", run.letters, self.line))
        self.out.append(f"{text}\n\n")
        self.length = end + 2
        self.line += text.count("\n") + 2

    def note(self, why: str, words: str) -> None:
        self.made.hidden.append((why, words, self.line))

    def finish(self) -> Piece:
        self.made.visible = "".join(self.out).rstrip("\n")
        hidden = [
            (why, " ".join(invisible.clean(words).split()), line) for why, words, line in self.made.hidden
        ]
        self.made.hidden = [row for row in hidden if row[1]]
        return self.made


def piece(data: bytes) -> Piece:
    if data.startswith(OLD):
        raise Unreadable(PROTECTED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if len(package.infolist()) > MOST_FILES:
                raise Unreadable(TOO_LARGE)
            if "word/document.xml" not in package.namelist():
                raise Unreadable(NOT_WORD)
            return _read(package)
    except zipfile.BadZipFile as error:
        raise Unreadable(NOT_WORD if not data.startswith(b"PK") else BROKEN) from error
    except (ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(BROKEN) from error
    except DefusedXmlException as error:
        raise Unreadable("The Word document holds definitions that no word processor writes") from error


def _read(package: zipfile.ZipFile) -> Piece:
    document = _xml(package, "document")
    if document is None:
        raise Unreadable(BROKEN)
    styles, defaults = _styles(_xml(package, "styles"))
    backdrop = document.find(f"{WORD}background")
    background = _colour(backdrop, "color") if backdrop is not None else None
    writer = Writer(styles, defaults, background if background not in (None, "auto") else "FFFFFF")
    base = Look(behind=writer.background).over(defaults)
    body = document.find(f"{WORD}body")
    _body(body if body is not None else document, writer, base)
    for name, tag in NOTES:
        notes = _xml(package, name)
        for note in notes.iter(f"{WORD}{tag}") if notes is not None else ():
            if note.get(f"{WORD}type") in (None, "normal"):
                _body(note, writer, base)
    for name in ("comments",):
        remarks = _xml(package, name)
        for remark in remarks.iter(f"{WORD}comment") if remarks is not None else ():
            writer.note("remark", " ".join(node.text or "" for node in remark.iter(f"{WORD}t")))
    return writer.finish()


def _xml(package: zipfile.ZipFile, name: str) -> Element | None:
    path = f"word/{name}.xml"
    if path not in package.namelist():
        return None
    with package.open(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(TOO_LARGE)
    return fromstring(data, forbid_dtd=True)


def _styles(sheet: Element | None) -> tuple[dict[str, Style], Look]:
    if sheet is None:
        return {}, Look()
    found: dict[str, Style] = {}
    for style in sheet.iter(f"{WORD}style"):
        paragraph, base = style.find(f"{WORD}pPr"), style.find(f"{WORD}basedOn")
        name = style.find(f"{WORD}name")
        called = (name.get(f"{WORD}val") or "").lower() if name is not None else ""
        found[style.get(f"{WORD}styleId") or ""] = Style(
            _look(style.find(f"{WORD}rPr")),
            (base.get(f"{WORD}val") or "") if base is not None else "",
            called.startswith("heading") or called in {"title", "subtitle"} or _has(paragraph, "outlineLvl"),
            _has(paragraph, "numPr") or called.startswith("list"),
        )
    defaults = sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault/{WORD}rPr")
    return found, _look(defaults)


def _style(writer: Writer, name: str) -> Style:
    """The style with what it rests on; a ring of styles ends."""
    whole = Style(Look(), "", False, False)
    for _ in range(20):
        style = writer.styles.get(name)
        if style is None:
            break
        whole = Style(
            whole.look.over(style.look), "", whole.heading or style.heading, whole.item or style.item
        )
        name = style.based_on
    return whole


def _body(parent: Element, writer: Writer, base: Look, cell: bool = False, depth: int = 0) -> None:
    """Paragraphs and tables in order, whatever holds them."""
    if depth > DEEPEST:
        raise Unreadable("The document has too many elements inside each other to be read")
    for node in _chosen(parent):
        if node.tag == f"{WORD}p":
            _paragraph(node, writer, base, cell, depth)
        elif node.tag == f"{WORD}tc":
            properties = node.find(f"{WORD}tcPr")
            _body(node, writer, _shade(properties).over(base), True, depth + 1)
        elif node.tag in {f"{WORD}del", f"{WORD}moveFrom"}:
            writer.note("deleted", " ".join(node.itertext()))
        elif node.tag not in {f"{WORD}sectPr", f"{WORD}tblPr", f"{WORD}trPr", f"{WORD}tcPr", f"{WORD}sdtPr"}:
            _body(node, writer, base, cell, depth + 1)


def _paragraph(node: Element, writer: Writer, base: Look, cell: bool, depth: int) -> None:
    properties = node.find(f"{WORD}pPr")
    named = properties.find(f"{WORD}pStyle") if properties is not None else None
    style = _style(writer, (named.get(f"{WORD}val") or "") if named is not None else "")
    look = _shade(properties).over(style.look).over(base)
    kind = CELL if cell else PARAGRAPH
    if style.heading or _has(properties, "outlineLvl"):
        kind = HEADING
    elif style.item or _has(properties, "numPr"):
        kind = ITEM
    pieces: list[tuple[str, str]] = []
    boxes: list[Element] = []
    _runs(node, writer, look, why="", pieces=pieces, boxes=boxes, depth=depth)
    writer.paragraph(kind, pieces)
    for box in boxes:
        _body(box, writer, base, cell, depth + 1)


def _runs(
    parent: Element,
    writer: Writer,
    look: Look,
    *,
    why: str,
    pieces: list[tuple[str, str]],
    boxes: list[Element],
    depth: int,
) -> None:
    if depth > DEEPEST:
        raise Unreadable("The document has too many elements inside each other to be read")
    for node in _chosen(parent):
        tag = node.tag.rpartition("}")[2]
        if tag == "r":
            properties = node.find(f"{WORD}rPr")
            named = properties.find(f"{WORD}rStyle") if properties is not None else None
            style = _style(writer, (named.get(f"{WORD}val") or "") if named is not None else "")
            own = _look(properties).over(style.look).over(look)
            _runs(node, writer, own, why=why, pieces=pieces, boxes=boxes, depth=depth + 1)
        elif tag == "t" and node.tag.startswith(WORD):
            pieces.append((why or look.why(), node.text or ""))
        elif tag == "delText":
            pieces.append(("deleted", node.text or ""))
        elif tag in {"tab", "br", "cr", "noBreakHyphen"} and node.tag.startswith(WORD):
            pieces.append((why, {"tab": " ", "noBreakHyphen": "-"}.get(tag, "\n")))
        elif tag in {"del", "moveFrom"} and node.tag.startswith(WORD):
            _runs(node, writer, look, why="deleted", pieces=pieces, boxes=boxes, depth=depth + 1)
        elif tag == "txbxContent":
            boxes.append(node)
        elif tag in {"docPr", "cNvPr"}:
            for name in ("descr", "title"):
                writer.note("image_alt", node.get(name) or "")
        elif tag not in {"pPr", "rPr", "instrText", "delInstrText", "sdtPr", "sdtEndPr", "object"}:
            if tag == "hyperlink":
                writer.note("link_title", node.get(f"{WORD}tooltip") or "")
            _runs(node, writer, look, why=why, pieces=pieces, boxes=boxes, depth=depth + 1)


def _chosen(parent: Element) -> Iterator[Element]:
    """The children; of alternatives the one that a present-day word processor shows."""
    for node in parent:
        if not isinstance(node.tag, str):
            continue
        if node.tag == f"{COMPATIBLE}AlternateContent":
            options = list(node)
            shown = [option for option in options if option.tag == f"{COMPATIBLE}Choice"] or options
            yield from (child for child in shown[0]) if shown else ()
        else:
            yield node


def _look(properties: Element | None) -> Look:
    if properties is None:
        return Look()
    size = properties.find(f"{WORD}sz")
    digits = (size.get(f"{WORD}val") or "") if size is not None else ""
    shade = _shade(properties).behind
    highlight = properties.find(f"{WORD}highlight")
    if highlight is not None:
        shade = HIGHLIGHTS.get(highlight.get(f"{WORD}val") or "", "808080")
    colour = properties.find(f"{WORD}color")
    vanish = _on(properties, "vanish")
    return Look(
        vanish,
        _colour(colour, "val") if colour is not None else None,
        int(digits) if digits.isdecimal() else None,
        shade,
    )


def _shade(properties: Element | None) -> Look:
    shade = properties.find(f"{WORD}shd") if properties is not None else None
    fill = _colour(shade, "fill") if shade is not None else None
    return Look(behind=None if fill == "auto" else fill)


def _colour(node: Element, name: str) -> str | None:
    value = node.get(f"{WORD}{name}")
    theme = node.get(f"{WORD}themeColor" if name == "val" else f"{WORD}themeFill")
    if value in (None, "auto") and theme:
        return "FFFFFF" if theme in BACKGROUNDS else "000000"
    return value


def _on(properties: Element, name: str) -> bool | None:
    node = properties.find(f"{WORD}{name}")
    return None if node is None else (node.get(f"{WORD}val") or "1").lower() not in {"0", "false", "off"}


def _has(properties: Element | None, name: str) -> bool:
    return properties is not None and properties.find(f"{WORD}{name}") is not None


def _alike(one: str, other: str) -> bool:
    try:
        pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (0, 2, 4)]
    except ValueError:
        return False
    return all(abs(a - b) <= 255 * NEAR for a, b in pairs)
