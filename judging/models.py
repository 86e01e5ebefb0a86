from dataclasses import dataclass, field
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Department
from core import clock
from events.models import Event, Role, RoleKind
from judging import scoring
from screening.models import cleared_entries
from submissions.models import Revision, Submission
from teams.models import Membership, Team

LOWEST, HIGHEST = 1, 5
SCALE = range(LOWEST, HIGHEST + 1)


class Criterion(models.Model):
    """One line of the rubric. Weights are relative: 2 counts twice as much as 1."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    low = models.CharField("what the lowest score means", max_length=200)
    high = models.CharField("what the highest score means", max_length=200)
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="criteria_differ"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="weights_are_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        return self.event.slug


class AssignmentQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user) -> Self:
        return self.standing().filter(judge=user)

    def run_by(self, user) -> Self:
        """Of the events where this person gives entries to judges. Who scores what, never a score."""
        if not user.is_authenticated:
            return self.none()
        running = Role.objects.filter(
            event=models.OuterRef("event"), user=user, kind__in=[RoleKind.CHAIR, RoleKind.ORGANISER]
        )
        return self.standing().filter(models.Exists(running))

    def with_progress(self) -> Self:
        return self.annotate(
            is_handed_in=models.Exists(Ballot.objects.counted().filter(assignment=models.OuterRef("pk"))),
            is_started=models.Case(models.When(ballot__isnull=False, then=True), default=False),
        )

    def with_entry(self, event: Event) -> Self:
        """With what is to be scored: nothing before scores open, or while the entry is not cleared."""
        entry = cleared_entries(event).filter(submission=models.OuterRef("submission"))
        if event.submissions_close_at > clock.now():
            entry = entry.none()
        return self.select_related("submission__team").annotate(
            title=models.Subquery(entry.values("title")[:1]), pitch=models.Subquery(entry.values("pitch")[:1])
        )

    def with_people(self) -> Self:
        return self.select_related("event", "judge__department", "submission__team__challenge__department")

    def visible_to(self, user) -> Self:
        """A judge's own, and nobody else's: blind to the others' scores."""
        return self.of(user) if user.is_authenticated else self.none()


class Assignment(models.Model):
    """One judge is to score one entry. Ended, not deleted, when it is taken away."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)
    # Of `with_progress` and `with_entry`
    is_handed_in: bool
    is_started: bool
    title: str | None
    pitch: str | None

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "judge"], condition=Q(ended_at=None), name="assigned_once"
            ),
        ]

    def __str__(self) -> str:
        # By its team: what a draft is called is its team's alone, and this name goes into the log.
        return f"{self.judge} scores the entry of {self.submission.team}"

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def entry(self) -> Revision | None:
        """The revision to score: the current one, if a person cleared it."""
        entries = cleared_entries(self.event).select_related("submission__team__challenge")
        return entries.filter(submission=self.submission_id).first()

    def why_conflict(self) -> str:
        """Why this judge may not score this entry, in words for the judge; "" when they may."""
        shared = shared_department(self.judge, self.submission.team)
        if shared is None:
            return ""
        return (
            f"You and someone on this team are both from {shared}, so you cannot score this entry. "
            "Ask the chair to give it to another judge"
        )

    def why_unreadable(self, entry: Revision | None) -> str:
        """Why the judge is not shown the entry yet, or any more; "" when they are."""
        if conflict := self.why_conflict():
            return conflict
        if self.event.submissions_close_at > clock.now():
            return self.event.why_shut("scores")
        if entry is None and (out := self.submission.why_out()):
            return out
        if entry is None:
            return "This entry is held back at the moment. You can score it once it is cleared"
        return ""


def shared_department(judge, team: Team) -> Department | None:
    """The judge's department, when someone on the team is from it too: a conflict that nothing overrides."""
    if judge.department_id is None:
        return None
    colleagues = Membership.objects.filter(team=team, user__department=judge.department_id)
    return judge.department if colleagues.exists() else None


def judges_of(event: Event) -> list:
    """The people who judge at this event, by name."""
    roles = Role.objects.filter(event=event, kind=RoleKind.JUDGE).select_related("user__department")
    return [role.user for role in roles.order_by("user__name", "user_id")]


def departments_of(event: Event) -> dict[int, set[int]]:
    """The departments on each team of the event: team -> departments."""
    found: dict[int, set[int]] = {}
    rows = Membership.objects.filter(event=event, user__department__isnull=False)
    for team, department in rows.values_list("team_id", "user__department_id"):
        found.setdefault(team, set()).add(department)
    return found


def why_scores_hidden(event: Event) -> str:
    """Scores are nobody's to see until they close; "" from then on."""
    if event.announced_at is None or clock.now() < event.scores_close_at:
        return f"Results are shown to nobody until scores close at {event.say(event.scores_close_at)}"
    return ""


class BallotQuerySet(models.QuerySet):
    def counted(self) -> Self:
        """Handed in, by a judge who still has the assignment, on the entry as it stands.

        Where submissions were opened again and the team sent a new revision, a ballot on the old one
        waits for its judge to read the new one and hand in again.
        """
        return self.filter(
            handed_in_at__isnull=False, assignment__ended_at=None, revision__in=Revision.objects.current()
        )


class Ballot(models.Model):
    """One judge's scores for one entry, of the revision that the judge read."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="ballot")
    revision = models.ForeignKey("submissions.Revision", on_delete=models.PROTECT, related_name="+")
    note = models.TextField("private note", max_length=4000, blank=True)
    comment = models.TextField("comment for the team", max_length=4000, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True, blank=True)

    objects = BallotQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Ballot of {self.assignment}"

    def scores_by_criterion(self) -> dict[int, int]:
        return dict(self.scores.values_list("criterion_id", "value"))

    @property
    def event(self):
        return self.assignment.event

    @property
    def scope(self) -> str:
        return self.assignment.event.slug


class Score(models.Model):
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ballot", "criterion"], name="one_score_a_criterion"),
            models.CheckConstraint(
                condition=Q(value__gte=LOWEST) & Q(value__lte=HIGHEST), name="scores_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"


@dataclass
class EntryCoverage:
    """One entry, and how far its judges are. No score is here."""

    submission: int
    code: str
    title: str
    team: str
    is_cleared: bool
    departments: set[int]
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def handed_in(self) -> int:
        return sum(assignment.is_handed_in for assignment in self.assignments)


@dataclass
class JudgeCoverage:
    judge: models.Model
    assigned: int = 0
    handed_in: int = 0


def coverage_of(event: Event) -> tuple[list[EntryCoverage], list[JudgeCoverage]]:
    """Every entry that is cleared or has judges, and every judge, in four queries."""
    departments = departments_of(event)
    entries = {
        revision.submission_id: EntryCoverage(
            revision.submission_id,
            revision.submission.code,
            revision.title,
            revision.submission.team.name,
            True,
            departments.get(revision.submission.team_id, set()),
        )
        for revision in cleared_entries(event).select_related("submission__team").order_by("title", "pk")
    }
    judges = {judge.pk: JudgeCoverage(judge) for judge in judges_of(event)}
    standing = Assignment.objects.standing().filter(event=event).with_progress()
    for assignment in standing.select_related("judge", "submission__team").order_by("judge__name", "pk"):
        team = assignment.submission.team
        # An entry that is held now: its draft's title is not for the people who look here.
        entries.setdefault(
            assignment.submission_id,
            EntryCoverage(
                assignment.submission_id,
                assignment.submission.code,
                f"Entry of {team.name}",
                team.name,
                False,
                departments.get(team.pk, set()),
            ),
        ).assignments.append(assignment)
        row = judges.setdefault(assignment.judge_id, JudgeCoverage(assignment.judge))
        row.assigned += 1
        row.handed_in += assignment.is_handed_in
    return list(entries.values()), list(judges.values())


@dataclass
class Result:
    """One entry's place, with its names."""

    code: str
    title: str
    team: str
    standing: scoring.Standing


def results_of(event: Event) -> list[Result]:
    """Raw averages of the ballots that were handed in, for entries that are cleared."""
    weights = dict(Criterion.objects.filter(event=event).values_list("pk", "weight"))
    given: dict[tuple[int, int], dict[int, int]] = {}
    rows = Score.objects.filter(ballot__in=Ballot.objects.counted().filter(assignment__event=event))
    for entry, judge, criterion, value in rows.values_list(
        "ballot__assignment__submission_id", "ballot__assignment__judge_id", "criterion_id", "value"
    ):
        given.setdefault((entry, judge), {})[criterion] = value
    entries = {
        revision.submission_id: revision
        for revision in cleared_entries(event).select_related("submission__team")
    }
    ballots = [scoring.Ballot(entry, judge, scores) for (entry, judge), scores in given.items()]
    found = [
        Result(
            entries[standing.entry].submission.code,
            entries[standing.entry].title,
            entries[standing.entry].submission.team.name,
            standing,
        )
        for standing in scoring.standings(entries, ballots, weights)
    ]
    return sorted(found, key=lambda one: (one.standing.rank or len(found) + 1, one.title, one.code))
