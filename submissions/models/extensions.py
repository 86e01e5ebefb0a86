"""More time for one team, after submissions have closed for the others."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from events.models import Event
from teams.models import Team

PERSON = settings.AUTH_USER_MODEL


class ExtensionQuerySet(models.QuerySet):
    def lasting(self) -> Self:
        return self.filter(ended_at=None)


class Extension(models.Model):
    """More time for one team, given by an organiser for a reason. Ended, not deleted, when taken back."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["team", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=Q(ended_at=None), name="one_lasting_extension_a_team"
            ),
        ]

    def __str__(self) -> str:
        return f"More time for {self.team}"

    @property
    def event(self) -> Event:
        return self.team.event

    @property
    def scope(self) -> str:
        return self.team.event.slug
