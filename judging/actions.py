"""What people do in judging: set the rubric, give entries to judges, score."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from judging import allocation
from judging.models import (
    SCALE,
    Assignment,
    Ballot,
    Criterion,
    Score,
    departments_of,
    judges_of,
    shared_department,
)
from judging.rubrics import TEMPLATES
from screening.models import cleared_entries
from submissions.models import Submission

FROZEN = (
    "The rubric cannot change any more, because judges have started to score. "
    "Ballots on two different rubrics could not be compared"
)

# The rubric


@transaction.atomic
def adopt(event: Event, *, by: User, template: str) -> list[Criterion]:
    """Start from a template, in place of the criteria there are."""
    event = unscored(event, by=by)
    if template not in TEMPLATES:
        raise Refused("Choose one of the templates", field="template")

    gone = list(Criterion.objects.filter(event=event).values_list("name", flat=True))
    Criterion.objects.filter(event=event).delete()
    made = Criterion.objects.bulk_create(
        Criterion(event=event, position=number, **line._asdict())
        for number, line in enumerate(TEMPLATES[template].lines, start=1)
    )
    record(by, "judging.adopted", event, template=template, replaced=gone)
    return made


@transaction.atomic
def add_criterion(event: Event, *, by: User, **fields) -> Criterion:
    event = unscored(event, by=by)
    refuse_namesake(event, fields["name"])

    last = Criterion.objects.filter(event=event).aggregate(last=Max("position"))["last"] or 0
    criterion = Criterion.objects.create(event=event, position=last + 1, **fields)
    record(by, "judging.criterion_added", criterion, **fields)
    return criterion


@transaction.atomic
def change_criterion(criterion: Criterion, *, by: User, **fields) -> Criterion:
    event = unscored(criterion.event, by=by)
    criterion = still_there(criterion, event)
    refuse_namesake(event, fields.get("name", criterion.name), other_than=criterion)

    changed = {name: value for name, value in fields.items() if getattr(criterion, name) != value}
    if changed:
        was = {name: getattr(criterion, name) for name in changed}
        for name, value in changed.items():
            setattr(criterion, name, value)
        criterion.save(update_fields=list(changed))
        record(by, "judging.criterion_changed", criterion, was=was, now=changed)
    return criterion


@transaction.atomic
def remove_criterion(criterion: Criterion, *, by: User) -> None:
    event = unscored(criterion.event, by=by)
    criterion = still_there(criterion, event)

    record(by, "judging.criterion_removed", criterion, weight=criterion.weight)
    criterion.delete()


def unscored(event: Event, *, by: User) -> Event:
    """The event, locked, with a rubric that no ballot was scored on: `score` takes the same lock first."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "judging.set_rubric", event)
    if Ballot.objects.filter(assignment__event=event).exists():
        raise Refused(FROZEN)
    return event


def still_there(criterion: Criterion, event: Event) -> Criterion:
    found = Criterion.objects.filter(pk=criterion.pk, event=event).first()
    if found is None:
        raise Refused("Someone has removed this criterion meanwhile")
    return found


def refuse_namesake(event: Event, name: str, other_than: Criterion | None = None) -> None:
    namesakes = Criterion.objects.filter(event=event, name__iexact=name)
    if other_than is not None:
        namesakes = namesakes.exclude(pk=other_than.pk)
    if namesakes.exists():
        raise Refused(f"There is a criterion called ‘{name}’ already. Choose another name", field="name")


# Who scores what


@transaction.atomic
def propose(
    event: Event, *, by: User, seed: int, per_entry: int = 3, max_load: int | None = None
) -> allocation.Allocation:
    """Give every cleared entry its judges. What was assigned stays; doing it twice adds nothing."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "judging.allocate", event)
    people = {judge.pk: judge for judge in judges_of(event)}
    if not people:
        raise Refused("Nobody judges at this event yet. Give someone the role of judge first")
    teams = dict(cleared_entries(event).values_list("submission_id", "submission__team_id"))
    if not teams:
        raise Refused("No entry has been cleared yet. A screener clears entries before judges score them")

    found = allocation.allocate(
        entries_of(event, teams),
        [allocation.Judge(judge.pk, judge.department_id, max_load) for judge in people.values()],
        per_entry=per_entry,
        kept=pairs(Assignment.objects.standing().filter(event=event)),
        barred=pairs(Assignment.objects.filter(event=event, ended_at__isnull=False)),
        seed=seed,
    )
    if found.new:
        Assignment.objects.bulk_create(
            Assignment(
                event=event, submission_id=entry, judge=people[judge], given_by=by, given_at=clock.now()
            )
            for entry, judge in found.new
        )
        record(
            by,
            "judging.allocated",
            event,
            added=len(found.new),
            per_entry=per_entry,
            max_load=max_load,
            seed=seed,
            short=len(found.shortages),
        )
    return found


def entries_of(event: Event, teams: Mapping[int, int]) -> list[allocation.Entry]:
    """What the allocator needs to know of these entries: submission -> team in."""
    departments = departments_of(event)
    return [
        allocation.Entry(submission, frozenset(departments.get(team, ())))
        for submission, team in teams.items()
    ]


def pairs(assignments) -> set[tuple[int, int]]:
    return set(assignments.values_list("submission_id", "judge_id"))


@transaction.atomic
def assign(submission: Submission, judge: User, *, by: User) -> Assignment:
    """Give one entry to one judge by hand."""
    event = Event.objects.select_for_update().get(pk=submission.event.pk)
    require(by, "judging.allocate", event)
    if not Role.objects.filter(event=event, user=judge, kind=RoleKind.JUDGE).exists():
        raise Refused(f"{judge} is not a judge at this event", field="judge")
    if shared := shared_department(judge, submission.team):
        raise Refused(
            f"{judge} and someone on the team are both from {shared}. Choose another judge", field="judge"
        )
    if not cleared_entries(event).filter(submission=submission).exists():
        raise Refused("This entry is not cleared, so judges cannot score it yet")
    standing = Assignment.objects.standing().filter(submission=submission, judge=judge).first()
    if standing is not None:
        return standing

    assignment = Assignment.objects.create(
        event=event, submission=submission, judge=judge, given_by=by, given_at=clock.now()
    )
    record(by, "judging.assigned", assignment, judge=judge.pk, entry=submission.code)
    return assignment


@transaction.atomic
def end_assignment(assignment: Assignment, *, by: User, reason: str) -> Assignment:
    """Take an entry from a judge. Their ballot is kept and no longer counts."""
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    require(by, "judging.allocate", assignment)
    if assignment.ended_at is not None:
        return assignment
    if not reason.strip():
        raise Refused("Say why this judge is not to score this entry", field="reason")

    assignment.ended_at = clock.now()
    assignment.ended_because = reason.strip()
    assignment.save(update_fields=["ended_at", "ended_because"])
    scored = Ballot.objects.filter(assignment=assignment, handed_in_at__isnull=False).exists()
    record(by, "judging.ended", assignment, reason=assignment.ended_because, handed_in=scored)
    return assignment


# Scores


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
    criteria = {criterion.pk: criterion for criterion in Criterion.objects.filter(event=assignment.event_id)}
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
        if value not in SCALE:
            raise Refused(
                f"Score ‘{criteria[key].name}’ with a whole number from {SCALE[0]} to {SCALE[-1]}",
                field=f"criterion_{key}",
            )
