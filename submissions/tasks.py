import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from core import clock
from events.models import Event
from submissions.actions import closing, reminding
from submissions.models import Revision, Submission

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200  # what is left waits for the next sweep, a few seconds later


@shared_task
def sweep() -> None:
    """What the clock does by itself: queue what is due. A broker that is down loses nothing.

    By the clock of the database, as pages do: a worker whose own clock is wrong closes nothing early.
    """
    with clock.arrived_at(clock.database_now()):
        due: list[tuple[Task, tuple]]
        due = [(remind, (event.pk, hours)) for event, hours in reminding.to_remind()]
        due += [(admit, (pk,)) for pk in closing.to_admit().values_list("pk", flat=True)[:MOST_AT_ONCE]]
        drafts = closing.to_settle(clock.now()).values_list("pk", flat=True)
        due += [(settle, (pk,)) for pk in drafts[:MOST_AT_ONCE]]
    for task, words in due:
        try:
            task.apply_async(words, expires=60)
        except OperationalError:
            logger.warning("the broker does not answer: deadlines wait for the next sweep")
            return


@shared_task
def settle(pk: int) -> None:
    """Deliver this as often as you like: for one deadline the rule decides once."""
    with clock.arrived_at(clock.database_now()):
        closing.close(Submission.objects.get(pk=pk))


@shared_task
def admit(pk: int) -> None:
    with clock.arrived_at(clock.database_now()):
        closing.admit_by_rule(Revision.objects.with_people().get(pk=pk))


@shared_task
def remind(event: int, hours: int) -> None:
    with clock.arrived_at(clock.database_now()):
        reminding.remind(Event.objects.get(pk=event), hours)
