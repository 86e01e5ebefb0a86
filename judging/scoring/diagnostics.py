"""What to look at before a result is trusted: linked panels, strict judges, judges without spread."""

import numpy as np

from judging.scoring.model import Ballots, Fit
from judging.scoring.places import Draws

STRICT, LENIENT, FLAT, ERRATIC = "strict", "lenient", "no spread", "erratic"


def components(ballots: Ballots) -> list[tuple[list, list]]:
    """The groups of entries and judges that share nothing with one another, by union-find."""
    shift = len(ballots.entries)
    leads = list(range(shift + len(ballots.judges)))

    def root(at: int) -> int:
        while leads[at] != at:
            leads[at] = leads[leads[at]]
            at = leads[at]
        return at

    for entry, judge in zip(ballots.entry, ballots.judge, strict=True):
        leads[root(int(entry))] = root(shift + int(judge))
    used = [*np.unique(ballots.entry), *(shift + np.unique(ballots.judge))]
    found: dict[int, tuple[list, list]] = {}
    for at in map(int, used):
        entries, judges = found.setdefault(root(at), ([], []))
        if at < shift:
            entries.append(ballots.entries[at])
        else:
            judges.append(ballots.judges[at - shift])
    return list(found.values())


def flags_of(fitted: Fit, drawn: Draws) -> list[list[str]]:
    """For each judge, what a person may want to ask them about. Nobody is dropped for it."""
    ballots = fitted.ballots
    sd = drawn.judges.std(axis=0) if len(drawn.judges) else np.zeros(len(ballots.judges))
    v_p = fitted.shares[0] / fitted.shares[2] * fitted.variance
    errors = _mean_square(fitted)
    found = []
    for judge in range(len(ballots.judges)):
        mine = ballots.judge == judge
        flags = []
        severity = fitted.severity[judge]
        if abs(severity) > 2 * sd[judge] and abs(severity) > 0.5 * np.sqrt(v_p):
            flags.append(LENIENT if severity > 0 else STRICT)
        if mine.sum() >= 3 and np.ptp(ballots.total[mine]) == 0:
            flags.append(FLAT)
        if mine.sum() >= 4 and errors[judge] > 2:
            flags.append(ERRATIC)
        found.append(flags)
    return found


def _mean_square(fitted: Fit) -> np.ndarray:
    """Each judge's noise beside what the model expects of it; 1 is what was expected."""
    ballots, found = fitted.ballots, fitted.solution
    inverse = np.linalg.inv(found.root @ found.root.T)
    hat = np.empty(len(ballots))
    for place, (entry, judge) in enumerate(zip(ballots.entry, ballots.judge, strict=True)):
        # Of the whole system, with the entries put back: x' M^-1 x for x = (mean, judge, entry).
        x = np.zeros(len(inverse))
        x[0] = x[1 + judge] = 1
        x -= fitted.equations.c[:, entry] / found.d[entry]
        hat[place] = x @ inverse @ x + 1 / found.d[entry]
    expected = np.bincount(ballots.judge, 1 - ballots.weight * hat, len(ballots.judges))
    seen = np.bincount(ballots.judge, ballots.weight * fitted.residuals**2, len(ballots.judges))
    return np.divide(seen, expected * fitted.variance, out=np.ones_like(seen), where=expected > 1e-12)
