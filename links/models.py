from typing import ClassVar, Self

from django.db import models

from core.jobs import Job, JobQuerySet
from events.models import Event


class LinkCheckQuerySet(JobQuerySet):
    def of_event(self, event: Event) -> Self:
        return self.filter(event=event)


class LinkCheck(Job):
    """Whether one address that teams of an event gave answers: advice, and nothing follows from it.

    Asked again and again while the event wants it, so the job never finishes.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Not asked yet"
        ANSWERED = "answered", "Answers"
        MISSING = "missing", "No such page"
        SILENT = "silent", "Does not answer"
        REFUSED = "refused", "Not asked"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    words = models.CharField(max_length=300, blank=True)  # ours, about the answer
    title = models.CharField(max_length=200, blank=True)  # theirs: plain text, shown as theirs
    since = models.DateTimeField(null=True, blank=True)  # when the state was first seen
    checked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "url"], name="an_address_is_asked_once_for_an_event"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def colour(self) -> str:
        """The code of a state that pages have a colour for."""
        return {"answered": "cleared", "missing": "held", "silent": "held"}.get(self.state, "waiting")
