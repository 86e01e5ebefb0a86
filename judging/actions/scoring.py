"""What a judge does with a score sheet."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from judging.models import Assignment, Ballot, Criterion, Score


class Overtaken(Refused):
    """The same judge saved the sheet elsewhere meanwhile. Nothing was overwritten."""

    def __init__(self, ballot: Ballot, event: Event) -> None:
        self.ballot = ballot
        self.version = ballot.version
        super().__init__(
            f"You saved this score sheet somewhere else at {event.say(ballot.saved_at)}. "
            "Nothing was overwritten, and what you entered here is not saved yet. "
            "Compare the two, then save again"
        )


class EntryChanged(Refused):
    """The scores were for a revision that another has replaced."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"The team’s entry has changed since you opened it: the page now shows revision {number}. "
            "Nothing was saved. Read it, then save again"
        )


@transaction.atomic
def score(
    assignment: Assignment,
    *,
    by: User,
    version: int,
    revision: int,
    scores: Mapping[int, int],
    note: str = "",
    comment: str = "",
    hand_in: bool = False,
) -> Ballot:
    """Save one judge's ballot, as a draft or handed in.

    `version` is the one that was on the page, 0 for none: a second tab never overwrites the first
    unseen. Nothing of what is scored goes into the audit row, which others read.
    """
    # The event before the assignment, as in every action here: it keeps the rubric still while the
    # first ballot is made, and two locks taken in one order cannot meet head on.
    if not Ballot.objects.filter(assignment=assignment).exists():
        Event.objects.select_for_update().get(pk=assignment.event_id)
    assignment = Assignment.objects.select_for_update(of=["self"]).with_people().get(pk=assignment.pk)
    require(by, "judging.score", assignment)
    entry = assignment.entry
    if entry is None:
        raise Refused("This entry is held back at the moment, so it cannot be scored. Nothing here was saved")
    criteria = {row.pk: row for row in assignment.round.criteria.for_team(assignment.submission.team)}
    refuse_off_the_rubric(criteria, scores)
    ballot = Ballot.objects.filter(assignment=assignment).first() or Ballot(assignment=assignment, version=0)
    before = ballot.scores_by_criterion() if ballot.pk else {}
    is_same = ballot.pk and (before, ballot.note, ballot.comment) == (dict(scores), note, comment)
    if is_same and bool(ballot.handed_in_at) == hand_in and ballot.revision_id == entry.pk:
        return ballot  # the button was pressed twice
    if ballot.pk and ballot.version != version:  # where nothing is saved, nothing is overwritten
        raise Overtaken(ballot, assignment.event)
    if entry.number != revision:
        raise EntryChanged(entry.number)
    if ballot.handed_in_at and not hand_in:
        raise Refused("You have handed in this ballot. Change it, then hand it in again")
    if hand_in and (missing := [key for key in criteria if key not in scores]):
        name = criteria[missing[0]].name
        raise Refused(f"Score ‘{name}’ before you hand in", field=f"criterion_{missing[0]}")

    ballot.version += 1
    ballot.revision = entry
    ballot.note, ballot.comment = note, comment
    ballot.saved_at = clock.now()
    ballot.handed_in_at = clock.now() if hand_in else None
    ballot.save()
    ballot.scores.exclude(criterion__in=scores).delete()
    Score.objects.bulk_create(
        [Score(ballot=ballot, criterion=criteria[key], value=value) for key, value in scores.items()],
        update_conflicts=True,
        unique_fields=["ballot", "criterion"],
        update_fields=["value"],
    )
    verb = "judging.handed_in" if hand_in else "judging.saved"
    record(by, verb, ballot, version=ballot.version, revision=entry.number)
    return ballot


def refuse_off_the_rubric(criteria: Mapping[int, Criterion], scores: Mapping[int, int]) -> None:
    if not criteria:
        raise Refused("There is no rubric yet, so there is nothing to score. Tell the chair")
    if set(scores) - set(criteria):
        raise Refused("The rubric has changed since you opened this page. Open it again")
    for key, value in scores.items():
        if value not in criteria[key].scale:
            raise Refused(
                f"Score ‘{criteria[key].name}’ with a whole number "
                f"from {criteria[key].scale[0]} to {criteria[key].scale[-1]}",
                field=f"criterion_{key}",
            )
