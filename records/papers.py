"""A draft transparency record as a Word document and as Markdown."""

import io
import re
from collections.abc import Iterable
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Row

from records.template import DRAFT, Filled, FilledSection

# What XML cannot hold; a person sees that something was there.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
COLUMNS = ("Field", "What the record says", "Where it came from")
WIDTHS = (5.5, 14.5, 5.0)
BLANK = "Blank"
REPEATS = "This group is repeated for each of them. Copy it as often as you need."


def clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def as_docx(title: str, facts: Iterable[str], sections: Iterable[FilledSection], at: datetime) -> bytes:
    """Headings, and a table with a heading row for each section, so that it can be read aloud and edited."""
    paper = Document()
    _set_up(paper, title, at)
    _label(paper)
    paper.add_heading(clean(title), 0)
    for fact in facts:
        paper.add_paragraph(clean(fact))
    for group in sections:
        section = group.section
        paper.add_heading(f"{section.id} {section.label}", 1)
        if section.note:
            paper.add_paragraph(section.note)
        if section.repeats:
            paper.add_paragraph(REPEATS)
        _table(paper, group.fields)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_up(paper: DocumentType, title: str, at: datetime) -> None:
    about = paper.core_properties
    about.title = clean(title)[:255]
    about.subject = DRAFT
    about.language = "en-GB"
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.created = about.modified = at.replace(tzinfo=None)
    normal = paper.styles["Normal"]
    normal.font.name = "Arial"  # type: ignore[attr-defined]
    normal.font.size = Pt(11)  # type: ignore[attr-defined]
    for style in paper.styles.element.iter(qn("w:lang")):
        style.set(qn("w:val"), "en-GB")
    for name in ("Title", "Heading 1"):
        font = paper.styles[name].font  # type: ignore[attr-defined]
        font.name = "Arial"
        font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        fonts = paper.styles[name].element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    page = paper.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)


def _label(paper: DocumentType) -> None:
    """At the top of the text, and of every page."""
    paper.add_paragraph().add_run(DRAFT).bold = True
    header = paper.sections[0].header.paragraphs[0]
    header.add_run(DRAFT).bold = True


def _table(paper: DocumentType, fields: list[Filled]) -> None:
    table = paper.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    for cell, words in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    _repeat_as_heading(table.rows[0])
    for one in fields:
        cells = table.add_row().cells
        number = f" (published as {one.field.number})" if one.field.number else ""
        cells[0].text = f"{one.field.title}{number}"
        if one.text:
            _paragraphs(cells[1], one.text)
            cells[2].text = clean(one.origin)
        else:
            cells[1].paragraphs[0].add_run(f"[{one.field.ask}]").italic = True
            cells[2].text = BLANK
    _set_widths(table)


def _paragraphs(cell, text: str) -> None:
    first = True
    for part in re.split(r"\n\s*\n", clean(text)):
        paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
        paragraph.add_run(part)
        first = False


def _repeat_as_heading(row: _Row) -> None:
    """The heading row: on each page, and known as such to those who do not see it."""
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(heading)


def _set_widths(table: Table) -> None:
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)


def as_markdown(title: str, facts: Iterable[str], sections: Iterable[FilledSection]) -> str:
    parts = [f"**{DRAFT}**", f"# {title}", *facts]
    for group in sections:
        section = group.section
        parts.append(f"## {section.id} {section.label}")
        parts += [part for part in (section.note, REPEATS if section.repeats else "") if part]
        for one in group.fields:
            parts.append(f"### {one.field.title}")
            parts += [one.text, f"*{one.origin}*"] if one.text else [f"*{BLANK}: {one.field.ask}*"]
    return "\n\n".join(parts) + "\n"
