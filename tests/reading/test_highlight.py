"""The entry's text as it is printed: in blocks, soft wraps joined, every quotation marked and found once."""

from reading.reader.highlight import anchor_of, blocks, fragments
from reading.reader.look import look
from reading.reader.text import Part
from tests.reading.entries import ENTRY


def printed(text: str) -> list[tuple[str, str]]:
    return [(block.kind, "".join(f.text for f in block.fragments)) for block in blocks(text, [])]


def test_blocks_join_soft_wraps_and_drop_marks() -> None:
    text = "# Head\n\nOne line\nand the next.\n\n- first\n  goes on\n- second\n\n> said\n> twice\n\n"
    text += "---\n| a | b |\n|---|---|\n"

    assert printed(text) == [
        ("heading", "Head"),
        ("paragraph", "One line and the next."),
        ("item", "first   goes on"),
        ("item", "second"),
        ("paragraph", "said twice"),
        ("cell", "| a | b |"),
    ]


def test_blocks_keep_the_lines_of_code() -> None:
    assert printed("```\na = 1\n\n  b = 2\n```\nText") == [
        ("code", "a = 1\n\n  b = 2"),
        ("paragraph", "Text"),
    ]


def test_blocks_mark_a_quotation_across_a_soft_wrap() -> None:
    text = "Well, one line\nand the next. More"
    start, end = 6, 28

    (block,) = blocks(text, [(start, end, "Principle 1")])

    assert [(f.text, f.anchor, f.labels) for f in block.fragments] == [
        ("Well, ", "", ()),
        ("one line", anchor_of(start, end), ("Principle 1",)),
        (" ", "", ("Principle 1",)),
        ("and the next.", "", ("Principle 1",)),
        (" More", "", ()),
    ]


def test_blocks_give_each_quotation_one_anchor() -> None:
    seen = look([Part("", "", ENTRY)])
    quotes = [(p.start, p.end, p.id) for p in seen.passages] + [
        (p.start, p.start + 9, "x") for p in seen.passages
    ]

    found = [
        a for block in blocks(seen.extracted.visible, quotes) for f in block.fragments for a in f.anchors
    ]

    assert sorted(found) == sorted({anchor_of(start, end) for start, end, _ in quotes})


def test_blocks_give_an_anchor_to_a_quotation_that_begins_in_a_mark() -> None:
    (block,) = blocks("- first item", [(0, 7, "x")])

    assert [(f.text, f.anchor) for f in block.fragments] == [("first", "q0-7"), (" item", "")]


def test_fragments_joined_are_the_text() -> None:
    cut = fragments("One two three", [(0, 7, "a"), (4, 13, "b")])

    assert [(f.text, f.anchor, f.labels) for f in cut] == [
        ("One ", "q0-7", ("a",)),
        ("two", "q4-13", ("a", "b")),
        (" three", "", ("b",)),
    ]
