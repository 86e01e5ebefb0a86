import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

SCORES = "project,judge,score\nA,J1,4\nA,J2,5\nB,J1,2\nB,J2,3\nC,J1,3\nC,J2,3.5\n"


def ran(tmp_path: Path, text: str | bytes, *words: str, **files: str):
    path = tmp_path / "scores.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for name, more in files.items():
        (tmp_path / f"{name}.csv").write_text(more)
    out, err = StringIO(), StringIO()
    words = tuple(word.replace("DIR", str(tmp_path)) for word in words)
    status = 0
    try:
        first = () if "--pairs" in words else (str(path),)
        call_command("rank", *first, *words, "--format", "json", stdout=out, stderr=err)
    except SystemExit as stop:
        status = stop.code
    return status, json.loads(out.getvalue() or "null"), err.getvalue().splitlines()


def test_totals_are_ranked_with_all_that_others_rely_on(tmp_path):
    status, found, faults = ran(tmp_path, SCORES, "--top", "1")

    assert (status, faults) == (0, [])
    assert [(row["project"], row["rank"], row["ballots"], row["raw_mean"]) for row in found["projects"]] == [
        ("A", 1, 2, 4.5),
        ("C", 2, 2, 3.25),
        ("B", 3, 2, 2.5),
    ]
    assert {"method", "seed", "shares", "projects", "judges", "agreement", "components", "warnings"} <= set(
        found
    )
    assert {"corrected", "adjusted", "sd", "rank_low", "rank_high", "p_first", "p_top_k", "group"} <= set(
        found["projects"][0]
    )
    assert set(found["judges"][0]) == {"judge", "ballots", "severity", "sd", "flags"}
    assert sum(found["shares"].values()) == pytest.approx(1, abs=1e-5)
    assert found["judges"][0]["severity"] < 0 < found["judges"][1]["severity"]


def test_byte_order_mark_and_any_order_of_columns_are_read(tmp_path):
    swapped = "judge,score,project\nJ1,4,A\nJ2,5,A\nJ1,2,B\nJ2,3,B\nJ1,3,C\nJ2,3.5,C\n"

    assert ran(tmp_path, b"\xef\xbb\xbf" + swapped.encode()) == ran(tmp_path, SCORES)


def test_criteria_weigh(tmp_path):
    rows = "project,judge,criterion,score\nA,J1,need,5\nA,J1,works,1\nB,J1,need,1\nB,J1,works,5\n"
    rows += "A,J2,need,5\nA,J2,works,1\nB,J2,need,1\nB,J2,works,5\n"

    _, found, _ = ran(
        tmp_path, rows, "--criteria", "DIR/criteria.csv", criteria="criterion,weight\nneed,3\nworks,1\n"
    )

    assert [(row["project"], row["raw_mean"]) for row in found["projects"]] == [("A", 4.0), ("B", 2.0)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "scores.csv, line 1: the file is empty"),
        ("project,score\nA,1\n", "scores.csv, line 1, column judge: the column is missing"),
        ("project,judge,score\n", "scores.csv, line 2: there are no rows"),
        (SCORES + "A,J1,3\n", "scores.csv, line 8, column judge: J1 scored A already, in line 2"),
        (SCORES + "D,J1,6\n", "scores.csv, line 8, column score: 6 is not between 1 and 5"),
        (SCORES + "D,J1,nan\n", "scores.csv, line 8, column score: ‘nan’ is not a number"),
        (SCORES + "D,J1,x\n", "scores.csv, line 8, column score: ‘x’ is not a number"),
        (SCORES + "D,,3\n", "scores.csv, line 8, column judge: nothing is there"),
        (SCORES + "D,J1\n", "scores.csv, line 8, column score: nothing is there"),
        (SCORES + "D,J1,3,4\n", "scores.csv, line 8, column 4: there are more cells than columns"),
        (b"project,judge,score\nA,\xff,1\n", "scores.csv: it is not in UTF-8 (byte 22)"),
    ],
)
def test_fault_is_named_and_nothing_is_ranked(tmp_path, text, fault):
    assert ran(tmp_path, text) == (2, None, [fault])


def test_unknown_criterion_is_named(tmp_path):
    status, found, faults = ran(
        tmp_path,
        "project,judge,criterion,score\nA,J1,charm,3\n",
        *("--criteria", "DIR/criteria.csv"),
        criteria="criterion,weight\nneed,1\n",
    )

    assert (status, found) == (2, None)
    assert faults[0].startswith("scores.csv, line 2, column criterion: ‘charm’ is not in ")


def test_pairs_are_ranked(tmp_path):
    pairs = "winner,loser,tie,count\nA,B,0,6\nB,A,0,2\nB,C,0,5\nC,B,1,3\n"

    status, found, _ = ran(tmp_path, "", "--pairs", "DIR/pairs.csv", "--prior-sd", "inf", pairs=pairs)

    assert (status, [row["project"] for row in found["projects"]]) == (0, ["A", "B", "C"])
    assert sum(row["ability"] for row in found["projects"]) == pytest.approx(0, abs=1e-5)
    assert found["tie_parameter"] > 0
