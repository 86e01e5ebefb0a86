"""How far judges agree: Krippendorff's alpha, and the intraclass correlations of Shrout and Fleiss (1979)."""

import numpy as np

from judging.scoring.model import Ballots, Floats


def krippendorff_alpha(ratings: Floats) -> float | None:
    """Interval alpha of (units, raters), NaN where there is no rating; None where nothing can be compared."""
    units = [row[~np.isnan(row)] for row in ratings]
    units = [row for row in units if len(row) > 1]
    values = np.concatenate(units) if units else np.array([])
    if len(values) < 2 or np.ptp(values) == 0:
        return None
    within = sum(float(((row[:, None] - row[None, :]) ** 2).sum()) / (len(row) - 1) for row in units)
    between = float(((values[:, None] - values[None, :]) ** 2).sum())
    return 1 - (len(values) - 1) * within / between


def intraclass(ratings: Floats) -> dict[str, float]:
    """The six forms, of complete (targets, judges) with two of each at least and some difference in them."""
    n, k = ratings.shape
    grand = ratings.mean()
    rows, columns = ratings.mean(axis=1), ratings.mean(axis=0)
    bms = k * ((rows - grand) ** 2).sum() / (n - 1)
    jms = n * ((columns - grand) ** 2).sum() / (k - 1)
    wms = ((ratings - rows[:, None]) ** 2).sum() / (n * (k - 1))
    ems = ((ratings - rows[:, None] - columns[None, :] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    with np.errstate(divide="ignore", invalid="ignore"):  # not finite where targets do not differ at all
        return {
            "1,1": (bms - wms) / (bms + (k - 1) * wms),
            "2,1": (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
            "3,1": (bms - ems) / (bms + (k - 1) * ems),
            "1,k": (bms - wms) / bms,
            "2,k": (bms - ems) / (bms + (jms - ems) / n),
            "3,k": (bms - ems) / bms,
        }


def agreement_of(ballots: Ballots) -> dict[str, float | None]:
    table = np.full((len(ballots.entries), len(ballots.judges)), np.nan)
    table[ballots.entry, ballots.judge] = ballots.total
    found: dict[str, float | None] = {"krippendorff_alpha": krippendorff_alpha(table)}
    complete = not np.isnan(table).any() and min(table.shape) > 1 and np.ptp(table) > 0
    forms = intraclass(table) if complete else {}
    for name, form in (("icc_2_1", "2,1"), ("icc_2_k", "2,k")):
        value = forms.get(form)
        found[name] = float(value) if value is not None and np.isfinite(value) else None
    return found
