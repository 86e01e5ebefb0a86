"""Until when an entry is in time, for one team: the close, the event's grace, and time given to it alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

IN_TIME, GRACE, EXTENSION, LATE = "in_time", "grace", "extension", "late"
MOMENT = timedelta(microseconds=1)  # the least by which two moments differ, as the database keeps them


class Extra(NamedTuple):
    """Time given to one team: `until` when, and when it was taken back, if it was."""

    until: datetime
    ended_at: datetime | None = None


class Window(NamedTuple):
    """A moment belongs to what it begins: at the very close, submissions are closed."""

    closes: datetime
    grace: timedelta = timedelta()
    extras: Sequence[Extra] = ()

    @property
    def ends_at(self) -> datetime:
        """When the last complete draft becomes the entry. What is in time arrives before."""
        lasting = [extra.until for extra in self.extras if extra.ended_at is None]
        return max(self.closes + self.grace, *lasting) if lasting else self.closes + self.grace

    @property
    def is_extended(self) -> bool:
        return self.ends_at > self.closes + self.grace

    def told(self, at: datetime) -> datetime:
        """The moment that the team is told: grace is for what goes wrong, and nobody plans with it."""
        return self.closes if at < self.closes and not self.is_extended else self.ends_at

    @property
    def last_moment(self) -> datetime:
        return self.ends_at - MOMENT

    def side(self, at: datetime) -> str:
        """On which side of the deadline something is that arrived then.

        Time that was taken back still covers what arrived before it was.
        """
        if at < self.closes:
            return IN_TIME
        if at < self.closes + self.grace:
            return GRACE
        for extra in self.extras:
            if at < (extra.until if extra.ended_at is None else min(extra.until, extra.ended_at)):
                return EXTENSION
        return LATE
