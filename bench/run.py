"""`python3 run.py bench`: our pages beside the least that Django can do, in the same run.

Two servers with the same workers stand side by side on the same PostgreSQL and Redis: ours and the
floor. Rounds alternate between them, so that whatever else the machine does falls on both. A figure
is the median of the rounds: processor time of the server's workers for one request.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.data import build
from bench.server import Server


@dataclass
class Page:
    name: str
    path: str
    floor: str
    goal: float
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1  # as many requests again, where one costs less than the clock of processor time can tell
    queries: str = ""
    cpu: list[float] = field(default_factory=list)
    floor_cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    floor_wall: list[float] = field(default_factory=list)
    size: int = 0


def measure(server: Server, path: str, headers: dict[str, str], number: int) -> tuple[float, float]:
    """Processor and wall milliseconds for one request, over `number` of them."""
    before, start = server.used(), time.perf_counter()
    for _ in range(number):
        server.get(path, headers)
    wall = time.perf_counter() - start
    return (server.used() - before) * 1000 / number, wall * 1000 / number


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60, help="of each page in each round")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(words)
    pages, keep = prepare()
    ours, floor = Server("hackathon.wsgi", given.workers), Server("bench.floor", given.workers)
    try:
        for server in (ours, floor):
            server.wait()
        keep(ours)
        for page in pages:  # every worker has compiled its templates before anything is measured
            for _ in range(10):
                page.size = len(ours.get(page.path, page.headers))
                floor.get(page.floor, {})
        for _ in range(given.rounds):
            for page in pages:
                for server, path, headers, cpu, wall in (
                    (ours, page.path, page.headers, page.cpu, page.wall),
                    (floor, page.floor, {}, page.floor_cpu, page.floor_wall),
                ):
                    measured = measure(server, path, headers, given.requests * page.times)
                    cpu.append(measured[0])
                    wall.append(measured[1])
    finally:
        ours.stop()
        floor.stop()
    return show(pages)


def prepare() -> tuple[list[Page], Callable[[Server], None]]:
    call_command("migrate", verbosity=0)
    cache.clear()
    data = build()

    def signed_in(user) -> dict[str, str]:
        client = Client()
        client.force_login(user)
        return {"Cookie": "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())}

    listed, few = f"/showcase/{data.event.slug}/", f"/showcase/{data.small.slug}/"
    rows, one = f"/rows/{data.event.pk}/", f"/one/{data.code}/"
    packed = {"Accept-Encoding": "gzip"}
    judge, member, chair = (signed_in(user) for user in (data.judge, data.member, data.chair))
    sheet = f"/events/{data.judged.slug}/judging/entries/{data.sheet}/"
    ranking = f"/events/{data.event.slug}/results/"
    pages = [
        Page("list of 200 entries, nothing kept", f"{listed}?q=", rows, 2, packed),
        Page("list of 200 entries, kept in Redis", listed, "/whole/", 2, packed, times=10),
        Page("one entry, signed in, nothing kept", f"{listed}{data.code}/", one, 4, member),
        Page(
            "one task of an entry, its form",
            f"/events/bench-building/submissions/{data.draft}/tasks/problem/",
            one,
            6,
            member,
        ),
        Page("score sheet", sheet, one, 6, judge),
        Page("results of 200 entries, 600 ballots", ranking, rows, 6, chair),
        Page("home after sign-in", "/", one, 6, member),
    ]
    for page in pages:
        page.queries = str(statements(page.path, page.headers))
    pages[0].queries = f"{statements(few + '?q=', packed)} for 3, {pages[0].queries} for 200"

    def keep(server: Server) -> None:
        cache.set("floor:page", server.get(f"{listed}?q=", {}), 3600)

    return pages, keep


def statements(path: str, headers: dict[str, str]) -> int:
    given = {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in headers.items()}
    with CaptureQueriesContext(connection) as found:
        answer = Client().get(path, **given)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return len(found)


def show(pages: list[Page]) -> int:
    """The table, and 1 when a goal was missed."""
    heads = ("page", "CPU ms", "floor ms", "ratio", "goal", "req/s", "floor", "bytes", "statements")
    table = [heads]
    missed = 0
    for page in pages:
        cpu, floor = statistics.median(page.cpu), statistics.median(page.floor_cpu)
        ratio = statistics.median(
            mine / theirs for mine, theirs in zip(page.cpu, page.floor_cpu, strict=True) if theirs
        )
        missed += ratio > page.goal
        table.append(
            (
                page.name,
                f"{cpu:.1f}",
                f"{floor:.1f}",
                f"{ratio:.1f}",
                f"{'met' if ratio <= page.goal else 'MISSED'} ({page.goal:g})",
                f"{1000 / statistics.median(page.wall):.0f}",
                f"{1000 / statistics.median(page.floor_wall):.0f}",
                f"{page.size:,}",
                page.queries,
            )
        )
    widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))
    print("Ratio: ours to the floor, median over rounds. Goals: at most this many times the floor.")
    return 1 if missed else 0
