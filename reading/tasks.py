import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from reading import readings
from reading.models import EarlyReading, Screening

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500


@shared_task
def sweep() -> None:
    """Find what nobody has read, and queue what is due. A broker that is down loses nothing."""
    readings.open_missing()
    # Teams wait for an early reading with the page open, so these go first.
    for kind, task in ((EarlyReading, read_draft), (Screening, screen)):
        for pk in kind.objects.due().values_list("pk", flat=True)[:MOST_AT_ONCE]:
            try:
                task.apply_async((pk,), expires=60)
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
