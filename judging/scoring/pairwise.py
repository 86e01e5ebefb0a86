"""Bradley and Terry's model (1952) with Davidson's ties (1970), for judges who put entries in order."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRIOR_SD = 1.5
ROUNDS = 200
DONE = 1e-12
FURTHEST = 30.0  # of an ability without a prior: whoever never lost has none that is finite


@dataclass(frozen=True)
class Comparison:
    winner: Hashable
    loser: Hashable
    is_tie: bool = False
    count: float = 1.0


@dataclass(frozen=True)
class Abilities:
    """`ability` is on the log scale, its mean is 0; `se` from the inverse of the Hessian; `ties` is nu."""

    entries: list
    ability: NDArray[np.float64]
    se: NDArray[np.float64]
    ties: float | None
    is_settled: bool


def abilities(  # noqa: PLR0915 (one method, read from top to bottom)
    comparisons: Sequence[Comparison], prior_sd: float = PRIOR_SD
) -> Abilities:
    """The most probable abilities, or with an infinite `prior_sd` the most likely ones. Newton's method."""
    entries = sorted({key for one in comparisons for key in (one.winner, one.loser)}, key=str)
    at = {key: place for place, key in enumerate(entries)}
    first = np.array([at[one.winner] for one in comparisons], dtype=np.int64)
    second = np.array([at[one.loser] for one in comparisons], dtype=np.int64)
    tie = np.array([one.is_tie for one in comparisons])
    count = np.array([one.count for one in comparisons], dtype=float)
    has_ties = bool(tie.any())
    size = len(entries) + has_ties
    precision = 0.0 if np.isinf(prior_sd) else 1 / prior_sd**2
    theta = np.zeros(size)
    settled = False

    def parts(theta: NDArray) -> tuple[float, NDArray, NDArray]:
        """The log posterior, its gradient and minus its Hessian; log nu is the last of theta."""
        t1, t2 = theta[first], theta[second]
        log_nu = theta[-1] if has_ties else -np.inf
        logs = np.stack([t1, t2, log_nu + (t1 + t2) / 2])
        top = logs.max(axis=0)
        weights = np.exp(logs - top)
        total = weights.sum(axis=0)
        p1, p2, p0 = weights / total
        outcome = np.where(tie, logs[2] if has_ties else 0.0, t1)
        value = float((count * (outcome - top - np.log(total))).sum())
        value -= precision / 2 * float((theta[: len(entries)] ** 2).sum())
        # Each outcome is linear in theta: a win (1, 0, 0), a loss (0, 1, 0), a tie (1/2, 1/2, 1).
        x = np.zeros((3, len(first), size))
        rows = np.arange(len(first))
        x[0, rows, first] = x[1, rows, second] = 1
        x[2, rows, first] = x[2, rows, second] = 0.5
        if has_ties:
            x[2, rows, -1] = 1
        expected = p1[:, None] * x[0] + p2[:, None] * x[1] + p0[:, None] * x[2]
        gradient = (count[:, None] * (np.where(tie[:, None], x[2], x[0]) - expected)).sum(axis=0)
        hessian = -np.einsum("b,bi,bj->ij", count, expected, expected)
        for p, one in zip((p1, p2, p0), x, strict=True):
            hessian += np.einsum("b,bi,bj->ij", count * p, one, one)
        gradient[: len(entries)] -= precision * theta[: len(entries)]
        places = np.arange(len(entries))
        hessian[places, places] += precision
        return value, gradient, hessian

    # Without a prior only differences are known: the sum is held at 0, which changes no likelihood.
    ridge = np.zeros((size, size))
    if precision == 0:
        ridge[: len(entries), : len(entries)] = 1 / len(entries)
    value, gradient, hessian = parts(theta)
    for _ in range(ROUNDS):
        step = np.linalg.lstsq(hessian + ridge, gradient, rcond=None)[0]
        scale = 1.0
        while scale > 1e-10:
            tried = np.clip(theta + scale * step, -FURTHEST, FURTHEST)
            after = parts(tried)
            if after[0] >= value - 1e-15:
                break
            scale /= 2
        moved = float(np.abs(tried - theta).max())
        theta, (value, gradient, hessian) = tried, after
        if moved < DONE:
            settled = True
            break
    covariance = np.linalg.pinv(hessian + ridge) - (np.linalg.pinv(ridge) if precision == 0 else 0)
    ability = theta[: len(entries)]
    finite = float(np.abs(ability).max(initial=0)) < FURTHEST - 1
    se = np.sqrt(np.maximum(np.diag(covariance)[: len(entries)], 0))
    nu = float(np.exp(theta[-1])) if has_ties else None
    return Abilities(entries, ability - ability.mean(), se, nu, settled and finite)


def next_question(length: int, answers: Sequence[bool]) -> int | None:
    """Where to compare a new entry in a list of this length, best first; None once its place is known.

    `answers` are whether the new one was better, one after another: binary insertion, which asks
    ceil(log2(length + 1)) times at most.
    """
    low, high = _bounds(length, answers)
    return (low + high) // 2 if low < high else None


def place_of(length: int, answers: Sequence[bool]) -> int:
    """The place (from 0) that these answers give a new entry in a list of this length."""
    return _bounds(length, answers)[0]


def _bounds(length: int, answers: Sequence[bool]) -> tuple[int, int]:
    low, high = 0, length
    for is_better in answers:
        middle = (low + high) // 2
        low, high = (low, middle) if is_better else (middle + 1, high)
    return low, high
