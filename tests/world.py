"""The people and the event that tests speak of.

ada organises, ben is on the team, cal is nobody, dot owns the challenge, jude judges, kit is the
chair, sam screens, bea is on another team, max administers the site.
"""

import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Department, Domain, User
from challenges.models import Challenge, DataLevel
from events.models import Event, Phase, Role, RoleKind
from files.models import File
from files.storage import new_name, shelf
from judging.models import Assignment, Round
from reading.models import Plan, Screening
from screening.models import Clearance
from submissions.models import DraftSave, Revision, Submission, digest
from teams.models import Membership, Team

NAMES = {
    "ada": "Ada Byrne",
    "ben": "Ben Okoro",
    "bea": "Bea Lund",
    "cal": "Cal Reyes",
    "dot": "Dot Haines",
    "jim": "Jim Okafor",
    "jude": "Jude Amin",
    "kit": "Kit Moss",
    "sam": "Sam Adeyemi",
    "max": "Max Stone",
}
DEPARTMENTS = {
    "records": ("Department for Public Records", ["ada", "ben", "sam", "max"]),
    "rivers": ("Rivers and Coasts Agency", ["bea", "dot", "cal"]),
    "transport": ("Transport Office", ["jude", "kit"]),
    "skills": ("Skills and Training Service", ["jim"]),
}
ANSWERS = {
    "title": "Letter Sorter",
    "pitch": "Sorts letters from the public so that the urgent ones are read today.",
    "problem": "Caseworkers read 400 letters a day in the order they arrive.",
    "built": "A page where a caseworker sees letters in order of urgency, and why.",
    "ai_use": "A language model suggests how urgent a letter is. A caseworker decides every time.",
    "data_used": "Two hundred made-up letters, written by the team.",
    "data_level": DataLevel.PUBLIC,
    "safeguards": "We measured 12 wrong suggestions in 200 and show the reasons beside each.",
    "next_steps": "",
    "repository_url": "https://code.example.org/letter-sorter",
    "demo_url": "",
    "film_url": "",
}
# How far into its life an event is, in steps between moments that lie a day apart.
STEPS = {
    Phase.DRAFT: 0,
    Phase.ANNOUNCED: 1,
    Phase.FORMING: 2,
    Phase.BUILDING: 3,
    Phase.JUDGING: 4,
    Phase.SHOWCASE: 6,
}


def department(slug: str) -> Department:
    name, _ = DEPARTMENTS[slug]
    made, _ = Department.objects.get_or_create(slug=slug, defaults={"name": name})
    Domain.objects.get_or_create(name=f"{slug}.example.org", defaults={"department": made})
    return made


def person(key: str, **fields) -> User:
    slug = next(slug for slug, (_, people) in DEPARTMENTS.items() if key in people)
    home = department(slug)
    if found := User.objects.filter(email=f"{key}@{slug}.example.org").first():
        return found
    user = User.objects.create_user(f"{key}@{slug}.example.org", NAMES[key], department=home, **fields)
    # The address is known to be theirs, as after signing in once.
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def moments(phase: Phase) -> dict:
    """Moments around the present such that an event with them is in `phase`."""
    start = timezone.now() - timedelta(days=STEPS[phase], hours=-12)
    return {
        "announced_at": None if phase is Phase.DRAFT else start,
        "forming_at": start + timedelta(days=1),
        "applications_close_at": start + timedelta(days=2),
        "team_changes_close_at": start + timedelta(days=2, hours=18),
        "building_at": start + timedelta(days=2),
        "submissions_close_at": start + timedelta(days=3),
        "scores_close_at": start + timedelta(days=4),
        "published_at": start + timedelta(days=5) if phase is Phase.SHOWCASE else None,
    }


def event_in(phase: Phase, slug: str = "summer") -> Event:
    """An event in this phase: a new one with ada as organiser and everyone's roles, or that one moved."""
    event, is_new = Event.objects.update_or_create(
        slug=slug,
        defaults=moments(phase),
        create_defaults=moments(phase)
        | {
            "name": f"{slug.title()} hackathon",
            "summary": "Two days of building for public services.",
            "created_by": person("ada", can_create_events=True),
        },
    )
    if is_new:
        Plan.objects.create(event=event, blind_percent=0)  # or one report in ten would be out of sight
        give(event, RoleKind.ORGANISER, "ada")
        give(event, RoleKind.PARTICIPANT, "ben", "bea")
        give(event, RoleKind.SCREENER, "sam")
        give(event, RoleKind.JUDGE, "jude")
        give(event, RoleKind.CHAIR, "kit")
    return event


def give(event: Event, kind: RoleKind, *keys: str) -> None:
    for key in keys:
        Role.objects.get_or_create(
            event=event, user=person(key), kind=kind, defaults={"given_by": event.created_by}
        )


def challenge_of(event: Event, title: str = "Letters that wait", **fields) -> Challenge:
    fields = {
        "problem": "Letters from the public wait three weeks for a first reading.",
        "data_level": DataLevel.PUBLIC,
        "licence": "Open Government Licence v3.0",
        "approver": "Head of Casework",
        "decision": Challenge.Decision.APPROVED,
        "decided_by": event.created_by,
        "decided_at": timezone.now(),
    } | fields
    owner = person("dot")
    return Challenge.objects.create(
        event=event, owner=owner, department=owner.department, title=title, **fields
    )


def team_of(event: Event, *keys: str, name: str = "Kingfishers", challenge: Challenge | None = None) -> Team:
    """A team of these people (ben when none is named), on the event's first approved challenge."""
    keys = keys or ("ben",)
    challenge = challenge or Challenge.objects.approved().filter(event=event).first() or challenge_of(event)
    team = Team.objects.create(event=event, challenge=challenge, name=name, founded_by=person(keys[0]))
    give(event, RoleKind.PARTICIPANT, *keys)
    for key in keys:
        role = Role.objects.get(event=event, user=person(key), kind=RoleKind.PARTICIPANT)
        Membership.objects.create(event=event, team=team, user=role.user, role=role)
    return team


def file_of(team: Team, data: bytes = b"What we measured\n", **fields) -> File:
    """A text on the team's shelf, without going through the action; its bytes lie in the storage."""
    kept = {
        "kind": "text",
        "name": "notes.txt",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "sent_size": len(data),
        "sent_sha256": hashlib.sha256(data).hexdigest(),
        "content_type": "text/plain; charset=utf-8",
        "stored": shelf().save(new_name(timezone.now()), ContentFile(data)),
        "look": {"lines": 1, "words": 3, "signals": []},
        "data_level": DataLevel.PUBLIC,
        "state": File.State.CLEAN,
        "by": team.founded_by,
        "at": timezone.now(),
    }
    return File.objects.create(team=team, **(kept | fields))


def draft_of(team: Team, **answers) -> Submission:
    """A complete draft, saved by the team's founder an hour before building began, or before now."""
    at = min(timezone.now(), team.event.building_at) - timedelta(hours=1)
    submission = Submission(team=team, saved_by=team.founded_by, saved_at=at)
    submission.put(ANSWERS | answers.pop("more", {}) | answers)
    submission.save()
    DraftSave.objects.create(
        submission=submission,
        version=submission.version,
        answers=submission.answers(),
        by=team.founded_by,
        at=at,
    )
    return submission


def revision_of(submission: Submission, **answers) -> Revision:
    """Freeze the draft as its next revision, without going through the action."""
    frozen = submission.answers() | answers
    revision = Revision(
        submission=submission,
        number=submission.revisions.count() + 1,
        submitted_by=submission.team.founded_by,
        submitted_at=submission.team.event.submissions_close_at - timedelta(hours=1),
        declared="2026-11",
    )
    revision.put(frozen)
    revision.sha256 = digest(revision.as_markdown())
    revision.save()
    return revision


def entry_of(event: Event, *keys: str, name: str = "Kingfishers", **answers) -> Revision:
    """What these people's team has submitted; nobody has decided on it."""
    return revision_of(draft_of(team_of(event, *keys, name=name), **answers))


def report_of(revision: Revision, *findings: str, **fields) -> Screening:
    """A finished reading in which a model states these findings, one after the other; the rest are absent."""
    stated = [*findings, *["not_found"] * (10 - len(findings))]
    words = revision.pitch
    quote = {"text": words, "start": 0, "end": len(words)}
    report = {
        "status": "complete",
        "mode": "ai",
        "error": "",
        "engine": {"name": "openai", "model": "made-up-1"},
        "framework": "aip-2025",
        "recipe": "r" * 64,
        "summary": [{"text": words, "quotes": [quote]}],
        "principles": [
            {
                "number": number,
                "finding": finding,
                "weak": False,
                "missing": "",
                "question": "How often was it wrong?",
                "quotes": [quote] if finding in ("evidenced", "partial", "concern") else [],
            }
            for number, finding in enumerate(stated, start=1)
        ],
        "signals": [],
        "demotions": [],
        "usage": {
            "calls": 21,
            "prompt_tokens": 9000,
            "completion_tokens": 900,
            "cost_gbp": "0.0021",
            "seconds": 4.2,
        },
        "hint": "ready_to_read",
        "visible_end": len(words),
    }
    kept = {
        "revision": revision,
        "framework": "aip-2025",
        "recipe": "r" * 64,
        "provider": "main",
        "engine": "openai:made-up-1",
        "status": "complete",
        "mode": "ai",
        "text": words,
        "report": report,
        "finished_at": timezone.now(),
        "calls": 21,
        "prompt_tokens": 9000,
        "completion_tokens": 900,
        "cost_gbp": "0.0021",
    }
    return Screening.objects.create(**(kept | fields))


def cleared_entry(event: Event, *keys: str, name: str = "Kingfishers", **answers) -> Revision:
    """An entry of these people's team that sam has cleared."""
    revision = entry_of(event, *keys, name=name, **answers)
    Clearance.objects.create(revision=revision, outcome=Clearance.Outcome.CLEARED, by=person("sam"))
    return revision


def round_of(event: Event, number: int = 1) -> Round:
    """This round of judging, the first unless said otherwise."""
    return Round.objects.with_number(event, number)


def given(event: Event, submission: Submission, judge: User) -> Assignment:
    """This judge is to score this entry, whatever speaks against it."""
    return Assignment.objects.create(
        event=event,
        round=round_of(event),
        submission=submission,
        judge=judge,
        given_by=event.created_by,
        released_at=timezone.now(),
    )
