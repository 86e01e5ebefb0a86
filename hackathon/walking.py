"""One entry from draft to screened report and showcase, through a running service, over its API alone.

It only knows an address and, for each person, a key: no model, no table. What the service answers is
checked at every step, so that a walk that ends well has seen the whole pipeline work.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

ENTRY = {
    "title": "Queue Reader",
    "pitch": "Tells a caseworker which letters in today's queue cannot wait.",
    "problem": "Nine caseworkers read 400 letters a day in the order they arrive.",
    "built": "A list of the day's letters with up to three reasons each, taken from the letter itself.",
    "ai_use": "A language model suggests an order. A caseworker reviews every one and can override it.",
    "data_used": "Two hundred made-up letters. No personal data is used.",
    "data_level": "public",
    "safeguards": "We tested 50 letters with known answers: 6 of 50 were wrong. We tested prompt injection.",
}


class Astray(Exception):
    """The service answered something else than the walk expected."""


@dataclass
class Person:
    """Speaks to the API with a key of their own, or without one."""

    base: str
    key: str = ""

    def call(self, method: str, path: str, body: Mapping | None = None, *, expect: int = 200):
        parts = urlsplit(self.base)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=30)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, body=text, headers=headers)
            answer = connection.getresponse()
            content = answer.read().decode()
        finally:
            connection.close()
        if answer.status != expect:
            raise Astray(f"{method} {path}: expected {expect}, got {answer.status}: {content[:300]}")
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return json.loads(content) if is_json and content else content

    def get(self, path: str, **options):
        return self.call("GET", path, **options)

    def post(self, path: str, body: Mapping | None = None, **options):
        return self.call("POST", path, body or {}, **options)

    def patch(self, path: str, body: Mapping, **options):
        return self.call("PATCH", path, body, **options)


@dataclass
class Walk:
    """`people` are ada, who may create events, dot, ben, bea, sam, jude, jim, kit, and a stranger."""

    people: Mapping[str, Person]
    emails: Mapping[str, str]
    say: Callable[[str], None]
    name: str = "Walk-through"
    patience: float = 60.0
    event: str = field(default="", init=False)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError as missing:
            raise AttributeError(name) from missing

    def go(self) -> None:
        self.open_event()
        self.approve_challenge()
        self.gather_team()
        self.submit_entry()
        self.read_report()
        self.judge_entry()
        self.publish()

    def at(self, path: str) -> str:
        return f"/api/v1/events/{self.event}/{path}"

    def until(self, what: str, ready: Callable[[], object]):
        """Ask again until there is an answer: for what a worker or the clock does."""
        limit = time.monotonic() + self.patience
        while time.monotonic() < limit:
            if found := ready():
                return found
            time.sleep(0.2)
        raise Astray(f"waited {self.patience:.0f} seconds for {what}")

    def phase(self, wanted: str) -> None:
        self.until(f"the phase ‘{wanted}’", lambda: self.stranger.get(self.at(""))["phase"] == wanted)

    def move(self, moment: str, seconds: float = 1.5) -> None:
        to = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        self.ada.post(self.at("move/"), {"moment": moment, "to": to, "reason": "This is a walk-through"})

    def open_event(self) -> None:
        now = datetime.now(UTC)
        plan = {
            "forming_at": now + timedelta(seconds=1),
            "applications_close_at": now + timedelta(hours=1),
            "team_changes_close_at": now + timedelta(hours=3),
            "building_at": now + timedelta(hours=2),
            "submissions_close_at": now + timedelta(hours=4),
            "scores_close_at": now + timedelta(hours=5),
        }
        made = self.ada.post(
            "/api/v1/events/",
            {
                "name": self.name,
                "summary": "An event that a command walks through.",
                "about": "Made to see the whole pipeline work.",
                "departments": [],
                "team_min": 1,
            }
            | {key: moment.isoformat() for key, moment in plan.items()},
            expect=201,
        )
        self.event = made["slug"]
        self.stranger.get(self.at(""), expect=404)  # nobody else knows of it yet
        self.ada.post(self.at("open/"))
        for kind, keys in {"screener": ["sam"], "judge": ["jude", "jim"], "chair": ["kit"]}.items():
            for key in keys:
                self.ada.post(self.at("roles/"), {"email": self.emails[key], "kind": kind}, expect=201)
        self.say(f"opened the event ‘{made['name']}’")

    def approve_challenge(self) -> None:
        answers = {
            "title": "Letters that wait",
            "problem": "Letters from the public wait three weeks for a first reading.",
            "data_level": "public",
            "licence": "Open Government Licence v3.0",
        }
        made = self.dot.post(self.at("challenges/"), answers, expect=201)
        decide = self.at(f"challenges/{made['code']}/decide/")
        self.ada.post(decide, {"version": made["version"], "decision": "approved"}, expect=409)  # no approver
        made = self.dot.patch(
            self.at(f"challenges/{made['code']}/"),
            {"version": made["version"], "approver": "Head of Casework"},
        )
        self.ada.post(decide, {"version": made["version"], "decision": "approved"})
        self.challenge = made["code"]
        self.say("proposed a challenge, had it refused without an approver, and approved it with one")

    def gather_team(self) -> None:
        self.phase("forming")
        for key in ("ben", "bea"):
            application = {"motivation": "To build something useful.", "skills": "Python"}
            getattr(self, key).post(self.at("apply/"), application, expect=201)
        waiting = [row["id"] for row in self.ada.get(self.at("applications/"))["results"]]
        self.ada.post(self.at("applications/accept/"), {"applications": waiting})
        team = self.ben.post(self.at("teams/"), {"name": "Walkers", "challenge": self.challenge}, expect=201)
        self.bea.post(self.at(f"teams/{team['code']}/join/"))
        self.ben.post(self.at(f"teams/{team['code']}/naming/"), {"agrees": True})
        self.team = team["code"]
        self.say(f"accepted {len(waiting)} people and brought them together in the team ‘{team['name']}’")

    def submit_entry(self) -> None:
        self.move("applications_close_at", 1)
        self.move("building_at", 2)
        draft = self.ben.post(self.at("submissions/mine/"))
        self.entry = draft["code"]
        there = self.at(f"submissions/{self.entry}/")
        self.phase("building")
        half = self.ben.patch(there, {"version": draft["version"], "title": ENTRY["title"]})
        missing = len(half["missing"])
        declared = self.ben.get(self.at("submissions/declarations/"))["version"]
        order = {"key": str(uuid.uuid4()), "declared": declared}
        self.ben.post(f"{there}submit/", order, expect=409)
        self.bea.patch(there, {"version": half["version"]} | ENTRY)
        receipt = self.ben.post(f"{there}submit/", order, expect=201)
        again = self.ben.post(f"{there}submit/", order, expect=201)
        if receipt["reference"] != again["reference"]:
            raise Astray("pressing ‘Submit’ twice made two revisions")
        self.say(
            f"drafted the entry: refused with {missing} answers missing, received as {receipt['reference']}"
        )

    def read_report(self) -> None:
        there = self.at(f"screening/{self.entry}/")
        report = self.until("the report", lambda: self.finished(self.sam.get(there)))
        principles = report["report"]["principles"]
        quotes = [quote for principle in principles for quote in principle["quotes"]]
        text = report["text"]
        wrong = [quote for quote in quotes if text[quote["start"] : quote["end"]] != quote["text"]]
        if len(principles) != 10 or not quotes or wrong:
            raise Astray(
                f"{len(principles)} principles, {len(quotes)} quotations, {len(wrong)} not word for word"
            )
        self.jude.get(there, expect=404)
        self.sam.post(f"{there}clear/", {"revision": 1})
        mode = report["report"]["mode"]
        self.say(f"screened ({mode}): ten principles, {len(quotes)} quotations, all word for word; cleared")

    def finished(self, screening: dict) -> dict | None:
        return screening if screening["report"] and screening["report"]["status"] == "complete" else None

    def judge_entry(self) -> None:
        self.move("team_changes_close_at", 1)
        self.move("submissions_close_at", 2)
        self.phase("judging")
        order = {"key": str(uuid.uuid4()), "declared": "2026-11"}
        self.ben.post(self.at(f"submissions/{self.entry}/submit/"), order, expect=409)  # the same again
        draft = self.ben.get(self.at(f"submissions/{self.entry}/"))
        more = {"version": draft["version"], "next_steps": "Ask two more departments."}
        self.ben.call("PATCH", self.at(f"submissions/{self.entry}/"), more)
        late = self.ben.post(
            self.at(f"submissions/{self.entry}/submit/"), order | {"key": str(uuid.uuid4())}, expect=201
        )
        if (late["side"], late["counts"]) != ("late", False):
            raise Astray(f"what came late was taken for {late['side']}")
        self.say("late: received and kept, and does not count until an organiser admits it")
        criteria = self.kit.post(self.at("judging/rubric/template/"), {"template": "value"})
        self.kit.post(self.at("judging/allocation/propose/"), {"per_entry": 2})
        for key, value in (("jude", 4), ("jim", 3)):
            judge = getattr(self, key)
            sheet = judge.get(self.at(f"judging/entries/{self.entry}/"))
            scores = {str(row["id"]): value for row in sheet["criteria"]}
            ballot = {"version": 0, "revision": sheet["entry"]["number"], "scores": scores, "hand_in": True}
            judge.call("PUT", self.at(f"judging/entries/{self.entry}/"), ballot)
        self.kit.post(self.at("results/"), expect=409)  # hidden while scores are open
        self.move("scores_close_at", 1)
        results = self.until("the results", self.results)
        (row,) = results["output"]["projects"]
        if (row["project"], row["raw_mean"], row["ballots"]) != (self.entry, 3.5, 2):
            raise Astray(f"the results are wrong: {row}")
        self.say(f"scored on {len(criteria)} criteria by two judges: mean 3.5; hidden until scores closed")

    def results(self) -> dict | None:
        try:
            return self.kit.post(self.at("results/"))
        except Astray:
            return None

    def publish(self) -> None:
        self.stranger.get(f"/api/v1/showcase/{self.event}/", expect=404)
        self.ada.post(f"/api/v1/showcase/{self.event}/publish/")
        shown = self.stranger.get(f"/api/v1/showcase/{self.event}/{self.entry}/")
        page = self.stranger.get(f"/showcase/{self.event}/{self.entry}/")
        if shown["title"] != ENTRY["title"] or ENTRY["title"] not in page:
            raise Astray("the showcase does not show the entry")
        self.say(f"published: anyone can read ‘{shown['title']}’ at /showcase/{self.event}/{self.entry}/")
