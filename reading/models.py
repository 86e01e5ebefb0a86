from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Now

from core.jobs import Job, JobQuerySet
from events.models import Event
from files.models import File
from reading.framework import Framework, load
from submissions.models import Revision, Submission
from submissions.questions import Question as EntryQuestion


class ScreeningQuerySet(JobQuerySet):
    def wanted(self) -> Self:
        """Of the entries as they stand: an older revision need not be read any more."""
        return self.filter(revision__in=Revision.objects.current())

    def due(self) -> Self:
        return super().due().wanted()

    def overdue(self, by: timedelta) -> Self:
        return super().overdue(by).wanted()

    def shown(self) -> Self:
        """The reading of each revision that its page shows.

        The last one by the event's provider; where that has failed and the second provider stepped in, its.
        """
        stepped_in = Q(is_second=True, finished_at__isnull=False, mode="ai")
        of_this = Screening.objects.filter(revision=OuterRef("revision"))
        first_stands = of_this.filter(is_second=False, failed_at=None)
        rank = Case(
            When(stepped_in & Q(first_stands=False), then=2), When(is_second=False, then=1), default=0
        )
        ranked = of_this.alias(first_stands=Exists(first_stands)).order_by(rank.desc(), "-pk")
        return self.filter(pk=Subquery(ranked.values("pk")[:1]))

    def visible_to(self, user) -> Self:
        """The people whose work it is to read entries, and the team itself."""
        return self.filter(revision__in=Revision.objects.visible_to(user))


class Reading(Job):
    """One reading of one text, by one engine after one recipe.

    `report` is the engine's result. After a failed call it is what could be found without the model,
    and `mode` and `error` say so: a failure is a state people can see, never a finding.
    """

    LEASE = timedelta(minutes=4)
    TRIES = 5

    framework = models.CharField(max_length=20)
    questions = models.JSONField(default=list, blank=True)  # the event's own, as they were
    recipe = models.CharField(max_length=64)
    provider = models.CharField(max_length=20, blank=True)  # by its name in the settings; "" is built in
    engine = models.CharField(max_length=120)
    opened_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=20, blank=True)  # "", complete, failed, held
    mode = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)  # the extracted text that offsets refer to
    report = models.JSONField(null=True, blank=True)
    record = models.JSONField(null=True, blank=True)  # what was sent and answered, for those who must explain
    # What all attempts together have used
    calls = models.PositiveIntegerField(default=0)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)
    cost_gbp = models.DecimalField(max_digits=12, decimal_places=6, default=0)

    class Meta:
        abstract = True

    @property
    def state(self) -> str:
        """Where it stands: waiting, retrying, failed, or how it ended (complete, held, unreadable)."""
        if self.finished_at is not None:
            return {"failed": "unreadable"}.get(self.status, self.status)
        if self.failed_at is not None:
            return "failed"
        return "retrying" if self.error else "waiting"

    @property
    def looks_for(self) -> Framework:
        """A framework's principles, then the event's own questions as they were."""
        return load(self.framework, questions=tuple(self.questions))

    @property
    def hint(self) -> str:
        return self.report["hint"] if self.report else ""

    @property
    def states_findings(self) -> bool:
        """A model has read it, and what it said holds."""
        return self.finished_at is not None and self.mode == "ai"


class Screening(Reading):
    """A reading of a frozen revision. `is_second` marks that of the provider that stands beside the first."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    is_second = models.BooleanField(default=False)

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
    def source(self) -> str:
        """What was read, in words."""
        return f"revision {self.revision.number}"

    @property
    def answers(self) -> dict[str, str]:
        """What is read."""
        return self.revision.answers()

    @property
    def asked(self) -> list[EntryQuestion]:
        """What the team was asked, for the headings of its answers."""
        return self.revision.questions()

    @property
    def files(self) -> list[File]:
        """What came with it and has text, once the virus scan has cleared it."""
        enclosed = File.objects.filter(pk__in=self.revision.enclosures.values("file"))
        return list(enclosed.clean().filter(kind__in=["pdf", "text"]).order_by("pk"))

    def beside(self) -> "Screening | None":
        """What the other provider made of the same text, where it has read it."""
        others = Screening.objects.filter(revision=self.revision_id, mode="ai", finished_at__isnull=False)
        return others.exclude(engine=self.engine).order_by("-pk").first()

    @property
    def data_level(self) -> str:
        return self.revision.data_level

    @property
    def event(self):
        return self.revision.event

    @property
    def team(self):
        return self.revision.submission.team

    @property
    def scope(self) -> str:
        return self.revision.scope


class EarlyReadingQuerySet(JobQuerySet):
    def visible_to(self, user) -> Self:
        """The team alone: a draft is nobody else's."""
        return self.filter(submission__in=Submission.objects.visible_to(user))


class EarlyReading(Reading):
    """A reading of a draft, because its team asked: to see what is missing while it can still be mended."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()  # the draft as it was then
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = EarlyReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="early_readings_are_numbered"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(finished_at=None, failed_at=None), name="early_reading_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"Early reading {self.number} of {self.submission}"

    @property
    def source(self) -> str:
        """What was read, in words."""
        return f"the draft, early reading {self.number}"

    @property
    def asked(self) -> list[EntryQuestion]:
        return self.submission.questions()

    @property
    def files(self) -> list[File]:
        """A draft is read for its words: files are read once they are handed in."""
        return []

    @property
    def data_level(self) -> str:
        return self.answers["data_level"]

    @property
    def event(self):
        return self.submission.event

    @property
    def team(self):
        return self.submission.team

    @property
    def scope(self) -> str:
        return self.submission.scope


class Plan(models.Model):
    """What organisers decide about reading and screening at their event. Without one, the defaults hold."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="+")
    early_readings = models.PositiveSmallIntegerField(default=3)  # of its draft, for each team
    blind_percent = models.PositiveSmallIntegerField(default=10)  # of entries: findings first by hand
    holds_last_hours = models.PositiveSmallIntegerField(default=24)  # before a second person must have agreed
    budget_gbp = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)  # no limit: null
    entry_tokens = models.PositiveIntegerField(default=200_000)  # the most for one reading

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(blind_percent__lte=100), name="blind_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"Reading at {self.event}"

    @property
    def scope(self) -> str:
        return self.event.slug

    @classmethod
    def of(cls, event: Event) -> "Plan":
        """As decided, or as it is when nobody has: not stored then."""
        return cls.objects.filter(event=event).first() or cls(event=event)


class Question(models.Model):
    """An event's own question, read like a principle: its number follows the framework's."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=60)
    asks = models.CharField(max_length=300)  # what is looked for, in a sentence
    cues = models.CharField(max_length=500)  # words that entries use for it, separated by commas
    question = models.CharField(max_length=200)  # what to ask the team when nothing is found

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "title"], name="questions_have_their_own_titles"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        return self.event.slug

    def as_data(self) -> dict:
        """The form in which a reading keeps it."""
        cues = [cue.strip() for cue in self.cues.split(",") if cue.strip()]
        return {"title": self.title, "asks": self.asks, "cues": cues, "question": self.question}


def reading_shown(revision: Revision) -> Screening | None:
    """The reading that the revision's page shows."""
    return Screening.objects.shown().filter(revision=revision).first()
