from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Lower, Now

from challenges.models import Challenge
from core.codes import new_code
from events.models import Event, Role


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Everyone with a part in the event sees its teams."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Exists(Role.objects.filter(event=OuterRef("event"), user=user)))

    def of_event(self, event: Event) -> Self:
        return self.filter(event=event)

    def with_size(self) -> Self:
        return self.annotate(size=Count("memberships"))

    def peopled(self) -> Self:
        """Without the ones that everybody has left."""
        return self.with_size().filter(size__gt=0).order_by("name", "pk")

    def with_challenge(self) -> Self:
        return self.select_related("event", "challenge__department")

    def of(self, user) -> Self:
        return self.filter(memberships__user=user)


class Team(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_code)
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True)
    founded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    founded_at = models.DateTimeField(db_default=Now())

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint("event", Lower("name"), name="team_names_differ")]

    def __str__(self) -> str:
        return self.name

    def membership_of(self, user) -> "Membership | None":
        return self.memberships.select_related("event").filter(user=user).first()

    @property
    def open_seats(self) -> int:
        """Of a team read `with_size`."""
        return max(self.event.team_max - self.size, 0)  # type: ignore[attr-defined]

    @property
    def seats(self) -> str:
        """How many are on it, and how many more there may be, in words."""
        taken = f"{self.size} of {self.event.team_max} members"  # type: ignore[attr-defined]
        left = self.open_seats
        return f"{taken}, {left} open {'seat' if left == 1 else 'seats'}" if left else f"{taken}: full"

    @property
    def seats_state(self) -> str:
        return "open" if self.open_seats else "closed"

    @property
    def team(self) -> "Team":
        """So that a rule can ask any noun of a team for it."""
        return self

    @property
    def scope(self) -> str:
        return self.event.slug


class Membership(models.Model):
    """One person on one team. The event stands here too, so that the database keeps it one.

    Held by the participant's role: whoever loses that has no seat either, so that nobody with another
    part in the event, such as a judge, is left on a team.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(db_default=Now())
    named_in_showcase = models.BooleanField(default=False)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="one_team_per_person_per_event"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.team}"

    @property
    def scope(self) -> str:
        return self.event.slug
