"""The method against published tables, a direct computation, and what must hold of any ballots."""

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.scoring.agreement import intraclass, krippendorff_alpha
from judging.scoring.ballots import Given, Line, ballots_of, packed
from judging.scoring.diagnostics import components, flags_of
from judging.scoring.model import Scale, fit, restricted_log_likelihood, solve
from judging.scoring.pairwise import Comparison, abilities, next_question, place_of
from judging.scoring.places import draw, rank
from judging.scoring.run import as_bytes, document

SCALE = Scale(1.0, 5.0)
NONE = float("nan")
# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): four observers, twelve units
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]
# Shrout and Fleiss (1979), table 2: six targets, four judges
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Agresti, Categorical Data Analysis: American League East, 1987; rows beat columns
TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
WINS = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]


def test_alpha_is_krippendorffs():
    assert krippendorff_alpha(np.array(OBSERVERS).T) == pytest.approx(0.849, abs=5e-4)


def test_intraclass_correlations_are_shrouts_and_fleisss():
    found = intraclass(np.array(TARGETS, dtype=float))

    assert {name: round(float(value), 2) for name, value in found.items()} == {
        "1,1": 0.17,
        "2,1": 0.29,
        "3,1": 0.71,
        "1,k": 0.44,
        "2,k": 0.62,
        "3,k": 0.91,
    }


def test_abilities_of_the_baseball_season_are_agrestis():
    comparisons = [
        Comparison(TEAMS[i], TEAMS[j], count=WINS[i][j]) for i, j in product(range(7), repeat=2) if WINS[i][j]
    ]

    found = abilities(comparisons, np.inf)

    ability = dict(zip(found.entries, found.ability, strict=True))
    assert [round(float(ability[team] - ability["Baltimore"]), 2) for team in TEAMS] == [
        1.58,
        1.44,
        1.29,
        1.25,
        1.11,
        0.68,
        0.0,
    ]
    assert found.is_settled


def test_ties_are_davidsons_by_a_direct_search():
    scipy_optimize = pytest.importorskip("scipy.optimize")
    rows = [("A", "B", 0, 6), ("B", "A", 0, 3), ("A", "B", 1, 4), ("B", "C", 0, 5), ("C", "B", 0, 2)]
    rows += [("B", "C", 1, 3), ("A", "C", 0, 7), ("C", "A", 0, 1), ("A", "C", 1, 2)]

    def minus_log_likelihood(x):
        theta, nu = dict(zip("ABC", (x[0], x[1], -x[0] - x[1]), strict=True)), np.exp(x[2])
        total = 0.0
        for one, two, tie, count in rows:
            a, b = np.exp(theta[one]), np.exp(theta[two])
            total -= count * np.log((nu * np.sqrt(a * b) if tie else a) / (a + b + nu * np.sqrt(a * b)))
        return total

    direct = scipy_optimize.minimize(minus_log_likelihood, np.zeros(3), tol=1e-14).x

    found = abilities([Comparison(one, two, bool(tie), count) for one, two, tie, count in rows], np.inf)

    assert found.ability == pytest.approx([direct[0], direct[1], -direct[0] - direct[1]], abs=1e-4)
    assert found.ties == pytest.approx(np.exp(direct[2]), abs=1e-4)


def world(entries=8, judges=5, seats=3, seed=0):
    luck = np.random.default_rng(seed)
    rows = [(e, j) for e in range(entries) for j in luck.choice(judges, seats, replace=False)]
    strict = luck.normal(0, 0.4, judges)
    worth = luck.normal(3, 0.6, entries)
    totals = [float(np.clip(worth[e] + strict[j] + luck.normal(0, 0.4), 1, 5)) for e, j in rows]
    return packed([(f"P{e:02}", f"J{j:02}") for e, j in rows], totals, [1.0] * len(rows))


@pytest.mark.parametrize("ratios", [(0.5, 0.2, 0.7), (2.0, 0.01, 0.3), (0.05, 5.0, 1.1)])
def test_restricted_likelihood_is_that_of_the_dense_matrices(ratios):
    r_p, r_j, v_e = ratios
    ballots = world()
    fitted = fit(ballots, SCALE)
    u = fitted.u - fitted.mean
    z = np.eye(len(ballots.entries))[ballots.entry]
    w = np.eye(len(ballots.judges))[ballots.judge]
    v = v_e * (np.eye(len(u)) + r_p * z @ z.T + r_j * w @ w.T)
    one = np.ones(len(u))
    inverse = np.linalg.inv(v)
    mu = one @ inverse @ u / (one @ inverse @ one)
    direct = -0.5 * (
        (len(u) - 1) * np.log(2 * np.pi)
        + np.linalg.slogdet(v)[1]
        + np.log(one @ inverse @ one)
        + (u - mu) @ inverse @ (u - mu)
    )

    found = restricted_log_likelihood(fitted, r_p, r_j, v_e)
    solution = solve(fitted.equations, r_p, r_j)

    assert found == pytest.approx(direct, abs=1e-8)
    assert solution.beta[0] == pytest.approx(mu, abs=1e-9)
    assert solution.theta == pytest.approx(v_e * r_p * z.T @ inverse @ (u - mu), abs=1e-9)


def test_published_score_is_the_worked_identity():
    fitted = fit(world(seed=3), SCALE)

    pulled = fitted.mu + fitted.evidence * (fitted.fair - fitted.mu)

    assert fitted.score == pytest.approx(pulled, abs=1e-10)


def test_stretch_and_back_give_the_points():
    points = np.linspace(1, 5, 41)

    assert SCALE.points(SCALE.spread(points)) == pytest.approx(points, abs=1e-12)


def ranked(ballots, **more):
    return rank(ballots, SCALE, top=3, seed=1, **more)


def scores_by_name(ranking):
    return {place.entry: place.adjusted for place in ranking.places}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_other_order_of_ballots_gives_the_same_bytes(seed, luck):
    rows = [
        Given(f"P{e}", f"J{j}", f"C{c}", 1 + (seed + 7 * e + 3 * j * c) % 5)
        for e, j, c in product(range(6), range(4), range(3))
        if (e + j + seed) % 3
    ]
    lines = {f"C{c}": Line(c + 1.0) for c in range(3)}

    def bytes_of(given_rows):
        ballots, scale, _ = ballots_of(given_rows, lines)
        return as_bytes(document(ballots, scale, top=2, seed=seed))

    assert bytes_of(luck.sample(rows, len(rows))) == bytes_of(rows)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sets(st.integers(0, 7), max_size=4))
def test_hidden_entries_move_nobody_elses_score(seed, hidden):
    ballots = world(seed=seed)
    out = {f"P{place:02}": "withdrawn" for place in hidden}

    found = scores_by_name(ranked(ballots, hidden=out))

    assert found == {key: value for key, value in scores_by_name(ranked(ballots)).items() if key not in out}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.3, 0.3))
def test_judge_of_everything_who_gives_more_to_all_changes_no_order(seed, more):
    luck = np.random.default_rng(seed)
    pairs = [(f"P{e}", f"J{j}") for e in range(6) for j in range(3)]
    totals = luck.uniform(2, 4, len(pairs))
    other = totals + np.array([more if judge == "J1" else 0 for _, judge in pairs])
    linear = Scale(1.0, 5.0, stretched=False)

    def order(values):
        fitted = fit(packed(pairs, list(values), [1.0] * len(pairs)), linear)
        return list(np.argsort(-fitted.score))

    assert order(other) == order(totals)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 5)), max_size=20))
def test_nothing_that_judges_can_give_makes_a_number_that_is_none(rows):
    unique = {(f"P{e}", f"J{j}"): float(value) for e, j, value in rows}

    found = document(packed(list(unique), list(unique.values()), [1.0] * len(unique)), SCALE, top=2, seed=1)

    assert "NaN" not in json.dumps(found)
    assert all(
        (row["rank"] is None) == (row["ballots"] < 2) for row in found["projects"] if found["shares"]["judge"]
    )


def test_equal_scores_share_the_first_rank():
    ballots = packed([(f"P{e}", f"J{j}") for e in range(4) for j in range(2)], [3.0] * 8, [1.0] * 8)

    assert [place.rank for place in ranked(ballots).places] == [1, 1, 1, 1]


def test_one_judge_leaves_the_raw_order_and_a_warning():
    ballots = packed([("A", "J"), ("B", "J"), ("C", "J")], [2.0, 4.0, 3.0], [1.0] * 3)

    found = ranked(ballots, minimum=1)

    assert [place.entry for place in found.places] == ["B", "C", "A"]
    assert found.warnings == [
        "One judge: strictness cannot be estimated, so the order is that of the raw scores"
    ]


def test_panels_that_share_nothing_are_told_apart():
    ballots = packed([("A", "J1"), ("B", "J1"), ("C", "J2"), ("D", "J2")], [2.0, 3.0, 4.0, 5.0], [1.0] * 4)

    found = document(ballots, SCALE, top=1, seed=1, minimum=1)

    assert (len(components(ballots)), found["components"]) == (2, 2)
    assert found["warnings"][0].startswith("2 groups of judges share no entry (J1; J2).")


def test_too_few_ballots_are_listed_without_a_rank():
    ballots = packed(
        [("A", "J1"), ("A", "J2"), ("B", "J1"), ("B", "J2"), ("C", "J1")], [2.0, 3, 4, 5, 5], [1.0] * 5
    )

    assert [(place.entry, place.rank) for place in ranked(ballots).places] == [
        ("B", 1),
        ("A", 2),
        ("C", None),
    ]


def test_no_ballots_give_no_ranks():
    found = document(packed([], [], []), SCALE, top=1, seed=1)

    assert (found["projects"], found["components"]) == ([], 0)


def test_judge_who_gives_everyone_the_same_is_flagged():
    pairs = [(f"P{e}", f"J{j}") for e in range(5) for j in range(3)]
    totals = [3.0 if judge == "J1" else 1.5 + 0.6 * int(entry[1]) for entry, judge in pairs]
    fitted = fit(packed(pairs, totals, [1.0] * len(pairs)), SCALE)

    assert [("no spread" in flags) for flags in flags_of(fitted, draw(fitted, seed=1))] == [
        False,
        True,
        False,
    ]


def test_missing_criterion_is_neither_a_zero_nor_a_free_average():
    lines = {"need": Line(1.0), "works": Line(1.0)}
    rows = [Given("A", "J1", "need", 5), Given("A", "J1", "works", 3), Given("B", "J1", "need", 3)]
    rows += [Given("B", "J2", "need", 4), Given("B", "J2", "works", 2)]

    ballots, _, thin = ballots_of(rows, lines)

    # Means: need 4, works 2.5. B by J1 answered need alone: 3.25 + (0.5 × (3 − 4)) / 0.5 = 2.25
    assert list(ballots.total) == pytest.approx([4.0, 2.25, 3.0])
    assert (list(ballots.weight), thin) == ([1.0, 0.5, 1.0], [])


def test_ballot_with_less_than_half_of_the_weight_is_not_counted():
    lines = {"need": Line(1.0), "works": Line(3.0)}

    _, _, thin = ballots_of([Given("A", "J1", "need", 5), Given("A", "J2", "works", 3)], lines)

    assert thin == [("A", "J1")]


def test_scales_of_different_length_are_brought_to_one():
    lines = {"need": Line(1.0, 1, 5), "works": Line(1.0, 0, 10)}

    ballots, scale, _ = ballots_of([Given("A", "J", "need", 3), Given("A", "J", "works", 10)], lines)

    assert (list(ballots.total), scale.low, scale.high) == ([75.0], 0.0, 100.0)


@settings(max_examples=60)
@given(st.lists(st.integers(), unique=True, max_size=40))
def test_insertion_by_comparisons_sorts_with_the_fewest_questions(values):
    found: list[int] = []
    for value in values:
        answers: list[bool] = []
        while (at := next_question(len(found), answers)) is not None:
            answers.append(value > found[at])
        assert len(answers) <= len(found).bit_length()
        found.insert(place_of(len(found), answers), value)

    assert found == sorted(values, reverse=True)


def test_undefeated_entries_stay_finite():
    found = abilities([Comparison("A", "B", count=9), Comparison("C", "D", is_tie=True)])

    assert np.isfinite(found.ability).all()
    assert found.is_settled
