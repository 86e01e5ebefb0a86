"""Every file is opened in a limited process: what it is, whether it is taken, and that nobody is harmed."""

import os
import re
import resource
import signal
import tempfile
import threading
import time
from pathlib import Path

import pytest

from files.apart import TOO_MUCH, examine_apart, helper
from files.kinds import Unfit
from files.names import shown
from files.presentation import SIGNALS
from tests.files import hostile, samples

SLOWEST = 5  # seconds


def examined(data: bytes, name: str, **limits) -> tuple[dict, bytes]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as made:
        source.write(data)
        source.flush()
        found = examine_apart(source, made, size=len(data), name=name, most=samples.MOST, **limits)
        made.seek(0)
        return found, made.read()


@pytest.mark.parametrize("name", samples.ORDINARY)
def test_examine_an_ordinary_file_takes_it_for_what_it_is(name):
    data, kind, called = samples.ORDINARY[name]

    found, _ = examined(data, name)

    assert (found["kind"], shown(name, found["extension"])) == (kind, called)


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_examine_a_hostile_file_refuses_it_in_words_or_defuses_it(case):
    begun = time.monotonic()

    if case.refused:
        with pytest.raises(Unfit, match=re.escape(case.refused)) as refusal:
            examined(case.data, case.name)
        assert str(refusal.value) != TOO_MUCH
    else:
        found, made = examined(case.data, case.name)
        kinds = [signal["kind"] for signal in found["look"]["signals"]]
        assert (found["kind"], sorted(kinds)) == (case.kind, sorted(case.signals))
        assert set(kinds) <= set(SIGNALS)
        assert found["remade"] == (case.kind == "image")
        assert b"<script" not in made
        assert b"PK\x03\x04" not in made
    assert time.monotonic() - begun < SLOWEST


def test_examine_a_bomb_takes_no_more_memory_than_it_may():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = samples.png_of(8_000, 5_000, 5_000)

    with pytest.raises(Unfit, match="too long or too much memory"):
        examined(bomb, "a.png", memory=40_000_000)

    assert examined(bomb, "a.png")[0]["kind"] == "image"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB: none of it was here


def test_examine_that_takes_too_long_ends_in_time():
    begun = time.monotonic()

    with pytest.raises(Unfit, match="too long or too much memory"):
        examined(samples.picture("PNG", (6_000, 6_000), "RGBA"), "a.png", seconds=0)

    assert time.monotonic() - begun < SLOWEST


def test_examine_after_the_helper_was_killed_begins_another():
    examined(b"one\n", "a.txt")
    assert helper.process is not None
    os.kill(helper.process.pid, signal.SIGKILL)
    helper.process.wait()

    found, _ = examined(b"two\n", "a.txt")

    assert found["kind"] == "text"


def test_examine_by_twelve_at_once_answers_each_with_its_own():
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        data = b"line\n" * number
        found[number] = examined(data, "a.txt")[0]["look"]["lines"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: number for number in range(1, 13)}


def test_helper_has_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("CANARY", "secret")
    helper.end()

    examined(b"one\n", "a.txt")

    assert helper.process is not None
    environment = Path(f"/proc/{helper.process.pid}/environ").read_bytes()
    assert b"CANARY" not in environment
    assert b"SECRET_KEY" not in environment


def test_fork_has_only_its_three_files_and_its_limits():
    """Looked at from inside, by a job that does no more than tell."""
    from files import apart

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other:
                apart.settle([writing, one.fileno(), other.fileno()])
                apart.limit(8, apart.MEMORY)
                told = [n for n in range(256) if is_open(n)]
                try:
                    os.open("/etc/passwd", os.O_RDONLY)
                except OSError:
                    told.append(-1)
                os.write(apart.ANSWER, repr(told).encode())
        finally:
            os._exit(0)
    os.close(writing)
    told = os.read(reading, 1000)
    os.close(reading)
    os.waitpid(child, 0)

    assert told == b"[0, 1, 2, 3, 4, 5, -1]"


def is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True
