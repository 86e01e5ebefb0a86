"""What tests of readings by real workers share."""

import time
from collections.abc import Callable

from events.models import Event, Phase
from reading import tasks
from reading.models import Screening
from submissions.models import Revision
from tests.world import entry_of, event_in, person

PATIENCE = 60  # seconds, for a machine with much else to do
NOTHING_LISTENS = "http://127.0.0.1:9/v1"


def entry(**choices: str) -> Revision:
    event = event_in(Phase.BUILDING)
    Event.objects.filter(pk=event.pk).update(**choices)
    return Revision.objects.get(pk=entry_of(event, "ben").pk)


def wait_for(until: Callable[[Screening], bool], patience: float = PATIENCE) -> Screening:
    """The only reading, once it is as wished; sweeping as beat does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        tasks.sweep()
        reading = Screening.objects.first()
        if reading is not None and until(reading):
            return reading
        time.sleep(0.2)
    raise AssertionError(f"still {reading and (reading.state, reading.error)} after {patience} s")


def is_over(reading: Screening) -> bool:
    return reading.state in ("complete", "retrying", "failed", "held", "unreadable")


def page_of(revision: Revision, as_) -> str:
    answer = as_(person("sam")).get(f"/events/summer/screening/{revision.submission.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def press_retry(revision: Revision, as_) -> None:
    as_(person("sam")).post(f"/events/summer/screening/{revision.submission.code}/retry/")


def stated(reading: Screening) -> set[str]:
    return {row["finding"] for row in reading.report["principles"]}
