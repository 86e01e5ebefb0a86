"""What time it is, for everything that decides something.

A request that changes something carries one stamp: the database's clock at the moment it arrived,
before its body was read. However many web servers there are, there is one clock, and a slow upload
counts from when it began.
"""

from contextvars import ContextVar
from datetime import datetime

from django.db import connection
from django.utils import timezone

_arrived: ContextVar[datetime | None] = ContextVar("arrived", default=None)


def now() -> datetime:
    """The arrival of the present request, or the present time outside one. In UTC."""
    return _arrived.get() or timezone.now()


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


class arrived_at:  # noqa: N801 (reads as a sentence: with arrived_at(moment))
    """Everything inside the block happens at `moment`."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __enter__(self) -> None:
        self.token = _arrived.set(self.moment)

    def __exit__(self, *failure: object) -> None:
        _arrived.reset(self.token)
