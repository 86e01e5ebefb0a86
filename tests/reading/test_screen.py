"""The commands, as a person at a shell meets them: output, errors and exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.llm_server import LLMServer
from tests.reading.entries import ATTACK, ENTRY

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    *("source", "sha256", "status", "mode", "error", "engine", "framework", "recipe", "summary"),
    *("principles", "signals", "demotions", "usage"),
}


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """A database that is not there: the commands must not need one."""
    changed = {
        "DATABASE_URL": "postgres://nobody@/none?host=/nonexistent",
        "LLM_BASE_URL": "",
        "LLM_MODEL": "",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=ROOT,
        env=os.environ | changed | environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    path = tmp_path / "clerk.md"
    path.write_text(ENTRY, encoding="utf-8")
    return path


def test_screen_prints_one_document_with_true_quotations(entry: Path) -> None:
    done = run("screen", entry, "--format", "json", "--show-text")

    assert (done.returncode, done.stderr) == (0, "")
    (row,) = json.loads(done.stdout)["screenings"]
    assert set(row) >= KEYS
    assert (row["source"], row["status"], row["mode"], row["framework"]) == (
        "clerk.md",
        "complete",
        "offline",
        "aip-2025",
    )
    quotes = [
        q
        for group in (row["summary"], row["principles"], row["signals"])
        for item in group
        for q in item["quotes"]
    ]
    assert quotes
    assert [q for q in quotes if row["text"][q["start"] : q["end"]] != q["text"]] == []


def test_screen_reports_the_rest_when_one_fails(entry: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.md"
    odd.write_bytes(b"caf\xe9")

    done = run("screen", tmp_path / "gone.md", odd, entry, "--format", "json")

    assert done.returncode == 1
    assert [row["status"] for row in json.loads(done.stdout)["screenings"]] == [
        "failed",
        "failed",
        "complete",
    ]
    assert done.stderr.splitlines() == [
        f"{tmp_path}/gone.md: Cannot be opened: No such file or directory",
        f"{odd}: The document is not in UTF-8: see line 1. Save it as UTF-8",
    ]


def test_screen_holds_an_attack_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{ENTRY}\n<!-- {ATTACK} -->\n", encoding="utf-8")

    done = run("screen", path, "--format", "json")

    (row,) = json.loads(done.stdout)["screenings"]
    assert (done.returncode, row["status"]) == (0, "held")
    assert [(s["kind"], s["severity"]) for s in row["signals"]] == [
        ("hidden_text", "stop"),
        ("instruction", "stop"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("x.md", "--framework", "xyz"),
        ("x.md", "--engine", "xyz"),
        ("x.md", "--engine", "openai"),
        ("x.md", "--unknown"),
    ],
)
def test_screen_with_unusable_arguments_says_so_in_one_line(words: tuple[str, ...]) -> None:
    done = run("screen", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_screen_with_a_model_reads_with_it(entry: Path) -> None:
    with LLMServer() as server:
        known = {"LLM_BASE_URL": server.url, "LLM_API_KEY": server.key, "LLM_MODEL": server.model}

        done = run("screen", entry, "--format", "json", "--framework", "gaf-2024", **known)

    (row,) = json.loads(done.stdout)["screenings"]
    assert (done.returncode, done.stderr) == (0, "")
    assert (row["mode"], row["engine"], row["usage"]["calls"]) == (
        "ai",
        {"name": "openai", "model": "test-model"},
        21,
    )


def test_screen_with_a_wrong_key_shows_the_offline_result_and_says_so(entry: Path) -> None:
    with LLMServer() as server:
        known = {"LLM_BASE_URL": server.url, "LLM_API_KEY": "sk-wrong-key-000", "LLM_MODEL": server.model}

        done = run("screen", entry, "--format", "json", **known)

    (row,) = json.loads(done.stdout)["screenings"]
    assert (done.returncode, row["status"], row["mode"]) == (0, "complete", "ai_degraded:wrong_key")
    assert len(done.stderr.splitlines()) == 1
    assert "sk-wrong" not in done.stdout + done.stderr


def test_screen_in_plain_words_names_each_principle(entry: Path) -> None:
    done = run("screen", entry)

    assert done.stdout.startswith("clerk.md: complete, offline. Ready to read.\n")
    assert len([line for line in done.stdout.splitlines() if "Not read by a model" in line]) == 10


def test_evaluate_counts_hits_of_the_labelled_lines(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "A.md").write_text(ENTRY, encoding="utf-8")
    approves = ENTRY.splitlines().index("- An officer approves every answer; nothing is sent by itself.") + 1
    columns = ["id", *(f"p{n}" for n in range(1, 11)), "evidence_lines"]
    labels = ["A", "partly", "absent|partly", *["partly"] * 8, f"p4:{approves};p9:1"]
    (tmp_path / "labels.tsv").write_text(
        "\t".join(columns) + "\n" + "\t".join(labels) + "\n", encoding="utf-8"
    )

    done = run("evaluate", tmp_path, "--format", "json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["texts"], told["labelled"], told["hit"]) == (
        0,
        1,
        2,
        {"1": 0.5, "3": 0.5, "5": 0.5},
    )
    assert (told["quotes_verbatim"], told["kappa"]) == (1.0, None)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("id\tp1\n", "labels.tsv:1: the column id is missing"),
        ("id\tp1\nA\tpartly\n", "labels.tsv:1: the column p2 is missing"),
    ],
)
def test_evaluate_with_unusable_labels_names_line_and_column(tmp_path: Path, labels: str, told: str) -> None:
    (tmp_path / "labels.tsv").write_text(labels, encoding="utf-8")

    done = run("evaluate", tmp_path)

    assert (done.returncode, done.stderr) == (2, f"{told}\n")
