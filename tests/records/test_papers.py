import io
import re
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.oxml.ns import qn

from records import papers, template
from records.template import DRAFT, Given, Own

AT = datetime(2026, 6, 14, 12, 0, tzinfo=UTC)
GIVEN = {"title": Given("Title", "Letter\x0bSorter"), "problem": Given("Problem", "One.\n\nTwo.")}


def sections():
    return template.fill(GIVEN, {"2.2.2": Own("Less waiting", "Ben", AT)})


def word():
    return papers.as_docx("Transparency record: Letter Sorter", ["Team Kingfishers."], sections(), AT)


def test_docx_says_first_and_on_every_page_that_it_is_a_draft():
    paper = Document(io.BytesIO(word()))

    assert paper.paragraphs[0].text == DRAFT
    assert [one.text for one in paper.sections[0].header.paragraphs] == [DRAFT]


def test_docx_has_headings_in_order_and_a_table_for_each_section():
    paper = Document(io.BytesIO(word()))

    headings = [
        (one.style.name, one.text) for one in paper.paragraphs if one.style.name in {"Title", "Heading 1"}
    ]
    assert headings == [("Title", "Transparency record: Letter Sorter")] + [
        ("Heading 1", f"{section.id} {section.label}") for section in template.sections()
    ]
    assert [len(table.rows) - 1 for table in paper.tables] == [
        len(section.fields) for section in template.sections()
    ]


def test_docx_marks_the_first_row_of_each_table_as_its_heading():
    paper = Document(io.BytesIO(word()))

    marked = [
        [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        for table in paper.tables
    ]
    assert [row[0] and not any(row[1:]) for row in marked] == [True] * 10
    assert [cell.text for cell in paper.tables[0].rows[0].cells] == list(papers.COLUMNS)


def test_docx_is_in_british_english_with_a_title_and_without_an_author():
    paper = Document(io.BytesIO(word()))

    about = paper.core_properties
    assert (about.title, about.language, about.author, about.comments) == (
        "Transparency record: Letter Sorter",
        "en-GB",
        "",
        "",
    )
    styles = zipfile.ZipFile(io.BytesIO(word())).read("word/styles.xml").decode()
    assert set(re.findall(r'<w:lang [^>]*w:val="([^"]+)"', styles)) == {"en-GB"}


def test_docx_holds_text_its_origin_and_the_question_where_there_is_none():
    table = Document(io.BytesIO(word())).tables[3]

    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert rows[1] == ["2.2.2 Benefits (published as 2.2)", "Less waiting", "Edited by the team"]
    assert rows[2] == [
        "2.2.3 Previous process (published as 2.3)",
        "One.\nTwo.",
        "From the entry: ‘Problem’",
    ]
    assert rows[3][1:] == ["[What else was weighed up, doing it without AI included.]", "Blank"]


def test_docx_shows_that_a_character_was_there_which_xml_cannot_hold():
    table = Document(io.BytesIO(word())).tables[1]

    assert table.rows[1].cells[1].text == "Letter\ufffdSorter"


def test_markdown_says_first_that_it_is_a_draft_and_has_every_field():
    text = papers.as_markdown("Transparency record", ["Team Kingfishers."], sections())

    assert text.splitlines()[:3] == [f"**{DRAFT}**", "", "# Transparency record"]
    assert re.findall(r"^### (\S+) ", text, re.MULTILINE) == list(template.fields())
    assert "### 2.2.2 Benefits\n\nLess waiting\n\n*Edited by the team*" in text
