from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Department, digest_of
from core import clock
from events.models import Event, Role, RoleKind
from teams.models import Team


class JudgeQuerySet(models.QuerySet["Judge"]):
    def of_event(self, event: Event) -> Self:
        return self.filter(role__event=event).select_related(
            "role__user__department", "role__event", "department"
        )

    def all_of(self, event: Event) -> list["Judge"]:
        """Everyone who judges, by name, whether anything is known of them yet or not. Two queries."""
        known = {judge.role_id: judge for judge in self.of_event(event)}
        roles = Role.objects.filter(event=event, kind=RoleKind.JUDGE)
        roles = roles.select_related("user__department", "event").order_by("user__name", "user_id")
        return [known.get(role.pk) or Judge(role=role) for role in roles]

    def by_role(self, role: Role) -> "Judge":
        """What is known of this judge; not kept yet, when nothing is."""
        known = self.select_related("role__user__department", "role__event", "department")
        return known.filter(role=role).first() or Judge(role=role)

    def resting(self) -> Self:
        """Those who are given nothing to begin: they declined, or are paused."""
        return self.filter(Q(answer=Judge.Answer.DECLINED) | Q(paused_at__isnull=False))


class Judge(models.Model):
    """What is known of a judge for this event. Made when it is first needed; lives as long as the role."""

    class Answer(models.TextChoices):
        NONE = "", "Has not answered yet"
        CONFIRMED = "confirmed", "Will judge"
        DECLINED = "declined", "Cannot judge"

    role = models.OneToOneField(Role, on_delete=models.CASCADE, related_name="+")
    # Beside the account's own: of somebody whose address belongs to no department that takes part. It
    # keeps them from entries of that department, and opens nothing.
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tags = models.CharField("expertise", max_length=300, blank=True)  # separated by ;
    max_load = models.PositiveSmallIntegerField(null=True, blank=True)
    slots = models.JSONField(default=list, blank=True)  # starts of visits, ISO 8601; empty: any
    is_lead = models.BooleanField(default=False)
    is_technical = models.BooleanField(default=False)
    is_spare = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.CharField(max_length=500, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    objects = JudgeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.role.user)

    @property
    def event(self) -> Event:
        return self.role.event

    @property
    def scope(self) -> str:
        return self.role.scope

    @property
    def user(self):
        return self.role.user

    @property
    def is_resting(self) -> bool:
        """Given nothing to begin: declined, or paused."""
        return self.answer == Judge.Answer.DECLINED or self.paused_at is not None

    @property
    def is_seated(self) -> bool:
        """Entries may be given to them without a person choosing them by name."""
        return not (self.is_resting or self.is_spare)

    @property
    def homes(self) -> dict[int, Department]:
        """The departments whose entries this judge may not score, by key."""
        return {one.pk: one for one in (self.user.department, self.department) if one is not None}

    @property
    def home(self) -> Department | None:
        return self.user.department or self.department

    @property
    def starts(self) -> list[datetime]:
        """When this judge can visit; none: at any time."""
        return [datetime.fromisoformat(slot) for slot in self.slots]

    @property
    def expertise(self) -> frozenset[str]:
        return frozenset(filter(None, (tag.strip().casefold() for tag in self.tags.split(";"))))


@dataclass(frozen=True)
class Invitee:
    """Somebody to be invited."""

    email: str
    name: str
    department: Department | None = None
    tags: str = ""
    max_load: int | None = None
    is_lead: bool = False
    is_technical: bool = False
    is_spare: bool = False
    line: int = 0  # where several were entered at once


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unused(self) -> Self:
        return self.filter(used_at=None, withdrawn_at=None).select_related("event", "sent_by", "department")

    def open(self) -> Self:
        return self.unused().filter(expires_at__gt=clock.now(), event__scores_close_at__gt=clock.now())

    def for_key(self, event_slug: str, key: str) -> "Invitation | None":
        """What this link asks, whether it still works or not. The key itself is kept nowhere."""
        found = self.filter(event__slug=event_slug, digest=digest_of(key))
        return found.select_related("event", "sent_by", "department").first() if key else None

    def run_by(self, user) -> Self:
        """Of the events where this person runs the judging."""
        return self.filter(models.Exists(running(user))) if user.is_authenticated else self.none()


def running(user) -> models.QuerySet[Role]:
    """This person's part in running the judging of the event that the outer row belongs to."""
    kinds = [RoleKind.CHAIR, RoleKind.ORGANISER]
    return Role.objects.filter(event=models.OuterRef("event"), user=user, kind__in=kinds)


class Invitation(models.Model):
    """Asks someone to judge. Its link signs in once, until it expires; only a digest of it is kept."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tags = models.CharField("expertise", max_length=300, blank=True)
    max_load = models.PositiveSmallIntegerField(null=True, blank=True)
    is_lead = models.BooleanField(default=False)
    is_technical = models.BooleanField(default=False)
    is_spare = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"Invitation of {self.name}"

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def is_open(self) -> bool:
        ends = min(self.expires_at, self.event.scores_close_at)
        return self.used_at is None and self.withdrawn_at is None and clock.now() < ends


class ConflictQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(ended_at=None)

    def run_by(self, user) -> Self:
        """Of the events where this person runs the judging."""
        return self.filter(models.Exists(running(user))) if user.is_authenticated else self.none()


class Conflict(models.Model):
    """Why a judge may not score a team's entry, said by a person. Hard: nobody overrides it."""

    class Kind(models.TextChoices):
        DECLARED = "declared", "Knows someone on the team, or has an interest"
        MENTOR = "mentor", "Has helped the team"
        LINE_MANAGER = "line_manager", "Is the line manager of someone on the team, or the other way round"
        OTHER = "other", "Another reason"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.DECLARED)
    reason = models.CharField(max_length=500)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(db_default=Now())
    # Taken back, because it was declared by mistake
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.CharField(max_length=500, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["judge", "team", "kind"], condition=Q(ended_at=None), name="declared_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.judge} and {self.team}"

    @property
    def scope(self) -> str:
        return self.event.slug


def judges_of(event: Event) -> list:
    """The people who judge at this event, by name."""
    roles = Role.objects.filter(event=event, kind=RoleKind.JUDGE).select_related("user__department")
    return [role.user for role in roles.order_by("user__name", "user_id")]
