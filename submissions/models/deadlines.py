"""What happens at a deadline and after it: reminders, the rule, what was decided on late revisions."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from events.models import Event
from submissions.models.drafts import Submission
from submissions.models.revisions import Revision

PERSON = settings.AUTH_USER_MODEL


class Closing(models.Model):
    """What the rule did with a draft at a deadline. Once for each version that the draft had then."""

    class Outcome(models.TextChoices):
        ENTERED = "entered", "The draft became the entry"
        UNCHANGED = "unchanged", "The entry already said the same"
        BLANK = "blank", "Nothing had been written"
        INCOMPLETE = "incomplete", "The draft was incomplete"
        NOT_TAKEN = "not_taken", "The draft could not be taken"
        OUT = "out", "The entry was withdrawn or disqualified"
        NO_RULE = "no_rule", "This event takes only what teams submit themselves"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="closings")
    ends_at = models.DateTimeField()
    version = models.PositiveIntegerField()  # of the draft, as it was at the deadline
    outcome = models.CharField(max_length=20, choices=Outcome)
    why = models.TextField(blank=True)
    revision = models.OneToOneField(
        Revision, null=True, blank=True, on_delete=models.CASCADE, related_name="closing"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["submission", "-ends_at", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "ends_at", "version"], name="the_rule_decides_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="entered", revision__isnull=False)
                | (~Q(outcome="entered") & Q(revision=None)),
                name="what_entered_has_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission.team} at the deadline"

    @property
    def scope(self) -> str:
        return self.submission.scope


class Admission(models.Model):
    """What was decided on a revision that came late. By nobody, where its time was made longer afterwards."""

    class Outcome(models.TextChoices):
        ADMITTED = "admitted", "Admitted"
        DECLINED = "declined", "Not admitted"

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="admission")
    outcome = models.CharField(max_length=20, choices=Outcome)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.revision}: {self.get_outcome_display().lower()}"

    @property
    def scope(self) -> str:
        return self.revision.scope


class Declaration(models.Model):
    """The declarations for a revision that the rule made, agreed to by a member of the team afterwards."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="declaration")
    key = models.UUIDField()
    declared = models.CharField(max_length=20)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Declarations for {self.revision}"


class Reminder(models.Model):
    """The mails of one hour before one close were written, so they are not written again."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    closes_at = models.DateTimeField()
    hours = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "closes_at", "hours"], name="reminded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hours} hours before the close of {self.event}"
