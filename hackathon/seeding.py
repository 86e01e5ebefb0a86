"""Made-up events to look at and to measure with: one for each phase, lived through by the real actions.

Each act happens at a moment that fits (`clock.arrived_at`), so windows, permissions, constraints and
audit rows are the real ones, and a demo that breaks a rule cannot be seeded.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, Domain, User
from challenges import actions as challenges
from challenges.models import Challenge
from core import clock
from events import actions as events
from events.models import Application, Event, Phase, RoleKind
from files import actions as files
from files.uploads import Upload
from hackathon.handouts import drawn
from judging import actions as judging
from judging.models import Assignment, Criterion, Round
from reading import readings
from reading.models import Screening, reading_shown
from records import actions as records
from results import actions as results
from screening import actions as screening
from showcase import actions as showcase
from submissions import actions as submissions
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Answers, Revision, Submission
from teams import actions as teams
from teams.models import Membership, Team

HERE = Path(__file__).resolve().parent / "demo"
NAMES = {
    Phase.DRAFT: "Next year’s hackathon",
    Phase.ANNOUNCED: "Winter services hackathon",
    Phase.FORMING: "Open records hackathon",
    Phase.BUILDING: "Public service AI hackathon",
    Phase.JUDGING: "Casework AI hackathon",
    Phase.SHOWCASE: "Rivers and roads AI hackathon",
}
# Hours from now at which building starts.
BUILDING_IN = {
    Phase.DRAFT: 24 * 60,
    Phase.ANNOUNCED: 24 * 40,
    Phase.FORMING: 24 * 9,
    Phase.BUILDING: -24,
    Phase.JUDGING: -60,
    Phase.SHOWCASE: -24 * 30,
}
ROLES = {
    RoleKind.FACILITATOR: ["facilitator"],
    RoleKind.SCREENER: ["screener", "screener2"],
    RoleKind.CHAIR: ["chair"],
    RoleKind.JUDGE: ["judge", "judge2", "judge3", "judge4"],
    RoleKind.STAKEHOLDER: ["stakeholder"],
}
SUMMARY = "Two days in which developers from across government build on problems that departments bring."
ABOUT = (
    "Bring a laptop and an open mind. Data is open, published or made up: **nothing above OFFICIAL, and no "
    "personal data**.\n\nEach entry is read against the government’s ten AI principles."
)
HELD_BECAUSE = (
    "The entry says that cases are decided and answered by the model with nobody looking. Say where a "
    "caseworker checks, or that this is not meant for real cases, and submit again."
)


def load(name: str):
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def moments_around(building: datetime) -> dict[str, datetime]:
    return {
        "forming_at": building - timedelta(days=14),
        "applications_close_at": building - timedelta(days=2),
        "team_changes_close_at": building - timedelta(hours=1),
        "building_at": building,
        "submissions_close_at": building + timedelta(hours=48),
        "scores_close_at": building + timedelta(hours=48 + 72),
    }


class World:
    """The people and departments that every demo event shares."""

    def __init__(self) -> None:
        spec = load("event.yaml")
        self.challenges = spec["challenges"]
        self.departments: dict[str, Department] = {}
        for row in spec["departments"]:
            department, _ = Department.objects.get_or_create(slug=row["slug"], defaults={"name": row["name"]})
            for name in row["domains"]:
                Domain.objects.get_or_create(name=name, defaults={"department": department})
            self.departments[row["slug"]] = department
        self.people = {row["key"]: self.person(row["name"], row["department"]) for row in spec["people"]}
        User.objects.filter(pk=self.people["organiser"].pk).update(can_create_events=True)
        User.objects.filter(pk=self.people["administrator"].pk).update(is_administrator=True)
        self.organiser = User.objects.get(pk=self.people["organiser"].pk)

    def person(self, name: str, department: str) -> User:
        """Someone with a confirmed address, as after signing in once."""
        email = f"{name.lower().replace(' ', '.')}@{department}.example.org"
        if user := User.objects.filter(email=email).first():
            return user
        user = User.objects.create_user(email, name, department=self.departments[department])
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user


class Story:
    """One event, lived through up to the phase it is to be in."""

    event: Event

    def __init__(self, world: World, phase: Phase, entries: list[dict]) -> None:
        self.world, self.phase, self.entries = world, phase, entries
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        self.building = hour + timedelta(hours=BUILDING_IN[phase])
        self.moments = moments_around(self.building)

    def at(self, moment: str, **later: float) -> clock.arrived_at:
        """At a moment of the event, or some time after it; never in the future."""
        return clock.arrived_at(min(self.moments[moment] + timedelta(**later), timezone.now()))

    @transaction.atomic
    def live(self) -> Event:
        order = list(Phase)
        reached = order[: order.index(self.phase) + 1]
        for phase, chapter in (
            (Phase.DRAFT, self.set_up),
            (Phase.ANNOUNCED, self.announce),
            (Phase.FORMING, self.form),
            (Phase.BUILDING, self.build),
            (Phase.JUDGING, self.judge),
            (Phase.SHOWCASE, self.publish),
        ):
            if phase in reached:
                chapter()
        self.event.refresh_from_db()
        return self.event

    def set_up(self) -> None:
        with self.at("forming_at", days=-30):
            self.event = events.create_event(
                by=self.world.organiser,
                name=NAMES[self.phase],
                summary=SUMMARY,
                about=ABOUT,
                departments=list(self.world.departments.values()),
                building_at=self.building,
                **self.other_moments(),
            )
            for kind, keys in ROLES.items():
                for key in keys:
                    email = self.world.people[key].email
                    events.give_role(self.event, email, kind, by=self.world.organiser)

    def other_moments(self) -> dict[str, Any]:
        return {name: moment for name, moment in self.moments.items() if name != "building_at"}

    def announce(self) -> None:
        with self.at("forming_at", days=-10):
            self.event = events.open_event(self.event, by=self.world.organiser)
        for spec in self.world.challenges:
            with self.at("forming_at", days=-8):
                made = self.propose(spec)
            if spec.get("state") != "awaiting":
                with self.at("forming_at", days=-6):
                    challenges.approve(made, by=self.world.organiser, version=made.version)

    def propose(self, spec: dict) -> Challenge:
        """Each department's problem is put forward by somebody of that department."""
        owner = self.world.people["owner"]
        if owner.department != self.world.departments[spec["department"]]:
            owner = self.world.person(f"Owen {spec['department'].title()}", spec["department"])
        fields = (
            "title",
            "problem",
            "affected",
            "success",
            "data_offered",
            "data_level",
            "licence",
            "approver",
        )
        return challenges.propose(
            self.event, by=owner, **{name: spec.get(name, "").strip() for name in fields}
        )

    def form(self) -> None:
        newcomer = self.world.people["newcomer"]
        with self.at("forming_at", hours=20):
            events.apply(
                self.event,
                by=newcomer,
                motivation="I would like to build something useful.",
                skills="Python, design",
            )
        for spec in self.entries:
            people = [self.world.person(name, spec["department"]) for name in spec["members"]]
            for person in people:
                self.take_part(person)
            challenge = Challenge.objects.approved().get(event=self.event, title=spec["challenge"])
            with self.at("forming_at", days=3):
                team = teams.found(
                    self.event,
                    by=people[0],
                    name=spec["team"],
                    challenge=challenge,
                    about=spec["pitch"][:200],
                )
                for person in people[1:]:
                    teams.join(team, by=person)
                for membership in Membership.objects.filter(team=team)[:2]:
                    teams.name_me(membership, by=membership.user, agrees=True)

    def take_part(self, person: User) -> None:
        with self.at("forming_at", hours=2):
            events.apply(
                self.event,
                by=person,
                motivation="To build with people who know the problem.",
                skills="Python",
            )
        with self.at("forming_at", days=1):
            application = Application.objects.get(event=self.event, user=person)
            events.accept(application, by=self.world.organiser)

    def build(self) -> None:
        for spec in self.entries:
            self.write(spec)
        self.read()
        for spec, revision in self.submitted():
            self.decide(spec, revision)

    def write(self, spec: dict) -> None:
        team = Team.objects.get(event=self.event, name=spec["team"])
        author = team.founded_by
        answers = {name: str(spec.get(name) or "").strip() for name in Answers.fields()}
        with self.at("building_at", hours=10):
            draft = submissions.start(team, by=author)
            draft = submissions.save_draft(draft, by=author, version=draft.version, answers=answers)
            self.upload(team, spec.get("files", {}))
            if own := spec.get("record"):
                records.edit(draft, by=author, version=0, words=own)
        if spec["state"] == "draft":
            return
        with self.at("building_at", hours=20):
            submissions.submit(draft, by=author, key=uuid.uuid4(), declared=CURRENT_DECLARATIONS)
        if spec["state"] == "revised":
            with self.at("building_at", hours=22):
                answers["safeguards"] += (
                    "\n\nSince our first revision we asked two more caseworkers to try it."
                )
                draft = submissions.save_draft(draft, by=author, version=draft.version, answers=answers)
                submissions.submit(draft, by=author, key=uuid.uuid4(), declared=CURRENT_DECLARATIONS)

    def upload(self, team: Team, shown: dict[str, str]) -> None:
        """Each file of the entry with what it shows, and one that the team thought better of."""
        by = team.founded_by
        for name, alt in shown.items():
            with Upload.of(drawn(name), name) as sent:
                files.upload(team, by=by, sent=sent, data_level="public", alt=alt)
        if shown:
            with Upload.of(drawn("notes.md"), "notes.md") as sent:
                files.remove(files.upload(team, by=by, sent=sent, data_level="public"), by=by)

    def read(self) -> None:
        """What the workers would do, without waiting for them."""
        readings.open_missing()
        for pk in Screening.objects.due().values_list("pk", flat=True):
            readings.perform(Screening, pk)

    def submitted(self) -> Iterator[tuple[dict, Revision]]:
        entries = {
            revision.submission.team.name: revision
            for revision in Revision.objects.of_event(self.event).current().select_related("submission__team")
        }
        for spec in self.entries:
            if spec["team"] in entries:
                yield spec, entries[spec["team"]]

    def decide(self, spec: dict, revision: Revision) -> None:
        """Three are cleared and one held while building; once the event is over, all that raised no flag."""
        screener = self.world.people["screener"]
        flagged = Screening.objects.filter(revision=revision, status="held").exists()
        is_over = self.phase is Phase.SHOWCASE and spec["state"] != "held" and not flagged
        with self.at("building_at", hours=22):
            self.talk(spec, revision, screener)
        with self.at("building_at", hours=23):
            if spec["state"] == "cleared" or is_over:
                screening.clear(revision, by=screener)
            elif spec["state"] == "held":
                screening.hold(revision, HELD_BECAUSE, by=screener)

    def talk(self, spec: dict, revision: Revision, screener: User) -> None:
        """What the screener finds by hand and asks, and what the team answers."""
        if found := spec.get("findings"):
            said = {number: (finding, reason) for number, (finding, reason) in found.items()}
            screening.find(revision, said, by=screener, screening=reading_shown(revision))
        for number, question in spec.get("asked", {}).items():
            screening.ask(revision, question, by=screener, number=number)
        for number, words in spec.get("answered", {}).items():
            screening.answer(revision, words, by=revision.submission.team.founded_by, number=number)

    def deadline(self) -> None:
        """What a deadline leaves behind: a late revision, a team with more time, a proposal."""
        late = Team.objects.get(event=self.event, name="Second Draft")
        with self.at("submissions_close_at", minutes=20):
            draft = Submission.objects.get(team=late)
            answers = {"next_steps": "Two more departments have asked to try it."}
            submissions.save_draft(draft, by=late.founded_by, version=draft.version, answers=answers)
            submissions.submit(draft, by=late.founded_by, key=uuid.uuid4(), declared=CURRENT_DECLARATIONS)
        waiting = Team.objects.get(event=self.event, name="Signal Box")
        with self.at("submissions_close_at", minutes=-30):
            submissions.extend(
                waiting,
                by=self.world.organiser,
                until=self.moments["scores_close_at"] - timedelta(hours=1),
                reason="The venue lost its network for most of Saturday afternoon",
            )
        copied = Submission.objects.get(team__event=self.event, team__name="Empty Handed")
        with self.at("submissions_close_at", minutes=40):
            submissions.propose_disqualification(
                copied,
                by=self.world.people["chair"],
                reason="The repository was written before building began, and the entry does not say so.",
            )

    def judge(self) -> None:
        chair = self.world.people["chair"]
        if self.phase is Phase.JUDGING:
            self.deadline()
        with self.at("submissions_close_at", hours=1):
            first = Round.objects.first_of(self.event)
            judging.adopt(first, by=chair, template="value")
            judging.propose(first, by=chair, seed=1)
        done = 1.0 if self.phase is Phase.SHOWCASE else 0.5
        criteria = list(first.criteria.all())
        luck = random.Random(7)  # noqa: S311 (the same demo every time, no secret)
        for assignment in Assignment.objects.standing().filter(event=self.event).order_by("pk"):
            if luck.random() < done:
                with self.at("submissions_close_at", hours=6):
                    self.score(assignment, criteria, luck)

    def score(self, assignment: Assignment, criteria: list[Criterion], luck: random.Random) -> None:
        entry = assignment.entry
        if entry is None:
            return
        quality = len(entry.as_markdown()) / 1000
        scores = {one.pk: max(1, min(5, round(luck.gauss(2 + quality / 2, 0.8)))) for one in criteria}
        judging.score(
            assignment, by=assignment.judge, version=0, revision=entry.number, scores=scores, hand_in=True,
            comment="Show us a day of real use next time.",
        )  # fmt: skip

    def publish(self) -> None:
        with self.at("scores_close_at", hours=12):
            results.compute(Round.objects.first_of(self.event), by=self.world.people["chair"])
        with self.at("scores_close_at", days=1):
            showcase.publish(self.event, by=self.world.organiser)


def many(entries: list[dict], number: int) -> list[dict]:
    """As many entries as asked for, each of a team of its own, made from those there are."""
    whole = [entry for entry in entries if entry["state"] == "cleared"]
    departments = [department["slug"] for department in load("event.yaml")["departments"]]
    return [
        whole[index % len(whole)]
        | {
            "team": f"Team {index + 1}",
            "title": f"{whole[index % len(whole)]['title']} {index + 1}",
            "department": departments[index % len(departments)],
            "files": {},
            "members": [f"Person {index * 3 + seat} Sample" for seat in range(1, 4)],
        }
        for index in range(number)
    ]


def seed(phases: list[Phase], *, large: bool = False) -> list[Event]:
    """Make an event for each phase that has none now; the events there are stay as people left them."""
    world = World()
    entries = load("entries.yaml")
    if large:
        entries = entries + many(entries, 190)
    made = []
    for phase in phases:
        if not Event.objects.in_phase(phase).exists():
            made.append(Story(world, phase, entries).live())
    return made
