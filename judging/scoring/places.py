"""Ranks with their uncertainty, from draws of what could be true."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import solve_triangular

from judging.scoring.model import Ballots, Fit, Floats, Scale, Whole, fit, solve, without_severity

DRAWS = 4000
SAME = 1e-9  # scores this close are equal
CLOSE = 0.8  # below this chance of being the better one, two neighbours are too close to call


@dataclass(frozen=True)
class Draws:
    """What could be true: one row a draw. On the stretched scale."""

    entries: Floats  # (N, P): mu + theta
    judges: Floats  # (N, J): s
    mu: Floats  # (N,)


def draw(fitted: Fit, *, seed: int, number: int = DRAWS) -> Draws:
    """From the posterior: a cell by its weight, then the noise, the mean and judges, the entries."""
    chance = np.random.default_rng(seed)
    counts = chance.multinomial(number, fitted.posterior)
    entries, betas = [], []
    ballots = fitted.equations.ballots
    for place in np.flatnonzero(counts):
        count = counts[place]
        found = solve(fitted.equations, *fitted.grid[place])
        v_e = found.q / chance.chisquare(ballots - 1, count)
        z = chance.standard_normal((len(found.beta), count))
        beta = found.beta[:, None] + np.sqrt(v_e) * solve_triangular(found.root, z, lower=True, trans="T")
        centre = (fitted.equations.of_entries[:, None] - fitted.equations.c.T @ beta) / found.d[:, None]
        noise = chance.standard_normal(centre.shape)
        theta = centre + np.sqrt(v_e / found.d[:, None]) * noise
        entries.append((fitted.mean + beta[0] + theta).T)
        betas.append(beta.T)
    beta = np.concatenate(betas)
    return Draws(np.concatenate(entries), beta[:, 1:], fitted.mean + beta[:, 0])


@dataclass(frozen=True)
class Place:
    """One entry in the result. Points are on the scale of the rubric; no rank means: not enough ballots."""

    entry: Hashable
    ballots: int
    raw_mean: float | None
    corrected: float | None = None
    adjusted: float | None = None
    evidence: float | None = None
    sd: float | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    p_first: float | None = None
    p_top_k: float | None = None
    group: int | None = None
    beats_next: float | None = None  # the chance of being better than the one after it


@dataclass(frozen=True)
class Ranking:
    places: list[Place]  # ranked ones first, best first
    fitted: Fit | None = None
    draws: Draws | None = None
    warnings: list[str] = field(default_factory=list)


def rank(
    ballots: Ballots,
    scale: Scale,
    *,
    top: int,
    seed: int,
    minimum: int = 2,
    hidden: Mapping[Hashable, str] | None = None,
) -> Ranking:
    """Every entry once. `hidden` ones (withdrawn, disqualified) leave the ranks, and stay in the fit."""
    counts = np.bincount(ballots.entry, minlength=len(ballots.entries))
    sums = np.bincount(ballots.entry, ballots.total, len(ballots.entries))
    seen = [n for n, one in enumerate(ballots.entries) if one not in (hidden or {})]
    raw = {n: float(sums[n] / counts[n]) if counts[n] else None for n in seen}
    used = [n for n in range(len(ballots.entries)) if counts[n]]
    if len(ballots) < 2 or len(used) < 2:
        places = [Place(ballots.entries[n], int(counts[n]), raw[n]) for n in seen]
        return Ranking(
            places, warnings=["Too few ballots or entries to compare: raw averages alone are shown"]
        )
    judges = np.unique(ballots.judge)
    warnings = []
    if len(judges) == 1:
        warnings.append("One judge: strictness cannot be estimated, so the order is that of the raw scores")
    fitted = fit(ballots, scale, judges_differ=len(judges) > 1)
    if len(judges) == 1:
        fitted = without_severity(fitted)
    drawn = draw(fitted, seed=seed)
    ranked = [n for n in seen if counts[n] >= max(minimum, 1)]
    score, adjusted = fitted.score, fitted.in_points(fitted.score)
    order = sorted(ranked, key=lambda n: (-score[n], str(ballots.entries[n])))
    ranks = _ranks(score[order])
    columns = drawn.entries[:, order]
    in_points = fitted.in_points(columns)
    drawn_ranks = _ranks_of_draws(columns)
    flat = bool(np.ptp(ballots.total) == 0)
    if flat:
        drawn_ranks = np.ones_like(drawn_ranks)
    corrected, evidence = fitted.in_points(fitted.fair), fitted.evidence
    places, group = [], 1
    for position, n in enumerate(order):
        mine = drawn_ranks[:, position]
        better = None
        if position + 1 < len(order):
            after = columns[:, position + 1]
            better = 0.5 if flat else float(np.mean(columns[:, position] > after))
        places.append(
            Place(
                ballots.entries[n],
                int(counts[n]),
                raw[n],
                float(corrected[n]),
                float(adjusted[n]),
                float(evidence[n]),
                float(in_points[:, position].std()),
                ranks[position],
                int(np.quantile(mine, 0.05, method="inverted_cdf")),
                int(np.quantile(mine, 0.95, method="inverted_cdf")),
                float(np.mean(mine == 1)),
                float(np.mean(mine <= top)),
                group,
                better,
            )
        )
        if better is not None and better > CLOSE:
            group += 1
    rest = sorted((n for n in seen if n not in set(ranked)), key=lambda n: str(ballots.entries[n]))
    places += [Place(ballots.entries[n], int(counts[n]), raw[n]) for n in rest]
    return Ranking(places, fitted, drawn, warnings)


def _ranks(scores: Floats) -> list[int]:
    """Of scores in falling order: equal ones share a rank (1, 2, 2, 4)."""
    ranks: list[int] = []
    for place, score in enumerate(scores):
        is_tie = place > 0 and scores[place - 1] - score <= SAME
        ranks.append(ranks[-1] if is_tie else place + 1)
    return ranks


def _ranks_of_draws(columns: Floats) -> Whole:
    order = np.argsort(-columns, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, columns.shape[1] + 1)[None, :], axis=1)
    return ranks
