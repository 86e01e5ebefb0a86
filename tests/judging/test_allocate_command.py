import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

PROJECTS = "project,department,tags\nP1,HMRC,ai;data\nP2,DWP,maps\nP3,MOJ,data\nP4,HMRC,maps\n"
JUDGES = "judge,department,tags,max_load,lead\n"
JUDGES += "J1,HMRC,data,,1\nJ2,DWP,maps,,\nJ3,DFT,ai;data,,yes\nJ4,MOD,maps,3,\n"
PEOPLE = "person,department,skills,wishes,with,apart,experience\n" + "".join(
    f"P{at},{'HMRC' if at % 3 else 'DWP'},{'data' if at % 2 else 'design'},A;B,,,{at % 3}\n"
    for at in range(8)
)


def ran(tmp_path: Path, *words: str, **files: str):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    out, err = StringIO(), StringIO()
    words = tuple(str(tmp_path / word) if word.endswith(".csv") else word for word in words)
    status = 0
    try:
        call_command("allocate", *words, "--format", "json", stdout=out, stderr=err)
    except SystemExit as stop:
        status = stop.code
    return status, json.loads(out.getvalue() or "null"), err.getvalue().splitlines()


def judged(tmp_path: Path, *words: str, **files: str):
    files = {"p": PROJECTS, "j": JUDGES} | files
    return ran(tmp_path, "judges", "p.csv", "j.csv", *words, **files)


@pytest.mark.parametrize("how", [(), ("--exact",)])
def test_judges_are_given_projects_and_no_conflict(tmp_path, how):
    status, found, faults = judged(
        tmp_path, "--per-project", "2", "--conflicts", "c.csv", *how, c="project,judge,reason\nP3,J4,Sister\n"
    )

    given = {(row["project"], row["judge"]) for row in found["assignments"]}
    assert (status, faults, len(given), found["shortages"]) == (0, [], 8, [])
    assert given & {("P1", "J1"), ("P4", "J1"), ("P2", "J2"), ("P3", "J4")} == set()
    assert found["loads"] == dict(Counter(judge for _, judge in given))
    assert found["rules_broken"] == []
    assert {"match", "algebraic_connectivity", "most_repeated_pair"} <= set(found)


def test_shortage_is_named(tmp_path):
    _, found, _ = judged(tmp_path, "--per-project", "4")

    # Three have a judge of their own department, and the fourth judge takes three at most.

    assert found["shortages"] == [{"project": name, "missing": 1} for name in ("P1", "P2", "P3", "P4")]


def test_match_takes_the_place_of_tags(tmp_path):
    _, found, _ = judged(
        tmp_path, "--per-project", "1", "--match", "m.csv", m="project,judge,match\nP1,J4,1\nP3,J2,1\n"
    )

    assert {("P1", "J4"), ("P3", "J2")} <= {(row["project"], row["judge"]) for row in found["assignments"]}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"p": "project\nP1\n"}, "p.csv, line 1, column department: the column is missing"),
        ({"p": PROJECTS + "P1,MOJ,\n"}, "p.csv, line 6, column project: ‘P1’ is there already, in line 2"),
        ({"j": JUDGES + "J5,MOJ,,x,\n"}, "j.csv, line 6, column max_load: ‘x’ is not a number"),
        ({"c": "project,judge,reason\nP9,J1,x\n"}, "c.csv, line 2, column project: ‘P9’ is not in p.csv"),
        ({"c": "project,judge,reason\nP1,J9,x\n"}, "c.csv, line 2, column judge: ‘J9’ is not in j.csv"),
        ({"m": "project,judge,match\nP1,J2,2\n"}, "m.csv, line 2, column match: 2 is not between 0 and 1"),
    ],
)
def test_fault_in_a_table_is_named_and_nothing_is_given(tmp_path, files, fault):
    words = [
        word
        for name in files
        if name in "cm"
        for word in (f"--{'conflicts' if name == 'c' else 'match'}", f"{name}.csv")
    ]

    assert judged(tmp_path, *words, **files) == (2, None, [fault])


def test_people_are_given_teams(tmp_path):
    status, found, faults = ran(
        tmp_path, "teams", "people.csv", "--challenges", "c.csv", "--min", "4", "--max", "4",
        people=PEOPLE, c="challenge,skills,capacity\nA,data,1\nB,design,\n",
    )  # fmt: skip

    assert (status, faults, found["unplaced"]) == (0, [], [])
    assert sorted((row["challenge"], len(row["members"])) for row in found["teams"]) == [("A", 4), ("B", 4)]
    assert (found["first_wish_share"], found["top3_share"], found["skill_cover"]) == (0.5, 1.0, 1.0)
    assert [len(row["why"]) for row in found["teams"]] == [4, 4]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("P9,DWP,data,Z,,,\n", "people.csv, line 10, column wishes: ‘Z’ is not in c.csv"),
        ("P9,DWP,data,A,P77,,\n", "people.csv, line 10, column with: ‘P77’ is not in people.csv"),
        ("P0,DWP,data,A,,,\n", "people.csv, line 10, column person: ‘P0’ is there already, in line 2"),
        ("P9,DWP,data,A,,,old\n", "people.csv, line 10, column experience: ‘old’ is not a number"),
    ],
)
def test_fault_among_people_is_named(tmp_path, row, fault):
    found = ran(
        tmp_path, "teams", "people.csv", "--challenges", "c.csv", people=PEOPLE + row, c="challenge\nA\nB\n"
    )

    assert found == (2, None, [fault])
