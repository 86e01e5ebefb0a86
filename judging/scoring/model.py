"""Which entry is best, given that some judges are stricter than others, and how sure one can be.

A ballot is one judge's weighted total for one entry, on a mildly stretched scale. It is the sum of an overall
mean, the entry, the judge and noise; entries and judges are both shrunk towards nothing (empirical Bayes, as
in Henderson's mixed-model equations), with the shares of variance averaged over a grid instead of estimated
at a boundary. Plain arrays in, plain values out: the same input and seed give the same bytes.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, eigh

METHOD = "additive-stretched-1"
LINEAR = "additive-linear-1"
DELTA = 0.15  # how mildly the ends of the scale are stretched
GRID = np.exp(
    np.linspace(np.log(0.01), np.log(50), 25)
)  # variance of entries, or of judges, to that of noise
FLOOR = 1e-10

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Scale:
    """From points to the scale on which the model is additive, and back."""

    low: float
    high: float
    stretched: bool = True

    def spread(self, points: Floats) -> Floats:
        share = (points - self.low) / (self.high - self.low)
        return np.log((share + DELTA) / (1 - share + DELTA)) if self.stretched else share

    def points(self, spread: Floats) -> Floats:
        if self.stretched:
            grown = np.exp(np.clip(spread, -50, 50))
            spread = ((1 + DELTA) * grown - DELTA) / (1 + grown)
        return self.low + (self.high - self.low) * np.clip(spread, 0, 1)


@dataclass(frozen=True)
class Ballots:
    """`entry` and `judge` are places in `entries` and `judges`; `total` is in points, `weight` in (0, 1]."""

    entries: Sequence[Hashable]
    judges: Sequence[Hashable]
    entry: Whole
    judge: Whole
    total: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.total)

    def without(self, keep: NDArray[np.bool_]) -> "Ballots":
        """The same entries and judges, with only the ballots that are kept."""
        return Ballots(
            self.entries,
            self.judges,
            self.entry[keep],
            self.judge[keep],
            self.total[keep],
            self.weight[keep],
        )


@dataclass(frozen=True)
class Equations:
    """The parts of Henderson's equations that do not depend on the shares of variance."""

    a: Floats  # (1 + J, 1 + J)
    c: Floats  # (1 + J, P)
    of_mean: Floats  # (1 + J,): X'Wu
    of_entries: Floats  # (P,): Z'Wu
    n: Floats  # (P,): weight on each entry
    square: float  # u'Wu
    floor: float
    ballots: int

    @classmethod
    def of(cls, ballots: Ballots, u: Floats) -> "Equations":
        weight, judges, entries = ballots.weight, len(ballots.judges), len(ballots.entries)
        x = np.zeros((len(u), 1 + judges))
        x[:, 0] = 1
        x[np.arange(len(u)), 1 + ballots.judge] = 1
        c = np.zeros((1 + judges, entries))
        np.add.at(c[0], ballots.entry, weight)
        np.add.at(c, (1 + ballots.judge, ballots.entry), weight)
        square = float(weight @ (u * u))
        return cls(
            (x * weight[:, None]).T @ x,
            c,
            x.T @ (weight * u),
            np.bincount(ballots.entry, weight * u, entries).astype(float),
            np.bincount(ballots.entry, weight, entries).astype(float),
            square,
            FLOOR * max(1.0, square),
            len(u),
        )


@dataclass(frozen=True)
class Solution:
    """At one pair of ratios: the mean and the judges (beta), the entries, and what uncertainty needs."""

    beta: Floats  # mu, s_1 … s_J
    theta: Floats
    d: Floats  # D_p
    root: Floats  # lower Cholesky factor of S
    q: float
    log_det: float


@dataclass(frozen=True)
class Fit:
    ballots: Ballots
    scale: Scale
    u: Floats
    mean: float  # subtracted from u before solving, for accuracy; given back everywhere
    equations: Equations
    grid: Floats  # (cells, 2): r_p, r_j
    posterior: Floats  # (cells,)
    shares: tuple[float, float, float]  # entry, judge, residual
    solution: Solution

    @property
    def ratios(self) -> tuple[float, float]:
        entry, judge, residual = self.shares
        return entry / residual, judge / residual

    @property
    def mu(self) -> float:
        return self.mean + float(self.solution.beta[0])

    @property
    def severity(self) -> Floats:
        """s_j on the stretched scale; above nothing is lenient."""
        return self.solution.beta[1:]

    @property
    def variance(self) -> float:
        """v_e at the published ratios."""
        return self.solution.q / max(self.equations.ballots - 1, 1)

    @property
    def fair(self) -> Floats:
        """Each entry's average after the judges' strictness is taken out, on the stretched scale."""
        corrected = self.ballots.weight * (self.u - self.severity[self.ballots.judge])
        sums = np.bincount(self.ballots.entry, corrected, len(self.ballots.entries))
        with np.errstate(invalid="ignore", divide="ignore"):
            return sums / self.equations.n

    @property
    def evidence(self) -> Floats:
        """R_p: how far an entry's average is trusted, given how many ballots stand behind it."""
        return self.equations.n / (self.equations.n + 1 / self.ratios[0])

    @property
    def score(self) -> Floats:
        return self.mu + self.solution.theta

    def in_points(self, spread: Floats | float) -> Floats:
        return self.scale.points(np.asarray(spread, dtype=float))

    @property
    def residuals(self) -> Floats:
        return self.u - self.score[self.ballots.entry] - self.severity[self.ballots.judge]


def fit(ballots: Ballots, scale: Scale, *, judges_differ: bool = True) -> Fit:
    """The additive model with both shrinkages. Two ballots and two entries at least, or a ValueError.

    `judges_differ=False` leaves strictness out: with one judge it cannot be told from the mean.
    """
    if len(ballots) < 2 or len(ballots.entries) < 2:
        raise ValueError("two ballots and two entries are needed")
    raw = scale.spread(ballots.total)
    mean = float(np.average(raw, weights=ballots.weight))
    u = raw - mean
    equations = Equations.of(ballots, u)
    cells, log_weights = _posterior(equations, judges_differ)
    posterior = np.exp(log_weights - log_weights.max())
    posterior /= posterior.sum()
    whole = 1 + cells.sum(axis=1)
    entry, judge = posterior @ (cells[:, 0] / whole), posterior @ (cells[:, 1] / whole)
    shares = (float(entry), float(judge), float(1 - entry - judge))
    solution = solve(equations, entry / shares[2], judge / shares[2])
    return Fit(ballots, scale, raw, mean, equations, cells, posterior, shares, solution)


def solve(equations: Equations, r_p: float, r_j: float) -> Solution:
    """Henderson's equations with the entries eliminated: one Cholesky of size 1 + J."""
    d = equations.n + 1 / r_p
    s = equations.a - (equations.c / d) @ equations.c.T
    judges = np.arange(1, len(s))
    s[judges, judges] += 1 / r_j
    right = equations.of_mean - equations.c @ (equations.of_entries / d)
    root = cholesky(s, lower=True)
    beta = cho_solve((root, True), right)
    theta = (equations.of_entries - equations.c.T @ beta) / d
    q = equations.square - equations.of_entries @ (equations.of_entries / d) - beta @ right
    log_det = float(np.log(d).sum() + 2 * np.log(np.diag(root)).sum())
    return Solution(beta, theta, d, root, max(float(q), equations.floor), log_det)


def restricted_log_likelihood(fitted: Fit, r_p: float, r_j: float, v_e: float) -> float:
    """Minus twice this is lme4's REML criterion, of the centred totals."""
    equations, found = fitted.equations, solve(fitted.equations, r_p, r_j)
    entries, judges = len(fitted.ballots.entries), len(fitted.ballots.judges)
    minus_two = (
        (equations.ballots - 1) * np.log(2 * np.pi * v_e)
        + found.log_det
        + entries * np.log(r_p)
        + judges * np.log(r_j)
        - np.log(fitted.ballots.weight).sum()
        + found.q / v_e
    )
    return float(-minus_two / 2)


def _posterior(equations: Equations, judges_differ: bool) -> tuple[Floats, Floats]:
    """Every cell of the grid (r_p, r_j) with its log weight; one eigendecomposition serves a row of cells.

    Prior: Dirichlet(2, 2, 2) on the shares, 1 / v_e on the noise, which is integrated out.
    """
    entries, judges = len(equations.n), len(equations.a) - 1
    ratios_j = GRID if judges_differ else GRID[:1]
    cells, weights = [], []
    for r_p in GRID:
        d = equations.n + 1 / r_p
        s = equations.a - (equations.c / d) @ equations.c.T
        right = equations.of_mean - equations.c @ (equations.of_entries / d)
        values, vectors = eigh(s[1:, 1:])
        edge, told = vectors.T @ s[1:, 0], vectors.T @ right[1:]
        base = equations.square - equations.of_entries @ (equations.of_entries / d)
        for r_j in ratios_j:
            inner = np.maximum(values, 0) + 1 / r_j
            pivot = s[0, 0] - edge @ (edge / inner)
            pivot = max(float(pivot), FLOOR)
            mu = (right[0] - edge @ (told / inner)) / pivot
            explained = mu * mu * pivot + told @ (told / inner)
            q = max(float(base - explained), equations.floor)
            log_det = np.log(d).sum() + np.log(inner).sum() + np.log(pivot)
            phi = np.array([r_p, r_j, 1]) / (1 + r_p + r_j)
            cells.append((r_p, r_j))
            weights.append(
                2 * np.log(phi).sum()
                - (log_det + entries * np.log(r_p) + judges * np.log(r_j)) / 2
                - (equations.ballots - 1) / 2 * np.log(q)
            )
    return np.array(cells), np.array(weights)


def without_severity(fitted: Fit) -> Fit:
    """One judge: what looks like strictness is the mean, and nobody is corrected."""
    found = fitted.solution
    entry, _, residual = fitted.shares
    beta = found.beta.copy()
    beta[0] += float(fitted.ballots.weight @ beta[1 + fitted.ballots.judge] / fitted.ballots.weight.sum())
    beta[1:] = 0
    solution = Solution(beta, found.theta, found.d, found.root, found.q, found.log_det)
    shares = (entry / (entry + residual), 0.0, residual / (entry + residual))
    return Fit(
        fitted.ballots,
        fitted.scale,
        fitted.u,
        fitted.mean,
        fitted.equations,
        fitted.grid,
        fitted.posterior,
        shares,
        solution,
    )


def refit_without(fitted: Fit, judge: int) -> Floats:
    """The scores at the same shares when one judge's ballots are left out; NaN where none is left."""
    kept = fitted.ballots.without(fitted.ballots.judge != judge)
    if len(kept) < 2:
        return np.full(len(kept.entries), np.nan)
    mean = float(np.average(fitted.scale.spread(kept.total), weights=kept.weight))
    equations = Equations.of(kept, fitted.scale.spread(kept.total) - mean)
    found = solve(equations, *fitted.ratios)
    score = mean + found.beta[0] + found.theta
    return np.where(equations.n > 0, score, np.nan)
