"""How well and how fast entries are ranked and judges given to them, in events that are made up.

An event: each entry has a worth from a normal distribution (sd 0.55 around 3.4 points), each judge a severity
(sd 0.35) and noise (sd 0.5); a ballot is four criteria, each with noise of its own (sd 0.4), kept to whole
scores from 1 to 5. Ours, the raw mean and z-scores see the same ballots; tau is Kendall's, against the worth.
"""

import time

import numpy as np
from scipy.stats import kendalltau

from judging.allocation import Entry, Judge, Rules, allocate
from judging.scoring.model import Ballots, Scale
from judging.scoring.places import rank

EVENTS = 200
TOP = 5
SCALE = Scale(1.0, 5.0)
SCENARIOS = {
    "60 x 20, 3 ballots": (60, 20, 3, 1.0),
    "60 x 20, 2 ballots": (60, 20, 2, 1.0),
    "60 x 20, 3 ballots, severity doubled": (60, 20, 3, 2.0),
}


def event(entries: int, judges: int, seats: int, severity: float, seed: int) -> tuple[np.ndarray, Ballots]:
    """The worth of each entry, and the ballots; loads are even and judges mixed."""
    luck = np.random.default_rng(seed)
    worth = luck.normal(3.4, 0.55, entries)
    strict = luck.normal(0, 0.35 * severity, judges)
    order = luck.permutation(judges)
    pairs = set()
    for entry in range(entries):
        while sum(1 for one, _ in pairs if one == entry) < seats:
            if luck.random() < 0.1:
                luck.shuffle(order)
            pairs.add(
                (entry, int(order[len(pairs) % judges]))
                if luck.random() < 0.7
                else (entry, int(luck.integers(judges)))
            )
    rows = sorted(pairs)
    totals = []
    for entry, judge in rows:
        middle = worth[entry] + strict[judge] + luck.normal(0, 0.5)
        totals.append(np.clip(np.round(middle + luck.normal(0, 0.4, 4)), 1, 5).mean())
    at = np.array(rows, dtype=np.int64)
    ballots = Ballots(range(entries), range(judges), at[:, 0], at[:, 1], np.array(totals), np.ones(len(rows)))
    return worth, ballots


def means(ballots: Ballots, values: np.ndarray) -> np.ndarray:
    size = len(ballots.entries)
    return np.bincount(ballots.entry, values, size) / np.bincount(ballots.entry, minlength=size)


def z_scores(ballots: Ballots) -> np.ndarray:
    values = ballots.total.copy()
    for judge in range(len(ballots.judges)):
        mine = ballots.judge == judge
        if mine.any():
            spread = values[mine].std()
            values[mine] = (values[mine] - values[mine].mean()) / (spread if spread > 0 else 1)
    return values


def quality() -> None:
    for words, (entries, judges, seats, severity) in SCENARIOS.items():
        tau: dict[str, list] = {"raw mean": [], "z-score": [], "ours": []}
        recall: dict[str, list] = {name: [] for name in tau}
        inside = 0.0
        for seed in range(EVENTS):
            worth, ballots = event(entries, judges, seats, severity, seed)
            ranking = rank(ballots, SCALE, top=TOP, seed=1)
            ours = np.zeros(entries)
            ranks = (-worth).argsort().argsort() + 1
            for place in ranking.places:
                ours[place.entry] = place.adjusted or 0
                inside += (place.rank_low or 0) <= ranks[place.entry] <= (place.rank_high or 0)
            values = {
                "raw mean": means(ballots, ballots.total),
                "z-score": means(ballots, z_scores(ballots)),
                "ours": ours,
            }
            best = set(np.argsort(-worth)[:TOP])
            for name, value in values.items():
                tau[name].append(kendalltau(worth, value).statistic)
                recall[name].append(len(best & set(np.argsort(-value, kind="stable")[:TOP])) / TOP)
        print(f"{words}: {EVENTS} events; the 90 % range holds the true rank {inside / EVENTS / entries:.1%}")
        for name, found in tau.items():
            gain = np.array(tau["ours"]) - np.array(found)
            print(
                f"  {name:<9} tau {np.mean(found):.3f}   top {TOP} recall {np.mean(recall[name]):.3f}"
                f"   ours is better by {gain.mean():+.3f} (se {gain.std() / np.sqrt(EVENTS):.3f})"
            )


def speed() -> None:
    for entries, judges in ((60, 20), (200, 60), (500, 150), (1000, 300)):
        _, ballots = event(entries, judges, 3, 1.0, 1)
        began = time.process_time()
        rank(ballots, SCALE, top=TOP, seed=1)
        fitted = time.process_time() - began
        luck = np.random.default_rng(entries)
        seats = [Entry(f"P{at}", frozenset([f"D{luck.integers(5)}"])) for at in range(entries)]
        panel = [Judge(f"J{at}", f"D{luck.integers(5)}", is_lead=at % 2 == 0) for at in range(judges)]
        match = {(one.key, other.key): float(luck.random()) for one in seats for other in panel}
        told = []
        for rules in (Rules(), Rules(lead=True, departments_differ=True)):
            began = time.process_time()
            found = allocate(seats, panel, per_entry=3, match=match, rules=rules, seed=1)
            home = {one.key: one.departments for one in seats}
            of = {one.key: one.department for one in panel}
            broken = sum(of[judge] in home[entry] for entry, judge in found.assignments)
            told.append(
                f"{time.process_time() - began:.2f} s CPU, match {found.match:.3f}, connectivity "
                f"{found.algebraic_connectivity:.2f}, pairs {found.most_repeated_pair} at most, "
                f"conflicts broken {broken}, rules broken {len(found.broken)}, empty seats "
                f"{sum(missing for _, missing in found.shortages)}"
            )
        print(f"{entries} x {judges}: fit and draws {fitted:.2f} s CPU")
        print(f"  allocation {told[0]}\n  with panel rules {told[1]}")


def main(words: list[str]) -> int:
    print("Judging")
    speed()
    quality()
    return 0
