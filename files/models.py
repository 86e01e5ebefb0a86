from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum

from challenges.models import DataLevel
from core.codes import new_code
from core.dates import exactly
from core.jobs import Job
from events.models import Event
from files.kinds import KINDS
from teams.models import Membership, Team


class FileQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """A shelf is its team's alone. Others meet a file in an entry, and never by this way."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Exists(Membership.objects.filter(team=OuterRef("team"), user=user)))

    def of_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def on_the_shelf(self) -> Self:
        """What the team has not removed, refused ones too: it must be able to read why."""
        return self.filter(removed_at=None)

    def removed(self) -> Self:
        return self.exclude(removed_at=None)

    def usable(self) -> Self:
        """What may go into an entry. One that waits for its scan may, and is kept from others until then."""
        return self.on_the_shelf().exclude(state=File.State.REFUSED)

    def usable_at(self, moment: datetime) -> Self:
        """What was on the shelf then. What the scan has refused since is not to be had."""
        there = self.filter(Q(removed_at=None) | Q(removed_at__gt=moment), at__lte=moment)
        return there.exclude(state=File.State.REFUSED)

    def clean(self) -> Self:
        """What people outside the team may have."""
        return self.filter(state=File.State.CLEAN)

    def lacking_words(self) -> Self:
        """Images that nobody has described to those who do not see them."""
        return self.filter(kind="image", alt="")

    def with_people(self) -> Self:
        return self.select_related("team__event", "by", "removed_by")

    def bytes(self) -> int:
        return self.aggregate(all=Sum("size"))["all"] or 0


class File(models.Model):
    """Something that a team uploaded. What it is and its bytes never change, so that an entry can hold it.

    The database insists on that by a trigger: the state, the words and the removal alone may change.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for scan"
        CLEAN = "clean", "Ready"
        REFUSED = "refused", "Refused"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    kind = models.CharField(max_length=10, choices=[(kind.name, kind.words) for kind in KINDS.values()])
    name = models.CharField(max_length=120)
    alt = models.CharField("alternative text", max_length=500, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)  # of what is kept and handed out
    sent_size = models.PositiveBigIntegerField()
    sent_sha256 = models.CharField(max_length=64)  # of what came: an image is written anew
    content_type = models.CharField(max_length=100)
    stored = models.CharField(max_length=60, unique=True)
    look = models.JSONField(default=dict)
    data_level = models.CharField(max_length=20, choices=DataLevel)  # as the one who sent it said
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FileQuerySet.as_manager()

    class Meta:
        ordering = ["team", "at", "pk"]
        constraints = [
            # The same bytes sent twice, after a lost answer or by a second press, are one file.
            models.UniqueConstraint(
                fields=["team", "sent_sha256"],
                condition=Q(removed_at=None),
                name="the_same_bytes_are_one_file",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="no_file_is_empty"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="files_are_removed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event(self) -> Event:
        return self.team.event

    @property
    def scope(self) -> str:
        return self.team.event.slug

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def is_image(self) -> bool:
        return self.kind == "image"

    @property
    def lacks_words(self) -> bool:
        return self.is_image and not self.alt

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def was_remade(self) -> bool:
        return self.sha256 != self.sent_sha256

    @property
    def received(self) -> str:
        """The exact time of receipt, in the event's zone."""
        return exactly(self.at, self.event.zone)

    def may_be_had_by(self, user) -> bool:
        """Whether the scan lets this person have the bytes. That they may see the file, others asked."""
        if self.state == self.State.CLEAN:
            return True
        if self.state == self.State.REFUSED:
            return False
        return Membership.objects.filter(team=self.team_id, user=user).exists()


class Scan(Job):
    """One look at one file by the virus scanner. While the scanner is down it waits, for weeks if need be."""

    TRIES = 3000
    LEASE = timedelta(minutes=5)

    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="scan")
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(finished_at=None, failed_at=None),
                name="files_to_scan",
            )
        ]

    def __str__(self) -> str:
        return f"Scan of {self.file}"
