from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.codes import new_code
from events.models import Event


class Certificate(models.Model):
    """Says that a person took part, judged, helped or won. Anyone who has its code can check it."""

    class Kind(models.TextChoices):
        PARTICIPANT = "participant", "Took part"
        FINALIST = "finalist", "Reached the final"
        WINNER = "winner", "Won an award"
        MENTOR = "mentor", "Helped teams"
        JUDGE = "judge", "Judged"

    code = models.CharField(max_length=8, unique=True, default=new_code)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=Kind)
    # As printed, so that a certificate says the same for ever
    name = models.CharField(max_length=120)
    words = models.CharField(max_length=300)
    issued_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "kind", "words"], name="one_certificate_for_one_thing"
            )
        ]

    def __str__(self) -> str:
        return f"Certificate {self.code}"

    @property
    def scope(self) -> str:
        return self.event.slug
