"""Where the bytes lie: under random names, on disk or in an S3-compatible store, with no address."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from django.core.files.storage import FileSystemStorage, Storage, storages
from storages.backends.s3 import S3Storage

ALIAS = "files"


class NoAddress:
    """Nothing is ever linked to: the view that asks who is there hands the bytes out."""

    def url(self, name: str | None, *args, **kwargs) -> str:
        raise ValueError("A file of a team has no address of its own")


class Disk(NoAddress, FileSystemStorage):
    def _save(self, name: str, content) -> str:
        """On the disk before we say so: the bytes, and the folder's entry that finds them."""
        kept = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(kept))
        for place in (path, path.parent, path.parent.parent):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return kept


class Bucket(NoAddress, S3Storage):
    """Private objects, read through us alone."""


def shelf() -> Storage:
    return storages[ALIAS]


def new_name(at: datetime) -> str:
    """Says nothing of what it is or whose. The day is there so that what was never entered can be found."""
    return f"{day(at)}/{secrets.token_hex(16)}"


def day(at: datetime) -> str:
    return f"{at:%Y%m%d}"


def names_before(at: datetime) -> list[str]:
    """All that was stored before the day of this moment."""
    folders, _ = shelf().listdir("")
    old = [folder for folder in sorted(folders) if folder.isdigit() and folder < day(at)]
    return [f"{folder}/{name}" for folder in old for name in shelf().listdir(folder)[1]]
