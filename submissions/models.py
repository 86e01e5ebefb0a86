import hashlib
import uuid
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now

from challenges.models import DataLevel
from core.codes import new_code
from core.dates import exactly
from events.models import Event, Role, RoleKind
from submissions.declarations import DECLARATIONS
from teams.models import Membership, Team

https_only = URLValidator(schemes=["https"], message="Enter a web address that begins with https://")


class Link(NamedTuple):
    """An address that a team gave, with its host in view: nobody follows it without seeing where it leads."""

    name: str
    label: str
    url: str
    host: str


class Answers(models.Model):
    """What a team says about what it built. The draft and each frozen revision hold the same."""

    title = models.CharField(max_length=100, blank=True)
    pitch = models.CharField(max_length=200, blank=True)
    problem = models.TextField("the problem and its users", max_length=20_000, blank=True)
    built = models.TextField("what you built", max_length=20_000, blank=True)
    ai_use = models.TextField("how AI is used", max_length=20_000, blank=True)
    data_used = models.TextField("the data you used", max_length=10_000, blank=True)
    data_level = models.CharField("data level", max_length=20, choices=DataLevel, blank=True)
    safeguards = models.TextField("safeguards", max_length=20_000, blank=True)
    next_steps = models.TextField("what comes next", max_length=10_000, blank=True)
    repository_url = models.URLField("code", max_length=400, blank=True, validators=[https_only])
    demo_url = models.URLField("demo", max_length=400, blank=True, validators=[https_only])
    film_url = models.URLField("film", max_length=400, blank=True, validators=[https_only])

    REQUIRED = ("title", "pitch", "problem", "built", "ai_use", "data_used", "data_level")
    LONG = ("problem", "built", "ai_use", "data_used", "safeguards", "next_steps")
    LINKS = ("repository_url", "demo_url", "film_url")

    class Meta:
        abstract = True

    @classmethod
    def fields(cls) -> list[str]:
        return [field.name for field in Answers._meta.local_fields]

    @classmethod
    def words_for(cls, name: str) -> str:
        """What an answer is called, as a heading."""
        words = str(Answers._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        return f"{words[0].upper()}{words[1:]}"

    def answers(self) -> dict[str, str]:
        return {name: str(getattr(self, name)) for name in self.fields()}

    @property
    def is_blank(self) -> bool:
        return not any(self.answers().values())

    @property
    def links(self) -> list[Link]:
        """Checked again here: what is shown as a link is https, however it came to be stored."""
        found = []
        for name in self.LINKS:
            url = getattr(self, name)
            parts = urlsplit(url)
            if parts.scheme == "https" and parts.hostname:
                found.append(Link(name, self.words_for(name), url, parts.hostname))
        return found

    def unanswered(self) -> list[str]:
        """The names of required answers that are still empty, in the order of the form."""
        return [name for name in self.REQUIRED if not getattr(self, name).strip()]

    def as_markdown(self) -> str:
        """The whole entry as one text: what screening reads, and what offsets refer to."""
        parts = [f"# {self.title}", self.pitch]
        for name in self.LONG:
            if text := getattr(self, name).strip():
                parts += [f"## {self.words_for(name)}", text]
        return "\n\n".join(parts) + "\n"


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


class Submission(Answers):
    """A team's draft, and the thread of its revisions."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    version = models.PositiveIntegerField(default=1)  # counts saves, so that none is overwritten unseen
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(db_default=Now())

    objects = SubmissionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or f"Entry of {self.team}"

    @property
    def event(self) -> Event:
        return self.team.event

    @property
    def scope(self) -> str:
        return self.team.event.slug

    @property
    def current_revision(self) -> "Revision | None":
        return self.revisions.order_by("-number").first()

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


class RevisionQuerySet(models.QuerySet):
    def current(self) -> Self:
        """The last revision of each submission: the entry."""
        newest = Revision.objects.filter(submission=OuterRef("submission")).order_by("-number")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))

    def of_event(self, event) -> Self:
        return self.filter(submission__team__event=event)

    def visible_to(self, user) -> Self:
        """The team, and those whose work it is to read entries. Judges read by assignment."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(team=OuterRef("submission__team"), user=user)
        readers = Role.objects.filter(
            event=OuterRef("submission__team__event"),
            user=user,
            kind__in=[RoleKind.ORGANISER, RoleKind.SCREENER, RoleKind.CHAIR],
        )
        return self.filter(Q(Exists(mine)) | Q(Exists(readers)))

    def with_people(self) -> Self:
        return self.select_related("submission__team__event", "submission__team__challenge__department")


class Revision(Answers):
    """A frozen copy of a draft, with its receipt. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    key = models.UUIDField(default=uuid.uuid4)  # the same press of the button, the same receipt
    receipt = models.CharField(max_length=8, unique=True, default=new_code)
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    declared = models.CharField(max_length=20)  # the version of the declarations agreed to
    people_only = models.BooleanField(default=False)  # the team wants no AI model to read it

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["submission", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="revisions_are_numbered"),
            models.UniqueConstraint(fields=["submission", "key"], name="one_revision_for_each_key"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revisions_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"

    @property
    def team(self) -> Team:
        return self.submission.team

    @property
    def event(self) -> Event:
        return self.submission.team.event

    @property
    def scope(self) -> str:
        return self.submission.team.event.slug

    @property
    def received(self) -> str:
        """The exact time of receipt, in the event's zone."""
        return exactly(self.submitted_at, self.event.zone)

    def before(self) -> "Revision | None":
        """The revision that this one replaced."""
        return self.submission.revisions.filter(number=self.number - 1).first()

    @property
    def declarations(self) -> tuple[str, ...]:
        """The statements that were agreed to, in the words of then."""
        return DECLARATIONS.get(self.declared, ())


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
