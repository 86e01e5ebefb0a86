from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now

from core.jobs import Job, JobQuerySet
from submissions.models import Revision


class ScreeningQuerySet(JobQuerySet):
    def wanted(self) -> Self:
        """Of the entries as they stand: an older revision need not be read any more."""
        return self.filter(revision__in=Revision.objects.current())

    def due(self) -> Self:
        return super().due().wanted()

    def overdue(self, by: timedelta) -> Self:
        return super().overdue(by).wanted()

    def newest(self) -> Self:
        """The last reading that was opened of each revision: the one that its page shows."""
        last = Screening.objects.filter(revision=OuterRef("revision")).order_by("-pk")
        return self.filter(pk=Subquery(last.values("pk")[:1]))

    def visible_to(self, user) -> Self:
        """The people whose work it is to read entries, and the team itself."""
        return self.filter(revision__in=Revision.objects.visible_to(user))


class Screening(Job):
    """One reading of one revision, by one engine after one recipe.

    `report` is the engine's result. After a failed call it is what could be found without the model,
    and `mode` and `error` say so: a failure is a state people can see, never a finding.
    """

    LEASE = timedelta(minutes=4)
    TRIES = 5

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    framework = models.CharField(max_length=20)
    recipe = models.CharField(max_length=64)
    engine = models.CharField(max_length=120)
    opened_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=20, blank=True)  # "", complete, failed, held
    mode = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)  # the extracted text that offsets refer to
    report = models.JSONField(null=True, blank=True)
    record = models.JSONField(null=True, blank=True)  # what was sent and answered, for those who must explain

    objects: ClassVar = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "framework", "recipe", "engine"], name="one_reading_of_a_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(finished_at=None, failed_at=None), name="screening_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"Reading of {self.revision}"

    @property
    def event(self):
        return self.revision.event

    @property
    def team(self):
        return self.revision.submission.team

    @property
    def state(self) -> str:
        """Where it stands: waiting, retrying, failed, or how it ended (complete, held, unreadable)."""
        if self.finished_at is not None:
            return {"failed": "unreadable"}.get(self.status, self.status)
        if self.failed_at is not None:
            return "failed"
        return "retrying" if self.error else "waiting"

    @property
    def hint(self) -> str:
        return self.report["hint"] if self.report else ""

    @property
    def scope(self) -> str:
        return self.revision.scope


class ClearanceQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """The last decision on each revision: the one that counts."""
        newest = Clearance.objects.filter(revision=OuterRef("revision")).order_by("-pk")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))


class Clearance(models.Model):
    """A person's decision to clear a revision for judging, or to hold it. Appended, never changed."""

    class Outcome(models.TextChoices):
        CLEARED = "cleared", "Cleared"
        HELD = "held", "Held"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    screening = models.ForeignKey(
        Screening, null=True, blank=True, on_delete=models.PROTECT, related_name="clearances"
    )  # the report that was on the page; none when a person read by hand
    outcome = models.CharField(max_length=20, choices=Outcome)
    reason = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="cleared") | ~Q(reason=""), name="a_hold_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.revision}"

    @property
    def event(self):
        return self.revision.event

    @property
    def scope(self) -> str:
        return self.revision.scope


def cleared_entries(event) -> models.QuerySet[Revision]:
    """The entries that judges score and visitors may see: current revisions that a person cleared."""
    cleared = Clearance.objects.standing().filter(revision=OuterRef("pk"), outcome=Clearance.Outcome.CLEARED)
    return Revision.objects.of_event(event).current().filter(Exists(cleared))


def reading_shown(revision: Revision) -> Screening | None:
    """The reading that the revision's page shows."""
    return Screening.objects.newest().filter(revision=revision).first()
