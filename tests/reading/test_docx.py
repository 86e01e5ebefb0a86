"""A Word document as its print shows it: the rest is set apart, bombs and outside references are refused."""

import io
import zipfile

import pytest

from reading.reader.child import look_apart
from reading.reader.look import Look
from reading.reader.read import read_file
from reading.reader.text import CELL, HEADING, ITEM, PARAGRAPH, Part
from tests.reading.documents import docx, locked_pdf, paragraph, paragraphs, run
from tests.reading.entries import ENTRY

SEEN = paragraph(run("The officer approves every answer."))


def look(body: str, files: dict[str, str] | None = None) -> Look:
    return look_apart([Part("", "", "", "docx", docx(body, files=files))])


def hidden(seen: Look) -> list[tuple[str, str]]:
    text = seen.extracted.text
    return [(row.kind, text[row.start : row.end]) for row in seen.extracted.hidden]


STYLES = (
    '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="base"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Child"><w:name w:val="child"/><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
)
HIDING = {
    "vanish": (paragraph(run("A heron", "<w:vanish/>")), "vanish"),
    "vanish by an inherited style": (
        paragraph(run("A heron"), properties='<w:pStyle w:val="Child"/>'),
        "vanish",
    ),
    "white": (paragraph(run("A heron", '<w:color w:val="FFFFFF"/>')), "background_colour"),
    "white by theme": (
        paragraph(run("A heron", '<w:color w:val="auto" w:themeColor="background1"/>')),
        "background_colour",
    ),
    "blue on blue": (
        paragraph(run("A heron", '<w:color w:val="000080"/><w:shd w:fill="000088"/>')),
        "background_colour",
    ),
    "tiny": (paragraph(run("A heron", '<w:sz w:val="2"/>')), "tiny_text"),
    "deleted": (paragraph("<w:del><w:r><w:delText>A heron</w:delText></w:r></w:del>"), "deleted"),
    "moved away": (paragraph(f"<w:moveFrom>{run('A heron')}</w:moveFrom>"), "deleted"),
    "alternative text": (
        paragraph(
            '<w:r><w:drawing><wp:inline><wp:docPr id="1" descr="A heron"/></wp:inline></w:drawing></w:r>'
        ),
        "image_alt",
    ),
}


@pytest.mark.parametrize("name", HIDING)
def test_look_at_hidden_text_sets_it_apart(name: str) -> None:
    body, kind = HIDING[name]

    seen = look(SEEN + body, {"styles": STYLES})

    assert hidden(seen) == [(kind, "A heron")]
    assert seen.extracted.visible.strip() == "The officer approves every answer."


SHOWING = {
    "inserted": paragraph(f"<w:ins>{run('A heron')}</w:ins>"),
    "vanish taken back": paragraph(
        run("A heron", '<w:vanish w:val="0"/>'), properties='<w:pStyle w:val="Child"/>'
    ),
    "white on black": paragraph(run("A heron", '<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>')),
    "white in a dark cell": (
        '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="112233"/></w:tcPr>'
        + paragraph(run("A heron", '<w:color w:val="FFFFFF"/>'))
        + "</w:tc></w:tr></w:tbl>"
    ),
    "small": paragraph(run("A heron", '<w:sz w:val="14"/>')),
    "a link": paragraph(f"<w:hyperlink>{run('A heron')}</w:hyperlink>"),
    "a field": paragraph("<w:r><w:instrText>PAGE secret</w:instrText></w:r>", run("A heron")),
    "a text box, once": paragraph(
        "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        + paragraph(run("A heron"))
        + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
        + paragraph(run("A heron"))
        + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    ),
}


@pytest.mark.parametrize("name", SHOWING)
def test_look_at_text_that_is_printed_keeps_it(name: str) -> None:
    seen = look(SHOWING[name], {"styles": STYLES})

    assert seen.extracted.visible.strip() == "A heron"
    assert hidden(seen) == []


def test_look_sets_comments_apart_and_reads_footnotes() -> None:
    files = {
        "comments": f"<w:comment>{paragraph(run('A heron remark'))}</w:comment>",
        "footnotes": f'<w:footnote w:type="separator">{SEEN}</w:footnote>'
        f"<w:footnote>{paragraph(run('A printed note.'))}</w:footnote>",
    }

    seen = look(SEEN, files)

    assert seen.extracted.visible.split("\n\n")[:2] == [
        "The officer approves every answer.",
        "A printed note.",
    ]
    assert hidden(seen) == [("remark", "A heron remark")]


def test_look_names_headings_items_and_cells() -> None:
    body = (
        paragraph(run("Queue Clerk"), properties='<w:pStyle w:val="H1"/>')
        + SEEN
        + paragraph(run("First point"), properties="<w:numPr/>")
        + f"<w:tbl><w:tr><w:tc>{paragraph(run('In a table'))}</w:tc></w:tr></w:tbl>"
    )

    seen = look(body, {"styles": STYLES})

    text = seen.extracted.text
    assert [(b.kind, text[b.start : b.end]) for b in seen.extracted.blocks] == [
        (HEADING, "Queue Clerk"),
        (PARAGRAPH, "The officer approves every answer."),
        (ITEM, "First point"),
        (CELL, "In a table"),
    ]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * 60_000_000)
    return out.getvalue()


ENTITY = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"plain words", "The document is not a Word document (.docx), whatever its name says"),
        (docx(SEEN)[:200], "The Word document is damaged and cannot be read. Save it again, or as .md"),
        (docx("<w:p>"), "The Word document is damaged and cannot be read. Save it again, or as .md"),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            "The Word document is protected by a password or of an old kind."
            " Save it as .docx without a password",
        ),
        (bomb(), "The Word document is too large when unpacked. Save the text alone as .docx or .md"),
        (docx(SEEN, doctype=ENTITY), "The Word document holds definitions that no word processor writes"),
        (docx(SEEN, doctype=LAUGHS), "The Word document holds definitions that no word processor writes"),
        (
            docx("<w:r>" * 5000 + "</w:r>" * 5000),
            "The document has too many elements inside each other to be read",
        ),
        (docx(""), "There is no text to read"),
        (locked_pdf(), "The document is not a Word document (.docx), whatever its name says"),
    ],
)
def test_read_file_of_what_cannot_be_read_says_what_to_do(data: bytes, sentence: str) -> None:
    report = read_file("a.docx", data).report

    assert (report.status, report.error) == ("failed", sentence)


def test_read_file_of_a_word_document_finds_what_the_same_markdown_holds() -> None:
    outcome = read_file("a.docx", docx(paragraphs(ENTRY)))

    assert outcome.report.status == "complete"
    assert sum(1 for row in outcome.report.principles if row.quotes) >= 8
    assert all(outcome.text[q.start : q.end] == q.text for q in outcome.report.quotes())
