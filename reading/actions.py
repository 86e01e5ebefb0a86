"""What people ask of the engines that read entries, and decide about them."""

from django.db import transaction

from accounts.models import User
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from reading.models import Screening


@transaction.atomic
def retry(screening: Screening, *, by: User) -> None:
    """Ask the engine to read again now. Asking twice is the same as asking once."""
    screening = Screening.objects.select_for_update().get(pk=screening.pk)
    require(by, "reading.retry", screening)
    if screening.finished_at is not None:
        raise Refused("This entry has been read since. Load the page again to see the report")
    if screening.again():
        record(by, "reading.retried", screening)
