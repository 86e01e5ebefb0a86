"""What was received: frozen, numbered, with a receipt."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from core.codes import new_code
from core.dates import exactly
from events.models import Event, Role, RoleKind
from files.models import File
from submissions.declarations import DECLARATIONS
from submissions.models.answers import Answers
from submissions.models.disqualifications import Disqualification
from submissions.models.drafts import Submission
from submissions.questions import Question, catalogue
from submissions.windows import EXTENSION, GRACE, IN_TIME, LATE, MOMENT
from teams.models import Membership, Team


class Side(models.TextChoices):
    """Of the deadline, by when it was received."""

    IN_TIME = IN_TIME, "In time"
    GRACE = GRACE, "In time, within the grace after the close"
    EXTENSION = EXTENSION, "In time, within the time given to this team"
    LATE = LATE, "Late"


class RevisionQuerySet(models.QuerySet):
    def counting(self) -> Self:
        """What came in time, and what came late and was admitted."""
        return self.filter(~Q(side=Side.LATE) | Q(admission__outcome="admitted"))

    def late(self) -> Self:
        return self.filter(side=Side.LATE)

    def undecided(self) -> Self:
        """Late, and nobody has said yet whether it counts."""
        return self.late().filter(admission=None)

    def current(self) -> Self:
        """The entry: the last revision that counts, of a team that is neither out nor has withdrawn."""
        newest = Revision.objects.counting().filter(submission=OuterRef("submission")).order_by("-number")
        out = Disqualification.objects.in_force().filter(submission=OuterRef("submission"))
        return self.filter(
            ~Exists(out), pk=Subquery(newest.values("pk")[:1]), submission__withdrawn_at__isnull=True
        )

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
    # Nobody, where the rule at the deadline made it
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField()
    side = models.CharField(max_length=10, choices=Side, default=Side.IN_TIME)
    declared = models.CharField(max_length=20, blank=True)  # the version of the declarations agreed to
    people_only = models.BooleanField(default=False)  # the team wants no AI model to read it
    # What was asked beyond the catalogue, as [name, words]: an organiser may word it otherwise tomorrow
    asked = models.JSONField(default=list, blank=True)

    files = models.ManyToManyField(File, through="Enclosure", related_name="+")

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["submission", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="revisions_are_numbered"),
            models.UniqueConstraint(fields=["submission", "key"], name="one_revision_for_each_key"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revisions_start_at_one"),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=False) | ~Q(side="late"), name="the_rule_is_never_late"
            ),
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
    def by_rule(self) -> bool:
        """The last complete draft at the deadline, which nobody submitted."""
        return self.submitted_by_id is None

    @property
    def submitter(self) -> str:
        return str(self.submitted_by) if self.submitted_by else "The rule at the deadline"

    @property
    def received(self) -> str:
        """The exact time of receipt, in the event's zone. What the rule took was there at the deadline."""
        at = self.submitted_at + MOMENT if self.by_rule else self.submitted_at
        return exactly(at, self.event.zone)

    @property
    def is_late(self) -> bool:
        return self.side == Side.LATE

    @property
    def decided(self) -> "models.Model | None":
        """What was decided on it, as one that came late: an Admission."""
        return getattr(self, "admission", None)

    @property
    def counts(self) -> bool:
        return not self.is_late or getattr(self.decided, "outcome", "") == "admitted"

    @property
    def agreed(self) -> str:
        """The version of the declarations that the team agreed to, then or afterwards; "" until it has."""
        return self.declared or getattr(getattr(self, "declaration", None), "declared", "")

    def questions(self) -> list[Question]:
        """The catalogue with what the event asked then: safeguards after theirs, its own at the end."""
        asked = [Question(name, words, "text", 0, read=True) for name, words in self.asked]
        principles = [one for one in asked if one.name.startswith("principle_")]
        own = [one for one in asked if one not in principles]
        every: list[Question] = []
        for task in catalogue():
            every += [*task.questions, *(principles if task.name == "safeguards" else [])]
        return every + own

    def as_sent(self) -> set[tuple[int, str]]:
        """Its files, each with what it showed then: what tells two revisions with the same words apart."""
        return set(self.enclosures.values_list("file_id", "alt"))

    def before(self) -> "Revision | None":
        """The revision that came before this one."""
        return self.submission.revisions.filter(number=self.number - 1).first()

    @property
    def declarations(self) -> tuple[str, ...]:
        """The statements that were agreed to, in the words of then."""
        return DECLARATIONS.get(self.agreed, ())


class Enclosure(models.Model):
    """A file as it was handed in with a revision. Taking it off the shelf later changes nothing here."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="enclosures")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(max_length=500, blank=True)  # what the image showed, in the words of then

    class Meta:
        ordering = ["revision", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "file"], name="a_file_is_enclosed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file} in {self.revision}"
