import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from files import scanning, sweeping
from files.models import Scan

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200
A_DAY = timedelta(days=1)


@shared_task
def sweep() -> None:
    """Queue the scans that are due. A broker that is down loses nothing."""
    for pk in Scan.objects.due().values_list("pk", flat=True)[:MOST_AT_ONCE]:
        try:
            scan.apply_async((pk,), expires=60)
        except OperationalError:
            logger.warning("the broker does not answer: scans wait for the next sweep")
            return


@shared_task
def scan(pk: int) -> None:
    """Deliver this as often as you like: one claim wins."""
    scanning.perform(pk)


@shared_task
def tidy() -> None:
    """Take away bytes that no file stands for."""
    sweeping.remove_orphans(timezone.now() - A_DAY)
