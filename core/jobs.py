"""Work that must not be lost. The table is the queue; a message only carries a key.

A job is due, or claimed until its lease ends, or finished, or has failed for good. Claiming is one
conditional update, so of two workers one wins; `finish` and `postpone` write only while the attempt
is still the current one, so a worker that comes back from the dead changes nothing. All by the
database's clock.
"""

import random
from datetime import timedelta
from typing import ClassVar, Self, cast

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class JobQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None, failed_at=None)

    @property
    def lease(self) -> timedelta:
        return cast(type[Job], self.model).LEASE

    def due(self) -> Self:
        return self.unfinished().filter(due_at__lte=Now())

    def overdue(self, by: timedelta) -> Self:
        """Due for so long that something is wrong with the workers."""
        return self.unfinished().filter(due_at__lte=Now() - by)

    def claim(self, pk: int):
        """The job, ours until its lease ends, or None when it is not to be had.

        One that ends every worker which begins it is given up after its tries, and says so.
        """
        won = (
            self.due()
            .filter(pk=pk)
            .update(
                due_at=Now() + self.lease, attempt=F("attempt") + 1, tries=F("tries") + 1, is_claimed=True
            )
        )
        if not won:
            return None
        job = cast(Job, self.get(pk=pk))
        if job.tries > job.TRIES:
            job.postpone(f"It was begun {job.TRIES} times and never came to an end", final=True)
            return None
        return job


class Job(models.Model):
    """Inherit, set LEASE longer than the task's time limit, and sweep `objects.due()`."""

    LEASE = timedelta(minutes=5)
    TRIES = 8
    FIRST_WAIT = timedelta(seconds=10)
    LONGEST_WAIT = timedelta(minutes=15)

    due_at = models.DateTimeField(db_default=Now())
    # Never set back: with a number used twice, a worker back from the dead could write.
    attempt = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)  # since the beginning, or since a person asked again
    is_claimed = models.BooleanField(default=False)  # in a worker's hands, while its lease runs
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects: ClassVar = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def will_try_again(self) -> bool:
        return bool(self.error) and self.finished_at is None and self.failed_at is None

    def wait(self) -> timedelta:
        """Doubles with each attempt, with jitter so that many do not return at once."""
        plain = min(self.FIRST_WAIT * 2 ** min(self.tries, 16), self.LONGEST_WAIT)
        return plain * random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, keeps no secret)

    def finish(self, **fields) -> bool:
        """Done. False when another attempt has taken over meanwhile."""
        return self._write(finished_at=Now(), error="", **fields)

    def postpone(
        self, error: str, *, retry_after: float | None = None, final: bool = False, **fields
    ) -> bool:
        """Not done: try again later, or never when `final` or when the tries are used up."""
        if final or self.tries >= self.TRIES:
            return self._write(failed_at=Now(), error=error, **fields)
        wait = max(self.wait(), timedelta(seconds=retry_after or 0))
        return self._write(due_at=Now() + wait, error=error, **fields)

    def rest(self, pause: timedelta, **fields) -> bool:
        """Done for now, of work that comes again: due after a pause, with all its tries."""
        return self._write(due_at=Now() + pause, error="", tries=0, **fields)

    def again(self) -> bool:
        """A person asks for a failed or waiting job to be tried now. One in hand is left alone."""
        rows = type(self)._default_manager.filter(pk=self.pk, finished_at=None).exclude(error="")
        idle = rows.filter(Q(is_claimed=False) | Q(due_at__lte=Now()))
        return bool(idle.update(due_at=Now(), failed_at=None, tries=0))

    def _write(self, **fields) -> bool:
        mine = type(self)._default_manager.unfinished().filter(pk=self.pk, attempt=self.attempt)
        won = bool(mine.update(is_claimed=False, **fields))
        self.refresh_from_db()
        return won
