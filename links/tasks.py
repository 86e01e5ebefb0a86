import logging
from datetime import timedelta

from celery import shared_task
from kombu.exceptions import OperationalError

from links import checking
from links.models import LinkCheck

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500
SWEEP = timedelta(seconds=60)


@shared_task
def sweep() -> None:
    """Keep up with what teams link to, and queue what is due. It asks nobody itself."""
    for event in checking.events_that_want_it():
        checking.keep_up(event)
        for pk in LinkCheck.objects.due().of_event(event).values_list("pk", flat=True)[:MOST_AT_ONCE]:
            try:
                check.apply_async((pk,), expires=SWEEP.total_seconds())
            except OperationalError:
                logger.warning("the broker does not answer: links wait for the next sweep")
                return


@shared_task
def check(pk: int) -> None:
    """Runs in a process of its own, on the queue `links`: no other asks an address that a user typed."""
    checking.perform(pk)
