from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.scoring.raw import Ballot, Standing, standings, total

CRITERIA = ["need", "build"]
scores = st.fixed_dictionaries({key: st.integers(1, 5) for key in CRITERIA})
weights = st.fixed_dictionaries({key: st.integers(1, 100) for key in CRITERIA})
cast = st.lists(st.tuples(st.sampled_from("ABCDE"), scores), max_size=20).map(
    lambda found: [Ballot(entry, number, given) for number, (entry, given) in enumerate(found)]
)


def test_total_weighs_each_criterion():
    # (2 x 5 + 1 x 2) / 3 = 4
    assert total({"need": 5, "build": 2}, {"need": 2, "build": 1}) == 4


def test_total_of_an_incomplete_ballot_is_an_error():
    with pytest.raises(ValueError, match="one score for each criterion"):
        total({"need": 5}, {"need": 2, "build": 1})


def test_standings_worked_by_hand():
    weighing = {"need": 2, "build": 1}
    cast = [
        Ballot("A", "jude", {"need": 5, "build": 2}),  # 12/3 = 4
        Ballot("A", "kit", {"need": 4, "build": 4}),  # 4         A: mean 4, from 4 to 4
        Ballot("B", "jude", {"need": 5, "build": 5}),  # 5
        Ballot("B", "kit", {"need": 3, "build": 3}),  # 3         B: mean 4, from 3 to 5
        Ballot("C", "jude", {"need": 2, "build": 5}),  # 9/3 = 3
        Ballot("C", "kit", {"need": 4, "build": 4}),  # 4         C: mean 3.5, from 3 to 4
        Ballot("D", "jude", {"need": 5, "build": 5}),  # one ballot is not enough
        Ballot("X", "jude", {"need": 5, "build": 5}),  # not an entry any more
    ]

    found = standings(["E", "D", "C", "B", "A"], cast, weighing)

    assert found == [
        Standing("A", 2, 4.0, 4.0, 4.0, 1),
        Standing("B", 2, 4.0, 3.0, 5.0, 1),
        Standing("C", 2, 3.5, 3.0, 4.0, 3),
        Standing("D", 1),
        Standing("E", 0),
    ]


def test_standings_ties_in_the_middle_count_1_2_2_4():
    cast = [
        Ballot(entry, judge, {"need": score})
        for entry, score in (("A", 5), ("B", 4), ("C", 4), ("D", 1))
        for judge in ("jude", "kit")
    ]

    found = standings("ABCD", cast, {"need": 1})

    assert [(one.entry, one.rank) for one in found] == [("A", 1), ("B", 2), ("C", 2), ("D", 4)]


def test_equal_averages_from_different_ballots_tie_exactly():
    # Thirds and sevenths: as floats these sums differ in the last digit.
    weighing = {"need": 3, "build": 4}
    cast = [
        Ballot("A", 1, {"need": 1, "build": 2}),
        Ballot("A", 2, {"need": 2, "build": 4}),
        Ballot("A", 3, {"need": 3, "build": 3}),
        Ballot("B", 1, {"need": 3, "build": 3}),
        Ballot("B", 2, {"need": 1, "build": 4}),
        Ballot("B", 3, {"need": 2, "build": 2}),
    ]

    found = standings("AB", cast, weighing)

    assert [one.rank for one in found] == [1, 1]


@given(cast, weights, st.randoms())
def test_order_of_ballots_and_entries_changes_nothing(cast, weighing, random):
    shuffled, entries = list(cast), list("ABCDE")
    random.shuffle(shuffled)
    random.shuffle(entries)

    assert standings(entries, shuffled, weighing) == standings("ABCDE", cast, weighing)


@given(cast, weights, st.integers(2, 9))
def test_weights_are_relative(cast, weighing, factor):
    heavier = {key: weight * factor for key, weight in weighing.items()}

    assert standings("ABCDE", cast, heavier) == standings("ABCDE", cast, weighing)


@given(cast, weights)
def test_ranks_follow_the_means(cast, weighing):
    ranked = [one for one in standings("ABCDE", cast, weighing) if one.rank]

    assert [one.rank for one in ranked] == [
        1 + sum(other.raw_mean > one.raw_mean for other in ranked) for one in ranked
    ]


@given(cast, weights)
def test_hiding_an_entry_moves_no_other(cast, weighing):
    every = {one.entry: one for one in standings("ABCDE", cast, weighing)}

    without = standings("BCDE", cast, weighing)

    assert [(one.entry, one.raw_mean) for one in without] == [
        (one.entry, every[one.entry].raw_mean) for one in without
    ]
    assert all((one.rank or 0) <= (every[one.entry].rank or 0) for one in without)


@given(scores, weights)
def test_total_stays_on_the_scale(given, weighing):
    assert min(given.values()) <= total(given, weighing) <= max(given.values())
    assert isinstance(total(given, weighing), Fraction)
