import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from reading import readings
from reading.models import EarlyReading, Screening

logger = logging.getLogger(__name__)
# More than a worker reads between two sweeps, and few enough that what waits for a free thread is not queued
# over and over: 600 entries that arrive in a minute wait in the table.
MOST_AT_ONCE = 50


@shared_task
def sweep() -> None:
    """Find what nobody has read, and queue what is due. A broker that is down loses nothing."""
    readings.open_missing()
    # Teams wait for an early reading with the page open, so these go first.
    for kind, task in ((EarlyReading, read_draft), (Screening, screen)):
        for pk in kind.objects.due().order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]:
            try:
                task.apply_async((pk,), expires=15)
            except OperationalError:
                logger.warning("the broker does not answer: entries wait for the next sweep")
                return


@shared_task
def screen(pk: int) -> None:
    """Deliver this as often as you like: one claim wins."""
    readings.perform(Screening, pk)


@shared_task
def read_draft(pk: int) -> None:
    """As `screen`, for a draft whose team asked."""
    readings.perform(EarlyReading, pk)
