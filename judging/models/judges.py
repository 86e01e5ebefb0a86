from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Department
from core import clock
from events.models import Event, Role, RoleKind
from teams.models import Team


class JudgeQuerySet(models.QuerySet):
    def of_event(self, event: Event) -> Self:
        return self.filter(role__event=event).select_related("role__user__department", "role__event")

    def seated(self) -> Self:
        """Those whom entries may be given to."""
        return self.exclude(answer=Judge.Answer.DECLINED).filter(is_spare=False, paused_at=None)


class Judge(models.Model):
    """What is known of a judge for this event. Made when it is first needed; lives as long as the role."""

    class Answer(models.TextChoices):
        NONE = "", "Has not answered yet"
        CONFIRMED = "confirmed", "Will judge"
        DECLINED = "declined", "Cannot judge"

    role = models.OneToOneField(Role, on_delete=models.CASCADE, related_name="+")
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
    def expertise(self) -> frozenset[str]:
        return frozenset(filter(None, (tag.strip().casefold() for tag in self.tags.split(";"))))


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

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"Invitation of {self.name}"

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None and clock.now() < self.expires_at


class ConflictQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(ended_at=None)


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
