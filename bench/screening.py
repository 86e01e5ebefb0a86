"""`python3 run.py bench screening`: how fast entries are read, offline and with a model that takes a second.

With a model: the screening worker as it runs in production, the queue, the database, and over HTTP a peer
that answers after one second. Beside what comes out stands the ideal: calls × 1 s ÷ calls in flight allowed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.test.utils import override_settings

from accounts.models import User
from bench.server import ROOT
from events.models import Event, Phase
from reading import tasks
from reading.llm import LLMConfig, LLMError, open_llm
from reading.models import Screening
from reading.reader.extract import kind_of
from reading.reader.read import Part, read, read_file
from reading.reader.text import Unreadable
from submissions.models import Revision, Submission
from teams.models import Team
from tests import world
from tests.reading.entries import ENTRY

SECOND = 1.0
GOAL_OFFLINE = 2.0  # seconds, 95 of 100 entries
GOAL_ENTRY = 30.0
GOAL_IDEAL = 1.25  # times the ideal, and the workers have their start to make
PEER = """
import sys, threading
from tests.llm_server import LLMServer
with LLMServer() as server:
    server.script(default={"do": "answer", "after": float(sys.argv[1])})
    print(server.url, flush=True)
    threading.Event().wait()
"""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py bench screening", description=__doc__)
    parser.add_argument("--entries", type=int, default=40)
    given = parser.parse_args(words)
    missed = offline(given.entries) + large() + with_a_model(given.entries)
    print("Goals met." if not missed else f"{missed} goals MISSED.")
    return 1 if missed else 0


def offline(number: int) -> int:
    """One after another in this process, as one worker thread does it; looking happens in a child."""
    took = []
    begun, before = time.perf_counter(), _processor()
    for count in range(number):
        started = time.perf_counter()
        read([Part("", "", f"{ENTRY}\n\nEntry {count}.\n")])
        took.append(time.perf_counter() - started)
    wall, used = time.perf_counter() - begun, _processor() - before
    p95 = statistics.quantiles(took, n=20)[-1]
    print(
        f"offline: {number / wall:.1f} entries a second, one after another;"
        f" {used * 1000 / number:.0f} ms of processor an entry;"
        f" median {statistics.median(took):.2f} s, p95 {p95:.2f} s {_told(p95 <= GOAL_OFFLINE)}"
    )
    return p95 > GOAL_OFFLINE


def large() -> int:
    """What is far longer than any entry ends in time, as a reading or as a plain refusal."""
    words = (ENTRY + "\n") * (100_000 // len(ENTRY.split()) + 1)
    missed = _file("100,000 words", "long.md", words.encode())
    try:
        kind_of("long.pdf")
    except Unreadable:
        print("200 pages of PDF: skipped, PDF is not read yet")
        return missed
    return missed + _file("200 pages of PDF", "long.pdf", _pdf(200))


def _file(name: str, path: str, data: bytes) -> int:
    begun, before = time.perf_counter(), _processor()
    outcome = read_file(path, data)
    wall, used = time.perf_counter() - begun, _processor() - before
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    ended = outcome.report.status + (f" ({outcome.report.error})" if outcome.report.error else "")
    good = wall <= GOAL_ENTRY
    print(f"{name}: {ended} after {wall:.1f} s, {used:.1f} s of processor, {most} MB at most {_told(good)}")
    return not good


def _pdf(pages: int) -> bytes:
    """As many pages of plain text, written by hand: no library of ours makes PDF."""
    lines = [line for line in ENTRY.splitlines() if line.isascii() and line]
    text = "".join(f"({line.translate({40: None, 41: None, 92: None})}) Tj T* " for line in lines)
    stream = f"BT /F1 9 Tf 40 780 Td 12 TL {text}ET".encode()
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    page += b" /Resources << /Font << /F1 3 0 R >> >> >>"
    objects += [page] * pages
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages)
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, begins = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n" % (size, table, size)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % begins)


def with_a_model(number: int) -> int:
    call_command("migrate", verbosity=0)
    waiting = entries(number)
    with peer(SECOND) as url:
        known = {
            "LLM_BASE_URL": url,
            "LLM_API_KEY": "test-key",
            "LLM_MODEL": "test-model",
            "LLM_KIND": "openai",
        }
        provider = {"kind": "openai", "base_url": url, "api_key": "test-key", "model": "test-model"}
        provider |= {"label": "A peer", "approved_for": "public", "gbp_in": None, "gbp_out": None}
        with worker(known) as pid, override_settings(PROVIDERS={"main": provider}):
            idle, before = _memory(pid, "VmRSS"), _worker_used(pid)
            begun = time.perf_counter()
            tasks.sweep()
            rows = Screening.objects.filter(revision__in=waiting)
            while rows.filter(finished_at=None, failed_at=None).exists():
                if time.perf_counter() - begun > 300:
                    raise SystemExit("the worker did not read the entries in 300 seconds")
                time.sleep(0.1)
            wall = time.perf_counter() - begun
            used, most = _worker_used(pid) - before, _memory(pid, "VmHWM")
        with urllib.request.urlopen(url.removesuffix("/v1") + "/_journal", timeout=30) as answer:
            journal = json.load(answer)
    modes = {mode: rows.filter(mode=mode).count() for mode in rows.values_list("mode", flat=True).distinct()}
    seconds = sorted(row.report["usage"]["seconds"] for row in rows)
    calls, allowed = len(journal["requests"]), LLMConfig().at_once
    ideal = calls * SECOND / allowed
    print(
        f"a model that takes {SECOND:g} s: {number} entries, {calls} calls, {modes}; at most"
        f" {journal['most_in_flight']} of {allowed} calls in flight from one process"
    )
    print(
        f"  {wall:.1f} s for all, ideal {ideal:.1f} s, {wall / ideal:.2f} times"
        f" {_told(wall <= ideal * GOAL_IDEAL)}; an entry: median {statistics.median(seconds):.1f} s,"
        f" longest {seconds[-1]:.1f} s"
        f" {_told(seconds[-1] <= GOAL_ENTRY)}"
    )
    print(f"  worker: {used * 1000 / number:.0f} ms of processor an entry, {idle} MB idle, {most} MB at most")
    print(f"  one entry alone: {alone():.1f} s, ideal 2 s (one call finds the form, the others go together)")
    return (wall > ideal * GOAL_IDEAL) + (seconds[-1] > GOAL_ENTRY) + (modes != {"ai": number})


def alone() -> float:
    with peer(SECOND) as url:
        begun = time.perf_counter()
        with open_llm(LLMConfig(base_url=url, api_key="test-key", model="test-model")) as llm:
            if (error := read([Part("", "", ENTRY)], llm=llm).error) is not None:
                raise LLMError(error.reason)
        return time.perf_counter() - begun


def entries(number: int) -> list[Revision]:
    """An event with this many entries that nobody has read."""
    event = world.event_in(Phase.JUDGING, "bench-screening")
    Event.objects.exclude(pk=event.pk).update(uses_ai=False)
    ada, challenge = event.created_by, world.challenge_of(event)
    people = User.objects.bulk_create(
        User(email=f"screened-{n}@rivers.example.org", name=f"Person {n}", department=ada.department)
        for n in range(number)
    )
    found = []
    for count, one in enumerate(people):
        team = Team.objects.create(event=event, challenge=challenge, name=f"Team {count}", founded_by=one)
        entry = Submission.objects.create(team=team, saved_by=one, **world.ANSWERS | {"built": ENTRY})
        found.append(world.revision_of(entry))
    return found


@contextmanager
def peer(seconds: float) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PEER, str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def worker(known: dict[str, str]) -> Iterator[int]:
    """The screening worker, ready."""
    celery = [sys.executable, "-m", "celery", "-A", "hackathon"]
    process = subprocess.Popen(
        [*celery, "worker", "--loglevel=INFO", "-Q", "screening", "-P", "threads", "-c", "32"],
        cwd=ROOT,
        env=os.environ | known,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if " ready" in line:
                ready.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        if not ready.wait(60):
            raise SystemExit("the screening worker did not start")
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _processor() -> float:
    """Processor seconds of this process and of the children it has seen end."""
    every = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in every)


def _worker_used(pid: int) -> float:
    """Processor seconds of the worker and of the children in which it looks at texts."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def _told(met: bool) -> str:
    return "(goal met)" if met else "(goal MISSED)"
