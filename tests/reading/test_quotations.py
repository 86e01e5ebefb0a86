"""Quotations are slices of the stored text: for any text, in any encoding, from any kind of document."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reading.reader.highlight import blocks, fragments
from reading.reader.look import Look, look
from reading.reader.read import read_file
from reading.reader.text import Part
from tests.reading.documents import docx, filled, lines, paragraph, pdf, run, shown
from tests.reading.entries import ATTACK, ENTRY

HOSTILE = [
    "\u200b",
    "\u202e",
    "\ufeff",
    "\U000e0041",
    "👩🏽‍💻",
    "e\u0301",
    "\u2028",
    "\r\n",
    "\r",
    "\t",
    "<!-- ",
    " -->",
    "<p hidden>",
    "</p>",
    "&nbsp;",
    "&#8203;",
    "&amp;",
    "```\n",
    "**",
    "\n\n",
    "| a | b |\n",
    "[x]: /y 'z'\n",
    "![alt](x)",
    "The officer approves every answer. ",
    ATTACK,
    "sk-proj-abcdEFGH1234567890zz",
]
TEXTS = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.just(ENTRY[:200])), max_size=14
).map("".join)
LETTERS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)
SLOW = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def assert_true(seen: Look) -> None:
    text, end = seen.extracted.text, seen.extracted.visible_end
    for passage in seen.passages:
        assert text[passage.start : passage.end] == passage.text
        assert 0 <= passage.start < passage.end <= end
    for flag in seen.flags:
        assert all(0 <= low <= high <= len(text) for low, high in flag.spans)
    for hidden in seen.extracted.hidden:
        assert end <= hidden.start <= hidden.end <= len(text)
    quotes = [(p.start, p.end, p.id) for p in seen.passages]
    assert "".join(f.text for f in fragments(text[:end], quotes)) == text[:end]
    for block in blocks(seen.extracted.visible, quotes):
        for fragment in block.fragments:
            assert text[fragment.start : fragment.end].split() == fragment.text.split()


@SLOW
@given(TEXTS, st.sampled_from(["md", "txt", "html"]))
@example("<p>a&#8203;b", "html")
def test_look_at_any_text_quotes_what_is_stored(text: str, kind: str) -> None:
    assert_true(look([Part("problem", "Problem", text, kind), Part("how", "How", text[::-1], kind)]))


@FEW
@given(st.lists(st.tuples(LETTERS, st.booleans()), max_size=8))
def test_look_at_any_word_document_quotes_what_is_stored(rows: list[tuple[str, bool]]) -> None:
    body = "".join(paragraph(run(text, "<w:vanish/>" if gone else "")) for text, gone in rows)

    assert_true(
        look([Part("", "", "", "docx", docx("".join(c for c in body if c.isprintable() or c == " ")))])
    )


@FEW
@given(
    st.lists(
        st.tuples(
            LETTERS,
            st.floats(-200, 800),
            st.floats(-200, 1000),
            st.floats(0.5, 40),
            st.sampled_from(["", "1 1 1 rg", "3 Tr", "0 0 0 1 k", "2 Tr", "/Pattern cs"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
)
def test_look_at_any_pdf_quotes_what_is_stored(rows, covered: bool) -> None:
    page = "".join(
        shown(text, round(x, 2), round(y, 2), round(size, 2), before=b) for text, x, y, size, b in rows
    )
    page += filled(100, 100, 200, 300, "0.5 0.5 0.5") if covered else ""

    assert_true(look([Part("", "", "", "pdf", pdf([lines(ENTRY[:400]) + page]))]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("ending", ["md", "txt", "html"])
def test_read_file_in_any_encoding_is_true_or_refused(encoding: str, ending: str) -> None:
    text = ENTRY + "\n\nLe café du comté approuve chaque réponse avant l’envoi.".replace("’", "'")

    outcome = read_file(f"a.{ending}", text.encode(encoding))

    assert (outcome.report.status == "failed") == (encoding == "latin-1")
    assert all(outcome.text[q.start : q.end] == q.text for q in outcome.report.quotes())
    if encoding != "latin-1":
        assert "café du comté" in outcome.text
