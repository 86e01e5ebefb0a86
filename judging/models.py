from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from events.models import Event
from submissions.models import Submission

LOWEST, HIGHEST = 1, 5


class Criterion(models.Model):
    """One line of the rubric. Weights are relative: 2 counts twice as much as 1."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    low = models.CharField("what the lowest score means", max_length=200)
    high = models.CharField("what the highest score means", max_length=200)
    weight = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100)])

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

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "judge"], condition=Q(ended_at=None), name="assigned_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} scores {self.submission}"

    @property
    def scope(self) -> str:
        return self.event.slug


class BallotQuerySet(models.QuerySet):
    def counted(self) -> Self:
        """Handed in, by a judge who still has the assignment."""
        return self.filter(handed_in_at__isnull=False, assignment__ended_at=None)


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
