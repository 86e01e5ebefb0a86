"""An entry that two people have ruled out, and what its team answers."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from events.models import Event
from submissions.models.drafts import Submission
from teams.models import Team

PERSON = settings.AUTH_USER_MODEL


class DisqualificationQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Proposed or in force."""
        return self.filter(lifted_at=None)

    def in_force(self) -> Self:
        return self.filter(agreed_at__isnull=False, lifted_at=None)


class Disqualification(models.Model):
    """An entry is out: one person proposes with a reason, another agrees, the team is told and can answer."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="disqualifications")
    reason = models.TextField(max_length=2000)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=4000, blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    objects = DisqualificationQuerySet.as_manager()

    class Meta:
        ordering = ["submission", "-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(lifted_at=None), name="one_open_disqualification"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")), name="two_people_disqualify"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="agreement_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"Disqualification of {self.submission.team}"

    @property
    def is_in_force(self) -> bool:
        return self.agreed_at is not None and self.lifted_at is None

    @property
    def team(self) -> Team:
        return self.submission.team

    @property
    def event(self) -> Event:
        return self.submission.team.event

    @property
    def scope(self) -> str:
        return self.submission.scope
