import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from screening import readings
from screening.models import Screening

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500


@shared_task
def sweep() -> None:
    """Find what nobody has read, and queue what is due. A broker that is down loses nothing."""
    readings.open_missing()
    for pk in Screening.objects.due().values_list("pk", flat=True)[:MOST_AT_ONCE]:
        try:
            screen.apply_async((pk,), expires=60)
        except OperationalError:
            logger.warning("the broker does not answer: entries wait for the next sweep")
            return


@shared_task
def screen(pk: int) -> None:
    """Deliver this as often as you like: one claim wins."""
    readings.perform(pk)
