"""`python3 run.py bench storm`: the last minute before submissions close, through the real pages.

600 teams submit within 60 seconds, 360 of them in the last 12: each saves 20 kB of text, uploads a file and
presses submit, with a session and the form's own key. Some press twice, some from a second tab, some at the
very second, some a second late. Then the same with six SIGKILLs. Afterwards what the clients hold is
compared with what the database, the disk and the outbox hold: nothing lost, nothing doubled.
"""

import argparse
import hashlib
import http.client
import io
import itertools
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from bench.stack import Stack
from challenges.models import Challenge
from core.clock import database_now
from core.models import Mail
from events.models import Event, Phase, Role, RoleKind
from reading.models import Screening
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import DraftSave, Revision, Submission
from teams.models import Membership, Team
from tests import world

GOAL_P95, GOAL_P95_KILLS, GOAL_OUTAGE = 1.0, 5.0, 15.0
PATIENCE = 60.0  # seconds that a browser, or the person before it, goes on trying
TEXT = 20_000  # characters
FILE, LARGE, SHARE_LARGE = 200_000, 10_000_000, 0.05
LEAD = 2.0  # seconds before pressing submit at which the text is saved and the file sent
MARGIN = 0.1  # seconds by which our clock and the database’s may differ
LATE_LEAD = 0.5  # of half of those who are late: what they write is late too
LONGEST_BACKLOG = 1500.0  # seconds for readings and mails to be done with
KILLS = (  # share of the storm that has passed, what dies
    (0.20, "gunicorn’s master"),
    (0.35, "a web worker"),
    (0.50, "the Celery workers"),
    (0.65, "Valkey"),
    (0.80, "the Celery workers again"),
    (0.90, "PostgreSQL"),
)


@dataclass
class Answer:
    """What one press came to, in seconds of this machine's clock."""

    what: str
    key: str
    sent: float
    took: float
    tries: int
    status: int
    location: str


@dataclass
class Browser:
    """One team's browser: who, where, when it presses, and what it got."""

    number: int
    code: str
    cookie: str
    at: float  # seconds after the start of the storm
    presses: int = 1
    tabs: int = 1
    token: str = ""
    lead: float = 2.0  # seconds before pressing at which the text is saved and the file sent
    keys: list[str] = field(default_factory=list)
    file_sha256: str = ""
    answers: list[Answer] = field(default_factory=list)


def main(words: list[str]) -> int:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it takes minutes
    parser = argparse.ArgumentParser(prog="run.py bench storm", description=__doc__)
    parser.add_argument("--teams", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=["plain", "kills"], help="one of the two storms")
    given = parser.parse_args(words)
    missed = 0
    for kills in (False, True):
        if given.only in {None, "kills" if kills else "plain"}:
            missed += Storm(given.teams, given.seconds, kills=kills).run()
    return 1 if missed else 0


class Storm:
    def __init__(self, number: int, seconds: float, *, kills: bool) -> None:
        self.number, self.seconds, self.kills = number, seconds, kills
        self.data = Path(tempfile.mkdtemp(prefix="hk-storm-"))
        self.random = random.Random(2026)
        self.good: list[tuple[float, float]] = []  # (sent, answered) of every request that was answered
        self.told: list[str] = []

    def run(self) -> int:
        self.stack = Stack(self.data)
        try:
            self.stack.start_servers()
            connection.close()
            connection.settings_dict["HOST"] = str(self.stack.sockets)
            call_command("migrate", verbosity=0)
            self.event = prepare_event()
            self.stack.start_service()
            idle = self.idle()
            teams = self.prepare(self.number, "storm")
            self.rage(teams)
            return self.judge(teams, idle)
        finally:
            self.stack.stop()
            connection.close()
            shutil.rmtree(self.data, ignore_errors=True)

    # Before

    def prepare(self, number: int, name: str) -> list[Browser]:
        """Teams of two with a complete draft, signed in and on the page from which they will submit."""
        ada, challenge = self.event.created_by, Challenge.objects.get(event=self.event)
        people = User.objects.bulk_create(
            User(
                email=f"{name}-{n}-{m}@rivers.example.org", name=f"{name} {n} {m}", department=ada.department
            )
            for n in range(number)
            for m in range(2)
        )
        roles = Role.objects.bulk_create(
            Role(event=self.event, user=one, kind=RoleKind.PARTICIPANT, given_by=ada) for one in people
        )
        founders = people[::2]
        made = Team.objects.bulk_create(
            Team(event=self.event, challenge=challenge, name=f"{name} {n}", founded_by=one)
            for n, one in enumerate(founders)
        )
        Membership.objects.bulk_create(
            Membership(event=self.event, team=made[n // 2], user=one, role=role)
            for n, (one, role) in enumerate(zip(people, roles, strict=True))
        )
        at = database_now()
        drafts = Submission.objects.bulk_create(
            Submission(team=team, saved_by=one, saved_at=at, **world.ANSWERS)
            for team, one in zip(made, founders, strict=True)
        )
        DraftSave.objects.bulk_create(
            DraftSave(submission=draft, version=1, answers=draft.answers(), by=draft.saved_by, at=at)
            for draft in drafts
        )
        teams = []
        for n, (draft, at) in enumerate(zip(drafts, self.moments(number), strict=True)):
            client = Client()
            client.force_login(draft.saved_by)
            cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
            one = Browser(n, draft.code, cookie, at)
            if at > self.seconds and n % 2:
                one.lead = LATE_LEAD
            if n % 10 == 1:
                one.presses = 2
            if n % 10 == 2:
                one.tabs = 2
            self.open_page(one)
            teams.append(one)
        return teams

    def moments(self, number: int) -> list[float]:
        """When each presses: two of five over the first four fifths, the rest in the last; some late."""
        hot = self.seconds * 0.8
        early = [self.random.uniform(LEAD, hot) for _ in range(int(number * 0.4))]
        rush = [self.random.uniform(hot, self.seconds - 0.5) for _ in range(number - len(early))]
        exact = max(1, number // 30)
        rush[:exact] = [self.seconds] * exact  # at the very second
        rush[exact : 2 * exact] = [self.seconds + 1] * exact  # and a second late
        every = early + rush
        self.random.shuffle(every)
        return every

    def open_page(self, one: Browser) -> None:
        """The check page, as read before pressing: its key, and the token that goes with the cookie."""
        for _ in range(one.tabs):
            page = self.get(one, self.address(one, "check"))
            body = page.read().decode()
            set_cookie = page.headers.get("Set-Cookie", "")
            if found := re.search(r"(\w+csrf\w*=[^;]+)", set_cookie):
                one.cookie = f"{one.cookie}; {found[1]}"
            one.token = value_of(body, "csrfmiddlewaretoken")
            one.keys.append(value_of(body, "key"))

    def idle(self) -> float:
        """p95 of the same requests, one after another, on the server at rest."""
        took = []
        for one in self.prepare(20, "idle"):
            self.play(one, time.monotonic() - one.at)
            took += [answer.took for answer in one.answers]
        self.good.clear()
        return p95(took)

    # The storm

    def rage(self, teams: list[Browser]) -> None:
        begins = time.monotonic() + 5
        self.ended = begins + self.seconds  # the close, on the clock of this machine
        closes = database_now() + timedelta(seconds=5 + self.seconds)
        Event.objects.filter(pk=self.event.pk).update(
            submissions_close_at=closes, scores_close_at=closes + timedelta(days=3)
        )
        self.closes = closes
        threads = [threading.Thread(target=self.play, args=(one, begins)) for one in teams]
        if self.kills:
            threads += [
                threading.Thread(target=self.strike, args=(begins + share * self.seconds, what))
                for share, what in KILLS
            ]
        before = self.used()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.spent = {name: spent - before[name] for name, spent in self.used().items()}

    def used(self) -> dict[str, float]:
        """Processor seconds so far, of each part and of ourselves."""
        ours = os.times()
        parts = {name: kept.used() for name, kept in self.stack.kept.items()}
        return parts | {"the browsers": ours.user + ours.system}

    def play(self, one: Browser, begins: float) -> None:
        wait_until(begins + one.at - one.lead)
        text = f"{one.code} " + "What we built, and how we know that it works. " * (TEXT // 47)
        save = {"version": "1", "built": text[:TEXT]}
        self.press(one, "save", self.address(one, "tasks/built"), save)
        self.upload(one)
        wait_until(begins + one.at)
        presses = [one.keys[0]] * one.presses + one.keys[1:]
        threads = [threading.Thread(target=self.submit, args=(one, key)) for key in presses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def submit(self, one: Browser, key: str) -> None:
        fields = {"key": key, "declared": CURRENT_DECLARATIONS, "confirm": "on"}
        self.press(one, "submit", self.address(one, "submit"), fields, key)

    def upload(self, one: Browser) -> None:
        size = LARGE if one.number % round(1 / SHARE_LARGE) == 0 else FILE
        name, kind, content = content_of(one.code, size)
        one.file_sha256 = hashlib.sha256(content).hexdigest()
        boundary = uuid.uuid4().hex
        fields = {"csrfmiddlewaretoken": one.token, "data_level": "public"}
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{label}"\r\n\r\n{value}\r\n'
            for label, value in fields.items()
        )
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += f"Content-Type: {kind}\r\n\r\n"
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        address = f"/events/{self.event.slug}/files/add/"
        self.post(one, "upload", address, body, f"multipart/form-data; boundary={boundary}")

    def press(self, one: Browser, what: str, address: str, fields: dict[str, str], key: str = "") -> None:
        body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": one.token}).encode()
        self.post(one, what, address, body, "application/x-www-form-urlencoded", key)

    def post(  # noqa: PLR0917
        self, one: Browser, what: str, address: str, body: bytes, kind: str, key: str = ""
    ) -> None:
        """Until it is answered: a refused connection or a 5xx is tried again, with the same key."""
        sent, tries, wait = time.monotonic(), 0, 0.2
        status, location = 0, ""
        headers = {"Host": "localhost", "Cookie": one.cookie, "Content-Type": kind}
        while time.monotonic() < sent + PATIENCE:
            tries += 1
            browser = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
            try:
                browser.request("POST", address, body, headers)
                answer = browser.getresponse()
                answer.read()
                status, location = answer.status, answer.headers.get("Location", "")
            except (OSError, http.client.HTTPException):
                status = 0
            finally:
                browser.close()
            if 0 < status < 500:
                break
            time.sleep(wait)
            wait = min(wait * 1.5, 2)
        done = time.monotonic()
        if 0 < status < 500:
            self.good.append((sent, done))
        one.answers.append(Answer(what, key, sent, done - sent, tries, status, location))

    def strike(self, at: float, what: str) -> None:
        wait_until(at)
        kept = self.stack.kept
        match what:
            case "gunicorn’s master":
                kept["web"].kill()
            case "a web worker":
                kept["web"].kill_child()
            case "Valkey":
                kept["valkey"].kill()
            case "PostgreSQL":
                kept["postgres"].kill()
            case _:
                kept["worker"].kill_all()
                kept["screening"].kill_all()

    def get(self, one: Browser, address: str) -> http.client.HTTPResponse:
        browser = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
        browser.request("GET", address, headers={"Host": "localhost", "Cookie": one.cookie})
        answer = browser.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{address} answered {answer.status}")
        return answer

    def address(self, one: Browser, verb: str) -> str:
        return f"/events/{self.event.slug}/submissions/{one.code}/{verb}/"

    # Afterwards

    def judge(self, teams: list[Browser], idle: float) -> int:
        connection.close()  # PostgreSQL may have died since we last asked it anything
        took = [answer.took for one in teams for answer in one.answers]
        submits = [answer for one in teams for answer in one.answers if answer.what == "submit"]
        backlog = self.wait_for_the_backlog()
        wrong = self.compare(teams)
        sides = Counter(Revision.objects.of_event(self.event).values_list("side", flat=True))
        goal = GOAL_P95_KILLS if self.kills else GOAL_P95
        high, outage = p95(took), self.longest_outage(teams)
        tries = sum(answer.tries for one in teams for answer in one.answers)
        unanswered = sum(not 0 < answer.status < 500 for one in teams for answer in one.answers)
        print(f"{'With six SIGKILLs' if self.kills else 'Storm'}: {len(teams)} teams in {self.seconds:g} s")
        print(
            f"  {len(took)} presses sent in {tries} tries, {unanswered} never answered;"
            f" submits: {sum(a.status == 302 for a in submits)} accepted,"
            f" {sides.get('late', 0)} of them kept as late,"
            f" {sum(a.status == 200 for a in submits)} refused with a reason (a second tab, nothing changed)"
        )
        print(
            f"  p50 {statistics.median(took):.2f} s, p95 {high:.2f} s ({_told(high <= goal)}: {goal:g} s),"
            f" longest {max(took):.2f} s; idle p95 {idle:.2f} s, {high / idle:.1f} times;"
            f" longest outage {outage:.1f} s ({_told(outage <= GOAL_OUTAGE)}: {GOAL_OUTAGE:g} s)"
        )
        for what in ("save", "upload", "submit"):
            part = [answer.took for one in teams for answer in one.answers if answer.what == what]
            print(f"    {what}: p50 {statistics.median(part):.2f} s, p95 {p95(part):.2f} s")
        if not self.kills:  # a process that was killed takes its account along
            spent = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.spent.items())
            print(f"  processor time until the last answer: {spent}")
        print(f"  readings and mails all done {backlog:.0f} s after the close")
        for line in wrong:
            print(f"  WRONG {line}")
        print(f"  lost 0, doubled 0: {_told(not wrong)}" if not wrong else f"  {len(wrong)} WRONG")
        return len(wrong) + (high > goal) + (outage > GOAL_OUTAGE) + unanswered

    def wait_for_the_backlog(self) -> float:
        until = time.monotonic() + LONGEST_BACKLOG
        while time.monotonic() < until:
            current = Revision.objects.of_event(self.event).current()
            read = Screening.objects.filter(revision__in=current, finished_at__isnull=False)
            drafts = Submission.objects.of_event(self.event)
            is_closed = not drafts.filter(closings=None).exists()
            if is_closed and read.count() == current.count() and not Mail.objects.unfinished().exists():
                break
            time.sleep(1)
        return (datetime.now(UTC) - self.closes).total_seconds()

    def compare(self, teams: list[Browser]) -> list[str]:
        """What the browsers were told, held against what there is. Each line is a fault."""
        rows = Revision.objects.of_event(self.event)
        rows = rows.select_related("submission__team", "declaration", "closing").order_by("number")
        found: dict[str, list[Revision]] = {}
        for row in rows:
            found.setdefault(row.submission.code, []).append(row)
        current = {row.submission.code: row for row in Revision.objects.of_event(self.event).current()}
        done = Screening.objects.filter(revision__in=current.values(), finished_at__isnull=False)
        screened = Counter(done.values_list("revision_id", flat=True))
        mails = set(Mail.objects.filter(finished_at__isnull=False).values_list("key", flat=True))
        wrong = []
        for one in teams:
            mine, entry = found.get(one.code, []), current.get(one.code)
            faults = self.wrong_with_receipts(one, mine)
            if entry is None:
                faults.append("no entry")
            else:
                faults += self.wrong_with_entry(one, mine, entry)
                if screened[entry.pk] != 1:
                    faults.append(f"read {screened[entry.pk]} times")
                if lacking := mails_due(mine) - mails:
                    faults.append(f"{len(lacking)} mails not sent")
            wrong += [f"{one.code}: {fault}" for fault in faults]
        return wrong

    def wrong_with_receipts(self, one: Browser, mine: list[Revision]) -> list[str]:
        """Every receipt has its revision, every key one, and nobody has what was not asked for."""
        answered = {a.key for a in one.answers if a.what == "submit" and a.status == 302}
        keys = Counter(str(row.key) for row in mine if not row.by_rule)
        keys += Counter(str(row.declaration.key) for row in mine if hasattr(row, "declaration"))
        sides = [
            (row.side == "late") == (row.submitted_at >= self.closes and not row.by_rule) for row in mine
        ]
        early = {a.key for a in one.answers if a.what == "submit" and a.sent + a.took < self.ended}
        faults = {
            "a receipt without a revision": answered - set(keys),
            "a key with two revisions": [key for key, count in keys.items() if count > 1],
            "a revision that nobody asked for": set(keys) - set(one.keys),
            "two receipts from one page": len(answered) > 1 and one.tabs == 1,
            "a revision on the wrong side": not all(sides),
            "late, and had been answered before the close": [
                row for row in mine if row.is_late and str(row.key) in early
            ],
        }
        return [words for words, fault in faults.items() if fault]

    def wrong_with_entry(self, one: Browser, mine: list[Revision], entry: Revision) -> list[str]:
        """What was answered before the close is in the entry, what was sent after it is not; all is kept."""
        sent = {answer.what: answer for answer in one.answers}
        is_in_time = {what: answer.sent + answer.took < self.ended for what, answer in sent.items()}
        is_too_late = sent["save"].sent > self.ended + MARGIN
        faults = {
            "its text is in no revision": not any(row.built.startswith(one.code) for row in mine),
            "its text is not in the entry": is_in_time["save"] and not entry.built.startswith(one.code),
            "what came late is in the entry": is_too_late and entry.built.startswith(one.code),
            "its file is not in the entry": is_in_time["upload"] and not self.holds(entry, one.file_sha256),
            "its file is in no revision": not any(self.holds(row, one.file_sha256) for row in mine),
        }
        return [words for words, fault in faults.items() if fault]

    def holds(self, revision: Revision, sha256: str) -> bool:
        """Whether the file is enclosed, and on the disk byte for byte."""
        file = revision.files.filter(sha256=sha256).first()
        if file is None:
            return False
        content = (self.data / "files" / "kept" / file.stored).read_bytes()
        return hashlib.sha256(content).hexdigest() == sha256

    def longest_outage(self, teams: list[Browser]) -> float:
        """The longest time in which somebody waited and nobody was answered."""
        every = [(a.sent, a.sent + a.took) for one in teams for a in one.answers]
        ends = sorted(done for _, done in self.good)
        longest = 0.0
        for before, after in itertools.pairwise(ends):
            waiting = [sent for sent, done in every if sent < after and done > before]
            if waiting:
                longest = max(longest, after - max(before, min(waiting)))
        return longest


def mails_due(revisions: list[Revision]) -> set[str]:
    """The keys of the mails about these revisions, to every member of the team."""
    due = set()
    for row in revisions:
        about = f"closing:{row.closing.pk}" if row.by_rule else f"receipt:{row.pk}"
        due |= {f"{about}:{user}" for user in row.team.memberships.values_list("user_id", flat=True)}
    return due


def prepare_event() -> Event:
    event = world.event_in(Phase.BUILDING, "bench-storm")
    world.challenge_of(event)
    return event


def content_of(code: str, size: int) -> tuple[str, str, bytes]:
    """A file of about this size, unlike that of any other team: its name, its type, its bytes."""
    if size < LARGE:
        return (
            "notes.txt",
            "text/plain",
            f"Notes of {code}\n".encode() + b"A line of plain text.\n" * (size // 22),
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # stored, not compressed: as large as what is in it
        archive.writestr("README.md", f"Source of {code}\n")
        archive.writestr("data.bin", os.urandom(size))
    return "source.zip", "application/zip", packed.getvalue()


def value_of(body: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', body)
    if not found:
        raise SystemExit(f"the page has no field {name}")
    return found[1]


def wait_until(moment: float) -> None:
    if (rest := moment - time.monotonic()) > 0:
        time.sleep(rest)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _told(met: bool) -> str:
    return "goal met" if met else "goal MISSED"
