from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core import clock
from events.models import Event
from submissions.models import Submission


class Mode(models.TextChoices):
    SCORES = "scores", "Judges score each entry on a sheet"
    LIST = "list", "Judges put entries in order, in a list of their own"


class RoundQuerySet(models.QuerySet["Round"]):
    def of_event(self, event: Event) -> Self:
        return self.filter(event=event).select_related("event").order_by("position")

    def first_of(self, event: Event) -> "Round":
        """Every event has one: it is made when it is first asked for."""
        first, _ = self.select_related("event").get_or_create(event=event, position=1)
        return first

    def with_number(self, event: Event, number: int) -> "Round | None":
        """This round of the event; 0 is the one that matters now."""
        rounds: list[Round] = list(self.of_event(event)) or [self.first_of(event)]
        if number:
            return next((one for one in rounds if one.position == number), None)
        now = clock.now()
        begun = [one for one in rounds if one.opens <= now]
        return begun[-1] if begun else rounds[0]


class Round(models.Model):
    """One pass of judging, with its window, its rubric, its judges, and what they may see."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60, default="Judging")
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SCORES)
    # Empty: the event's own moments
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    # Who scores what
    per_entry = models.PositiveSmallIntegerField(default=3)
    max_load = models.PositiveSmallIntegerField(null=True, blank=True)
    everyone_scores = models.BooleanField(default=False)
    needs_technical = models.BooleanField(default=False)
    needs_lead = models.BooleanField(default=False)
    departments_differ = models.BooleanField(default=False)
    owner_conflicts = models.BooleanField(default=False)
    # What judges see
    is_blind = models.BooleanField(default=False)
    shows_report = models.BooleanField(default=True)
    shows_scores = models.BooleanField(default=False)
    # What comes of it
    organisers_advance = models.BooleanField(default=False)
    minimum = models.PositiveSmallIntegerField(default=2)
    top = models.PositiveSmallIntegerField(default=3)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["event", "position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="rounds_are_numbered"),
            models.CheckConstraint(
                condition=Q(position__gte=1) & Q(per_entry__gte=1) & Q(top__gte=1),
                name="rounds_count_from_one",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="rounds_end_after_they_begin",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def opens(self) -> datetime:
        return self.opens_at or self.event.submissions_close_at

    @property
    def closes(self) -> datetime:
        return self.closes_at or self.event.scores_close_at

    def why_shut(self) -> str:
        """Why nobody scores in this round now, in words; "" while it is open, within the event's window."""
        if shut := self.event.why_shut("scores"):
            return shut
        at = clock.now()
        if at < self.opens:
            return f"Scores of this round open at {self.event.say(self.opens)}"
        if at >= self.closes:
            return f"Scores of this round closed at {self.event.say(self.closes)}"
        return ""

    def why_scores_hidden(self) -> str:
        """Scores are nobody's to see until the round closes; "" from then on."""
        if self.event.announced_at is None or clock.now() < self.closes:
            return f"Results are shown to nobody until scores close at {self.event.say(self.closes)}"
        return ""


class Advance(models.Model):
    """An entry goes on into a later round. Ended, not deleted, when that is taken back."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="advances")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "submission"], condition=Q(ended_at=None), name="advances_once"
            )
        ]

    def __str__(self) -> str:
        return f"The entry of {self.submission.team} goes on into {self.round}"

    @property
    def event(self) -> Event:
        return self.round.event

    @property
    def scope(self) -> str:
        return self.round.scope


class Station(models.Model):
    """Where judges find an entry when they visit in person."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="stations")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    table = models.CharField(max_length=40)
    room = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["room", "table", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "submission"], name="one_table_for_an_entry")]

    def __str__(self) -> str:
        return f"Table {self.table}{', ' + self.room if self.room else ''}"

    @property
    def event(self) -> Event:
        return self.round.event

    @property
    def scope(self) -> str:
        return self.round.scope
