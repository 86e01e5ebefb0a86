"""What is measured: one published event with 200 entries and 600 people, one with 3, one being judged."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from events.models import Event, Phase, Role, RoleKind
from judging import actions as judging
from judging.models import Assignment, Ballot, Criterion, Round, Score
from screening.models import Clearance
from showcase import actions as showcase
from submissions.models import Revision, Submission
from teams.models import Membership, Team
from tests import world

JUDGES = 3


@dataclass
class Data:
    event: Event
    small: Event
    judged: Event
    judge: User
    member: User
    chair: User
    code: str  # an entry on show
    sheet: str  # an entry that the judge is to score
    draft: str


def build(number: int = 200, small: int = 3) -> Data:
    ada = world.person("ada", can_create_events=True)
    event = published("bench-large", number)
    few = published("bench-small", small)
    judged = world.event_in(Phase.JUDGING, "bench-judged")
    judging.adopt(Round.objects.first_of(judged), by=ada, template="value")
    entry = world.cleared_entry(judged, "ben")
    judging.assign(Round.objects.first_of(judged), entry.submission, world.person("jude"), by=ada)
    building = world.event_in(Phase.BUILDING, "bench-building")
    draft = world.draft_of(world.team_of(building, "ben"))
    code = Submission.objects.filter(team__event=event).values_list("code", flat=True)[0]
    return Data(
        event,
        few,
        judged,
        world.person("jude"),
        world.person("ben"),
        world.person("kit"),
        code,
        entry.submission.code,
        draft.code,
    )


def published(slug: str, number: int) -> Event:
    """An event with this many entries of three people each, judged by three and published."""
    event = world.event_in(Phase.JUDGING, slug)
    event.scores_close_at = event.submissions_close_at + timedelta(hours=1)
    event.save()
    ada = event.created_by
    challenges = [world.challenge_of(event, title=f"Challenge {count}") for count in range(4)]
    people = User.objects.bulk_create(
        User(email=f"{slug}-{count}@rivers.example.org", name=f"Person {count}", department=ada.department)
        for count in range(number * 3)
    )
    roles = Role.objects.bulk_create(
        Role(event=event, user=one, kind=RoleKind.PARTICIPANT, given_by=ada) for one in people
    )
    teams = Team.objects.bulk_create(
        Team(event=event, challenge=challenges[count % 4], name=f"Team {count}", founded_by=people[count * 3])
        for count in range(number)
    )
    Membership.objects.bulk_create(
        Membership(event=event, team=teams[count // 3], user=role.user, role=role, named_in_showcase=True)
        for count, role in enumerate(roles)
    )
    entries = Submission.objects.bulk_create(
        Submission(team=team, **(world.ANSWERS | {"title": f"Prototype {count:03d} for letters"}))
        for count, team in enumerate(teams)
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            submission=entry,
            number=1,
            submitted_by=entry.team.founded_by,
            submitted_at=event.submissions_close_at,
            declared="2026-11",
            sha256="",
            **entry.answers(),
        )
        for entry in entries
    )
    Clearance.objects.bulk_create(
        Clearance(revision=revision, outcome=Clearance.Outcome.CLEARED, by=ada) for revision in revisions
    )
    score_all(event, revisions)
    return showcase.publish(event, by=ada)


def score_all(event: Event, revisions: list[Revision]) -> None:
    first = Round.objects.first_of(event)
    criteria = [
        Criterion(round=first, position=place, name=f"Criterion {place}", low="Low", high="High")
        for place in range(1, 5)
    ]
    Criterion.objects.bulk_create(criteria)
    judges = [world.person(key) for key in ("jude", "kit", "dot")][:JUDGES]
    given = Assignment.objects.bulk_create(
        Assignment(
            event=event,
            round=first,
            submission=revision.submission,
            judge=judge,
            given_by=event.created_by,
            released_at=event.submissions_close_at,
        )
        for revision in revisions
        for judge in judges
    )
    when = event.submissions_close_at
    ballots = Ballot.objects.bulk_create(
        Ballot(assignment=one, revision=revisions[place // JUDGES], saved_at=when, handed_in_at=when)
        for place, one in enumerate(given)
    )
    Score.objects.bulk_create(
        Score(ballot=ballot, criterion=criterion, value=1 + (ballot.pk * 7 + criterion.pk * 3) % 5)
        for ballot in ballots
        for criterion in criteria
    )
