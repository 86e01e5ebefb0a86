"""The queue as pages and the API show it: each entry with its reading and what was decided."""

from dataclasses import dataclass

from reading.models import Screening
from reading.presentation import STATES
from reading.report import HINTS
from screening.models import Clearance
from submissions.models import Revision


@dataclass(frozen=True)
class Row:
    """One entry in the queue."""

    revision: Revision
    screening: Screening | None
    clearance: Clearance | None

    @property
    def state(self) -> str:
        return self.screening.state if self.screening else ""

    @property
    def words(self) -> str:
        return STATES[self.state]

    @property
    def hint(self) -> str:
        return HINTS.get(self.screening.hint, "") if self.screening else ""


def queue_rows(revisions) -> list[Row]:
    """Three queries, however many rows: the entries, their newest readings, the standing decisions."""
    revisions = list(revisions)
    readings = Screening.objects.shown().filter(revision__in=revisions).defer("text", "record")
    screenings = {screening.revision_id: screening for screening in readings}
    standing = Clearance.objects.standing().filter(revision__in=revisions).select_related("by")
    clearances = {clearance.revision_id: clearance for clearance in standing}
    return [Row(revision, screenings.get(revision.pk), clearances.get(revision.pk)) for revision in revisions]
