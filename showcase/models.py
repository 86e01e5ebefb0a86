from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from events.models import Event, Phase
from submissions.models import Revision


class ExhibitQuerySet(models.QuerySet):
    def shown(self) -> Self:
        """What visitors see: entries of published events that nobody has taken down."""
        return self.filter(hidden_at=None, event__in=Event.objects.in_phase(Phase.SHOWCASE))


class Exhibit(models.Model):
    """A cleared revision as visitors see it: frozen and rendered when the event is published.

    The public pages read this table and no other stage's, so nothing that is not meant for them can
    reach them, and a list of two hundred is one query.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(max_length=100)
    pitch = models.CharField(max_length=200)
    team = models.CharField(max_length=80)
    challenge = models.CharField(max_length=120)
    department = models.CharField(max_length=120)
    body = models.TextField()  # cleaned HTML
    links = models.JSONField(default=list)
    shown_at = models.DateTimeField(db_default=Now())
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_because = models.CharField(max_length=500, blank=True)

    objects = ExhibitQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["event", "title", "id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        return self.event.slug
