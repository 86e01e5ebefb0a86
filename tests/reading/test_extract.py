"""Extraction, by itself: what is seen, what is hidden, and that nothing of the first is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.reader.extract import decode, extract, kind_of
from reading.reader.segment import LONGEST, segment
from reading.reader.text import Extracted, Part, Unreadable
from tests.reading.entries import ENTRY

PIECES = st.sampled_from(
    [
        *("<!--", "-->", "<div style='display:none'>", "</div>", "<p hidden>", "<script>", "</script>"),
        *("<", ">", "<![", "<?", "]]>", "</", '"', "title='x", "&lt;", "&#8203;", "&#0;"),
        *("```", "~~~\n", "`", "![", "](", ")", "[//]: # (", "**", "_", "# ", "- ", "| ", "---\n", "1. "),
        *("\n", "\n\n", "\r\n", "\t", "\x00", "\u200b", "\u2028", "\U000e0041", "👩\u200d💻"),
        *("The officer reads it. ", "word ", "é", "Ünï "),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=300)


def read(text: str, kind: str = "md") -> Extracted:
    return extract([Part("", "", text, kind)])


def hidden(extracted: Extracted) -> list[tuple[str, str]]:
    return [(h.kind, extracted.text[h.start : h.end]) for h in extracted.hidden]


@given(TEXTS, st.sampled_from(["md", "txt", "html"]))
def test_extract_of_anything_keeps_every_offset_true(text: str, kind: str) -> None:
    extracted = read(text, kind)

    assert extracted == Extracted.from_dict(extracted.as_dict())
    for block in extracted.blocks:
        assert 0 <= block.start < block.end <= extracted.visible_end
    for piece in extracted.hidden:
        assert extracted.visible_end < piece.start < piece.end <= len(extracted.text)
    passages = segment(extracted)
    assert [p.id for p in passages] == [f"S{n:03d}" for n in range(1, len(passages) + 1)]
    for passage in passages:
        assert extracted.text[passage.start : passage.end] == passage.text
        assert passage.end <= extracted.visible_end
        assert len(passage.text) <= LONGEST
        assert passage.text == passage.text.strip()
    assert [p.start for p in passages] == sorted(p.start for p in passages)


@given(TEXTS)
def test_extract_twice_gives_the_same(text: str) -> None:
    assert read(text) == read(text)


@given(TEXTS)
def test_extract_never_shows_what_stands_in_a_comment(text: str) -> None:
    safe = text.replace("`", "").replace("~", "")  # in code a comment is text and is seen

    extracted = read(f"{safe}\n\n<!-- zebra crossing -->\n\nThe officer reads it.")

    assert "zebra" not in extracted.visible


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=30))
def test_extract_of_a_plain_word_changes_nothing(word: str) -> None:
    import unicodedata

    assert read(f"The {word} reads.").visible == unicodedata.normalize("NFC", f"The {word} reads.")


def test_extract_keeps_the_lines_of_the_source() -> None:
    text = (
        "# One\n\n<!-- a\nb\nc -->\n\nTwo **bold** words.\n\n```\ncode\n```\n\n![x](y.png)\n\nLast line here."
    )

    visible = read(text).visible

    assert visible.split("\n")[14] == "Last line here."
    assert visible.split("\n")[6] == "Two bold words."


def test_extract_takes_markup_away_and_keeps_words() -> None:
    text = (
        'A **bold** [link](https://x.example/a_b_c "t") and *italics*, `co*de`, snake_name &amp; 2 * 3 * 4.'
    )

    assert read(text).visible == "A bold link and italics, `co*de`, snake_name & 2 * 3 * 4."


def test_extract_leaves_a_comment_in_code_in_sight() -> None:
    extracted = read("```html\n<!-- shown -->\n```\n\nUse `<!-- this -->` to hide a line.")

    assert hidden(extracted) == []
    assert extracted.visible.count("<!--") == 2


def test_extract_tells_what_was_hidden_and_where() -> None:
    text = 'One\n\n<!-- two -->\n\n![three](t.png "four")\n\n<b hidden>five &amp; six</b>'

    extracted = read(text)

    assert hidden(extracted) == [
        ("comment", "two"),
        ("hidden_style", "five & six"),
        ("image_alt", "three"),
        ("image_address", "t.png"),
        ("link_title", "four"),
    ]
    assert [h.line for h in extracted.hidden] == [3, 7, 5, 5, 5]


def test_extract_reads_each_part_by_itself() -> None:
    parts = [Part("a", "First", "One two three <!-- open"), Part("b", "Second", "Four five six seven.")]

    extracted = extract(parts)

    assert "Four five six seven." in extracted.visible
    assert [(p.field, p.heading, p.text) for p in segment(extracted)] == [
        ("a", "First", "One two three"),
        ("b", "Second", "Four five six seven."),
    ]


def test_extract_of_html_reads_elements_apart() -> None:
    text = (
        "<html><head><title>T</title><style>p{}</style></head><body>"
        "<h1>Queue Clerk</h1><p>It reads<b> letters</b>.</p>"
        "<ul><li>One is read each day<li>Two are kept for later</ul>"
        "<script>evil()</script><pre>some code here now</pre>"
        "<table><tr><td>a cell of words</td><td>another cell of words</td></tr></table></body></html>"
    )

    extracted = read(text, "html")

    kinds = [(b.kind, extracted.text[b.start : b.end]) for b in extracted.blocks]
    assert kinds == [
        ("heading", "Queue Clerk"),
        ("paragraph", "It reads letters."),
        ("item", "One is read each day"),
        ("item", "Two are kept for later"),
        ("code", "some code here now"),
        ("cell", "a cell of words"),
        ("cell", "another cell of words"),
    ]
    assert "evil" not in extracted.visible


def test_extract_of_plain_text_hides_nothing() -> None:
    text = "One <!-- seen --> two\nthree four.\n\n- five six seven\n- eight nine ten"

    extracted = read(text, "txt")

    assert extracted.visible == text
    assert hidden(extracted) == []
    assert [p.text for p in segment(extracted)] == [
        "One <!-- seen --> two\nthree four.",
        "- five six seven",
        "- eight nine ten",
    ]


def test_segment_skips_code_trees_and_rows_of_links() -> None:
    text = (
        "Words to be read here.\n\n```\nnot this code at all\n```\n\n"
        "├── a folder of files\n└── another folder here\n\n"
        "**[Live demo of it](https://a.example)** | [Quick start guide](b.md) | [How to deploy](c.md)\n\n"
        "[![Build badge](https://a.example/badge.svg)](https://a.example)\n"
    )

    assert [p.text for p in segment(read(text))] == ["Words to be read here."]


def test_segment_splits_sentences_but_not_abbreviations() -> None:
    text = (
        "The officer reads every letter, e.g. the long ones, and then decides. "
        "A second officer looks at every one of them again."
    )

    assert [p.text for p in segment(read(text))] == [
        "The officer reads every letter, e.g. the long ones, and then decides.",
        "A second officer looks at every one of them again.",
    ]


def test_segment_cuts_what_is_too_long_where_a_reader_would_breathe() -> None:
    text = "word, " * 300

    passages = segment(read(text))

    assert all(len(p.text) <= LONGEST for p in passages)
    assert re.sub(r"\s+", " ", " ".join(p.text for p in passages)) == text.strip()


def test_segment_stops_at_four_hundred_passages() -> None:
    text = "\n\n".join(f"The officer reads letter number {n} of the day." for n in range(900))

    assert len(segment(read(text))) == 400


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfea\x00b", "The document is in broken UTF-16. Save it as UTF-8"),
        (b"one\ntwo \xe9", "The document is not in UTF-8: see line 2. Save it as UTF-8"),
        (b"a\x00b", "The document is not a text: it holds bytes of zero"),
    ],
)
def test_decode_of_what_is_not_utf8_says_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(data)

    assert str(caught.value) == told


def test_decode_accepts_a_byte_order_mark() -> None:
    assert decode("\ufeffOne".encode()) == "One"
    assert decode("One".encode("utf-16")) == "One"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.md", "md"),
        ("A.MARKDOWN", "md"),
        ("b.txt", "txt"),
        ("c.HTM", "html"),
        ("d.pdf", "pdf"),
        ("e.docx", "docx"),
    ],
)
def test_kind_of_goes_by_the_ending(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.exe", "Only .md, .txt, .html, .pdf and .docx documents can be read"),
        ("README", "Only .md, .txt, .html, .pdf and .docx documents can be read"),
    ],
)
def test_kind_of_another_document_says_what_to_do(name: str, told: str) -> None:
    with pytest.raises(Unreadable) as caught:
        kind_of(name)

    assert str(caught.value) == told


def test_extract_of_the_entry_hides_nothing() -> None:
    assert hidden(read(ENTRY)) == []


def test_extract_of_a_hidden_element_that_holds_nothing_hides_nothing() -> None:
    extracted = extract([Part("built", "", "<div style='display:none'>&#8203;</div>Seen", "md")])

    assert (extracted.hidden, extracted.text[: extracted.visible_end]) == ([], "Seen")
