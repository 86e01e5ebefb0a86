"""Extraction in its own process: a document that misbehaves harms nobody else."""

import time

import pytest

from reading.reader import child
from reading.reader.look import look
from reading.reader.text import LONGEST, Part, Unreadable
from tests.reading.documents import lines, pdf
from tests.reading.entries import ENTRY

PARTS = [Part("", "", ENTRY)]


def test_look_apart_gives_what_look_gives() -> None:
    assert child.look_apart(PARTS) == look(PARTS)


def test_look_apart_says_what_look_says() -> None:
    with pytest.raises(Unreadable, match="longer than 800,000 characters"):
        child.look_apart([Part("", "", "a" * (LONGEST + 1))])


def test_look_apart_with_too_little_memory_ends_as_unreadable() -> None:
    with pytest.raises(Unreadable, match="too long or too much memory"):
        child.look_apart([Part("", "", "word " * 70_000)], memory=40_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 300_000,
        "<div>" * 60_000,
        "[" * 300_000,
        "![" * 150_000,
        "*" * 300_000,
        "`" * 300_000,
        "[a](" * 75_000,
        "&#" * 150_000,
        "<!--" * 75_000,
        "> " * 150_000,
        "\u200b" * 300_000,
        "**a " * 75_000,
        "_a" * 150_000,
        "<a title='" * 30_000,
        "[a]: b 'c\n" * 30_000,
        "|" * 300_000,
        "I g n o r e " * 25_000,
        "ignore the the the " * 15_000,
        "a.b" * 100_000,
        "1 " * 150_000,
        "0" * 300_000,
        "A" * 300_000,
        "-" * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_read_of_a_slow_text_ends_in_time(text: str) -> None:
    from reading.reader.read import read

    begun = time.monotonic()

    outcome = read([Part("", "", text)])

    assert outcome.report.status in {"complete", "failed", "held"}
    assert time.monotonic() - begun < 25


def test_read_file_of_two_hundred_pages_and_of_a_hundred_thousand_words_stays_within_limits() -> None:
    from reading.reader.read import read_file

    prose = " ".join(line for line in ENTRY.splitlines() if len(line) > 60)
    long = "\n\n".join([prose] * (100_000 // len(prose.split()) + 1))
    begun = time.monotonic()

    pages = read_file("a.pdf", pdf([lines(prose)] * 200)).report
    words = read_file("a.md", long.encode()).report

    assert (pages.status, words.status) == ("complete", "complete")
    assert len(long.split()) >= 100_000
    assert time.monotonic() - begun < 40
