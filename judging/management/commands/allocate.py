import argparse
import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.tables import Faulty, Row, Table, checked
from judging.allocation import Entry, Judge, Rules, allocate
from teams import matching

UNUSABLE = 2
LARGEST = 1e6
YES = {"1", "yes", "true", "y"}


class Command(BaseCommand):
    help = "Give projects to judges, or people to teams, from tables; touches no database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="what", required=True, parser_class=argparse.ArgumentParser)
        judges = parts.add_parser("judges", help="which judge scores which project")
        judges.add_argument("projects", metavar="PROJECTS.csv", help="project,department[,tags]")
        judges.add_argument("judges", metavar="JUDGES.csv", help="judge,department[,tags][,max_load][,lead]")
        judges.add_argument("--conflicts", metavar="C.csv", help="project,judge,reason")
        judges.add_argument("--match", metavar="M.csv", help="project,judge,match (0 to 1), in place of tags")
        judges.add_argument("--per-project", type=int, default=3)
        judges.add_argument("--max-load", type=int)
        judges.add_argument("--exact", action="store_true", help="an integer programme: slower, never worse")
        teams = parts.add_parser("teams", help="who works with whom, on what")
        teams.add_argument(
            "people", metavar="PEOPLE.csv", help="person,department,skills,wishes[,with][,apart][,experience]"
        )
        teams.add_argument("--challenges", metavar="C.csv", help="challenge[,skills][,capacity]")
        teams.add_argument("--min", type=int, default=4)
        teams.add_argument("--max", type=int, default=6)
        for part in (judges, teams):
            part.add_argument("--seed", type=int, default=1)
            part.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: str, **options: Any) -> None:
        of_part: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "judges": of_judges,
            "teams": of_teams,
        }
        try:
            if options["seed"] < 0:
                raise Faulty("--seed must be 0 or more")
            found = of_part[options["what"]](options)
        except Faulty as faulty:
            for fault in faulty.faults:
                self.stderr.write(fault)
            raise SystemExit(UNUSABLE) from faulty
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(found)))


def unique(table: Table, column: str) -> None:
    """Two rows of one name cannot be told apart."""
    seen: dict[str, int] = {}
    for row in table.rows:
        if row[column] in seen:
            row.fault(column, f"‘{row[column]}’ is there already, in line {seen[row[column]]}")
        seen.setdefault(row[column], row.line)


def known(row: Row, column: str, names: set[str], path: str) -> None:
    if row[column] and row[column] not in names:
        row.fault(column, f"‘{row[column]}’ is not in {path}")


def tags_of(row: Row, column: str) -> frozenset[str]:
    return frozenset(tag.casefold() for tag in row.items_of(column))


def whole(row: Row, column: str) -> int | None:
    """A whole number, or None where nothing stands."""
    number = row.number(column, 0, LARGEST)
    if number != int(number):
        row.fault(column, f"‘{row[column]}’ is not a whole number")
    return int(number) if row.get(column) else None


def of_judges(options: dict[str, Any]) -> dict[str, Any]:
    if options["per_project"] < 1 or (options["max_load"] is not None and options["max_load"] < 0):
        raise Faulty("--per-project must be 1 or more, --max-load 0 or more")
    projects = Table(options["projects"], ("project",))
    judges = Table(options["judges"], ("judge",))
    for table in (projects, judges):
        if "department" not in table.columns:
            table.faults.append(f"{table.name}, line 1, column department: the column is missing")
    unique(projects, "project")
    unique(judges, "judge")
    tables = [projects, judges]
    names = {row["project"] for row in projects.rows}, {row["judge"] for row in judges.rows}

    def pairs(path: str | None, needed: tuple[str, ...]) -> list[Row]:
        if path is None:
            return []
        table = Table(path, needed)
        table.faults = [fault for fault in table.faults if not fault.endswith("there are no rows")]
        tables.append(table)
        for row in table.rows:
            known(row, "project", names[0], projects.name)
            known(row, "judge", names[1], judges.name)
        return table.rows

    barred = {(row["project"], row["judge"]) for row in pairs(options["conflicts"], ("project", "judge"))}
    match: dict[tuple[str, str], float] = {}
    for row in pairs(options["match"], ("project", "judge", "match")):
        if (row["project"], row["judge"]) in match:
            row.fault("judge", f"{row['judge']} and {row['project']} are there already")
        match[row["project"], row["judge"]] = row.number("match", 0, 1)
    most = options["max_load"]
    panel = []
    for row in judges.rows:
        own = whole(row, "max_load")
        panel.append(
            Judge(
                row["judge"],
                row.get("department") or None,
                min((load for load in (own, most) if load is not None), default=None),
                tags_of(row, "tags"),
                row.get("lead", "").casefold() in YES,
            )
        )
    checked(*tables)
    found = allocate(
        [
            Entry(row["project"], frozenset(filter(None, [row.get("department")])), tags_of(row, "tags"))
            for row in projects.rows
        ],
        panel,
        per_entry=options["per_project"],
        barred=barred,
        match=match if options["match"] else None,
        rules=Rules(lead=any(judge.is_lead for judge in panel)),
        exact=options["exact"],
        seed=options["seed"],
    )
    return {
        "assignments": [{"project": project, "judge": judge} for project, judge in found.assignments],
        "loads": found.loads,
        "match": round(found.match, 6),
        "algebraic_connectivity": round(found.algebraic_connectivity, 6),
        "most_repeated_pair": found.most_repeated_pair,
        "shortages": [{"project": project, "missing": missing} for project, missing in found.shortages],
        "rules_broken": [{"project": project, "rule": rule} for project, rule in found.broken],
        "seed": options["seed"],
    }


def person_of(row: Row, names: set[str]) -> matching.Person:
    for column in ("with", "apart"):
        for other in row.items_of(column):
            if other not in names:
                row.fault(column, f"‘{other}’ is not in {row.table.name}")
            elif other == row["person"]:
                row.fault(column, "it is the same person")
    return matching.Person(
        row["person"],
        row.get("department") or None,
        tags_of(row, "skills"),
        tuple(dict.fromkeys(row.items_of("wishes"))),
        frozenset(row.items_of("with")),
        frozenset(row.items_of("apart")),
        row.number("experience", -LARGEST, LARGEST),
    )


def of_teams(options: dict[str, Any]) -> dict[str, Any]:
    if not 1 <= options["min"] <= options["max"]:
        raise Faulty("--min must be 1 or more, and no more than --max")
    people = Table(options["people"], ("person",), ())
    for column in ("department", "skills", "wishes"):
        if column not in people.columns:
            people.faults.append(f"{people.name}, line 1, column {column}: the column is missing")
    unique(people, "person")
    tables = [people]
    names = {row["person"] for row in people.rows}
    if options["challenges"]:
        table = Table(options["challenges"], ("challenge",))
        unique(table, "challenge")
        tables.append(table)
        challenges = [
            matching.Challenge(row["challenge"], tags_of(row, "skills"), whole(row, "capacity"))
            for row in table.rows
        ]
        places = {challenge.key for challenge in challenges}
        for row in people.rows:
            for wish in row.items_of("wishes"):
                if wish not in places:
                    row.fault("wishes", f"‘{wish}’ is not in {table.name}")
    else:
        wished = sorted({wish for row in people.rows for wish in row.items_of("wishes")})
        challenges = [matching.Challenge(wish) for wish in wished]
    party = [person_of(row, names) for row in people.rows]
    checked(*tables)
    found = matching.match(
        party, challenges, minimum=options["min"], maximum=options["max"], seed=options["seed"]
    )
    measures = found.measures
    return {
        "teams": [
            {
                "team": f"T{number:0{len(str(len(found.teams)))}}",
                "challenge": team.challenge,
                "members": list(team.members),
                "why": list(team.why),
            }
            for number, team in enumerate(found.teams, start=1)
        ],
        "unplaced": found.unplaced,
        "first_wish_share": round(measures.first_wish_share, 6),
        "top3_share": round(measures.top3_share, 6),
        "skill_cover": round(measures.skill_cover, 6),
        "rules_broken": len(measures.broken),
        "broken": list(measures.broken),
        "seed": options["seed"],
    }


def as_lines(found: dict[str, Any]) -> list[str]:
    """The same, to read."""
    lines = [f"{one['project']}: {one['judge']}" for one in found.get("assignments", [])]
    lines += [
        f"{one['team']} ({one['challenge']}): {', '.join(map(str, one['members']))}"
        for one in found.get("teams", [])
    ]
    lines += [f"{one['project']} lacks {one['missing']}" for one in found.get("shortages", [])]
    lines += [
        f"{name}: {value}"
        for name, value in found.items()
        if name not in ("assignments", "teams", "shortages", "loads", "broken")
    ]
    return lines
