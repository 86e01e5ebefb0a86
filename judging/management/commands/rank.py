import json
import math
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.tables import Faulty, Table, checked
from judging.scoring.ballots import Given, Line, ballots_of, packed
from judging.scoring.model import Scale
from judging.scoring.pairwise import PRIOR_SD, Comparison, abilities
from judging.scoring.run import document, rounded

UNUSABLE = 2
LARGEST = 1e9


class Command(BaseCommand):
    help = "Rank projects from judges' scores, adjusted for how strict each judge is; touches no database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scores", nargs="?", metavar="SCORES.csv")
        parser.add_argument("--criteria", metavar="CRITERIA.csv", help="criterion,weight[,minimum,maximum]")
        parser.add_argument("--pairs", metavar="PAIRS.csv", help="winner,loser[,tie][,count][,judge]")
        parser.add_argument("--prior-sd", type=float, default=PRIOR_SD, help="of abilities; inf for none")
        parser.add_argument("--top", type=int, default=3)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--scale", type=float, nargs=2, metavar=("LOW", "HIGH"), default=(1.0, 5.0))
        parser.add_argument("--linear", action="store_true", help="do not stretch the ends of the scale")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: str, **options: Any) -> None:
        try:
            self._refuse(options)
            found = of_pairs(options) if options["pairs"] else of_scores(options)
        except Faulty as faulty:
            for fault in faulty.faults:
                self.stderr.write(fault)
            raise SystemExit(UNUSABLE) from faulty
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(as_text(found))

    def _refuse(self, options: dict[str, Any]) -> None:
        if bool(options["pairs"]) == bool(options["scores"]):
            raise Faulty("Name a file of scores, or one of pairs with --pairs")
        low, high = options["scale"]
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise Faulty("--scale: the first number must be lower than the second")
        if options["top"] < 1 or options["seed"] < 0:
            raise Faulty("--top must be 1 or more, --seed 0 or more")
        if not options["prior_sd"] > 0:
            raise Faulty("--prior-sd must be more than 0, or inf")


def of_scores(options: dict[str, Any]) -> dict[str, Any]:
    table = Table(options["scores"], ("project", "judge", "score"))
    low, high = options["scale"]
    has_criteria = "criterion" in table.columns
    if options["criteria"] and not has_criteria:
        table.faults.append(f"{table.name}, line 1, column criterion: the column is missing")
    lines = criteria_of(options, table, has_criteria)
    seen: dict[tuple[str, ...], int] = {}
    given = []
    for row in table.rows:
        criterion = row.need("criterion") if has_criteria else ""
        line = lines.get(criterion)
        if line is None:
            if criterion:
                row.fault("criterion", f"‘{criterion}’ is not in {options['criteria']}")
            continue
        key = (row["project"], row["judge"], criterion)
        if all(key[:2]) and key in seen:
            row.fault("judge", f"{key[1]} scored {key[0]} already, in line {seen[key]}")
        seen.setdefault(key, row.line)
        given.append(Given(*key, row.number("score", line.low, line.high, default=line.low)))
    checked(table)
    settings = {"top": options["top"], "seed": options["seed"]}
    if has_criteria:
        ballots, scale, thin = ballots_of(given, lines, stretched=not options["linear"])
        warnings = [
            f"{judge}’s ballot on {entry} is not counted: it answers less than half of the rubric"
            for entry, judge in thin
        ]
        return document(ballots, scale, warnings=warnings, **settings)
    given.sort(key=lambda one: (one.entry, one.judge))
    ballots = packed(
        [(one.entry, one.judge) for one in given], [one.score for one in given], [1.0] * len(given)
    )
    return document(ballots, Scale(low, high, not options["linear"]), **settings)


def criteria_of(options: dict[str, Any], scores: Table, has_criteria: bool) -> dict[str, Line]:
    low, high = options["scale"]
    if not has_criteria:
        return {"": Line(1.0, low, high)}
    if not options["criteria"]:
        return {row.get("criterion", ""): Line(1.0, low, high) for row in scores.rows if row.get("criterion")}
    table = Table(options["criteria"], ("criterion", "weight"))
    found: dict[str, Line] = {}
    for row in table.rows:
        line = Line(
            row.number("weight", 0, LARGEST, default=1.0),
            row.number("minimum", -LARGEST, LARGEST, default=low),
            row.number("maximum", -LARGEST, LARGEST, default=high),
        )
        if line.weight == 0:
            row.fault("weight", "a weight is more than 0")
        if line.low >= line.high:
            row.fault("maximum", "it must be more than the minimum")
        if row["criterion"] in found:
            row.fault("criterion", f"‘{row['criterion']}’ is there twice")
        found[row["criterion"]] = line
    checked(table)
    return found


def of_pairs(options: dict[str, Any]) -> dict[str, Any]:
    table = Table(options["pairs"], ("winner", "loser"))
    comparisons = []
    for row in table.rows:
        if row["winner"] and row["winner"] == row.get("loser"):
            row.fault("loser", "it is the winner too")
        tie = row.get("tie", "")
        if tie not in ("", "0", "1"):
            row.fault("tie", f"‘{tie[:40]}’ is not 1 or 0")
        count = row.number("count", 0, LARGEST, default=1.0)
        if count > 0:
            comparisons.append(Comparison(row["winner"], row.get("loser", ""), tie == "1", count))
    checked(table)
    if not comparisons:
        raise Faulty(f"{table.name}: every count is 0")
    found = abilities(comparisons, options["prior_sd"])
    order = sorted(range(len(found.entries)), key=lambda at: (-found.ability[at], str(found.entries[at])))
    projects: list[dict[str, Any]] = []
    for place, at in enumerate(order, start=1):
        same = bool(projects) and projects[-1]["ability"] - found.ability[at] < 1e-9
        projects.append(
            {
                "project": found.entries[at],
                "ability": float(found.ability[at]),
                "se": float(found.se[at]),
                "rank": projects[-1]["rank"] if same else place,
            }
        )
    warnings = [] if found.is_settled else ["Some abilities have no finite estimate: set --prior-sd"]
    return rounded({"projects": projects, "tie_parameter": found.ties, "warnings": warnings})


def as_text(found: dict[str, Any]) -> str:
    """The same, to read."""
    rows = found["projects"]
    columns = [name for name in rows[0] if any(row[name] is not None for row in rows)] if rows else []
    lines = ["  ".join(f"{name:>10}" for name in columns)]
    for row in rows:
        cells = ["" if row[name] is None else row[name] for name in columns]
        lines.append(
            "  ".join(f"{cell:10.3f}" if isinstance(cell, float) else f"{cell:>10}" for cell in cells)
        )
    return "\n".join([*lines, *found.get("warnings", [])])
