from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from events.models import Event
from judging.models import Round
from submissions.models import Submission


class Run(models.Model):
    """One computation of a round's results, with all that is needed to repeat it. Never changed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=60)
    seed = models.PositiveBigIntegerField()
    top = models.PositiveSmallIntegerField()
    inputs_sha256 = models.CharField(max_length=64)
    inputs = models.JSONField()  # criteria, ballots, hidden entries: as the method was given them
    output = models.TextField()  # canonical JSON: the same inputs give the same bytes

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Results of {self.round}, run {self.pk}"

    @property
    def event(self) -> Event:
        return self.round.event

    @property
    def scope(self) -> str:
        return self.round.scope


class Cut(models.Model):
    """An entry does not go on after a round: one person says so, another confirms."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="cuts")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "submission"], condition=Q(ended_at=None), name="cut_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("proposed_by")), name="cut_by_two"
            ),
        ]

    def __str__(self) -> str:
        return f"The entry of {self.submission.team} does not go on"

    @property
    def event(self) -> Event:
        return self.run.event

    @property
    def scope(self) -> str:
        return self.run.scope
