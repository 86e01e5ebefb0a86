"""Whole public pages, kept in Redis for a minute under the showcase's version.

Every act that changes a public page changes the version, so nothing built before it is served after
it. A page remembers the version that was read before its rows were: one that was built meanwhile is
not taken for a new one. Without Redis the pages are built each time.
"""

import gzip
import uuid
from dataclasses import dataclass

from django.core.cache import cache

SECONDS = 60
VERSION = "showcase:version"
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Kept:
    """A page as it is sent: compressed, with the tag that names its bytes."""

    version: str
    packed: bytes
    etag: str


def take(path: str) -> tuple[Kept | None, str]:
    """The page if it is there and current, and the version that a new one is to be kept under."""
    key = f"showcase:page:{path}"
    found = cache.get_many([VERSION, key])
    version = found.get(VERSION)
    if version is None:
        version = uuid.uuid4().hex
        # Two that find none at once agree on the first one's.
        version = version if cache.add(VERSION, version, DAY) else cache.get(VERSION, version)
    kept = found.get(key)
    return (Kept(*kept) if kept and kept[0] == version else None), version


def keep(path: str, page: Kept) -> None:
    cache.set(f"showcase:page:{path}", (page.version, page.packed, page.etag), SECONDS)


def clear() -> None:
    """From now on, every page is built anew; without Redis, those that are kept live out their minute."""
    cache.set(VERSION, uuid.uuid4().hex, DAY)


def pack(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def unpack(packed: bytes) -> bytes:
    return gzip.decompress(packed)
