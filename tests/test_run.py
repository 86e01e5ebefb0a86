"""The demo as a person meets it: it starts, says what is wrong, and leaves nothing running behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent
STARTED = [
    "· starting PostgreSQL and Valkey",
    "· bringing the database up to date",
    "· starting the web server, the workers and the clock",
]


def command(*words: str, python: str = sys.executable, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [python, str(ROOT / "run.py"), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def family(parent: int) -> set[tuple[int, str]]:
    """The process and all that came of it, each with the moment it started: a number may be given again."""
    parents, born = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words[0] != "Z":
            number = int(stat.parent.name)
            parents[number], born[number] = int(words[1]), words[19]
    members = {parent} & set(born)
    while more := {number for number, its in parents.items() if its in members} - members:
        members |= more
    return {(number, born[number]) for number in members}


def alive(members: set[tuple[int, str]]) -> set[tuple[int, str]]:
    return {(number, moment) for number, moment in members if (number, moment) in family(number)}


def all_gone(members: set[tuple[int, str]], seconds: float = 25) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and alive(members):
        time.sleep(0.1)
    return not alive(members)


class Demo:
    """`run.py demo` on its own data and port, with the environment that is already there."""

    def __init__(self, data: Path) -> None:
        self.port = run.free_port()
        env = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), "demo"],
            env=env | {"DATA": str(data), "PORT": str(self.port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        for line in self.process.stdout or ():
            self.said.append(line.rstrip("\n"))
            if line.startswith("Stop it with Ctrl-C"):
                break
        self.seconds = time.monotonic() - began
        self.members = family(self.process.pid)
        threading.Thread(target=self.said.extend, args=(self.process.stdout,), daemon=True).start()

    def is_up(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready/", timeout=10) as answer:
            return answer.status == 200

    def steps(self) -> list[str]:
        return [line for line in self.said if line.startswith("·")]


@pytest.fixture
def demos(tmp_path) -> Iterator[Callable[[], Demo]]:
    """`demos()` starts the demo once more on the same data."""
    started: list[Demo] = []

    def start() -> Demo:
        started.append(Demo(tmp_path))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.process.terminate()
            demo.process.wait(60)


def test_demo_stopped_killed_and_started_again_leaves_nothing_behind_and_reinstalls_nothing(demos):
    first = demos()
    up, members = first.is_up(), len(first.members)
    first.process.send_signal(signal.SIGINT)
    assert (up, first.process.wait(60)) == (True, 0), first.said
    assert members >= 8  # itself, two servers, two workers, the clock, gunicorn and its own workers
    assert alive(first.members) == set()

    second = demos()
    assert second.steps() == STARTED
    second.process.kill()

    third = demos()  # at once: it waits until the servers have let go of the data
    assert third.is_up()
    assert all_gone(second.members)
    third.process.terminate()
    assert third.process.wait(60) == 0
    assert alive(third.members) == set()


def test_data_that_another_one_uses_is_refused_with_the_way_out(tmp_path, monkeypatch, capsys):
    first, second = run.Processes(), run.Processes()
    first.claim(tmp_path)
    monkeypatch.setattr(run.time, "monotonic", iter(range(0, 1000, 15)).__next__)

    with pytest.raises(SystemExit) as stopped:
        second.claim(tmp_path)

    first.stop()
    assert str(stopped.value) == (
        f"run.py: another run.py uses the data in {tmp_path}. Stop it, or set DATA to another folder"
    )
    assert capsys.readouterr().out == f"· waiting for another run.py that uses the data in {tmp_path}\n"


def test_port_that_is_taken_stops_the_start_and_names_the_command(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = command("demo", PORT=str(port), DATA=str(tmp_path), PATH=os.environ["PATH"])

    assert done.returncode == 1
    said = rf"run\.py: something else uses port {port}\. Choose another: PORT=\d+ python3 run\.py demo\n"
    assert re.fullmatch(said, done.stderr)


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_port_that_is_no_port_stops_the_start(port, tmp_path):
    done = command("demo", PORT=port, DATA=str(tmp_path), PATH=os.environ["PATH"])

    assert (done.returncode, done.stderr) == (1, f"run.py: PORT must be a port's number, not ‘{port}’\n")


def test_unknown_command_stops_and_names_the_help(tmp_path):
    done = command("demmo", PATH=os.environ["PATH"])

    said = "run.py: there is no command ‘demmo’. python3 run.py help lists them\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_python_that_is_too_old_and_alone_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit) as stopped:
        run.use_new_enough_python()

    said = "run.py: needs Python 3.11 or later. On Debian or Ubuntu: apt-get install python3"
    assert str(stopped.value) == said


def test_python_that_is_too_old_hands_over_to_a_newer_one_that_runs(tmp_path):
    stub(tmp_path / "python3.13", "exit 127")  # a version manager's name for something not there
    stub(tmp_path / "python3.12", 'echo "newer: $*"')
    old = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['run.py', 'demo']; import run; run.main()"

    done = subprocess.run(
        [sys.executable, "-c", old],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "newer: run.py demo\n"), done.stderr


def stub(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_node_of_the_lock_is_used_where_the_system_has_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    interpreter, npm = run.node()

    assert Path(interpreter).is_relative_to(run.VENV)
    versions = [subprocess.check_output([*words, "--version"], text=True) for words in ([interpreter], npm)]
    assert [bool(re.match(r"v?\d+\.", version)) for version in versions] == [True, True]


@pytest.mark.parametrize(("version", "with_npm"), [("v18.19.0", True), ("v22.1.0", False)])
def test_node_of_the_system_is_left_alone_when_it_is_too_old_or_has_no_npm(
    version, with_npm, monkeypatch, tmp_path
):
    stub(tmp_path / "node", f"echo {version}")
    if with_npm:
        stub(tmp_path / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))

    interpreter, _ = run.node()

    assert Path(interpreter).is_relative_to(run.VENV)


def test_node_that_is_nowhere_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run, "VENV", tmp_path)

    with pytest.raises(SystemExit) as stopped:
        run.node()

    assert str(stopped.value) == "run.py: needs Node 20 or later, and found none"


def test_tests_without_chromium_stop_and_name_the_command(tmp_path):
    done = command("test", PATH=str(tmp_path))

    said = "the tests walk the pages in Chromium, which is not here. On Debian: apt-get install chromium"
    assert (done.returncode, done.stderr) == (1, f"run.py: {said}\n")


def test_step_that_fails_is_shown_with_what_it_printed():
    with pytest.raises(SystemExit) as stopped:
        run.call("sh", "-c", "echo seen; echo said >&2; exit 3")

    assert str(stopped.value) == "run.py: this failed: sh -c echo seen; echo said >&2; exit 3\nseen\nsaid\n"


def test_value_of_the_callers_environment_comes_before_ours(monkeypatch):
    monkeypatch.setenv("LLM_MODEL", "theirs")
    monkeypatch.setenv("SECRET_KEY", "theirs")

    made = run.environment("postgres:///ours", "redis://ours", SECRET_KEY="demo")

    assert (made["LLM_MODEL"], made["SECRET_KEY"], made["INSECURE_COOKIES"]) == ("theirs", "demo", "1")


def test_key_of_the_demo_is_kept_and_is_nobody_elses_to_read(tmp_path):
    first, second = run.kept_secret(tmp_path), run.kept_secret(tmp_path)

    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_digest_changes_with_what_is_in_a_file_and_with_its_name(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "ROOT", tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("a")
    before = run.digest(one)

    one.write_text("b")

    assert len({before, run.digest(one), run.digest(two), run.digest(one, two)}) == 4


def test_step_is_new_until_its_stamp_says_otherwise(tmp_path):
    stamp = tmp_path / "stamp"
    first = run.is_new(stamp, "one")
    stamp.write_text("one")

    assert (first, run.is_new(stamp, "one"), run.is_new(stamp, "two")) == (True, False, True)


def test_set_up_lets_no_other_in_until_it_is_done(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "VAR", tmp_path)
    entered = []

    def another():
        with run.alone():
            entered.append(time.monotonic())

    with run.alone():
        thread = threading.Thread(target=another)
        thread.start()
        time.sleep(0.3)
        left = time.monotonic()
    thread.join(10)

    assert len(entered) == 1
    assert entered[0] >= left


def test_data_of_a_version_that_cannot_be_carried_over_says_what_to_delete(monkeypatch, tmp_path):
    stub(tmp_path / "python", "echo InconsistentMigrationHistory: it is a long story >&2; exit 1")
    monkeypatch.setattr(run, "PYTHON", str(tmp_path / "python"))

    with pytest.raises(SystemExit) as stopped:
        run.migrate(dict(os.environ), tmp_path)

    said = f"another version made the data in {tmp_path}, and it cannot be carried over. Delete that folder"
    assert str(stopped.value) == f"run.py: {said}"
