from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Lower, Now

from accounts.models import Department
from challenges.classification import LEVELS, markings_in, may_be_kept, why_not_taken
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

    def owned_by(self, user) -> Self:
        return self.filter(owner=user)

    def of_event(self, event: Event) -> Self:
        return self.filter(event=event)

    def with_people(self) -> Self:
        return self.select_related("event", "department", "owner", "decided_by")

    def awaiting(self) -> Self:
        """In the organisers' hands."""
        return self.filter(decision="")

    def waiting_first(self) -> Self:
        """The longest waiting first; then what was decided, the latest first."""
        waiting = Case(When(decision="", then=0), default=1)
        return self.order_by(waiting, F("decided_at").desc(nulls_last=True), "proposed_at", "pk")

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

    # What the owner says of it, in the order of the page.
    ANSWERS = (
        "title",
        "problem",
        "affected",
        "success",
        "data_offered",
        "data_level",
        "licence",
        "approver",
    )
    # The gate: nothing is approved without these, and what to do while one is missing.
    GATE = {
        "problem": "Describe the problem",
        "data_level": "Choose the level of the data that is offered",
        "licence": "Say which licence the data is under",
        "approver": "Name who in the department approves it",
    }

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)  # counts changes, so that none is decided on unseen
    title = models.CharField(max_length=120)
    problem = models.TextField(max_length=10_000, blank=True)
    affected = models.TextField(max_length=2000, blank=True)
    success = models.TextField(max_length=2000, blank=True)
    data_offered = models.TextField(max_length=4000, blank=True)
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
                | (~Q(problem="") & ~Q(data_level="") & ~Q(licence="") & ~Q(approver="")),
                name="approved_challenge_has_passed_the_gate",
            ),
            models.CheckConstraint(
                condition=Q(data_level__in=["", *filter(may_be_kept, LEVELS)]),
                name="challenge_keeps_no_level_above_official",
            ),
            models.UniqueConstraint(
                "event", "owner", Lower("title"), name="one_proposal_of_a_title_for_each_owner"
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

    @property
    def is_declined(self) -> bool:
        return self.decision == self.Decision.DECLINED

    @property
    def is_open(self) -> bool:
        """Its owner may still change it."""
        return not (self.is_approved or self.is_declined)

    @property
    def state(self) -> str:
        """The decision as a state that always has a name."""
        return self.decision or "waiting"

    @property
    def state_words(self) -> str:
        return self.get_decision_display() if self.decision else "In review"

    @property
    def missing(self) -> dict[str, str]:
        """What stands between this challenge and approval: answer -> what to do."""
        found = {name: text for name, text in self.GATE.items() if not getattr(self, name).strip()}
        refused = why_not_taken(self.data_level, accepts_official=self.event.accepts_official)
        return found | ({"data_level": refused} if refused else {})

    @property
    def standing(self) -> str:
        """For its owner and the organisers: whose it is, and how much is left to do."""
        number = 0 if self.is_declined else len(self.missing)
        left = {0: "", 1: ". 1 thing to mend before it can be approved"}.get(
            number, f". {number} things to mend before it can be approved"
        )
        return f"{self.department}{left}"

    @property
    def markings(self) -> list[str]:
        """Protective markings that someone typed or pasted into the text."""
        return markings_in(*(getattr(self, name) for name in self.ANSWERS))

    @property
    def first_line(self) -> str:
        """The problem in one line, for lists."""
        words = next((line.strip(" #>*-") for line in self.problem.splitlines() if line.strip(" #>*-")), "")
        return words if len(words) <= 200 else words[:200].rsplit(" ", 1)[0] + "…"
