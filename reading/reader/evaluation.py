"""How good the screening is against what careful readers marked: hits of their lines, and agreement."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from reading.reader.read import Outcome
from reading.report import Report

DEPTHS = (1, 3, 5)
NAMES = {"evidenced": "evidenced", "partly": "partial", "absent": "not_found", "concern": "concern"}
ORDER = ("concern", "not_found", "partial", "evidenced")  # from worst to best, for the weights of kappa


class Unusable(Exception):
    """The labels cannot be used; the text names line and column."""


@dataclass(frozen=True)
class Labels:
    id: str
    findings: dict[int, frozenset[str]]
    lines: dict[int, frozenset[int]]


@dataclass
class Tally:
    texts: int = 0
    labelled: int = 0
    hits: Counter[int] = field(default_factory=Counter)
    quotes: int = 0
    verbatim: int = 0
    pairs: list[tuple[int, str, str]] = field(default_factory=list)  # principle, label, finding
    agreed: int = 0
    abstained: int = 0
    demotions: Counter[str] = field(default_factory=Counter)
    taken_back: list[dict[str, Any]] = field(default_factory=list)  # where a rule and not the model disagreed
    seconds: list[float] = field(default_factory=list)
    tokens: int = 0
    cost: Decimal = Decimal(0)
    failed: list[str] = field(default_factory=list)


def read_labels(path: Path) -> list[Labels]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    needed = ["id", *(f"p{n}" for n in range(1, 11)), "evidence_lines"]
    if missing := [name for name in needed if not rows or name not in rows[0]]:
        raise Unusable(f"{path.name}:1: the column {missing[0]} is missing")
    return [_labels(row, f"{path.name}:{number}") for number, row in enumerate(rows, start=2)]


def _labels(row: dict[str, str], place: str) -> Labels:
    findings, lines = {}, {}
    for number in range(1, 11):
        words = (row[f"p{number}"] or "").split("|")
        if unknown := [word for word in words if word not in NAMES]:
            raise Unusable(f"{place}: p{number}: {unknown[0] or 'nothing'} is not a label")
        findings[number] = frozenset(NAMES[word] for word in words)
    for item in filter(None, (row["evidence_lines"] or "").split(";")):
        name, _, listed = item.partition(":")
        try:
            lines[int(name.removeprefix("p"))] = frozenset(int(line) for line in listed.split(","))
        except ValueError as error:
            raise Unusable(f"{place}: evidence_lines: {item} cannot be read") from error
    return Labels(row["id"], findings, lines)


def evaluate(labels: list[Labels], screen: Callable[[str], Outcome]) -> Tally:
    """`screen` reads the text with that id. Lines of the extracted text are the lines of the source."""
    tally = Tally()
    for label in labels:
        outcome = screen(label.id)
        report = outcome.report
        tally.texts += 1
        tally.seconds.append(report.usage.seconds)
        tally.tokens += report.usage.prompt_tokens + report.usage.completion_tokens
        tally.cost += report.usage.cost_gbp
        if report.status == "failed" or report.mode.startswith("ai_degraded"):
            tally.failed.append(f"{label.id}: {report.error}")
        tally.demotions.update(demotion.rule for demotion in report.demotions)
        tally.taken_back += _taken_back(label, report)
        for quote in report.quotes():
            tally.quotes += 1
            tally.verbatim += outcome.text[quote.start : quote.end] == quote.text
        for row in report.principles:
            if wanted := label.lines.get(row.number):
                tally.labelled += 1
                ranks = [
                    n for n, q in enumerate(row.quotes, 1) if _lines(outcome.text, q.start, q.end) & wanted
                ]
                tally.hits.update(depth for depth in DEPTHS if ranks and ranks[0] <= depth)
            tally.abstained += row.finding == "uncertain"
            if row.finding in ORDER:
                tally.pairs.append(
                    (row.number, nearest(label.findings[row.number], row.finding), row.finding)
                )
                tally.agreed += row.finding in label.findings[row.number]
    return tally


def _taken_back(label: Labels, report: Report) -> list[dict[str, Any]]:
    rows = []
    for row in report.principles:
        rules = [d for d in report.demotions if d.principle == row.number and d.was != d.to]
        if rules and row.finding not in label.findings[row.number]:
            rows.append(
                {
                    "id": label.id,
                    "principle": row.number,
                    "label": sorted(label.findings[row.number]),
                    "finding": row.finding,
                    "rules": [f"{d.rule}: {d.was} to {d.to}" for d in rules],
                }
            )
    return rows


def result(tally: Tally) -> dict[str, Any]:
    hit = {str(k): round(tally.hits[k] / tally.labelled, 3) if tally.labelled else None for k in DEPTHS}
    seconds = sorted(tally.seconds)
    return {
        "texts": tally.texts,
        "labelled": tally.labelled,
        "hit": hit,
        "agreement": round(tally.agreed / len(tally.pairs), 3) if tally.pairs else None,
        "kappa": kappa([(label, found) for _, label, found in tally.pairs]),
        "confusion": {
            str(number): confusion([(label, found) for n, label, found in tally.pairs if n == number])
            for number in range(1, 11)
        }
        if tally.pairs
        else None,
        "abstained": tally.abstained,
        "demotions": dict(sorted(tally.demotions.items())),
        "taken_back": tally.taken_back,
        "quotes": tally.quotes,
        "quotes_verbatim": round(tally.verbatim / tally.quotes, 3) if tally.quotes else None,
        "seconds": {
            "median": seconds[len(seconds) // 2] if seconds else None,
            "p95": seconds[max(0, -(-95 * len(seconds) // 100) - 1)] if seconds else None,
        },
        "tokens": tally.tokens,
        "cost_gbp": f"{tally.cost:.4f}",
        "failed": tally.failed,
    }


def nearest(allowed: frozenset[str], found: str) -> str:
    """Where either label is defensible, the one that is closer to what was found."""
    return min(sorted(allowed), key=lambda name: abs(ORDER.index(name) - ORDER.index(found)))


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's, with quadratic weights; nothing when there is nothing to compare or no variation by chance."""
    if not pairs:
        return None
    place = {name: index for index, name in enumerate(ORDER)}
    ones, others = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum((place[a] - place[b]) ** 2 for a, b in pairs) / len(pairs)
    chance = sum(ones[a] * others[b] * (place[a] - place[b]) ** 2 for a in ORDER for b in ORDER) / (
        len(pairs) ** 2
    )
    return round(1 - seen / chance, 3) if chance else None


def confusion(pairs: list[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Label, then finding, then how often."""
    count = Counter(pairs)
    return {
        a: {b: count[a, b] for b in ORDER if count[a, b]} for a in ORDER if any(count[a, b] for b in ORDER)
    }


def _lines(text: str, start: int, end: int) -> set[int]:
    first = text.count("\n", 0, start) + 1
    return set(range(first, first + text.count("\n", start, end) + 1))
