from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from events.models import Event
from submissions.models import Submission


class TransparencyRecord(models.Model):
    """What a team wrote for its draft transparency record, beyond what its answers fill.

    `own` has {id of the field: {text, by, at}}. A field that is not in it follows the answers. Without a
    row nobody has written anything: version 0.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="+")
    own = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)  # counts saves, so that none is overwritten unseen
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Transparency record of {self.submission}"

    @property
    def event(self) -> Event:
        return self.submission.event

    @property
    def scope(self) -> str:
        return self.submission.scope

    @classmethod
    def of(cls, submission: Submission) -> "TransparencyRecord":
        """As the team left it, or empty: not stored then."""
        found = cls.objects.select_related("saved_by").filter(submission=submission).first()
        return found or cls(submission=submission)

    def words(self) -> dict[str, str]:
        """The team's own words by field."""
        return {field: row["text"] for field, row in self.own.items()}

    def words_at(self, version: int) -> dict[str, str] | None:
        """Its words as that version had them; None where nobody knows."""
        if version == 0:
            return {}
        save = self.saves.filter(version=version).first()
        return save.words if save else None


class RecordSave(models.Model):
    """The team's own words as one save left them: who wrote what, when. Appended, never changed."""

    record = models.ForeignKey(TransparencyRecord, on_delete=models.CASCADE, related_name="saves")
    version = models.PositiveIntegerField()
    words = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["record", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="a_record_save_for_each_version"),
        ]

    def __str__(self) -> str:
        return f"{self.record}, version {self.version}"
