"""With a model that agrees with the readers, what is left of its agreement after our own rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.labels_server import LabelsServer
from tests.reading.entries import ENTRY
from tests.reading.test_screen import ROOT

LOCKER = """# Locker Finder

Locker Finder tells library staff which lockers stand empty.

- A librarian checks every suggestion before a locker is opened.
- Nobody has measured how often it is wrong.
- Nobody has tested its security, and notes that readers leave are kept in the open.

The shelf on the second floor is painted green and opens on Tuesdays.
"""
GREEN = "The shelf on the second floor is painted green and opens on Tuesdays."
COLUMNS = ["id", *(f"p{n}" for n in range(1, 11)), "evidence_lines"]


def line_of(text: str, beginning: str) -> int:
    (number,) = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(beginning)]
    return number


def labelled(directory: Path, *rows: list[str]) -> Path:
    (directory / "texts").mkdir()
    (directory / "texts" / "A.md").write_text(ENTRY, encoding="utf-8")
    (directory / "texts" / "B.md").write_text(LOCKER, encoding="utf-8")
    lines = ["\t".join(row) for row in [COLUMNS, *rows]]
    (directory / "labels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory


def evaluate(directory: Path) -> dict:
    with LabelsServer(directory) as server:
        known = {"LLM_BASE_URL": server.url, "LLM_API_KEY": server.key, "LLM_MODEL": server.model}
        done = subprocess.run(
            [sys.executable, "manage.py", "evaluate", str(directory), "--format", "json"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": "postgres://nobody@/none?host=/nonexistent"} | known,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    approves, wrong = line_of(ENTRY, "- An officer approves"), line_of(ENTRY, "We used 120")
    checks, names = line_of(LOCKER, "- A librarian checks"), line_of(LOCKER, "- Nobody has tested")
    absent = ["absent"] * 10
    first, second = list(absent), list(absent)
    first[0], first[3], second[3], second[2] = "partly", "evidenced", "partly|evidenced", "concern"
    return labelled(
        tmp_path,
        ["A", *first, f"p4:{approves};p1:{wrong}"],
        ["B", *second, f"p4:{checks};p3:{names}"],
    )


def test_evaluate_of_a_model_that_agrees_loses_nothing(marked: Path) -> None:
    told = evaluate(marked)

    assert (told["texts"], told["agreement"], told["kappa"]) == (2, 1.0, 1.0)
    assert (told["abstained"], told["taken_back"], told["failed"]) == (0, [], [])
    assert told["confusion"]["1"] == {"not_found": {"not_found": 1}, "partial": {"partial": 1}}
    assert told["confusion"]["3"] == {"concern": {"concern": 1}, "not_found": {"not_found": 1}}
    assert told["confusion"]["4"] == {"evidenced": {"evidenced": 2}}
    assert told["quotes_verbatim"] == 1.0


def test_evaluate_names_what_a_rule_took_back_on_purpose(tmp_path: Path) -> None:
    green = line_of(LOCKER, GREEN)
    labels = ["absent"] * 9 + ["evidenced"]
    directory = labelled(tmp_path, ["B", *labels, f"p10:{green}"])

    told = evaluate(directory)

    assert told["taken_back"] == [
        {
            "id": "B",
            "principle": 10,
            "label": ["evidenced"],
            "finding": "partial",
            "rules": ["evidence_off_the_principle: evidenced to partial"],
        }
    ]
    assert told["demotions"] == {"evidence_off_the_principle": 1}
    assert told["confusion"]["10"] == {"evidenced": {"partial": 1}}
