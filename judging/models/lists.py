from django.conf import settings
from django.db import models

from judging.models.assignments import Assignment
from judging.models.rounds import Round


class RankedList(models.Model):
    """One judge's own order of the entries they have seen, best first, in a round of lists."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="lists")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "judge"], name="one_list_a_judge")]

    def __str__(self) -> str:
        return f"List of {self.judge}"

    @property
    def event(self):
        return self.round.event

    @property
    def scope(self) -> str:
        return self.round.scope


class Place(models.Model):
    """Where an entry stands in its judge's list. Equal positions are ties."""

    list = models.ForeignKey(RankedList, on_delete=models.CASCADE, related_name="places")
    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="place")
    revision = models.ForeignKey("submissions.Revision", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}: {self.assignment}"
