"""Set what entries are judged by."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max, Q

from accounts.models import User
from challenges.models import Challenge
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from judging.models import Ballot, Criterion, Round
from judging.rubrics import TEMPLATES

FROZEN = (
    "The rubric cannot change any more, because judges have started to score. "
    "Ballots on two different rubrics could not be compared"
)


@transaction.atomic
def adopt(round: Round, *, by: User, template: str) -> list[Criterion]:
    """Start from a template, in place of the criteria there are."""
    round = unscored(round, by=by)
    if template not in TEMPLATES:
        raise Refused("Choose one of the templates", field="template")

    gone = list(round.criteria.values_list("name", flat=True))
    round.criteria.all().delete()
    made = Criterion.objects.bulk_create(
        Criterion(round=round, position=number, **line._asdict())
        for number, line in enumerate(TEMPLATES[template].lines, start=1)
    )
    record(by, "judging.adopted", round, template=template, replaced=gone)
    return made


@transaction.atomic
def add_criterion(round: Round, *, by: User, **fields) -> Criterion:
    round = unscored(round, by=by)
    refuse_namesake(round, fields["name"], fields.get("challenge"))

    last = round.criteria.aggregate(last=Max("position"))["last"] or 0
    criterion = Criterion.objects.create(round=round, position=last + 1, **fields)
    record(by, "judging.criterion_added", criterion, **plain(fields))
    return criterion


@transaction.atomic
def change_criterion(criterion: Criterion, *, by: User, **fields) -> Criterion:
    round = unscored(criterion.round, by=by)
    criterion = still_there(criterion, round)
    challenge = fields.get("challenge", criterion.challenge)
    refuse_namesake(round, fields.get("name", criterion.name), challenge, other_than=criterion)

    changed = {name: value for name, value in fields.items() if getattr(criterion, name) != value}
    if changed:
        was = {name: getattr(criterion, name) for name in changed}
        for name, value in changed.items():
            setattr(criterion, name, value)
        criterion.save(update_fields=list(changed))
        record(by, "judging.criterion_changed", criterion, was=plain(was), now=plain(changed))
    return criterion


@transaction.atomic
def remove_criterion(criterion: Criterion, *, by: User) -> None:
    round = unscored(criterion.round, by=by)
    criterion = still_there(criterion, round)

    record(by, "judging.criterion_removed", criterion, weight=criterion.weight)
    criterion.delete()


def unscored(round: Round, *, by: User) -> Round:
    """The round, its event locked, with no ballot on its rubric: `score` takes the same lock first."""
    Event.objects.select_for_update().get(pk=round.event_id)
    require(by, "judging.set_rubric", round)
    if Ballot.objects.filter(assignment__round=round).exists():
        raise Refused(FROZEN)
    return round


def still_there(criterion: Criterion, round: Round) -> Criterion:
    found = round.criteria.filter(pk=criterion.pk).first()
    if found is None:
        raise Refused("Someone has removed this criterion meanwhile")
    return found


def plain(fields: Mapping) -> dict:
    """For the log: a challenge by its title."""
    return {name: str(value) if isinstance(value, Challenge) else value for name, value in fields.items()}


def refuse_namesake(
    round: Round, name: str, challenge: Challenge | None = None, other_than: Criterion | None = None
) -> None:
    """Two criteria that stand on one sheet are not called the same."""
    namesakes = round.criteria.filter(name__iexact=name)
    if challenge is not None:
        namesakes = namesakes.filter(Q(challenge=None) | Q(challenge=challenge))
    if other_than is not None:
        namesakes = namesakes.exclude(pk=other_than.pk)
    if namesakes.exists():
        raise Refused(f"There is a criterion called ‘{name}’ already. Choose another name", field="name")
