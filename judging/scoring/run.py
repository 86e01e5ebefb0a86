"""One run of the ranking: inputs in, one plain document out; the same inputs give the same bytes."""

import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from judging.scoring.agreement import agreement_of
from judging.scoring.diagnostics import components, flags_of
from judging.scoring.model import LINEAR, METHOD, Ballots, Scale
from judging.scoring.places import rank

DIGITS = 6  # of what is given out: beyond them, machines differ


def document(
    ballots: Ballots,
    scale: Scale,
    *,
    top: int,
    seed: int,
    minimum: int = 2,
    hidden: Mapping[Hashable, str] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Places, judges, agreement and warnings, rounded; `severity` above 0 is lenient, in points."""
    ranking = rank(ballots, scale, top=top, seed=seed, minimum=minimum, hidden=hidden)
    groups = components(ballots)
    said = [*warnings, *ranking.warnings]
    if len(groups) > 1:
        names = [", ".join(sorted(map(str, judges))) for _, judges in groups]
        said.append(
            f"{len(groups)} groups of judges share no entry ({'; '.join(sorted(names))}). "
            "Comparing their entries assumes that the groups are equally strict"
        )
    judges = []
    counts = np.bincount(ballots.judge, minlength=len(ballots.judges))
    fitted, drawn = ranking.fitted, ranking.draws
    flags = flags_of(fitted, drawn) if fitted and drawn else [[] for _ in ballots.judges]
    for place, judge in enumerate(ballots.judges):
        severity = sd = None
        if fitted is not None and drawn is not None:
            middle = float(fitted.in_points(fitted.mu))
            severity = float(fitted.in_points(fitted.mu + fitted.severity[place])) - middle
            spread = fitted.in_points(drawn.mu + drawn.judges[:, place]) - fitted.in_points(drawn.mu)
            sd = float(spread.std())
        judges.append(
            {
                "judge": judge,
                "ballots": int(counts[place]),
                "severity": severity,
                "sd": sd,
                "flags": flags[place],
            }
        )
    shares = fitted.shares if fitted is not None else (None, None, None)
    columns = (
        *("rank", "ballots", "raw_mean", "corrected", "adjusted", "evidence", "sd", "rank_low", "rank_high"),
        *("p_first", "p_top_k", "group", "beats_next"),
    )
    found = {
        "method": METHOD if scale.stretched else LINEAR,
        "seed": seed,
        "top": top,
        "shares": dict(zip(("project", "judge", "residual"), shares, strict=True)),
        "projects": [
            {"project": place.entry, **{name: getattr(place, name) for name in columns}}
            for place in ranking.places
        ],
        "judges": judges,
        "agreement": agreement_of(ballots),
        "components": len(groups),
        "warnings": said,
    }
    return rounded(found)


def rounded(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        near = round(float(value), DIGITS)
        return near + 0.0 if np.isfinite(near) else None
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return value


def as_bytes(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(inputs: Any) -> str:
    """Of what a run was made from."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
