from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from challenges.models import Challenge
from events.models import Event
from results.models.runs import Run
from submissions.models import Revision, Submission


class Deliberation(models.Model):
    """What the people in the room decided, and why. From its sign-off on it does not change."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    present = models.TextField("who was present", max_length=2000, blank=True)
    tie_rule = models.CharField("rule for ties", max_length=500, blank=True)
    rationale = models.TextField(max_length=4000, blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)
    record = models.JSONField(null=True, blank=True)  # what was known at the sign-off, in full

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Decision on {self.event}"

    @property
    def scope(self) -> str:
        return self.event.slug


class Award(models.Model):
    """A prize, and whom it goes to."""

    class Kind(models.TextChoices):
        OVERALL = "overall", "Overall"
        CHALLENGE = "challenge", "For one challenge"
        SPECIAL = "special", "Special"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OVERALL)
    challenge = models.ForeignKey(
        Challenge, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rationale = models.TextField("why this entry", max_length=2000, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="awards_differ")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        return self.event.slug


class Feedback(models.Model):
    """A judge's words for a team, as the chair lets them out. What the judge wrote stays on the ballot."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    ballot = models.ForeignKey("judging.Ballot", on_delete=models.CASCADE, related_name="+")
    criterion = models.ForeignKey(
        "judging.Criterion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.TextField(max_length=4000)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(db_default=Now())
    is_left_out = models.BooleanField(default=False)
    reason = models.CharField("why it is changed or left out", max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "criterion"], nulls_distinct=False, name="one_decision_on_each_comment"
            )
        ]

    def __str__(self) -> str:
        return f"Feedback on the entry of {self.revision.submission.team}"

    @property
    def event(self) -> Event:
        return self.revision.submission.team.event

    @property
    def scope(self) -> str:
        return self.event.slug
