import pytest

from files.names import LONGEST, ending, shown, visible
from tests.files.hostile import NAMES


@pytest.mark.parametrize(("given", "called"), NAMES.items(), ids=[repr(name)[:40] for name in NAMES])
def test_show_a_name_as_it_reads_with_the_ending_of_its_content(given, called):
    assert shown(given, "md" if called.endswith(".md") else "txt") == called


def test_show_a_name_that_was_shown_changes_nothing():
    for called in NAMES.values():
        extension = called.rpartition(".")[2]
        assert shown(called, extension) == called


@pytest.mark.parametrize("length", [1, 115, 116, 117, 118, 400])
def test_show_a_long_name_keeps_its_ending(length):
    name = shown("é" * length, "pptx")

    assert len(name) == min(length, LONGEST - 5) + 5
    assert name.endswith(".pptx")


@pytest.mark.parametrize(
    ("name", "found"), [("A.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), ("a.b c", ""), ("a.\u200bmd", "md")]
)
def test_ending_of_a_name_is_read_as_people_see_it(name, found):
    assert ending(name) == found


def test_visible_keeps_letters_of_every_language():
    words = "日本語 العربية हिन्दी Ελληνικά emoji 🙂"

    assert visible(words) == words
