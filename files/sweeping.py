"""Takes away bytes that no row stands for: of an upload that was cut off, or that the virus scan refused."""

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from files.models import File
from files.storage import names_before, shelf

logger = logging.getLogger(__name__)
AT_ONCE = 500


def remove_orphans(before: datetime) -> int:
    """Of the days before this moment's; younger ones may be about to get their row. How many there were."""
    removed = 0
    names = names_before(before)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        kept = File.objects.exclude(state=File.State.REFUSED).filter(stored__in=some)
        for name in set(some) - set(kept.values_list("stored", flat=True)):
            shelf().delete(name)
            removed += 1
    for path in _cut_off(before):
        path.unlink(missing_ok=True)
        removed += 1
    if removed:
        logger.info("removed %s stored files that nothing stands for", removed)
    return removed


def _cut_off(before: datetime) -> list[Path]:
    """What a process left behind that was killed while a file came in."""
    folder = Path(settings.FILES_DIR) / "incoming"
    return [path for path in folder.glob("*") if path.stat().st_mtime < before.timestamp()]
