import hashlib
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now

from core import clock
from reading.models import Plan, Screening
from submissions.models import Revision, RevisionQuerySet, Submission


class VerdictQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """The last word on each principle of each revision: the one that counts."""
        return self._last_of(Verdict.objects.all())

    def before_the_report(self) -> Self:
        """The last word on each before anyone saw the report; what was said afterwards does not count."""
        return self._last_of(Verdict.objects.filter(is_blind=True))

    def _last_of(self, verdicts: models.QuerySet) -> Self:
        same = verdicts.filter(revision=OuterRef("revision"), number=OuterRef("number"))
        return self.filter(pk=Subquery(same.order_by("-pk").values("pk")[:1]))


class Verdict(models.Model):
    """What a person found for one principle, beside what the model said. Appended, never changed."""

    class Finding(models.TextChoices):
        EVIDENCED = "evidenced", "Evidence found"
        PARTIAL = "partial", "Some evidence"
        NOT_FOUND = "not_found", "No evidence found"
        CONCERN = "concern", "Concern"
        NOT_APPLICABLE = "not_applicable", "Does not apply"
        REJECTED = "rejected", "The finding is wrong, and nothing stands in its place"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    finding = models.CharField(max_length=20, choices=Finding)
    reason = models.TextField(max_length=1000, blank=True)
    screening = models.ForeignKey(
        Screening, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the report that it is about
    model_said = models.CharField(max_length=20, blank=True)  # "" when no model had stated anything
    is_blind = models.BooleanField(default=False)  # given before the report was shown
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["number", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(finding__in=["not_applicable", "rejected"]) | ~Q(reason=""),
                name="what_is_set_aside_has_a_reason",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="principles_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_finding_display()}: principle {self.number} of {self.revision}"

    @property
    def confirms(self) -> bool:
        return self.finding == self.model_said

    @property
    def event(self):
        return self.revision.event

    @property
    def scope(self) -> str:
        return self.revision.scope


class ClaimQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(until__gt=clock.now())


class Claim(models.Model):
    """Who is reading an entry at present, so that two screeners do not do the same work."""

    LASTS = timedelta(hours=2)

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()

    objects = ClaimQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.by} reads {self.revision}"

    @property
    def event(self):
        return self.revision.event

    @property
    def scope(self) -> str:
        return self.revision.scope


class RemarkQuerySet(models.QuerySet):
    def answers_of(self, event) -> Self:
        """What teams have answered, the latest first."""
        return self.filter(submission__team__event=event, from_team=True).order_by("-pk")

    def shared(self) -> Self:
        """What an organiser shows to everyone at the event."""
        return self.filter(shared_at__isnull=False)


class Remark(models.Model):
    """What a screener asks the team, or the team answers: about one principle, or (0) the whole entry."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")  # that it was said of
    number = models.PositiveSmallIntegerField(default=0)
    from_team = models.BooleanField()
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    # An answer worth showing to everyone at the event, without the team's name
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return f"{'Answer' if self.from_team else 'Question'} on {self.submission}"

    @property
    def event(self):
        return self.submission.event

    @property
    def scope(self) -> str:
        return self.submission.scope


class ClearanceQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """The last decision on each revision: the one that counts."""
        newest = Clearance.objects.filter(revision=OuterRef("revision")).order_by("-pk")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))

    def in_force(self) -> Self:
        """The standing decisions, but for holds that nobody joined in time: they wait for one again."""
        plans = Plan.objects.filter(event=OuterRef("revision__submission__team__event"))
        hours = Coalesce(Subquery(plans.values("holds_last_hours")[:1]), Plan().holds_last_hours)
        until = ExpressionWrapper(
            F("at") + hours * Value(timedelta(hours=1), models.DurationField()), models.DateTimeField()
        )
        lapsed = Q(outcome="held", confirms=None, until__lte=clock.now())
        return self.standing().alias(until=until).exclude(lapsed)

    def of_the_standing_hold(self, revision: Revision) -> Self:
        """The holds since the revision was last cleared, if it was: those who agree with each other."""
        mine = self.filter(revision=revision)
        cleared = mine.filter(outcome="cleared").order_by("-pk").values("pk")[:1]
        return mine.filter(pk__gt=Coalesce(Subquery(cleared), 0))


class Clearance(models.Model):
    """A person's decision to clear a revision for judging, or to hold it. Appended, never changed."""

    class Outcome(models.TextChoices):
        CLEARED = "cleared", "Cleared"
        HELD = "held", "Held"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    screening = models.ForeignKey(
        Screening, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the report that was on the page; none when a person read by hand
    outcome = models.CharField(max_length=20, choices=Outcome)
    reason = models.TextField(max_length=2000, blank=True)
    confirms = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="confirmations"
    )  # another person's hold, which lasts from now on
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="cleared") | ~Q(reason=""), name="a_hold_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.revision}"

    @property
    def lasts(self) -> bool:
        """A hold that two people have decided."""
        return self.confirms_id is not None

    def has_lapsed(self, hours: int) -> bool:
        """A hold by one person that nobody has joined in time. The entry waits for a decision again."""
        held = self.outcome == Clearance.Outcome.HELD and not self.lasts
        return held and self.at + timedelta(hours=hours) <= clock.now()

    @property
    def event(self):
        return self.revision.event

    @property
    def scope(self) -> str:
        return self.revision.scope


def is_sampled(revision: Revision, percent: int) -> bool:
    """One of the share of entries that people read before they see the report; always the same ones."""
    chance = int(hashlib.sha256(f"blind:{revision.submission.code}".encode()).hexdigest()[:8], 16)
    return chance % 100 < percent


def is_read_blind(
    revision: Revision,
    screening: Screening | None,
    *,
    plan: Plan | None = None,
    found: int | None = None,
) -> bool:
    """Is the report still kept from whoever screens it? Until each principle has a person's finding.

    `plan` and `found`, the number of principles with one, where the caller knows them already.
    """
    if screening is None or not screening.states_findings or not screening.report:
        return False  # nothing is stated that could lead anyone
    if not is_sampled(revision, (plan or Plan.of(revision.event)).blind_percent):
        return False
    if found is None:
        found = Verdict.objects.standing().filter(revision=revision).count()
    return found < len(screening.report["principles"])


def undecided_entries() -> RevisionQuerySet:
    """The entries as they stand that wait for a person's decision: none was made, or a hold has lapsed."""
    decided = Clearance.objects.in_force().filter(revision=OuterRef("pk"))
    return Revision.objects.current().filter(~Exists(decided))


def cleared_entries(event) -> models.QuerySet[Revision]:
    """The entries that judges score and visitors may see: current revisions that a person cleared."""
    cleared = Clearance.objects.standing().filter(revision=OuterRef("pk"), outcome=Clearance.Outcome.CLEARED)
    return Revision.objects.of_event(event).current().filter(Exists(cleared))
