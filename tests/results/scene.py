"""An event whose ballots are in: three entries, three judges, one of whom is strict."""

from datetime import timedelta

from django.utils import timezone

from events.models import Event, Phase, RoleKind
from judging import actions as judging
from judging.models import Assignment, Ballot, Score
from tests.world import cleared_entry, event_in, give, given, person, round_of

# Letters was given to the strict judge twice as often as Tides: the raw order is not the adjusted one.
VALUES = {
    ("Letters", "jude"): 3,
    ("Letters", "max"): 4,
    ("Tides", "jude"): 2,
    ("Tides", "max"): 4,
    ("Buses", "max"): 4,
    ("Buses", "jim"): 2,
    ("Letters", "jim"): 3,
}
TEAMS = {"Letters": "ben", "Tides": "bea", "Buses": "cal"}


def ballot_of(assignment: Assignment, value: int, **fields) -> Ballot:
    """Handed in, with this score on every criterion."""
    entry = assignment.submission.revisions.order_by("-number").first()
    now = timezone.now()
    kept = {"revision": entry, "saved_at": now, "handed_in_at": now} | fields
    ballot = Ballot.objects.create(assignment=assignment, **kept)
    for criterion in assignment.round.criteria.all():
        Score.objects.create(ballot=ballot, criterion=criterion, value=value)
    return ballot


def judged_event(values: dict[tuple[str, str], int] = VALUES) -> Event:
    """Scores have closed an hour ago; nothing is published."""
    event = event_in(Phase.JUDGING)
    judging.adopt(round_of(event), by=person("ada"), template="value")
    give(event, RoleKind.JUDGE, "max", "jim")
    entries = {}
    for title, _ in values:
        if title not in entries:
            entries[title] = cleared_entry(event, TEAMS[title], name=f"Team {title}", title=title).submission
    for (title, judge), value in values.items():
        ballot_of(given(event, entries[title], person(judge)), value, comment="canary", note="canary")
    close(event)
    return event


def close(event: Event) -> None:
    event.submissions_close_at = timezone.now() - timedelta(hours=3)
    event.scores_close_at = timezone.now() - timedelta(hours=1)
    event.save()
