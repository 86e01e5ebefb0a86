from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import Department
from core.codes import new_code
from events.models import Event, Role, RoleKind


class DataLevel(models.TextChoices):
    """What data a challenge offers, or an entry uses; `unset` until someone says."""

    PUBLIC = "public", "Open, published or made-up data only"
    OFFICIAL = "official", "OFFICIAL, not sensitive"
    OFFICIAL_SENSITIVE = "official_sensitive", "OFFICIAL-SENSITIVE"
    SECRET = "secret", "SECRET or TOP SECRET"
    UNSURE = "unsure", "I am not sure"


class ChallengeQuerySet(models.QuerySet):
    def approved(self) -> Self:
        return self.filter(decision=Challenge.Decision.APPROVED)

    def awaiting(self) -> Self:
        """In the organisers' hands."""
        return self.filter(decision="")

    def visible_to(self, user) -> Self:
        """Approved ones are public with their event; the rest, their owner and organisers see."""
        public = Q(decision=Challenge.Decision.APPROVED, event__in=Event.objects.announced())
        if not user.is_authenticated:
            return self.filter(public)
        organising = Role.objects.filter(event=OuterRef("event"), user=user, kind=RoleKind.ORGANISER)
        return self.filter(public | Q(owner=user) | Exists(organising))


class Challenge(models.Model):
    """A department's problem, put to the developers of an event."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes asked for"
        DECLINED = "declined", "Declined"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    problem = models.TextField(max_length=10_000)
    affected = models.TextField(max_length=2000, blank=True)
    success = models.TextField(max_length=2000, blank=True)
    data_offered = models.TextField(max_length=4000, blank=True)
    # The gate: nothing opens without these four (the owner is the fourth)
    data_level = models.CharField(max_length=20, choices=DataLevel, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    approver = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    reason = models.TextField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="approved")
                | (~Q(data_level="") & ~Q(licence="") & ~Q(approver="")),
                name="approved_challenge_has_passed_the_gate",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        return self.event.slug

    @property
    def is_approved(self) -> bool:
        return self.decision == self.Decision.APPROVED
