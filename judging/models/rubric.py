from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from challenges.models import Challenge
from events.models import Event
from judging.models.rounds import Round
from teams.models import Team

LOWEST, HIGHEST = 1, 5
FURTHEST = 10  # the highest score that any scale may end with
PASSES, FAILS = 1, 0


class Kind(models.TextChoices):
    SCORE = "score", "A score on a scale"
    RED_LINE = "red_line", "A red line: pass or fail, never part of the score"


class CriterionQuerySet(models.QuerySet):
    def of_event(self, event: Event) -> Self:
        return self.filter(round__event=event)

    def for_team(self, team: Team) -> Self:
        """What an entry of this team is judged by: the round's own criteria and its challenge's."""
        return self.filter(Q(challenge=None) | Q(challenge=team.challenge_id))

    def scored(self) -> Self:
        return self.filter(kind=Kind.SCORE)


class Criterion(models.Model):
    """One line of a round's rubric. Weights are relative: 2 counts twice as much as 1."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="criteria")
    challenge = models.ForeignKey(
        Challenge, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SCORE)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    guidance = models.TextField("guidance for judges", max_length=2000, blank=True)
    lowest = models.PositiveSmallIntegerField(default=LOWEST)
    highest = models.PositiveSmallIntegerField(default=HIGHEST)
    low = models.CharField("what the lowest score means", max_length=200)
    high = models.CharField("what the highest score means", max_length=200)
    # What the scores between mean: {"3": "…"}
    between = models.JSONField(default=dict, blank=True)
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    needs_comment = models.BooleanField(default=False)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "challenge", "name"], nulls_distinct=False, name="criteria_of_a_round_differ"
            ),
            models.CheckConstraint(condition=Q(weight__gte=1), name="weights_are_positive"),
            models.CheckConstraint(
                condition=Q(lowest__lt=F("highest")) & Q(highest__lte=FURTHEST), name="scales_rise"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event(self) -> Event:
        return self.round.event

    @property
    def scope(self) -> str:
        return self.round.scope

    @property
    def is_red_line(self) -> bool:
        return self.kind == Kind.RED_LINE

    @property
    def scale(self) -> range:
        return range(FAILS, PASSES + 1) if self.is_red_line else range(self.lowest, self.highest + 1)

    def meaning(self, value: int) -> str:
        """What this score means, as far as the rubric says so."""
        ends = {self.scale[0]: self.low, self.scale[-1]: self.high}
        return ends.get(value) or self.between.get(str(value), "")
