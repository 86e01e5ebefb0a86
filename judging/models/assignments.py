from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from core import clock
from events.models import Event, Role, RoleKind
from judging.models.conflicts import why_conflict
from judging.models.judges import Judge
from judging.models.rounds import Round
from judging.models.rubric import FURTHEST, Criterion
from screening.models import cleared_entries
from submissions.models import Revision, Submission


class AssignmentQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user) -> Self:
        """What this judge is to score. A proposal is nobody's until it is released.

        Who is paused, or has declined, keeps what they began and is shown nothing new.
        """
        resting = Judge.objects.resting().filter(role__event=models.OuterRef("event"), role__user=user)
        begun = Ballot.objects.filter(assignment=models.OuterRef("pk"))
        return self.standing().filter(
            ~models.Exists(resting) | models.Exists(begun), judge=user, released_at__isnull=False
        )

    def unreplaced(self) -> Self:
        """Ended, of an entry that has fewer judges than its round asks for."""
        standing = Assignment.objects.standing().filter(
            round=models.OuterRef("round"), submission=models.OuterRef("submission")
        )
        number = standing.values("round").annotate(number=models.Count("pk")).values("number")
        missing = self.filter(ended_at__isnull=False).annotate(
            left=Coalesce(models.Subquery(number), models.Value(0))
        )
        return missing.filter(left__lt=models.F("round__per_entry"))

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
        return self.select_related(
            "event", "round__event", "judge__department", "submission__team__challenge__department"
        )

    def to_score(self, event_slug: str, code: str, number: int = 0) -> Self:
        """One entry, in this round; with 0, the latest round first."""
        found = self.filter(event__slug=event_slug, submission__code=code).order_by("-round__position")
        return found.filter(round__position=number) if number else found

    def visible_to(self, user) -> Self:
        """A judge's own, and nobody else's: blind to the others' scores."""
        return self.of(user) if user.is_authenticated else self.none()


class Assignment(models.Model):
    """One judge is to score one entry in one round. Ended, not deleted, when it is taken away."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="assignments")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True, blank=True)  # empty: proposed, not yet reviewed
    visit_at = models.DateTimeField(null=True, blank=True)  # in person, at the entry's table
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
                fields=["round", "submission", "judge"],
                condition=Q(ended_at=None),
                name="assigned_once_a_round",
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
        if reason := why_conflict(self.round, self.judge, self.submission.team):
            return f"{reason}, so you cannot score this entry. Ask the chair to give it to another judge"
        return ""

    def why_unreadable(self, entry: Revision | None) -> str:
        """Why the judge is not shown the entry yet, or any more; "" when they are."""
        if conflict := self.why_conflict():
            return conflict
        if self.round.opens > clock.now() or self.event.submissions_close_at > clock.now():
            return self.round.why_shut()
        if entry is None and (out := self.submission.why_out()):
            return out
        if entry is None:
            return "This entry is held back at the moment. You can score it once it is cleared"
        return ""


class Visit(models.Model):
    """What came of going to an entry without scoring it."""

    class Outcome(models.TextChoices):
        ABSENT = "absent", "The team was not there"
        SKIPPED = "skipped", "Left for later"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="visits")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.assignment}"

    @property
    def event(self) -> Event:
        return self.assignment.event

    @property
    def scope(self) -> str:
        return self.assignment.scope


class BallotQuerySet(models.QuerySet):
    def counted(self) -> Self:
        """Handed in, by a judge who still has the assignment, on the entry as it stands.

        Where submissions were opened again and the team sent a new revision, a ballot on the old one
        waits for its judge to read the new one and hand in again.
        """
        return self.filter(
            handed_in_at__isnull=False,
            voided_at=None,
            assignment__ended_at=None,
            revision__in=Revision.objects.current(),
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
    # Counts no more: a conflict found late, or a rubric that changed under it
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    voided_because = models.CharField(max_length=500, blank=True)

    objects = BallotQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Ballot of {self.assignment}"

    def scores_by_criterion(self) -> dict[int, int]:
        return dict(self.scores.values_list("criterion_id", "value"))

    def comments_by_criterion(self) -> dict[int, str]:
        return {key: words for key, words in self.scores.values_list("criterion_id", "comment") if words}

    @property
    def event(self) -> Event:
        return self.assignment.event

    @property
    def scope(self) -> str:
        return self.assignment.event.slug


class Score(models.Model):
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField()
    comment = models.TextField(max_length=2000, blank=True)  # for the team, or why a red line was crossed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ballot", "criterion"], name="one_score_a_criterion"),
            models.CheckConstraint(condition=Q(value__lte=FURTHEST), name="scores_on_a_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"
