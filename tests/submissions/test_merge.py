import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.merge import merge, tidy

BASE = {"title": "Sorter", "pitch": "Sorts", "problem": "Letters wait"}
WORDS = st.sampled_from(["", "one", "two", "three"])
DRAFTS = st.fixed_dictionaries({"title": WORDS, "pitch": WORDS, "problem": WORDS})


def test_merge_when_only_mine_changed_takes_mine():
    merged = merge(BASE, BASE, BASE | {"title": "Reader"})

    assert merged == (BASE | {"title": "Reader"}, [])


def test_merge_when_each_changed_another_answer_takes_both():
    merged = merge(BASE, BASE | {"pitch": "Reads"}, BASE | {"title": "Reader"})

    assert merged == ({"title": "Reader", "pitch": "Reads", "problem": "Letters wait"}, [])


def test_merge_when_both_changed_one_answer_names_it_and_takes_neither_side():
    theirs = BASE | {"title": "Reader", "pitch": "Reads"}

    merged = merge(BASE, theirs, BASE | {"title": "Finder", "problem": "Mail waits"})

    assert merged == (theirs | {"problem": "Mail waits"}, ["title"])


def test_merge_when_both_wrote_the_same_agrees():
    merged = merge(BASE, BASE | {"title": "Reader"}, BASE | {"title": "Reader"})

    assert merged == (BASE | {"title": "Reader"}, [])


def test_merge_of_some_answers_leaves_the_others():
    merged = merge(BASE, BASE | {"pitch": "Reads"}, {"title": "Reader"})

    assert merged == ({"title": "Reader", "pitch": "Reads", "problem": "Letters wait"}, [])


def test_merge_without_a_base_calls_every_difference_a_clash():
    merged = merge(None, BASE, BASE | {"title": "Reader", "pitch": "Reads"})

    assert merged == (BASE, ["title", "pitch"])


@given(base=DRAFTS, theirs=DRAFTS, mine=DRAFTS)
def test_merge_never_replaces_words_unseen(base, theirs, mine):
    """An answer of the draft is replaced only where it is what the writer had in view."""
    merged = merge(base, theirs, mine)

    for name in base:
        if merged.answers[name] != theirs[name]:
            assert theirs[name] == base[name]


@given(base=DRAFTS, theirs=DRAFTS, mine=DRAFTS)
def test_merge_never_drops_typed_words_in_silence(base, theirs, mine):
    """What the writer changed is in the draft, or is named as a clash."""
    merged = merge(base, theirs, mine)

    for name in base:
        if mine[name] != base[name]:
            assert merged.answers[name] == mine[name] or name in merged.clashes


@given(base=DRAFTS, theirs=DRAFTS, mine=DRAFTS)
def test_merge_after_it_merged_changes_nothing_more(base, theirs, mine):
    merged = merge(base, theirs, mine)

    again = merge(base, merged.answers, mine)

    assert again == merged


@pytest.mark.parametrize(
    ("typed", "on_one_line", "kept"),
    [
        ("one\r\ntwo\rthree\n", False, "one\ntwo\nthree"),
        ("  one\r\n two ", True, "one two"),
        (" one\n\n\ntwo ", False, "one\n\n\ntwo"),
        ("", True, ""),
    ],
)
def test_tidy_makes_the_same_words_compare_as_the_same(typed, on_one_line, kept):
    assert tidy(typed, on_one_line=on_one_line) == kept
