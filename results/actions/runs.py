"""Work out a round's results, and keep what they were worked out from."""

import json
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from judging.models import Ballot, Criterion, Round, Score, entries_in
from judging.scoring.ballots import Given, Line, ballots_of
from judging.scoring.run import as_bytes, digest, document
from results.models import Run
from submissions.models import Revision, Submission

SEED = 1  # one for every run, and stored with it: nobody can try seeds until they like the result


@transaction.atomic
def compute(round: Round, *, by: User) -> Run:
    """A run from the ballots as they are now. When nothing has changed since the last one, that one."""
    Event.objects.select_for_update().get(pk=round.event_id)
    require(by, "results.compute", round)
    inputs = inputs_of(round)
    if not inputs["scores"]:
        raise Refused("No ballot has been handed in, so there are no results to work out")
    sha256 = digest(inputs)
    latest = Run.objects.filter(round=round).first()
    if latest is not None and latest.inputs_sha256 == sha256:
        return latest

    lines = {row["id"]: Line(row["weight"], row["lowest"], row["highest"]) for row in inputs["criteria"]}
    given = [Given(*row) for row in inputs["scores"]]
    ballots, scale, _ = ballots_of(given, lines, asked=inputs["asked"] or None)
    hidden = dict.fromkeys(inputs["hidden"], "not judged any more")
    found = document(ballots, scale, top=inputs["top"], seed=SEED, minimum=inputs["minimum"], hidden=hidden)
    run = Run.objects.create(
        round=round,
        made_by=by,
        made_at=clock.now(),
        method=found["method"],
        seed=SEED,
        top=inputs["top"],
        inputs_sha256=sha256,
        inputs=inputs,
        output=as_bytes(found).decode(),
    )
    record(by, "results.computed", run, inputs=sha256, method=run.method, seed=SEED)
    return run


def inputs_of(round: Round) -> dict[str, Any]:
    """What the method is given: entries by code, judges by number. In one order, whatever the database's.

    Ballots on an entry that was withdrawn or is held stay in, because they say how strict their judges are;
    the entry itself is hidden. Ballots on a revision that another has replaced are out.
    """
    current = Revision.objects.current()
    ballots = Ballot.objects.filter(
        Q(revision__in=current) | ~Q(assignment__submission__in=current.values("submission")),
        assignment__round=round,
        assignment__ended_at=None,
        handed_in_at__isnull=False,
        voided_at=None,
    )
    criteria = list(round.criteria.scored())
    rows = Score.objects.filter(ballot__in=ballots, criterion__in=criteria).values_list(
        "ballot__assignment__submission__code", "ballot__assignment__judge_id", "criterion_id", "value"
    )
    # Scores that were given before an entry's team moved to another challenge are on criteria it is not asked
    asked = asked_of(criteria, {code for code, *_ in rows})
    shown = set(entries_in(round).values_list("submission__code", flat=True))
    scores = sorted(
        [code, str(judge), str(criterion), value]
        for code, judge, criterion, value in rows
        if not asked or str(criterion) in asked[code]
    )
    return {
        "criteria": [
            {
                "id": str(line.pk),
                "name": line.name,
                "weight": line.weight,
                "lowest": line.lowest,
                "highest": line.highest,
            }
            for line in criteria
        ],
        "scores": scores,
        "asked": asked,
        "hidden": sorted({code for code, *_ in scores} - shown),
        "top": round.top,
        "minimum": round.minimum,
    }


def asked_of(criteria: list[Criterion], codes: set[str]) -> dict[str, list[str]]:
    """The criteria of each entry, where challenges have their own; {} where all are judged alike."""
    if not any(line.challenge_id for line in criteria):
        return {}
    challenges = Submission.objects.filter(code__in=codes).values_list("code", "team__challenge_id")
    return {
        code: [str(line.pk) for line in criteria if line.challenge_id in (None, challenge)]
        for code, challenge in challenges
    }


def has_changed_since(run: Run) -> bool:
    """Whether ballots, entries or the rubric are not what the run was made from any more."""
    return digest(inputs_of(run.round)) != run.inputs_sha256


def read(run: Run) -> dict[str, Any]:
    return json.loads(run.output)
