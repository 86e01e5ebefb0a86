from django.db import models

from judging.models.rounds import Advance, Round
from screening.models import cleared_entries
from submissions.models import Revision


def entries_in(round: Round) -> models.QuerySet[Revision]:
    """What is judged in this round: all that is cleared in the first, what was advanced in a later one."""
    entries = cleared_entries(round.event)
    if round.position == 1:
        return entries
    going_on = Advance.objects.filter(round=round, ended_at=None, submission=models.OuterRef("submission"))
    return entries.filter(models.Exists(going_on))
