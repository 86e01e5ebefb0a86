"""A team's draft: what it is asked, what it has answered so far, and who changed what."""

import copy
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Now

from challenges.models import Challenge
from core.codes import new_code
from events.models import Event
from files.models import File
from submissions.models.answers import Answers
from submissions.models.extensions import Extension
from submissions.questions import Question, Task, tasks_of
from submissions.windows import Extra, Window
from teams.models import Membership, Team


def usually_required() -> list[str]:
    return list(Answers.REQUIRED)


def usual_reminders() -> list[int]:
    return [24, 3, 1]


class Call(models.Model):
    """An event's call for entries: what is asked, and the rules at the deadline. Without a row, defaults."""

    MOST_GRACE = 24 * 60

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="+")
    required = models.JSONField(default=usually_required)  # names of answers
    # Its own, as {name, words, hint, required, challenge}: of all teams, or of one challenge by its code.
    # `retired`: asked no more, and kept because somebody has answered it.
    questions = models.JSONField(default=list, blank=True)
    grace_minutes = models.PositiveSmallIntegerField(default=0)  # after the close, and still in time
    remind_hours = models.JSONField(default=usual_reminders, blank=True)  # before the close
    draft_becomes_entry = models.BooleanField(default=True)  # the last complete one, at the deadline
    checks_links = models.BooleanField(
        default=False
    )  # whether they answer; where the operator has the checker

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(grace_minutes__lte=24 * 60), name="grace_is_a_day_at_most"),
        ]

    def __str__(self) -> str:
        return f"Call for entries of {self.event}"

    @property
    def scope(self) -> str:
        return self.event.slug

    @classmethod
    def of(cls, event: Event) -> "Call":
        """As decided, or as it is when nobody has: not stored then."""
        return cls.objects.filter(event=event).first() or cls(event=event)

    def may_be_required(self) -> dict[str, str]:
        """The answers of the catalogue and the safeguards, each in words, that an event may ask for."""
        tasks = tasks_of(settings.PRINCIPLES[self.event.framework], [], [])
        return {one.name: one.words for task in tasks for one in task.questions}

    def tasks_for(self, challenge: Challenge) -> list[Task]:
        """What the teams of a challenge are asked."""
        own = [
            row
            for row in self.questions
            if row.get("challenge", "") in {"", challenge.code} and not row.get("retired")
        ]
        return tasks_of(settings.PRINCIPLES[self.event.framework], own, self.required)


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """A draft belongs to its team alone. Others read revisions."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Exists(Membership.objects.filter(team=OuterRef("team"), user=user)))

    def of_event(self, event) -> Self:
        return self.filter(team__event=event)

    def with_people(self) -> Self:
        return self.select_related("team__event", "team__challenge", "saved_by")

    def with_deadline(self) -> Self:
        """With `deadline`, which is `window.ends_at` in SQL, and `extended_until`, if it was extended."""
        minutes = Call.objects.filter(event=OuterRef("team__event")).values("grace_minutes")[:1]
        extra = Extension.objects.lasting().filter(team=OuterRef("team")).values("until")[:1]
        grace = ExpressionWrapper(
            Coalesce(Subquery(minutes), 0) * Value(timedelta(minutes=1)), output_field=models.DurationField()
        )
        closes = ExpressionWrapper(
            F("team__event__submissions_close_at") + grace, output_field=models.DateTimeField()
        )
        # Of PostgreSQL: what is not there is left out of the comparison
        return self.annotate(extended_until=Subquery(extra), deadline=Greatest(closes, Subquery(extra)))


class Submission(Answers):
    """A team's draft, and the thread of its revisions."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    version = models.PositiveIntegerField(default=1)  # counts saves, so that none is overwritten unseen
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    as_it_was: datetime | None = None  # of `as_of`: the moment that this copy stands for
    # Of `with_deadline`
    deadline: datetime
    extended_until: datetime | None

    objects = SubmissionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or f"Entry of {self.team}"

    @property
    def event(self) -> Event:
        return self.team.event

    @property
    def scope(self) -> str:
        return self.team.event.slug

    @cached_property
    def call(self) -> Call:
        return Call.of(self.team.event)

    @cached_property
    def tasks(self) -> list[Task]:
        return self.call.tasks_for(self.team.challenge)

    def questions(self) -> list[Question]:
        return [question for task in self.tasks for question in task.questions]

    def unanswered(self) -> list[str]:
        """The names of required answers that are still empty, in the order of the form."""
        answers = self.answers()
        return [question.name for task in self.tasks for question in task.missing(answers)]

    @cached_property
    def window(self) -> Window:
        """Until when this team's entry is in time."""
        extras = Extension.objects.filter(team=self.team_id).values_list("until", "ended_at")
        grace = timedelta(minutes=self.call.grace_minutes)
        return Window(self.event.submissions_close_at, grace, [Extra(*one) for one in extras])

    @property
    def current_revision(self):
        """The entry: the newest revision that counts. None while it is withdrawn or disqualified."""
        return self.revisions.current().first()

    @property
    def last_received(self):
        """The newest revision, whether it counts or not."""
        return self.revisions.order_by("-number").first()

    @property
    def disqualification(self):
        """The one in force."""
        return self.disqualifications.in_force().first()

    def why_out(self) -> str:
        """Why nothing of this team is an entry, whatever it submitted; "" when nothing is in the way."""
        if self.withdrawn_at is not None:
            return "The team has withdrawn its entry"
        return "The entry is disqualified" if self.disqualification else ""

    def as_of(self, moment: datetime) -> "Submission | None":
        """The draft with its files as they stood then, or None when there was none. Never to be saved."""
        then = copy.copy(self)
        then.as_it_was = moment
        if self.saved_at <= moment:
            return then
        save = self.saves.filter(at__lte=moment).order_by("-version").first()
        if save is None:
            return None
        then.put(dict.fromkeys(self.answers(), "") | save.answers)
        then.version, then.saved_by, then.saved_at = save.version, save.by, save.at
        return then

    def is_changed_since(self, last) -> bool:
        """Whether the draft says something that a revision does not; without one it does."""
        return last is None or last.answers() != self.answers() or last.as_sent() != self.to_send()

    def files(self) -> models.QuerySet[File]:
        """What would go with the entry if it were submitted now."""
        every = File.objects.of_team(self.team)
        return every.usable_at(self.as_it_was) if self.as_it_was else every.usable()

    def to_send(self) -> set[tuple[int, str]]:
        return {(file.pk, file.alt) for file in self.files()}

    def save_at(self, version: int) -> "DraftSave | None":
        return self.saves.filter(version=version).first()


class DraftSave(models.Model):
    """The draft as one save left it: who wrote what, when, and the base that later saves are merged against.

    Appended, never changed: what a colleague replaces can still be read here.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="saves")
    version = models.PositiveIntegerField()
    answers = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["submission", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "version"], name="a_save_for_each_version"),
        ]

    def __str__(self) -> str:
        return f"{self.submission}, version {self.version}"

    @property
    def event(self) -> Event:
        return self.submission.event

    @property
    def scope(self) -> str:
        return self.submission.scope


def changed_answers(before: DraftSave | None, after: DraftSave) -> list[str]:
    """The names of what a save changed; of the first save, what it holds."""
    old = before.answers if before else {}
    names = dict.fromkeys([*old, *after.answers])
    return [name for name in names if old.get(name, "") != after.answers.get(name, "")]
