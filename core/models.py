from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.jobs import Job


class AuditRow(models.Model):
    """Who did what to what, when. Appended by `core.audit.record`; a trigger refuses changes."""

    at = models.DateTimeField(db_default=Now())
    # Nobody, for what happens by rule
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    scope = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["scope", "-id"]),
            models.Index(fields=["subject_type", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"

    @property
    def words(self) -> str:
        """The verb as people read it: "opened", "gave role"."""
        return self.verb.partition(".")[2].replace("_", " ")

    @property
    def who(self) -> str:
        """Who did it, as people read it. What no person did happened by rule."""
        return str(self.by) if self.by else "By rule"


class Mail(Job):
    """One mail to one person. The key says what it is about, so that it is written once."""

    TRIES = 300  # at a quarter of an hour each, about three days: a mail server may be down over a weekend

    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    is_secret = models.BooleanField(default=False)
    posted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(finished_at=None, failed_at=None),
                name="mail_to_send",
            )
        ]

    def __str__(self) -> str:
        return self.key
