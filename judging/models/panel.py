"""The judges of an event as lists show them."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from events.models import Event, Phase
from judging.models.assignments import Assignment
from judging.models.conflicts import conflicts_of
from judging.models.judges import Conflict, Judge
from judging.models.rounds import Round
from screening.models import cleared_entries


@dataclass(frozen=True)
class Seat:
    """One judge, how far they are, and what speaks against what they were given. No score."""

    judge: Judge
    given: int
    handed_in: int
    declared: int
    barred: int  # given before the conflict was known, and not scored over it: see `why_conflict`

    @property
    def left(self) -> int:
        return self.given - self.handed_in


def panel_of(event: Event) -> list[Seat]:
    """Everyone who judges, in a number of queries that grows with the rounds alone."""
    standing = Assignment.objects.standing().filter(event=event, released_at__isnull=False)
    rows = (
        standing.with_progress()
        .values("judge")
        .annotate(given=Count("pk"), done=Count("pk", filter=Q(is_handed_in=True)))
        .order_by("judge")
    )
    progress = {row["judge"]: (row["given"], row["done"]) for row in rows}
    declared = Counter(Conflict.objects.standing().filter(event=event).values_list("judge", flat=True))
    barred: Counter[int] = Counter()
    for round in Round.objects.of_event(event):
        conflicts = conflicts_of(round)
        pairs = round.assignments.standing().values_list("submission_id", "judge_id")
        barred.update(judge for entry, judge in pairs if (entry, judge) in conflicts)
    return [
        Seat(
            judge,
            *progress.get(judge.user.pk, (0, 0)),
            declared[judge.user.pk],
            barred[judge.user.pk],
        )
        for judge in Judge.objects.all_of(event)
    ]


def hides_teams(event: Event) -> bool:
    """Is a round blind? Then no page for a judge names a team until the results are out."""
    return event.phase is not Phase.SHOWCASE and Round.objects.filter(event=event, is_blind=True).exists()


def titles_for(user, event: Event) -> dict[int, str]:
    """What the judge knows the entries by that they were given: team -> title."""
    given = Assignment.objects.filter(event=event, judge=user, released_at__isnull=False)
    entries = cleared_entries(event).filter(submission__in=given.values("submission"))
    return dict(entries.values_list("submission__team_id", "title"))


def named_for(user, event: Event, conflicts: list[Conflict]) -> list[tuple[Conflict, str]]:
    """A judge's conflicts, each by the name that the judge may know."""
    if not hides_teams(event):
        return [(one, one.team.name) for one in conflicts]
    titles = titles_for(user, event)
    return [(one, titles.get(one.team_id, "An entry")) for one in conflicts]
