"""PDF as a reader sees it: what is hidden is set apart, what is not on the page is not read."""

import pytest

from reading.reader.child import look_apart
from reading.reader.look import Look
from reading.reader.read import read_file
from reading.reader.text import Part
from tests.reading.documents import filled, lines, locked_pdf, pdf, shown
from tests.reading.entries import ATTACK, ENTRY

SEEN = shown("The officer approves every answer before it is sent.", y=700)


def look(*pages: str, **facts: str) -> Look:
    return look_apart([Part("", "", "", "pdf", pdf(pages, **facts))])


def hidden(seen: Look) -> list[tuple[str, str]]:
    text = seen.extracted.text
    return [(row.kind, text[row.start : row.end]) for row in seen.extracted.hidden]


HIDING = {
    "white": (shown("A heron flies", y=600, before="1 1 1 rg"), "background_colour"),
    "nearly white": (shown("A heron flies", y=600, before="0.95 0.94 0.96 rg"), "background_colour"),
    "blue on blue": (
        filled(50, 580, 400, 60, "0 0 0.6") + shown("A heron flies", y=600, before="0 0 0.65 rg"),
        "background_colour",
    ),
    "white ink of four colours": (shown("A heron flies", y=600, before="0 0 0 0 k"), "background_colour"),
    "tiny": (shown("A heron flies", y=600, size=2), "tiny_text"),
    "tiny by scale": (f"q 0.1 0 0 0.1 0 0 cm {shown('A heron flies', 720, 6000, 12)} Q", "tiny_text"),
    "left of the page": (shown("A heron flies", x=-900, y=600), "off_the_page"),
    "above the page": (shown("A heron flies", y=900), "off_the_page"),
    "covered by a rectangle": (
        shown("A heron flies", y=600) + filled(60, 590, 300, 30, "1 1 1"),
        "covered_text",
    ),
    "covered by a picture": (
        shown("A heron flies", y=600) + " q 300 0 0 40 60 590 cm /Im0 Do Q",
        "covered_text",
    ),
    "not painted": (shown("A heron flies", y=600, before="3 Tr"), "invisible_text"),
    "transparent": (f"q /GS0 gs {shown('A heron flies', y=600)} Q", "transparent_text"),
}


@pytest.mark.parametrize("name", HIDING)
def test_look_at_hidden_text_sets_it_apart(name: str) -> None:
    content, kind = HIDING[name]

    seen = look(f"{SEEN}\n{content}")

    assert hidden(seen) == [(kind, "A heron flies")]
    assert seen.extracted.visible.strip() == "The officer approves every answer before it is sent."
    assert [p.text for p in seen.passages] == ["The officer approves every answer before it is sent."]


SHOWING = {
    "white on blue": filled(50, 580, 400, 60, "0 0 0.6")
    + shown("A heron flies by", y=600, before="1 1 1 rg"),
    "white on a picture": "q 300 0 0 40 60 590 cm /Im0 Do Q "
    + shown("A heron flies by", y=600, before="1 1 1 rg"),
    "grey": shown("A heron flies by", y=600, before="0.6 g"),
    "yellow": shown("A heron flies by", y=600, before="1 1 0 rg"),
    "six points": shown("A heron flies by", y=600, size=6),
    "on a white sheet": filled(0, 0, 595, 842, "1 1 1") + shown("A heron flies by", y=600),
    "under a clear sheet": shown("A heron flies by", y=600)
    + f"q /GS0 gs {filled(0, 590, 400, 40, '1 1 1')} Q",
    "outlined": shown("A heron flies by", y=600, before="1 1 1 rg 0 0 0 RG 2 Tr"),
}


@pytest.mark.parametrize("name", SHOWING)
def test_look_at_text_that_can_be_seen_keeps_it(name: str) -> None:
    seen = look(SHOWING[name])

    assert seen.extracted.visible.strip() == "A heron flies by"
    assert hidden(seen) == []


def test_look_at_two_columns_reads_the_left_one_first() -> None:
    left = "The counter staff read ninety letters a day and each one takes them twenty minutes."
    right = "A draft answer is shown beside the letter and the officer edits or rejects the draft."
    page = shown("Queue Clerk: what we built for counters", 72, 780, 24) + "".join(
        part
        for at in range(2)
        for part in (
            lines(left, 60, 700 - 60 * at, 11, 36),
            lines(right, 330, 700 - 60 * at, 11, 36),
        )
    )

    seen = look(page)

    assert [" ".join(p.text.split()) for p in seen.passages] == [left, left, right, right]
    assert {p.heading for p in seen.passages} == {"Queue Clerk: what we built for counters"}


def test_look_at_two_pages_names_the_page_of_each_passage() -> None:
    seen = look(SEEN, shown("A second page says what comes next for us."), SEEN)

    assert [p.page for p in seen.passages] == [1, 2, 3]


def test_look_reads_no_title_annotation_or_attachment() -> None:
    note = "/Annots [<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (A heron note) >>]"

    seen = look(SEEN, info="A heron title", annotations=note)

    assert "heron" not in seen.extracted.text


def test_look_at_hidden_orders_flags_them() -> None:
    seen = look(SEEN + shown(ATTACK, y=600, before="3 Tr"))

    assert [(flag.kind, flag.severity) for flag in seen.flags] == [
        ("hidden_text", "stop"),
        ("instruction", "stop"),
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"plain words", "The document is not a PDF, whatever its name says"),
        (
            b"%PDF-1.7\nnothing",
            "The PDF is damaged and cannot be read. Export it again, or save the text as .docx or .md",
        ),
        (locked_pdf(), "The PDF is protected by a password. Save a copy without a password"),
        (
            pdf(["q 300 0 0 300 60 300 cm /Im0 Do Q"]),
            "The pages are pictures without text. Export the PDF from the original document,"
            " or type the text",
        ),
        (pdf([SEEN] * 201), "The PDF has more than 200 pages. Send the pages that matter"),
        (b"", "The document is empty"),
    ],
)
def test_read_file_of_what_cannot_be_read_says_what_to_do(data: bytes, sentence: str) -> None:
    report = read_file("a.pdf", data).report

    assert (report.status, report.error) == ("failed", sentence)


def test_look_at_a_damaged_object_is_read_or_refused() -> None:
    whole = pdf([lines(ENTRY)])
    for cut in range(0, len(whole), 397):
        broken = whole[:cut] + b"\x00\xff<<" + whole[cut + 40 :]
        report = read_file("a.pdf", broken).report
        assert (report.status == "failed") == bool(report.error)


def test_read_file_of_a_pdf_finds_what_the_same_markdown_holds() -> None:
    outcome = read_file("a.pdf", pdf([lines(ENTRY.replace("#", "").replace("\n- ", "\n\n- "))]))

    assert outcome.report.status == "complete"
    assert sum(1 for row in outcome.report.principles if row.quotes) >= 8
    assert all(outcome.text[q.start : q.end] == q.text for q in outcome.report.quotes())
